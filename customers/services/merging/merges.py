"""Two records found to be one: everything of both under the kept one, with a log by which it is taken back.

The log holds ids and the numbers of kept versions, no values: what it restores, it reads from the history.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pghistory
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from crm.models import User
from crm.policy import require
from crm.services import audit
from customers.models import Customer, CustomerMerge, CustomerShare
from customers.models.scope import customers_in_scope
from customers.selectors.links import movable_links
from customers.services.deleting import bring_back, put_away
from customers.services.merging.rows import Moved, edited_since, last_version, move_rows
from customers.services.merging.values import Changed, put_together, take_apart
from customers.services.profiles import EditConflictError, answerable_for


class MergeError(Exception):
    """Two customers can't be made one, or one two again; the message tells the user why."""


@dataclass(frozen=True, slots=True)
class Unmerged:
    """What came of undoing a merge; ``edited`` names what was edited since, and stays as it is now."""

    kept: Customer
    merged: Customer
    edited: list[str]


@transaction.atomic
def merge_customers(
    *,
    actor: User,
    kept_id: int,
    merged_id: int,
    chosen: Mapping[str, str] | None = None,
    versions: tuple[int, int] | None = None,
) -> CustomerMerge:
    """Make two customers one: the kept one gets all that hangs on the other, and the fields that were chosen of it.

    ``chosen`` says by key of ``customers.selectors.merging.choices`` or of a ``customers.selectors.twins.Twin`` whose
    answer is taken; ``versions`` are those of the kept and the merged customer that the actor saw. Raises
    PermissionDenied; Customer.DoesNotExist when the actor may not see one of them; EditConflictError when one was
    saved since; MergeError; SealError when a sealed value can't be put under the kept customer's key.
    """
    require(actor, "customer.merge")
    kept, merged = _both(actor, kept_id, merged_id)
    if versions is not None:
        for customer, version in zip((kept, merged), versions, strict=True):
            if customer.version != version:
                raise EditConflictError(customer)
    with pghistory.context(user=actor.pk, merge=merged.pk):
        changed, moved = put_together(kept, merged, chosen or {})
        moved += [move_rows(link, merged.pk, kept.pk) for link in movable_links()]
        changed += _let_the_owner_see(kept, merged)
        put_away(merged, actor)
    moves = {
        "rows": [each.document() for each in moved if each.ids],
        "values": [each.document() for each in changed],
    }
    merge = CustomerMerge.objects.create(kept=kept, merged=merged, moves=moves, merged_by=actor)
    audit.record(
        actor,
        "customer.merge",
        f"customer:{kept.pk}",
        merged=merged.pk,
        rows=sum(len(each.ids) for each in moved),
        fields=sum(len(each.fields) for each in changed),
        left_behind={
            f"{each.link.model.__name__}.{each.link.field}": each.stayed for each in moved if each.stayed
        },
    )
    return merge


@transaction.atomic
def undo_merge(merge_id: int, *, actor: User) -> Unmerged:
    """Make one customer two again, as they were; what somebody edited since stays as it is now, and is named.

    Rows that were edited go back to whose they were, with the edit. Raises PermissionDenied;
    CustomerMerge.DoesNotExist when the actor may not see both; MergeError when it can't be undone.
    """
    require(actor, "customer.merge")
    merge = CustomerMerge.objects.select_for_update(of=("self",)).get(pk=merge_id)
    if merge.undone_at is not None:
        raise MergeError(_("This merge has been undone already."))
    locked = Customer.objects.filter(customers_in_scope(actor), pk__in=[merge.kept_id, merge.merged_id])
    found = {each.pk: each for each in locked.select_for_update(of=("self",)).order_by("pk")}
    if len(found) != 2:
        raise CustomerMerge.DoesNotExist
    kept, merged = found[merge.kept_id], found[merge.merged_id]
    if kept.deleted_at is not None:
        raise MergeError(_("%(name)s is gone itself: bring it back first.") % {"name": kept.name})
    for customer in (kept, merged):
        answerable_for(actor, "customer.merge", customer)
    with pghistory.context(user=actor.pk, merge=merged.pk):
        edited = _take_back(merge, kept, merged)
        kept.refresh_from_db()
        bring_back(merged, actor)
    merge.undone_at = timezone.now()
    merge.save(update_fields=["undone_at"])
    audit.record(actor, "customer.unmerge", f"customer:{kept.pk}", merged=merged.pk, edited=len(edited))
    return Unmerged(kept, merged, edited)


def _both(actor: User, kept_id: int, merged_id: int) -> tuple[Customer, Customer]:
    """Return the two customers, locked in one order so that two merges can't wait for each other."""
    if kept_id == merged_id:
        raise MergeError(_("A customer can't be merged with itself."))
    visible = Customer.objects.visible_to(actor).filter(pk__in=[kept_id, merged_id])
    found = {each.pk: each for each in visible.select_for_update(of=("self",)).order_by("pk")}
    if len(found) != 2:
        raise Customer.DoesNotExist
    kept, merged = found[kept_id], found[merged_id]
    for customer in (kept, merged):
        answerable_for(actor, "customer.merge", customer)
    if kept.kind != merged.kind:
        raise MergeError(_("A person and a company can't be one customer. Tie them to each other instead."))
    return kept, merged


def _let_the_owner_see(kept: Customer, merged: Customer) -> list[Changed]:
    """Share the kept customer with who owned the other: nobody loses sight of a customer by a merge."""
    owner = merged.owner
    shared = CustomerShare.objects.filter(customer=kept, user=owner)
    if owner is None or owner == kept.owner or shared.exists():
        return []
    share = CustomerShare.objects.create(customer=kept, user=owner)
    return [Changed(CustomerShare, share.pk, ["user"], 0, last_version(CustomerShare, [share.pk]))]


def _take_back(merge: CustomerMerge, kept: Customer, merged: Customer) -> list[str]:
    """Undo what the log says, the last step first; return what was edited since, in words."""
    edited: list[str] = []
    for document in reversed(merge.moves["values"]):
        change = Changed.read(document)
        edited += [_field_in_words(change, name) for name in take_apart(change)]
    for document in reversed(merge.moves["rows"]):
        moved = Moved.read(document)
        touched = edited_since(moved)
        back = set(move_rows(moved.link, kept.pk, merged.pk, only=moved.ids).ids)
        for pk in moved.ids:
            if pk in touched or pk not in back:
                edited.append(_row_in_words(moved, pk))
    return edited


def _field_in_words(change: Changed, name: str) -> str:
    meta = change.model._meta
    return f"{meta.verbose_name}: {meta.get_field(name).verbose_name}"  # type: ignore[union-attr]


def _row_in_words(moved: Moved, pk: object) -> str:
    row = moved.link.model._default_manager.filter(pk=pk).first()
    name = moved.link.model._meta.verbose_name
    return f"{name}: {row}" if row else _("%(record)s (gone)") % {"record": name}
