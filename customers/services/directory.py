"""Writing what belongs to no single customer: competitors, sources, informants, territories, registers."""

from collections.abc import Mapping
from typing import Any, TypeVar

import pghistory
from django.db import transaction
from django.db.models import Model, QuerySet

from crm.models import User
from crm.policy import require
from crm.services import audit
from customers.models import (
    Campaign,
    Channel,
    Competitor,
    Customer,
    Incident,
    Informant,
    ProcessingActivity,
    Territory,
)
from customers.services.meanwhile import require_as_seen

M = TypeVar("M", bound=Model)

RIGHTS: dict[type[Model], str] = {
    Competitor: "competitor.edit",
    Channel: "source.manage",
    Campaign: "source.manage",
    Informant: "customer.edit",
    Territory: "territory.manage",
    ProcessingActivity: "privacy.manage",
    Incident: "privacy.manage",
}

# Whose an entry is, or who made it, when nothing else is said.
_BY: dict[type[Model], str] = {Informant: "owner", Incident: "recorded_by"}


@transaction.atomic
def write_entry(
    model: type[M], *, actor: User, fields: Mapping[str, Any], pk: int | None = None, seen: str | None = None
) -> M:
    """Add an entry, or change some fields of the one with key ``pk``, and return it.

    ``seen`` is its ``state_of`` when the actor opened it; raises ChangedMeanwhileError when it was saved since.

    An informant without an owner is the actor's. Raises PermissionDenied; ``model.DoesNotExist`` for an entry, and
    Customer.DoesNotExist for a customer named by it, that the actor may not see; IntegrityError for a name or
    code that is taken.
    """
    require(actor, RIGHTS[model])
    named = fields.get("customer")
    if named is not None and not Customer.objects.visible_to(actor).filter(pk=named.pk).exists():
        raise Customer.DoesNotExist
    several = {each.name for each in model._meta.many_to_many}
    own = {name: value for name, value in fields.items() if name not in several}
    if pk is None:
        entry = model(**({_BY[model]: actor} if model in _BY else {}) | own)
    else:
        entry = entries(model, actor).select_for_update(of=("self",)).get(pk=pk)
        require_as_seen(entry, seen)
        for name, value in own.items():
            setattr(entry, name, value)
    with pghistory.context(user=actor.pk):
        entry.save()
        for name in several & fields.keys():
            getattr(entry, name).set(fields[name])
    kind = entry._meta.model_name
    audit.record(
        actor, f"{kind}.{'add' if pk is None else 'change'}", f"{kind}:{entry.pk}", fields=sorted(fields)
    )
    return entry


def entries(model: type[M], user: User) -> QuerySet[M]:
    """Return the entries that ``user`` may see: informants by their own rule, the others are everybody's."""
    manager: Any = model._default_manager
    found: QuerySet[M] = manager.visible_to(user) if model is Informant else manager.all()
    return found
