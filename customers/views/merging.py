"""Two records of one customer: compared field by field, merged, and taken apart again; or found to be two."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from crm.models import User
from crm.policy import can, require
from crm.views.answers import go_back, say
from customers.forms.merging import MergeForm
from customers.forms.newcomers import DecisionForm
from customers.models import Customer
from customers.selectors import merging, profiles, twins
from customers.selectors.duplicates import asked_about, possible_duplicates
from customers.services.duplicates import note_different
from customers.services.merging import MergeError, merge_customers, undo_merge
from customers.services.profiles import EditConflictError

MOST_NAMED = 10
LONGEST_ID = 18


@require_http_methods(["GET", "POST"])
def merge(request: HttpRequest, pk: int) -> HttpResponse:
    """Choose with whom a customer is one, then field by field whose answer holds; ``pk`` is the one that is kept."""
    user = require(request.user, "customer.merge")
    kept = _visible(user, pk)
    merged = _other(user, request.POST.get("with") or request.GET.get("with", ""))
    if merged is None:
        return _choose(request, user, kept)
    rows = [*merging.compared(user, kept, merged), *twins.compared_rows(user, kept, merged)]
    form = MergeForm(request.POST if request.method == "POST" else None, rows=rows, kept=kept, merged=merged)
    if form.is_valid():
        try:
            made = merge_customers(
                actor=user,
                kept_id=kept.pk,
                merged_id=merged.pk,
                chosen=form.chosen(),
                versions=form.versions(),
            )
        except MergeError as error:
            form.add_error(None, str(error))
        except EditConflictError:
            messages.error(request, _("Somebody saved one of the two meanwhile: look at them again."))
            return redirect(f"{request.path}?{urlencode({'with': merged.pk})}")
        else:
            text = _("%(merged)s was merged into %(kept)s.") % {"merged": merged.name, "kept": kept.name}
            say(request, text, undo_url=reverse("customers:merge_undo", args=[made.pk]))
            return redirect(kept)
    context = {
        "form": form,
        "kept": kept,
        "merged": merged,
        "left_behind": twins.left_behind(user, kept, merged),
        "swap_url": f"{reverse('customers:merge', args=[merged.pk])}?with={kept.pk}",
        "crumbs": _crumbs(kept),
    }
    return render(request, "customers/merging/merge.html", context, status=422 if form.is_bound else 200)


@require_POST
def undo(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a merge back, and say what was edited since and stays."""
    user = require(request.user, "customer.merge")
    found = merging.visible_merge(user, pk)
    if found is None:
        raise Http404
    try:
        undone = undo_merge(pk, actor=user)
    except MergeError as error:
        messages.error(request, str(error))
        return go_back(request, found.kept.get_absolute_url())
    say(request, _("%(merged)s is a customer of its own again.") % {"merged": undone.merged.name})
    if undone.edited:
        named = _("; ").join(undone.edited[:MOST_NAMED])
        messages.warning(
            request,
            ngettext(
                "Edited since, and left as it is now: %(what)s",
                "%(count)s were edited since, and left as they are now: %(what)s",
                len(undone.edited),
            )
            % {"count": len(undone.edited), "what": named},
        )
    return go_back(request, undone.merged.get_absolute_url())


@require_safe
def alike(request: HttpRequest, pk: int) -> HttpResponse:
    """Show who may be the same as a customer: a panel that the record asks for once it stands."""
    user = require(request.user, "customer.edit")
    customer = _visible(user, pk)
    context = {
        "customer": customer,
        "alike": possible_duplicates(user, asked_about(customer)),
        "can_merge": can(user, "customer.merge"),
    }
    return render(request, "customers/merging/panel.html", context)


@require_POST
def different(request: HttpRequest, pk: int) -> HttpResponse:
    """Note that customers who look the same are not."""
    user = require(request.user, "customer.edit")
    customer = _visible(user, pk)
    decided = DecisionForm(request.POST)
    if decided.is_valid():
        note_different(pk, decided.others, actor=user)
        say(request, _("Noted: these are different customers."))
    return go_back(request, customer.get_absolute_url())


def _choose(request: HttpRequest, user: User, kept: Customer) -> HttpResponse:
    """Ask with whom."""
    context: dict[str, Any] = {
        "customer": kept,
        "alike": possible_duplicates(user, asked_about(kept)),
        "merges": merging.merges_of(kept),
        "can_merge": True,
        "crumbs": _crumbs(kept),
    }
    return render(
        request, "customers/merging/choose.html", context, status=422 if request.method == "POST" else 200
    )


def _visible(user: User, pk: int) -> Customer:
    found = profiles.visible_customers(user).filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


def _other(user: User, written: str) -> Customer | None:
    """Return the other customer, given by id or code; None without one. One out of scope is not there."""
    written = written.strip()
    if not written:
        return None
    if not written.isprintable():
        raise Http404
    customers = profiles.visible_customers(user)
    found = customers.filter(code=written).first()
    if found is None and written.isascii() and written.isdigit() and len(written) <= LONGEST_ID:
        found = customers.filter(pk=int(written)).first()
    if found is None:
        raise Http404
    return found


def _crumbs(customer: Customer) -> list[dict[str, str]]:
    return [
        {"label": _("Customers"), "url": reverse("customers:list")},
        {"label": customer.name, "url": customer.get_absolute_url()},
    ]
