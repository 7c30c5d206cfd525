"""The pages of the core run: the rows of their charts leave as files, and the brief compares with the run asked for."""

import csv
import io
from datetime import date
from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse

from analysis.models import AnalysisRun
from analysis.services.measures import carry_out_here
from analysis.services.runs import start_run
from crm.models import AuditEntry, Role, User
from tests.analysis.buyers import buyers
from tests.cast import make_user, sign_in

pytestmark = pytest.mark.django_db

DAYS = (date(2024, 6, 30), date(2024, 9, 30), date(2024, 12, 31))
LINK = 'href="#export-reason"'


@pytest.fixture(scope="module")
def ada(committed: None) -> User:
    """Sees all of a company of three runs."""
    buyers(120, date(2022, 6, 1), date(2025, 3, 31))
    for day in DAYS:
        run = start_run(actor=None, as_of=day, queue=False)
    carry_out_here(run, only=["moves"])
    return make_user("ada", Role.ADMIN)


def taken(client: Client, url: str) -> list[dict[str, str]]:
    """The rows of a chart's file."""
    answer = client.post(url, {"format": "chart", "reason": "audit"})
    assert answer.status_code == 200
    return list(csv.DictReader(io.StringIO(answer.getvalue().decode("utf-8-sig"))))


def test_the_rows_of_each_chart_are_those_of_its_table(ada: User) -> None:
    client = sign_in(ada)
    tables = {
        "tiers": "pareto_rows", "contribution": "monthly_rows", "churn": "bands_rows", "overview": "months"
    }  # fmt: skip
    for name, table in tables.items():
        page = client.get(reverse(f"analysis:{name}"))
        assert LINK in page.content.decode(), name
        shown = page.context[table]["rows"] if name == "overview" else page.context[table]
        rows = taken(client, page.context["exports"]["url"])
        assert len(rows) == len(shown) > 1, name
    assert AuditEntry.objects.filter(action="analysis.export").count() == len(tables)


def test_the_rows_of_the_charts_add_up_to_the_headlines(ada: User) -> None:
    client = sign_in(ada)
    summary = client.get(reverse("analysis:churn")).context["scored"]
    risks = taken(client, "/analysis/churn/export/")
    assert sum(int(row["Customers"]) for row in risks) == summary
    run = AnalysisRun.objects.get(as_of=DAYS[-1])
    months = taken(client, "/analysis/contribution/export/")
    assert [row["Month"] for row in months] == sorted((row["Month"] for row in months), reverse=True)
    inside = [row for row in months if row["Month"] >= f"{run.window_start:%Y-%m}"]
    assert sum(Decimal(row["Net revenue, CNY"]) for row in inside) * 100 == run.totals["net_revenue"]
    curve = taken(client, "/analysis/tiers/export/")
    assert float(curve[-1]["Cumulative share"]) == pytest.approx(1)


def test_an_auditor_is_offered_no_rows(ada: User) -> None:
    client = sign_in(make_user("otto", Role.AUDITOR))
    for name in ("overview", "tiers", "contribution", "churn", "rfm"):
        assert LINK not in client.get(reverse(f"analysis:{name}")).content.decode()


def test_who_is_newly_at_risk_is_told_against_the_run_before_alone(ada: User) -> None:
    first = AnalysisRun.objects.get(as_of=DAYS[0])
    told = {
        query: " ".join(
            sentence.text
            for sentence in sign_in(ada).get(f"{reverse('analysis:overview')}{query}").context["changed"]
        )
        for query in ("", "?against=none", f"?against={first.pk}")
    }
    assert ["newly at risk" in words for words in told.values()] == [True, False, False]
    assert all("likely not to order" in words for words in told.values())
