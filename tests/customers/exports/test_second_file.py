"""What was exported, lost and imported is exported as the same file again: every column that a file has is kept."""

import csv
import io
import re
from pathlib import Path
from typing import Any

import pytest
from django.utils import translation

from customers.models import (
    Complaint,
    Customer,
    Interaction,
    Order,
    OrderLine,
    Payment,
    PersonProfile,
)
from customers.services import imports
from tests.cast import Cast
from tests.customers.exports.test_round_trip import bring_in, company, exported
from tests.customers.exports.test_round_trip_of_dealings import dealings

__all__ = ["company", "dealings"]

# A record without a reference is named by its own number, which is a new one for what was lost.
OWN_NUMBER = re.compile(r"KZ-[IC]-\d+")


@pytest.fixture
def employed(cast: Cast, company: None) -> None:
    """Have somebody work for a company of ours, and somebody for another one, that is no customer."""
    for code, employer, name in (("F1", cast.huaxin, ""), ("F3", None, "苏州某厂")):
        person = Customer.objects.get(code=code)
        PersonProfile.objects.filter(customer=person).update(employer=employer, employer_name=name)


def rows_of(path: Path) -> list[list[str]]:
    """Return the rows of a file, in one order, without numbers of our own making."""
    head, *rows = csv.reader(io.StringIO(OWN_NUMBER.sub("KZ", path.read_text("utf-8-sig")), newline=""))
    return [head, *sorted(rows)]


def lines_of(path: Path) -> list[list[str]]:
    """Return what the cards of a file say, in one order: which of the ways to somebody comes first is not told."""
    unfolded = path.read_text().replace("\n ", "")
    return sorted(sorted(card.splitlines()) for card in unfolded.split("BEGIN:VCARD"))


def lose(key: str) -> None:
    """Delete what a file of a list is of."""
    if key in ("customers", "people"):
        Customer.objects.filter(code__startswith="F").delete()
    elif key == "orders":
        Payment.objects.all().delete()
        Order.objects.update(original_order=None)
        OrderLine.objects.all().delete()
        Order.objects.all().delete()
    else:
        {"payments": Payment, "interactions": Interaction, "complaints": Complaint}[
            key
        ].objects.all().delete()


@pytest.mark.parametrize("key", ["customers", "people", "orders", "payments", "interactions", "complaints"])
def test_what_was_lost_is_exported_as_before(
    cast: Cast, employed: None, dealings: None, key: str, tmp_path: Path, settings: Any
) -> None:
    settings.MEDIA_ROOT = tmp_path / "files"
    with translation.override("zh-hans"):
        first = exported(cast, "csv", tmp_path, key).rename(tmp_path / "kept.csv")
        before = rows_of(first)
        assert bring_in(cast, first, {"people": "customers"}.get(key, key)).rejected == 0
        assert rows_of(exported(cast, "csv", tmp_path, key)) == before
        lose(key)
        bring_in(cast, first, {"people": "customers"}.get(key, key))
        assert rows_of(exported(cast, "csv", tmp_path, key)) == before


@pytest.mark.parametrize("version", ["vcard4", "vcard3"])
def test_people_who_were_lost_have_the_cards_of_before(
    cast: Cast, employed: None, version: str, tmp_path: Path, settings: Any
) -> None:
    settings.MEDIA_ROOT = tmp_path / "files"
    with translation.override("zh-hans"):
        kept = exported(cast, version, tmp_path, "people").rename(tmp_path / "kept.vcf")
        before = lines_of(kept)
        known = bring_in(cast, kept, "customers")
        assert (known.unchanged, known.rejected) == (known.rows, 0), imports.result(known)
        lose("people")
        bring_in(cast, kept, "customers")
        assert lines_of(exported(cast, version, tmp_path, "people")) == before
