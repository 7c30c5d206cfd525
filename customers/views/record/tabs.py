"""The tabs of a record, in the order in which they stand.

A tab is a function that returns the context of ``templates/customers/profiles/record/<name>.html``. Beside what its
template needs it may return ``notes``: sentences about what the address asked for and could not get.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from crm.prepared import Prepared
from customers.selectors import financial_record as finances
from customers.selectors import provenance, sections
from customers.views.record.analysis import analysis
from customers.views.record.behaviour import behaviour
from customers.views.record.competition import competition
from customers.views.record.history import history
from customers.views.record.overview import asked_of_overview, overview
from customers.views.record.profile import profile
from customers.views.record.relations import relations
from customers.views.record.trade import trade
from customers.views.record.visit import Visit


@dataclass(frozen=True, slots=True)
class Tab:
    """A tab: its label, what its template is shown with, and what of that is known to be asked: of every customer, and
    beside it of one of a kind."""

    label: str | Promise
    context: Callable[[Visit], dict[str, Any]]
    asked: Callable[[], Sequence[Prepared[Any]]] = tuple
    asked_of_kind: Callable[[str], Sequence[Prepared[Any]]] = lambda kind: ()


TABS = {
    "overview": Tab(_("Overview"), overview, asked_of_overview, sections.asked_of_sections),
    "profile": Tab(_("Profile"), profile, lambda: provenance.ASKED, sections.asked_of_sections),
    "trade": Tab(_("Trade"), trade, lambda: finances.ASKED),
    "behaviour": Tab(_("Behaviour"), behaviour),
    "relations": Tab(_("Relations"), relations),
    "competition": Tab(_("Competition"), competition),
    "analysis": Tab(_("Analysis"), analysis),
    "history": Tab(_("History"), history),
}
