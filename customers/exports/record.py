"""One customer's record as a file: by right and for a reason, on record, without sensitive values."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import asdict, dataclass

from django.db import transaction
from django.utils.translation import gettext as _

from crm.files import neutral
from crm.models import User
from crm.policy import require
from crm.services import audit
from customers.models import Customer
from customers.selectors.catalogue import SECTIONS
from customers.selectors.profiles import visible_customers
from customers.selectors.record_values import FieldValue, values_of

FORMATS = {"csv": "text/csv; charset=utf-8", "json": "application/json"}


@dataclass(frozen=True, slots=True)
class RecordFile:
    """A file that is ready to be sent."""

    name: str
    content_type: str
    content: bytes


@transaction.atomic
def export_record(customer_id: int, *, actor: User, format_: str, personal: bool, reason: str) -> RecordFile:
    """Return all that a customer's record says, as CSV or JSON, and put it on record.

    Raises PermissionDenied; Customer.DoesNotExist out of scope; KeyError for an unknown format; ValueError without
    a reason.
    """
    require(actor, "customer.export")
    if personal:
        require(actor, "personal.export")
    content_type = FORMATS[format_]
    if not reason.strip():
        raise ValueError(_("Say what the file is for: it is kept on record."))
    customer = visible_customers(actor).get(pk=customer_id)
    values = values_of(actor, customer, personal=personal)
    audit.record(
        actor,
        "customer.export",
        f"customer:{customer.pk}",
        format=format_,
        personal=personal,
        reason=reason.strip(),
        fields=len(values),
    )
    content = _csv(values) if format_ == "csv" else _json(customer, values)
    return RecordFile(f"{_safe(customer.code)}.{format_}", content_type, content)


def _csv(values: list[FieldValue]) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow([_("Section"), _("Field"), _("Row"), _("Value"), _("Key")])
    for each in values:
        title = str(SECTIONS[each.section].title) if each.section in SECTIONS else _("Custom fields")
        writer.writerow([title, neutral(each.label), each.row or "", neutral(each.value), each.key])
    # The mark at the start tells spreadsheets that it is UTF-8.
    return text.getvalue().encode("utf-8-sig")


def _json(customer: Customer, values: list[FieldValue]) -> bytes:
    told = {"code": customer.code, "kind": customer.kind, "values": [asdict(each) for each in values]}
    return json.dumps(told, ensure_ascii=False, indent=1).encode()


def _safe(code: str) -> str:
    """Return a customer code as part of a file name."""
    return "".join(each if each.isascii() and each.isalnum() else "-" for each in code)
