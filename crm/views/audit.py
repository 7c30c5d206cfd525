"""The audit trail: who did what to what, and when."""

from __future__ import annotations

from typing import Any

from allauth.account.decorators import reauthentication_required
from django import forms
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from crm.models import User
from crm.policy import can, require
from crm.services import audit_trail
from crm.services.audit_trail import ReasonMissingError, Wanted, detail_in_words
from crm.templatetags.format import moment
from crm.views.audit_words import act_in_words
from crm.views.lists import column, listing


class WantedForm(forms.Form):
    """What to look for."""

    actor = forms.ModelChoiceField(
        User.objects.order_by("name", "username"), label=gettext_lazy("Person"), required=False
    )
    action = forms.ChoiceField(label=gettext_lazy("Act"), required=False)
    subject = forms.CharField(
        label=gettext_lazy("Subject"),
        required=False,
        max_length=100,
        widget=forms.TextInput(attrs={"placeholder": "customer:17"}),
    )
    since = forms.DateField(
        label=gettext_lazy("From"), required=False, widget=forms.DateInput(attrs={"type": "date"})
    )
    until = forms.DateField(
        label=gettext_lazy("To"), required=False, widget=forms.DateInput(attrs={"type": "date"})
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        acts = sorted(
            ((each, act_in_words(each)) for each in audit_trail.known_actions()), key=lambda a: a[1]
        )
        self.fields["action"].choices = [("", gettext_lazy("Any")), *acts]  # type: ignore[attr-defined]
        self.fields["actor"].empty_label = gettext_lazy("Anybody")  # type: ignore[attr-defined]

    def wanted(self) -> Wanted:
        """Return what was asked for, without what could not be read."""
        given = {name: value for name, value in self.cleaned_data.items() if value}
        actor = given.pop("actor", None)
        return Wanted(actor=actor.pk if actor else None, **given)


class ReasonForm(forms.Form):
    """What a file of the trail is for."""

    reason = forms.CharField(
        label=gettext_lazy("What is the file for?"),
        min_length=audit_trail.LEAST_REASON,
        max_length=200,
        help_text=gettext_lazy("It is kept on record."),
    )


@require_safe
def trail(request: HttpRequest) -> HttpResponse:
    """Show the entries, the newest first."""
    user = require(request.user, "audit.view")
    form = WantedForm(request.GET)
    form.is_valid()
    wanted = form.wanted()
    shown = listing(request, lambda **cursor: audit_trail.page(user, wanted, **cursor))
    query = request.GET.urlencode()
    context = {
        "form": form,
        "shown": shown,
        "columns": [
            column(_("When")),
            column(_("Who")),
            column(_("What")),
            column(_("Subject")),
            column(_("More"), hide=True),
        ],
        "rows": [
            {
                "entry": entry,
                "when": moment(entry.at),
                "act": act_in_words(entry.action),
                "detail": detail_in_words(entry.detail),
            }
            for entry in shown.rows
        ],
        "is_narrowed": any(request.GET.get(name) for name in WantedForm.base_fields),
        "export_url": f"{reverse('audit_export')}?{query}" if can(user, "audit.export") else "",
    }
    return render(request, "audit/trail.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def export(request: HttpRequest) -> HttpResponse | StreamingHttpResponse:
    """Ask what the file is for, and answer with it."""
    require(request.user, "audit.export")
    if request.method == "POST":
        answer: HttpResponse | StreamingHttpResponse = _file(request)
        return answer
    return _ask(request, ReasonForm())


@reauthentication_required  # type: ignore[untyped-decorator]
def _file(request: HttpRequest) -> HttpResponse | StreamingHttpResponse:
    user = require(request.user, "audit.export")
    form, wanted = ReasonForm(request.POST), WantedForm(request.GET)
    if not form.is_valid():
        return _ask(request, form, status=422)
    wanted.is_valid()
    try:
        lines = audit_trail.export(user, wanted.wanted(), form.cleaned_data["reason"])
    except ReasonMissingError:
        form.add_error("reason", _("Say what the file is for: it is kept on record."))
        return _ask(request, form, status=422)
    name = f"audit-{timezone.localdate().isoformat()}.csv"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "X-Content-Type-Options": "nosniff"}
    return StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8", headers=headers)


def _ask(request: HttpRequest, form: ReasonForm, status: int = 200) -> HttpResponse:
    back = f"{reverse('audit')}?{request.GET.urlencode()}"
    context = {
        "form": form,
        "back_url": back,
        "crumbs": [{"label": _("Audit trail"), "url": reverse("audit")}],
    }
    return render(request, "audit/export.html", context, status=status)
