"""What address books and customer systems export is recognised, and maps without anybody's help."""

from datetime import date

import pytest

from customers.imports.kind_guess import guess_kinds
from customers.imports.kinds import Kind
from customers.imports.matching import match_columns
from customers.imports.rows import Contact, CustomerRow, Place, PostalAddress
from customers.imports.suggestions import suggest_columns
from tests.customers.imports import exports
from tests.customers.imports.conftest import Parsing, Reading
from tests.customers.imports.exports import EXPORTS, Export

every_export = pytest.mark.parametrize("export", EXPORTS, ids=lambda e: f"{e.product} {e.headers[:12]}")


def row_of(parsing: Parsing, export: Export) -> CustomerRow:
    [result] = parsing("customers", export.text, {"date_of_birth": {"date_order": "month first"}})
    assert isinstance(result.row, CustomerRow), result.problems
    return result.row


@every_export
def test_an_export_is_recognised_and_its_columns_are_matched(reading: Reading, export: Export) -> None:
    table = reading(export.text)
    mapping = match_columns(Kind.CUSTOMERS, table)
    mapping.require_complete()
    assert mapping.source_name == export.product
    assert {
        field: mapping.sources[field].header for field in export.fields if field in mapping.sources
    } == export.fields
    assert guess_kinds(table)[0][0] is Kind.CUSTOMERS


@every_export
def test_a_row_of_an_export_is_a_customer(parsing: Parsing, export: Export) -> None:
    assert row_of(parsing, export).name in {
        "Ada Mary King",
        "Ada King",
        "Engines Ltd",
        "张三",
        "上海华新贸易有限公司",
    }


@every_export
def test_no_column_that_is_matched_is_doubtful(reading: Reading, export: Export) -> None:
    suggestions = suggest_columns(
        Kind.CUSTOMERS, reading(export.text), {"date_of_birth": {"date_order": "month first"}}
    )
    assert [
        (each.header, each.confidence) for each in suggestions if each.field and each.confidence < 0.7
    ] == []


def test_what_google_labels_goes_to_its_place(parsing: Parsing) -> None:
    assert row_of(parsing, exports.GOOGLE_NEW) == CustomerRow(
        name="Ada Mary King",
        kind="person",
        employer="Engines Ltd",
        job_title="Analyst",
        date_of_birth=date(1985, 12, 10),
        tags=("VIP",),
        contacts=(
            Contact("mobile", "office", "+447911123456"),
            Contact("fax", "office", "+442079460958"),
            Contact("email", "office", "ada@engines.example"),
            Contact("email", "home", "ada@home.example"),
            Contact("email", "home", "king@home.example"),
        ),
        region=Place(country="United Kingdom", city="London"),
        addresses=(PostalAddress("home", "1 High St", "W1", Place(country="United Kingdom", city="London")),),
    )


def test_what_outlook_calls_business_and_home_goes_to_its_place(parsing: Parsing) -> None:
    row = row_of(parsing, exports.OUTLOOK)
    assert row.addresses == (
        PostalAddress("office", "2 Mill Rd", None, Place(city="London")),
        PostalAddress("home", "1 High St", None, Place(city="Leeds")),
    )
    assert (row.kind, row.employer, row.job_title, row.team) == ("person", "Engines Ltd", "Analyst", None)
    assert row.date_of_birth == date(1985, 12, 10)


def test_a_salesforce_account_is_what_it_says(parsing: Parsing) -> None:
    row = row_of(parsing, exports.SALESFORCE_ACCOUNTS)
    assert (row.code, row.ownership_type, row.created_on) == ("0015g00000AbCdE", "private", date(2023, 5, 6))
    assert dict(row.profile) == {"company.headcount": 35, "company.annual_turnover": 1_200_000}
    assert row.contacts == (Contact("phone", "office", "+442079460958"),)


def test_a_contact_of_a_chinese_system_works_for_its_customer(parsing: Parsing) -> None:
    row = row_of(parsing, exports.FXIAOKE_CONTACTS)
    assert (row.name, row.kind, row.employer) == ("张三", "person", "上海华新贸易有限公司")
    assert [contact.value for contact in row.contacts] == ["+8613800138000", "+8613900139000"]
