"""Fields that an administrator adds, without a deployment."""

from collections.abc import Mapping
from typing import Any

import pghistory
from django.db import transaction
from django.db.models import Max

from crm.models import User
from crm.policy import require
from crm.services import audit
from customers.models import CustomField
from customers.services.meanwhile import require_as_seen

EDITABLE = frozenset(
    {"key", "label", "english_label", "kind", "choices", "customer_kind", "is_personal", "is_active"}
)
# What was stored under a field must keep its meaning.
FIXED = frozenset({"key", "kind"})


@transaction.atomic
def save_custom_field(
    *,
    actor: User,
    fields: Mapping[str, Any],
    custom_field: CustomField | None = None,
    seen: str | None = None,
) -> CustomField:
    """Add a field, last in line, or change one but for its key and kind; return it.

    ``seen`` is its ``state_of`` when the actor opened it; raises ChangedMeanwhileError when it was saved since.
    Raises PermissionDenied; KeyError for what is not to be written; IntegrityError for a key that is taken.
    """
    require(actor, "fields.manage")
    allowed = EDITABLE - FIXED if custom_field else EDITABLE
    unknown = set(fields) - allowed
    if unknown:
        raise KeyError(f"Not to be written here: {', '.join(sorted(unknown))}")
    if custom_field is None:
        last = CustomField.objects.aggregate(last=Max("position"))["last"]
        custom_field = CustomField(position=(last or 0) + 1)
    else:
        custom_field = CustomField.objects.select_for_update().get(pk=custom_field.pk)
        require_as_seen(custom_field, seen)
    with pghistory.context(user=actor.pk):
        for name, value in fields.items():
            setattr(custom_field, name, value)
        custom_field.save()
    audit.record(actor, "field.custom", f"field:custom.{custom_field.key}", fields=sorted(fields))
    return custom_field
