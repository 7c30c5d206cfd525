"""The sections of a profile: shown as cards, edited in place over htmx, on a page of their own without scripts."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from crm.models import User
from crm.policy import can, require
from customers.forms.sections import CUSTOM, SectionForm, columns_of
from customers.forms.sections import shown as shown_custom
from customers.models import Customer
from customers.selectors import history, profiles, sections
from customers.selectors.catalogue import FIELDS, SECTIONS, sections_of
from customers.selectors.custom_conflicts import custom_conflict
from customers.selectors.history import Difference
from customers.services import provenance
from customers.services.sections import SectionConflictError, update_section
from customers.views.parts.cards import card

# Which cards of records stand in which section.
PARTS: dict[str, tuple[str, ...]] = {
    "person.basics": ("contacts", "addresses"),
    "person.family": ("family",),
    "person.social": ("relations",),
    "person.career": ("employments",),
    "person.other": ("notes",),
    "company.basics": ("contacts", "addresses", "key-people"),
    "company.trading": ("notes",),
}


@require_safe
def section(request: HttpRequest, pk: int, slug: str) -> HttpResponse:
    """Show one section, unfolded."""
    user, customer, key = _asked(request, pk, slug, "customer.view")
    return _answer(request, user, customer, key)


@require_http_methods(["GET", "POST"])
def edit_section(request: HttpRequest, pk: int, slug: str) -> HttpResponse:
    """Edit one section; who saves second sees what the first one changed, and loses nothing."""
    user, customer, key = _asked(request, pk, slug, "customer.edit")
    form = _form(request.POST if request.method == "POST" else None, user, customer, key)
    differences: list[Difference] = []
    if form.is_valid():
        try:
            update_section(
                pk,
                key,
                actor=user,
                version=form.cleaned_data["version"],
                changes=form.changes(),
                custom=form.custom_changes(),
                collected_by=form.cleaned_data["collected_by"],
            )
        except SectionConflictError as conflict:
            form, differences = _put_together(request, user, customer, key, form, conflict)
        else:
            if request.htmx:  # type: ignore[attr-defined]
                return _answer(request, user, customer, key)
            return redirect(_place(customer, key))
    return _answer(request, user, customer, key, form=form, differences=differences)


@require_POST
def confirm_field(request: HttpRequest, pk: int, key: str) -> HttpResponse:
    """Note that a field is still true."""
    user = require(request.user, "customer.edit")
    try:
        found = provenance.confirm(pk, key, actor=user)
    except (Customer.DoesNotExist, KeyError) as error:
        raise Http404 from error
    name = FIELDS[key].section if key in FIELDS else _custom_section(found.customer)
    if name not in {each.key for each in sections_of(found.customer.kind)}:
        return redirect(found.customer)  # a core fact, which stands on the first tab
    if request.htmx:  # type: ignore[attr-defined]
        return _answer(request, user, found.customer, name)
    return redirect(_place(found.customer, name))


def section_context(user: User, customer: Customer, view: sections.SectionView) -> dict[str, Any]:
    """Describe a section for templates/customers/profiles/section.html."""
    editable = can(user, "customer.edit")
    can_write = editable and bool(
        columns_of(view.key) or any(f.key.startswith("custom.") for f in view.fields)
    )
    return {
        "view": view,
        "url": reverse("customers:section", args=[customer.pk, view.slug]),
        "edit_url": reverse("customers:section_edit", args=[customer.pk, view.slug]) if can_write else "",
        "parts": [card(user, customer, name) for name in PARTS.get(view.key, ())],
        "can_edit": editable,
        "can_reveal": can(user, "sensitive.reveal"),
    }


def _asked(request: HttpRequest, pk: int, slug: str, action: str) -> tuple[User, Customer, str]:
    """Return who asks, about which customer and which section; what they may not see is not there."""
    user = require(request.user, action)
    customer = profiles.visible_customers(user).filter(pk=pk).first()
    key = f"{customer.kind}.{slug.replace('-', '_')}" if customer else ""
    if customer is None or key not in SECTIONS:
        raise Http404
    return user, customer, key


def _form(typed: QueryDict | None, user: User, customer: Customer, key: str) -> SectionForm:
    custom = sections.custom_values(customer) if sections.holds_custom_fields(key) else []
    profile = sections.profile_of(customer)
    return SectionForm(typed, user=user, section=key, profile=profile, custom=custom)


def _put_together(
    request: HttpRequest,
    user: User,
    customer: Customer,
    key: str,
    form: SectionForm,
    conflict: SectionConflictError,
) -> tuple[SectionForm, list[Difference]]:
    """Return the form over the profile as it stands now: what only they changed is theirs, the rest is as typed."""
    mine = {name: form.cleaned_data[name] for name in form.columns}
    opened = form.cleaned_data["version"]
    found = history.conflict_of(conflict.current, opened, mine, user)
    custom = custom_conflict(conflict.current, customer, opened, form.custom_typed())
    typed = request.POST.copy()
    typed["version"] = str(conflict.current.version)
    for name, value in found.merged.items():
        shown = form.fields[name].prepare_value(getattr(value, "pk", value))
        if isinstance(shown, bool):
            typed.setlist(name, ["on"] if shown else [])
        else:
            typed[name] = "" if shown is None else str(shown)
    for name, value in custom.merged.items():
        known = shown_custom(form.custom[name], value)
        typed[f"{CUSTOM}{name}"] = "" if known is None else str(known)
    return _form(typed, user, customer, key), [*found.differences, *custom.differences]


def _answer(
    request: HttpRequest,
    user: User,
    customer: Customer,
    key: str,
    *,
    form: SectionForm | None = None,
    differences: list[Difference] | None = None,
) -> HttpResponse:
    """Answer with the card alone over htmx, with a page that holds it otherwise."""
    view = sections.profile_sections(user, customer, only=key)[0]
    context = {
        "section": section_context(user, customer, view),
        "customer": customer,
        "form": form,
        "differences": differences,
        "is_open": True,
        "back_url": _place(customer, key),
        "crumbs": [
            {"label": _("Customers"), "url": reverse("customers:list")},
            {"label": customer.name, "url": customer.get_absolute_url()},
        ],
    }
    if request.htmx:  # type: ignore[attr-defined]
        return render(request, "customers/profiles/section.html", context)
    status = 200 if form is None or not form.is_bound else 409 if differences else 422
    return render(request, "customers/profiles/section_page.html", context, status=status)


def _place(customer: Customer, key: str) -> str:
    """Return where a section stands on the record."""
    slug = key.partition(".")[2].replace("_", "-")
    return f"{customer.get_absolute_url()}?tab=profile&open={slug}#section-{slug}"


def _custom_section(customer: Customer) -> str:
    return next(key for key in PARTS if key.startswith(customer.kind) and sections.holds_custom_fields(key))
