"""The field dictionary: where every field has its place; an administrator's switches and own fields."""

from typing import Any

from django.db import IntegrityError
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from crm.accounts.tokens import readable_with_token
from crm.models import TokenScope
from crm.policy import can, require
from customers.forms.meanwhile import SEEN, remember, seen_in, send_again
from customers.forms.privacy import SwitchForm
from customers.forms.sections import CustomFieldForm
from customers.models import CustomerKind
from customers.selectors import dictionary, privacy
from customers.selectors.catalogue import FIELDS
from customers.selectors.metadata import describe_fields
from customers.selectors.parts import state_of
from customers.services.custom_fields import save_custom_field
from customers.services.meanwhile import ChangedMeanwhileError, state_or_absence
from customers.services.privacy import NotAllowedError, switch_field
from customers.views.places import place_of

LONGEST_QUERY = 100


@require_safe
def field_dictionary(request: HttpRequest) -> HttpResponse:
    """Show where every field stands; ``q`` finds by either language's words."""
    user = require(request.user, "customer.view")
    written = request.GET.get("q", "").strip()[:LONGEST_QUERY]
    records = dictionary.example_records(user)
    context = {
        "groups": [
            {"group": group, "rows": [_placed(entry, group.whose, records) for entry in group.entries]}
            for group in dictionary.find(written)
        ],
        "custom_fields": dictionary.custom_fields(),
        "q": written,
        "can_manage": can(user, "fields.manage"),
    }
    return render(request, "customers/fields/dictionary.html", context)


def _placed(entry: dictionary.Entry, whose: str, records: dict[str, str]) -> dict[str, Any]:
    """Say where a field stands, on a record that the viewer may see."""
    place = place_of(FIELDS[entry.key])
    record = records.get(whose, "") if whose in CustomerKind.values else next(iter(records.values()), "")
    return {"entry": entry, "place": place, "url": place.url(record)}


@readable_with_token(TokenScope.FIELDS)
@require_safe
def field_metadata(request: HttpRequest) -> HttpResponse:
    """Answer with every field as JSON, for programs that read or write records."""
    require(request.user, "customer.view")
    answer = JsonResponse(
        {"fields": describe_fields()}, json_dumps_params={"ensure_ascii": False, "indent": 1}
    )
    answer["Content-Disposition"] = 'attachment; filename="fields.json"'
    return answer


@require_http_methods(["GET", "POST"])
def field_switch(request: HttpRequest, key: str) -> HttpResponse:
    """Decide whether a sensitive field may be kept."""
    user = require(request.user, "fields.manage")
    field = FIELDS.get(key)
    if field is None or not field.is_sealed:
        raise Http404
    stands = privacy.switches().get(key)
    initial = {name: getattr(stands, name) for name in SwitchForm.base_fields} if stands else {}
    form = SwitchForm(request.POST if request.method == "POST" else None, initial=initial)
    remember(form, state_or_absence(stands))
    differing: list[dict[str, str]] = []
    if form.is_valid():
        given = {name: form.cleaned_data[name] for name in SwitchForm.base_fields}
        try:
            switch_field(key, actor=user, seen=seen_in(form), **given)
        except ChangedMeanwhileError as conflict:
            differing = send_again(form, conflict.current, state_of(conflict.current))
        except NotAllowedError as refusal:
            form.add_error(None, str(refusal))
        else:
            return redirect(f"{reverse('customers:fields')}#{key}")
    title = str(field.title).capitalize()
    sub = _("Off until it is needed: less kept is less to lose.")
    return _form_page(request, form, title=title, sub=sub, differing=differing)


@require_http_methods(["GET", "POST"])
def custom_field(request: HttpRequest, pk: int | None = None) -> HttpResponse:
    """Add a field, or change one."""
    user = require(request.user, "fields.manage")
    found = dictionary.custom_field(pk) if pk else None
    if pk and found is None:
        raise Http404
    form = CustomFieldForm(request.POST if request.method == "POST" else None, instance=found)
    if found:
        remember(form, state_of(found))
    differing: list[dict[str, str]] = []
    if form.is_valid():
        given = {name: value for name, value in form.cleaned_data.items() if name != SEEN}
        try:
            saved = save_custom_field(actor=user, fields=given, custom_field=found, seen=seen_in(form))
        except ChangedMeanwhileError as conflict:
            differing = send_again(form, conflict.current, state_of(conflict.current))
        except IntegrityError:
            form.add_error("key", _("Another field has this key."))
        else:
            return redirect(f"{reverse('customers:fields')}#custom.{saved.key}")
    title = str(found) if found else _("New field")
    return _form_page(request, form, title=title, sub="", differing=differing)


def _form_page(
    request: HttpRequest, form: Any, *, title: str, sub: str, differing: list[dict[str, str]]
) -> HttpResponse:
    context = {
        "differences": differing,
        "form": form,
        "title": title,
        "sub": sub,
        "back_url": reverse("customers:fields"),
        "crumbs": [{"label": _("Field dictionary"), "url": reverse("customers:fields")}],
    }
    status = 409 if differing else 422 if form.is_bound else 200
    return render(request, "customers/fields/form.html", context, status=status)
