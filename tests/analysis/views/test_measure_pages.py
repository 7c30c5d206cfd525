"""Every measure has its page, two clicks away; figures and files are those of plain SQL over the viewer's customers.

So are the sentences of the overview, the team's page and the churn follow-up.
"""

from __future__ import annotations

import csv
import datetime
import io
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import partial
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import translation
from python_calamine import CalamineWorkbook

from analysis.exports.tables import headers, values
from analysis.models import AnalysisRun
from analysis.registry import FURTHER
from analysis.registry.core import CORE
from analysis.selectors.snapshots import Filter, sees_company
from analysis.services import policies
from analysis.services.measures import carry_out_here
from analysis.services.runs import start_run
from analysis.views.measures.declaring import Asked
from analysis.views.measures.pages import PAGES, TOLD_BY
from crm.models import Role, Team, User
from crm.templatetags.format import compact_money, number
from customers.models import Customer, CustomerShare, Informant, Region
from tests.analysis.buyers import buyers
from tests.analysis.dealings import AS_OF, dealings
from tests.analysis.views.deeds import kettles, payments, work_done
from tests.analysis.views.marks import astray
from tests.analysis.views.oracles import HEAD, HEARD, HEARD_BY_ALL, MINE, ORACLES, TOLD, WITHOUT_SCOPE
from tests.analysis.views.oracles_of_work import AT_RISK, DESK, desk_by_sql, rows_of
from tests.cast import make_user, sign_in

pytestmark = pytest.mark.django_db

# What the first run can't tell: nobody had moved yet.
REFUSED_AT_FIRST = {"moves"}
# What nobody of this company does: tests of these measures have companies where they do.
FOUND_NOWHERE = {"narrow_buyers", "regional_affinity", "upsell"}
# The day of the earlier run: much has happened since.
BEFORE = AS_OF - datetime.timedelta(days=120)
# Small companies have great customers, too.
LOW_THRESHOLDS = {"thresholds": {"a": 20_000, "b": 6_000}}
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
    people = buyers(150, datetime.date(2023, 1, 1), AS_OF)
    kettles(people[:24], BEFORE - datetime.timedelta(days=60))
    payments()
    team = Team.objects.create(name="华东分公司")
    colleagues = {
        name: make_user(name, role, team if name == "manager" else None) for name, role in ROLES.items()
    }
    ids = list(Customer.objects.order_by("pk").values_list("pk", flat=True))
    Customer.objects.filter(pk__in=ids[::3]).update(owner=colleagues["rep"])
    Customer.objects.filter(pk__in=ids[1::3]).update(team=team)
    CustomerShare.objects.create(customer_id=ids[1], user=colleagues["rep"])
    Informant.objects.filter(name="N0").update(owner=colleagues["rep"])
    Informant.objects.filter(name="N1").update(owner=colleagues["manager"])
    policy = policies.adopt(LOW_THRESHOLDS, actor=None)
    past, run = (start_run(actor=None, as_of=day, policy=policy, queue=False) for day in (BEFORE, AS_OF))
    for each in (past, run):
        carry_out_here(each)
    past.refresh_from_db()
    Customer.objects.filter(pk=ids[6]).update(scoring_refused=True)
    return Company(past, run, colleagues)


def asked(sql: str, run: AnalysisRun, who: str, user: User) -> int:
    """Ask the database itself."""
    heard = (HEARD if who in {"rep", "manager"} else HEARD_BY_ALL).format(user=user.pk)
    with connection.cursor() as cursor:
        cursor.execute(HEAD.format(mine=mine(who, user), heard=heard, run=run.pk) + sql.format(run=run.pk))
        (found,) = cursor.fetchone()
    return int(found or 0)


def mine(who: str, user: User) -> str:
    """The SQL that selects the customers of somebody."""
    return MINE[who].format(user=user.pk, team=user.team_id or 0)


def written(form: str, figure: int) -> str:
    """A figure as pages write it."""
    with translation.override("en"):
        return WRITTEN[form](figure)


def shown(page: Any, label: str) -> str | None:
    """The headline figure of a page, as it is written; None when the data do not allow the measure."""
    figures = page.get("figures")
    if figures is None:
        return None
    return next(str(figure["value"]) for figure in figures if str(figure["label"]) == label)


def file_at(client: Client, url: str, form: str) -> list[dict[str, Any]]:
    """The rows of a file, read back."""
    answer = client.post(url, {"format": form, "reason": "audit"})
    assert answer.status_code == 200
    if form != "xlsx":
        return list(csv.DictReader(io.StringIO(answer.getvalue().decode("utf-8-sig"))))
    sheet = CalamineWorkbook.from_filelike(io.BytesIO(answer.getvalue())).get_sheet_by_index(0)
    heads, *rows = sheet.to_python()
    return [dict(zip(map(str, heads), row, strict=True)) for row in rows]


