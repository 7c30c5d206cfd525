"""Keeping each class of data for as long as was decided, and no longer; every night, in small transactions."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import pghistory
import pgtrigger
from django.apps import apps
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from crm.models import User
from crm.policy import require
from crm.services import audit
from customers.models import (
    Attachment,
    Customer,
    CustomerKind,
    Interaction,
    Interview,
    Note,
    Order,
    Purge,
    PurgeKind,
    RetentionClass,
    RetentionRule,
)
from customers.services.attachments import path_of
from customers.services.duties.erasing import erase, is_erased
from customers.services.meanwhile import require_as_seen
from customers.services.merging.rows import versions_of

CHUNK = 500
# So many customers are erased in one night: a rule that was mistyped shall not empty the house by morning.
MOST_ERASED = 2_000
LEAST_DAYS = 30
Step = Callable[[int], None]


@transaction.atomic
def decide(data: str, *, actor: User, days: int | None, basis: str, seen: str | None = None) -> RetentionRule:
    """Decide for how many days a class of data is kept; None is for as long as nobody deletes it.

    ``seen`` is how the rule stood when the actor opened it. Raises PermissionDenied; ValueError for an unknown
    class; ValidationError for too few days or a missing reason; ChangedMeanwhileError.
    """
    require(actor, "privacy.manage")
    kept = RetentionClass(data)
    if days is not None and days < LEAST_DAYS:
        raise ValidationError({"days": _("Keep it for at least %(days)d days.") % {"days": LEAST_DAYS}})
    if days is not None and not basis.strip():
        raise ValidationError({"basis": _("Say why so long and no longer.")})
    require_as_seen(RetentionRule.objects.select_for_update().filter(data=kept).first(), seen)
    with pghistory.context(user=actor.pk):
        rule, _is_new = RetentionRule.objects.update_or_create(
            data=kept, defaults={"days": days, "basis": basis.strip(), "decided_by": actor}
        )
    audit.record(actor, "retention.decide", f"retention:{kept.value}", days=days)
    return rule


def enforce(*, now: datetime | None = None, step: Step = lambda _done: None) -> dict[str, int]:
    """Destroy what is kept longer than the rules allow; return how many records of each class.

    Killed at any moment, what was done stays done, and the next night does the rest. ``step`` hears how many so far.
    The keys of who is erased stay in backups until ``forget_erased``.
    """
    now = now or timezone.now()
    counts: dict[str, int] = {}
    for rule in RetentionRule.objects.exclude(days=None).order_by("data"):
        limit = now - timedelta(days=rule.days or 0)
        for done in _ENFORCED[RetentionClass(rule.data)](limit):
            counts[rule.data] = counts.get(rule.data, 0) + done
            step(sum(counts.values()))
    if counts:
        audit.record(None, "retention.enforce", "", **counts)
    return counts


def due(rule: RetentionRule, *, now: datetime | None = None) -> int:
    """Return how many customers or records a rule would destroy tonight, versions not counted."""
    limit = (now or timezone.now()) - timedelta(days=rule.days or 0)
    match RetentionClass(rule.data):
        case RetentionClass.DELETED:
            return _deleted_before(limit).count()
        case RetentionClass.PEOPLE:
            return _without_dealings_since(limit).count()
        case RetentionClass.CONVERSATIONS:
            return sum(rows.count() for rows in _conversations(limit))
        case RetentionClass.FILES:
            return Attachment.objects.filter(uploaded_at__lt=limit).count()
        case RetentionClass.VERSIONS:
            return 0


def _erase_deleted(limit: datetime) -> Iterator[int]:
    return _erase_all(_deleted_before(limit), "retention:deleted")


def _erase_people(limit: datetime) -> Iterator[int]:
    return _erase_all(_without_dealings_since(limit), "retention:people")


def _deleted_before(limit: datetime) -> models.QuerySet[Customer]:
    erased = Purge.objects.filter(kind=PurgeKind.ERASURE).values("customer_id")
    return Customer.objects.filter(deleted_at__lt=limit).exclude(pk__in=erased)


def _without_dealings_since(limit: datetime) -> models.QuerySet[Customer]:
    """Return the people of whom nothing was written since, with whom nothing was traded and nobody spoke."""
    spoken = Interaction.objects.filter(customer=OuterRef("pk"), occurred_at__gte=limit)
    traded = Order.objects.filter(customer=OuterRef("pk"))
    people = Customer.objects.filter(kind=CustomerKind.PERSON, deleted_at=None, updated_at__lt=limit)
    return people.exclude(Exists(spoken)).exclude(Exists(traded))


def _erase_all(found: models.QuerySet[Customer], reason: str) -> Iterator[int]:
    for pk in list(found.order_by("pk").values_list("pk", flat=True)[:MOST_ERASED]):
        with transaction.atomic():
            customer = found.select_for_update(of=("self",)).filter(pk=pk).first()
            if customer is None or is_erased(customer):
                continue
            erase(customer, actor=None, reason=reason, keys_later=True)
            audit.record(None, "customer.erase", f"customer:{pk}", by=reason)
        yield 1


def _conversations(limit: datetime) -> Iterator[models.QuerySet[Any]]:
    yield Interaction.objects.filter(occurred_at__lt=limit)
    yield Interview.objects.filter(held_on__lt=timezone.localdate(limit))
    yield Note.objects.filter(created_at__lt=limit)


def _drop_conversations(limit: datetime) -> Iterator[int]:
    for rows in _conversations(limit):
        yield from _drop(rows)


def _drop_files(limit: datetime) -> Iterator[int]:
    return _drop(Attachment.objects.filter(uploaded_at__lt=limit))


def _drop(rows: models.QuerySet[Any]) -> Iterator[int]:
    """Delete rows with their versions, and the files that they name."""
    while ids := list(rows.order_by("pk").values_list("pk", flat=True)[:CHUNK]):
        with transaction.atomic():
            gone = rows.model._default_manager.filter(pk__in=ids)
            if rows.model is Attachment:
                paths = [path_of(name) for name in gone.values_list("stored_as", flat=True)]
                transaction.on_commit(partial(_unlink, paths), robust=True)
            gone.delete()
            _drop_versions(rows.model, Q(pgh_obj_id__in=ids))
        yield len(ids)


def _unlink(paths: list[Any]) -> None:
    for path in paths:
        path.unlink(missing_ok=True)


def _drop_old_versions(limit: datetime) -> Iterator[int]:
    """Delete old versions; of a record that is still there the newest stays, for it says where a value came from."""
    for model in apps.get_app_config("customers").get_models():
        versions = versions_of(model)
        if versions is None:
            continue
        later = versions.filter(pgh_obj_id=OuterRef("pgh_obj_id"), pgh_id__gt=OuterRef("pgh_id"))
        here = model._default_manager.filter(pk=OuterRef("pgh_obj_id"))
        old = versions.filter(Exists(later) | ~Exists(here), pgh_created_at__lt=limit)
        while ids := list(old.order_by("pgh_id").values_list("pgh_id", flat=True)[: 10 * CHUNK]):
            with transaction.atomic():
                _drop_versions(model, Q(pgh_id__in=ids))
            yield len(ids)


def _drop_versions(model: type[models.Model], which: Q) -> None:
    versions = versions_of(model)
    if versions is not None:
        with pgtrigger.ignore(f"{versions.model._meta.label}:append_only"):
            versions.filter(which).delete()


_ENFORCED: dict[RetentionClass, Callable[[datetime], Iterator[int]]] = {
    RetentionClass.DELETED: _erase_deleted,
    RetentionClass.PEOPLE: _erase_people,
    RetentionClass.CONVERSATIONS: _drop_conversations,
    RetentionClass.FILES: _drop_files,
    RetentionClass.VERSIONS: _drop_old_versions,
}
