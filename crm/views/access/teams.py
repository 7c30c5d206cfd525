"""Teams: who is in which, and what they are called."""

from __future__ import annotations

from django.contrib import messages
from django.db.models import Count, Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from crm.accounts.people import TeamForm
from crm.models import Team
from crm.policy import can, require
from crm.services import users
from crm.services.users import UserError


@require_safe
def team_list(request: HttpRequest) -> HttpResponse:
    """List the teams."""
    user = require(request.user, "access.view")
    rows = Team.objects.annotate(open_members=Count("members", filter=Q(members__is_active=True)))
    context = {"rows": rows.order_by("name"), "can_manage": can(user, "user.manage"), "tab": "teams"}
    return render(request, "access/teams.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def edit_team(request: HttpRequest, pk: int | None = None) -> HttpResponse:
    """Make a team, or call one something else."""
    actor = require(request.user, "user.manage")
    team = Team.objects.filter(pk=pk).first() if pk is not None else None
    if pk is not None and team is None:
        raise Http404
    typed = request.POST if request.method == "POST" else None
    form = TeamForm(typed, initial={"name": team.name if team else ""})
    if form.is_valid():
        try:
            users.write_team(pk, form.cleaned_data["name"], actor=actor)
        except UserError as error:
            form.add_error(error.field, str(error))
        else:
            messages.success(request, _("Saved."))
            return redirect("teams")
    context = {
        "form": form,
        "title": team.name if team else _("New team"),
        "crumbs": [{"label": _("Teams"), "url": reverse("teams")}],
        "back_url": reverse("teams"),
        "members": team.members.filter(is_active=True).order_by("name") if team else (),
    }
    return render(request, "access/team.html", context, status=422 if form.is_bound else 200)
