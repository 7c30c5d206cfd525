"""Where every field of the records has its place: the card or page on which it stands."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Model
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from customers.models import (
    Campaign,
    Channel,
    Competitor,
    Informant,
    Order,
    OrderLine,
    Payment,
    Product,
    ProductCost,
    Region,
    Survey,
    SurveyAnswer,
    Task,
    Territory,
)
from customers.selectors.catalogue import ProfileField, sections_of
from customers.views.parts.kinds import KINDS
from customers.views.record.tabs import TABS

# Records that have lists of their own.
PAGES: dict[type[Model], tuple[str | Promise, str]] = {
    Region: (_("Territories"), "customers:territories"),
    Territory: (_("Territories"), "customers:territories"),
    Product: (_("Products"), "customers:products"),
    ProductCost: (_("Products"), "customers:products"),
    Order: (_("Orders"), "customers:orders"),
    OrderLine: (_("Orders"), "customers:orders"),
    Payment: (_("Payments"), "customers:payments"),
    Channel: (_("Channels"), "customers:channels"),
    Campaign: (_("Campaigns"), "customers:campaigns"),
    Informant: (_("Informants"), "customers:informants"),
    Competitor: (_("Competitors"), "customers:competitors"),
    Task: (_("Tasks"), "customers:tasks"),
}
# A survey is asked by the answers to it.
_ASKED_BY: dict[type[Model], type[Model]] = {Survey: SurveyAnswer}


@dataclass(frozen=True, slots=True)
class Place:
    """Where a field stands: a page of its own by its address, or a tab of the record and what to jump to there."""

    label: str | Promise
    page: str = ""
    tab: str = ""
    anchor: str = ""

    def url(self, record: str) -> str:
        """Return the address of the place; on the record with the address ``record`` when it is on a tab."""
        if self.page:
            return self.page
        opened = "&open=all" if self.tab == "profile" else ""
        return f"{record}?tab={self.tab}{opened}#{self.anchor}" if record else ""


def place_of(field: ProfileField) -> Place:
    """Return where a field stands."""
    whose = field.section.partition(".")[0]
    if field.section in {each.key for each in sections_of(whose)} and whose in ("person", "company"):
        slug = field.section.partition(".")[2].replace("_", "-")
        return _on_tab("profile", f"section-{slug}")
    if field.section == "customer.core":
        return _on_tab("overview")
    if field.key.startswith("finance."):
        return _on_tab("trade")
    if field.model in PAGES:
        label, route = PAGES[field.model]
        return Place(label, page=reverse(route))
    model = _ASKED_BY.get(field.model, field.model)
    name, kind = next((name, kind) for name, kind in KINDS.items() if kind.model is model)
    return _on_tab(kind.tab, f"part-{name}")


def _on_tab(tab: str, anchor: str = "main") -> Place:
    return Place(TABS[tab].label, tab=tab, anchor=anchor)
