"""People as address books know them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from crm.models import User
from customers.models import Address, ContactPoint, Customer, Region, RegionLevel
from customers.selectors import lists
from customers.selectors.profiles import region_name


class PlaceNames(NamedTuple):
    """Where a region is, as cards say it: ``locality`` is the deepest below the province."""

    locality: str = ""
    province: str = ""
    country: str = ""


@dataclass(frozen=True, slots=True)
class PostalCard:
    """What a card says of an address."""

    place: str
    street: str
    postcode: str
    region: PlaceNames


@dataclass(frozen=True, slots=True)
class PersonCard:
    """What a card of somebody holds."""

    code: str
    name: str
    employer: str
    job_title: str
    contacts: list[ContactPoint]
    region: PlaceNames
    addresses: list[PostalCard]
    date_of_birth: date | None
    tags: list[str]


def person_cards(user: User, customer_ids: Sequence[int]) -> list[PersonCard]:
    """Return the cards of people whom ``user`` may see, in the order of the ids.

    The caller has made sure that personal values may be read, and taken away.
    """
    people = (
        Customer.objects.visible_to(user)
        .select_related("person_profile", "region")
        .prefetch_related("tags")
        .in_bulk(list(customer_ids))
    )
    contacts = lists.contacts(list(people))
    employers = lists.employers(user, list(people))
    addresses: dict[int, list[Address]] = {}
    for address in Address.objects.filter(customer__in=people).select_related("region").order_by("id"):
        addresses.setdefault(address.customer_id, []).append(address)
    places = [person.region for person in people.values()]
    names = _names([*places, *(each.region for found in addresses.values() for each in found)])
    return [
        _card(people[pk], contacts.get(pk, []), employers.get(pk, ""), addresses.get(pk, []), names)
        for pk in customer_ids
        if pk in people
    ]


def _card(
    person: Customer,
    contacts: list[ContactPoint],
    employer: str,
    addresses: list[Address],
    names: dict[int | None, PlaceNames],
) -> PersonCard:
    profile = getattr(person, "person_profile", None)
    return PersonCard(
        code=person.code,
        name=person.name,
        employer=employer or (profile.employer_name if profile else ""),
        job_title=profile.job_title if profile else "",
        contacts=contacts,
        region=names[person.region_id],
        addresses=[
            PostalCard(each.place, each.street, each.postcode, names[each.region_id]) for each in addresses
        ],
        date_of_birth=profile.date_of_birth if profile else None,
        tags=[tag.name for tag in person.tags.all()],
    )


def _names(regions: Iterable[Region | None]) -> dict[int | None, PlaceNames]:
    """Return where regions are, by their keys; of an area nothing, as it stands on no envelope."""
    wanted = {region for region in regions if region is not None}
    codes = {code for region in wanted for code in region.path.strip("/").split("/")}
    above = {region.code: region for region in Region.objects.filter(code__in=codes)}
    found: dict[int | None, PlaceNames] = {None: PlaceNames()}
    for region in wanted:
        line = [above[code] for code in region.path.strip("/").split("/")]
        level = {each.level: region_name(each.name, each.english_name) for each in line}
        locality = level.get(RegionLevel.DISTRICT) or level.get(RegionLevel.CITY, "")
        names = PlaceNames(locality, level.get(RegionLevel.PROVINCE, ""), level.get(RegionLevel.COUNTRY, ""))
        found[region.pk] = PlaceNames() if region.level == RegionLevel.AREA else names
    return found
