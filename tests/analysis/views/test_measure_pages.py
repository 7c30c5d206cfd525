"""Every measure has its page, two clicks away; figures and files are those of plain SQL over the viewer's customers."""

from __future__ import annotations

import csv
import datetime
import io
import re
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import translation

from analysis.models import AnalysisRun
from analysis.registry import FURTHER
from analysis.registry.core import CORE
from analysis.selectors.snapshots import sees_company
from analysis.services.measures import carry_out_here
from analysis.services.runs import start_run
from analysis.views.measures.pages import FRAMED, PAGES, TOLD_BY
from crm.models import Role, Team, User
from crm.templatetags.format import compact_money, number
from customers.models import Customer, CustomerShare, Region
from tests.analysis.buyers import buyers
from tests.analysis.dealings import AS_OF, dealings
from tests.analysis.views.oracles import HEAD, MINE, ORACLES, WITHOUT_SCOPE
from tests.cast import make_user, sign_in

# What this company's data do not allow: nothing was bought together often enough.
REFUSED = {"cross_sell"}
ROLES = {"rep": Role.REP, "manager": Role.MANAGER, "admin": Role.ADMIN, "auditor": Role.AUDITOR}


def company() -> tuple[AnalysisRun, dict[str, User]]:
    """A company of random dealings with two published runs, and who looks at it."""
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
    start_run(actor=None, as_of=AS_OF - datetime.timedelta(days=120), queue=False)
    run = start_run(actor=None, as_of=AS_OF, queue=False)
    carry_out_here(run)
    Customer.objects.filter(pk=ids[6]).update(scoring_refused=True)
    return run, people


def asked(sql: str, run: AnalysisRun, who: str, user: User) -> int:
    """Ask the database itself."""
    mine = MINE[who].format(user=user.pk, team=user.team_id or 0)
    with connection.cursor() as cursor:
        cursor.execute(HEAD.format(mine=mine, run=run.pk) + sql.format(run=run.pk))
        (found,) = cursor.fetchone()
    return int(found or 0)


def shown(client: Client, name: str, label: str, query: str) -> str | None:
    """The headline figure of a page, as it is written; None when the data do not allow the measure."""
    figures = client.get(f"{PAGES[name].url}{query}").context.get("figures")
    if figures is None:
        return None
    return next(str(figure["value"]) for figure in figures if str(figure["label"]) == label)


def file_of(client: Client, name: str, query: str) -> list[dict[str, str]]:
    """The rows of a page's file."""
    url = reverse("analysis:export", args=[PAGES[name].slug])
    answer = client.post(f"{url}{query}", {"format": "csv", "reason": "audit"})
    assert answer.status_code == 200
    return list(csv.DictReader(io.StringIO(answer.getvalue().decode("utf-8-sig"))))


def added_up(rows: list[dict[str, str]], column: str) -> int:
    """The sum of a column of a file: cents where it is money."""
    cents = 100 if "," in column else 1
    return int(sum(Decimal(row[column] or 0) for row in rows) * cents)


def differences(
    run: AnalysisRun, who: str, user: User, viewer: User | None = None, query: str = ""
) -> list[tuple[str, Any, Any]]:
    """Where a page or its file says something else than the database, for one viewer.

    ``viewer`` looks in place of ``user``, with a ``query`` that narrows the page down to that colleague's customers.
    """
    client = sign_in(viewer or user)
    wrong: list[tuple[str, Any, Any]] = []
    refused: list[str] = []
    for name, oracle in ORACLES.items():
        expected = asked(oracle.figure, run, who, user)
        with translation.override("en"):
            words = compact_money(expected, "CNY") if oracle.form == "money" else number(expected)
        found = shown(client, name, oracle.label, query)
        if found is None:
            refused.append(name)
        elif found != words:
            wrong.append((name, found, words))
        if who == "auditor" or (PAGES[name].company_only and not sees_company(viewer or user)):
            continue
        rows = file_of(client, name, query)
        if oracle.column and added_up(rows, oracle.column) != expected:
            wrong.append((f"{name}: {oracle.column}", added_up(rows, oracle.column), expected))
        if oracle.rows and len(rows) != asked(oracle.rows, run, who, user):
            wrong.append((f"{name}: rows", len(rows), asked(oracle.rows, run, who, user)))
    assert set(refused) <= REFUSED
    return wrong


@pytest.mark.django_db(transaction=True)
def test_everybody_s_pages_and_files_agree_with_sql_over_their_own_customers() -> None:
    run, people = company()
    wrong = {who: differences(run, who, user) for who, user in people.items()}
    assert wrong == {who: [] for who in people}
    auditor = sign_in(people["auditor"])
    assert auditor.post(reverse("analysis:export", args=["rfm"])).status_code == 403
    assert every_page_speaks(people) == []


@pytest.mark.django_db(transaction=True)
def test_pages_and_files_narrowed_down_agree_with_sql_over_the_customers_left() -> None:
    run, people = company()
    ada, region = people["admin"], Region.objects.get(path="D/D1/")
    rep = people["rep"]
    assert differences(run, "owner", rep, ada, f"?owner={rep.pk}") == []
    assert differences(run, "region", ada, ada, f"?region={region.pk}") == []


def every_page_speaks(people: dict[str, User]) -> list[tuple[str, str, int]]:
    """Pages that do not answer with themselves, to anybody, in either language."""
    return [
        (who, page.url, status)
        for who, user in people.items()
        for language in ("en", "zh-hans")
        for page in FRAMED.values()
        if (status := sign_in(user, language).get(page.url).status_code) != 200
    ]


def test_every_page_has_an_oracle() -> None:
    assert set(ORACLES) | WITHOUT_SCOPE == set(PAGES)


def test_every_measure_of_the_registry_has_its_page() -> None:
    told = {TOLD_BY.get(measure.name, measure.name) for measure in CORE} | set(FURTHER)
    assert told <= set(PAGES)


@pytest.mark.django_db
def test_every_measure_is_two_clicks_from_the_navigation() -> None:
    start_run(actor=None, as_of=AS_OF, queue=False)
    client = sign_in(make_user("dora", Role.MANAGER))
    first = links(client, reverse("analysis:runs"))
    assert reverse("analysis:overview") in first
    second = first | links(client, reverse("analysis:overview"))
    assert {page.url for page in PAGES.values()} <= second


def links(client: Client, address: str) -> set[str]:
    """Where the links of a page lead."""
    return set(re.findall(r'href="([^"#?]+)', client.get(address).content.decode()))


@pytest.mark.django_db
def test_what_the_address_asks_in_vain_is_said_and_left_out() -> None:
    start_run(actor=None, as_of=AS_OF, queue=False)
    client = sign_in(make_user("ada", Role.ADMIN))
    for query in ("run=99", "against=x", "region=0", "by=nonsense", "owner=999999"):
        answer = client.get(f"{reverse('analysis:composition')}?{query}")
        assert answer.status_code == 200
        assert len(answer.context["frame"].notes) == 1, query
