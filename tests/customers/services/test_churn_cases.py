"""Working a customer at risk: one case at a time, an outcome ends it, nobody's step is overwritten unseen."""

import pytest
from django.core.exceptions import PermissionDenied

from crm.models import AuditEntry
from customers.models import CaseState, ChurnCase, Customer
from customers.selectors.churn_cases import current_cases, dealt_with
from customers.services.churn_cases import note_step, take_up_again
from customers.services.meanwhile import ChangedMeanwhileError
from tests.cast import Cast


def test_a_case_goes_from_contact_to_outcome_and_the_next_begins_anew(cast: Cast) -> None:
    first = note_step(cast.huaxin.pk, actor=cast.alice, state=CaseState.CONTACTED, note="promised an order")
    same = note_step(cast.huaxin.pk, actor=cast.bob, state=CaseState.WON_BACK, note="ordered")
    assert (same.pk, same.worked_by, same.closed_at is not None) == (first.pk, cast.bob, True)
    again = note_step(cast.huaxin.pk, actor=cast.alice, state=CaseState.FALSE_ALARM)
    assert again.pk != first.pk
    assert list(AuditEntry.objects.filter(action__startswith="churn.").values_list("action", flat=True)) == [
        "churn.contacted",
        "churn.won_back",
        "churn.false_alarm",
    ]
    assert cast.huaxin.pk in dealt_with()


def test_who_looked_before_another_noted_is_told(cast: Cast) -> None:
    note_step(cast.huaxin.pk, actor=cast.alice, state=CaseState.CONTACTED, version=0)
    with pytest.raises(ChangedMeanwhileError):
        note_step(cast.huaxin.pk, actor=cast.bob, state=CaseState.LOST, version=0)
    assert note_step(cast.huaxin.pk, actor=cast.bob, state=CaseState.LOST, version=1).state == CaseState.LOST


def test_an_outcome_can_be_taken_back_unless_a_new_case_has_begun(cast: Cast) -> None:
    lost = note_step(cast.huaxin.pk, actor=cast.alice, state=CaseState.LOST)
    assert take_up_again(lost.pk, actor=cast.alice).closed_at is None
    note_step(cast.huaxin.pk, actor=cast.alice, state=CaseState.LOST)
    begun = note_step(cast.huaxin.pk, actor=cast.alice, state=CaseState.CONTACTED)
    assert take_up_again(lost.pk, actor=cast.alice) == begun
    assert ChurnCase.objects.filter(closed_at=None).count() == 1


def test_nobody_works_or_sees_a_customer_out_of_scope(cast: Cast) -> None:
    with pytest.raises(Customer.DoesNotExist):
        note_step(cast.huaxin.pk, actor=cast.charlie, state=CaseState.LOST)
    with pytest.raises(PermissionDenied):
        note_step(cast.huaxin.pk, actor=cast.otto, state=CaseState.LOST)
    case = note_step(cast.huaxin.pk, actor=cast.alice, state=CaseState.LOST, note="家人生病")
    assert current_cases(cast.charlie, [cast.huaxin.pk]) == {}
    assert "家人" not in current_cases(cast.otto, [cast.huaxin.pk])[cast.huaxin.pk].note
    with pytest.raises(ChurnCase.DoesNotExist):
        take_up_again(case.pk, actor=cast.charlie)
