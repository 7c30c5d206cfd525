"""Adding and editing competitors, channels, campaigns, informants, territories, and the officer's registers."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.db import IntegrityError
from django.db.models import Model
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from crm.policy import can, require
from customers.forms.directory import (
    CampaignForm,
    ChannelForm,
    CompetitorForm,
    EntryForm,
    InformantForm,
    TerritoryForm,
)
from customers.forms.duties import ActivityForm, IncidentForm
from customers.forms.meanwhile import seen_in, send_again
from customers.models import (
    Campaign,
    Channel,
    Competitor,
    Incident,
    Informant,
    ProcessingActivity,
    Territory,
)
from customers.selectors.parts import state_of
from customers.selectors.regions import territories
from customers.services.directory import RIGHTS, entries, write_entry
from customers.services.meanwhile import ChangedMeanwhileError


@dataclass(frozen=True, slots=True)
class Register:
    """A register: its model and form, the words of its pages, and where one comes from and goes back to."""

    model: type[Model]
    form: type[EntryForm]
    title: str | Promise
    new: str | Promise
    home: str
    place: Callable[[Any], str]


REGISTERS = {
    "competitors": Register(
        Competitor,
        CompetitorForm,
        gettext_lazy("Competitors"),
        gettext_lazy("New competitor"),
        "customers:competitors",
        lambda entry: reverse("customers:competitor", args=[entry.pk]),
    ),
    "channels": Register(
        Channel,
        ChannelForm,
        gettext_lazy("Channels"),
        gettext_lazy("New channel"),
        "customers:channels",
        lambda _entry: reverse("customers:channels"),
    ),
    "campaigns": Register(
        Campaign,
        CampaignForm,
        gettext_lazy("Campaigns"),
        gettext_lazy("New campaign"),
        "customers:campaigns",
        lambda _entry: reverse("customers:campaigns"),
    ),
    "informants": Register(
        Informant,
        InformantForm,
        gettext_lazy("Informants"),
        gettext_lazy("New informant"),
        "customers:informants",
        lambda entry: reverse("customers:informant", args=[entry.pk]),
    ),
    "territories": Register(
        Territory,
        TerritoryForm,
        gettext_lazy("Territories"),
        gettext_lazy("New territory"),
        "customers:territories",
        lambda _entry: reverse("customers:territories"),
    ),
    "processing": Register(
        ProcessingActivity,
        ActivityForm,
        gettext_lazy("Processing register"),
        gettext_lazy("New processing activity"),
        "customers:processing",
        lambda _entry: reverse("customers:processing"),
    ),
    "incidents": Register(
        Incident,
        IncidentForm,
        gettext_lazy("Incidents"),
        gettext_lazy("New incident"),
        "customers:incidents",
        lambda _entry: reverse("customers:incidents"),
    ),
}


@require_safe
def territory_list(request: HttpRequest) -> HttpResponse:
    """List the sales territories: who answers for which regions."""
    user = require(request.user, "customer.view")
    context = {"rows": territories(), "can_manage": can(user, "territory.manage")}
    return render(request, "customers/directory/territories.html", context)


@require_http_methods(["GET", "POST"])
def new_entry(request: HttpRequest, register: str) -> HttpResponse:
    """Add an entry to a register."""
    return _edit(request, register, None)


@require_http_methods(["GET", "POST"])
def edit_entry(request: HttpRequest, register: str, pk: int) -> HttpResponse:
    """Edit an entry of a register."""
    return _edit(request, register, pk)


def _edit(request: HttpRequest, name: str, pk: int | None) -> HttpResponse:
    if name not in REGISTERS:
        raise Http404
    register = REGISTERS[name]
    user = require(request.user, RIGHTS[register.model])
    entry = None
    if pk is not None:
        entry = entries(register.model, user).filter(pk=pk).first()
        if entry is None:
            raise Http404
    title = register.new if entry is None else str(entry)
    typed = request.POST if request.method == "POST" else None
    form = register.form(typed, instance=entry, user=user)
    differing: list[dict[str, str]] = []
    if form.is_valid():
        try:
            saved = write_entry(register.model, actor=user, fields=form.changes(), pk=pk, seen=seen_in(form))
        except ChangedMeanwhileError as conflict:
            differing = send_again(form, conflict.current, state_of(conflict.current))
        except IntegrityError:
            form.add_error(None, _("This is on record already."))
        else:
            messages.success(request, _("Saved."))
            return redirect(register.place(saved))
    home = reverse(register.home)
    context = {
        "form": form,
        "differences": differing,
        "title": title,
        "crumbs": [{"label": register.title, "url": home}],
        "back_url": register.place(entry) if entry is not None else home,
    }
    status = 409 if differing else 422 if form.is_bound else 200
    return render(request, "customers/directory/edit.html", context, status=status)
