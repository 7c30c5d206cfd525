"""The digest of one reader: how much waits, where, and for whom; nothing personal, and nothing out of scope."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from crm.extensions import customer_insights
from crm.models import User
from crm.policy import Scope, scope_of
from customers.models import Customer, CustomerKind
from customers.selectors.queue_rows import QueueRow, Waiting
from customers.selectors.today import count_waiting, queue

MOST_NAMED = 5
KINDS: dict[Waiting, str | Promise] = {
    Waiting.COMPLAINT: _("Complaints to deal with"),
    Waiting.TASK: _("Tasks due"),
    Waiting.DATE: _("Days to remember"),
    Waiting.OVERDUE: _("Customers overdue against their own rhythm"),
    Waiting.CARE: _("Care visits due"),
    Waiting.INFORMANT: _("Silent informants"),
}


@dataclass(frozen=True, slots=True)
class Named:
    """A customer for whom something waits: a company by its name, a person by the code alone."""

    customer_id: int
    name: str
    why: str


@dataclass(frozen=True, slots=True)
class Digest:
    """How much waits, of each kind, and the most valuable customers concerned."""

    counts: list[tuple[str, int]]
    named: list[Named]

    @property
    def total(self) -> int:
        """How much waits in all."""
        return sum(count for _label, count in self.counts)


def digest_of(user: User, today: date) -> Digest:
    """What waits: for a rep among their own customers, for others among all that they may see."""
    insights, own = customer_insights(), scope_of(user, "customer.view") is Scope.OWN
    waiting = count_waiting(user, insights, own=own, today=today)
    counts = [(str(label), waiting.get(kind, 0)) for kind, label in KINDS.items()]
    rows = queue(user, insights, own=own, today=today)
    return Digest([each for each in counts if each[1]], _named(user, rows))


def _named(user: User, rows: list[QueueRow]) -> list[Named]:
    first: dict[int, QueueRow] = {}
    for row in rows:
        # A day of somebody's life is personal already: it is counted, and named to nobody.
        if row.customer_id and row.why is not Waiting.DATE:
            first.setdefault(row.customer_id, row)
    ids = list(first)[:MOST_NAMED]
    known = Customer.objects.visible_to(user).in_bulk(ids)
    return [
        Named(
            pk,
            known[pk].code if known[pk].kind == CustomerKind.PERSON else known[pk].name,
            str(KINDS[first[pk].why]),
        )
        for pk in ids
        if pk in known
    ]
