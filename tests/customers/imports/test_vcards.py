"""vCard files of every version are tables, and say the same as the same people in a delimited file."""

from datetime import date

import pytest

from customers.imports.problems import MalformedCards, OversizeRecord
from customers.imports.rows import Contact, CustomerRow, Place, PostalAddress
from customers.imports.tables import Table
from customers.imports.vcards.cells import CARD_HEADERS, UNREADABLE
from customers.imports.vcards.lines import MAX_CARD
from tests.customers.imports.conftest import Parsing, Reading

OLD = (
    "BEGIN:VCARD\r\nVERSION:2.1\r\n"
    "N;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:=E5=BC=A0;=E4=B8=89;;;\r\n"
    "FN;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:=E5=BC=A0=\r\n=E4=B8=89\r\n"
    "TEL;CELL;PREF:138-0013-8000\r\nTEL;WORK;FAX:010-65529988\r\nEMAIL;INTERNET:zhang@example.cn\r\n"
    "ORG;CHARSET=GBK;QUOTED-PRINTABLE:=BB=AA=D0=C2;=C9=CC=B3=C7\r\n"
    "PHOTO;ENCODING=BASE64;JPEG:/9j/4AAQ\r\n SkZJRgAB\r\n\r\nEND:VCARD\r\n"
)
NEW = (
    "BEGIN:VCARD\nVERSION:4.0\nN:张;三;;;\nFN:张三\nORG:华新;商城\n"
    "TEL;TYPE=cell;VALUE=uri:tel:+86-138-0013-8000\nitem1.TEL:010-65529988\nitem1.X-ABLabel:_$!<WorkFAX>!$_\n"
    "EMAIL:zhang@example.cn\nEND:VCARD\n"
)
ZHANG = CustomerRow(
    name="张三",
    kind="person",
    employer="华新",
    contacts=(
        Contact("mobile", "office", "+8613800138000"),
        Contact("fax", "office", "+861065529988"),
        Contact("email", "office", "zhang@example.cn"),
    ),
)


def card(*lines: str, version: str = "3.0") -> str:
    return "\r\n".join(("BEGIN:VCARD", f"VERSION:{version}", *lines, "END:VCARD", ""))


def person(parsing: Parsing, content: str | bytes) -> CustomerRow:
    [result] = parsing("customers", content)
    assert isinstance(result.row, CustomerRow), result.problems
    return result.row


def cell(table: Table, header: str) -> str:
    [(_line, cells)] = list(table)
    return cells[CARD_HEADERS.index(header)]


@pytest.mark.parametrize("content", [OLD, NEW, NEW.replace("4.0", "3.0").replace(";VALUE=uri:tel:", ":")])
def test_the_versions_say_the_same(parsing: Parsing, content: str) -> None:
    assert person(parsing, content) == ZHANG


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "gb18030"])
def test_cards_are_read_in_every_encoding(parsing: Parsing, encoding: str) -> None:
    assert person(parsing, NEW.encode(encoding)) == ZHANG


def test_a_card_and_a_row_say_the_same(parsing: Parsing) -> None:
    header = "客户编号,姓名,姓,名,公司,职位,手机,邮箱,地址,城市,邮编,生日,标签,备注"
    row = 'C7,李四,李,四,"华新,上海",经理,13900139000,li@example.cn,南京路1号,上海市,200001,1980-05-04,'
    row += '"VIP,老客户","第一行\n第二行"'
    [written] = parsing("customers", f"{header}\n{row}\n")
    assert written.row == person(
        parsing,
        card(
            "UID:C7", "FN:李四", "N:李;四;;;", "ORG:华新\\,上海", "TITLE:经理", "TEL;TYPE=CELL:13900139000",
            "EMAIL:li@example.cn", "ADR:;;南京路1号;上海市;;200001;", "BDAY:19800504", "CATEGORIES:VIP,老客户",
            "NOTE:第一行\\n第二行",
        ),
    )  # fmt: skip


def test_folded_lines_are_joined_as_their_version_says(reading: Reading) -> None:
    assert cell(reading(card("FN:A", "NOTE:one\r\n  two")), "Notes") == "one two"
    assert cell(reading(card("FN:A", "NOTE:one\r\n two", version="2.1")), "Notes") == "one two"


def test_several_values_of_a_kind_are_all_kept(parsing: Parsing) -> None:
    found = person(parsing, card("FN:A B", "TEL;TYPE=CELL:13800138000", "TEL;TYPE=CELL:13900139000"))
    assert [contact.value for contact in found.contacts] == ["+8613800138000", "+8613900139000"]


