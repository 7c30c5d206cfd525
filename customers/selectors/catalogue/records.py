"""The records that hang on a customer, table by table, and the figures that are computed from them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from customers.models import (
    Attachment,
    Campaign,
    Channel,
    Competitor,
    CompetitorProduct,
    CompetitorRep,
    Complaint,
    CreditAccount,
    Gift,
    ImportantDate,
    Informant,
    Interaction,
    Interview,
    OpeningBalance,
    Opinion,
    Opportunity,
    Order,
    OrderLine,
    Payment,
    Product,
    ProductCost,
    Referral,
    Region,
    ServiceCost,
    Survey,
    SurveyAnswer,
    Task,
    Territory,
    WalletShare,
)
from customers.selectors.catalogue.base import FieldType, ProfileField, Section, Words

REGION = Section("records.region", _("Regions and territories"))
FINANCE = Section("records.finance", _("Financial record"))
BEHAVIOUR = Section("records.behaviour", _("Behavioural record"))
ACQUISITION = Section("records.acquisition", _("Customer source"))
COMPETITION = Section("records.competition", _("Competition"))
WORKING = Section("records.working", _("Working records"))
RECORD_SECTIONS = (REGION, FINANCE, BEHAVIOUR, ACQUISITION, COMPETITION, WORKING)

_TABLES: tuple[tuple[Section, type[models.Model]], ...] = (
    (REGION, Region),
    (REGION, Territory),
    (FINANCE, Product),
    (FINANCE, ProductCost),
    (FINANCE, Order),
    (FINANCE, OrderLine),
    (FINANCE, Payment),
    (FINANCE, CreditAccount),
    (FINANCE, ServiceCost),
    (FINANCE, OpeningBalance),
    (BEHAVIOUR, Interaction),
    (BEHAVIOUR, Complaint),
    (BEHAVIOUR, Opinion),
    (BEHAVIOUR, Survey),
    (BEHAVIOUR, SurveyAnswer),
    (BEHAVIOUR, Interview),
    (ACQUISITION, Channel),
    (ACQUISITION, Campaign),
    (ACQUISITION, Informant),
    (ACQUISITION, Referral),
    (COMPETITION, Competitor),
    (COMPETITION, CompetitorProduct),
    (COMPETITION, CompetitorRep),
    (COMPETITION, WalletShare),
    (WORKING, Task),
    (WORKING, ImportantDate),
    (WORKING, Gift),
    (WORKING, Opportunity),
    (WORKING, Attachment),
)
# Columns that say to what a row belongs, or that the product keeps for itself.
_UNSAID = {"id", "customer", "path", "stored_as", "sha256", "created_at", "uploaded_at"}
_COMPUTED: tuple[tuple[str, type[models.Model], str, Words, FieldType], ...] = (
    ("first_order_on", Order, "ordered_on", _("First order"), FieldType.DATE),
    ("last_order_on", Order, "ordered_on", _("Last order"), FieldType.DATE),
    ("average_order_value", OrderLine, "amount", _("Average order value"), FieldType.NUMBER),
    ("open_order_balance", OrderLine, "amount", _("Still to deliver"), FieldType.NUMBER),
    ("average_days_to_pay", Payment, "paid_on", _("Average days to pay"), FieldType.NUMBER),
    ("average_days_late", Payment, "due_on", _("Average days late"), FieldType.NUMBER),
)


def _columns(section: Section, model: type[models.Model]) -> Iterator[ProfileField]:
    name = str(model._meta.model_name)
    for held in [*model._meta.concrete_fields, *model._meta.many_to_many]:
        if held.generated:  # follows from another field
            continue
        if held.name in _UNSAID or held.name.endswith("_cents"):
            continue
        yield ProfileField(
            key=f"{name}.{held.name}",
            section=section.key,
            model=model,
            column=held.name,
            rows={},
            label=_label(held),
        )


def _label(held: Any) -> Words:
    """Return the name of the record that a column leads to, where the column has none of its own."""
    if isinstance(held.verbose_name, Promise) or not held.related_model:
        return ""
    return held.related_model._meta.verbose_name  # type: ignore[no-any-return]


def _computed(name: str, model: Any, column: str, label: Words, kind: FieldType) -> ProfileField:
    return ProfileField(
        key=f"finance.{name}",
        section=FINANCE.key,
        model=model,
        column=column,
        label=label,
        kind=kind,
        is_derived=True,
    )


RECORD_FIELDS = (
    *(field for section, model in _TABLES for field in _columns(section, model)),
    *(_computed(*each) for each in _COMPUTED),
)
