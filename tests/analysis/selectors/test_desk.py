"""Who has dealt with what: counted by colleague, over the viewer's customers alone."""

import csv
from datetime import timedelta

import pytest
from django.db.models import Q
from django.utils import timezone

from analysis.selectors import desk, desk_rows
from analysis.selectors.runs import published
from analysis.services.runs import start_run
from analysis.views import desk as desk_view
from crm.models import AuditEntry, User
from customers.models import CaseState, Complaint, Customer, Interaction, OrderLine, Task
from customers.services.churn_cases import note_step
from customers.services.regions import load_regions
from tests.cast import Cast, cast, make_customer, make_order, sign_in

__all__ = ["cast"]
PAGES = {
    "analysis:work": "/analysis/churn/work/",
    "analysis:desk": "/analysis/team/",
    "analysis:list-gold": "/analysis/lists/gold/",
}
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def regions(transactional_db: None) -> None:
    load_regions()


@pytest.fixture
def company(regions: None, cast: Cast) -> Cast:
    """Alice's A customer was never visited, complains for long and got too much off; the orphan is an A too."""
    today, now = timezone.localdate(), timezone.now()
    for number, customer in enumerate((cast.huaxin, cast.orphan)):
        make_order(customer, f"SO-{number}", today - timedelta(days=5), 6_000_000)
    OrderLine.objects.filter(customer=cast.huaxin).update(discount="0.2")
    Complaint.objects.create(
        customer=cast.huaxin, complaint_type="defect", reported_at=now - timedelta(days=9)
    )
    Task.objects.create(
        customer=cast.huaxin, title="x", due_on=today - timedelta(days=1), assignee=cast.alice
    )
    Task.objects.create(customer=cast.huaxin, title="y", due_on=today, assignee=cast.alice, done_at=now)
    note_step(cast.huaxin.pk, actor=cast.bob, state=CaseState.CONTACTED)
    calm = make_customer("K8", "静安书店", owner=cast.alice)
    Interaction.objects.create(customer=calm, occurred_at=now, rep=cast.alice)
    start_run(actor=None, as_of=today, queue=False)
    return cast


def shown(viewer: User) -> dict[str, desk.DeskLine]:
    run = published()
    assert run is not None
    return {line.name: line for line in desk.lines(run, viewer, timezone.now())}


def test_each_colleague_has_what_is_late_and_what_was_done(company: Cast) -> None:
    lines = shown(company.ada)
    alice = lines["Alice"]
    assert (alice.customers, alice.key_customers, alice.visits_late) == (2, 1, 1)
    assert (alice.complaints_late, alice.discounts_over, alice.tasks_late, alice.tasks_done) == (1, 1, 1, 1)
    assert (lines["Bob"].churn_worked, lines["Bob"].customers) == (1, 0)
    assert lines[""].key_customers == 1
    run = published()
    assert run is not None
    assert [each.name for each in desk.unassigned(run, company.ada, 20)] == ["无主商行"]
    (late,), _count = desk_rows.late_complaints(run, company.ada, timezone.now(), Q(), 20)
    assert (late.customer, late.tier, late.allowed, late.found) == ("苏州华新家电", "A", 2, 9)


def test_a_manager_is_told_of_their_own_customers(company: Cast) -> None:
    run = published()
    assert run is not None
    assert {name: line.customers for name, line in shown(company.dora).items()} == {"Alice": 1, "Bob": 0}
    assert desk.unassigned(run, company.dora, 20) == []
    Customer.objects.filter(pk=company.huaxin.pk).update(region=None)
    assert shown(company.dora) == {}
    assert desk_rows.late_complaints(run, company.dora, timezone.now(), Q(), 20) == ([], 0)


def test_the_page_is_for_those_who_lead(company: Cast) -> None:
    assert sign_in(company.alice).get("/analysis/team/").status_code == 403
    page = sign_in(company.otto).get("/analysis/team/").content.decode()
    assert "无主商行" in page


def test_a_cut_list_says_of_how_many(company: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    today, now = timezone.localdate(), timezone.now()
    make_order(make_customer("K9", "再无主商行"), "SO-9", today - timedelta(days=5), 6_000_000)
    Complaint.objects.create(
        customer=company.huaxin, complaint_type="defect", reported_at=now - timedelta(days=8)
    )
    start_run(actor=None, as_of=today, queue=False)
    monkeypatch.setattr(desk_view, "MOST_LISTED", 1)
    answer = sign_in(company.ada).get("/analysis/team/")
    assert [len(answer.context[name]) for name in ("complaints", "unassigned")] == [1, 1]
    assert answer.context["figures"][3]["value"] == "2"
    assert answer.content.decode().count('<p class="quiet">1 of 2</p>') == 2


def test_every_figure_leads_to_its_rows(company: Cast) -> None:
    client = sign_in(company.ada)
    figures = {
        line.user_id: {
            "visits": line.visits_late,
            "complaints": line.complaints_late,
            "discounts": line.discounts_over,
        }
        for line in shown(company.ada).values()
    }
    for owner, counts in figures.items():
        for what, count in counts.items():
            found = client.get(f"/analysis/team/?late={what}&owner={owner or 'none'}").context["late"]
            assert (len(found["rows"]), found["count"]) == (count, count), (owner, what)
    assert sum(count for counts in figures.values() for count in counts.values()) == 4
    assert f"/customers/tasks/?state=overdue&amp;assignee={company.alice.pk}" in (
        client.get("/analysis/team/").content.decode()
    )
    assert client.get("/analysis/team/?late=x&owner=99999999999999999999999").context["late"] is None


def test_the_rows_leave_as_files_for_a_reason(company: Cast) -> None:
    client, wanted = sign_in(company.ada), {"format": "csv", "reason": "for the audit"}
    pages = {"/analysis/churn/work/export/?view=contacted": "苏州华新家电", "/analysis/team/export/": "Alice"}
    for address, about in pages.items():
        assert client.post(address, {"format": "csv"}).status_code == 302
        assert sign_in(company.ada, proven=False).post(address, wanted).status_code == 302
        content = b"".join(client.post(address, wanted).streaming_content)  # type: ignore[attr-defined]
        assert sum(about in row for row in csv.reader(content.decode("utf-8-sig").splitlines())) == 1
    assert AuditEntry.objects.filter(action="analysis.export").count() == len(pages)
    assert sign_in(company.alice).post("/analysis/team/export/", wanted).status_code == 403


def test_the_pages_of_work_can_be_kept_as_one_has_them(company: Cast) -> None:
    client = sign_in(company.ada)
    for page, address in PAGES.items():
        kept = client.post("/analysis/views/", {"page": page, "name": "just so", "query": "x=1"})
        assert kept.headers["Location"] == f"{address}?x=1"
        assert f'href="{address}?x=1">just so' in client.get(address).content.decode()
    assert client.post("/analysis/views/", {"page": "analysis:list-x", "name": "y"}).status_code == 404
