"""Sensitive columns are kept sealed with a right, a purpose and a consent, or left out and said so."""

from datetime import date
from pathlib import Path

import pytest
from django.db import connection

from crm.models import Role, User
from customers.models import Consent, Customer, FieldSwitch, ImportBatch, Note, PersonProfile
from customers.selectors import duties
from customers.selectors.masking import MASK
from customers.services import imports
from customers.services.imports import checking
from customers.services.privacy import IDENTITY
from customers.services.sealing import open_value
from tests.cast import make_user
from tests.customers.services.imports.conftest import written

NUMBER = "11010519491231002X"
FILE = f"code,name,kind,身份证号\nC1,张三,person,{NUMBER}\nC2,李四,person,\n"
CONSENT = imports.ConsentBasis("consent", "warranty", "form of the fair", date(2024, 5, 1))


@pytest.fixture
def ada(db: None) -> User:
    return make_user("ada", Role.ADMIN)


def brought(media: Path, actor: User, consent: imports.ConsentBasis | None) -> ImportBatch:
    path = written(media.parent / "people.csv", FILE)
    batch = imports.receive(path, name="people.csv", kind="customers", actor=actor)
    imports.choose(batch, actor=actor, consent=consent)
    imports.start_here(batch, actor=actor)
    batch.refresh_from_db()
    assert (batch.state, batch.error) == ("done", "")
    return batch


def switch_on(actor: User) -> None:
    FieldSwitch.objects.create(
        field=IDENTITY, is_on=True, purpose="delivery", assessment="low", decided_by=actor
    )


def test_with_switch_and_consent_the_number_is_kept_sealed_and_known_again(media: Path, ada: User) -> None:
    switch_on(ada)
    batch = brought(media, ada, CONSENT)
    customer = Customer.objects.get(code="C1")
    assert open_value(customer.person_profile, "identity_number", customer.pk) == NUMBER
    consent = Consent.objects.get()
    assert (consent.evidence, consent.given_on) == ("consent: form of the fair", date(2024, 5, 1))
    assert (consent.purpose, consent.recorded_by) == ("warranty", ada)
    again = brought(media, ada, CONSENT)
    assert (again.unchanged, again.updated) == (2, 0)
    imports.undo_here(batch, actor=ada)
    assert not Customer.objects.exists()
    assert not Consent.objects.exists()


@pytest.mark.parametrize("lost_by", ["who runs it", "who stated it"])
def test_who_stated_the_consent_answers_for_it_and_both_need_the_right(
    media: Path, ada: User, lost_by: str
) -> None:
    switch_on(ada)
    runs = make_user("rosa", Role.ADMIN)
    path = written(media.parent / "people.csv", FILE)
    batch = imports.receive(path, name="people.csv", kind="customers", actor=runs)
    imports.choose(batch, actor=ada, consent=CONSENT)
    (column,) = imports.sensitive_columns(batch, actor=runs)
    assert column.reason_left_out == ""
    imports.start_here(batch, actor=runs)
    assert Consent.objects.get().recorded_by == ada
    User.objects.filter(pk=(runs if lost_by == "who runs it" else ada).pk).update(role=Role.AUDITOR)
    (column,) = imports.sensitive_columns(batch, actor=User.objects.get(pk=runs.pk))
    assert column.reason_left_out


def test_the_basis_of_all_rows_is_found_from_the_customer(media: Path, ada: User) -> None:
    path = written(media.parent / "people.csv", "code,name\nC1,Ann\n")
    wishes = {"consent_basis": {"constant": "A contract"}, "contact_person": {"constant": "Bob"}}
    batch = imports.receive(path, name="people.csv", kind="customers", actor=ada, wishes=wishes)
    imports.start_here(batch, actor=ada)
    batch.refresh_from_db()
    (stated,) = duties.bases_of(ada, Customer.objects.get())
    assert (stated.basis, stated.file_name) == ("A contract", "people.csv")
    assert (batch.warnings, Note.objects.get().body) == ([], "Contact person: Bob")


