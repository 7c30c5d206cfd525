"""What the customers' pages are told about a customer by the published run (crm.extensions)."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery

from analysis.measures.tiers import TierScheme
from analysis.models import AnalysisRun, CustomerSnapshot, Publication, RunState
from analysis.models.rules import read_rules
from analysis.selectors.explanations import JUDGEMENT, Wording
from analysis.selectors.groups import reads_stored
from analysis.selectors.marks import marks_of, shown_gold
from analysis.selectors.ranking import COLUMNS, known_margin
from analysis.selectors.snapshots import Filter, sees_company, visible
from analysis.selectors.sums import add, sums_by_tier
from crm.extensions import CareTerms, Explanation, PastStanding, Standing, Worth
from crm.models import User
from crm.policy import can
from crm.prepared import Prepared, Slot
from customers.models import Customer
from customers.models.profiles import sees_customer
from customers.models.scope import any_of

MOST_PAST_DAYS = 400
_OWN = tuple(column for column in COLUMNS if not column.startswith("customer__"))

_POINTER = Prepared(lambda: Publication.objects.order_by().values("run_id", "published_at"))
# What snapshots.visible leaves of one customer for those who see this one.
_OF_CUSTOMER = Prepared(
    lambda: CustomerSnapshot.objects.filter(
        run=Slot("run"),
        customer=Slot("customer"),
        customer__deleted_at=None,
        customer__scoring_refused=False,
    ).values(*_OWN, *JUDGEMENT, is_gold=shown_gold())
)


def open_published() -> PublishedInsights | None:
    """The published run, bound for one response; None before the first one."""
    pointer = _POINTER.one()
    return PublishedInsights(_published_run(pointer["run_id"], pointer["published_at"])) if pointer else None


@lru_cache(maxsize=2)
def _published_run(run_id: int, published_at: datetime) -> AnalysisRun:
    """The run of one publication: nothing of it changes any more, and every list and record asks for it."""
    return AnalysisRun.objects.select_related("policy", "previous").get(pk=run_id)


@dataclass(frozen=True, slots=True)
class PublishedInsights:
    """One published run as the customers' pages see it."""

    run: AnalysisRun
    _wording: list[Wording] = field(default_factory=list)

    def standings(self, customer_ids: Collection[int]) -> Mapping[int, Standing]:
        """What lists say about these customers, in one query; the unknown are left out."""
        rows = self._rows().filter(customer__in=list(customer_ids)).values(*_OWN, is_gold=shown_gold())
        return {row["customer_id"]: self._standing(row) for row in rows}

    def customers_with(
        self, *, tiers: Collection[str] = (), flagged: bool | None = None
    ) -> QuerySet[Any, Any]:
        """The ids of customers of these tiers and churn flag, to be used within a query."""
        rows = self._rows()
        if tiers:
            rows = rows.filter(tier__in=tiers)
        if flagged is not None:
            rows = rows.filter(churn_flag=flagged)
        return rows.values("customer_id")

    def count_with(
        self, viewer: User, *, tiers: Collection[str] = (), flagged: bool | None = None
    ) -> int | None:
        """How many those are, where the run's own sums are the viewer's; None for anybody else."""
        if not reads_stored(viewer, Filter()):
            return None
        by_tier = sums_by_tier(self.run, viewer, Filter())
        sums = add(by_tier[tier] for tier in (tiers or by_tier))
        if flagged is None:
            return sums["customers"]
        return sums["flagged"] if flagged else sums["scored"] - sums["flagged"]

    def explain(self, customer_id: int, *, viewer: User) -> Explanation | None:
        """Why one customer stands where it stands; None when the run or the viewer does not know it."""
        row = self._row_of(customer_id, viewer)
        run, words, company = self.run, self._words(), sees_company(viewer)
        if row is None or run.window_start is None or run.window_end is None:
            return None
        before = row["net_revenue_before"]
        further = (words.judgement(row), words.mark_reason(row))
        return Explanation(
            standing=self._standing(row),
            as_of=run.as_of,
            window_start=run.window_start,
            window_end=run.window_end,
            net_revenue=row["net_revenue"],
            gross_margin=known_margin(row),
            rank=row["rank"] if company else None,
            population=run.customers if company else None,
            share=row["share"] if company else None,
            change=(row["net_revenue"] - before) / before if before > 0 else None,
            tier_reasons=(*words.tier_reasons(row), *filter(None, further)),
            # Under Pareto the threshold is some customer's value, and not every viewer may see that customer.
            next_tier=words.next_tier(row) if company or row["tier_scheme"] == TierScheme.AMOUNT else "",
            churn_probability=row["churn_probability"],
            horizon_days=run.horizon_days or 0,
            churn_reasons=(words.churn_sentence(row), *words.churn_reasons(row)),
            run_url=run.get_absolute_url(),
        )

    def _row_of(self, customer_id: int, viewer: User) -> dict[str, Any] | None:
        """The row of one customer, with the judgement of today; None when the viewer does not know it."""
        if not can(viewer, "analysis.view") or not sees_customer(viewer, customer_id):
            return None
        return _OF_CUSTOMER.one(run=self.run.pk, customer=customer_id)

    def most_valuable(
        self,
        customers: QuerySet[Any, Any],
        *,
        tiers: Collection[str] = (),
        flagged: bool | None = None,
        limit: int,
        are_few: bool = False,
    ) -> Sequence[Worth]:
        """The customers with most value among some that are in the viewer's scope."""
        ids = customers.order_by().values("pk")
        rows = self._rows().filter(any_of("customer", ids) if are_few else Q(customer__in=ids))
        if tiers:
            rows = rows.filter(tier__in=tiers)
        if flagged is not None:
            rows = rows.filter(churn_flag=flagged)
        found = rows.order_by("rank", "customer_id").values(*_OWN, is_gold=shown_gold())[:limit]
        return [Worth(row["customer_id"], row["net_revenue"], self._standing(row)) for row in found]

    def by_value(self, rows: QuerySet[Any, Any], then: Sequence[str]) -> QuerySet[Any, Any]:
        """Records in the order of their customers' value: each customer's rank is one look into the run's own key."""
        ranks = self._rows().filter(customer=OuterRef("customer"))
        return rows.order_by(Subquery(ranks.values("rank")[:1]).asc(nulls_last=True), *then)

    def care_plan(self) -> Mapping[str, CareTerms]:
        """What the run's policy has for customers of each tier."""
        return {
            tier: CareTerms(
                visit_days=terms.days,
                complaints=terms.complaint_priority.value,
                complaint_days=terms.complaint_days,
                discount=terms.discount,
                service=str(terms.service_level.label),
            )
            for tier, terms in read_rules(self.run.policy.rules).care.tiers.items()
        }

    def history(self, customer_id: int, *, viewer: User) -> Sequence[PastStanding]:
        """What this and earlier published runs said of the customer, the last one of each day, newest first."""
        company = sees_company(viewer)
        if not visible(self.run, viewer).filter(customer=customer_id).exists():
            return []
        # Read from the rows themselves: most runs keep none, and those that do are the days and month ends to be told.
        told = (
            CustomerSnapshot.objects.filter(
                customer=customer_id,
                run__lte=self.run.pk,
                run__state__in=[RunState.PUBLISHED, RunState.SUPERSEDED],
            )
            .order_by("-run__as_of", "-run_id")
            .distinct("run__as_of")
            .values("run_id", *_OWN, is_gold=shown_gold())[:MOST_PAST_DAYS]
        )
        rows = list(told)
        past = AnalysisRun.objects.select_related("policy").in_bulk({row["run_id"] for row in rows})
        return [_past(row, past[row["run_id"]], company) for row in rows]

    def _rows(self) -> QuerySet[CustomerSnapshot]:
        """The run's rows but those of customers who have refused to be scored since.

        These are few, and left out by the index that holds them alone: joined to their customers, all would be read.
        """
        refused = Customer.objects.filter(pk=OuterRef("customer"), scoring_refused=True)
        return CustomerSnapshot.objects.filter(~Exists(refused), run=self.run)

    def _words(self) -> Wording:
        if not self._wording:
            self._wording.append(Wording(self.run))
        return self._wording[0]

    def _standing(self, row: Mapping[str, Any]) -> Standing:
        words = self._words()
        label, tone = words.churn_label(row)
        return Standing(
            tier=row["tier"],
            tier_reason=words.short_tier_reason(row),
            marks=marks_of(row),
            churn_flag=bool(row["churn_flag"]),
            churn_label=label,
            churn_tone=tone,
            churn_reason=" ".join(words.churn_reasons(row)),
        )


def _past(row: Mapping[str, Any], run: AnalysisRun, company: bool) -> PastStanding:
    return PastStanding(
        as_of=run.as_of,
        tier=row["tier"],
        reason=Wording(run).short_tier_reason(row),
        net_revenue=row["net_revenue"],
        rank=row["rank"] if company else None,
        churn_probability=row["churn_probability"],
        run_url=run.get_absolute_url(),
    )
