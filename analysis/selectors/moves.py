"""The alert list of a run: who moved since the run before, and why, as one viewer may see it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db.models import Count, Q, QuerySet
from django.utils.translation import gettext as _

from analysis.measures.moves import FlagChange, MoveCause, MoveKind
from analysis.models import AnalysisRun, CustomerSnapshot, Move
from analysis.selectors.explanations import METRICS, Wording
from analysis.selectors.kept import kept_sums
from analysis.selectors.ranking import COLUMNS
from analysis.selectors.results import RowsPage, page_of, visible_rows
from analysis.selectors.snapshots import Filter
from crm.models import User
from crm.paging import PAGE_SIZE, Key, integer
from crm.templatetags.format import compact_money
from customers.models import Customer, Region

MEASURE = "moves"
HEAVIEST_FIRST = (Key("weight", integer, descending=True), Key("customer_id", integer))
KINDS: dict[str, Q] = {
    **{kind.value: Q(move=kind) for kind in MoveKind},
    **{change.value: Q(flag=change) for change in FlagChange},
}
_OWN = tuple(column for column in COLUMNS if not column.startswith("customer__"))


@dataclass(frozen=True, slots=True)
class MovedCustomer:
    """A customer who stands elsewhere than in the run before; money in cents of the run's metric.

    ``sentence`` says what happened, ``reasons`` why the customer stands where it stands now.
    """

    customer_id: int
    code: str
    name: str
    region: str
    owner: str
    move: str
    flag: str
    cause: str
    tier_before: str
    tier: str
    value_before: int | None
    value: int | None
    sentence: str
    reasons: tuple[str, ...]


@kept_sums
def counts(run: AnalysisRun, user: User, filter: Filter | None = None) -> dict[str, int]:  # noqa: A002
    """How many of the viewer's customers moved, by the keys of :data:`KINDS`."""
    rows = visible_rows(Move, MEASURE, run, user, filter)
    found: dict[str, int] = rows.aggregate(
        **{kind: Count("customer_id", filter=KINDS[kind]) for kind in KINDS}
    )
    return found


def moved(
    run: AnalysisRun,
    user: User,
    filter: Filter | None = None,  # noqa: A002
    *,
    kind: str = "",
    passage: tuple[str, str] | None = None,
    after: str = "",
    before: str = "",
    size: int = PAGE_SIZE,
) -> RowsPage[MovedCustomer]:
    """A page of the viewer's customers who moved, those of the greatest value first; ``kind`` is a key of
    :data:`KINDS`, any when empty; ``passage`` the tiers before and now, "" for none, any when None.

    Raises
    ------
    CursorError
        For a cursor that this list did not make.
    """
    rows: QuerySet[Move] = visible_rows(Move, MEASURE, run, user, filter).filter(KINDS.get(kind, Q()))
    if passage is not None:
        rows = rows.exclude(move="").filter(tier_before=passage[0], tier=passage[1])
    page = page_of(
        rows.select_related("customer__owner"), HEAVIEST_FIRST, after=after, before=before, size=size
    )
    ids = [row.customer_id for row in page.rows]
    stands = {
        row["customer_id"]: row
        for row in CustomerSnapshot.objects.filter(run=run, customer__in=ids).values(*_OWN)
    }
    words = Wording(run)
    regions = regions_of(stands.values())
    found = [
        moved_customer(row.customer, vars(row), stands.get(row.customer_id), words, run, regions)
        for row in page.rows
    ]
    return RowsPage(found, page.before, page.after, page.count, page.count_capped)


def regions_of(rows: Iterable[Mapping[str, Any]]) -> dict[int | None, str]:
    """The names of the regions that rows lie in."""
    ids = {row["region_id"] for row in rows if row["region_id"]}
    return {pk: str(region) for pk, region in Region.objects.in_bulk(ids).items()}


def move_sentence(row: Mapping[str, Any], run: AnalysisRun) -> str:
    """What happened to a customer since the run before, in a sentence or two."""
    sentences = [_tier_sentence(row, run)] if row["move"] else []
    if row["flag"] == FlagChange.RAISED:
        sentences.append(_("Newly flagged as likely to leave."))
    elif row["flag"] == FlagChange.CLEARED:
        sentences.append(_("No longer flagged as likely to leave."))
    return " ".join(sentences)


def reasons_of(stand: Mapping[str, Any], words: Wording) -> tuple[str, ...]:
    """Why a customer stands where it stands: the steps to its tier, and what speaks for its leaving."""
    return (*words.tier_reasons(stand), *words.churn_reasons(stand))


def _tier_sentence(row: Mapping[str, Any], run: AnalysisRun) -> str:
    currency = run.currency or settings.COMPANY_CURRENCY
    figures = {
        "before": row["tier_before"],
        "tier": row["tier"],
        "metric": METRICS[run.policy.parsed().metric],
        "then": compact_money(row["value_before"], currency),
        "now": compact_money(row["value"], currency),
    }
    if row["move"] == MoveKind.NEW:
        return _("New in the analysis, in %(tier)s.") % figures
    if row["move"] == MoveKind.LOST:
        return _("No longer in the analysis; it was in %(before)s.") % figures
    sentences = {
        MoveCause.VALUE: _("From %(before)s to %(tier)s: %(metric)s went from %(then)s to %(now)s."),
        MoveCause.THRESHOLD: _(
            "From %(before)s to %(tier)s by another threshold; %(metric)s went from %(then)s to %(now)s."
        ),
        MoveCause.POTENTIAL: _("From %(before)s to %(tier)s by the judgement of its potential."),
        MoveCause.POLICY: _("From %(before)s to %(tier)s: the policy ranks by another metric or scheme."),
    }
    return sentences[MoveCause(row["cause"])] % figures


def moved_customer(
    customer: Customer,
    row: Mapping[str, Any],
    stand: Mapping[str, Any] | None,
    words: Wording,
    run: AnalysisRun,
    regions: Mapping[int | None, str],
) -> MovedCustomer:
    """Put a move into words; ``stand`` is the customer's row in the run, None when it is not in it."""
    owner = customer.owner
    return MovedCustomer(
        customer_id=customer.pk,
        code=customer.code,
        name=customer.name,
        region=regions.get(stand["region_id"], "") if stand else "",
        owner=(owner.name or owner.username) if owner else "",
        move=row["move"],
        flag=row["flag"],
        cause=row["cause"],
        tier_before=row["tier_before"],
        tier=row["tier"],
        value_before=row["value_before"],
        value=row["value"],
        sentence=move_sentence(row, run),
        reasons=reasons_of(stand, words) if stand else (),
    )
