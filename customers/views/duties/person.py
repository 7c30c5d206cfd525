"""One person's rights: their file, their requests and consents, being scored or not, and being erased."""

from __future__ import annotations

from typing import Any

from allauth.account.decorators import reauthentication_required
from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from crm.models import User
from crm.policy import can, require
from crm.sealing.envelope import SealError
from customers.exports.subject_file import subject_file
from customers.forms.duties import AnswerForm, EraseForm, RequestForm
from customers.models import Customer
from customers.selectors import duties, profiles
from customers.selectors.catalogue import FIELDS
from customers.services.duties import erasing
from customers.services.duties import requests as asking
from customers.services.privacy import NotAllowedError


@require_safe
def rights(request: HttpRequest, pk: int) -> HttpResponse:
    """Show what a person may ask for, and what they asked."""
    user = require(request.user, "privacy.view")
    return _rights(request, user, _customer(user, pk))


def _rights(
    request: HttpRequest, user: User, customer: Customer, *, status: int = 200, refusal: str = ""
) -> HttpResponse:
    context = {
        "customer": customer,
        "refusal": refusal,
        "requests": duties.requests_of(user, customer),
        "consents": [
            {"consent": each, "title": FIELDS[each.field].title if each.field in FIELDS else each.field}
            for each in duties.consents_of(user, customer)
        ],
        "bases": duties.bases_of(user, customer),
        "can_manage": can(user, "privacy.manage"),
        "can_edit": can(user, "customer.edit"),
        "crumbs": _crumbs(customer)[:-1],
    }
    return render(request, "customers/duties/person.html", context, status=status)


@require_POST
def person_file(request: HttpRequest, pk: int) -> HttpResponse:
    """Answer with the person's file."""
    customer = _customer(require(request.user, "privacy.manage"), pk)
    answer: HttpResponse = _person_file(request, customer)
    return answer


@reauthentication_required  # type: ignore[untyped-decorator]
def _person_file(request: HttpRequest, customer: Customer) -> HttpResponse:
    user = require(request.user, "privacy.manage")
    try:
        content = subject_file(customer.pk, actor=user)
    except SealError:
        refusal = _("A sensitive value can’t be opened: its key is gone or not the right one.")
        return _rights(request, user, customer, status=422, refusal=refusal)
    name = f"person-{customer.pk}-{timezone.localdate().isoformat()}.zip"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "X-Content-Type-Options": "nosniff"}
    return HttpResponse(content, content_type="application/zip", headers=headers)


@require_POST
def scoring(request: HttpRequest, pk: int) -> HttpResponse:
    """Leave a person out of every automated score, or take them in again."""
    user = require(request.user, "privacy.manage")
    customer = _customer(user, pk)
    refused = request.POST.get("refused") == "1"
    asking.refuse_scoring(customer.pk, actor=user, refused=refused)
    said = (
        _("From now on nothing is scored about them.") if refused else _("The next run takes them in again.")
    )
    messages.success(request, said)
    return redirect("customers:rights", customer.pk)


@require_http_methods(["GET", "HEAD", "POST"])
def new_request(request: HttpRequest, pk: int) -> HttpResponse:
    """Put a request of a person on record."""
    user = require(request.user, "privacy.manage")
    customer = _customer(user, pk)
    form = RequestForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            asking.receive(customer.pk, actor=user, **form.cleaned_data)
        except NotAllowedError as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("The request is on record."))
            return redirect("customers:rights", customer.pk)
    return _form(request, form, _("New request"), customer)


@require_http_methods(["GET", "HEAD", "POST"])
def answer_request(request: HttpRequest, pk: int) -> HttpResponse:
    """Note what a person was answered."""
    user = require(request.user, "privacy.manage")
    found = duties.requests(user).filter(pk=pk).first()
    if found is None:
        raise Http404
    customer = profiles.visible_customers(user).filter(pk=found.customer_id).first()
    form = AnswerForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            asking.answer(found.pk, actor=user, **form.cleaned_data)
        except NotAllowedError as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("The answer is on record."))
            return redirect("customers:requests")
    return _form(request, form, str(found.get_kind_display()), customer)


@require_http_methods(["GET", "HEAD", "POST"])
def erase(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask why and of whom, and erase a person."""
    user = require(request.user, "privacy.manage")
    customer = _customer(user, pk)
    if request.method == "POST":
        answer: HttpResponse = _erase(request, customer)
        return answer
    return _ask(request, EraseForm(code=customer.code), customer)


@reauthentication_required  # type: ignore[untyped-decorator]
def _erase(request: HttpRequest, customer: Customer) -> HttpResponse:
    user = require(request.user, "privacy.manage")
    form = EraseForm(request.POST, code=customer.code)
    if form.is_valid():
        try:
            erasing.erase_customer(customer.pk, actor=user, reason=form.cleaned_data["reason"])
        except NotAllowedError as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Everything about them is destroyed."))
            return redirect("customers:purges")
    return _ask(request, form, customer)


def _ask(request: HttpRequest, form: EraseForm, customer: Customer) -> HttpResponse:
    told = _(
        "Their profile, contacts, notes, files, sensitive values and every earlier version are destroyed, and so are "
        "the copies in imports and exports. Orders, payments and complaints stay without a word about them. "
        "It can’t be undone, and a restore from an older backup does it again."
    )
    return _form(request, form, _("Erase this person"), customer, sub=told, danger=_("Erase for good"))


def _form(
    request: HttpRequest,
    form: forms.Form,
    title: str,
    customer: Customer | None,
    **more: Any,
) -> HttpResponse:
    back = reverse("customers:rights", args=[customer.pk]) if customer else reverse("customers:requests")
    crumbs = _crumbs(customer) if customer else []
    context = {"form": form, "title": title, "back_url": back, "crumbs": crumbs, **more}
    return render(request, "customers/duties/form.html", context, status=422 if form.is_bound else 200)


def _customer(user: User, pk: int) -> Customer:
    customer = profiles.visible_customers(user).filter(pk=pk).first()
    if customer is None:
        raise Http404
    return customer


def _crumbs(customer: Customer) -> list[dict[str, str]]:
    return [
        {"label": _("Customers"), "url": reverse("customers:list")},
        {"label": customer.name, "url": customer.get_absolute_url()},
        {"label": _("Rights of the person"), "url": reverse("customers:rights", args=[customer.pk])},
    ]