def added_up(rows: list[dict[str, Any]], column: str) -> int:
    """The sum of a column of a file: cents where it is money."""
    cents = 100 if "," in column else 1
    return round(sum(Decimal(str(row[column] or 0)) for row in rows) * cents)


def drawn(name: str, asked: Asked) -> list[dict[str, str]] | None:
    """The rows beside the chart of a page, as its file is to have them; None without a chart."""
    with translation.override("en"):
        finding = PAGES[name].finding(asked)
        if finding is None:
            return None
        heads, columns = headers(finding.sheet.columns), finding.sheet.columns
        rows = [values(columns, row) for row in finding.sheet.rows]
    return [
        dict(zip(heads, ("" if cell is None else str(cell) for cell in row), strict=True)) for row in rows
    ]


def files_astray(
    client: Client, name: str, page: Any, url: str, form: str, ask: Callable[[str], int]
) -> Iterator[tuple[str, Any, Any]]:
    """Where the files of a page say something else than the database, and that of its chart than the chart."""
    oracle, rows = ORACLES[name], file_at(client, url, form)
    expected: dict[str, tuple[Any, Any]] = {
        "column": (added_up(rows, oracle.column), ask(oracle.figure)) if oracle.column else (0, 0),
        "rows": (len(rows), ask(oracle.rows)) if oracle.rows else (0, 0),
    }
    if (of_page := drawn(name, page["frame"].asked)) is not None:
        of_chart, (column, sql) = file_at(client, url, "chart"), oracle.chart
        expected["chart"] = (of_chart, of_page)
        if sql:
            expected["chart adds up"] = (added_up(of_chart, column), ask(sql))
    yield from (
        (f"{name}: {what}", found, sought) for what, (found, sought) in expected.items() if found != sought
    )


def differences(
    run: AnalysisRun,
    who: str,
    user: User,
    viewer: User | None = None,
    query: str = "",
    forms: tuple[str, ...] = ("csv", "xlsx"),
) -> list[tuple[str, Any, Any]]:
    """Where a page or its files say something else than the database, for one viewer.

    ``viewer`` looks in place of ``user``, with a ``query`` that narrows the page down to that colleague's customers or
    asks for a past run. The files are of these ``forms`` in turn; without, they are left alone.
    """
    viewer = viewer or user
    client, ask = sign_in(viewer), partial(asked, run=run, who=who, user=user)
    wrong: list[tuple[str, Any, Any]] = []
    refused: set[str] = set()
    for place, (name, oracle) in enumerate(ORACLES.items()):
        if name in WITHOUT_SCOPE and who in MINE.keys() - ROLES.keys():
            continue
        page = client.get(f"{PAGES[name].url}{query}").context
        found = shown(page, oracle.label)
        if PAGES[name].company_only and not sees_company(viewer):
            assert found is None
            continue
        if found is None:
            refused.add(name)
        elif found != (words := written(oracle.form, ask(oracle.figure))):
            wrong.append((name, found, words))
        if forms:
            url = f"{reverse('analysis:export', args=[PAGES[name].slug])}{query}"
            wrong += files_astray(client, name, page, url, forms[place % len(forms)], ask)
    assert refused == (REFUSED_AT_FIRST if run.previous is None else set())
    return wrong


@pytest.mark.parametrize(
    ("who", "forms"),
    [("rep", ("csv", "xlsx")), ("manager", ("xlsx", "csv")), ("admin", ("xlsx",)), ("auditor", ())],
)
def test_everybody_s_pages_and_files_agree_with_sql_over_their_own_customers(
    company: Company, who: str, forms: tuple[str, ...]
) -> None:
    assert differences(company.run, who, company.people[who], forms=forms) == []


def test_pages_and_files_narrowed_down_agree_with_sql_over_the_customers_left(company: Company) -> None:
    rep, ada, region = company.people["rep"], company.people["admin"], Region.objects.get(path="D/D1/")
    assert differences(company.run, "owner", rep, ada, f"?owner={rep.pk}", ()) == []
    assert differences(company.run, "region", ada, ada, f"?region={region.pk}") == []


@pytest.mark.parametrize("who", ["rep", "admin"])
def test_pages_of_a_past_run_know_nothing_of_what_was_sold_since(company: Company, who: str) -> None:
    assert differences(company.past, who, company.people[who], None, f"?run={company.past.pk}", ()) == []


@pytest.mark.parametrize("who", ROLES)
def test_the_overview_tells_everybody_what_sql_finds_of_their_own_customers(
    company: Company, who: str
) -> None:
    user = company.people[who]
    page = sign_in(user).get(reverse("analysis:overview")).context
    told = [sentence.text for sentence in (*page["changed"], *page["stands"])]
    for words, sought in TOLD:
        figures = [(form, asked(sql, company.run, who, user)) for form, sql in sought]
        if figures[0][1]:
            sentence = words.format(*(written(*each) for each in figures))
            assert any(text.startswith(sentence) for text in told), (sentence, told)
        else:
            assert who in {"rep", "manager"}, words
            assert not any(words.rpartition("{}")[2] in text for text in told), words


