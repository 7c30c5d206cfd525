"""The policy: what is in force, a draft of something else, who would move, and the versions that were."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from analysis.forms.policies import CARE, GROUPS, PolicyForm
from analysis.models import Policy
from analysis.models.care_rules import TIERS
from analysis.models.reading import PolicyError
from analysis.selectors import drafts as draft_selector
from analysis.selectors import policies as selector
from analysis.selectors.policy_words import CARE_LABELS, differences, flat, label_of, written
from analysis.services import drafts, policies
from analysis.services.runs import RunsWaitingError
from crm.models import User
from crm.policy import can, require
from crm.views.answers import say
from crm.views.jobs import job_card

UNPROCESSABLE, CONFLICT = 422, 409


@require_http_methods(["GET", "HEAD", "POST"])
def policy(request: HttpRequest) -> HttpResponse:
    """Show the rules in force; whoever may, drafts others over them."""
    user = require(request.user, "analysis.view")
    if request.method == "POST":
        return _drafted(request, require(user, "policy.edit"))
    current = policies.current()
    form = _form(user, current) if can(user, "policy.edit") else None
    return _page(request, user, current, form)


def _form(user: User, current: Policy, request: HttpRequest | None = None) -> PolicyForm:
    data = request.POST if request else None
    return PolicyForm(data, user=user, document=current.parsed().document(), based_on=current.pk)


def _drafted(request: HttpRequest, user: User) -> HttpResponse:
    current = policies.current()
    form = _form(user, current, request)
    if not form.is_valid():
        return _page(request, user, current, form, status=UNPROCESSABLE)
    read = form.cleaned_data
    try:
        draft = drafts.write_draft(
            actor=user, based_on=read["based_on"], rules=form.rules(), reason=read["reason"]
        )
    except drafts.PolicyChangedError as conflict:
        return _conflict(request, user, conflict.current, form)
    except (drafts.NothingChangedError, PolicyError) as error:
        form.add_error(None, str(error))
        return _page(request, user, current, form, status=UNPROCESSABLE)
    return redirect(draft)


def _conflict(request: HttpRequest, user: User, current: Policy, form: PolicyForm) -> HttpResponse:
    """Show what was typed over the rules that somebody has published meanwhile; nothing of either is lost."""
    seen = Policy.objects.filter(pk=form.cleaned_data["based_on"]).first()
    typed = request.POST.copy()
    typed["based_on"] = str(current.pk)
    form.data = typed
    told = differences(seen.parsed().document(), current.parsed().document()) if seen else []
    return _page(request, user, current, form, status=CONFLICT, meanwhile=told)


def _page(
    request: HttpRequest, user: User, current: Policy, form: PolicyForm | None, status: int = 200, **more: Any
) -> HttpResponse:
    context = {
        "policy": current,
        "form": form,
        "rules": _rules(current) if form is None or not form.changes_all else [],
        "care": _care(current) if form is None or not form.changes_all else [],
        "tiers": TIERS,
        "drafts": draft_selector.open_drafts(user),
        **more,
    }
    return render(request, "analysis/policy/policy.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
def draft(request: HttpRequest, pk: int) -> HttpResponse:
    """Say who would move by a draft of one's own; a POST publishes it, or puts it on the rules of today."""
    user = require(request.user, "policy.edit")
    found = draft_selector.draft_of(user, pk)
    if found is None:
        raise Http404
    if request.method == "POST" and found.published_id is None:
        if request.POST.get("again"):
            return redirect(drafts.take_up_again(pk, actor=user))
        try:
            run = drafts.publish(pk, actor=user)
        except drafts.PolicyChangedError as conflict:
            return _draft_page(request, user, found, conflict.current)
        except RunsWaitingError as error:
            return _draft_page(request, user, found, problem=str(error))
        say(request, _("Published as version %(version)d.") % {"version": run.policy.version})
        return redirect(run)
    return _draft_page(request, user, found)


