"""Adopting policies."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import connection, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from analysis.models import AnalysisRun, MeasureResult, MeasureState, Policy, Publication, RunState
from analysis.models.policies import digest_of
from analysis.models.reading import PolicyError
from analysis.models.rules import PolicyRules, read_rules
from analysis.selectors.explanations import model_label
from crm.models import User
from crm.policy import Scope, require, scope_of
from crm.services import audit
from customers.models import Region
from customers.models.scope import managed_regions

# Versions are numbered without gaps: one adoption at a time.
_LOCK = 0x706F6C696379


def adopt(rules: Any, *, actor: User | None, reason: str = "", anew: bool = False) -> Policy:
    """Make a version of the rules; rules that some version has already give that version, unless one is made ``anew``.

    Raises
    ------
    PolicyError
        When the rules break the schema or name a region that is not known.
    PermissionDenied
        When ``actor`` may not publish such a change; see :func:`require_reach`. None stands for the system itself.
    """
    document = checked_document(rules)
    if actor is not None:
        require_reach(actor, current().rules, document)
    digest = digest_of(document)
    with transaction.atomic():
        one_at_a_time()
        known = None if anew else Policy.objects.filter(digest=digest).first()
        if known is not None:
            return known
        newest = Policy.objects.values_list("version", flat=True).first() or 0
        policy = Policy.objects.create(
            version=newest + 1, rules=document, digest=digest, author=actor, reason=reason
        )
        audit.record(actor, "policy.adopt", f"policy:{policy.pk}", version=policy.version)
    return policy


def one_at_a_time() -> None:
    """Within a transaction: wait until nobody else is about to make a version."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])


def checked_document(rules: Any) -> dict[str, Any]:
    """The complete document of some rules. Raises PolicyError as :func:`adopt` does."""
    checked = read_rules(rules)
    region_ids(checked)
    return checked.document()


def require_reach(actor: User, before: Mapping[str, Any], after: Mapping[str, Any]) -> None:
    """Raise PermissionDenied when ``actor`` may not turn one document of rules into another.

    Who has the right for all customers may change everything; a manager, the thresholds of regions that they answer
    for, and of what lies in these.
    """
    require(actor, "policy.edit")
    if scope_of(actor, "policy.edit") is Scope.ALL:
        return
    then, now = read_rules(before).document(), dict(after)
    theirs, ours = then.pop("region_thresholds"), now.pop("region_thresholds")
    changed = {code for code in {*theirs, *ours} if theirs.get(code) != ours.get(code)}
    known = set(managed_regions(actor).filter(code__in=changed).values_list("code", flat=True))
    if then != now or changed != known:
        raise PermissionDenied("policy.edit")


def caution(rules: PolicyRules) -> str:
    """What the published run's backtest holds against the model of churn of some rules, in words; "" for nothing.

    Rules may be adopted all the same: a model that fails in one horizon may do better in the next.
    """
    shown = Publication.objects.select_related("run").first()
    model = rules.churn.model
    if shown is None or model not in _failed(shown.run):
        return ""
    return _(
        "In the backtest of run %(run)d, %(model)s could not be trained soundly or did no better than the base rate: "
        "it should not be the default."
    ) % {"run": shown.run_id, "model": model_label(model)}


def failed_models() -> set[str]:
    """The models of churn that the published run's backtest found no better than the base rate, or unsound."""
    shown = Publication.objects.select_related("run").first()
    return _failed(shown.run) if shown else set()


def _failed(run: AnalysisRun) -> set[str]:
    """By the verdict on each method: the run's own and, of methods that it left to the measure, that one's."""
    measured = MeasureResult.objects.filter(run=run, name="backtest", state=MeasureState.DONE).first()
    windows = measured.summary["windows"] if measured else []
    latest = windows[0]["methods"] if windows else {}
    judged = {**latest, **run.churn.get("backtest", {}).get("methods", {})}
    return {name for name, verdict in judged.items() if not verdict["may_be_default"]}


def current() -> Policy:
    """The policy of the newest run that is published or about to be; without one the newest, or the seed policy."""
    ahead = AnalysisRun.objects.filter(
        publish=True, state__in=[RunState.QUEUED, RunState.RUNNING, RunState.PUBLISHED]
    )
    newest = ahead.select_related("policy").order_by("-id").first()
    if newest is not None:
        return newest.policy
    return Policy.objects.first() or adopt(
        PolicyRules().document(), actor=None, reason=gettext_noop("The policy to begin with.")
    )


def region_ids(rules: PolicyRules) -> dict[str, int]:
    """The ids of the regions that have thresholds of their own, by code.

    Raises
    ------
    PolicyError
        When a code is not known.
    """
    ids = dict(Region.objects.filter(code__in=rules.region_thresholds).values_list("code", "pk"))
    unknown = sorted(set(rules.region_thresholds) - set(ids))
    if unknown:
        raise PolicyError(
            [
                _("region_thresholds.%(code)s: there is no region with this code.") % {"code": code}
                for code in unknown
            ]
        )
    return ids
