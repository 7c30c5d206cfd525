"""Adding a customer and editing its core facts: nothing that somebody typed is ever lost."""

from typing import Any

from django.contrib import messages
from django.db import IntegrityError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from crm.models import User
from crm.policy import require
from customers.forms.profiles import CustomerForm, suggestion
from customers.models import Customer
from customers.selectors import history, profiles
from customers.services.profiles import EditConflictError, create_customer, update_customer


@require_http_methods(["GET", "POST"])
def new_customer(request: HttpRequest) -> HttpResponse:
    """Add a customer."""
    user = require(request.user, "customer.edit")
    form = CustomerForm(_typed(request), user=user)
    if form.is_valid():
        try:
            customer = create_customer(actor=user, fields=form.changes())
        except IntegrityError:
            # Somebody was given the same code in between: asked again, the form says so.
            form = CustomerForm(_typed(request), user=user)
            if form.is_valid():
                raise
            return _form_page(request, form, title=_("New customer"))
        messages.success(request, _("%(name)s was added.") % {"name": customer.name})
        return _to_record(user, customer)
    return _form_page(request, form, title=_("New customer"))


@require_http_methods(["GET", "POST"])
def edit_customer(request: HttpRequest, pk: int) -> HttpResponse:
    """Edit the core facts of a customer; who saves second sees what the first one changed."""
    user = require(request.user, "customer.edit")
    customer = profiles.visible_customers(user).filter(pk=pk).first()
    if customer is None:
        raise Http404
    original = (customer.name, customer.get_absolute_url())
    form = CustomerForm(_typed(request), instance=customer, user=user)
    if form.is_valid():
        try:
            saved = update_customer(
                pk, actor=user, version=form.cleaned_data["version"], changes=form.changes()
            )
        except EditConflictError as conflict:
            return _conflict_page(request, form, conflict.current)
        except Customer.DoesNotExist as error:
            raise Http404 from error
        messages.success(request, _("Saved."))
        return _to_record(user, saved)
    return _form_page(request, form, title=_("Edit core facts"), original=original)


def _typed(request: HttpRequest) -> QueryDict | None:
    return request.POST if request.method == "POST" else None


def _form_page(
    request: HttpRequest, form: CustomerForm, *, title: str, original: tuple[str, str] | None = None
) -> HttpResponse:
    crumbs = [{"label": _("Customers"), "url": reverse("customers:list")}]
    if original:
        crumbs.append({"label": original[0], "url": original[1]})
    context = {
        "form": form,
        "title": title,
        "crumbs": crumbs,
        "back_url": crumbs[-1]["url"],
        "suggestions": [suggestion(region) for region in profiles.region_suggestions()],
    }
    return render(request, "customers/profiles/edit.html", context, status=422 if form.is_bound else 200)


def _conflict_page(request: HttpRequest, form: CustomerForm, current: Customer) -> HttpResponse:
    """Show who saved first and what differs; what was typed can be sent again, over the new version."""
    mine = {name: value for name, value in form.cleaned_data.items() if name != "version"}
    conflict = history.conflict_of(current, form.cleaned_data["version"], mine)
    shown = CustomerForm(
        instance=current, initial=conflict.merged, user=require(request.user, "customer.edit")
    )
    context = {
        "who": conflict.who or _("The system"),
        "when": conflict.when,
        "what": current.name,
        "differences": [
            {
                "label": each.label,
                "before": each.before,
                "theirs": each.theirs,
                "yours": each.yours,
                "conflict": each.is_conflict,
            }
            for each in conflict.differences
        ],
        "fields": [(field.name, _as_typed(field.value())) for field in shown],
        "resubmit_url": request.path,
        "back_url": current.get_absolute_url(),
    }
    return render(request, "409.html", context, status=409)


def _as_typed(value: Any) -> str:
    return "" if value is None else str(value)


def _to_record(user: User, customer: Customer) -> HttpResponseRedirect:
    """Go to the record, or to the list when the customer was given away."""
    return redirect(customer if customer.is_visible_to(user) else "customers:list")
