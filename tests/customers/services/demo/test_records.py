"""Every record has something to show in the demo company."""

import pytest

from customers import models
from customers.models import Consent, Customer, FamilyMember, KeyPerson, PersonProfile, Relation
from customers.selectors.calendar import gregorian_days
from customers.services.demo import Seeded
from tests.customers.services.demo.conftest import AS_OF

pytestmark = pytest.mark.django_db

SHOWN = [
    "Campaign",
    "CompanyProfile",
    "Competitor",
    "CompetitorProduct",
    "Consent",
    "DataKey",
    "Employment",
    "FamilyMember",
    "FieldProvenance",
    "FieldSwitch",
    "Gift",
    "ImportantDate",
    "Informant",
    "KeyPerson",
    "Note",
    "Opinion",
    "Opportunity",
    "PersonProfile",
    "Referral",
    "Relation",
    "Residence",
    "Survey",
    "SurveyAnswer",
    "Task",
    "WalletShare",
]


@pytest.mark.parametrize("name", SHOWN)
def test_there_is_one_to_be_seen(demo: Seeded, name: str) -> None:
    assert getattr(models, name).objects.exists()


def test_one_person_is_seen_from_four_sides(demo: Seeded) -> None:
    person = Customer.objects.filter(kind="person").order_by("pk")[0]
    assert {"legal_representative", "buyer"} <= set(
        KeyPerson.objects.filter(person=person).values_list("role", flat=True)
    )
    assert Relation.objects.filter(other=person, kind="relative").exists()


def test_days_are_kept_today_and_tasks_wait(demo: Seeded) -> None:
    days = gregorian_days([AS_OF])
    kept = models.ImportantDate.objects.filter(calendar="gregorian").values_list("month", "day")
    assert days & set(kept)
    assert models.Task.objects.filter(done_at=None, due_on__lte=AS_OF).exists()


def test_what_is_sealed_has_a_consent_and_nothing_of_a_child_is_kept(demo: Seeded) -> None:
    sealed = PersonProfile.objects.filter(identity_number__isnull=False)
    assert sealed.exists()
    for profile in sealed:
        assert Consent.objects.filter(
            customer=profile.pk, field="person.identity_number", withdrawn_on=None
        ).exists()
    assert not FamilyMember.objects.filter(role="child", child_name__isnull=False).exists()
