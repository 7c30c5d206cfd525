"""Every column says what it may feed, how sure that is, and why."""

from typing import Any

import pytest

from crm.sensitivity import Sensitivity
from customers.imports.columns.base import Column
from customers.imports.columns.customer_rows import PROFILE_KEYS, SEALED_KEYS
from customers.imports.kind_guess import guess_kinds
from customers.imports.kinds import Kind
from customers.imports.knowledge import choices_of_column, sensitive_fields, sensitivity_of_column
from customers.imports.layouts import LAYOUTS
from customers.imports.matching import Reason, match_columns
from customers.imports.signatures import layout_signature
from customers.imports.suggestions import ColumnSuggestion, suggest_columns
from customers.selectors.catalogue import FIELDS
from tests.customers.imports.conftest import Reading
from tests.customers.imports.workbooks import xlsx

CODES = ("91310000400029864R", "91110000600037341L")
IDENTITIES = ("11010519491231002X", "440524188001010014")


def suggested(
    reading: Reading, content: str, kind: str = "customers", **wishes: Any
) -> dict[str, ColumnSuggestion]:
    return {each.header: each for each in suggest_columns(Kind(kind), reading(content), wishes)}


def test_a_known_header_is_surer_the_more_values_can_be_read(reading: Reading) -> None:
    good = suggested(reading, "姓名,邮箱\n张三,a@b.cn\n李四,c@d.cn\n")["邮箱"]
    doubtful = suggested(reading, "姓名,邮箱\n张三,a@b.cn\n李四,没有地址\n")["邮箱"]
    assert (good.field, good.reason, good.confidence) == ("email", Reason.HEADER, 0.95)
    assert doubtful.field == "email"
    assert doubtful.confidence < 0.7


def test_columns_under_unknown_headers_are_taken_by_unmistakable_values(reading: Reading) -> None:
    rows = "\n".join(f"张{i},1380013800{i},z{i}@x.cn,{CODES[i]}" for i in range(2))
    found = suggested(reading, f"姓名,甲,乙,丙\n{rows}\n")
    assert {header: each.field for header, each in found.items()} == {
        "姓名": "name", "甲": "mobile", "乙": "email", "丙": "unified_social_credit_code",
    }  # fmt: skip
    assert {each.reason for header, each in found.items() if header != "姓名"} == {Reason.VALUES}


def test_identity_numbers_are_recognised_and_not_taken_by_their_values(reading: Reading) -> None:
    found = suggested(reading, "姓名,甲\n张三," + IDENTITIES[0] + "\n李四," + IDENTITIES[1] + "\n")["甲"]
    assert (found.field, found.sensitivity) == (None, Sensitivity.SENSITIVE)
    assert found.alternatives[0][0] == "identity_number"


def test_a_header_like_a_known_one_is_an_alternative(reading: Reading) -> None:
    found = suggested(reading, "姓名,客户手机信息\n张三,x\n")["客户手机信息"]
    assert found.field is None
    assert "mobile" in dict(found.alternatives)


def test_values_of_a_form_of_their_own_are_alternatives(reading: Reading) -> None:
    found = suggested(reading, "订单号,客户,甲\nS1,张三,2024-03-05\nS2,李四,2024-03-06\n", "orders")["甲"]
    assert found.field is None
    assert "ordered_on" in dict(found.alternatives)


def test_what_somebody_said_is_certain(reading: Reading) -> None:
    found = suggested(reading, "甲,乙\n张三,x\n", name="甲")["甲"]
    assert (found.field, found.reason, found.confidence) == ("name", Reason.SAID, 1.0)


def test_examples_are_different_values(reading: Reading) -> None:
    found = suggested(reading, "姓名\n张三\n张三\n李四\n无\n王五\n赵六\n")["姓名"]
    assert found.examples == ("张三", "李四", "王五")


def test_a_second_column_of_the_same_name_feeds_the_second_field(reading: Reading) -> None:
    mapping = match_columns(Kind.CUSTOMERS, reading("姓名,电话,电话,电话\n张三,1,2,3\n"))
    assert [mapping.sources[name].header for name in ("phone", "phone_2", "phone_3")] == [
        "电话",
        "电话 (2)",
        "电话 (3)",
    ]


