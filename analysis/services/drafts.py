"""From a draft to a policy in force: written, previewed, published as a new version with a run that follows it."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from analysis.models import AnalysisRun, Policy, PolicyDraft
from analysis.selectors.runs import published
from analysis.services import policies, runs
from analysis.services.what_if import NothingPublishedError, WhatIf, what_if_in
from crm.models import User
from crm.policy import can, require
from crm.services import audit, jobs
from crm.services.jobs import JobError, RunningJob

KIND = "analysis.what_if"
# Of so many customers a preview is made while the page waits.
AT_ONCE = 20_000
LONGEST_REASON = 300
NAMES = ("code", "name", "owner")
LANGUAGES = [code for code, _name in settings.LANGUAGES]


class NothingChangedError(ValueError):
    """A draft that says what is in force already; str() is translated."""


class PolicyChangedError(Exception):
    """Somebody published other rules since the draft was begun; ``current`` is what is in force now."""

    def __init__(self, current: Policy) -> None:
        super().__init__(str(current))
        self.current = current


def write_draft(*, actor: User, based_on: int, rules: Any, reason: str) -> PolicyDraft:
    """Keep what somebody wants to publish, and begin its preview: at once in a small company, else on a worker.

    Raises
    ------
    PermissionDenied
        When it changes what ``actor`` may not change.
    PolicyError
        When the rules break the schema.
    NothingChangedError
        When they are those in force.
    PolicyChangedError
        When the policy of id ``based_on`` is not in force any more.
    """
    require(actor, "policy.edit")
    document = policies.checked_document(rules)
    current = policies.current()
    if current.pk != based_on:
        raise PolicyChangedError(current)
    if document == current.parsed().document():
        raise NothingChangedError(_("These are the rules that are in force already: change something first."))
    policies.require_reach(actor, current.rules, document)
    with transaction.atomic():
        draft = PolicyDraft.objects.create(
            based_on=current, rules=document, reason=reason.strip()[:LONGEST_REASON], author=actor
        )
        audit.record(actor, "policy.draft", f"draft:{draft.pk}", based_on=current.version)
    preview(draft)
    return draft


def preview(draft: PolicyDraft) -> None:
    """Begin to work out who would move; without a published run there is nobody to move."""
    shown = published()
    if shown is None:
        return
    if (shown.customers or 0) <= AT_ONCE:
        draft.job = jobs.run_here(KIND, {"draft": draft.pk}, actor=draft.author)
        draft.save(update_fields=["job"])
        return
    with transaction.atomic():
        draft.job = jobs.enqueue(KIND, {"draft": draft.pk}, actor=draft.author)
        draft.save(update_fields=["job"])


@jobs.handles(KIND)
def perform(job: RunningJob) -> dict[str, Any]:
    """Work out who would move, for whoever wrote the draft: their customers as of now, in every language."""
    draft = PolicyDraft.objects.select_related("author").get(pk=job.arguments["draft"])
    if not (can(draft.author, "policy.edit") and can(draft.author, "analysis.run")):
        raise JobError(_("Whoever asked for this analysis may not start one any more."))
    try:
        told = what_if_in(LANGUAGES, draft.rules, actor=draft.author, progress=job.progress)
    except NothingPublishedError as error:
        raise JobError(str(error)) from error
    return {
        "run": told[0].compared_with.pk,
        **dict(zip(LANGUAGES, map(_record, told), strict=True)),
    }


def publish(draft_id: int, *, actor: User) -> AnalysisRun:
    """Make a version of a draft, and start the run that follows it, as of the day that is published.

    Raises
    ------
    PermissionDenied, PolicyDraft.DoesNotExist
        When ``actor`` may not publish it, or it is not theirs.
    PolicyChangedError
        When other rules came into force since it was begun: nothing of them is overwritten.
    RunsWaitingError
        When too many runs wait already.
    """
    require(actor, "policy.edit")
    with transaction.atomic():
        policies.one_at_a_time()
        drafts = PolicyDraft.objects.visible_to(actor).select_for_update(of=("self",))
        draft = drafts.get(pk=draft_id, published=None)
        current = policies.current()
        if current.pk != draft.based_on_id:
            raise PolicyChangedError(current)
        policy = policies.adopt(draft.rules, actor=actor, reason=draft.reason, anew=True)
        shown = published()
        run = runs.start_run(actor=actor, as_of=shown.as_of if shown else None, policy=policy, further=True)
        draft.published = policy
        draft.save(update_fields=["published"])
        audit.record(
            actor, "policy.publish", f"policy:{policy.pk}", version=policy.version, run=run.pk, draft=draft.pk
        )
    return run


def take_up_again(draft_id: int, *, actor: User) -> PolicyDraft:
    """Put a draft on the policy that is in force now: what it says stays, to be looked at and published anew.

    Raises PermissionDenied, and PolicyDraft.DoesNotExist for a draft that is not the actor's.
    """
    require(actor, "policy.edit")
    draft = PolicyDraft.objects.visible_to(actor).get(pk=draft_id, published=None)
    current = policies.current()
    policies.require_reach(actor, current.rules, draft.rules)
    draft.based_on = current
    draft.save(update_fields=["based_on"])
    audit.record(actor, "policy.draft", f"draft:{draft.pk}", based_on=current.version)
    preview(draft)
    return draft


def _record(found: WhatIf) -> dict[str, Any]:
    """The preview as the job keeps it: customers by id alone, so that no name outlives its customer."""
    kept = (
        "caution",
        "customers",
        "tiers_before",
        "tiers",
        "moved",
        "flags_raised",
        "flags_cleared",
        "follows",
    )
    return {
        **{name: getattr(found, name) for name in kept},
        "passages": [asdict(each) for each in found.passages],
        "marks": [asdict(each) for each in found.marks],
        "regions": [asdict(each) for each in found.regions],
        "movers": [
            {name: value for name, value in asdict(mover).items() if name not in NAMES}
            for mover in found.movers
        ],
    }