def _draft_page(
    request: HttpRequest, user: User, found: Any, newer: Policy | None = None, problem: str = ""
) -> HttpResponse:
    before = found.based_on.parsed().document()
    context = {
        "draft": found,
        "changes": differences(before, found.rules),
        "preview": draft_selector.preview_of(found, user),
        "card": job_card(request, found.job) if found.job and found.job.state != "done" else None,
        "newer": newer,
        "meanwhile": differences(before, newer.parsed().document()) if newer else [],
        "problem": problem,
        "crumbs": [{"label": _("Policy"), "url": reverse("analysis:policy")}],
    }
    status = CONFLICT if newer else UNPROCESSABLE if problem else 200
    return render(request, "analysis/policy/draft.html", context, status=status)


@require_safe
def versions(request: HttpRequest) -> HttpResponse:
    """List the versions: by whom, when, why, what each changed, and how long it held."""
    user = require(request.user, "analysis.view")
    found = selector.versions(user)
    context = {
        "versions": [
            {
                "version": each,
                "changes": [
                    {
                        "label": label_of(change.key),
                        "before": "" if change.before is None else written(change.key, change.before),
                        "after": "" if change.after is None else written(change.key, change.after),
                    }
                    for change in each.changes
                ],
            }
            for each in found
        ],
        "crumbs": [{"label": _("Policy"), "url": reverse("analysis:policy")}],
    }
    return render(request, "analysis/policy/versions.html", context)


@require_safe
def version(request: HttpRequest, number: int) -> HttpResponse:
    """Show one version whole, and what differs from the rules in force."""
    user = require(request.user, "analysis.view")
    found = selector.version_of(user, number)
    if found is None:
        raise Http404
    current = policies.current()
    context = {
        "policy": found,
        "current": current,
        "changes": differences(current.parsed().document(), found.parsed().document()),
        "rules": _rules(found),
        "care": _care(found),
        "tiers": TIERS,
        "can_edit": can(user, "policy.edit"),
        "crumbs": [
            {"label": _("Policy"), "url": reverse("analysis:policy")},
            {"label": _("Versions"), "url": reverse("analysis:policy_versions")},
        ],
    }
    return render(request, "analysis/policy/version.html", context)


@require_POST
def revert(request: HttpRequest, number: int) -> HttpResponse:
    """Draft the rules of an earlier version, to be looked at and published as a new one."""
    user = require(request.user, "policy.edit")
    found = selector.version_of(user, number)
    if found is None:
        raise Http404
    reason = _("Back to version %(version)d") % {"version": number}
    if why := request.POST.get("reason", "").strip():
        reason = f"{reason}: {why}"
    try:
        made = drafts.write_draft(
            actor=user, based_on=policies.current().pk, rules=found.parsed().document(), reason=reason
        )
    except drafts.NothingChangedError as error:
        say(request, str(error))
        return redirect("analysis:policy_version", number)
    except PolicyError as error:
        raise PermissionDenied(str(error)) from error
    return redirect(made)


def _rules(found: Policy) -> list[dict[str, Any]]:
    """Describe the rules by group, and the regions' thresholds, for reading."""
    leaves = dict(flat(found.parsed().document()))
    groups = [
        {
            "title": title,
            "facts": [
                {"label": label_of(rule.key), "value": written(rule.key, leaves[rule.key])}
                for rule in rules
                if rule.key in leaves
            ],
        }
        for title, rules in GROUPS
    ]
    nothing: dict[str, Any] = {"region_thresholds": {}}
    limits = differences(nothing, {"region_thresholds": found.parsed().document()["region_thresholds"]})
    regional = [{"label": each.label, "value": each.after} for each in limits]
    return [*groups, {"title": _("Regions with thresholds of their own"), "facts": regional}]


def _care(found: Policy) -> list[dict[str, Any]]:
    """Describe the care plan for reading: a row for each rule, a cell for each tier."""
    leaves = dict(flat(found.parsed().document()))
    keys = [(rule.key, [f"care.{tier}.{rule.key}" for tier in TIERS]) for rule in CARE]
    return [
        {"label": CARE_LABELS[name], "values": [written(key, leaves[key]) for key in each]}
        for name, each in keys
    ]
