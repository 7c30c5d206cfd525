"""The quick log: a dialog over any page, and a page of its own without scripts."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from crm.models import User
from crm.policy import require
from crm.views.answers import go_back, say, toast
from customers.filters.search import read_search
from customers.forms.quick_log import QuickLogForm
from customers.selectors import quick_log as selectors
from customers.selectors.search import Hit
from customers.services.quick_log import Logged, TooLateError, quick_log, undo_quick_log

SAVED = "quick-log-saved"
LONGEST_ID = 18


@require_http_methods(["GET", "POST"])
def log(request: HttpRequest) -> HttpResponse:
    """Note what was said with a customer, and when to follow it up."""
    user = require(request.user, "customer.edit")
    written = request.POST.get("q", "") if request.method == "POST" else request.GET.get("q", "")
    hits, chosen = _offered(request, user, written)
    if request.method == "GET":
        # What was typed before looking for the customer without scripts comes back.
        initial = {name: request.GET[name] for name in QuickLogForm.base_fields if name in request.GET}
        return _answer(request, QuickLogForm(user=user, initial=initial), hits, chosen, written)
    typed = request.POST.copy()
    if not typed.get("customer") and len(hits) == 1:
        typed["customer"] = str(hits[0].id)
    form = QuickLogForm(typed, user=user)
    if not form.is_valid():
        return _answer(request, form, hits, chosen, written)
    values = form.cleaned_data
    logged = quick_log(
        actor=user,
        customer_id=values["customer"].pk,
        response_type=values["response_type"],
        channel=values["channel"],
        body=values["body"],
        follow_up_on=form.due_on,
    )
    undo_url = reverse("customers:log_undo", args=[logged.undo])
    if request.htmx:  # type: ignore[attr-defined]
        return toast(request, _said(logged), undo_url=undo_url, event=SAVED)
    say(request, _said(logged), undo_url=undo_url)
    return redirect(values["customer"])


@require_safe
def pick(request: HttpRequest) -> HttpResponse:
    """Answer the field for the customer while somebody types."""
    user = require(request.user, "customer.edit")
    written = request.GET.get("q", "")
    context = {"hits": selectors.offered(user, read_search(written)), "chosen": None, "q": written}
    return render(request, "customers/quick_log/picks.html", context)


@require_POST
def undo(request: HttpRequest, token: str) -> HttpResponse:
    """Take back what was noted last."""
    user = require(request.user, "customer.edit")
    try:
        undo_quick_log(token, actor=user)
        say(request, _("The note was taken back."))
    except TooLateError:
        say(request, _("This note can no longer be taken back here; it can be edited on the record."))
    return go_back(request, reverse("customers:today"))


def _offered(request: HttpRequest, user: User, written: str) -> tuple[list[Hit], int | None]:
    """Return the customers to choose from, and the one that is chosen already."""
    given = request.POST.get("customer") or request.GET.get("customer") or ""
    if given.isascii() and given.isdigit() and len(given) <= LONGEST_ID:
        hits = selectors.one_customer(user, int(given))
        if not hits:
            raise Http404
        return hits, hits[0].id
    sought = read_search(written)
    hits = selectors.offered(user, sought) if sought or not written else []
    return hits, hits[0].id if sought and hits else None


def _answer(
    request: HttpRequest, form: QuickLogForm, hits: list[Hit], chosen: int | None, written: str
) -> HttpResponse:
    is_dialog = bool(request.htmx)  # type: ignore[attr-defined]
    context: dict[str, Any] = {
        "form": form,
        "hits": hits,
        "chosen": chosen,
        "q": written,
        "is_dialog": is_dialog,
    }
    name = "dialog" if is_dialog else "page"
    # htmx shows no answer of the 400s: in the dialog the form itself says what is wrong.
    status = 422 if form.is_bound and not is_dialog else 200
    return render(request, f"customers/quick_log/{name}.html", context, status=status)


def _said(logged: Logged) -> str:
    name = logged.interaction.customer.name
    if logged.task:
        return _("Noted for %(name)s, with a follow-up.") % {"name": name}
    return _("Noted for %(name)s.") % {"name": name}
