"""Matching columns: suggested, chosen, asked about, kept by name, and never overwritten unseen."""

from __future__ import annotations

from customers.models import Customer, FieldSwitch, ImportMapping
from customers.services import imports
from tests.customers.views.imports.conftest import CUSTOMERS, Wizard, address, fields_of, work


def test_known_columns_are_matched_without_a_click(wizard: Wizard) -> None:
    sent = fields_of(wizard.get(wizard.brought(CUSTOMERS), "columns"))
    assert [sent[f"column-{number}"] for number in range(3)] == [["code"], ["name"], ["phone"]]


def test_an_export_of_a_known_product_is_named(wizard: Wizard) -> None:
    headers = "First Name,Middle Name,Last Name,Phonetic First Name,Phonetic Middle Name,Phonetic Last Name"
    headers += ",Name Prefix,Name Suffix,Nickname,File As,Organization Name,Organization Title"
    headers += ",Organization Department,Birthday,Notes,Photo,Labels,E-mail 1 - Label,E-mail 1 - Value"
    headers += ",Phone 1 - Label,Phone 1 - Value"
    row = "Ada,,Lovelace,,,,,,,,,,,,,,,Work,ada@example.com,Mobile,13800138000"
    page = wizard.get(wizard.brought(f"{headers}\n{row}\n"), "columns")
    assert "This looks like Google Contacts" in page


def test_a_column_is_given_to_another_field_or_left_out(wizard: Wizard) -> None:
    batch = wizard.brought("customer code,name,remark\nK1,华新,早班\n")
    wizard.matched(batch, **{"column-2": "notes", "column-0": ""})
    batch.refresh_from_db()
    assert batch.mapping["notes"] == "remark"
    assert batch.mapping["code"] is None


def test_one_field_is_fed_by_one_column(wizard: Wizard) -> None:
    batch = wizard.brought(CUSTOMERS)
    answer = wizard.post(batch, "columns", go="check", **{"column-3": "name"})
    assert answer.status_code == 422
    assert "is fed by the column “name” already" in answer.content.decode()


def test_a_field_that_does_not_exist_is_refused(wizard: Wizard) -> None:
    batch = wizard.brought(CUSTOMERS)
    answer = wizard.post(batch, "columns", go="check", source="-", consent_basis="-", **{"column-1": "pk"})
    assert answer.status_code == 422


def test_source_and_consent_are_asked_of_people(wizard: Wizard) -> None:
    batch = wizard.brought(CUSTOMERS)
    assert wizard.post(batch, "columns", go="check", source="", consent_basis="").status_code == 422
    wizard.matched(batch)
    answer = wizard.post(batch, "columns", go="look", source="春季展会", consent_basis="-")
    assert answer.status_code == 302
    batch.refresh_from_db()
    assert batch.mapping["source"] == {"constant": "春季展会"}


def test_a_missing_column_is_named(wizard: Wizard) -> None:
    batch = wizard.brought("客户编号,备注\nK1,早班\n", kind="customers")
    answer = wizard.post(batch, "columns", go="check", source="-", consent_basis="-")
    assert answer.headers["Location"] == address(batch, "columns")
    assert "Columns are missing for" in wizard.get(batch, "columns")


def test_ambiguous_dates_are_asked_once_for_the_column(wizard: Wizard) -> None:
    wizard.imported(wizard.brought("customer code,name\nK1,华新\n"))
    batch = wizard.brought("payment no,customer id,paid on,amount\nP1,K1,03/04/2024,5\n")
    assert batch.kind == "payments"
    answer = wizard.post(batch, "columns", go="check")
    assert answer.headers["Location"].endswith("#questions")
    assert "what day is 03/04/2024?" in wizard.get(batch, "columns")
    wizard.post(batch, "columns", go="check", **{"order-paid_on": "day first"})
    batch.refresh_from_db()
    assert batch.mapping["paid_on"]["date_order"] == "day first"
    assert "what day is" not in wizard.get(batch, "columns")


def test_words_without_a_meaning_are_given_one(wizard: Wizard) -> None:
    batch = wizard.brought("name,customer type\n华新,公司\n王小明,散户\n")
    page = wizard.get(batch, "columns")
    assert "散户" in page
    wizard.matched(batch, **{"word-kind-0": "person", "text-kind-0": "散户"})
    batch.refresh_from_db()
    assert batch.mapping["kind"]["values"] == {"散户": "person"}


def test_a_mapping_kept_by_name_is_taken_over_by_the_same_layout(wizard: Wizard) -> None:
    first = wizard.brought("编号,公司,备忘\nK1,华新,早班\n", kind="customers")
    chosen = {"column-0": "code", "column-1": "name", "column-2": "notes"}
    wizard.matched(first, save_as="仓库名单", **chosen)
    assert ImportMapping.objects.get().name == "仓库名单"
    second = wizard.brought("备忘,公司,编号\n晚班,宏图,K2\n", kind="customers")
    wizard.post(second, "reading", go="on")
    assert "仓库名单" in wizard.get(second, "columns")
    sent = fields_of(wizard.get(second, "columns"))
    assert [sent[f"column-{number}"] for number in range(3)] == [["notes"], ["name"], ["code"]]


