"""Whom somebody may mean when they note something in a hurry."""

from __future__ import annotations

from django.db.models import Max

from crm.models import User
from customers.models import Customer, Interaction
from customers.selectors.search import Hit, Sought, best_matches

MOST_OFFERED = 6
LOOKED_BACK = 200


def offered(user: User, sought: Sought | None) -> list[Hit]:
    """Return the customers that match what was typed; before anything is typed, those last spoken to."""
    return best_matches(user, sought, MOST_OFFERED) if sought else _last_spoken_to(user)


def one_customer(user: User, customer_id: int) -> list[Hit]:
    """Return a customer that ``user`` may see as the only one offered."""
    return _hits(user, [customer_id])


def _last_spoken_to(user: User) -> list[Hit]:
    newest = Interaction.objects.filter(rep=user).order_by("-id").values("pk")[:LOOKED_BACK]
    spoken = Interaction.objects.filter(pk__in=newest).order_by().values_list("customer_id")
    recent = spoken.annotate(last=Max("occurred_at")).order_by("-last")[:MOST_OFFERED]
    return _hits(user, [customer_id for customer_id, _last in recent])


def _hits(user: User, ids: list[int]) -> list[Hit]:
    found = Customer.objects.visible_to(user).select_related("owner", "region").in_bulk(ids)
    return [
        Hit(
            id=each.pk,
            code=each.code,
            name=each.name,
            kind=each.kind,
            owner=str(each.owner or ""),
            region_name=each.region.name if each.region else "",
            region_english_name=each.region.english_name if each.region else "",
        )
        for each in (found[pk] for pk in ids if pk in found)
    ]
