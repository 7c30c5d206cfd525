"""How the page of a measure is declared: its question, headline figures, its chart, its list."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Concatenate, ParamSpec, TypeVar

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from analysis.exports.tables import Column, Form, Sheet
from analysis.models import AnalysisRun, RunState
from analysis.selectors.snapshots import Filter
from crm.models import User
from crm.once import once

Text = str | Promise
Given = ParamSpec("Given")
Found = TypeVar("Found")


class Question(StrEnum):
    """What somebody wants to know: the groups of the directory."""

    EARNS = "earns"
    WILL = "will"
    LEAVES = "leaves"
    COSTS = "costs"
    BUYS = "buys"
    COMES = "comes"
    SAYS = "says"
    KNOWN = "known"


QUESTIONS: dict[Question, Text] = {
    Question.EARNS: _("Who earns the money?"),
    Question.WILL: _("Who will?"),
    Question.LEAVES: _("Who is leaving?"),
    Question.COSTS: _("What does each cost?"),
    Question.BUYS: _("What do they buy, and what could they?"),
    Question.COMES: _("Where do customers come from?"),
    Question.SAYS: _("What do they say?"),
    Question.KNOWN: _("How good are the records?"),
}


@dataclass(frozen=True, slots=True)
class Asked:
    """What a page is asked: of which run, by whom, about which customers, and what its choices are set to."""

    run: AnalysisRun
    user: User
    scope: Filter
    chosen: dict[str, str] = field(default_factory=dict)
    numbers: dict[str, int] = field(default_factory=dict)
    rows: Filter = Filter()  # noqa: RUF009 - frozen: which rows of the list, for pages with filters of their own

    def read(
        self,
        selector: Callable[Concatenate[AnalysisRun, User, Given], Found],
        *given: Given.args,
        **named: Given.kwargs,
    ) -> Found:
        """Return what a selector finds in the run for the user: read once, however often a page asks for the same."""
        key = (selector, self.run.pk, self.user.pk, given, tuple(sorted(named.items())))
        return once(key, lambda: selector(self.run, self.user, *given, **named))

    @property
    def parameters(self) -> dict[str, str | int]:
        """What the address says of run and customers."""
        wanted = {
            "run": self.run.pk if self.is_past else None,
            "region": self.scope.region,
            "team": self.scope.team,
            "owner": self.scope.owner,
        }
        return {name: value for name, value in wanted.items() if value}

    @property
    def is_past(self) -> bool:
        """Whether an older run than the published one is looked at."""
        return self.run.state == RunState.SUPERSEDED


@dataclass(frozen=True, slots=True)
class Figure:
    """A headline figure. ``better`` says which way is good, "up" or "down"; without, a change is neither."""

    label: Text
    value: Any
    form: Form = Form.COUNT
    note: str = ""
    better: str = ""
    url: str = ""


@dataclass(frozen=True, slots=True)
class Finding:
    """The chart that carries the finding: its title, what is drawn and its unit, the same rows as a table."""

    title: str
    about: str
    chart: dict[str, Any]
    sheet: Sheet


@dataclass(frozen=True, slots=True)
class Listing:
    """The ranked table: its columns, and how a page of it is read (``after``, ``before``, ``size``).

    ``all_url`` leads back to the whole of it, where the address names one thing that it is about.
    """

    title: str
    columns: tuple[Column, ...]
    read: Callable[..., Any]
    all_url: str = ""


@dataclass(frozen=True, slots=True)
class Choice:
    """Something to choose: a parameter of the address and its options, the first of which is the default."""

    name: str
    label: Text
    options: Sequence[tuple[str, Text]]


@dataclass(frozen=True, slots=True)
class Definition:
    """What a measure is, in short; the handbook has the whole."""

    text: Text
    formula: Text = ""
    caveat: Text = ""


@dataclass(frozen=True, slots=True)
class MeasurePage:
    """The page of a measure.

    Attributes
    ----------
    name
        The measure's name in the registry.
    question
        The group of the directory that it stands in.
    title
        What the page is called.
    says
        What it tells, in half a sentence.
    definition
        What the measure is.
    figures
        The headline figures, read of the run shown and of the one that it is compared with.
    finding
        The chart; None when there is nothing to draw.
    listing
        The ranked table; none for a measure that has only groups.
    choices
        What can be chosen.
    narrower
        What can be chosen then, depending on that: one of the groups that the chart shows.
    numbers
        Parameters of the address that name one thing by its number: a product, a customer.
    company_only
        Whether the measure is the company's affair.
    narrows
        Whether the page can be narrowed down to somebody's customers; what tells of no customer can't.
    related
        Routes of pages that go on from here, with their labels: (label, route, arguments).
    route
        The route of the page and its arguments, where it is not the frame's.
    """

    name: str
    question: Question
    title: Text
    says: Text
    definition: Definition = Definition("")
    figures: Callable[[Asked], list[Figure]] = lambda _asked: []
    finding: Callable[[Asked], Finding | None] = lambda _asked: None
    listing: Callable[[Asked], Listing | None] = lambda _asked: None
    choices: Callable[[Asked], Sequence[Choice]] = lambda _asked: ()
    narrower: Callable[[Asked], Sequence[Choice]] = lambda _asked: ()
    numbers: tuple[str, ...] = ()
    company_only: bool = False
    narrows: bool = True
    related: Sequence[tuple[Text, str, tuple[str, ...]]] = ()
    route: tuple[str, ...] = ()

    @property
    def url(self) -> str:
        """Where the page is."""
        route, *arguments = self.route or (f"analysis:{self.name}",)
        return reverse(route, args=arguments)

    @property
    def slug(self) -> str:
        """The page's word in its address."""
        return self.name.replace("_", "-")
