"""How a record kind is declared, and how one of its rows reads."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils.functional import Promise

from crm.models import User
from customers.forms.parts.base import PartForm
from customers.models import Customer
from customers.models.scope import CustomerChild

Words = str | Promise


@dataclass(frozen=True, slots=True)
class Line:
    """One row as people read it: ``title`` leads, ``details`` stand beside it, ``text`` below.

    ``tag`` is a word on a colour (``tone`` as in components/tag.html), ``url`` what the title leads to, ``links``
    further places with their labels.
    """

    title: str
    details: str = ""
    text: str = ""
    url: str = ""
    tag: Words = ""
    tone: str = ""
    links: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Kind:
    """A record kind: its model, its form, how a row reads, and the words of its card.

    ``owner`` names the field by which rows belong to the customer, ``related`` what is read along, ``fixed`` what
    every row of the card holds. ``single``: a customer has at most one. ``is_edited``: its form changes a row, too.
    ``tab`` is where the card stands.
    ``extra`` is one more thing to do with a row: its label, and the kind whose form does it. ``write`` adds a row
    where that takes more than its fields; what it raises as ValidationError stands on the form.
    """

    model: type[CustomerChild]
    form: type[PartForm]
    line: Callable[[Any], Line]
    title: Words
    add: Words
    empty: Words
    icon: str
    tab: str
    owner: str = "customer"
    related: tuple[str, ...] = ()
    fixed: Mapping[str, Any] = field(default_factory=dict)
    single: bool = False
    is_edited: bool = True
    extra: tuple[Words, str] | None = None
    shown: int = 20
    write: Callable[[User, Customer, PartForm], object] | None = None


def together(*parts: object) -> str:
    """Join what is there of some words."""
    return " · ".join(str(part) for part in parts if part)
