"""Every page of a measure, by name and by question."""

from __future__ import annotations

from analysis.views.measures import (
    beginning,
    coming,
    core,
    costing,
    earning,
    hoping,
    keeping,
    knowing,
    moving,
    offering,
    owing,
    places,
    products,
    wishing,
)
from analysis.views.measures.declaring import MeasurePage, Question

_FAMILIES = (
    core,
    earning,
    hoping,
    wishing,
    costing,
    owing,
    moving,
    beginning,
    keeping,
    products,
    offering,
    places,
    coming,
    knowing,
)

PAGES: dict[str, MeasurePage] = {page.name: page for family in _FAMILIES for page in family.PAGES}
BY_SLUG: dict[str, MeasurePage] = {page.slug: page for page in PAGES.values()}
# Those that the frame itself shows.
FRAMED: dict[str, MeasurePage] = {name: page for name, page in PAGES.items() if not page.route}
# What the core run publishes besides, and the page that tells it.
TOLD_BY = {"facts": "contribution", "marks": "tiers"}


def pages_of(question: Question) -> list[MeasurePage]:
    """The pages that answer a question, in the order of the directory."""
    return [page for page in PAGES.values() if page.question is question]
