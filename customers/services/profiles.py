"""Writing one customer: created and edited by somebody, who must still be looking at what they change."""

from collections.abc import Collection, Iterable, Mapping
from typing import Any

import pghistory
from django.core.exceptions import PermissionDenied
from django.db import connection, transaction
from django.utils import timezone

from crm.models import User
from crm.policy import require
from crm.services import audit
from customers.models import CompanyProfile, ContactPoint, Customer, CustomerKind, Tag
from customers.models.scope import DECIDES_SCOPE
from customers.selectors.catalogue import FIELDS
from customers.selectors.profiles import is_answerable
from customers.services import provenance
from customers.services.search_keys import search_keys

EDITABLE = frozenset(
    {
        "code",
        "name",
        "english_name",
        "kind",
        "lifecycle",
        "owner",
        "team",
        "region",
        "source",
        "campaign",
        "identification_method",
        "industry",
        "ownership_type",
        "business_model",
        "potential",
        "potential_reason",
        "potential_expires_on",
        "purchasing_power",
        "preferred_channel",
        "best_time_to_contact",
        "communication_style",
        "reputation",
        "opposes_us",
        "scoring_refused",
        "tags",
    }
)
CODE_LETTER = "K"
CREDIT_CODE = "company.unified_social_credit_code"


class EditConflictError(Exception):
    """Somebody saved the customer after it was opened for editing; ``current`` is how it stands now."""

    def __init__(self, current: Customer) -> None:
        super().__init__(str(current.pk))
        self.current = current


@transaction.atomic
def create_customer(
    *,
    actor: User,
    fields: Mapping[str, Any],
    contacts: Collection[tuple[str, str]] = (),
    credit_code: str = "",
) -> Customer:
    """Add a customer and return it; without an owner it is the actor's, without a code it is given one.

    ``contacts`` are kind and value of ways to reach them; the first one is the primary one. ``credit_code`` is a
    company's unified social credit code, in its one form.

    Raises PermissionDenied, and KeyError for a field that is not to be written here.
    """
    require(actor, "customer.edit")
    with pghistory.context(user=actor.pk):
        known = _known({"owner": actor, "team": actor.team, **fields})
        tags = known.pop("tags", ())
        customer = Customer(created_at=timezone.now(), **known)
        if not customer.code:
            customer.pk, customer.code = _next_code()
        refresh_keys(customer)
        _note_potential(customer, actor, fields)
        customer.save(force_insert=True)
        _mark(customer, tags)
        for place, (kind, value) in enumerate(contacts):
            ContactPoint.objects.create(customer=customer, kind=kind, value=value, is_primary=not place)
        if credit_code:
            CompanyProfile.objects.create(customer=customer, unified_social_credit_code=credit_code)
    keys = _keys(fields) | ({CREDIT_CODE} if credit_code else set())
    provenance.note(customer, keys, actor=actor)
    audit.record(actor, "customer.create", f"customer:{customer.pk}", fields=sorted(fields))
    return customer


@transaction.atomic
def update_customer(customer_id: int, *, actor: User, version: int, changes: Mapping[str, Any]) -> Customer:
    """Change some fields of a customer that the actor saw at ``version``, and return it.

    Raises PermissionDenied, also when who sees it only because a colleague shares it changes who sees it;
    Customer.DoesNotExist when the actor may not see it; EditConflictError when it was saved since, and nothing is
    changed then; KeyError for a field that is not to be written here.
    """
    require(actor, "customer.edit")
    customer = Customer.objects.visible_to(actor).select_for_update(of=("self",)).get(pk=customer_id)
    if customer.version != version:
        raise EditConflictError(customer)
    if not changes:
        return customer
    if any(changes[name] != getattr(customer, name) for name in DECIDES_SCOPE if name in changes):
        answerable_for(actor, "customer.edit", customer)
    with pghistory.context(user=actor.pk):
        known = _known(changes)
        marked = _mark(customer, known.pop("tags")) if "tags" in known else {}
        for name, value in known.items():
            setattr(customer, name, value)
        customer.version += 1
        refresh_keys(customer)
        _note_potential(customer, actor, changes)
        with pghistory.context(**marked):
            customer.save()
    provenance.note(customer, _keys(changes), actor=actor)
    audit.record(actor, "customer.edit", f"customer:{customer.pk}", fields=sorted(changes), **marked)
    return customer


def answerable_for(actor: User, action: str, customer: Customer) -> None:
    """Raise PermissionDenied for who only sees a customer because a colleague shares it."""
    require(actor, action)
    if not is_answerable(actor, customer):
        raise PermissionDenied(action)


def _mark(customer: Customer, words: Iterable[str]) -> dict[str, list[str]]:
    """Mark a customer with these words and no others; return what came and went, under the names of the trail."""
    wanted = list(dict.fromkeys(words))
    held = list(customer.tags.values_list("name", flat=True))
    Tag.objects.bulk_create([Tag(name=word) for word in wanted], ignore_conflicts=True)
    customer.tags.set(Tag.objects.filter(name__in=wanted))
    marked = {
        "tags_added": [word for word in wanted if word not in held],
        "tags_removed": [word for word in held if word not in wanted],
    }
    return {name: tags for name, tags in marked.items() if tags}


def _keys(fields: Iterable[str]) -> set[str]:
    """Return the catalogue's keys of some columns of a customer."""
    own = [each for each in FIELDS.values() if each.model is Customer]
    by_column = {column: each.key for each in own for column in each.columns}
    return {by_column[name] for name in fields}


def _known(fields: Mapping[str, Any]) -> dict[str, Any]:
    unknown = set(fields) - EDITABLE
    if unknown:
        raise KeyError(f"Not to be written here: {', '.join(sorted(unknown))}")
    return dict(fields)


def refresh_keys(customer: Customer) -> None:
    """Make the search keys of a customer anew, after its name or kind changed."""
    is_person = customer.kind == CustomerKind.PERSON
    customer.pinyin, customer.initials = search_keys(
        customer.name, customer.english_name, is_person=is_person
    )


def _note_potential(customer: Customer, actor: User, written: Mapping[str, Any]) -> None:
    """Remember who judged the potential: it moves customers between tiers."""
    if "potential" in written:
        customer.potential_author = actor if customer.potential else None


def _next_code() -> tuple[int, str]:
    """Return an id and the code made of it, passing over codes that were given by hand."""
    while True:
        with connection.cursor() as cursor:
            cursor.execute("SELECT nextval(pg_get_serial_sequence('customers_customer', 'id'))")
            (pk,) = cursor.fetchone()
        code = f"{CODE_LETTER}{pk:06}"
        if not Customer.objects.filter(code=code).exists():
            return pk, code
