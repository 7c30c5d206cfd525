"""Customers are found among ours and within the file by the rules of the import."""

from collections import Counter
from itertools import combinations
from pathlib import Path

import pytest

from customers.models import Customer, CustomerKind, ImportBatch, ImportRow, Note, PersonProfile
from customers.services import imports
from customers.services.privacy import identity_index
from tests.cast import make_customer
from tests.customers.services.imports.conftest import Bring, written

LEAST_F1 = 0.95


def brought(
    media: Path,
    content: str | Path,
    *match: str,
    wishes: dict[str, object] | None = None,
    chunk_rows: int = 300,
) -> imports.ImportResult:
    path = content if isinstance(content, Path) else written(media.parent / "people.csv", content)
    batch = imports.receive(path, name="people.csv", kind="customers", actor=None, wishes=wishes)
    imports.choose(batch, actor=None, rules=imports.MatchRules(match=match))
    imports.start_here(batch, actor=None, chunk_rows=chunk_rows)
    batch.refresh_from_db()
    assert batch.error == ""
    return imports.result(batch)


@pytest.fixture
def known(db: None) -> Customer:
    known = make_customer("C1", "Ann Lee")
    known.contact_points.create(kind="mobile", value="+8613812345678")
    return known


@pytest.fixture
def ann(db: None) -> Customer:
    ann = make_customer("C1", "Ann Lee")
    Customer.objects.filter(pk=ann.pk).update(kind=CustomerKind.PERSON)
    ann.contact_points.create(kind="mobile", value="+8613812345678")
    return ann


def test_a_phone_or_mail_address_tells_who_it_is(media: Path, ann: Customer) -> None:
    result = brought(media, "name,mobile,email\nA. Lee,13812345678,ann@example.com\n", "contact")
    ann.refresh_from_db()
    assert (result.counts.updated, ann.name) == (1, "A. Lee")
    assert ann.contact_points.count() == 2


def test_a_phone_that_several_have_tells_nothing_and_says_so(media: Path, ann: Customer) -> None:
    make_customer("C2", "Bob").contact_points.create(kind="mobile", value="+8613812345678")
    result = brought(media, "name,mobile\nA. Lee,13812345678\n", "contact")
    assert result.rejections == (
        (2, "Several customers here fit this row. Merge them, or add a column with their codes."),
    )


def test_an_identity_number_is_found_by_its_digest(media: Path, ann: Customer) -> None:
    PersonProfile.objects.create(customer=ann, identity_index=identity_index("11010519491231002X"))
    result = brought(media, "name,身份证号\nAnn L.,11010519491231002X\n", "identity")
    assert (result.counts.updated, Customer.objects.count()) == (1, 1)


def test_a_credit_code_tells_which_company_it_is(media: Path, db: None) -> None:
    first = brought(media, "name,统一社会信用代码\n华新,91350100M000100Y43\n", "identity")
    again = brought(media, "name,统一社会信用代码\n华新贸易,91350100M000100Y43\n", "identity")
    assert (first.counts.created, again.counts.updated) == (1, 1)
    assert Customer.objects.get().name == "华新贸易"


def test_the_first_rule_that_finds_one_decides_and_codes_tell_customers_apart(
    media: Path, ann: Customer
) -> None:
    text = "code,name,mobile\nC9,Cid,13812345678\n,A. Lee,13812345678\n"
    result = brought(media, text, "code", "contact")
    assert (result.counts.created, result.counts.updated) == (1, 1)
    assert Customer.objects.get(code="C9").name == "Cid"


def test_rows_of_the_file_that_are_one_by_a_chain_of_rules_are_one_customer(media: Path, db: None) -> None:
    text = "name,mobile,email\nAnn,13812345678,\nAnn L,13812345678,a@example.com\nA.,,a@example.com\nBob,,\n"
    result = brought(media, text, "contact")
    assert (result.counts.created, result.counts.skipped) == (2, 2)
    fates = ImportRow.objects.filter(outcome="skipped").values_list("changes__duplicate_of__line", flat=True)
    assert set(fates) == {2}


def test_two_new_customers_cannot_bear_one_code(media: Path, ann: Customer) -> None:
    result = brought(media, "code,name\nC1,Bob\nC2,Cid\nC2,Dan\n", "contact")
    assert [line for line, _reason in result.rejections] == [2, 4]


