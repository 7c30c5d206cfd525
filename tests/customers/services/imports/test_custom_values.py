"""What a file says in fields that an administrator added is kept, by the rules, and can be taken back."""

from pathlib import Path
from typing import Any

import pghistory
import pytest

from customers.models import Customer, CustomField, CustomValue, ImportBatch, PersonProfile
from customers.services import imports
from tests.customers.services.imports.conftest import Bring, written

HEAD = "code,name,kind,Shoe size,Met on,Tea\n"


@pytest.fixture(autouse=True)
def fields(db: None) -> None:
    """Have an administrator add a number, a day and a choice, and a number of companies alone."""
    for key, label, kind, whose in (
        ("shoe-size", "Shoe size", "number", ""),
        ("met-on", "Met on", "date", ""),
        ("tea", "Tea", "choice", ""),
        ("fleet", "Vans", "number", "company"),
    ):
        choices = ["green", "black"] if kind == "choice" else []
        CustomField.objects.create(key=key, label=label, kind=kind, choices=choices, customer_kind=whose)


def held(code: str = "C1") -> dict[str, Any]:
    return dict(CustomValue.objects.filter(customer__code=code).values_list("field__key", "value"))


def test_cells_are_kept_in_the_form_of_their_field_and_the_same_file_changes_nothing(bring: Bring) -> None:
    text = HEAD + "C1,Ann,person,1 042.50,2024-02-29,Black\nC2,Bob,person,,,\n"
    assert bring("customers", text).counts.created == 2
    assert held() == {"shoe-size": "1042.50", "met-on": "2024-02-29", "tea": "black"}
    assert held("C2") == {}
    assert bring("customers", text).counts.unchanged == 2


@pytest.mark.parametrize(
    ("policy", "size", "tea"), [("overwrite", "43", "green"), ("fill", "42", "green"), ("keep", "42", None)]
)
def test_whose_word_counts_holds_for_them(
    bring: Bring, media: Path, policy: str, size: str, tea: str | None
) -> None:
    bring("customers", HEAD + "C1,Ann,person,42,,\n")
    path = written(media.parent / "two.csv", HEAD + "C1,Ann,person,43,,green\n")
    batch = imports.receive(path, name="two.csv", kind="customers", actor=None)
    imports.choose(batch, actor=None, rules=imports.MatchRules(conflicts={"*": policy}))
    imports.start_here(batch, actor=None)
    batch.refresh_from_db()
    assert (held()["shoe-size"], held().get("tea")) == (size, tea)
    told = {(each.label, each.old, each.new) for row in imports.rows(batch) for each in row.changes}
    assert (("Shoe size", "42", "43") in told) is (policy == "overwrite")


@pytest.mark.parametrize(
    ("cells", "reason"),
    [
        ("C1,Ann,person,big,,", "big"),
        ("C1,Ann,person,1.23456,,", "4 decimals"),
        ("C1,Ann,person,,,coffee", "green, black"),
    ],
)
def test_what_the_field_cannot_hold_rejects_its_row(bring: Bring, cells: str, reason: str) -> None:
    result = bring("customers", f"{HEAD}{cells}\n")
    assert (result.counts.rejected, result.counts.created) == (1, 0)
    assert reason in str(result.rejections)


def test_a_field_of_companies_is_no_person_s(bring: Bring) -> None:
    result = bring("customers", "code,name,kind,Vans\nC1,Ann,person,2\nC2,Huaxin,company,3\n")
    assert (result.counts.rejected, result.counts.created) == (1, 1)
    assert "this kind of customer" in str(result.rejections)
    assert held("C2") == {"fleet": "3"}


def test_undoing_takes_them_back_and_keeps_what_somebody_said_since(bring: Bring) -> None:
    bring("customers", HEAD + "C1,Ann,person,42,,\nC2,Bob,person,44,,\n")
    second = bring("customers", HEAD + "C1,Ann,person,43,,green\nC2,Bob,person,45,,\n")
    with pghistory.context(user=1):
        CustomValue.objects.filter(customer__code="C2", value="45").update(value="46")
    imports.undo_here(ImportBatch.objects.get(pk=second.batch or 0), actor=None)
    assert held() == {"shoe-size": "42"}
    assert held("C2") == {"shoe-size": "46"}
    assert Customer.objects.count() == 2


def test_whoever_has_the_profile_open_is_told_of_the_values(bring: Bring) -> None:
    bring("customers", HEAD + "C1,Ann,person,,,\n")
    for version, size in ((1, 42), (2, 43)):
        result = bring("customers", HEAD + f"C1,Ann,person,{size},,\n")
        assert PersonProfile.objects.get(customer__code="C1").version == version
    imports.undo_here(ImportBatch.objects.get(pk=result.batch or 0), actor=None)
    assert (held()["shoe-size"], PersonProfile.objects.get().version) == ("42", 3)