def test_what_somebody_else_chose_meanwhile_is_not_overwritten_unseen(wizard: Wizard) -> None:
    batch = wizard.brought(CUSTOMERS)
    mine = fields_of(wizard.get(batch, "columns"))
    wizard.matched(batch, **{"column-3": ""})
    answer = wizard.client.post(address(batch, "columns"), {**mine, "go": "check", "save_as": "mine"})
    assert answer.status_code == 409
    assert "Somebody has changed this import" in answer.content.decode()
    assert not ImportMapping.objects.exists()


def test_rules_are_kept_with_the_import(wizard: Wizard) -> None:
    batch = wizard.brought(CUSTOMERS)
    wizard.matched(batch, match=["code", "contact"], conflict="fill", **{"conflict-owner": "keep"})
    batch.refresh_from_db()
    assert batch.rules["match"] == ["code", "contact"]
    assert batch.rules["conflicts"] == {"*": "fill", "owner": "keep"}


def test_a_thousand_columns_come_in_pages(wizard: Wizard) -> None:
    names = ["customer code", "name", *(f"extra {number}" for number in range(900))]
    batch = wizard.brought(",".join(names) + "\n" + ",".join(["K1", "华新"] + ["x"] * 900) + "\n")
    page = wizard.get(batch, "columns")
    assert "Page 1 of 19" in page
    answer = wizard.post(
        batch, "columns", go="page-2", source="-", consent_basis="-", **{"column-5": "notes"}
    )
    assert answer.headers["Location"].endswith("?page=2")
    batch.refresh_from_db()
    assert batch.mapping["notes"] == "extra 3"


def test_sensitive_columns_need_a_purpose_or_are_left_out(wizard: Wizard) -> None:
    FieldSwitch.objects.create(field="person.identity_number", is_on=True, purpose="合同")
    batch = wizard.brought("name,身份证号\n王小明,11010519491231002X\n")
    page = wizard.get(batch, "columns")
    assert "The law protects these" in page
    assert "As things stand these are left out" in page
    wizard.matched(batch, sensitive="leave")
    answer = wizard.post(batch, "columns", go="check", sensitive="keep", source="-", consent_basis="-")
    assert answer.status_code == 422
    assert "needs this; else leave them out" in answer.content.decode()
    wizard.client.post(address(batch, "run"))
    work()
    assert Customer.objects.filter(name="王小明").exists()


def test_sensitive_values_are_kept_sealed_with_purpose_and_consent(wizard: Wizard) -> None:
    FieldSwitch.objects.create(field="person.identity_number", is_on=True, purpose="合同")
    batch = wizard.brought("name,身份证号\n王小明,11010519491231002X\n")
    consent = {
        "basis": "本人同意",
        "purpose": "签订合同",
        "evidence": "合同第 5 条",
        "given_on": "2024-01-05",
    }
    wizard.matched(batch, sensitive="keep", **consent)
    batch.refresh_from_db()
    assert batch.consent == {**consent, "stated_by": wizard.user.pk}
    assert "As things stand" not in wizard.get(batch, "columns")
    wizard.client.post(address(batch, "run"))
    work()
    person = Customer.objects.get(name="王小明")
    assert person.consents.filter(field="person.identity_number").exists()


def test_match_rules_keep_their_order_and_are_moved_by_their_numbers(wizard: Wizard) -> None:
    batch = wizard.brought(CUSTOMERS)
    rules = imports.MatchRules(match=("contact", "name", "code"))
    imports.choose(batch, actor=wizard.user, rules=rules)
    wizard.matched(batch)
    batch.refresh_from_db()
    assert batch.rules["match"] == ["contact", "name", "code"]
    places = {"place-code": 1, "place-contact": 2, "place-name": ""}
    wizard.matched(batch, match=["contact", "near", "code"], **places)
    batch.refresh_from_db()
    assert batch.rules["match"] == ["code", "contact", "near"]


def test_a_kept_mapping_is_forgotten_by_its_button(wizard: Wizard) -> None:
    batch = wizard.brought(CUSTOMERS)
    wizard.matched(batch, save_as="mine")
    kept = ImportMapping.objects.get()
    assert 'value="forget"' in wizard.get(batch, "columns")
    said = {"go": "forget", "mapping": kept.pk}
    page = wizard.client.post(address(batch, "columns"), said, follow=True).content.decode()
    assert "The mapping “mine” is forgotten." in page
    assert not ImportMapping.objects.exists()
    wizard.client.post(address(batch, "columns"), said)
    assert 'value="forget"' not in wizard.get(batch, "columns")
