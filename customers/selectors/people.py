"""People as address books know them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from crm.models import User
from customers.models import Address, ContactPoint, Customer
from customers.selectors import lists
from customers.selectors.profiles import region_name


@dataclass(frozen=True, slots=True)
class PersonCard:
    """What a card of somebody holds."""

    code: str
    name: str
    employer: str
    job_title: str
    contacts: list[ContactPoint]
    region: str
    street: str
    postcode: str
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
    addresses: dict[int, Address] = {}
    for address in Address.objects.filter(customer__in=people).order_by("-id"):
        addresses[address.customer_id] = address
    return [
        _card(people[pk], contacts.get(pk, []), employers.get(pk, ""), addresses.get(pk))
        for pk in customer_ids
        if pk in people
    ]


def _card(
    person: Customer, contacts: list[ContactPoint], employer: str, address: Address | None
) -> PersonCard:
    profile = getattr(person, "person_profile", None)
    region = person.region
    return PersonCard(
        code=person.code,
        name=person.name,
        employer=employer or (profile.employer_name if profile else ""),
        job_title=profile.job_title if profile else "",
        contacts=contacts,
        region=region_name(region.name, region.english_name) if region else "",
        street=address.street if address else "",
        postcode=address.postcode if address else "",
        date_of_birth=profile.date_of_birth if profile else None,
        tags=[tag.name for tag in person.tags.all()],
    )
