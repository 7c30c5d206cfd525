"""A page narrowed down to somebody's customers tells of these alone: what that colleague is shown of their own."""

from dataclasses import replace
from typing import Any

import pytest

from analysis.models import ProductMargin
from analysis.selectors import churn
from analysis.selectors.snapshots import Filter
from analysis.services.measures import carry_out_here
from analysis.services.runs import start_run
from analysis.views import contribution
from analysis.views.measures.declaring import Asked
from analysis.views.measures.pages import PAGES
from crm.models import Role
from customers.models import Customer, Informant
from tests.analysis.dealings import AS_OF, dealings
from tests.cast import make_user

NARROWED: tuple[tuple[str, dict[str, str], dict[str, int]], ...] = (
    ("attention", {"subject": "complaint", "by": "type"}, {}),
    ("informants", {}, {}),
    ("product_margins", {"sort": "high"}, {"product": 0}),
)


@pytest.fixture
def narrowed(transactional_db: None) -> tuple[Asked, Asked]:
    """What the administrator asks of the customers of Alice, and what she asks of her own."""
    company = dealings(seed=4)
    alice, ada = make_user("alice", Role.REP), make_user("ada", Role.ADMIN)
    Customer.objects.filter(pk__in=[customer.pk for customer in company.customers[:8]]).update(owner=alice)
    Informant.objects.update(owner=alice)
    run = start_run(actor=None, as_of=AS_OF, queue=False)
    carry_out_here(run, only=["attention", "informants", "product_margins"])
    return Asked(run, ada, Filter(owner=alice.pk)), Asked(run, alice, Filter())


def rows(asked: Asked, name: str, chosen: dict[str, str], numbers: dict[str, int]) -> list[Any]:
    """The rows of a page's table."""
    listing = PAGES[name].listing(replace(asked, chosen=chosen, numbers=numbers))
    assert listing is not None
    return list(listing.read(after="", before="").rows)


def test_the_rows_of_a_narrowed_page_are_those_of_the_customers_left(narrowed: tuple[Asked, Asked]) -> None:
    company, own = narrowed
    product = ProductMargin.objects.filter(run=company.run).order_by("-customers").first()
    assert product is not None
    for name, chosen, numbers in NARROWED:
        wanted = dict.fromkeys(numbers, product.product_id)
        told = rows(company, name, chosen, wanted)
        assert told == [row for row in rows(own, name, chosen, wanted) if getattr(row, "referrals", 1)], name
        assert len(told) > 0, name
        assert told != rows(replace(company, scope=Filter()), name, chosen, wanted), name


def test_the_file_of_a_page_of_the_core_has_the_order_of_the_page(narrowed: tuple[Asked, Asked]) -> None:
    company, _own = narrowed
    (choice,) = PAGES["contribution"].choices(company)
    assert [value for value, _label in choice.options] == list(contribution.ORDERS)
    (choice,) = PAGES["churn"].choices(company)
    assert [value for value, _label in choice.options] == list(churn.ORDERS)
    whole = replace(company, scope=Filter())
    bought = [row.orders for row in rows(whole, "contribution", {"sort": "orders"}, {})]
    assert bought == sorted(bought, reverse=True)
    assert bought != [row.orders for row in rows(whole, "contribution", {}, {})]
