"""Cards: the rows of one kind, with what may be done to them."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.urls import reverse

from crm.models import User
from crm.policy import can
from customers.forms.parts.base import PartForm
from customers.models import Customer
from customers.models.scope import CustomerChild
from customers.selectors import provenance
from customers.selectors.parts import parts_of
from customers.selectors.provenance import Note, Provenance
from customers.views.parts.kind import Kind
from customers.views.parts.kinds import KINDS

# Cards whose rows are those of another one, changed by another form.
SHOWN_AS = {"resolutions": "complaints"}


@dataclass(frozen=True, slots=True)
class Opened:
    """A form that stands open on a card: for a new row (``pk`` None) or in place of one."""

    form: PartForm
    pk: object | None
    url: str
    differences: tuple[dict[str, str], ...] = ()


class Notes:
    """What was noted of where the fields of a customer came from; read when the first card has a row."""

    def __init__(self, customer: Customer) -> None:
        self.customer = customer

    @cached_property
    def by_key(self) -> dict[str, Note]:
        """The notes, by the key of their field."""
        return provenance.noted(self.customer)


def card(
    user: User,
    customer: Customer,
    name: str,
    *,
    opened: Opened | None = None,
    removed: object | None = None,
    notes: Notes | None = None,
) -> dict[str, Any]:
    """Describe a card for templates/customers/parts/card.html; ``removed`` is the key of a row just removed.

    ``notes`` are what was noted of where fields came from, when several cards are described.
    """
    name = SHOWN_AS.get(name, name)
    kind = KINDS[name]
    rows = rows_of_kind(user, customer, kind)
    editable = can(user, "customer.edit")
    shown = rows[: kind.shown]
    sources = _sources(customer, kind, shown, notes)
    return {
        "name": name,
        "kind": kind,
        "lines": [
            {
                **_line(customer, name, kind, row, editable, opened),
                "source": sources.get(row.pk),
                "confirm_url": part_url(customer, name, row.pk, "confirm")
                if editable and row.pk in sources
                else "",
            }
            for row in shown
        ],
        "more": len(rows) > kind.shown,
        "url": part_url(customer, name),
        "add_url": part_url(customer, name, "new") if editable and not (kind.single and rows) else "",
        "opened": opened if opened and opened.pk is None else None,
        "put_back_url": part_url(customer, name, removed, "put-back") if removed else "",
    }


def cards(user: User, customer: Customer, *names: str) -> dict[str, dict[str, Any]]:
    """Describe several cards, by name."""
    notes = Notes(customer)
    return {name.replace("-", "_"): card(user, customer, name, notes=notes) for name in names}


def _sources(
    customer: Customer, kind: Kind, rows: Sequence[CustomerChild], notes: Notes | None
) -> dict[Any, Provenance]:
    """Return where the rows of a card came from, when they are values of the profile."""
    if not rows or not provenance.fields_of_rows(kind.model, customer.kind):
        return {}
    return provenance.of_rows(customer, rows, (notes or Notes(customer)).by_key)


def rows_of_kind(user: User, customer: Customer, kind: Kind) -> list[CustomerChild]:
    """Return the rows of a card, and one more when there are more than it shows."""
    rows = parts_of(
        user,
        kind.model,
        customer,
        owner=kind.owner,
        related=kind.related,
        limit=kind.shown + 1,
        fixed=kind.fixed,
    )
    return list(rows)


def part_url(customer: Customer, name: str, pk: object | None = None, action: str = "") -> str:
    """Return the address of a card, of its empty form ("new"), of a row or of what can be done to it."""
    if pk is None:
        return reverse("customers:parts", args=[customer.pk, name])
    if pk == "new":
        return reverse("customers:part_new", args=[customer.pk, name])
    route = f"customers:part_{action.replace('-', '_')}" if action else "customers:part"
    return reverse(route, args=[customer.pk, name, str(pk)])


def _line(
    customer: Customer, name: str, kind: Kind, row: CustomerChild, editable: bool, opened: Opened | None
) -> dict[str, Any]:
    extra = None
    if kind.extra and editable:
        label, other = kind.extra
        extra = {"label": label, "url": part_url(customer, other, row.pk)}
    return {
        "line": kind.line(row),
        "opened": opened if opened and opened.pk is not None and str(opened.pk) == str(row.pk) else None,
        "edit_url": part_url(customer, name, row.pk) if editable and kind.is_edited else "",
        "remove_url": part_url(customer, name, row.pk, "remove") if editable else "",
        "extra": extra if getattr(row, "resolved_at", None) is None else None,
    }
