"""Exported cards come back: to the database as it was, and to one that has lost the people."""

from pathlib import Path
from typing import Any

import pytest
from django.utils import translation

from customers.exports import running
from customers.models import Address, ContactPoint, Customer, Region
from customers.services import imports
from tests.cast import Cast, make_customer

CONTACTS = (
    ("mobile", "office", "+8613861236021"), ("mobile", "home", "+8613861236022"),
    ("mobile", "other", "+8613861236023"), ("phone", "office", "+8651266881230;ext=12"),
    ("phone", "home", "+8651266881231"), ("phone", "other", "+8651266881232"), ("fax", "other", "+8651266881233"),
    ("email", "office", "a@huaxin.example"), ("email", "home", "b@huaxin.example"), ("wechat", "other", "wx_wang"),
)  # fmt: skip


def known() -> list[Any]:
    """Return what is known of the people by which they are reached."""
    return [
        sorted(Customer.objects.filter(kind="person").values_list("code", "name", "region__code")),
        sorted(ContactPoint.objects.values_list("customer__code", "kind", "place", "value")),
        sorted(Address.objects.values_list("customer__code", "place", "street", "postcode", "region__code")),
    ]


@pytest.mark.parametrize("version", ["vcard4", "vcard3"])
def test_cards_come_back_as_they_were(cast: Cast, version: str, tmp_path: Path, settings: Any) -> None:
    settings.MEDIA_ROOT = tmp_path / "files"
    region = Region.objects.get(code="440305")
    for code in ("P1", "P2"):
        person = make_customer(code, "王小明", kind="person", owner=cast.alice, region=region)
        for number, place in enumerate(("office", "home", "other")):
            street = f"{code} 路 {number}; 3 楼, 右"
            Address.objects.create(
                customer=person, place=place, street=street, postcode="215000", region=region
            )
    for kind, place, value in CONTACTS:
        ContactPoint.objects.create(customer=person, kind=kind, place=place, value=value)
    before = known()
    order = running.Order(
        key="people", query="", format=version, columns="everything", personal=True, bom=False, reason="test"
    )
    with translation.override("en"):
        job = running.start(order, actor=cast.ada)
        file = running.file_of(job)
        assert file is not None, job.error
        path = file.rename(tmp_path / "people.vcf")
        for lost in (False, True):
            if lost:
                Customer.objects.filter(kind="person").delete()
            batch = imports.receive(path, name=path.name, kind="customers", actor=cast.ada)
            imports.start_here(batch, actor=cast.ada)
            batch.refresh_from_db()
            assert (batch.created, batch.unchanged) == ((2, 0) if lost else (0, 2)), (
                batch.error,
                batch.updated,
            )
            assert known() == before
