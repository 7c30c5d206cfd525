"""Taking one customer's record out of the house."""

from allauth.account.decorators import reauthentication_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from crm.policy import can, require
from customers.exports.record import export_record
from customers.forms.record_export import RecordExportForm
from customers.models import Customer
from customers.selectors import profiles


@require_http_methods(["GET", "POST"])
def export(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask what the file is for, and answer with it to who proved themselves of late; it holds nothing sensitive."""
    user = require(request.user, "customer.export")
    customer = profiles.visible_customers(user).filter(pk=pk).first()
    if customer is None:
        raise Http404
    answer: HttpResponse = _export(request, customer)
    return answer


@reauthentication_required(enabled=lambda request: request.method == "POST")  # type: ignore[untyped-decorator]
def _export(request: HttpRequest, customer: Customer) -> HttpResponse:
    user = require(request.user, "customer.export")
    form = RecordExportForm(request.POST if request.method == "POST" else None)
    if not can(user, "personal.export"):
        del form.fields["personal"]
    if form.is_valid():
        chosen = {"personal": False, **form.cleaned_data}
        file = export_record(customer.pk, actor=user, **chosen)
        headers = {
            "Content-Disposition": f'attachment; filename="{file.name}"',
            "X-Content-Type-Options": "nosniff",
        }
        return HttpResponse(file.content, content_type=file.content_type, headers=headers)
    context = {
        "form": form,
        "is_file": True,
        "title": _("Export this record"),
        "sub": _("Sensitive values are never in a file."),
        "back_url": f"{customer.get_absolute_url()}?tab=profile",
        "crumbs": [
            {"label": _("Customers"), "url": reverse("customers:list")},
            {"label": customer.name, "url": customer.get_absolute_url()},
        ],
    }
    return render(request, "customers/fields/form.html", context, status=422 if form.is_bound else 200)
