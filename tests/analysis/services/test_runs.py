"""Runs: who may start one, what is published and when, and what a failure leaves behind."""

import datetime

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection

from analysis.models import AnalysisRun, CustomerSnapshot, Publication, RunState, TierSummary
from analysis.services import policies, publishing, runs, validation
from analysis.services.runs import perform, start_nightly, start_run
from analysis.services.validation import ValidationError
from crm.models import AuditEntry, Job, JobState, Role
from crm.services import jobs
from tests.analysis.company import golden_company
from tests.analysis.measures import golden
from tests.analysis.trade import Trade
from tests.cast import make_customer, make_order, make_user

pytestmark = pytest.mark.django_db(transaction=True)


def run_now(as_of: datetime.date = golden.AS_OF, **options: object) -> AnalysisRun:
    return start_run(actor=None, as_of=as_of, queue=False, **options)  # type: ignore[arg-type]


def job_of(run: AnalysisRun) -> Job:
    return Job.objects.get(pk=run.job_id or 0)


def partitions() -> set[str]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname FROM pg_class WHERE relname ~ '^analysis_customersnapshot_[0-9]+_[0-9]+$'"
        )
        return {name for (name,) in cursor.fetchall()}


def test_a_run_publishes_itself_and_supersedes_the_one_before() -> None:
    golden_company()
    first, second = run_now(), run_now()
    first.refresh_from_db()
    assert (first.state, second.state) == (RunState.SUPERSEDED, RunState.PUBLISHED)
    assert Publication.objects.get().run == second
    assert AuditEntry.objects.filter(action="analysis.publish").count() == 2


def test_the_same_day_analysed_again_gives_what_it_gave() -> None:
    Trade(seed=11)
    columns = [field.name for field in CustomerSnapshot._meta.fields if field.name not in {"pk", "run"}]
    first, second = (
        list(CustomerSnapshot.objects.filter(run=run_now()).order_by("customer").values_list(*columns))
        for _ in range(2)
    )
    assert first == second


def test_a_policy_may_ask_for_auto_and_is_told_when_it_falls_back() -> None:
    Trade(seed=11)
    policy = policies.adopt({"churn": {"model": "auto"}}, actor=None)
    run = run_now(datetime.date(2024, 12, 31), policy=policy)
    assert run.state == RunState.PUBLISHED
    assert run.churn["auto"]["problem"] == "few_customers"
    assert run.churn["backtest"]["methods"]["auto"]["problem"] == "few_customers"
    assert not run.churn["auto"]["used"]


def test_a_past_day_gives_what_it_gave_before_later_orders_came() -> None:
    trade = Trade(seed=12)
    day = datetime.date(2024, 6, 30)
    columns = ("customer_id", "value", "rank", "tier", "orders", "churn_probability", "open_complaints")
    then = list(CustomerSnapshot.objects.filter(run=run_now(day)).order_by("customer").values_list(*columns))
    for _ in range(30):
        trade._write(trade.customers[0], datetime.date(2024, 9, 1), sign=1, original=None)
    run_now(datetime.date(2024, 12, 31))
    now = list(CustomerSnapshot.objects.filter(run=run_now(day)).order_by("customer").values_list(*columns))
    assert now == then


def test_a_wallet_that_moves_to_others_is_named_with_what_was_known_by_the_day() -> None:
    Trade(seed=21, customers=80, orders=0).live(datetime.date(2024, 12, 31))
    loyal = make_customer("W1", "Wallet")
    make_order(loyal, "W-1", datetime.date(2024, 2, 1), 1000)
    day, year = datetime.date(2024, 12, 31), datetime.date(2024, 1, 1)
    for start, amount, noted_on in (
        (year, 366, day),  # one a day: 184 in the half-year, 182 of the 184 days before it
        (datetime.date(2024, 12, 1), 100, day),
        (datetime.date(2024, 12, 1), 999, datetime.date(2025, 1, 2)),
    ):
        end = datetime.date(2025, 1, 1)
        loyal.wallet_shares.create(
            period_start=start, period_end=end, amount_elsewhere=amount, noted_on=noted_on
        )
    window = {"start": "2024-07-01", "end": "2025-01-01"}
    policy = policies.adopt({"window": window, "churn": {"flag_at": "0.000001"}}, actor=None)
    row = CustomerSnapshot.objects.get(run=run_now(day, policy=policy), customer=loyal)
    assert (row.elsewhere, row.elsewhere_before, row.churn_flag) == (284_00, 182_00, True)
    assert "wallet_moving" in row.churn_reasons.split("|")
    assert set(CustomerSnapshot.objects.exclude(customer=loyal).values_list("elsewhere", flat=True)) == {None}


def test_a_run_that_is_not_to_be_published_is_kept_aside() -> None:
    golden_company()
    shown, kept = run_now(), run_now(publish=False)
    assert kept.state == RunState.VALIDATED
    assert Publication.objects.get().run == shown
    assert CustomerSnapshot.objects.filter(run=kept).count() == 12


