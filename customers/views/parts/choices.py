"""What the fields of forms suggest while somebody types."""

from collections.abc import Callable, Sequence

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from crm.models import User
from crm.policy import require
from customers.forms.parts.fields import CustomerField, ProductField
from customers.forms.profiles import suggestion
from customers.selectors import choices
from customers.services.search_keys import plain

LONGEST = 100


def _customers(kind: str) -> Callable[[User, str], Sequence[str]]:
    def called(user: User, written: str) -> Sequence[str]:
        field = CustomerField()
        key = plain(written).replace(" ", "")
        found = choices.customers_called(user, written, key, kind=kind) if written else []
        return [field.written(customer) for customer in found]

    return called


def _products(_user: User, written: str) -> Sequence[str]:
    return [ProductField().written(product) for product in choices.products_called(written)]


def _regions(_user: User, written: str) -> Sequence[str]:
    return [suggestion(region) for region in choices.regions_called(written)] if written else []


def _competitors(_user: User, written: str) -> Sequence[str]:
    return [competitor.name for competitor in choices.competitors_called(written)]


def _surveys(_user: User, written: str) -> Sequence[str]:
    return [survey.title for survey in choices.surveys_called(written)]


_SOURCES: dict[str, Callable[[User, str], Sequence[str]]] = {
    "customer": _customers(""),
    "person": _customers("person"),
    "company": _customers("company"),
    "product": _products,
    "region": _regions,
    "competitor": _competitors,
    "survey": _surveys,
}


@require_safe
def suggestions(request: HttpRequest, what: str) -> HttpResponse:
    """Answer with the options that fit what stands in the field named by ``for``."""
    user = require(request.user, "customer.view")
    if what not in _SOURCES:
        raise Http404
    written = request.GET.get(request.GET.get("for", "q"), "").strip()[:LONGEST].replace("\0", "")
    found = _SOURCES[what](user, written)
    return render(request, "customers/parts/choices.html", {"choices": found})
