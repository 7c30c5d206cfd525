"""The months of a run end with its day, whoever looks and whatever was sold later in that month."""

import datetime

import pytest
from django.db import connection

from analysis.models import AnalysisRun, Annotation
from analysis.selectors import contribution
from analysis.selectors.snapshots import Filter
from analysis.services.runs import start_run
from customers.models import Customer, OrderStatus
from tests.cast import Cast, make_customer, make_order, sign_in

pytestmark = pytest.mark.django_db(transaction=True)
MAY, MIDDLE, LATER = datetime.date(2024, 5, 10), datetime.date(2024, 6, 15), datetime.date(2024, 6, 20)

BY_MONTH = """
SELECT to_char(o.ordered_on, 'YYYY-MM'), sum(l.amount * 100)::bigint,
    sum((l.amount - l.quantity * l.unit_cost) * 100)::bigint,
    count(DISTINCT o.id) FILTER (WHERE l.quantity > 0 AND l.amount > 0)
FROM customers_order o
JOIN customers_orderline l ON l.order_id = o.id JOIN customers_customer c ON c.id = o.customer_id
WHERE o.status <> 'cancelled' AND o.ordered_on BETWEEN '2024-05-01' AND %s
    AND c.deleted_at IS NULL AND NOT c.scoring_refused AND (%s OR c.owner_id = %s)
GROUP BY 1 ORDER BY 1
"""


def sell(cast: Cast, day: datetime.date) -> None:
    """Sell to a customer of Alice's, to nobody's, and to one who refuses to be scored; take back, and cancel."""
    silent = Customer.objects.filter(code="K3").first() or make_customer("K3", "不评", scoring_refused=True)
    for number, (customer, amounts) in enumerate(
        [
            (cast.huaxin, (100, 7)),
            (cast.orphan, (30,)),
            (silent, (1000,)),
            (None, (5,)),
            (cast.huaxin, (-20,)),
        ]
    ):
        make_order(customer, f"{day}-{number}", day, *amounts)
    make_order(cast.huaxin, f"{day}-x", day, 9, status=OrderStatus.CANCELLED)


def by_month(run: AnalysisRun, cast: Cast) -> list[list[tuple[str, int, int, int]]]:
    """Return two months as an administrator, one who narrows down, and a rep see them."""
    asked = [(cast.ada, None), (cast.ada, Filter(owner=cast.alice.pk)), (cast.alice, None)]
    return [
        [
            (f"{each.month:%Y-%m}", each.net_revenue, each.gross_margin, each.orders)
            for each in contribution.monthly(run, user, wanted, months=2)
        ]
        for user, wanted in asked
    ]


def by_sql(cast: Cast) -> list[list[tuple[str, int, int, int]]]:
    """Return the same from orders and lines alone."""
    found = []
    for everybody in (True, False, False):
        with connection.cursor() as cursor:
            cursor.execute(BY_MONTH, [MIDDLE, everybody, cast.alice.pk])
            found.append(cursor.fetchall())
    return found


def test_what_was_sold_after_a_run_is_in_none_of_its_months(cast: Cast) -> None:
    for day in (MAY, MIDDLE, LATER):
        sell(cast, day)
    # Later sales are known when the run is done: they are not its own.
    run = start_run(actor=None, as_of=MIDDLE, queue=False)
    expected = by_sql(cast)
    assert by_month(run, cast) == expected
    # Nor are those that become known while it is the published one, or once it is past.
    sell(cast, LATER + datetime.timedelta(days=1))
    start_run(actor=None, as_of=LATER, queue=False)
    run.refresh_from_db()
    assert run.state == "superseded"
    assert by_month(run, cast) == expected
    # A past day that is done again by hand tells of its begun month too.
    again = start_run(actor=None, as_of=MIDDLE, queue=False)
    assert (again.facts_source, by_month(again, cast)) == ("aside", expected)


def test_a_page_of_a_past_run_shows_its_months_with_the_notes_on_them(cast: Cast) -> None:
    make_order(cast.huaxin, "M1", MIDDLE, 200)
    past = start_run(actor=None, as_of=MIDDLE, queue=False)
    make_order(cast.huaxin, "M2", LATER, 400)
    start_run(actor=None, as_of=LATER, queue=False)
    Annotation.objects.create(day=MIDDLE, text="Price rise", author=cast.ada)
    for user in (cast.alice, cast.ada):
        page = sign_in(user).get(f"/analysis/contribution/?run={past.pk}")
        assert page.context["monthly"]["series"][0]["values"][-1] == 200_00
        assert page.context["monthly"]["notes"] == [{"at": "2024-06", "text": "Price rise"}]
