"""Customers as pages show them: the list, and one customer with how to reach them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import phonenumbers
from django.db.models import DateField, Exists, Max, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from crm.extensions import CustomerInsights, Standing
from crm.models import Team, User
from crm.paging import PAGE_SIZE, Key, Page, day, integer, keyset_page, moment, text
from crm.policy import Scope, can, scope_of
from customers.models import (
    Address,
    BusinessModel,
    Channel,
    ContactPoint,
    Customer,
    CustomerKind,
    Industry,
    Lifecycle,
    Order,
    Region,
    RegionLevel,
)
from customers.models.finance import COUNTED
from customers.models.profiles import CustomerQuerySet
from customers.selectors.masking import masked_contact, masked_text

MOST_CONTACTS_FOUND = 200
MOST_OWNERS = 100
NEVER = date.min
SHORTEST_FRAGMENT = 3


@dataclass(frozen=True, slots=True)
class Sort:
    """An order that a list can stand in."""

    label: str | Promise
    keys: tuple[Key, ...]


SORTS = {
    "newest": Sort(
        _("Newest"), (Key("created_at", moment, descending=True), Key("id", integer, descending=True))
    ),
    "name": Sort(_("Name"), (Key("pinyin", text), Key("id", integer))),
    "last_order": Sort(
        _("Last order"), (Key("last_order_on", day, descending=True), Key("id", integer, descending=True))
    ),
}
_ROW_COLUMNS = (
    "id",
    "code",
    "name",
    "kind",
    "business_model",
    "lifecycle",
    "created_at",
    "owner__name",
    "owner__username",
    "region__name",
    "region__english_name",
)
_KINDS = dict(CustomerKind.choices)
_BUSINESS_MODELS = dict(BusinessModel.choices)
_LIFECYCLES = dict(Lifecycle.choices)


@dataclass(frozen=True, slots=True)
class CustomerRow:
    """One customer in a list."""

    id: int
    code: str
    name: str
    kind: str
    kind_label: str | Promise
    business_model: str | Promise
    lifecycle: str
    lifecycle_label: str | Promise
    owner: str
    region: str
    created_on: date
    last_order_on: date | None
    standing: Standing | None


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


def named_like(written: str, key: str) -> Q:
    """Return the condition that a name, code, pinyin or initials match.

    ``written`` is the text as typed, ``key`` the same folded to letters and digits. From three characters on
    any part of a name counts; of less, only how it begins.
    """
    part = "icontains" if len(written) >= SHORTEST_FRAGMENT else "istartswith"
    found = Q(**{f"name__{part}": written}) | Q(**{f"english_name__{part}": written})
    found |= coded(written)
    if key and key.isascii():
        found |= Q(**{f"pinyin__{'contains' if len(key) >= SHORTEST_FRAGMENT else 'startswith'}": key})
        found |= Q(initials__startswith=key) | Q(initials__contains=f" {key}")
    return found


def coded(written: str) -> Q:
    """Return the condition that a customer code begins so, in either case."""
    return Q(code__startswith=written) | Q(code__startswith=written.upper())


def reached_at(user: User, values: Iterable[str]) -> Q:
    """Return the condition that one of these phones or mail addresses is theirs; nothing for who may not read them."""
    if not can(user, "personal.view"):
        return Q(pk__in=[])
    owners = ContactPoint.objects.filter(value__in=list(values)).values_list("customer_id", flat=True)
    return Q(pk__in=list(owners[:MOST_CONTACTS_FOUND]))


def customer_page(
    customers: CustomerQuerySet,
    insights: CustomerInsights | None,
    *,
    sort: str,
    after: str = "",
    before: str = "",
    size: int = PAGE_SIZE,
) -> Page[CustomerRow]:
    """Return one page of customers (already scoped and filtered), with their last orders and standings."""
    keys = SORTS[sort].keys
    if sort == "last_order":
        customers = _with_last_order(customers)
    columns = dict.fromkeys([*_ROW_COLUMNS, *(key.column for key in keys)])
    found = keyset_page(customers.values(*columns), keys, after=after, before=before, size=size)
    ids = [row["id"] for row in found.rows]
    orders = last_orders(ids)
    standings = insights.standings(ids) if insights else {}
    rows = [_row(row, orders.get(row["id"]), standings.get(row["id"])) for row in found.rows]
    return Page(rows, found.before, found.after)


def last_orders(customer_ids: Iterable[int]) -> dict[int, date]:
    """Return the day of the last order of each customer who ever ordered."""
    orders = Order.objects.filter(status__in=COUNTED, customer__in=list(customer_ids))
    return dict(orders.values_list("customer_id").annotate(last=Max("ordered_on")).order_by())


def _with_last_order(customers: CustomerQuerySet) -> CustomerQuerySet:
    last = (
        Order.objects.filter(status__in=COUNTED, customer=OuterRef("pk"))
        .order_by("-ordered_on")
        .values("ordered_on")
    )
    return customers.annotate(
        last_order_on=Coalesce(Subquery(last[:1]), Value(NEVER), output_field=DateField())
    )


def _row(row: Mapping[str, Any], last_order_on: date | None, standing: Standing | None) -> CustomerRow:
    return CustomerRow(
        id=row["id"],
        code=row["code"],
        name=row["name"],
        kind=row["kind"],
        kind_label=_KINDS[row["kind"]],
        business_model=_BUSINESS_MODELS.get(row["business_model"], ""),
        lifecycle=row["lifecycle"],
        lifecycle_label=_LIFECYCLES[row["lifecycle"]],
        owner=row["owner__name"] or row["owner__username"] or "",
        region=region_name(row["region__name"], row["region__english_name"]),
        created_on=timezone.localtime(row["created_at"]).date(),
        last_order_on=last_order_on,
        standing=standing,
    )


def customer_record(user: User, customer_id: int) -> CustomerRecord | None:
    """Return one customer, or None when there is none that ``user`` may see."""
    customer = (
        visible_customers(user)
        .select_related("owner", "team", "region", "source", "industry", "potential_author")
        .filter(pk=customer_id)
        .first()
    )
    if customer is None:
        return None
    readable = can(user, "personal.view")
    addresses = Address.objects.filter(customer=customer).select_related("region")
    shares = User.objects.filter(shared_customers__customer=customer).order_by("id")
    return CustomerRecord(
        customer=customer,
        regions=region_line(customer.region),
        contacts=[_contact(point, readable) for point in ContactPoint.objects.filter(customer=customer)],
        addresses=[_address(address, readable) for address in addresses],
        tags=list(customer.tags.values_list("name", flat=True)),
        shared_with=[str(colleague) for colleague in shares],
        shows_personal=readable,
    )


def _contact(point: ContactPoint, readable: bool) -> ContactRow:
    masked = masked_contact(point.kind, point.value)
    return ContactRow(
        kind=point.kind,
        label=point.get_kind_display(),
        place=point.get_place_display(),
        value=point.value if readable else masked,
        shown=spoken(point.value) if readable else masked,
        is_primary=point.is_primary,
        is_masked=not readable,
    )


def spoken(value: str) -> str:
    """Group the digits of a phone number as they are read out; anything else stays as it is."""
    number, _semicolon, extension = value.partition(";ext=")
    try:
        parsed = phonenumbers.parse(number)
    except phonenumbers.NumberParseException:
        return value
    spoken = phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.INTERNATIONAL)
    return f"{spoken} – {extension}" if extension else spoken


def _address(address: Address, readable: bool) -> AddressRow:
    return AddressRow(
        place=address.get_place_display(),
        region=str(address.region or ""),
        street=address.street if readable else masked_text(address.street),
        postcode=address.postcode if readable else masked_text(address.postcode),
        is_masked=not readable,
    )


def region_name(name: str | None, english_name: str | None) -> str:
    """Return a region's name in the active language, as ``str(region)`` does."""
    return str(Region(name=name or "", english_name=english_name or ""))


