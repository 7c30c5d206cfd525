"""Erasing leaves nothing of a person, and takes nothing that the books need."""

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from django.apps import apps
from django.core.exceptions import PermissionDenied
from django.core.files.base import ContentFile
from django.db import connection, models
from django.utils import translation

from crm.models import AuditEntry
from customers.models import (
    Attachment,
    Complaint,
    Consent,
    Customer,
    DataKey,
    Informant,
    Interaction,
    Note,
    OrderLine,
    PersonProfile,
    Purge,
    Relation,
)
from customers.selectors.links import every_link
from customers.services import privacy
from customers.services.attachments import attach, path_of
from customers.services.deleting import restore_customer
from customers.services.duties.erasing import KEPT, NAMING, erase_customer
from customers.services.duties.retention import decide, enforce
from customers.services.merging.rows import versions_of
from customers.services.privacy import NotAllowedError
from tests.cast import Cast, make_customer, make_order

CANARY = "卡那利Canary"
RELIGION = "person.religion"


@pytest.fixture(autouse=True)
def _english() -> Iterator[None]:
    with translation.override("en"):
        yield


@pytest.fixture
def ming(cast: Cast) -> Customer:
    """Return a person of whom much is known, each text of which says the same word."""
    ming = make_customer("P1", CANARY, kind="person", owner=cast.alice, opposes_us=CANARY, reputation=CANARY)
    privacy.switch_field(RELIGION, actor=cast.ada, is_on=True, purpose="gifts", assessment="low")
    privacy.give_consent(ming.pk, RELIGION, actor=cast.ada, evidence=CANARY, given_on=date(2024, 5, 3))
    privacy.store_sensitive(ming.pk, RELIGION, CANARY, actor=cast.ada)
    PersonProfile.objects.filter(customer=ming).update(major=CANARY, employer_name=CANARY)
    ming.contact_points.create(kind="email", value=f"{CANARY}@example.com")
    ming.notes.create(body=CANARY)
    ming.relations.create(other_person=CANARY, kind="friend")
    Relation.objects.create(customer=cast.huaxin, other=ming, kind="friend", note=CANARY)
    Informant.objects.create(name=CANARY, customer=ming, occupation=CANARY)
    Interaction.objects.create(customer=ming, occurred_at="2024-05-03T04:00Z", body=CANARY)
    Complaint.objects.create(
        customer=ming, complaint_type="service", reported_at="2024-05-03T04:00Z", cause=CANARY
    )
    make_order(ming, "SO-9", date(2024, 5, 3), 100)
    Customer.objects.filter(pk=ming.pk).update(name=f"{CANARY} 2")
    return ming


def rows_with(word: str) -> list[str]:
    """Return the tables of customers, versions included, in which a word stands anywhere."""
    found = []
    with connection.cursor() as cursor:
        for model in apps.get_app_config("customers").get_models():
            table = model._meta.db_table
            cursor.execute(f"SELECT count(*) FROM {table} t WHERE t::text LIKE %s", [f"%{word}%"])  # noqa: S608
            if cursor.fetchone()[0]:
                found.append(table)
    return found


def test_no_word_is_left_of_a_person_not_even_in_their_history(cast: Cast, ming: Customer) -> None:
    assert len(rows_with(CANARY)) > 12
    erase_customer(ming.pk, actor=cast.ada, reason="asked for it")
    assert rows_with(CANARY) == []
    assert not DataKey.objects.filter(customer=ming).exists()


def test_what_the_books_need_stays_about_nobody(cast: Cast, ming: Customer) -> None:
    erase_customer(ming.pk, actor=cast.ada, reason="asked for it")
    ming.refresh_from_db()
    assert (ming.name, ming.owner, ming.scoring_refused) == (f"erased-{ming.pk}", None, True)
    assert OrderLine.objects.get(customer=ming).revenue_cents == 100_00
    assert Complaint.objects.get(customer=ming).cause == ""
    assert not Customer.objects.visible_to(cast.ada).filter(pk=ming.pk).exists()


