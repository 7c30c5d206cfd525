"""A past day done again gives what it gave, whatever has happened since: not of the core figures alone."""

import datetime
from decimal import Decimal

import pytest

from analysis.models import MeasureState
from analysis.services.measures import carry_out_here
from analysis.services.runs import start_run
from customers.models import ServiceCost, ServiceKind
from tests.analysis.dealings import dealings
from tests.analysis.services.stored import found

pytestmark = pytest.mark.django_db(transaction=True)

DAY = datetime.date(2024, 6, 30)
LATER = datetime.date(2024, 9, 1)
MEASURES = ("composition", "periods", "profitability", "rfm")


def test_further_measures_of_a_past_day_give_what_they_gave_before_later_orders_came() -> None:
    company = dealings(72)
    then = start_run(actor=None, as_of=DAY, queue=False)
    carry_out_here(then, only=MEASURES)
    for customer in company.customers[:5]:
        company._write(customer, LATER, sign=1, original=None)
        ServiceCost.objects.create(
            customer=customer, kind=ServiceKind.SUPPORT, incurred_on=LATER, amount=Decimal(900)
        )
    carry_out_here(start_run(actor=None, as_of=datetime.date(2024, 12, 31), queue=False), only=MEASURES)
    again = start_run(actor=None, as_of=DAY, queue=False)
    carry_out_here(again, only=MEASURES)
    assert found(again, MEASURES) == found(then, MEASURES)
    assert {state for state, *_rest in found(again, MEASURES)["ends"].values()} == {MeasureState.DONE}
