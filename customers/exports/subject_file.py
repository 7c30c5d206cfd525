"""A person's file: all that is kept about them, for them, as JSON and CSV; and nothing about anybody else."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from dataclasses import asdict
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from crm.extensions import customer_insights
from crm.files import BOM, neutral
from crm.models import User
from crm.policy import require
from crm.services import audit
from customers.models import (
    CompetitorRep,
    Consent,
    Customer,
    FamilyMember,
    FieldProvenance,
    KeyPerson,
    PersonProfile,
    Referral,
    Relation,
)
from customers.models.scope import customers_in_scope
from customers.selectors.catalogue import FIELDS, SECTIONS, sensitive_fields
from customers.selectors.privacy import sealed_in_words
from customers.selectors.record_values import FieldValue, values_of
from customers.services.sealing import open_value

# Their rows tell of relatives, friends, colleagues and rivals: those have files of their own.
ABOUT_OTHERS = frozenset({Relation, FamilyMember, KeyPerson, Referral, CompetitorRep})


@transaction.atomic
def subject_file(customer_id: int, *, actor: User) -> bytes:
    """Return a ZIP archive of ``data.json`` and ``data.csv``, and put its making on record.

    Sensitive values are in it, opened, as far as a consent to keep them is in force: they are the person's own. Each
    is named in the audit entry of the same transaction. Raises PermissionDenied; Customer.DoesNotExist out of scope;
    SealError when a value does not open.
    """
    require(actor, "privacy.manage")
    customer = Customer.objects.filter(customers_in_scope(actor)).get(pk=customer_id)
    opened = _opened(customer)
    values = [*_own(values_of(actor, customer, personal=True)), *opened]
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("data.json", _json(customer, values, actor))
        packed.writestr("data.csv", _csv(values))
    audit.record(
        actor, "subject.file", f"customer:{customer.pk}", fields=sorted(value.key for value in opened)
    )
    return archive.getvalue()


def _own(values: list[FieldValue]) -> list[FieldValue]:
    """Leave out what tells of other people."""
    others = {field.key for field in FIELDS.values() if field.model in ABOUT_OTHERS}
    return [
        value
        for value in values
        if not any(value.key == key or value.key.startswith(f"{key}.") for key in others)
    ]


def _opened(customer: Customer) -> list[FieldValue]:
    profile = PersonProfile.objects.filter(customer=customer).first()
    if profile is None:
        return []
    consented = set(
        Consent.objects.filter(customer=customer, withdrawn_on=None).values_list("field", flat=True)
    )
    opened = []
    for field in sensitive_fields():
        if field.model is PersonProfile and field.key in consented:
            value = open_value(profile, field.column, customer.pk)
            if value is not None:
                words = sealed_in_words(field, value)
                opened.append(FieldValue(field.section, field.key, str(field.title), None, words))
    return opened


def _json(customer: Customer, values: list[FieldValue], actor: User) -> str:
    told = {
        "made_at": timezone.now().isoformat(),
        "made_by": settings.COMPANY_NAME,
        "code": customer.code,
        "kind": customer.kind,
        "first_recorded_at": customer.created_at.isoformat(),
        "values": [asdict(value) for value in values],
        "consents": [
            {
                "field": consent.field,
                "purpose": consent.purpose,
                "given_on": consent.given_on.isoformat(),
                "by_a_guardian": consent.is_guardians,
                "withdrawn_on": consent.withdrawn_on.isoformat() if consent.withdrawn_on else None,
            }
            for consent in Consent.objects.filter(customer=customer)
        ],
        "where_from": [
            {"field": row.field, "learned_by": row.get_channel_display(), "on": row.recorded_at.isoformat()}
            for row in FieldProvenance.objects.filter(customer=customer)
            .exclude(field__contains=":")
            .order_by("field")
        ],
        "automated_scoring": _scored(customer, actor),
    }
    return json.dumps(told, ensure_ascii=False, indent=1)


def _scored(customer: Customer, actor: User) -> dict[str, Any]:
    """Tell how the person was scored and why; nobody who refuses it is."""
    if customer.scoring_refused:
        return {"refused": True}
    insights = customer_insights()
    found = insights.explain(customer.pk, viewer=actor) if insights else None
    if found is None:
        return {"refused": False}
    return {
        "refused": False,
        "as_of": found.as_of.isoformat(),
        "tier": found.standing.tier,
        "why": list(found.tier_reasons),
        "churn": found.churn_probability,
        "churn_why": list(found.churn_reasons),
    }


def _csv(values: list[FieldValue]) -> str:
    text = io.StringIO()
    text.write(BOM)
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow([_("Section"), _("Field"), _("Row"), _("Value"), _("Key")])
    for each in values:
        title = str(SECTIONS[each.section].title) if each.section in SECTIONS else _("Custom fields")
        writer.writerow([title, neutral(each.label), each.row or "", neutral(each.value), each.key])
    return text.getvalue()
