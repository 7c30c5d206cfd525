"""Addresses of the page being shown, with something changed: how filters, sorts, tabs and pages are linked."""

from collections.abc import Callable
from secrets import token_hex
from urllib.parse import quote_plus

from django.http import HttpRequest, QueryDict

# Where in a list one stands; a different list begins at its start.
PLACE = ("after", "before")
# Stands for a value that is still to come; nobody can know it, so no address holds it.
_GAP = token_hex()


def with_parameters(request: HttpRequest, **changes: str | list[str] | None) -> str:
    """Return this page's address with these parameters set (None: left out), at the start of its list."""
    parameters = _parameters(request)
    for name, value in changes.items():
        if value is None:
            parameters.pop(name, None)
        else:
            parameters.setlist(name, value if isinstance(value, list) else [value])
    return _address(request.path, parameters)


def each_value(request: HttpRequest, name: str, **changes: str | list[str] | None) -> Callable[[str], str]:
    """Return what writes :func:`with_parameters` for one value of ``name`` after another: the rest is written once."""
    before, after = with_parameters(request, **{name: _GAP}, **changes).split(_GAP)
    return lambda value: f"{before}{quote_plus(value)}{after}"


def without_value(request: HttpRequest, name: str, value: str) -> str:
    """Return this page's address without one value of a parameter that may have several."""
    parameters = _parameters(request)
    rest = [each for each in parameters.getlist(name) if each != value]
    if rest:
        parameters.setlist(name, rest)
    else:
        parameters.pop(name, None)
    return _address(request.path, parameters)


def kept_parameters(request: HttpRequest, *left_out: str) -> list[tuple[str, str]]:
    """Return the parameters that a GET form on this page must carry on as hidden fields."""
    parameters = _parameters(request)
    return [
        (name, value)
        for name, values in parameters.lists()
        if name not in left_out
        for value in values
        if value
    ]


def _parameters(request: HttpRequest) -> QueryDict:
    parameters = request.GET.copy()
    for name in PLACE:
        parameters.pop(name, None)
    return parameters


def _address(path: str, parameters: QueryDict) -> str:
    query = parameters.urlencode()
    return f"{path}?{query}" if query else path
