"""Who a customer is shared with."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from crm.models import User
from crm.policy import require
from customers.forms.sharing import ShareForm
from customers.models import Customer, CustomerShare
from customers.selectors import profiles
from customers.services import sharing
from customers.services.profiles import answerable_for


@require_http_methods(["GET", "HEAD", "POST"])
def share(request: HttpRequest, pk: int) -> HttpResponse:
    """Show who a customer is shared with, and share it with one more by POST."""
    user, customer = _answered_for(request, pk)
    form = ShareForm(
        request.POST if request.method == "POST" else None, among=sharing.colleagues_to_share_with(customer)
    )
    if form.is_valid():
        sharing.share_customer(customer.pk, form.cleaned_data["user"].pk, actor=user)
        messages.success(request, _("Shared with %(name)s.") % {"name": form.cleaned_data["user"]})
        return redirect("customers:share", pk)
    return _page(request, customer, form)


@require_POST
def end_share(request: HttpRequest, pk: int, share: int) -> HttpResponse:
    """End a share."""
    user, customer = _answered_for(request, pk)
    try:
        sharing.end_share(customer.pk, share, actor=user)
    except CustomerShare.DoesNotExist as error:
        raise Http404 from error
    messages.success(request, _("It is shared no longer."))
    return redirect("customers:share", pk)


def _answered_for(request: HttpRequest, pk: int) -> tuple[User, Customer]:
    """Return the user and the customer; who only shares it is told that sharing on is not theirs to do."""
    user = require(request.user, "customer.share")
    customer = profiles.visible_customers(user).filter(pk=pk).first()
    if customer is None:
        raise Http404
    try:
        answerable_for(user, "customer.share", customer)
    except PermissionDenied as error:
        raise Http404 from error
    return user, customer


def _page(request: HttpRequest, customer: Customer, form: forms.Form) -> HttpResponse:
    context = {
        "form": form,
        "customer": customer,
        "rows": customer.shares.select_related("user__team").order_by("created_at"),
        "crumbs": [
            {"label": _("Customers"), "url": reverse("customers:list")},
            {"label": customer.name, "url": customer.get_absolute_url()},
        ],
    }
    return render(request, "customers/sharing/share.html", context, status=422 if form.is_bound else 200)