@pytest.mark.parametrize("who", ["manager", "admin", "auditor"])
def test_the_team_s_page_and_file_count_as_sql_over_the_viewer_s_customers(
    company: Company, who: str
) -> None:
    work_done(company.run, company.people)
    user, client = company.people[who], sign_in(company.people[who])
    expected = desk_by_sql(company.run.pk, mine(who, user))
    lines = client.get(reverse("analysis:desk")).context["lines"]
    assert {line.user_id: [getattr(line, name) for name in DESK] for line in lines} == expected
    sums = {name: sum(counts[place] for counts in expected.values()) for place, name in enumerate(DESK)}
    assert all(sums.values()), sums
    if who == "auditor":
        return
    names: dict[int | None, str] = {
        None: "Nobody",
        **{each.pk: str(each) for each in company.people.values()},
    }
    for form in ("csv", "xlsx"):
        rows = file_at(client, reverse("analysis:desk_export"), form)
        found = {row["Owner"]: [int(row[head]) for head, _sql in DESK.values()] for row in rows}
        assert found == {names[colleague]: counts for colleague, counts in expected.items()}


@pytest.mark.parametrize("who", ROLES)
def test_the_churn_follow_up_holds_whom_sql_over_the_viewer_s_customers_finds(
    company: Company, who: str
) -> None:
    work_done(company.run, company.people)
    user, client = company.people[who], sign_in(company.people[who])
    expected = sorted(rows_of(AT_RISK, company.run.pk, mine(who, user)))
    found, address = [], f"{reverse('analysis:work')}?view=all"
    while address:
        page = client.get(address).context["page"]
        found += [(row.ranked.code, row.ranked.net_revenue) for row in page.rows]
        address = page.next_url or ""
    assert expected
    assert sorted(found) == expected
    if who == "auditor":
        return
    for form in ("csv", "xlsx"):
        rows = file_at(client, f"{reverse('analysis:work_export')}?view=all", form)
        assert sorted(row["Customer code"] for row in rows) == [code for code, _cents in expected]
        assert added_up(rows, "Net revenue, CNY") == sum(cents for _code, cents in expected)


@pytest.mark.parametrize("who", ["rep", "admin"])
def test_every_mark_leads_to_as_many_customers_as_it_counts(company: Company, who: str) -> None:
    client, user = sign_in(company.people[who]), company.people[who]
    assert astray(client, Asked(company.run, user, Filter())) == []
    if who == "rep":
        assert astray(client, Asked(company.past, user, Filter())) == []


def test_an_auditor_takes_nothing_out_and_a_rep_leads_nobody(company: Company) -> None:
    pages = {page.slug: reverse("analysis:export", args=[page.slug]) for page in PAGES.values()}
    work = {name: reverse(f"analysis:{name}") for name in ("work_export", "desk_export")}
    auditor, rep = sign_in(company.people["auditor"]), sign_in(company.people["rep"])
    for url in (*pages.values(), *work.values()):
        assert auditor.post(url, {"format": "csv", "reason": "audit"}).status_code == 403, url
    assert rep.get(reverse("analysis:desk")).status_code == 403
    assert rep.post(work["desk_export"], {"format": "csv", "reason": "audit"}).status_code == 403


@pytest.mark.parametrize("who", ["rep", "admin"])
def test_every_page_speaks_chinese(company: Company, who: str) -> None:
    client = sign_in(company.people[who], "zh-hans")
    with translation.override("zh-hans"):
        titles = {page.url: str(page.title) for page in PAGES.values()}
    assert [title for title in titles.values() if not re.search("[一-龥]", title)] == []
    answers = {url: client.get(url) for url in titles}
    assert {answer.status_code for answer in answers.values()} == {200}
    assert {url: headed(answer.content.decode()) for url, answer in answers.items()} == titles


def headed(content: str) -> str:
    """What a page is headed by, when it says that it is in Chinese."""
    found = re.search(r"<h1>(.*?)</h1>", content, re.DOTALL)
    return found[1].strip() if found and '<html lang="zh-hans"' in content else ""


def test_oracles_find_something_in_the_whole_company(company: Company) -> None:
    ask = partial(asked, run=company.run, who="admin", user=company.people["admin"])
    sought = {name: (each.figure, each.rows, each.chart[1]) for name, each in ORACLES.items()}
    assert {name for name, each in sought.items() for sql in each if sql and not ask(sql)} == FOUND_NOWHERE


def test_every_page_has_an_oracle_and_so_has_its_file() -> None:
    assert set(ORACLES) == set(PAGES)
    assert [name for name, each in ORACLES.items() if not each.column and not each.rows] == []


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
