"""Adding, editing in place, removing and putting back: a card in its place over htmx, a page without scripts."""

from contextlib import suppress
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from crm.models import User
from crm.policy import require
from customers.forms.parts.base import PartForm
from customers.models import Customer
from customers.models.scope import CustomerChild
from customers.selectors import parts, profiles
from customers.services.parts import (
    PartConflictError,
    add_part,
    change_part,
    confirm_part,
    put_back_part,
    remove_part,
)
from customers.views.parts.cards import SHOWN_AS, Opened, card, part_url
from customers.views.parts.differences import differences
from customers.views.parts.kind import Kind
from customers.views.parts.kinds import KINDS


@require_safe
def part_list(request: HttpRequest, pk: int, kind: str) -> HttpResponse:
    """Show the card of one kind."""
    user, customer, _kind = _asked(request, pk, kind, "customer.view")
    return _card(request, user, customer, kind)


@require_http_methods(["GET", "POST"])
def new_part(request: HttpRequest, pk: int, kind: str) -> HttpResponse:
    """Add a row."""
    user, customer, declared = _asked(request, pk, kind, "customer.edit")
    form = _form(request, declared, user, customer)
    if form.is_valid():
        try:
            _add(declared, user, customer, form)
        except IntegrityError:
            _say_it_is_there(form)
        except ValidationError as error:
            form.add_error(None, error)
        else:
            return _done(request, user, customer, kind)
    return _card(request, user, customer, kind, opened=Opened(form, None, request.path))


@require_http_methods(["GET", "POST"])
def edit_part(request: HttpRequest, pk: int, kind: str, part: str) -> HttpResponse:
    """Edit a row in its place; who saves second sees what the first one changed."""
    user, customer, declared = _asked(request, pk, kind, "customer.edit")
    found = _found(user, customer, declared, part)
    form = _form(request, declared, user, customer, found)
    differing: tuple[dict[str, str], ...] = ()
    if form.is_valid():
        seen = form.cleaned_data["seen"] or found.state
        try:
            change_part(
                declared.model,
                found.row.pk,
                actor=user,
                changes=form.changes(),
                seen=seen,
                collected_by=form.collected_by,
            )
        except PartConflictError as conflict:
            differing = differences(conflict.current, form)
            form.with_state(parts.state_of(conflict.current))
        except IntegrityError:
            _say_it_is_there(form)
        else:
            return _done(request, user, customer, kind)
    opened = Opened(form, found.row.pk, request.path, differing)
    return _card(request, user, customer, kind, opened=opened)


@require_POST
def remove(request: HttpRequest, pk: int, kind: str, part: str) -> HttpResponse:
    """Remove a row; the card offers to put it back."""
    user, customer, declared = _asked(request, pk, kind, "customer.edit")
    found = _found(user, customer, declared, part)
    remove_part(declared.model, found.row.pk, actor=user)
    if request.htmx:  # type: ignore[attr-defined]
        return _card(request, user, customer, kind, removed=found.row.pk)
    return redirect(f"{part_url(customer, kind)}?removed={found.row.pk}")


@require_POST
def put_back(request: HttpRequest, pk: int, kind: str, part: str) -> HttpResponse:
    """Put a removed row back."""
    user, customer, declared = _asked(request, pk, kind, "customer.edit")
    try:
        put_back_part(declared.model, _key(declared, part), actor=user)
    except declared.model.DoesNotExist as error:
        raise Http404 from error
    except IntegrityError:
        pass  # something has taken its place: the card shows it
    return _done(request, user, customer, kind)


@require_POST
def confirm(request: HttpRequest, pk: int, kind: str, part: str) -> HttpResponse:
    """Note that a row is still true."""
    user, customer, declared = _asked(request, pk, kind, "customer.edit")
    found = _found(user, customer, declared, part)
    confirm_part(declared.model, found.row.pk, actor=user)
    return _done(request, user, customer, kind)


def _add(kind: Kind, user: User, customer: Customer, form: PartForm) -> None:
    if kind.write is not None:
        kind.write(user, customer, form)
    else:
        fields = {**form.changes(), **kind.fixed, kind.owner: customer}
        add_part(kind.model, actor=user, fields=fields, collected_by=form.collected_by)


def _asked(request: HttpRequest, pk: int, name: str, action: str) -> tuple[User, Customer, Kind]:
    """Return who asks, about which customer and which kind; what they may not see is not there."""
    user = require(request.user, action)
    customer = profiles.visible_customers(user).filter(pk=pk).first()
    if customer is None or name not in KINDS:
        raise Http404
    return user, customer, KINDS[name]


def _found(user: User, customer: Customer, kind: Kind, part: str) -> parts.OpenedPart[CustomerChild]:
    """Return a row of the customer."""
    found = parts.part(user, kind.model, _key(kind, part))
    held = {f"{kind.owner}_id": customer.pk, **kind.fixed}
    if found is None or any(getattr(found.row, name) != value for name, value in held.items()):
        raise Http404
    return found


def _key(kind: Kind, part: str) -> Any:
    """Read the key of a row from the address."""
    try:
        return kind.model._meta.pk.to_python(part)
    except ValidationError as error:
        raise Http404 from error


def _form(
    request: HttpRequest,
    kind: Kind,
    user: User,
    customer: Customer,
    found: parts.OpenedPart[CustomerChild] | None = None,
) -> PartForm:
    typed = request.POST if request.method == "POST" else None
    return kind.form(
        typed,
        request.FILES if typed is not None else None,
        user=user,
        customer=customer,
        owner=kind.owner,
        row=found.row if found else None,
        state=found.state if found else "",
    )


def _say_it_is_there(form: PartForm) -> None:
    form.add_error(None, _("This is on record already."))


def _done(request: HttpRequest, user: User, customer: Customer, name: str) -> HttpResponse:
    """Show the card as it stands now, or go back to the record."""
    if request.htmx:  # type: ignore[attr-defined]
        return _card(request, user, customer, name)
    name = SHOWN_AS.get(name, name)
    return redirect(f"{customer.get_absolute_url()}?tab={KINDS[name].tab}#part-{name}")


def _card(
    request: HttpRequest,
    user: User,
    customer: Customer,
    name: str,
    *,
    opened: Opened | None = None,
    removed: object | None = None,
) -> HttpResponse:
    """Answer with the card alone over htmx, with a page that holds it otherwise."""
    if "removed" in request.GET:
        with suppress(Http404):
            removed = _key(KINDS[name], request.GET["removed"])
    shown = card(user, customer, name, opened=opened, removed=removed)
    kind: Kind = shown["kind"]
    context = {
        "card": shown,
        "customer": customer,
        "title": kind.title,
        "back_url": f"{customer.get_absolute_url()}?tab={kind.tab}",
        "crumbs": [
            {"label": _("Customers"), "url": reverse("customers:list")},
            {"label": customer.name, "url": customer.get_absolute_url()},
        ],
    }
    if request.htmx:  # type: ignore[attr-defined]
        return render(request, "customers/parts/card.html", context)
    wrong = opened is not None and opened.form.is_bound
    status = 200 if not wrong else 409 if opened and opened.differences else 422
    return render(request, "customers/parts/page.html", context, status=status)