@pytest.mark.parametrize(
    ("headers", "name", "employer", "contact"),
    [
        ("公司名称,电话", "公司名称", None, None),
        ("姓名,公司名称,电话", "姓名", "公司名称", None),
        ("客户名称,联系人,电话", "客户名称", None, "联系人"),
        ("联系人,电话", "联系人", None, None),
        ("联系人姓名,公司,电话", "联系人姓名", "公司", None),
        ("First Name,Last Name,Company", None, "Company", None),
        ("Contact Name,Account Name", "Contact Name", "Account Name", None),
    ],
)
def test_who_the_row_is_about_depends_on_its_other_columns(
    reading: Reading, headers: str, name: str | None, employer: str | None, contact: str | None
) -> None:
    mapping = match_columns(Kind.CUSTOMERS, reading(f"{headers}\n{headers.replace(',', '甲,')}\n"))
    found = [mapping.sources.get(field) for field in ("name", "employer", "contact_person")]
    assert [source.header if source else None for source in found] == [name, employer, contact]


def test_sensitive_columns_are_told_and_can_be_left_out(reading: Reading) -> None:
    table = reading("姓名,身份证号,宗教信仰,血型\n张三,x,y,A\n")
    assert set(sensitive_fields(match_columns(Kind.CUSTOMERS, table))) == {
        "identity_number",
        "religion",
        "blood_type",
    }
    without = match_columns(
        Kind.CUSTOMERS, table, {"identity_number": None, "religion": None, "blood_type": None}
    )
    assert sensitive_fields(without) == ()
    constant = match_columns(Kind.CUSTOMERS, reading("姓名\n张三\n"), {"religion": {"constant": "佛教"}})
    assert sensitive_fields(constant) == ("religion",)


def every_column() -> list[Column]:
    return [column for layout in LAYOUTS.values() for column in layout.columns]


@pytest.mark.parametrize("column", every_column(), ids=lambda column: column.field)
def test_what_columns_say_of_the_catalogue_is_so(column: Column) -> None:
    assert not column.catalogue_key or column.catalogue_key in FIELDS
    assert isinstance(sensitivity_of_column(column), Sensitivity)
    if column.words is not None:
        assert {value for value, _label in choices_of_column(column)} == set(column.words)


def test_every_sealed_value_goes_where_it_is_sealed() -> None:
    assert all(FIELDS[key].is_sealed for key in SEALED_KEYS.values())
    sealed = {
        key
        for key in FIELDS
        if FIELDS[key].is_sealed and key.startswith("person.") and not FIELDS[key].is_many
    }
    assert sealed == {*SEALED_KEYS.values(), "person.identity_number"}
    assert not any(FIELDS[key].is_sealed for key in PROFILE_KEYS.values() if key in FIELDS)


@pytest.mark.parametrize("kind", Kind)
def test_a_second_field_is_one_of_the_same_kind(kind: Kind) -> None:
    fields = {column.field for column in LAYOUTS[kind].columns}
    assert {column.next_field for column in LAYOUTS[kind].columns} - {""} <= fields
    assert {name for column in LAYOUTS[kind].columns for name in column.unless} <= fields


def test_one_layout_has_one_signature_whatever_its_form(reading: Reading) -> None:
    one = reading("客户 编号,名称\nC1,张三\n")
    other = reading(xlsx([["标题"], ["名称", "客户编号："], ["李四", "C2"]]))
    assert layout_signature(one) == layout_signature(other)
    assert layout_signature(one) != layout_signature(reading("客户编号,名称,电话\nC1,张三,1\n"))


@pytest.mark.parametrize(
    ("headers", "kind"),
    [
        ("订单号,下单日期,客户名称,商品名称,数量,单价", Kind.ORDERS),
        ("姓名,手机,邮箱,生日", Kind.CUSTOMERS),
        ("商品编号,商品名称,类别,标价,成本", Kind.PRODUCTS),
        ("客户编号,付款日期,付款金额,订单号", Kind.PAYMENTS),
        ("客户编号,投诉日期,投诉类型,处理结果", Kind.COMPLAINTS),
        ("客户编号,沟通日期,方式,内容,跟进人", Kind.INTERACTIONS),
    ],
)
def test_the_kind_of_a_file_is_guessed_from_its_headers(reading: Reading, headers: str, kind: Kind) -> None:
    assert guess_kinds(reading(f"{headers}\n{headers}x\n"))[0][0] is kind