def test_erasing_is_on_record_and_on_the_ledger_and_done_once(cast: Cast, ming: Customer) -> None:
    erase_customer(ming.pk, actor=cast.ada, reason="asked for it")
    assert Purge.objects.get(kind="erasure").customer_id == ming.pk
    assert AuditEntry.objects.filter(action="customer.erase", subject=f"customer:{ming.pk}").count() == 1
    with pytest.raises(NotAllowedError, match="already"):
        erase_customer(ming.pk, actor=cast.ada, reason="asked for it")
    with pytest.raises(Customer.DoesNotExist):
        restore_customer(ming.pk, actor=cast.ada)


@pytest.mark.parametrize("who", ["alice", "dora", "otto"])
def test_only_who_answers_for_privacy_erases(cast: Cast, ming: Customer, who: str) -> None:
    with pytest.raises(PermissionDenied):
        erase_customer(ming.pk, actor=getattr(cast, who), reason="asked for it")
    with pytest.raises(NotAllowedError, match="Say why"):
        erase_customer(ming.pk, actor=cast.ada, reason=" ")


def test_files_go_with_the_person(
    cast: Cast, ming: Customer, django_capture_on_commit_callbacks: Any
) -> None:
    kept = attach(ming, ContentFile(b"a letter", "letter.txt"), actor=cast.ada)
    gone = attach(ming, ContentFile(b"older", "older.txt"), actor=cast.ada)
    gone.delete()
    with django_capture_on_commit_callbacks(execute=True):
        erase_customer(ming.pk, actor=cast.ada, reason="asked for it")
    assert not Attachment.objects.exists()
    assert not path_of(kept.stored_as).exists()
    assert not path_of(gone.stored_as).exists()


def test_every_model_with_words_about_a_customer_is_destroyed_or_loses_them() -> None:
    """A new model that names a customer is destroyed with them unless somebody says otherwise here."""
    kept = {link.model for link in every_link() if link.model in KEPT}
    assert kept == KEPT
    for model in KEPT:
        texts = [each for each in model._meta.concrete_fields if isinstance(each, models.TextField)]
        assert all(hasattr(each, "sensitivity") for each in texts), model
    assert all(link.is_loose for link in every_link() if (link.model, link.field) in NAMING)


def test_the_night_destroys_what_is_kept_too_long_and_nothing_else(cast: Cast, ming: Customer) -> None:
    Note.objects.filter(customer=ming).update(created_at="2020-01-01T00:00Z")
    young = ming.notes.create(body="young")
    decide("conversations", actor=cast.ada, days=365 * 3, basis="limitation of claims")
    assert enforce() == {"conversations": 1}
    assert list(Note.objects.values_list("pk", flat=True)) == [young.pk]
    assert "customers_note" not in rows_with(CANARY)
    assert enforce() == {}


def test_customers_deleted_long_ago_are_erased_at_night(cast: Cast, ming: Customer) -> None:
    decide("deleted", actor=cast.ada, days=90, basis="nobody asked for them back")
    Customer.objects.filter(pk=ming.pk).update(deleted_at="2020-01-01T00:00Z")
    Customer.objects.filter(pk=cast.huaxin.pk).update(deleted_at="2090-01-01T00:00Z")
    assert enforce() == {"deleted": 1}
    assert list(Purge.objects.values_list("customer_id", "reason")) == [(ming.pk, "retention:deleted")]


def test_old_versions_go_and_the_newest_stays(cast: Cast, ming: Customer) -> None:
    decide("versions", actor=cast.ada, days=90, basis="long enough to undo")
    later = enforce(now=ming.created_at.replace(year=2090))
    assert later["versions"] > 0
    versions = versions_of(Customer)
    assert versions is not None
    kept = versions.filter(pgh_obj_id=ming.pk).values_list("name", flat=True)
    assert list(kept) == [f"{CANARY} 2"]
    assert Consent.objects.filter(customer=ming).exists()
