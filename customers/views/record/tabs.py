"""The tabs of a record, in the order in which they stand.

A tab is a function that returns the context of ``templates/customers/profiles/record/<name>.html``. Beside what its
template needs it may return ``notes``: sentences about what the address asked for and could not get.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from customers.views.record.analysis import analysis
from customers.views.record.behaviour import behaviour
from customers.views.record.competition import competition
from customers.views.record.history import history
from customers.views.record.overview import overview
from customers.views.record.profile import profile
from customers.views.record.relations import relations
from customers.views.record.trade import trade
from customers.views.record.visit import Visit


@dataclass(frozen=True, slots=True)
class Tab:
    """A tab: its label, and what its template is shown with."""

    label: str | Promise
    context: Callable[[Visit], dict[str, Any]]


TABS = {
    "overview": Tab(_("Overview"), overview),
    "profile": Tab(_("Profile"), profile),
    "trade": Tab(_("Trade"), trade),
    "behaviour": Tab(_("Behaviour"), behaviour),
    "relations": Tab(_("Relations"), relations),
    "competition": Tab(_("Competition"), competition),
    "analysis": Tab(_("Analysis"), analysis),
    "history": Tab(_("History"), history),
}
