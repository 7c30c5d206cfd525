"""One customer at risk: why, what was done before, and the next step or the outcome."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from crm.extensions import customer_insights
from crm.models import User
from crm.policy import can, require
from crm.views.answers import go_back, say
from customers.forms.churn_cases import CaseForm
from customers.models import CaseState, ChurnCase, Customer
from customers.selectors import churn_cases as selector
from customers.selectors.profiles import visible_customers
from customers.services.churn_cases import NEW, note_step, take_up_again
from customers.services.meanwhile import ChangedMeanwhileError

UNPROCESSABLE, CONFLICT = 422, 409


@require_http_methods(["GET", "HEAD", "POST"])
def churn_case(request: HttpRequest, pk: int) -> HttpResponse:
    """Show a customer at risk, and note the next step or what came of it."""
    user = require(request.user, "customer.view")
    customer = visible_customers(user).filter(pk=pk).first()
    if customer is None:
        raise Http404
    if request.method != "POST":
        return _page(request, user, customer, _form(customer))
    require(user, "customer.edit")
    form = CaseForm(request.POST)
    if not form.is_valid():
        return _page(request, user, customer, form, status=UNPROCESSABLE)
    try:
        case = note_step(pk, actor=user, **form.cleaned_data)
    except ChangedMeanwhileError:
        typed = request.POST.copy()
        typed["version"] = str(_version(customer))
        return _page(request, user, customer, CaseForm(typed), status=CONFLICT)
    text = _("%(name)s: %(state)s.") % {"name": customer.name, "state": case.get_state_display()}
    undo = reverse("customers:churn_reopen", args=[case.pk]) if case.closed_at else ""
    say(request, text, undo_url=undo)
    return go_back(request, reverse("customers:churn_case", args=[pk]))


@require_POST
def reopen(request: HttpRequest, pk: int) -> HttpResponse:
    """Take an outcome back."""
    user = require(request.user, "customer.edit")
    try:
        case = take_up_again(pk, actor=user)
    except ChurnCase.DoesNotExist as error:
        raise Http404 from error
    say(request, _("To be followed up again: %(name)s") % {"name": case.customer.name})
    return go_back(request, reverse("customers:churn_case", args=[case.customer_id]))


def _form(customer: Customer) -> CaseForm:
    case = selector.unfinished_case(customer)
    first = {"state": CaseState.CONTACTED, "version": NEW}
    shown = {"state": case.state, "note": case.note, "version": case.version} if case else first
    return CaseForm(initial=shown)


def _version(customer: Customer) -> int:
    case = selector.unfinished_case(customer)
    return case.version if case else NEW


def _page(
    request: HttpRequest, user: User, customer: Customer, form: CaseForm, status: int = 200
) -> HttpResponse:
    insights = customer_insights()
    context = {
        "customer": customer,
        "form": form,
        "explanation": insights.explain(customer.pk, viewer=user) if insights else None,
        "cases": selector.cases_of(user, customer),
        "writes": can(user, "customer.edit"),
        "meanwhile": status == CONFLICT,
        "crumbs": [
            {"label": _("Customers"), "url": reverse("customers:list")},
            {"label": customer.name, "url": customer.get_absolute_url()},
        ],
    }
    return render(request, "customers/churn/case.html", context, status=status)