def region_line(region: Region | None) -> list[Region]:
    """Return the regions from the country down to ``region``."""
    if region is None:
        return []
    return list(Region.objects.filter(code__in=region.path.strip("/").split("/")).order_by("path"))


def region_choices(customers: CustomerQuerySet, chosen: Region | None) -> list[Region]:
    """Return where one can go from a region: what lies below it, or at the top areas and the countries in use."""
    if chosen is not None:
        return list(Region.objects.filter(parent=chosen))
    in_use = Exists(customers.filter(region=OuterRef("pk")))
    top = Q(level=RegionLevel.AREA) | Q(in_use, level=RegionLevel.COUNTRY)
    return list(Region.objects.filter(top).order_by("level", "path"))


def possible_owners(user: User) -> QuerySet[User]:
    """Return the colleagues among whom ``user`` may divide customers: their team, or everybody."""
    colleagues = User.objects.filter(is_active=True).exclude(role="").order_by("name", "username")
    scope = scope_of(user, "customer.view")
    if scope is Scope.ALL:
        return colleagues
    mine = Q(pk=user.pk)
    if scope is Scope.TEAM and user.team_id is not None:
        mine |= Q(team=user.team_id)
    return colleagues.filter(mine)


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
    return Team.objects.filter(Exists(customers.filter(team=OuterRef("pk"))))


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
