"""The demo's reps follow up some who have gone quiet, and have plans for their months."""

from datetime import date

import pytest

from customers.models import CaseState, ChurnCase, SalesPlan
from customers.services.demo import Plan, following, seed_demo

AS_OF = date(2025, 6, 30)


@pytest.mark.django_db
def test_some_of_the_quiet_are_followed_up_to_every_outcome(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(following, "FEWEST_CUSTOMERS", 0)
    plan = Plan.of("tiny", as_of=AS_OF, seed=7)
    for again in (False, True):
        seeded = seed_demo(plan, password="to be guessed by nobody", replace=again)
        assert ChurnCase.objects.count() == seeded.rows["ChurnCase"] > 2
    assert CaseState.CONTACTED in set(ChurnCase.objects.values_list("state", flat=True))
    assert not ChurnCase.objects.filter(customer__activity__last_order_on__gt=date(2025, 5, 1)).exists()
    assert set(SalesPlan.objects.dates("month", "month")) == {date(2025, month, 1) for month in (4, 5, 6)}
