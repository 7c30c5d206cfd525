"""No door lets out what its reader must not see: pages, lists, files and forms are searched for canaries."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from itertools import product

import pytest
from django.forms import Field
from django.test import Client
from django.urls import reverse

from crm.models import Job
from customers.exports.lists import LISTS
from customers.forms.parts.fields import CustomerField
from customers.models import Informant
from customers.views.parts.kinds import KINDS
from tests.attack.company import FORBIDDEN, NORTH, Company, Side, children
from tests.attack.routes import WORDS, Route, routes
from tests.cast import sign_in

SEARCHES = ("zqsouth", "zqnorth", "客户", "english", "zq")


def addresses(company: Company, role: str) -> Iterator[str]:
    """Yield the address of every route; who is bound to a side is sent to records of the other one too."""
    sides = (company.north, company.south) if role in {"rep", "manager"} else (company.north,)
    for route in routes():
        if route.name != "account_logout":
            yield from sorted(_addresses_of(route, sides))


def _addresses_of(route: Route, sides: tuple[Side, ...]) -> set[str]:
    if not route.numbers and not route.words:
        return {route.address()}
    found = set()
    for side in sides:
        customers = [customer.pk for customer in side.customers[: len(sides) if route.words else 4]]
        others = [] if route.words else [pk for each in side.records.values() for pk in each[:1]]
        for pk in {*customers, *others} if route.numbers else {0}:
            for words in product(*(WORDS.get(name, ("x-y",)) for name in route.words)):
                numbers = dict.fromkeys(route.numbers, pk)
                found.add(route.address(**numbers, **dict(zip(route.words, words, strict=True))))
    return found - {""}


def holds(text: str, role: str) -> list[str]:
    """Return which forbidden canaries a text holds."""
    return [canary for canary in FORBIDDEN[role] if canary in text]


def body_of(client: Client, address: str) -> str:
    answer = client.get(address)
    return answer.getvalue().decode("utf-8", "replace")


def test_the_canaries_sing_for_those_who_may_hear_them(company: Company) -> None:
    client = sign_in(company.north.rep)
    record = f"/customers/{company.north.customers[0].pk}/"
    every_tab = "".join(
        body_of(client, f"{record}?tab={tab}&open=all")
        for tab in ("overview", "profile", "trade", "behaviour", "relations", "competition", "history")
    )
    assert every_tab.count(NORTH) > len(children())


@pytest.mark.parametrize("role", FORBIDDEN)
def test_no_page_shows_a_foreign_record(company: Company, role: str) -> None:
    client = sign_in(company.readers()[role])
    for address in addresses(company, role):
        assert holds(body_of(client, address), role) == [], f"{role} {address}"


@pytest.mark.parametrize("role", ["rep", "manager", "auditor"])
def test_no_list_search_count_or_suggestion_shows_one(company: Company, role: str) -> None:
    client = sign_in(company.readers()[role])
    for spec in LISTS.values():
        for word in SEARCHES:
            text = body_of(client, f"{reverse(spec.route)}?q={word}&columns=all").replace(
                f'value="{word}"', ""
            )
            assert holds(text.replace(word, ""), role) == [], f"{spec.key} {word}"
    for what in ("customer", "region", "product", "campaign", "user", "team", "owner", "person", "company"):
        text = body_of(client, f"/customers/choices/{what}/?q=zq")
        assert holds(text, role) == [], what
    for word in ("zq", "客户"):
        assert holds(body_of(client, f"/customers/suggest/?q={word}").replace(f"q={word}", ""), role) == []


@pytest.mark.parametrize("key", LISTS)
def test_no_file_holds_one(company: Company, key: str) -> None:
    client = sign_in(company.north.manager)
    order = {"format": "csv", "columns": "everything", "personal": "on", "bom": "on", "reason": "a test"}
    client.post(reverse("customers:export", args=[key]), order)
    job = Job.objects.filter(kind="customers.export").latest("pk")
    text = body_of(client, reverse("customers:export_file", args=[job.pk]))
    assert (NORTH in text) is (key != "products")
    assert holds(text, "manager") == []


def test_ids_in_a_form_are_scoped_again(company: Company) -> None:
    client = sign_in(company.north.rep)
    mine, theirs = company.north.customers[1], company.south.customers[1]
    said = {"body": "x", "response_type": "note", "channel": "phone"}
    assert client.post("/customers/log/", {**said, "customer": mine.pk}).status_code == 302
    for address, typed in (
        (f"/customers/{mine.pk}/merge/", {"with": theirs.pk, "merged": theirs.pk, "other": theirs.pk}),
        (f"/customers/{mine.pk}/different/", {"with": theirs.pk, "other": theirs.pk}),
        (
            "/customers/lists/customers/change/",
            {"action": "tag", "ids": theirs.pk, "confirmed": 1, "tag": "x"},
        ),
        ("/customers/log/", {**said, "customer": theirs.pk}),
    ):
        answer = client.post(address, typed)
        assert answer.status_code in {404, 422, 302}, address
        assert holds(answer.content.decode(), "rep") == [], address
    assert mine.interactions.filter(body="x").exists()
    assert not theirs.tags.exists()
    assert not theirs.interactions.filter(body="x").exists()


def test_no_form_of_a_record_takes_what_is_out_of_scope(company: Company) -> None:
    user, seen = company.north.rep, set()
    for key, kind in KINDS.items():
        asked = partial(
            kind.form, user=user, customer=company.north.customers[0], owner=kind.owner, row=None, state=""
        )
        for name, field in asked(None, None).fields.items():
            for foreign in _foreign(field, company.south):
                assert name in asked({name: foreign}, None).errors, (key, name)
                seen.add((key, name))
    assert seen == {
        ("attachments", "interaction"),
        ("employments", "employer"),
        ("key-people", "person"),
        ("key-roles", "customer"),
        ("referrals", "informant"),
        ("relations", "other"),
    }


def _foreign(field: Field, side: Side) -> list[int | str]:
    """Return what a field that names a record of those with a scope may be sent: ids, or codes and names."""
    if isinstance(field, CustomerField):
        return [text for each in side.customers for text in (each.code, each.name)]
    model = getattr(getattr(field, "queryset", None), "model", None)
    if model is Informant:
        return [Informant.objects.create(name="x", owner=side.rep).pk]
    return [*side.records.get(model.__name__, [])] if model else []


def test_a_child_of_another_customer_is_not_there_below_ones_own(company: Company) -> None:
    client = sign_in(company.north.rep)
    mine = company.north.customers[1]
    for kind, part in _parts(company.south):
        for tail in ("", "remove/", "put-back/"):
            address = f"/customers/{mine.pk}/parts/{kind}/{part}/{tail}"
            answer = client.post(address) if tail else client.get(address)
            assert answer.status_code in (404, 405), address


def _parts(side: Side) -> list[tuple[str, int]]:
    return [
        (kind, pk) for kind, card in KINDS.items() for pk in side.records.get(card.model.__name__, [])[:2]
    ]
