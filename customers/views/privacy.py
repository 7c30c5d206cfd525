"""One sensitive value of one person: whether it may be kept, the consent, and reading it, one at a time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from allauth.account.decorators import reauthentication_required
from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from crm.models import User
from crm.policy import can, require
from crm.sealing.envelope import SealError
from customers.forms.meanwhile import remember, seen_in, send_again
from customers.forms.privacy import ConsentForm, RevealForm, ValueForm
from customers.models import Customer, CustomerKind, FamilyMember
from customers.selectors import privacy as selector
from customers.selectors import profiles
from customers.selectors.catalogue import FIELDS, ProfileField
from customers.selectors.duplicates import Duplicate, with_same_number
from customers.services import privacy
from customers.services.duties.withdrawing import withdraw_consent
from customers.services.meanwhile import ChangedMeanwhileError
from customers.services.privacy import NotAllowedError


@dataclass(frozen=True, slots=True)
class Asked:
    """Who asks about which sensitive value of whom; ``row`` names one of the family."""

    request: HttpRequest
    user: User
    customer: Customer
    field: ProfileField
    row: str

    @property
    def url(self) -> str:
        """The page of this value."""
        page = reverse("customers:sensitive", args=[self.customer.pk, self.field.key])
        return f"{page}?row={self.row}" if self.row else page


@sensitive_post_parameters()
@require_http_methods(["GET", "POST"])
def sensitive(request: HttpRequest, pk: int, key: str) -> HttpResponse:
    """Show how a sensitive value is kept; by POST consent, store, withdraw or reveal."""
    asked = _asked(request, pk, key)
    if request.method == "GET":
        return _page(asked)
    act = _ACTS.get(request.POST.get("do", ""))
    if act is None:
        return _page(asked, status=422)
    try:
        return act(asked)
    except NotAllowedError as refusal:
        return _page(asked, status=422, refusal=str(refusal))
    except FamilyMember.DoesNotExist as error:
        raise Http404 from error


def _asked(request: HttpRequest, pk: int, key: str) -> Asked:
    user = require(request.user, "customer.view")
    customer = profiles.visible_customers(user).filter(pk=pk, kind=CustomerKind.PERSON).first()
    field = FIELDS.get(key)
    row = request.GET.get("row", "")
    if customer is None or field is None or not field.is_sealed:
        raise Http404
    if field.model is FamilyMember and not selector.is_family(customer, field, row):
        raise Http404
    return Asked(request, user, customer, field, row)


def _consent(asked: Asked) -> HttpResponse:
    require(asked.user, "customer.edit")
    form = ConsentForm(asked.request.POST)
    if not form.is_valid():
        return _page(asked, status=422, consent=form)
    privacy.give_consent(asked.customer.pk, asked.field.key, actor=asked.user, **form.cleaned_data)
    messages.success(asked.request, _("The consent is on record."))
    return redirect(asked.url)


def _withdraw(asked: Asked) -> HttpResponse:
    withdraw_consent(asked.customer.pk, asked.field.key, actor=asked.user)
    messages.success(asked.request, _("The consent is withdrawn, and what was kept by it is gone."))
    return redirect(asked.url)


def _store(asked: Asked) -> HttpResponse:
    require(asked.user, "customer.edit")
    form = ValueForm(asked.request.POST, field=asked.field)
    remember(form, "")
    if not form.is_valid():
        return _page(asked, status=422, value=form)
    try:
        stored = privacy.store_sensitive(
            asked.customer.pk,
            asked.field.key,
            form.cleaned_data["value"],
            actor=asked.user,
            row_id=asked.row,
            collected_by=form.cleaned_data["collected_by"],
            seen=seen_in(form),
        )
    except ChangedMeanwhileError as conflict:
        sealed = getattr(conflict.current, asked.field.column)
        send_again(form, conflict.current, selector.sealed_state(sealed))
        refusal = _(
            "Somebody has stored or removed a value since you opened this page. Look at what is kept now; saved "
            "again, yours takes its place."
        )
        return _page(asked, status=409, refusal=refusal, value=form)
    except ValidationError as error:
        form.add_error("value", error)
        return _page(asked, status=422, value=form)
    messages.success(asked.request, _("Saved."))
    if _same_number(asked):
        messages.warning(asked.request, _("Another customer has this very number: look at both."))
    if stored.notice:
        messages.warning(asked.request, stored.notice)
    return redirect(asked.url)


def _reveal(asked: Asked) -> HttpResponse:
    require(asked.user, "sensitive.reveal")
    form = RevealForm(asked.request.POST)
    if not form.is_valid():
        return _page(asked, status=422, reveal=form)

    @reauthentication_required  # type: ignore[untyped-decorator]
    def read(_request: HttpRequest) -> HttpResponse:
        value = privacy.reveal(
            asked.customer.pk,
            asked.field.key,
            actor=asked.user,
            purpose=form.cleaned_data["purpose"],
            row_id=asked.row,
        )
        return _page(asked, revealed=selector.sealed_in_words(asked.field, value))

    try:
        answer: HttpResponse = read(asked.request)
    except SealError:
        return _page(
            asked, status=422, refusal=_("The value can't be opened: its key is gone or not the right one.")
        )
    return answer


_ACTS: dict[str, Callable[[Asked], HttpResponse]] = {
    "consent": _consent,
    "withdraw": _withdraw,
    "store": _store,
    "reveal": _reveal,
}


def _same_number(asked: Asked) -> list[Duplicate]:
    """Return who else has the identity number that is kept, for those who may do something about it."""
    if asked.field.key != privacy.IDENTITY or not can(asked.user, "customer.edit"):
        return []
    return with_same_number(asked.user, asked.customer)


def _page(
    asked: Asked, *, status: int = 200, refusal: str = "", revealed: str = "", **typed: Any
) -> HttpResponse:
    """Show the page with what was typed; ``revealed`` stands on this one answer alone."""
    standing = selector.standing_of(asked.customer, asked.field, asked.row)
    editable = can(asked.user, "customer.edit")
    may_keep = editable and standing.switch is not None
    fresh = ValueForm(field=asked.field)
    remember(fresh, standing.state)
    given: dict[str, forms.Form | None] = {
        "consent_form": typed.get("consent") or ConsentForm() if may_keep and not standing.consent else None,
        "value_form": typed.get("value") or fresh if may_keep and standing.consent else None,
        "reveal_form": (typed.get("reveal") or RevealForm())
        if standing.is_kept and can(asked.user, "sensitive.reveal")
        else None,
    }
    slug = asked.field.section.partition(".")[2].replace("_", "-")
    context = {
        **given,
        "customer": asked.customer,
        "alike": _same_number(asked),
        "can_merge": can(asked.user, "customer.merge"),
        "field": asked.field,
        "standing": standing,
        "url": asked.url,
        "refusal": refusal,
        "revealed": revealed,
        "can_edit": editable,
        "can_manage": can(asked.user, "fields.manage"),
        "needs_guardian": privacy.needs_guardian(asked.customer, asked.field.key, standing.today),
        "back_url": f"{asked.customer.get_absolute_url()}?tab=profile&open={slug}#section-{slug}",
        "crumbs": [
            {"label": _("Customers"), "url": reverse("customers:list")},
            {"label": asked.customer.name, "url": asked.customer.get_absolute_url()},
        ],
    }
    return render(asked.request, "customers/profiles/sensitive.html", context, status=status)