def test_an_older_run_that_ends_later_does_not_replace_a_newer_one() -> None:
    golden_company()
    older = start_run(actor=None, as_of=golden.AS_OF)
    newer = run_now()
    jobs.execute(job_of(older).pk)
    older.refresh_from_db()
    assert older.state == RunState.VALIDATED
    assert Publication.objects.get().run == newer


def test_rights_are_asked_for_when_a_run_is_started_and_when_it_is_done() -> None:
    golden_company()
    with pytest.raises(PermissionDenied):
        start_run(actor=make_user("rep", Role.REP))
    manager = make_user("manager", Role.MANAGER)
    run = start_run(actor=manager, as_of=golden.AS_OF)
    manager.role = Role.REP
    manager.save()
    jobs.execute(job_of(run).pk)
    run.refresh_from_db()
    assert (run.state, job_of(run).state) == (RunState.FAILED, JobState.FAILED)
    assert not Publication.objects.exists()


def test_a_run_whose_asker_is_gone_is_not_done() -> None:
    golden_company()
    manager = make_user("manager", Role.MANAGER)
    run = start_run(actor=manager, as_of=golden.AS_OF)
    Job.objects.filter(pk=job_of(run).pk).update(created_by=None)
    jobs.execute(job_of(run).pk)
    run.refresh_from_db()
    assert run.state == RunState.FAILED


def test_a_run_that_is_cancelled_while_it_waits_says_so_and_can_be_tried_again() -> None:
    golden_company()
    run = start_run(actor=make_user("manager", Role.MANAGER), as_of=golden.AS_OF)
    jobs.cancel(job_of(run))
    run.refresh_from_db()
    assert (run.state, run.is_finished) == (RunState.CANCELLED, True)
    jobs.retry(job_of(run))
    jobs.execute(job_of(run).pk)
    run.refresh_from_db()
    assert run.state == RunState.PUBLISHED


def test_a_run_that_contradicts_its_data_is_not_published(monkeypatch: pytest.MonkeyPatch) -> None:
    golden_company()
    shown = run_now()
    monkeypatch.setattr(runs, "read_totals", lambda *given: {**shown.totals, "net_revenue": 1})
    with pytest.raises(ValidationError):
        run_now()
    assert Publication.objects.get().run == shown
    assert AnalysisRun.objects.latest("id").state == RunState.FAILED


@pytest.mark.parametrize(
    "where", ["storing.fill", "storing.index", "validation.check_rows", "publishing._store_sums"]
)
def test_a_run_that_breaks_leaves_the_one_before_and_goes_through_when_it_is_tried_again(
    where: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    golden_company()
    shown = run_now()
    run = start_run(actor=None, as_of=golden.AS_OF)
    with monkeypatch.context() as broken:
        broken.setattr(f"analysis.services.{where}", _fails)
        jobs.execute(job_of(run).pk)
    assert Publication.objects.get().run == shown
    jobs.execute(job_of(run).pk)
    run.refresh_from_db()
    assert run.state == RunState.PUBLISHED
    assert CustomerSnapshot.objects.filter(run=run).count() == 12
    assert TierSummary.objects.filter(run=run).values_list("customers", flat=True)
    assert {name for name in partitions() if name.startswith(f"analysis_customersnapshot_{run.pk}_")} == {
        f"analysis_customersnapshot_{run.pk}_2"
    }


def test_a_message_that_comes_twice_does_nothing() -> None:
    golden_company()
    run = run_now()
    job = job_of(run)
    assert perform(jobs.RunningJob(job)) == {"run": run.pk}
    assert AnalysisRun.objects.count() == 1


def test_a_company_without_orders_or_customers_can_be_analysed() -> None:
    run = run_now()
    assert run.state == RunState.PUBLISHED
    assert run.churn["problem"] == "no_customers"
    assert run.totals["net_revenue"] == 0


def test_the_nightly_run_is_started_once_a_day() -> None:
    first = start_nightly()
    assert first is not None
    assert start_nightly() is None


def test_the_deleted_and_those_who_refuse_are_left_out_but_their_money_counts() -> None:
    from customers.models import Customer

    golden_company()
    Customer.objects.filter(code="C01").update(scoring_refused=True)
    Customer.objects.filter(code="C03").update(deleted_at=datetime.datetime(2025, 1, 1, tzinfo=datetime.UTC))
    run = run_now()
    assert run.customers == 10
    assert run.totals["net_revenue"] == 23_579_999_96
    assert (run.totals["excluded_customers"], run.totals["excluded_net_revenue"]) == (2, 13_000_000_00)


def test_the_checks_of_large_companies_take_turns(monkeypatch: pytest.MonkeyPatch) -> None:
    Trade(seed=13)
    monkeypatch.setattr(validation, "LINES_CHECKED_A_RUN", 50)
    assert run_now().state == RunState.PUBLISHED
    assert publishing.run_before(AnalysisRun(as_of=golden.AS_OF)) is None


def _fails(*_given: object) -> None:
    raise RuntimeError("broken on purpose")
