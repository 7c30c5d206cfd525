"""Every measure has its page, two clicks away; figures and files are those of plain SQL over the viewer's customers."""

from __future__ import annotations

import csv
import datetime
import io
import re
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import translation
from python_calamine import CalamineWorkbook

from analysis.models import AnalysisRun
from analysis.registry import FURTHER
from analysis.registry.core import CORE
from analysis.selectors.snapshots import Filter, sees_company
from analysis.services.measures import carry_out_here
from analysis.services.runs import start_run
from analysis.views.measures.declaring import Asked
from analysis.views.measures.pages import FRAMED, PAGES, TOLD_BY
from crm.models import Role, Team, User
from crm.templatetags.format import compact_money, number
from customers.models import Customer, CustomerShare, Informant, Region
from tests.analysis.buyers import buyers
from tests.analysis.dealings import AS_OF, dealings
from tests.analysis.views.marks import astray
from tests.analysis.views.oracles import HEAD, HEARD, HEARD_BY_ALL, MINE, ORACLES, WITHOUT_SCOPE
from tests.cast import make_user, sign_in

pytestmark = pytest.mark.django_db

# What this company's data do not allow: nothing was bought together often enough.
REFUSED = {"cross_sell"}
# Nor in its first run: nobody had moved yet.
REFUSED_AT_FIRST = {"moves", "baskets"}
# The day of the earlier run: much has happened since.
BEFORE = AS_OF - datetime.timedelta(days=120)
WRITTEN: dict[str, Callable[[int], str]] = {
    "money": lambda figure: compact_money(figure, "CNY"),
    "count": number,
    "hundredths": lambda figure: number(figure / 100, 2),
}
ROLES = {"rep": Role.REP, "manager": Role.MANAGER, "admin": Role.ADMIN, "auditor": Role.AUDITOR}


@dataclass(frozen=True)
class Company:
    """A company of random dealings with a past and a published run, and who looks at it."""

    past: AnalysisRun
    run: AnalysisRun
    people: dict[str, User]


@pytest.fixture(scope="module")
def company(committed: None) -> Company:
    """Return a company whose every measure has been worked out twice."""
    dealings(seed=5)
    buyers(150, datetime.date(2023, 1, 1), AS_OF)
    team = Team.objects.create(name="华东分公司")
    people = {
        name: make_user(name, role, team if name == "manager" else None) for name, role in ROLES.items()
    }
    ids = list(Customer.objects.order_by("pk").values_list("pk", flat=True))
    Customer.objects.filter(pk__in=ids[::3]).update(owner=people["rep"])
    Customer.objects.filter(pk__in=ids[1::3]).update(team=team)
    CustomerShare.objects.create(customer_id=ids[1], user=people["rep"])
    Informant.objects.filter(name="N0").update(owner=people["rep"])
    Informant.objects.filter(name="N1").update(owner=people["manager"])
    past, run = (start_run(actor=None, as_of=day, queue=False) for day in (BEFORE, AS_OF))
    for each in (past, run):
        carry_out_here(each)
    Customer.objects.filter(pk=ids[6]).update(scoring_refused=True)
    return Company(past, run, people)


def asked(sql: str, run: AnalysisRun, who: str, user: User) -> int:
    """Ask the database itself."""
    mine = MINE[who].format(user=user.pk, team=user.team_id or 0)
    heard = (HEARD if who in {"rep", "manager"} else HEARD_BY_ALL).format(user=user.pk)
    with connection.cursor() as cursor:
        cursor.execute(HEAD.format(mine=mine, heard=heard, run=run.pk) + sql.format(run=run.pk))
        (found,) = cursor.fetchone()
    return int(found or 0)


def shown(client: Client, name: str, label: str, query: str) -> str | None:
    """The headline figure of a page, as it is written; None when the data do not allow the measure."""
    figures = client.get(f"{PAGES[name].url}{query}").context.get("figures")
    if figures is None:
        return None
    return next(str(figure["value"]) for figure in figures if str(figure["label"]) == label)


def file_of(client: Client, name: str, query: str, form: str) -> list[dict[str, Any]]:
    """The rows of a page's file, read back."""
    url = reverse("analysis:export", args=[PAGES[name].slug])
    answer = client.post(f"{url}{query}", {"format": form, "reason": "audit"})
    assert answer.status_code == 200
    if form == "csv":
        return list(csv.DictReader(io.StringIO(answer.getvalue().decode("utf-8-sig"))))
    sheet = CalamineWorkbook.from_filelike(io.BytesIO(answer.getvalue())).get_sheet_by_index(0)
    heads, *rows = sheet.to_python()
    return [dict(zip(map(str, heads), row, strict=True)) for row in rows]


def added_up(rows: list[dict[str, Any]], column: str) -> int:
    """The sum of a column of a file: cents where it is money."""
    cents = 100 if "," in column else 1
    return round(sum(Decimal(str(row[column] or 0)) for row in rows) * cents)


