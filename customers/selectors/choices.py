"""What is suggested while somebody types a name: the first few records that are called so."""

from django.db.models import Q

from crm.models import User
from customers.models import Competitor, Customer, Product, Region, Survey
from customers.selectors.profiles import visible_customers
from customers.selectors.search import named_like

MOST = 8


def customers_called(user: User, written: str, key: str, *, kind: str = "") -> list[Customer]:
    """Return customers that ``user`` may see; ``key`` is what was written, folded to letters and digits."""
    customers = visible_customers(user)
    if kind:
        customers = customers.filter(kind=kind)
    return list(customers.filter(named_like(written, key)).order_by("-id")[:MOST])


def products_called(written: str) -> list[Product]:
    """Return products by the beginning of their SKU or any part of their name."""
    return list(Product.objects.filter(Q(sku__istartswith=written) | Q(name__icontains=written))[:MOST])


def regions_called(written: str) -> list[Region]:
    """Return regions by the beginning of their name, the highest in the tree first."""
    called = Q(name__startswith=written) | Q(english_name__istartswith=written)
    return sorted(Region.objects.filter(called)[: MOST * 10], key=lambda region: region.path.count("/"))[
        :MOST
    ]


def competitors_called(written: str) -> list[Competitor]:
    """Return competitors by any part of their name."""
    return list(Competitor.objects.filter(name__icontains=written)[:MOST])


def surveys_called(written: str) -> list[Survey]:
    """Return surveys by any part of their title, the latest first."""
    return list(Survey.objects.filter(title__icontains=written)[:MOST])
