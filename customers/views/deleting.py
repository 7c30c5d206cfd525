"""Deleting a customer, the customers deleted of late, and bringing one back."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from crm.policy import require
from crm.views.answers import go_back, say
from customers.forms.profiles import VersionForm
from customers.models import Customer
from customers.selectors import deleting as selectors
from customers.selectors import profiles
from customers.services.deleting import delete_customer, restore_customer
from customers.services.profiles import EditConflictError


@require_POST
def delete(request: HttpRequest, pk: int) -> HttpResponse:
    """Delete a customer; that can be undone."""
    user = require(request.user, "customer.delete")
    customer = profiles.visible_customers(user).filter(pk=pk).first()
    if customer is None:
        raise Http404
    form = VersionForm(request.POST)
    version = form.cleaned_data["version"] if form.is_valid() else customer.version
    try:
        delete_customer(pk, actor=user, version=version)
    except EditConflictError:
        messages.error(
            request, _("Somebody saved this customer meanwhile: look at it again before deleting it.")
        )
        return redirect(customer)
    text = _("%(name)s was deleted.") % {"name": customer.name}
    say(request, text, undo_url=reverse("customers:restore", args=[pk]))
    return redirect("customers:list")


@require_safe
def deleted(request: HttpRequest) -> HttpResponse:
    """List the customers that were deleted of late."""
    user = require(request.user, "customer.delete")
    context = {
        "rows": selectors.recently_deleted(user),
        "days": selectors.DAYS_LISTED,
        "crumbs": [{"label": _("Customers"), "url": reverse("customers:list")}],
    }
    return render(request, "customers/deleting/deleted.html", context)


@require_POST
def restore(request: HttpRequest, pk: int) -> HttpResponse:
    """Bring a deleted customer back."""
    user = require(request.user, "customer.delete")
    try:
        customer = restore_customer(pk, actor=user)
    except Customer.DoesNotExist as error:
        raise Http404 from error
    say(request, _("%(name)s is back.") % {"name": customer.name})
    return go_back(request, customer.get_absolute_url())
