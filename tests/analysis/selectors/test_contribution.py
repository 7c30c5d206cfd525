"""The months of a past run end with its day, whoever looks and whatever was sold later in that month."""

import datetime

import pytest

from analysis.models import AnalysisRun, Annotation
from analysis.selectors import contribution
from analysis.selectors.snapshots import Filter
from analysis.services.runs import start_run
from crm.models import Role
from customers.models import Customer
from tests.cast import make_customer, make_order, make_user, sign_in

pytestmark = pytest.mark.django_db(transaction=True)
MIDDLE, LATER = datetime.date(2024, 6, 15), datetime.date(2024, 6, 20)


def a_past_run(customer: Customer) -> AnalysisRun:
    """A run in the middle of a month, and one after more was sold in it."""
    make_order(customer, "M1", datetime.date(2024, 5, 10), 100)
    make_order(customer, "M2", MIDDLE, 200)
    run = start_run(actor=None, as_of=MIDDLE, queue=False)
    make_order(customer, "M3", LATER, 400)
    start_run(actor=None, as_of=LATER, queue=False)
    run.refresh_from_db()
    return run


def test_what_was_sold_after_a_past_run_is_in_none_of_its_months() -> None:
    alice, ada = make_user("alice", Role.REP), make_user("ada", Role.ADMIN)
    past = a_past_run(make_customer("K1", "Huaxin", owner=alice))
    for user, wanted in ((ada, None), (ada, Filter(owner=alice.pk)), (alice, None)):
        may, june = contribution.monthly(past, user, wanted, months=2)
        assert [(each.net_revenue, each.gross_margin, each.orders) for each in (may, june)] == [
            (100_00, 40_00, 1),
            (200_00, 80_00, 1),
        ]
    Annotation.objects.create(day=MIDDLE, text="Price rise", author=ada)
    page = sign_in(alice).get(f"/analysis/contribution/?run={past.pk}")
    assert page.context["monthly"]["series"][0]["values"][-1] == 200_00
    assert page.context["monthly"]["notes"] == [{"at": "2024-06", "text": "Price rise"}]
    past.state = "published"
    assert contribution.monthly(past, alice, months=1)[0].net_revenue == 600_00