def test_addresses_keep_their_places(parsing: Parsing) -> None:
    found = person(
        parsing,
        card(
            "FN:A B",
            "ADR;TYPE=WORK:;;1 Main St;Dublin;;D02;Ireland",
            "ADR;TYPE=home:PO 5;Flat 2;Low Rd;Cork;;;Ireland",
        ),
    )
    assert found.addresses == (
        PostalAddress("office", "1 Main St", "D02", Place(country="Ireland", city="Dublin")),
        PostalAddress("home", "Low Rd, Flat 2, PO 5", None, Place(country="Ireland", city="Cork")),
    )


@pytest.mark.parametrize(
    "lines",
    [("FN:华新公司", "ORG:华新公司", "X-ABShowAs:COMPANY"), ("KIND:org", "FN:华新公司"), ("ORG:华新公司",)],
)
def test_an_organisations_card_is_a_company(parsing: Parsing, lines: tuple[str, ...]) -> None:
    found = person(parsing, card(*lines))
    assert (found.name, found.kind, found.employer) == ("华新公司", "company", None)


@pytest.mark.parametrize(
    ("birthday", "born", "notes"),
    [
        ("BDAY:1980-05-04", date(1980, 5, 4), None),
        ("BDAY:1980-05-04T00:00:00Z", date(1980, 5, 4), None),
        ("BDAY:--0504", None, "BDAY --0504"),
        ("BDAY;X-APPLE-OMIT-YEAR=1604:1604-05-04", None, "BDAY 1604-05-04"),
    ],
)
def test_a_birthday_without_its_year_is_a_note(
    parsing: Parsing, birthday: str, born: date | None, notes: str | None
) -> None:
    found = person(parsing, card("FN:A B", birthday))
    assert (found.date_of_birth, found.notes) == (born, notes)


def test_machines_identifiers_are_no_customer_codes(parsing: Parsing) -> None:
    found = person(parsing, card("FN:A B", "UID:urn:uuid:4fbe8971-0bc3-424c-9c26-36c3e1eff6b1"))
    assert found.code is None


def test_an_assistants_card_within_a_card_is_left_out(reading: Reading) -> None:
    inner = card("FN:Inner", version="2.1").strip()
    assert cell(reading(card("FN:Outer", f"AGENT:\r\n{inner}", version="2.1")), "Full Name") == "Outer"


@pytest.mark.parametrize(
    "line", ["no property", "NOTE;QUOTED-PRINTABLE;CHARSET=UTF-8:=FF=FF", "NOTE;QUOTED-PRINTABLE:=ZZ"]
)
def test_a_line_that_cannot_be_read_rejects_its_card_alone(parsing: Parsing, line: str) -> None:
    good, bad = parsing("customers", card("FN:A B") + card("FN:C D", line))
    assert good.row is not None
    assert bad.row is None
    assert bad.problems[0].header == UNREADABLE


def test_rows_have_the_lines_where_their_cards_begin(reading: Reading) -> None:
    assert [line for line, _cells in reading(card("FN:A") + "\r\n" + card("FN:B"))] == [1, 6]


@pytest.mark.parametrize(
    ("content", "line"),
    [
        ("BEGIN:VCARD\nFN:A\n", 1),
        (card("FN:A") + "BEGIN:VCARD\nFN:B\n" + card("FN:C"), 5),
        (card("FN:A") + "x\n", 5),
    ],
)
def test_cards_that_are_cut_off_are_told(reading: Reading, content: str, line: int) -> None:
    with pytest.raises(MalformedCards) as caught:
        list(reading(content))
    assert caught.value.line == line


@pytest.mark.parametrize("text", ["x" * (MAX_CARD + 1), ";" * MAX_CARD, '"' * MAX_CARD, "\\" * MAX_CARD])
def test_endless_cards_are_refused_and_long_ones_cost_little(reading: Reading, text: str) -> None:
    with pytest.raises(OversizeRecord):
        list(reading(card("FN:A", f"N:{text}")))


@pytest.mark.parametrize(
    ("written", "read"), [("a\\\\;b", "a\\"), ("a\\;b", "a;b"), ("a\\,b", "a b"), ("a\\nb", "a\nb")]
)
def test_escaped_separators_separate_nothing(reading: Reading, written: str, read: str) -> None:
    assert cell(reading(card(f"N:{written};;")), "Last Name") == read


def test_version_2_1_escapes_nothing_but_semicolons(reading: Reading) -> None:
    assert cell(reading(card("FN:A", r"NOTE:C:\new\; D", version="2.1")), "Notes") == r"C:\new; D"
