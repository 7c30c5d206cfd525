"""What is said about a file before it is imported: whose word counts, by which mapping, kept under a name."""

from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied

from crm.models import Role
from customers.models import Customer, ImportBatch
from customers.services import imports
from tests.cast import make_user
from tests.customers.services.imports.conftest import Bring, written

FILE = "code,name,reputation\nC1,Anna,good\nC2,Bob,\n"


def received(media: Path, content: str = FILE, **more: Any) -> ImportBatch:
    path = written(media.parent / "people.csv", content)
    return imports.receive(path, name="people.csv", kind="customers", actor=None, **more)


def brought(batch: ImportBatch) -> imports.ImportResult:
    imports.start_here(batch, actor=None)
    batch.refresh_from_db()
    return imports.result(batch)


@pytest.mark.parametrize(
    ("policy", "name", "reputation"),
    [("overwrite", "Anna", "good"), ("fill", "Ann", "good"), ("keep", "Ann", "")],
)
def test_whose_word_counts_is_said_field_by_field(
    bring: Bring, media: Path, policy: str, name: str, reputation: str
) -> None:
    bring("customers", "code,name\nC1,Ann\n")
    rules = imports.MatchRules(conflicts={"*": policy})
    brought(imports.choose(received(media), actor=None, rules=rules))
    ann = Customer.objects.get(code="C1")
    assert (ann.name, ann.reputation) == (name, reputation)


@pytest.mark.parametrize(
    ("policy", "employer", "title", "changes"),
    [
        (
            "overwrite",
            "Tea",
            "buyer",
            [("employer, if no customer", "Huaxin", "Tea"), ("job title", "", "buyer")],
        ),
        ("fill", "Huaxin", "buyer", [("job title", "", "buyer")]),
        ("keep", "Huaxin", "", []),
    ],
)
def test_whose_word_counts_holds_for_profiles_too(
    bring: Bring, media: Path, policy: str, employer: str, title: str, changes: list[tuple[str, str, str]]
) -> None:
    bring("customers", "code,name,kind,employer\nC1,Ann,person,Huaxin\n")
    batch = received(media, "code,name,kind,employer,job title\nC1,Ann,person,Tea,buyer\n")
    imports.choose(batch, actor=None, rules=imports.MatchRules(conflicts={"*": policy}))
    imports.check_here(batch, actor=None)
    (row,) = imports.rows(batch)
    assert sorted((each.label, each.old, each.new) for each in row.changes) == changes
    result = brought(batch)
    profile = Customer.objects.get().person_profile
    assert (profile.employer_name, profile.job_title) == (employer, title)
    assert result.counts.unchanged == int(policy == "keep")


@pytest.mark.django_db
def test_one_field_may_have_a_policy_of_its_own(bring: Bring, media: Path) -> None:
    bring("customers", "code,name,reputation\nC1,Ann,poor\n")
    rules = imports.MatchRules(conflicts={"name": "keep"})
    brought(imports.choose(received(media), actor=None, rules=rules))
    assert Customer.objects.filter(name="Ann", reputation="good").exists()


@pytest.mark.django_db
def test_rules_that_there_are_not_are_refused(media: Path) -> None:
    with pytest.raises(ValueError, match="soundex"):
        imports.MatchRules(match=("soundex",))
    with pytest.raises(ValueError, match="colour"):
        imports.choose(received(media), actor=None, rules=imports.MatchRules(conflicts={"colour": "keep"}))


@pytest.mark.django_db
def test_a_file_that_could_not_be_read_can_be_read_otherwise(media: Path) -> None:
    batch = received(media, "a;b\n1;2\n")
    with pytest.raises(imports.FileProblem):
        imports.check(batch)
    imports.choose(batch, actor=None, wishes={"name": "b"})
    assert imports.check(batch).mapping.sources["name"].header == "b"
    assert (batch.state, batch.error) == ("checked", "")


@pytest.mark.django_db
def test_what_has_begun_is_not_changed_any_more(media: Path) -> None:
    batch = received(media)
    brought(batch)
    with pytest.raises(imports.ImportStateError):
        imports.choose(batch, actor=None, wishes={})


@pytest.mark.django_db
def test_a_saved_mapping_knows_its_layout_in_any_order_again(media: Path) -> None:
    batch = received(media, "Ref,Who\nC1,Ann\n", wishes={"code": "Ref", "name": "Who"})
    imports.check(batch)
    saved = imports.save_mapping("Fair", batch, actor=None)
    again = received(media, "WHO,ref\nBob,C2\n", wishes={"name": "WHO"})
    imports.check(again)
    assert imports.known_layout(again) == saved
    assert imports.mappings("customers") == [saved]
    assert imports.apply_mapping(again, saved, actor=None).mapping == {"code": "Ref", "name": "Who"}
    assert brought(again).counts.created == 1
    imports.delete_mapping(saved.pk, actor=None)
    assert imports.known_layout(again) is None


@pytest.mark.django_db
def test_who_may_not_import_may_not_say_how_either(media: Path) -> None:
    rep = make_user("rep", Role.REP)
    with pytest.raises(PermissionDenied):
        imports.choose(received(media), actor=rep)
