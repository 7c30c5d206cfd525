"""What every page of the analysis has in common: the run it shows, the filters, the ranked list."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from analysis.forms.filters import MARKS, MOVES, TIERS
from analysis.models import AnalysisRun
from analysis.selectors.ranking import RankedCustomer, RankedPage
from analysis.views.measures.frame import Frame
from analysis.views.sentences import window_sentence
from crm.models import User
from crm.paging import Page
from crm.views.addresses import with_parameters
from crm.views.filterbar import FilterBar, Menu, count_figure, filter_bar, ignored_sentence
from crm.views.lists import Listing, listing

RankedReader = Callable[..., RankedPage]


@dataclass(frozen=True, slots=True)
class RankedList:
    """The page's list of customers with its filters."""

    page: Listing[RankedCustomer]
    bar: FilterBar
    notes: list[str]
    is_filtered: bool


def ranked_list(request: HttpRequest, frame: Frame, read: RankedReader, menus: list[Menu]) -> RankedList:
    """Read the page of the list that the address asks for; ``read(after=…, before=…)`` returns a RankedPage."""
    seen: dict[str, int] = {}

    def counted(*, after: str, before: str) -> Page[RankedCustomer]:
        found = read(after=after, before=before)
        seen["count"] = found.count + (1 if found.count_capped else 0)
        return Page(found.rows, found.before, found.after)

    page = listing(request, counted)
    count = seen["count"]
    words = ngettext("%(count)s customer", "%(count)s customers", count) % {"count": count_figure(count)}
    bar = filter_bar(request, frame.filters, menus, placeholder=_("Name or code"), count=words)
    notes = [note for note in (ignored_sentence(bar), *page.notes) if note]
    return RankedList(page, bar, notes, bool(bar.active or bar.search["value"]))


def tier_menus(regions: list[tuple[str, str]], more_url: str = "") -> list[Menu]:
    """Return the filters of the lists: tier, region, mark, movement; ``more_url`` leads to the other regions."""
    return [
        Menu("tier", _("Tier"), TIERS, many=True),
        Menu("region", _("Region"), regions, more=_("All regions"), more_url=more_url),
        Menu("mark", _("Mark"), MARKS, many=True),
        Menu("moved", _("Moved"), MOVES),
    ]


def tier_addresses(request: HttpRequest) -> dict[str, str]:
    """Return where each tier's customers are listed on this page."""
    show = partial(with_parameters, request)
    return {tier: f"{show(tier=tier)}#customers" for tier, _label in TIERS}


def base_context(run: AnalysisRun, user: User) -> dict[str, Any]:
    """Return what each page's head says about the run."""
    return {"run": run, "window": window_sentence(run), "viewer": user}
