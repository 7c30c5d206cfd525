"""Adding a customer and editing its core facts: nothing that somebody typed is ever lost."""

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.db import IntegrityError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from crm.models import User
from crm.policy import require
from customers.forms.newcomers import DecisionForm, NewCustomerForm
from customers.forms.profiles import CustomerForm, suggestion
from customers.models import Customer, CustomerKind
from customers.selectors import history, profiles
from customers.selectors.duplicates import Duplicate, possible_duplicates
from customers.services.duplicates import note_different
from customers.services.profiles import EditConflictError, create_customer, update_customer


@require_http_methods(["GET", "POST"])
def new_customer(request: HttpRequest) -> HttpResponse:
    """Add a customer, after asking about those who may be the same."""
    user = require(request.user, "customer.edit")
    form = NewCustomerForm(_typed(request), user=user)
    if not form.is_valid():
        return _form_page(request, form, title=_("New customer"))
    decided = DecisionForm(request.POST)
    if not decided.is_valid():
        alike = possible_duplicates(user, form.asked())
        if alike:
            return _duplicates_page(request, alike)
    try:
        customer = create_customer(
            actor=user,
            fields=form.changes(),
            contacts=form.contacts(),
            credit_code=form.cleaned_data["unified_social_credit_code"],
        )
    except IntegrityError:
        # Somebody was given the same code in between: asked again, the form says so.
        form = NewCustomerForm(_typed(request), user=user)
        if form.is_valid():
            raise
        return _form_page(request, form, title=_("New customer"))
    messages.success(request, _("%(name)s was added.") % {"name": customer.name})
    return _go_on(user, customer, decided) if decided.is_valid() else _to_record(user, customer)


def _duplicates_page(request: HttpRequest, alike: list[Duplicate]) -> HttpResponse:
    """Show who may be the same, with what was typed kept."""
    context = {
        "alike": alike,
        "fields": [
            (name, value)
            for name, values in request.POST.lists()
            for value in values
            if name not in ("csrfmiddlewaretoken", "decision", "seen")
        ],
        "crumbs": [{"label": _("Customers"), "url": reverse("customers:list")}],
        "kind": request.POST.get("kind", ""),
    }
    return render(request, "customers/merging/alike.html", context, status=422)


def _go_on(user: User, customer: Customer, decided: DecisionForm) -> HttpResponseRedirect:
    """Do what was decided about those who looked the same."""
    note_different(customer.pk, [pk for pk in decided.others if pk != decided.about], actor=user)
    known = profiles.visible_customers(user).filter(pk=decided.about).first()
    if known and decided.what == DecisionForm.MERGE:
        merge = reverse("customers:merge", args=[known.pk])
        return redirect(f"{merge}?{urlencode({'with': customer.pk})}")
    if known and decided.what == DecisionForm.LINK:
        note_different(customer.pk, [known.pk], actor=user)
        return redirect("customers:part_new", customer.pk, _tie_between(customer.kind, known.kind))
    return _to_record(user, customer)


def _tie_between(kind: str, known: str) -> str:
    """Return the part of the new record in which it is tied to the other one."""
    if kind == known:
        return "relations"
    return "key-people" if known == CustomerKind.PERSON else "key-roles"


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
        except IntegrityError:
            # Somebody was given the same code in between: asked again, the form says so.
            customer.refresh_from_db()
            form = CustomerForm(_typed(request), instance=customer, user=user)
            if form.is_valid():
                raise
            return _form_page(request, form, title=_("Edit core facts"), original=original)
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
    mine = {name: value for name, value in form.cleaned_data.items() if name not in {"version", "tags"}}
    tags = [*profiles.tags_of(current), *form.cleaned_data["tags"]]
    conflict = history.conflict_of(current, form.cleaned_data["version"], mine)
    shown = CustomerForm(
        instance=current,
        initial={**conflict.merged, "tags": list(dict.fromkeys(tags))},
        user=require(request.user, "customer.edit"),
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
    return "" if value is None else ", ".join(value) if isinstance(value, list) else str(value)


def _to_record(user: User, customer: Customer) -> HttpResponseRedirect:
    """Go to the record, or to the list when the customer was given away."""
    return redirect(customer if customer.is_visible_to(user) else "customers:list")
