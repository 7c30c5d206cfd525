"""What was exported comes back as it was: importing the file changes nothing, and rebuilds what was lost."""

from pathlib import Path
from typing import Any

import pytest
from django.utils import translation

from customers.exports import running
from customers.models import (
    ContactPoint,
    Customer,
    Industry,
    Region,
    Tag,
)
from customers.services import imports
from tests.cast import Cast, make_customer

COMPARED = (
    "code", "name", "english_name", "kind", "owner", "team", "region", "lifecycle", "industry", "ownership_type",
    "business_model", "potential", "potential_reason", "purchasing_power", "reputation", "created_at",
)  # fmt: skip

REGIONS = ("320500", "440300", "GB", "110105", "CN-E", "810000", "CN", "320000")


def state() -> dict[str, tuple[Any, ...]]:
    """Return what is known of every customer."""
    return {
        row[0]: (
            *row,
            sorted(ContactPoint.objects.filter(customer__code=row[0]).values_list("kind", "place", "value")),
            sorted(Tag.objects.filter(customers__code=row[0]).values_list("name", flat=True)),
        )
        for row in Customer.objects.values_list(*COMPARED)
    }


def changes(before: dict[str, tuple[Any, ...]], after: dict[str, tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    """Return code, column, value before and after of whatever is another now."""
    names = (*COMPARED, "contacts", "tags")
    return [
        (code, name, was, now)
        for code, row in before.items()
        for name, was, now in zip(names, row, after.get(code, row), strict=True)
        if was != now
    ]


@pytest.fixture
def company(cast: Cast) -> None:
    """Fill in what a file can carry, with texts that a spreadsheet would calculate."""
    Customer.objects.update(team=cast.alice.team, owner=cast.alice)
    appliances = Industry.objects.create(name="家电", english_name="Home appliances")
    for number, (ownership, model, potential) in enumerate(
        zip(
            ("state_owned", "private", "foreign", "joint_venture", "sole_trader", "collective", "other", ""),
            ("wholesale", "retail", "agency", "chain", "distributor", "supplier", "internal", "end_customer"),
            ("high", "medium", "low", "closing", "", "", "", ""),
            strict=True,
        )
    ):
        customer = make_customer(
            f"F{number}",
            ["=1+1 商行", "@华新", "+86 贸易", "-减", "＝全角", "'=单引号", "普通", "O'Neil"][number],
            owner=cast.alice,
            region=Region.objects.get(code=REGIONS[number]),
            industry=appliances,
            ownership_type=ownership,
            business_model=model,
            potential=potential,
            potential_reason="=订单" if potential else "",
            purchasing_power=("high", "medium", "low", "")[number % 4],
            lifecycle=("target", "lead", "active", "dormant", "lost", "ended", "active", "lead")[number],
            kind="person" if number % 2 else "company",
        )
        customer.tags.add(
            Tag.objects.get_or_create(name="老客户")[0], Tag.objects.get_or_create(name="展会")[0]
        )
        for kind, place, value in (
            ("mobile", "office", f"+861386123602{number}"),
            ("phone", "office", f"+865126688123{number}"),
            ("phone", "home", f"+865126688223{number}"),
            ("fax", "office", f"+865126688323{number}"),
            ("email", "office", f"a{number}@huaxin.example"),
            ("wechat", "other", f"wx{number}"),
        ):
            ContactPoint.objects.create(customer=customer, kind=kind, place=place, value=value)


def exported(cast: Cast, kind: str, place: Path, key: str = "customers", columns: str = "everything") -> Path:
    """Export all of a list, and return the file."""
    order = running.Order(
        key=key, query="", format=kind, columns=columns, personal=True, bom=True, reason="test"
    )
    file = running.file_of(running.start(order, actor=cast.ada))
    assert file is not None
    return file.rename(place / f"out{running.SUFFIXES[kind]}")


@pytest.mark.parametrize("language", ["en", "zh-hans"])
@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_an_exported_file_is_imported_again_and_changes_nothing(
    cast: Cast, company: None, kind: str, language: str, tmp_path: Path, settings: Any
) -> None:
    settings.MEDIA_ROOT = tmp_path / "files"
    before = state()
    with translation.override(language):
        path = exported(cast, kind, tmp_path)
        batch = imports.receive(path, name=path.name, kind="customers", actor=cast.ada)
        imports.start_here(batch, actor=cast.ada)
    batch.refresh_from_db()
    counts = imports.result(batch).counts
    after = state()
    assert changes(before, after) == []
    assert (counts.rejected, counts.created, counts.updated) == (0, 0, 0), imports.result(batch)
    assert counts.unchanged == len(before)
    assert state() == before


def test_what_was_lost_is_rebuilt_from_the_file(
    cast: Cast, company: None, tmp_path: Path, settings: Any
) -> None:
    settings.MEDIA_ROOT = tmp_path / "files"
    before = state()
    with translation.override("en"):
        path = exported(cast, "csv", tmp_path)
        Customer.objects.filter(code__startswith="F").delete()
        imports.start_here(
            imports.receive(path, name=path.name, kind="customers", actor=cast.ada), actor=cast.ada
        )
    after = state()
    assert changes(before, after) == []
