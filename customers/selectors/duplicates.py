"""Customers that may be the same as one that somebody is about to write, or has written."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from functools import reduce
from operator import or_

from django.db.models import Q
from django.db.models.functions import Upper

from crm.models import User
from crm.policy import can
from customers.models import (
    CompanyProfile,
    ContactPoint,
    Customer,
    CustomerKind,
    NotDuplicate,
    PersonProfile,
    Region,
)
from customers.models.profiles import CustomerQuerySet
from customers.selectors.masking import masked_contact

MOST_FOUND = 8
MOST_COMPARED = 200
# Pairs of neighbouring characters that two plain names have in common, of all they have.
SIMILAR = 0.6
SHORTEST_NAME = 2
_LEGAL_FORMS = re.compile(
    r"(股份有限公司|有限责任公司|集团有限公司|有限公司|集团|总公司|分公司|公司|经营部|商行|商店|门市部|个体户"
    r"|\bco\.?,?\s*ltd\.?|\b(limited|ltd|inc|corp|corporation|company|llc|gmbh|group)\b\.?)",
    re.IGNORECASE,
)
_NOISE = re.compile(r"[\W_]+")


@dataclass(frozen=True, slots=True)
class Asked:
    """What is known of a customer for whom others are compared."""

    name: str
    kind: str
    region_id: int | None = None
    contacts: Collection[str] = ()
    identity_index: bytes | None = None
    credit_code: str = ""
    customer_id: int | None = None


@dataclass(frozen=True, slots=True)
class Duplicate:
    """A customer that may be the same; ``same`` says by what: phone or mail (as shown), number, name."""

    id: int
    code: str
    name: str
    kind: str
    owner: str
    region: str
    contacts: tuple[str, ...]
    same_number: bool
    same_name: bool


def plain_name(name: str) -> str:
    """Return what a name is known by: without legal form, place brackets, spaces and punctuation; in capitals."""
    bare = _NOISE.sub("", _LEGAL_FORMS.sub("", name)).upper()
    return bare or _NOISE.sub("", name).upper()


def possible_duplicates(user: User, asked: Asked) -> list[Duplicate]:
    """Return the customers whom ``user`` may see and that may be the one asked about, the surest first.

    The same phone or mail address, identity number or credit code, or a similar name in the same province.
    A customer out of scope is not among them, and nothing tells that it exists.
    """
    visible = Customer.objects.visible_to(user)
    if asked.customer_id is not None:
        visible = visible.exclude(pk__in=[asked.customer_id, *different_from(asked.customer_id)])
    reached = _reached(visible, user, asked.contacts)
    numbered = _numbered(visible, asked)
    named = _named(visible, asked)
    sure = [*numbered, *(pk for pk in reached if pk not in numbered)]
    ids = [*sure, *(pk for pk in named if pk not in sure)][:MOST_FOUND]
    found = visible.select_related("owner", "region").in_bulk(ids)
    return [
        Duplicate(
            id=pk,
            code=found[pk].code,
            name=found[pk].name,
            kind=found[pk].kind,
            owner=str(found[pk].owner or ""),
            region=str(found[pk].region or ""),
            contacts=tuple(reached.get(pk, ())),
            same_number=pk in numbered,
            same_name=pk in named,
        )
        for pk in ids
        if pk in found
    ]


def asked_about(customer: Customer) -> Asked:
    """Return what is known of a stored customer."""
    profile = PersonProfile.objects.filter(customer=customer).values_list("identity_index", flat=True).first()
    code = CompanyProfile.objects.filter(customer=customer).values_list(
        "unified_social_credit_code", flat=True
    )
    return Asked(
        name=customer.name,
        kind=customer.kind,
        region_id=customer.region_id,
        contacts=list(ContactPoint.objects.filter(customer=customer).values_list("value", flat=True)),
        identity_index=bytes(profile) if profile else None,
        credit_code=code.first() or "",
        customer_id=customer.pk,
    )


def with_same_number(user: User, customer: Customer) -> list[Duplicate]:
    """Return the customers whom ``user`` may see and who have the same identity number, found by its digest alone."""
    known = asked_about(customer)
    only = Asked("", customer.kind, identity_index=known.identity_index, customer_id=customer.pk)
    return possible_duplicates(user, only) if known.identity_index else []


def different_from(customer_id: int) -> set[int]:
    """Return the customers of whom somebody said that they are others."""
    pairs = NotDuplicate.objects.filter(Q(first=customer_id) | Q(second=customer_id))
    return {each for pair in pairs.values_list("first", "second") for each in pair} - {customer_id}


def _reached(visible: CustomerQuerySet, user: User, contacts: Collection[str]) -> dict[int, list[str]]:
    """Return who is reached at the same number or address; who may not read those is told nothing by them."""
    if not contacts or not can(user, "personal.view"):
        return {}
    points = ContactPoint.objects.filter(value__in=list(contacts), customer__in=visible.values("pk"))
    found: dict[int, list[str]] = {}
    for pk, kind, value in points.values_list("customer", "kind", "value")[:MOST_COMPARED]:
        found.setdefault(pk, []).append(masked_contact(kind, value))
    return found


def _numbered(visible: CustomerQuerySet, asked: Asked) -> set[int]:
    found: set[int] = set()
    if asked.identity_index:
        found |= set(
            PersonProfile.objects.filter(identity_index=asked.identity_index).values_list("pk", flat=True)
        )
    if asked.credit_code:
        same = CompanyProfile.objects.filter(unified_social_credit_code=asked.credit_code)
        found |= set(same.values_list("pk", flat=True))
    return set(visible.filter(pk__in=found).values_list("pk", flat=True)) if found else set()


def _named(visible: CustomerQuerySet, asked: Asked) -> list[int]:
    """Return who is called the same or nearly so, in the same province when it is known."""
    plain = plain_name(asked.name)
    if len(plain) < SHORTEST_NAME:
        return []
    near = visible.filter(kind=asked.kind)
    province = _province(asked.region_id)
    if province:
        near = near.filter(Q(region__path__startswith=province) | Q(region=None))
    alike = near.annotate(upper=Upper("name")).filter(_holds(plain, asked.kind))
    rows = alike.order_by("pk").values_list("pk", "name")[:MOST_COMPARED]
    scored = sorted(((_likeness(plain, plain_name(name)), pk) for pk, name in rows), reverse=True)
    return [pk for score, pk in scored if score >= SIMILAR]


def _holds(plain: str, kind: str) -> Q:
    """Return the condition, answered by the index of trigrams, that a name may be the same."""
    if kind == CustomerKind.PERSON or len(plain) <= 3:
        return Q(upper__contains=plain)
    pieces = {plain[:4], plain[-4:], plain[1:5]} if len(plain) > 4 else {plain}
    return reduce(or_, (Q(upper__contains=piece) for piece in sorted(pieces)))


def _likeness(one: str, other: str) -> float:
    """Return the share of pairs of neighbouring characters that two plain names have in common."""
    if one == other:
        return 1.0
    ours, theirs = _pairs(one), _pairs(other)
    return len(ours & theirs) / len(ours | theirs) if ours | theirs else 0.0


def _pairs(text: str) -> set[str]:
    return {text[place : place + 2] for place in range(len(text) - 1)}


def _province(region_id: int | None) -> str:
    """Return the path of the province of a region, of its country where there is none."""
    path = Region.objects.filter(pk=region_id).values_list("path", flat=True).first() if region_id else None
    if not path:
        return ""
    codes = path.rstrip("/").split("/")
    return "/".join(codes[: 3 if len(codes) > 1 and codes[1].startswith("CN-") else 2]) + "/"