@pytest.mark.parametrize("chunk_rows", [1, 1000])
@pytest.mark.parametrize(
    ("text", "rules"),
    [
        ("code,name,mobile\nC1,Ann Lee,13900000000\n,Ann Lee,13900000000\n", ("code", "name")),
        ("code,name,mobile\nC1,Ann Lee,13900000000\n,A.,13812345678\n", ("code", "contact")),
        ("name,mobile\nA.,13812345678\nA. Lee,13812345679\n", ("contact",)),
    ],
)
def test_two_rows_that_find_one_known_customer_are_one(
    media: Path, known: Customer, text: str, rules: tuple[str, ...], chunk_rows: int
) -> None:
    known.contact_points.create(kind="mobile", value="+8613812345679")
    result = brought(media, text, *rules, chunk_rows=chunk_rows)
    assert (result.counts.updated, result.counts.skipped, Customer.objects.count()) == (1, 1, 1)
    skipped = ImportRow.objects.filter(outcome="skipped")
    assert skipped.values_list("line_no", "changes__duplicate_of__line").get() == (3, 2)


@pytest.mark.parametrize("chunk_rows", [1, 1000])
@pytest.mark.parametrize("text", ["C1,华新\n,华新\n", ",华新\nC1,华新\n"])
def test_a_row_without_a_code_is_the_one_with_a_code_of_the_same_name(
    media: Path, db: None, text: str, chunk_rows: int
) -> None:
    for created in (1, 0):
        result = brought(media, "code,name\n" + text, "code", "name", chunk_rows=chunk_rows)
        assert (result.counts.created, result.counts.unchanged, result.counts.skipped) == (
            created,
            1 - created,
            1,
        )


def test_namesakes_are_two_people_unless_something_else_is_the_same(media: Path, ann: Customer) -> None:
    text = "name,kind,mobile\nAnn Lee,person,13900000000\nAnn Lee,person,\nAnn L.,person,13812345678\n"
    result = brought(media, text, *imports.MatchRules().match)
    assert (result.counts.created, result.counts.updated) == (2, 1)
    ann.refresh_from_db()
    assert ann.name == "Ann L."
    result = brought(media, "name,mobile\nAnn L.,\nHuaxin,\nHuaxin,\n", *imports.MatchRules().match)
    assert (result.counts.created, result.counts.skipped) == (2, 1)


def test_a_person_without_a_code_is_the_one_with_a_code_of_the_same_phone(media: Path, db: None) -> None:
    text = "code,name,kind,mobile\n,A. Lee,person,13812345678\nC1,Ann Lee,person,13812345678\n"
    for created in (1, 0):
        result = brought(media, text, *imports.MatchRules().match)
        assert (result.counts.created, result.counts.unchanged, result.counts.skipped) == (
            created,
            1 - created,
            1,
        )


def test_looks_find_a_known_person_by_name_and_birthday(media: Path, ann: Customer) -> None:
    PersonProfile.objects.create(customer=ann, date_of_birth="1980-05-06")
    result = brought(media, "name,date of birth\nAnn Leee,1980-05-06\nZoe Wu,1990-01-02\n", "near")
    assert (result.counts.updated, result.counts.created) == (1, 1)


def test_febrl_s_known_duplicates_are_found_and_nobody_else(media: Path, data_dir: Path, db: None) -> None:
    brought(media, data_dir / "febrl_dataset1.csv", "near", wishes={"code": None})
    batch = ImportBatch.objects.get()
    records = {row.line: row.cells[0].split("-")[1] for row in imports.rows(batch, limit=1000)}
    first = dict.fromkeys(records)
    for line, original in batch.fates.values_list("line_no", "changes__duplicate_of__line"):
        first[line] = original or line
    true = sum(count * (count - 1) // 2 for count in Counter(records.values()).values())
    groups: dict[int | None, list[int]] = {}
    for line, one in first.items():
        groups.setdefault(one, []).append(line)
    found = [pair for lines in groups.values() for pair in combinations(lines, 2)]
    right = sum(records[one] == records[other] for one, other in found)
    precision, recall = right / len(found), right / true
    assert true == 500
    assert (precision, round(recall, 2)) == (1.0, 0.97)
    assert 2 * precision * recall / (precision + recall) >= LEAST_F1


def test_profiles_and_notes_come_in_and_are_known_again(bring: Bring) -> None:
    text = "code,name,kind,date of birth,employer,job title,notes\nC1,Ann,person,1980-05-06,Huaxin,buyer,met in May\n"
    assert bring("customers", text).counts.created == 1
    ann = Customer.objects.get()
    assert (str(ann.person_profile.date_of_birth), ann.person_profile.employer_name) == (
        "1980-05-06",
        "Huaxin",
    )
    assert Note.objects.get().body == "met in May"
    assert bring("customers", text).counts.unchanged == 1
    result = bring("customers", text.replace("buyer", "head of buying"))
    ann.person_profile.refresh_from_db()
    assert (result.counts.updated, ann.person_profile.job_title) == (1, "head of buying")
    batch = ImportBatch.objects.get(pk=result.batch or 0)
    imports.undo_here(batch, actor=None)
    ann.person_profile.refresh_from_db()
    assert (ann.person_profile.job_title, ann.person_profile.employer_name) == ("buyer", "Huaxin")
