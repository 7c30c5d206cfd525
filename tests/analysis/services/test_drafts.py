"""Drafts of a policy: previewed for their author alone, published as versions of their own, never over another's."""

import datetime
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied

from analysis.models import AnalysisRun, Policy
from analysis.selectors.drafts import preview_of
from analysis.services import drafts, policies
from analysis.services.runs import start_run
from crm.models import AuditEntry, User
from crm.services import jobs
from customers.models import Customer, Region
from customers.services.regions import load_regions
from tests.cast import Cast, make_customer, make_order

pytestmark = pytest.mark.django_db(transaction=True)

DAY = datetime.date(2024, 12, 31)
JIANGSU = "320000"


@pytest.fixture
def regions(transactional_db: None) -> None:
    """Have the regions there, which tests that commit leave behind empty."""
    load_regions()


@pytest.fixture
def company(regions: None, cast: Cast) -> Cast:
    """A published run in which Alice's customer is a C in Jiangsu, and Ada's in Shanghai too."""
    make_order(cast.huaxin, "SO-1", DAY, 600_000)
    shanghai = make_customer("K7", "沪上商贸", owner=cast.ada, region=Region.objects.get(code="310000"))
    make_order(shanghai, "SO-2", DAY, 700_000)
    start_run(actor=None, as_of=DAY, queue=False)
    return cast


def draft(actor: User, **changes: Any) -> Any:
    current = policies.current()
    rules = {**current.rules, **changes}
    return drafts.write_draft(actor=actor, based_on=current.pk, rules=rules, reason="trial")


def published(actor: User, **changes: Any) -> AnalysisRun:
    run = drafts.publish(draft(actor, **changes).pk, actor=actor)
    jobs.execute(run.job_id or 0)
    run.refresh_from_db()
    return run


def test_a_preview_tells_its_author_of_their_own_customers(company: Cast) -> None:
    made = draft(company.dora, region_thresholds={JIANGSU: {"a": 500_000, "b": 100_000}})
    told = preview_of(made, company.dora)
    assert told is not None
    assert [(mover.name, mover.tier_before, mover.tier) for mover in told.movers] == [
        ("苏州华新家电", "C", "A")
    ]
    everywhere = preview_of(draft(company.ada, thresholds={"a": 650_000, "b": 500_000}), company.ada)
    assert everywhere is not None
    assert {mover.tier for mover in everywhere.movers} == {"A", "B"}
    Customer.objects.filter(pk=company.huaxin.pk).update(region=None)
    again = preview_of(made, company.dora)
    assert again is not None
    assert again.movers == []


def test_a_manager_changes_the_thresholds_of_their_regions_alone(company: Cast) -> None:
    for changes in (
        {"thresholds": {"a": 500_000, "b": 100_000}},
        {"region_thresholds": {"310000": {"a": 500_000, "b": 100_000}}},
        {"hysteresis": "0.2"},
    ):
        with pytest.raises(PermissionDenied):
            draft(company.dora, **changes)
    with pytest.raises(PermissionDenied):
        draft(company.alice, hysteresis="0.2")
    assert draft(company.dora, region_thresholds={"320500": {"a": 500_000, "b": 100_000}}).pk


def test_publishing_makes_a_version_and_a_run_that_follows_it(company: Cast) -> None:
    run = published(company.dora, region_thresholds={JIANGSU: {"a": 500_000, "b": 100_000}})
    assert (run.state, run.as_of, run.policy.author, run.policy.reason) == (
        "published",
        DAY,
        company.dora,
        "trial",
    )
    assert AuditEntry.objects.filter(action="policy.publish", actor=company.dora).count() == 1
    with pytest.raises(drafts.NothingChangedError):
        draft(company.ada)


def test_the_second_of_two_editors_overwrites_nothing(company: Cast) -> None:
    mine = draft(company.ada, hysteresis="0.2")
    theirs = draft(company.dora, region_thresholds={JIANGSU: {"a": 500_000, "b": 100_000}})
    drafts.publish(theirs.pk, actor=company.dora)
    with pytest.raises(drafts.PolicyChangedError):
        drafts.publish(mine.pk, actor=company.ada)
    assert Policy.objects.count() == 2
    again = drafts.take_up_again(mine.pk, actor=company.ada)
    assert again.based_on == policies.current()
    with pytest.raises(type(mine).DoesNotExist):
        drafts.publish(mine.pk, actor=company.dora)


def test_going_back_makes_a_version_of_its_own(company: Cast) -> None:
    first = policies.current()
    published(company.ada, hysteresis="0.2")
    run = published(company.ada, **first.rules)
    assert run.policy.version == 3
    assert run.policy.rules == first.rules
