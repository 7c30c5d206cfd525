"""What is being done about customers at risk, and what came of it (流失跟进)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Q, QuerySet
from django.utils import timezone

from crm.models import User
from crm.policy import can
from customers.models import CaseState, ChurnCase, Customer
from customers.selectors.masking import masked_text

# An outcome holds for so many days; flagged after that, a customer is at risk anew.
OUTCOME_DAYS = 90
# Who was contacted is left in peace for so many days.
QUIET_DAYS = 7


@dataclass(frozen=True, slots=True)
class CaseRow:
    """One case; the note is masked for who may not read personal values."""

    id: int
    customer_id: int
    state: str
    label: str
    note: str
    worked_by: str
    contacted_at: datetime
    closed_at: datetime | None

    @property
    def tone(self) -> str:
        """How it stands, for a tag."""
        return {"won_back": "good", "lost": "bad", "contacted": "info"}.get(self.state, "")


def current() -> Q:
    """Which cases say how a customer at risk stands today: the unfinished, and outcomes that still hold."""
    return Q(closed_at=None) | Q(closed_at__gte=timezone.now() - timedelta(days=OUTCOME_DAYS))


def current_cases(user: User, customer_ids: Iterable[int]) -> dict[int, CaseRow]:
    """How each customer stands that is being, or has been, worked: the latest case."""
    cases = ChurnCase.objects.visible_to(user).filter(current(), customer__in=list(customer_ids))
    return {row.customer_id: row for row in _rows(user, cases.order_by("id"))}


def cases_of(user: User, customer: Customer) -> list[CaseRow]:
    """All cases of a customer (in scope), the newest first."""
    return _rows(user, ChurnCase.objects.filter(customer=customer).order_by("-id"))


def unfinished_case(customer: Customer) -> ChurnCase | None:
    """The case of a customer (in scope) that has no outcome yet."""
    return ChurnCase.objects.filter(customer=customer, closed_at=None).first()


def dealt_with() -> QuerySet[ChurnCase, int]:
    """The ids of customers about whom nothing more is to be done for now: contacted lately, or with an outcome."""
    lately = Q(state=CaseState.CONTACTED, contacted_at__gte=timezone.now() - timedelta(days=QUIET_DAYS))
    ended = Q(closed_at__gte=timezone.now() - timedelta(days=OUTCOME_DAYS))
    return ChurnCase.objects.filter(lately | ended).values_list("customer_id", flat=True)


def _rows(user: User, cases: QuerySet[ChurnCase]) -> list[CaseRow]:
    readable = can(user, "personal.view")
    return [
        CaseRow(
            id=case.pk,
            customer_id=case.customer_id,
            state=case.state,
            label=case.get_state_display(),
            note=case.note if readable else masked_text(case.note),
            worked_by=str(case.worked_by or ""),
            contacted_at=case.contacted_at,
            closed_at=case.closed_at,
        )
        for case in cases.select_related("worked_by")
    ]