def test_the_basis_that_a_row_states_is_found_from_its_customer(media: Path, ada: User) -> None:
    lines = "code,name,consent basis,主要联系人\nC1,华新,签了合同,张三\nC2,瑞丰,,\n"
    path = written(media.parent / "people.csv", lines)
    batch = imports.receive(path, name="people.csv", kind="customers", actor=ada)
    imports.start_here(batch, actor=ada)
    found = [
        [each.basis for each in duties.bases_of(ada, Customer.objects.get(code=code))]
        for code in ("C1", "C2")
    ]
    assert found == [["签了合同"], []]
    assert Note.objects.get().customer.code == "C1"
    imports.undo_here(batch, actor=ada)
    assert not Note.objects.exists()


def test_of_a_number_that_is_refused_no_consent_stays(media: Path, ada: User) -> None:
    switch_on(ada)
    child = "110105201801010019"
    path = written(media.parent / "people.csv", f"code,name,kind,身份证号\nC1,小宝,person,{child}\n")
    batch = imports.receive(path, name="people.csv", kind="customers", actor=ada)
    imports.choose(batch, actor=ada, consent=CONSENT)
    imports.start_here(batch, actor=ada)
    batch.refresh_from_db()
    assert [warning for warning in batch.warnings if warning.startswith("1 sensitive values were left out.")]
    assert Customer.objects.filter(code="C1").exists()
    assert not Consent.objects.exists()


@pytest.mark.parametrize("switched_on", [True, False])
def test_without_switch_or_consent_the_column_is_left_out_and_said(
    media: Path, ada: User, switched_on: bool
) -> None:
    if switched_on:
        switch_on(ada)
    batch = brought(media, ada, None if switched_on else CONSENT)
    (warning,) = batch.warnings
    assert warning.startswith("The sensitive column “身份证号” is left out.")
    assert not PersonProfile.objects.filter(identity_number__isnull=False).exists()
    (column,) = imports.sensitive_columns(batch, actor=ada)
    assert (column.is_on, imports.needs_consent(batch)) == (switched_on, switched_on)


def test_a_sensitive_value_waits_for_its_chunk_sealed(media: Path, ada: User) -> None:
    switch_on(ada)
    path = written(media.parent / "people.csv", FILE)
    batch = imports.receive(path, name="people.csv", kind="customers", actor=ada)
    imports.choose(batch, actor=ada, consent=CONSENT)
    imports.check_here(batch, actor=ada)
    with connection.cursor() as cursor:
        for table in ("staged", "source"):
            cursor.execute(f"SELECT to_jsonb(s)::text FROM import_{batch.pk}_0.{table} s")  # noqa: S608
            assert not any(NUMBER in row for (row,) in cursor.fetchall())


@pytest.mark.parametrize("wishes", [{}, {"identity_number": None}])
def test_a_sensitive_cell_is_shown_to_nobody_and_judged_from_the_file(
    media: Path, ada: User, wishes: dict[str, None], monkeypatch: pytest.MonkeyPatch
) -> None:
    path = written(media.parent / "people.csv", FILE)
    batch = imports.receive(path, name="people.csv", kind="customers", actor=ada, wishes=wishes)
    imports.check_here(batch, actor=ada)
    with pytest.raises(imports.ImportStateError):
        imports.fix(batch, 2, 3, NUMBER, actor=ada)
    monkeypatch.setattr(checking, "AT_ONCE_BYTES", 0)
    row = imports.fix(batch, 2, 1, "张三丰", actor=ada)
    assert (row.outcome, row.cells) == ("created", ("C1", "张三丰", "person", MASK))
    monkeypatch.undo()
    imports.start_here(batch, actor=ada)
    batch.refresh_from_db()
    assert NUMBER not in str(imports.rows(batch))
