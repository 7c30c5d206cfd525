"""Customers as pages show them: the list, and one customer with how to reach them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import phonenumbers
from django.db.models import BooleanField, Exists, F, Func, OuterRef, Q, QuerySet, Subquery

from crm.models import Team, User
from crm.policy import Scope, can, scope_of
from crm.prepared import Prepared, Slot
from crm.templatetags.format import in_chinese
from customers.models import (
    Address,
    Channel,
    ContactKind,
    ContactPlace,
    ContactPoint,
    Customer,
    Industry,
    Region,
    RegionLevel,
    Tag,
)
from customers.models.profiles import CustomerQuerySet, sees_customer
from customers.models.scope import customers_in_scope
from customers.selectors.masking import masked_contact, masked_text

MOST_OWNERS = 100
_KINDS = dict(ContactKind.choices)
_PLACES = dict(ContactPlace.choices)
_CUSTOMER = Prepared(
    lambda: Customer.objects.filter(pk=Slot("customer"), deleted_at=None).select_related(
        "owner", "team", "region", "source", "campaign", "industry", "potential_author"
    )
)
# The codes of a region's path are those of the regions above it.
_REGIONS = Prepared(
    lambda: Region.objects.filter(
        Func(
            F("code"),
            Subquery(Customer.objects.filter(pk=Slot("customer")).values("region__path")),
            template="(%(expressions)s, '/')))",
            arg_joiner=" = ANY(string_to_array(",
            output_field=BooleanField(),
        )
    ).order_by("path")
)
_CONTACTS = Prepared(
    lambda: ContactPoint.objects.filter(customer=Slot("customer")).values(
        "kind", "place", "value", "is_primary"
    )
)
_ADDRESSES = Prepared(
    lambda: Address.objects.filter(customer=Slot("customer")).values(
        "place", "street", "postcode", "region__name", "region__english_name"
    )
)
_TAGS = Prepared(lambda: Tag.objects.filter(customers=Slot("customer")).values("name"))
_SHARED_WITH = Prepared(
    lambda: (
        User.objects.filter(shared_customers__customer=Slot("customer"))
        .order_by("id")
        .values("name", "username")
    )
)
# What customer_record asks of a customer, to be asked ahead.
ASKED = (_CUSTOMER, _REGIONS, _CONTACTS, _ADDRESSES, _TAGS, _SHARED_WITH)


@dataclass(frozen=True, slots=True)
class ContactRow:
    """One way to reach a customer: ``value`` for machines, ``shown`` for people; masked for who may not read it."""

    kind: str
    label: str
    place: str
    value: str
    shown: str
    is_primary: bool
    is_masked: bool


@dataclass(frozen=True, slots=True)
class AddressRow:
    """One address, masked for those who may not read it."""

    place: str
    region: str
    street: str
    postcode: str
    is_masked: bool


@dataclass(frozen=True, slots=True)
class CustomerRecord:
    """One customer with what is shown around them; ``regions`` leads from the country down."""

    customer: Customer
    regions: list[Region]
    contacts: list[ContactRow]
    addresses: list[AddressRow]
    tags: list[str]
    shared_with: list[str]
    shows_personal: bool


def visible_customers(user: User) -> CustomerQuerySet:
    """Return the customers that ``user`` may see."""
    return Customer.objects.visible_to(user)


def customer_record(user: User, customer_id: int) -> CustomerRecord | None:
    """Return one customer, or None when there is none that ``user`` may see."""
    customer = _CUSTOMER.one(customer=customer_id) if sees_customer(user, customer_id) else None
    if customer is None:
        return None
    readable = can(user, "personal.view")
    return CustomerRecord(
        customer=customer,
        regions=_REGIONS(customer=customer.pk),
        contacts=[_contact(point, readable) for point in _CONTACTS(customer=customer.pk)],
        addresses=[_address(address, readable) for address in _ADDRESSES(customer=customer.pk)],
        tags=tags_of(customer),
        shared_with=[each["name"] or each["username"] for each in _SHARED_WITH(customer=customer.pk)],
        shows_personal=readable,
    )


def tags_of(customer: Customer) -> list[str]:
    """Return the words that a customer (in scope) is marked with."""
    return [each["name"] for each in _TAGS(customer=customer.pk)]


def _contact(point: Mapping[str, Any], readable: bool) -> ContactRow:
    masked = masked_contact(point["kind"], point["value"])
    return ContactRow(
        kind=point["kind"],
        label=str(_KINDS.get(point["kind"], point["kind"])),
        place=str(_PLACES.get(point["place"], point["place"])),
        value=point["value"] if readable else masked,
        shown=spoken(point["value"]) if readable else masked,
        is_primary=point["is_primary"],
        is_masked=not readable,
    )


@lru_cache(maxsize=1024)
def spoken(value: str) -> str:
    """Group the digits of a phone number as they are read out; anything else stays as it is."""
    number, _semicolon, extension = value.partition(";ext=")
    try:
        parsed = phonenumbers.parse(number)
    except phonenumbers.NumberParseException:
        return value
    spoken = phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.INTERNATIONAL)
    return f"{spoken} – {extension}" if extension else spoken


def _address(address: Mapping[str, Any], readable: bool) -> AddressRow:
    street, postcode = address["street"], address["postcode"]
    return AddressRow(
        place=str(_PLACES.get(address["place"], address["place"])),
        region=region_name(address["region__name"], address["region__english_name"]),
        street=street if readable else masked_text(street),
        postcode=postcode if readable else masked_text(postcode),
        is_masked=not readable,
    )


def region_name(name: str | None, english_name: str | None) -> str:
    """Return a region's name in the active language, as ``str(region)`` does."""
    return name or "" if in_chinese() or not english_name else english_name


