"""A company of two teams in two regions whose every field holds a canary: a word that tells whose record it is.

``zqnorth`` stands in what belongs to the north, ``zqsouth`` in the south's; a personal field's canary ends in
``pers``, and what is sealed holds ``zqsealed``. Whoever reads one that is not theirs has found a hole.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db import models
from django.utils import timezone

from crm.models import Role, Team, User
from crm.sensitivity import Sensitivity, sensitivity_of
from customers.models import (
    CompanyProfile,
    Customer,
    CustomField,
    CustomValue,
    PersonProfile,
    Region,
    Territory,
)
from customers.models.scope import CustomerChild
from customers.selectors.catalogue import FIELDS
from customers.services.privacy import give_consent, store_sensitive, switch_field
from customers.services.regions import load_regions
from tests.cast import make_customer, make_order, make_payment, make_user
from tests.customers.filled import filled

NORTH, SOUTH = "zqnorth", "zqsouth"
SEALED = "zqsealed"
PERSONAL = "pers"
REGIONS = {NORTH: "110000", SOUTH: "440000"}
SHORTEST = 14
# What is made by services, with what they ask for.
MADE_OTHERWISE = {"CustomerShare", "CustomValue", "Order", "OrderLine", "Payment", "Consent"}


@dataclass(frozen=True)
class Side:
    """One team: its people, its customers, and a record of every kind that hangs on them, by model."""

    mark: str
    rep: User
    manager: User
    customers: list[Customer]
    records: dict[str, list[int]]


@dataclass(frozen=True)
class Company:
    """Both sides, and who belongs to neither."""

    north: Side
    south: Side
    admin: User
    auditor: User

    def readers(self) -> dict[str, User | None]:
        """Return one reader of each role; the rep and the manager are the north's."""
        return {
            "rep": self.north.rep,
            "manager": self.north.manager,
            "admin": self.admin,
            "auditor": self.auditor,
            "anonymous": None,
        }


FORBIDDEN = {
    "rep": (SOUTH, SEALED),
    "manager": (SOUTH, SEALED),
    "admin": (SEALED,),
    "auditor": (NORTH + PERSONAL, SOUTH + PERSONAL, SEALED),
    "anonymous": (NORTH, SOUTH, SEALED),
}


def build() -> Company:
    """Make the company."""
    admin, auditor = make_user("root", Role.ADMIN), make_user("watcher", Role.AUDITOR)
    for field in sealed_texts():
        switch_field(field, actor=admin, is_on=True, purpose="a test", assessment="low")
    return Company(_side(NORTH, admin), _side(SOUTH, admin), admin, auditor)


def sealed_texts() -> list[str]:
    """Return the sealed fields of a person that hold text of any kind."""
    return [
        key
        for key, field in FIELDS.items()
        if field.is_sealed and field.model is PersonProfile and _is_plain_text(field)
    ]


def _is_plain_text(field: Any) -> bool:
    column = PersonProfile._meta.get_field(field.column)
    plain = getattr(column, "plain", None)
    return (
        isinstance(plain, models.CharField | models.TextField) and not plain.choices and not plain.max_length
    )


def children() -> list[type[models.Model]]:
    """Return every kind of record that belongs to a customer."""
    return [
        model
        for model in _subclasses(CustomerChild)
        if not model._meta.abstract and model.__name__ not in MADE_OTHERWISE
    ]


def _subclasses(model: type[models.Model]) -> list[type[models.Model]]:
    direct = model.__subclasses__()
    return [each for child in direct for each in (child, *_subclasses(child))]


def _side(mark: str, admin: User) -> Side:
    # How the company is made up, everybody may know: no canary stands in it.
    side = mark.removeprefix("zq")
    team = Team.objects.create(name=f"{side} team")
    rep, manager = make_user(f"{side}rep", Role.REP, team), make_user(f"{side}boss", Role.MANAGER, team)
    load_regions()  # a test before may have emptied the tables
    region = Region.objects.get(code=REGIONS[mark])
    Territory.objects.create(name=f"{side} land", manager=manager).regions.add(region)
    given = {"owner": rep, "team": team, "region": region, "english_name": f"{mark} english"}
    customers = [
        make_customer(f"{mark}-{number}", f"{mark} 客户 {number}", kind=kind, **given)
        for number, kind in enumerate(("person", "company", "person", "company"))
    ]
    records: dict[str, list[int]] = {}
    for number, customer in enumerate(customers):
        _fill(customer, mark, number, records)
    _trade(customers, mark, records)
    for person in customers[::2]:
        for field in sealed_texts():
            give_consent(person.pk, field, actor=rep, evidence="signed", given_on=timezone.localdate())
            store_sensitive(person.pk, field, f"{SEALED} {field}", actor=rep)
    return Side(mark, rep, manager, customers, records)


def _fill(customer: Customer, mark: str, number: int, records: dict[str, list[int]]) -> None:
    for model in children():
        # Small enough for every month, day and mark; what may not repeat is told apart by its text.
        row = filled(model, number % 2 + 1, customer=customer, **canaries(model, mark))
        records.setdefault(model.__name__, []).append(row.pk)
    profile: type[models.Model] = PersonProfile if customer.kind == "person" else CompanyProfile
    texts = canaries(profile, mark)
    texts.pop("unified_social_credit_code", None)
    profile._default_manager.update_or_create(customer=customer, defaults=texts)
    field, _is_new = CustomField.objects.get_or_create(key="shoe", defaults={"label": "鞋码", "kind": "text"})
    CustomValue.objects.create(customer=customer, field=field, value=f"{mark} custom")


def _trade(customers: list[Customer], mark: str, records: dict[str, list[int]]) -> None:
    today = timezone.localdate()
    for number, customer in enumerate(customers):
        order = make_order(customer, f"{mark}-SO-{number}", today - timedelta(days=40 * number + 5), 7_341)
        make_payment(order, f"{mark}-PAY-{number}", 7_341, today, None)
        records.setdefault("Order", []).append(order.pk)


def canaries(model: type[models.Model], mark: str) -> dict[str, str]:
    """Return a canary for each field of free text, as long as it fits."""
    texts = {}
    for field in model._meta.concrete_fields:
        is_text = isinstance(field, models.CharField | models.TextField) and not field.choices
        if not is_text or field.primary_key or (field.max_length or SHORTEST) < SHORTEST:
            continue
        count = model._default_manager.count()
        # What is kept to find something by is no text of its own.
        if field.name == "stored_as":
            texts[field.name] = f"file {count}"
            continue
        if field.name in {
            "sha256",
            "stored_as",
            "content_type",
            "pinyin",
            "initials",
            "field",
            "key",
            "kind",
        }:
            continue
        personal = PERSONAL if sensitivity_of(field) is not Sensitivity.OPEN else ""
        unique = "" if not field.unique else f" {count}"
        texts[field.name] = f"{mark}{personal} {field.name}{unique}"[: field.max_length]
    return texts
