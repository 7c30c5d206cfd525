"""What the officer who answers for privacy looks at: requests, registers, incidents, and what nobody uses."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import models
from django.db.models import Count, Max, Q, QuerySet
from django.utils import timezone

from crm.models import AuditEntry, User
from crm.policy import require
from customers.models import (
    CompanyProfile,
    Consent,
    Customer,
    FieldProvenance,
    FieldSwitch,
    ImportBatch,
    ImportRow,
    Incident,
    PersonProfile,
    ProcessingActivity,
    Purge,
    RetentionClass,
    RetentionRule,
    SubjectRequest,
)
from customers.selectors.catalogue import FIELDS, ProfileField

MOST_ROWS = 200
YEAR = timedelta(days=365)
_PROFILES: tuple[type[models.Model], ...] = (Customer, PersonProfile, CompanyProfile)


@dataclass(frozen=True, slots=True)
class StatedBasis:
    """On what ground a file's customers are kept, as whoever imported it stated."""

    basis: str
    file_name: str
    stated_at: datetime


@dataclass(frozen=True, slots=True)
class FieldUse:
    """How much a field is used: how many records have it of how many that could, when it was last recorded, and read.

    ``last_recorded`` and ``reveals`` look at the notes of provenance and the reveals of the last year.
    """

    field: ProfileField
    filled: int
    of: int
    last_recorded: Any
    reveals: int
    is_on: bool

    @property
    def share(self) -> float:
        """The filled share of those that could have it, 0 to 1."""
        return self.filled / self.of if self.of else 0.0

    @property
    def is_unused(self) -> bool:
        """Whether nobody keeps anything in it, or nobody has read in a year what the law calls sensitive."""
        return not self.filled or (self.field.is_sealed and not self.reveals)


@dataclass(frozen=True, slots=True)
class Rule:
    """A class of data and for how long it is kept."""

    data: RetentionClass
    rule: RetentionRule | None


def requests(user: User) -> QuerySet[SubjectRequest]:
    """Return what people asked, the unanswered and most urgent first; raises PermissionDenied."""
    require(user, "privacy.view")
    return SubjectRequest.objects.select_related("recorded_by", "answered_by")


def requests_of(user: User, customer: Customer) -> list[SubjectRequest]:
    """Return what one person asked."""
    return list(requests(user).filter(customer_id=customer.pk)[:MOST_ROWS])


def activities(user: User) -> QuerySet[ProcessingActivity]:
    """Return the processing register; raises PermissionDenied."""
    require(user, "privacy.view")
    return ProcessingActivity.objects.all()


def incidents(user: User) -> QuerySet[Incident]:
    """Return the incidents, the open ones first; raises PermissionDenied."""
    require(user, "privacy.view")
    return Incident.objects.select_related("recorded_by")


def purges(user: User) -> QuerySet[Purge]:
    """Return the ledger of what was destroyed; raises PermissionDenied."""
    require(user, "privacy.view")
    return Purge.objects.select_related("done_by").order_by("-id")


def rules(user: User) -> list[Rule]:
    """Return every class of data with its rule; raises PermissionDenied."""
    require(user, "privacy.view")
    known = {rule.data: rule for rule in RetentionRule.objects.select_related("decided_by")}
    return [Rule(data, known.get(data)) for data in RetentionClass]


def consents_of(user: User, customer: Customer) -> list[Consent]:
    """Return the consents of a customer in scope, those in force first; raises PermissionDenied."""
    require(user, "privacy.view")
    found = Consent.objects.filter(customer=customer).select_related("recorded_by")
    return list(found.order_by(models.F("withdrawn_on").desc(nulls_first=True), "field"))


def bases_of(user: User, customer: Customer) -> list[StatedBasis]:
    """Return on what ground imports kept a customer in scope, the latest first; raises PermissionDenied.

    The ground is what the import states of all its rows, or what the customer's own row says; that it wrote the
    customer is known from the versions.
    """
    require(user, "privacy.view")
    versions = Customer.pgh_event_model.objects.filter(pgh_obj=customer.pk)  # type: ignore[attr-defined]
    numbers = versions.values_list("pgh_context__metadata__import_batch", flat=True)
    batches = ImportBatch.objects.filter(pk__in={number for number in numbers if number is not None})
    for_all = [
        StatedBasis(batch.mapping["consent_basis"]["constant"], batch.file_name, batch.created_at)
        for batch in batches.filter(mapping__consent_basis__has_key="constant")
    ]
    rows = ImportRow.objects.filter(
        batch__in=batches,
        subject_id=customer.pk,
        changes__has_key="consent_basis",
    )
    by_row = [
        StatedBasis(*said)
        for said in rows.values_list("changes__consent_basis", "batch__file_name", "batch__created_at")
    ]
    return sorted([*for_all, *by_row], key=lambda basis: basis.stated_at, reverse=True)


def field_uses(user: User) -> list[FieldUse]:
    """Return how much each personal field of the profiles is used, the least used first; raises PermissionDenied."""
    require(user, "privacy.view")
    fields = [each for each in FIELDS.values() if each.model in _PROFILES and _is_about_people(each)]
    filled = _filled(fields)
    noted = dict(
        FieldProvenance.objects.values("field").annotate(at=Max("recorded_at")).values_list("field", "at")
    )
    read = _reveals()
    on = set(FieldSwitch.objects.filter(is_on=True).values_list("field", flat=True))
    uses = [
        FieldUse(
            field=each,
            filled=filled[each.key],
            of=filled[each.model._meta.label],
            last_recorded=noted.get(each.key),
            reveals=read.get(each.key, 0),
            is_on=not each.is_sealed or each.key in on,
        )
        for each in fields
    ]
    return sorted(uses, key=lambda use: (not use.is_unused, use.share, use.field.key))


def _is_about_people(field: ProfileField) -> bool:
    return not field.is_derived and not field.is_many and field.sensitivity != "open"


def _filled(fields: list[ProfileField]) -> dict[str, int]:
    """Count by one statement a model; the model's label has the number of its rows."""
    counts: dict[str, int] = {}
    for model in {each.model for each in fields}:
        mine = [each for each in fields if each.model is model]
        asked = {f"c{place}": Count("pk", filter=_says_something(each)) for place, each in enumerate(mine)}
        rows = (
            model._default_manager.filter(deleted_at=None)
            if model is Customer
            else model._default_manager.filter(customer__deleted_at=None)
        )
        found = rows.aggregate(all=Count("pk"), **asked)
        counts[model._meta.label] = found["all"]
        counts |= {each.key: found[f"c{place}"] for place, each in enumerate(mine)}
    return counts


def _says_something(field: ProfileField) -> Q:
    held = field.model_field
    if isinstance(held, models.BooleanField):
        return Q(**{field.column: True})
    said = Q(**{f"{field.column}__isnull": False})
    if isinstance(held, models.CharField | models.TextField):
        said &= ~Q(**{field.column: ""})
    return said


def _reveals() -> dict[str, int]:
    since = timezone.now() - YEAR
    found = AuditEntry.objects.filter(action="sensitive.reveal", at__gte=since)
    return dict(
        found.values("detail__field").annotate(times=Count("pk")).values_list("detail__field", "times")
    )
