"""The five lists: everybody is shown, and given as a file, what SQL over their own scope finds; rows end in tasks."""

import csv
import io
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from analysis.exports.lists import LISTS
from analysis.models import AnalysisRun
from analysis.services import policies
from analysis.services.measures import carry_out_here
from analysis.services.runs import start_run
from crm.models import AuditEntry, Job, Role, User
from customers.models import Customer, CustomerShare, Region, Task, Territory, WalletShare
from tests.analysis.buyers import buyers
from tests.analysis.dealings import AS_OF, dealings
from tests.cast import make_user, sign_in

pytestmark = pytest.mark.django_db

# Table, condition and the money of the list's first column, by hand.
ORACLE = {
    "gold": ("analysis_goldrow", "t.is_gold", "t.expected_spend"),
    "drag": (
        "analysis_dragcost",
        "NOT EXISTS (SELECT FROM analysis_goldrow g WHERE g.run_id = t.run_id"
        " AND g.customer_id = t.customer_id AND g.is_gold)",
        "t.net_revenue",
    ),
    "wish": ("analysis_wishstatus", "true", "0"),
    "complaining": ("analysis_customerattention", "t.alerts <> ''", "t.value"),
    "narrow": ("analysis_narrowbuyer", "true", "t.net_revenue"),
}
SCOPE = """
    c.deleted_at IS NULL AND NOT c.scoring_refused AND (
        %(role)s IN ('admin', 'auditor') OR c.owner_id = %(user)s
        OR EXISTS (SELECT FROM customers_customershare s WHERE s.customer_id = c.id AND s.user_id = %(user)s)
        OR %(role)s = 'manager' AND (c.team_id = %(team)s OR EXISTS (
            SELECT FROM customers_territory y JOIN customers_territory_regions l ON l.territory_id = y.id
            JOIN customers_region a ON a.id = l.region_id JOIN customers_region b ON b.id = c.region_id
            WHERE y.manager_id = %(user)s AND starts_with(b.path, a.path))))
"""


def by_sql(key: str, run: AnalysisRun, user: User) -> tuple[set[str], Decimal]:
    """The codes on a list within somebody's scope, and their money."""
    table, condition, money = ORACLE[key]
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT c.code, {money} / 100.0 FROM {table} t JOIN customers_customer c ON c.id = t.customer_id"  # noqa: S608 - of our own
            f" WHERE t.run_id = %(run)s AND {condition} AND {SCOPE}",
            {"run": run.pk, "role": user.role, "user": user.pk, "team": user.team_id},
        )
        rows = cursor.fetchall()
    return {code for code, _money in rows}, sum((amount for _code, amount in rows), Decimal(0))


def by_page(client: Client, key: str) -> set[str]:
    """Every page of the list, one after the other."""
    found: set[str] = set()
    address = f"/analysis/lists/{key}/"
    while address:
        shown = client.get(address).context
        found |= {row["who"].code for row in shown["rows"]}
        address = shown["page"].next_url or ""
    return found


def by_file(client: Client, key: str) -> tuple[set[str], Decimal]:
    answer = client.post(f"/analysis/lists/{key}/export/", {"format": "csv", "reason": "audit"})
    content = b"".join(answer.streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]
    head, *rows = csv.reader(io.StringIO(content))
    money = next((place for place, name in enumerate(head) if name.endswith(", CNY")), None)
    found = Decimal(0) if money is None else sum((Decimal(row[money]) for row in rows), Decimal(0))
    return {row[0] for row in rows}, found


def dealers() -> date:
    """Customers who complain, are wished for and cost much."""
    dealings(5)
    return AS_OF


def buying() -> date:
    """Customers of whom some are expected to spend much, and some buy elsewhere."""
    buyers(120, date(2022, 6, 1), date(2025, 3, 31))
    home = Region.objects.create(code="X", name="X", level="country", path="X/")
    Customer.objects.filter(pk__in=list(Customer.objects.values_list("pk", flat=True)[:40])).update(
        region=home
    )
    for each in Customer.objects.filter(
        orders__ordered_on__range=(date(2024, 10, 1), date(2024, 12, 31))
    ).distinct()[:20]:
        period = {"period_start": date(2024, 1, 1), "period_end": date(2025, 1, 1)}
        WalletShare.objects.create(
            customer=each, amount_elsewhere=50_000, noted_on=date(2024, 12, 1), **period
        )
    return date(2024, 12, 31)


@pytest.fixture(scope="module", params=[dealers, buying])
def run(
    request: pytest.FixtureRequest, committing: Callable[[], AbstractContextManager[None]]
) -> Iterator[AnalysisRun]:
    """A run whose lists are long: the policy calls many key accounts, and many narrow."""
    rules = {"marks": {"drag_share": "0.3"}, "narrow_buyers": {"most_categories": 3}}
    with committing():
        as_of = request.param()
        policy = policies.adopt({**rules, "attention": {"many": 1, "key_share_percent": 60}}, actor=None)
        made = start_run(actor=None, as_of=as_of, policy=policy, queue=False)
        carry_out_here(made, only=[spec.measure for spec in LISTS.values()])
        yield made


@pytest.fixture
def people(run: AnalysisRun) -> dict[str, User]:
    """A rep who owns some and shares one, a manager of a region, and who sees all."""
    found = {role: make_user(role, Role(role)) for role in ("rep", "manager", "admin", "auditor")}
    customers = list(Customer.objects.order_by("pk"))
    Customer.objects.filter(pk__in=[each.pk for each in customers[::3]]).update(owner=found["rep"])
    CustomerShare.objects.create(customer=customers[1], user=found["rep"])
    territory = Territory.objects.create(name="T", manager=found["manager"])
    territory.regions.add(Region.objects.filter(customers__isnull=False).first())  # type: ignore[arg-type]
    return found