def region_choices(customers: CustomerQuerySet, chosen: Region | None) -> list[Region]:
    """Return where one can go from a region: what lies below it, or at the top areas and the countries in use."""
    if chosen is not None:
        return list(Region.objects.filter(parent=chosen))
    in_use = Exists(customers.filter(region=OuterRef("pk")))
    top = Q(level=RegionLevel.AREA) | Q(in_use, level=RegionLevel.COUNTRY)
    return list(Region.objects.filter(top).order_by("level", "path"))


def is_answerable(user: User, customer: Customer) -> bool:
    """Return whether a customer is ``user``'s to answer for, not merely shared with them."""
    return Customer.objects.filter(customers_in_scope(user, shared=False), pk=customer.pk).exists()


def possible_owners(user: User, *, beside: int | None = None) -> QuerySet[User]:
    """Return the colleagues among whom ``user`` may divide customers: their team, or everybody.

    ``beside`` is offered too, whoever it is: whose something is now stays so when the rest of it is saved.
    """
    offered = Q(is_active=True) & ~Q(role="")
    scope = scope_of(user, "customer.view")
    if scope is not Scope.ALL:
        mine = Q(pk=user.pk)
        if scope is Scope.TEAM and user.team_id is not None:
            mine |= Q(team=user.team_id)
        offered &= mine
    return User.objects.filter(offered | Q(pk=beside)).order_by("name", "username")


def owner_choices(user: User) -> list[User]:
    """Return the colleagues whose customers ``user`` may look through, none for those who see only their own."""
    if scope_of(user, "customer.view") < Scope.TEAM:
        return []
    owning = Exists(Customer.objects.filter(owner=OuterRef("pk")))
    return list(possible_owners(user).filter(owning)[:MOST_OWNERS])


def known_owners(user: User, customers: CustomerQuerySet) -> QuerySet[User]:
    """Return the colleagues by whom ``user`` may filter ``customers`` (scoped): those whom one names, or everybody."""
    if scope_of(user, "customer.view") is Scope.ALL:
        return User.objects.all()
    return User.objects.filter(Exists(customers.filter(owner=OuterRef("pk"))))


def known_teams(user: User, customers: CustomerQuerySet) -> QuerySet[Team]:
    """Return the teams by which ``user`` may filter ``customers`` (scoped): those that one has, or every one."""
    if scope_of(user, "customer.view") is Scope.ALL:
        return Team.objects.all()
    # Their customers are read once: asked for each team, those of a team that has none of them would all be tried.
    return Team.objects.filter(pk__in=customers.order_by().values("team").distinct())


def region_suggestions() -> list[Region]:
    """Return the regions down to cities, to be suggested while somebody types one."""
    return list(Region.objects.exclude(level=RegionLevel.DISTRICT))


def team_choices(user: User) -> list[Team]:
    """Return the teams to choose from, for those who see more than one."""
    return list(Team.objects.all()) if scope_of(user, "customer.view") is Scope.ALL else []


def industry_choices() -> list[Industry]:
    """Return the industries."""
    return list(Industry.objects.all())


def source_choices() -> list[Channel]:
    """Return the customer sources."""
    return list(Channel.objects.all())


ROWS_FOR_PROGRAMS = 200


def customers_after(user: User, after: int) -> tuple[list[dict[str, Any]], int | None]:
    """Return open facts of the customers that ``user`` may see, by id from ``after`` on, and where to go on."""
    fields = ("id", "code", "name", "kind", "region__code", "owner__username")
    rows = visible_customers(user).filter(pk__gt=after).order_by("pk").values(*fields)
    found = [
        {
            "id": row["id"],
            "code": row["code"],
            "name": row["name"],
            "kind": row["kind"],
            "region": row["region__code"],
            "owner": row["owner__username"],
        }
        for row in rows[: ROWS_FOR_PROGRAMS + 1]
    ]
    more = len(found) > ROWS_FOR_PROGRAMS
    return found[:ROWS_FOR_PROGRAMS], found[ROWS_FOR_PROGRAMS - 1]["id"] if more else None
