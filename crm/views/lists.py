"""What every long list does with its address: which rows to show, in which order, and where one stands."""

from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from django.http import HttpRequest
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from crm.paging import CursorError, Page
from crm.views.addresses import with_parameters

R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class Listing(Generic[R]):
    """One page of a list with the links to its neighbours; ``notes`` say what of the address was not understood."""

    rows: list[R]
    previous_url: str | None
    next_url: str | None
    notes: list[str] = field(default_factory=list)


def listing(request: HttpRequest, read: Callable[..., Page[R]]) -> Listing[R]:
    """Read the page that the address asks for: ``read(after=…, before=…)``, the first one for a stale cursor."""
    notes = []
    try:
        page = read(after=request.GET.get("after", ""), before=request.GET.get("before", ""))
    except CursorError:
        notes.append(_("This page of the list can no longer be found; here is its beginning."))
        page = read(after="", before="")
    return Listing(
        rows=page.rows,
        previous_url=with_parameters(request, before=page.before) if page.before else None,
        next_url=with_parameters(request, after=page.after) if page.after else None,
        notes=notes,
    )


def chosen(request: HttpRequest, name: str, offered: Collection[str], default: str) -> tuple[str, list[str]]:
    """Return which of some choices the address asks for, with a note when it asks for an unknown one."""
    value = request.GET.get(name, default)
    if value in offered:
        return value, []
    return default, [_("The address asks for something that is not there, and that was left out: %s.") % name]


def column(
    label: str | Promise,
    *,
    number: bool = False,
    hide: bool = False,
    sort_url: str = "",
    sorted_: str = "",
) -> dict[str, Any]:
    """Describe a column for components/table_head.html; ``sorted_`` is "ascending", "descending" or nothing."""
    return {
        "label": label,
        "kind": "number" if number else "",
        "hide": hide,
        "sort_url": sort_url,
        "sorted": sorted_,
    }