def differences(
    run: AnalysisRun, who: str, user: User, viewer: User | None = None, query: str = "", form: str = "csv"
) -> list[tuple[str, Any, Any]]:
    """Where a page or its file says something else than the database, for one viewer.

    ``viewer`` looks in place of ``user``, with a ``query`` that narrows the page down to that colleague's customers or
    asks for a past run. ``form`` is that of the file; without, files are left alone.
    """
    client = sign_in(viewer or user)
    wrong: list[tuple[str, Any, Any]] = []
    refused: list[str] = []
    for name, oracle in ORACLES.items():
        if name in WITHOUT_SCOPE and who in MINE.keys() - ROLES.keys():
            continue
        if PAGES[name].company_only and not sees_company(viewer or user):
            assert shown(client, name, oracle.label, query) is None
            continue
        expected = asked(oracle.figure, run, who, user)
        with translation.override("en"):
            words = WRITTEN[oracle.form](expected)
        found = shown(client, name, oracle.label, query)
        if found is None:
            refused.append(name)
        elif found != words:
            wrong.append((name, found, words))
        if not form:
            continue
        rows = file_of(client, name, query, form)
        if oracle.column and added_up(rows, oracle.column) != expected:
            wrong.append((f"{name}: {oracle.column}", added_up(rows, oracle.column), expected))
        if oracle.rows and len(rows) != asked(oracle.rows, run, who, user):
            wrong.append((f"{name}: rows", len(rows), asked(oracle.rows, run, who, user)))
    assert set(refused) <= REFUSED | (REFUSED_AT_FIRST if run.previous is None else set())
    return wrong


@pytest.mark.parametrize(
    ("who", "form"), [("rep", "csv"), ("manager", "csv"), ("admin", "xlsx"), ("auditor", "")]
)
def test_everybody_s_pages_and_files_agree_with_sql_over_their_own_customers(
    company: Company, who: str, form: str
) -> None:
    assert differences(company.run, who, company.people[who], form=form) == []


def test_pages_and_files_narrowed_down_agree_with_sql_over_the_customers_left(company: Company) -> None:
    rep, ada, region = company.people["rep"], company.people["admin"], Region.objects.get(path="D/D1/")
    assert differences(company.run, "owner", rep, ada, f"?owner={rep.pk}", "") == []
    assert differences(company.run, "region", ada, ada, f"?region={region.pk}") == []


@pytest.mark.parametrize("who", ["rep", "admin"])
def test_pages_of_a_past_run_know_nothing_of_what_was_sold_since(company: Company, who: str) -> None:
    assert differences(company.past, who, company.people[who], None, f"?run={company.past.pk}", "") == []


@pytest.mark.parametrize("who", ["rep", "admin"])
def test_every_mark_leads_to_as_many_customers_as_it_counts(company: Company, who: str) -> None:
    client, user = sign_in(company.people[who]), company.people[who]
    assert astray(client, Asked(company.run, user, Filter())) == []
    if who == "rep":
        assert astray(client, Asked(company.past, user, Filter())) == []


def test_an_auditor_takes_nothing_out(company: Company) -> None:
    auditor = sign_in(company.people["auditor"])
    assert auditor.post(reverse("analysis:export", args=["rfm"])).status_code == 403


@pytest.mark.parametrize("who", ["rep", "admin"])
def test_every_page_speaks_chinese(company: Company, who: str) -> None:
    client = sign_in(company.people[who], "zh-hans")
    answers = {page.url: client.get(page.url).status_code for page in FRAMED.values()}
    assert answers == dict.fromkeys(answers, 200)


def test_every_page_has_an_oracle() -> None:
    assert set(ORACLES) == set(PAGES)


def test_every_measure_of_the_registry_has_its_page() -> None:
    told = {TOLD_BY.get(measure.name, measure.name) for measure in CORE} | set(FURTHER)
    assert told <= set(PAGES)


def test_every_measure_is_two_clicks_from_the_navigation(company: Company) -> None:
    client = sign_in(company.people["manager"])
    first = links(client, reverse("analysis:runs"))
    assert reverse("analysis:overview") in first
    second = first | links(client, reverse("analysis:overview"))
    assert {page.url for page in PAGES.values()} <= second


def links(client: Client, address: str) -> set[str]:
    """Where the links of a page lead."""
    return set(re.findall(r'href="([^"#?]+)', client.get(address).content.decode()))


def test_what_the_address_asks_in_vain_is_said_and_left_out(company: Company) -> None:
    client = sign_in(company.people["admin"])
    for query in ("run=99", "against=x", "region=0", "by=nonsense", "owner=999999"):
        answer = client.get(f"{reverse('analysis:composition')}?{query}")
        assert answer.status_code == 200
        assert len(answer.context["frame"].notes) == 1, query