def test_pages_and_files_hold_what_sql_over_the_viewer_s_scope_finds(
    run: AnalysisRun, people: dict[str, User]
) -> None:
    sizes = []
    full = {"wish", "complaining", "drag"} if run.as_of == AS_OF else {"gold", "narrow", "drag"}
    for user in people.values():
        client = sign_in(user)
        for key in LISTS:
            codes, money = by_sql(key, run, user)
            assert by_page(client, key) == codes, (user.role, key)
            if user.role == Role.AUDITOR:
                assert client.post(f"/analysis/lists/{key}/export/", {"format": "csv"}).status_code == 403
            else:
                assert by_file(client, key) == (codes, money), (user.role, key)
            sizes.append((user.role, key, len(codes)))
    assert {key for role, key, size in sizes if role == "admin" and size} == full
    assert (
        0
        < sum(size for role, _key, size in sizes if role == "rep")
        < sum(size for role, _key, size in sizes if role == "admin")
    )
    assert AuditEntry.objects.filter(action="analysis.export").count() == 3 * len(LISTS)


def test_a_row_s_button_sets_its_task_with_the_reason_and_can_be_taken_back(
    run: AnalysisRun, people: dict[str, User]
) -> None:
    client = sign_in(people["admin"])
    page = client.get("/analysis/lists/drag/")
    first, second, *_others = page.context["rows"]
    sent: dict[str, Any] = {"title": "Review terms", "origin": "list", "next": "/analysis/lists/drag/"}
    sent |= {f"why-{row['who'].customer_id}": row["why"] for row in (first, second)}
    answer = client.post("/customers/tasks/set/", {**sent, "only": first["who"].customer_id}, follow=True)
    task = Task.objects.get()
    assert (task.title, task.reason, task.origin) == ("Review terms", first["why"], "list")
    assert [row["task"] is not None for row in answer.context["rows"]][:2] == [True, False]
    both = [row["who"].customer_id for row in (first, second)]
    client.post("/customers/tasks/set/", {**sent, "customer": both, "due_on": "2031-01-02"})
    assert sorted(Task.objects.filter(due_on="2031-01-02").values_list("customer", flat=True)) == sorted(both)
    client.post(f"/customers/changes/{Job.objects.filter(kind='customers.bulk').latest('id').pk}/undo/")
    assert Task.objects.count() == 1


def test_tasks_are_set_for_customers_in_scope_alone(run: AnalysisRun, people: dict[str, User]) -> None:
    others = Customer.objects.exclude(owner=people["rep"]).exclude(shares__user=people["rep"])
    sent = {"title": "x", "origin": "list", "customer": [each.pk for each in others]}
    assert sign_in(people["rep"]).post("/customers/tasks/set/", sent).status_code == 302
    assert not Task.objects.exists()
    for wrong in ({**sent, "title": ""}, {**sent, "customer": ["x", str(2**70), "-1"]}):
        assert sign_in(people["rep"]).post("/customers/tasks/set/", wrong).status_code == 302
    assert not Task.objects.exists()


@pytest.mark.parametrize("url", ["/analysis/lists/drag/export/", "/analysis/drag/export/"])
def test_a_file_needs_a_proof_of_late_and_is_refused_rather_than_cut(
    run: AnalysisRun, people: dict[str, User], settings: Any, url: str
) -> None:
    asked = {"format": "csv", "reason": "audit"}
    assert sign_in(people["admin"]).get(url).status_code == 405
    answer = sign_in(people["admin"], proven=False).post(url, asked)
    assert "reauthenticate" in answer["Location"]
    settings.EXPORT_MAX_ROWS = 1
    refused = sign_in(people["admin"]).post(url, asked)
    assert url.partition("export/")[0] in refused["Location"]
    settings.EXPORT_MAX_ROWS = 50_000
    assert sign_in(people["admin"]).post(url, {**asked, "reason": " "}).status_code == 302
    assert not AuditEntry.objects.filter(action="analysis.export").exists()
    assert sign_in(people["admin"]).post(url, asked).status_code == 200
    assert AuditEntry.objects.get(action="analysis.export").detail["reason"] == "audit"
    company = sign_in(people["rep"]).post("/analysis/baskets/export/", asked)
    assert company.status_code == 404


def test_a_file_needs_a_reason(run: AnalysisRun, people: dict[str, User]) -> None:
    answer = sign_in(people["admin"]).post("/analysis/lists/gold/export/", {"format": "csv", "reason": " "})
    assert answer.status_code == 302
    assert not AuditEntry.objects.filter(action="analysis.export").exists()


def test_a_list_s_measure_and_file_are_narrowed_as_the_list_is(
    run: AnalysisRun, people: dict[str, User]
) -> None:
    client, rep = sign_in(people["admin"]), people["rep"]
    page = client.get(f"/analysis/lists/drag/?owner={rep.pk}")
    assert page.context["measure_url"] == f"/analysis/drag/?owner={rep.pk}"
    url = page.context["exports"]["url"]
    assert f'action="{url}"' in page.content.decode()
    answer = client.post(url, {"format": "csv", "reason": "audit"})
    _head, *rows = csv.reader(io.StringIO(answer.getvalue().decode("utf-8-sig")))
    assert {row[0] for row in rows} == {row["who"].code for row in page.context["rows"]}
    assert 0 < len(rows) < len(by_page(client, "drag"))
