"""What two records of one customer say of the same thing, and which of the two a merge would keep."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.db import models
from django.utils.functional import Promise

from crm.models import User
from crm.policy import can
from crm.sealing import SealedField
from crm.sensitivity import Sensitivity, sensitivity_of
from crm.templatetags.format import day
from customers.models import CompanyProfile, CreditAccount, Customer, CustomerMerge, PersonProfile, Residence
from customers.models.scope import customers_in_scope
from customers.selectors.masking import MASK, masked_text

KEPT, MERGED = "kept", "merged"
PREFIXES: dict[type[models.Model], str] = {
    Customer: "customer",
    PersonProfile: "person",
    CompanyProfile: "company",
    Residence: "residence",
    CreditAccount: "account",
}
_OF_CUSTOMER = (
    ("name",),
    ("english_name",),
    ("owner",),
    ("team",),
    ("region",),
    ("source", "campaign", "identification_method"),
    ("lifecycle",),
    ("industry",),
    ("ownership_type",),
    ("business_model",),
    ("potential", "potential_reason", "potential_author", "potential_expires_on"),
    ("purchasing_power",),
    ("reputation",),
    ("opposes_us",),
    ("preferred_channel",),
    ("communication_style",),
    ("best_time_to_contact",),
)
# Fields that say one thing together, under the name of the first.
_TOGETHER: dict[type[models.Model], tuple[tuple[str, ...], ...]] = {
    PersonProfile: (
        ("identity_number", "identity_index"),
        ("date_of_birth", "birthday_is_lunar"),
        ("employer", "employer_name", "employer_registration_number"),
    ),
    CreditAccount: (("account_type", "credit_limit", "payment_terms_days"),),
}
_NEVER = ("customer", "version", "id")


@dataclass(frozen=True, slots=True)
class Choice:
    """Fields of one model that are taken from the one record or from the other, together."""

    model: type[models.Model]
    fields: tuple[str, ...]

    @property
    def key(self) -> str:
        """The choice's name: that of its first field in the catalogue."""
        return f"{PREFIXES[self.model]}.{self.fields[0]}"

    @property
    def label(self) -> str | Promise:
        """What it is about, for people."""
        return self.model._meta.get_field(self.fields[0]).verbose_name  # type: ignore[union-attr]


@dataclass(frozen=True, slots=True)
class Compared:
    """What both records say of one thing, in words; ``default`` is the side that has an answer, else the kept one."""

    key: str
    label: str | Promise
    kept: str
    merged: str
    default: str


@cache
def choices() -> tuple[Choice, ...]:
    """Return everything that is chosen when two records become one."""
    found = [Choice(Customer, fields) for fields in _OF_CUSTOMER]
    for model in list(PREFIXES)[1:]:
        groups = _TOGETHER.get(model, ())
        grouped = {name for group in groups for name in group}
        single = [
            (field.name,) for field in model._meta.concrete_fields if field.name not in (*_NEVER, *grouped)
        ]
        found += [Choice(model, fields) for fields in (*groups, *single)]
    return tuple(found)


def compared(user: User, kept: Customer, merged: Customer) -> list[Compared]:
    """Return where two customers (in scope) differ; personal values are masked for who may not read them."""
    readable = can(user, "personal.view")
    rows = {model: (row_of(model, kept), row_of(model, merged)) for model in PREFIXES}
    found = []
    for choice in choices():
        ours, theirs = rows[choice.model]
        if theirs is None or is_empty(theirs, choice) or _same(ours, theirs, choice):
            continue
        kept_words, merged_words = (_words(each, choice, readable) if each else "" for each in (ours, theirs))
        found.append(Compared(choice.key, choice.label, kept_words, merged_words, default_side(ours, choice)))
    return found


def default_side(kept_row: models.Model | None, choice: Choice) -> str:
    """Return whose answer is taken when nobody chooses: that of the kept record, where it has one."""
    return MERGED if kept_row is None or is_empty(kept_row, choice) else KEPT


def row_of(model: type[models.Model], customer: Customer) -> models.Model | None:
    """Return a customer's row of a model of which there is one at most."""
    if model is Customer:
        return customer
    return model._default_manager.filter(customer=customer).first()


def is_empty(row: models.Model, choice: Choice) -> bool:
    """Whether a record has no answer."""
    return _raw(row, choice.fields[0]) in (None, "")


def open_merge(user: User, customer_id: int) -> CustomerMerge | None:
    """Return the last merge into a customer (in scope) that has not been undone."""
    return (
        CustomerMerge.objects.filter(kept=customer_id, undone_at=None)
        .select_related("kept", "merged", "merged_by")
        .order_by("-id")
        .first()
    )


def merges_of(customer: Customer) -> list[CustomerMerge]:
    """Return the merges into a customer (in scope) that have not been undone, the newest first."""
    merges = CustomerMerge.objects.filter(kept=customer, undone_at=None)
    return list(merges.select_related("merged", "merged_by"))


def visible_merge(user: User, merge_id: int) -> CustomerMerge | None:
    """Return a merge whose two customers ``user`` may see: the merged one as if it were not away."""
    merges = CustomerMerge.objects.filter(
        customers_in_scope(user, "kept__"), kept__deleted_at=None, pk=merge_id
    )
    merge = merges.select_related("kept", "merged").first()
    if merge and Customer.objects.filter(customers_in_scope(user), pk=merge.merged_id).exists():
        return merge
    return None


def merged_into(customer_id: int) -> set[int]:
    """Return the records that were merged into a customer, those merged into them included."""
    found: set[int] = set()
    new = {customer_id}
    while new:
        merges = CustomerMerge.objects.filter(kept__in=new, undone_at=None)
        new = set(merges.values_list("merged", flat=True)) - found - {customer_id}
        found |= new
    return found


def kept_instead(user: User, customer_id: int) -> int | None:
    """Return the id of the visible customer into which one that is gone was merged, None without such a one."""
    seen = set()
    while customer_id not in seen:
        seen.add(customer_id)
        merge = CustomerMerge.objects.filter(merged=customer_id, undone_at=None).order_by("-id").first()
        if merge is None:
            return None
        customer_id = merge.kept_id
        if Customer.objects.visible_to(user).filter(pk=customer_id).exists():
            return customer_id
    return None


def _same(ours: models.Model | None, theirs: models.Model, choice: Choice) -> bool:
    if ours is None or any(isinstance(field, SealedField) for field in _fields(choice)):
        return False
    return all(_raw(ours, name) == _raw(theirs, name) for name in choice.fields)


def _fields(choice: Choice) -> Iterator[Any]:
    return (choice.model._meta.get_field(name) for name in choice.fields)


def _raw(row: models.Model, name: str) -> Any:
    return getattr(row, row._meta.get_field(name).attname)  # type: ignore[union-attr]


def _words(row: models.Model, choice: Choice, readable: bool) -> str:
    """Write the first answers of a choice: a potential with its reason, an employer with its name."""
    words = [_in_words(row, field) for field in _fields(choice) if not isinstance(field, models.BooleanField)]
    text = " · ".join(filter(None, words))
    masked = not readable and any(sensitivity_of(field) is not Sensitivity.OPEN for field in _fields(choice))
    return masked_text(text) if masked else text


def _in_words(row: models.Model, field: models.Field[Any, Any]) -> str:
    value = getattr(row, field.name)
    if value is None or value == "":
        return ""
    if isinstance(field, models.BinaryField):
        return MASK if isinstance(field, SealedField) else ""
    if isinstance(field, models.DateField):
        return day(value)
    return str(dict(field.flatchoices).get(value, value))
