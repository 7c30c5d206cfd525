"""`manage.py analyse`: what it prints, writes and refuses."""

import csv
import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from analysis.exports.customers import COLUMNS
from analysis.models import AnalysisRun, Policy, Publication, RunState
from crm.models import Role
from customers.models import Customer
from tests.analysis.company import WEST_RULES, golden_company, run_before, west_policy
from tests.analysis.measures import golden
from tests.cast import make_user

pytestmark = pytest.mark.django_db(transaction=True)


def analyse(*arguments: str) -> tuple[str, str]:
    out, err = StringIO(), StringIO()
    call_command("analyse", "--as-of", golden.AS_OF.isoformat(), *arguments, stdout=out, stderr=err)
    return out.getvalue(), err.getvalue()


def policy_file(folder: Path, content: Any) -> str:
    file = folder / "policy.json"
    file.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
    return str(file)


@pytest.fixture
def company() -> None:
    golden_company()


@pytest.mark.usefixtures("company")
def test_it_exports_every_customer_in_the_order_of_rank(tmp_path: Path) -> None:
    run_before(west_policy())
    analyse("--policy", policy_file(tmp_path, WEST_RULES), "--export", str(tmp_path / "out"))
    with (tmp_path / "out" / "customers.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert list(rows[0]) == list(COLUMNS)
    found = [
        (row["customer_code"], row["net_revenue"], row["rank"], row["tier"], row["marks"]) for row in rows
    ]
    assert found == [
        (f"C{customer:02}", net, str(rank), tier, mark)
        for customer, net, rank, _share, _before, _raw, _kept, tier, _pareto, mark in sorted(
            golden.BY_RETURN_DATE, key=lambda row: (row[2], row[0])
        )
    ]


@pytest.mark.usefixtures("company")
def test_its_summary_adds_up(tmp_path: Path) -> None:
    analyse("--policy", policy_file(tmp_path, WEST_RULES), "--export", str(tmp_path))
    summary = json.loads((tmp_path / "summary.json").read_text(encoding="utf-8"))
    assert summary["as_of"] == "2024-12-31"
    assert summary["currency"] == "CNY"
    assert summary["window"] == {"start": "2024-01-01", "end": "2025-01-01"}
    assert summary["totals"]["net_revenue"] == 23_579_999.96
    assert summary["totals"]["customers"] == 12
    assert summary["totals"]["customers_positive_net"] == 9
    assert summary["tiers"]["amount"]["all"] == {"A": 3, "B": 3, "C": 6}
    assert summary["tiers"]["pareto"]["positive_net"] == {"A": 4, "B": 3, "C": 2}
    assert summary["churn"]["instead_of"]["model"] == "mbg_nbd"  # nobody here was ever seen to leave
    assert set(summary["churn"]["backtest"]["methods"]) >= {"mbg_nbd", "bg_nbd"}


@pytest.mark.usefixtures("company")
def test_json_is_all_that_it_prints() -> None:
    out, _err = analyse("--json", "--no-publish")
    assert json.loads(out)["state"] == RunState.VALIDATED
    assert not Publication.objects.exists()


@pytest.mark.usefixtures("company")
def test_a_queued_run_waits_for_a_worker() -> None:
    out, _err = analyse("--queue", "--json")
    assert json.loads(out)["state"] == RunState.QUEUED
    assert AnalysisRun.objects.get().job is not None


@pytest.mark.usefixtures("company")
def test_the_same_policy_again_is_the_same_version(tmp_path: Path) -> None:
    for rules in (WEST_RULES, {**WEST_RULES, "scheme": "amount"}):
        analyse("--policy", policy_file(tmp_path, rules), "--no-publish")
    assert Policy.objects.count() == 1


@pytest.mark.parametrize(
    ("content", "named"),
    [
        ({"thresholds": {"a": 1, "b": 2}}, "thresholds.a"),
        ({"tresholds": {}}, "tresholds"),
        ({"region_thresholds": {"ATLANTIS": {"a": 2, "b": 1}}}, "ATLANTIS"),
        ({"window": {"start": "2030-01-01", "end": "2031-01-01"}}, "window"),
        ({"churn": {"horizon_days": "soon"}}, "churn.horizon_days"),
        ([], "{ … }"),
        ("{", "policy.json"),
    ],
)
def test_a_wrong_policy_is_refused_by_the_name_of_its_key(tmp_path: Path, content: Any, named: str) -> None:
    with pytest.raises(CommandError, match=named.replace("{", r"\{")):
        analyse("--policy", policy_file(tmp_path, content))
    assert not Publication.objects.exists()


def test_a_policy_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match=r"nowhere\.json"):
        analyse("--policy", str(tmp_path / "nowhere.json"))


def test_who_may_not_start_an_analysis_is_told_so() -> None:
    make_user("rep", Role.REP)
    with pytest.raises(CommandError, match="rep"):
        analyse("--as", "rep")


@pytest.mark.usefixtures("company")
def test_an_empty_window_points_to_the_last_order() -> None:
    out, err = StringIO(), StringIO()
    call_command("analyse", "--as-of", "2034-12-31", stdout=out, stderr=err)
    assert "2025-01-01" in err.getvalue()


@pytest.mark.usefixtures("company")
def test_a_name_that_a_spreadsheet_would_take_for_a_formula_is_made_harmless(tmp_path: Path) -> None:
    Customer.objects.filter(code="C01").update(name="=HYPERLINK(1)")
    analyse("--export", str(tmp_path))
    assert ",'=HYPERLINK(1)," in (tmp_path / "customers.csv").read_text(encoding="utf-8")
