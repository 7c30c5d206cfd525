"""Days of the year that are found among all customers."""

from datetime import date

import pytest

from customers.models import CompanyProfile
from customers.selectors.queue_rows import Waiting
from customers.selectors.today import queue
from tests.cast import Cast


@pytest.mark.parametrize(
    ("founded_on", "is_kept"),
    [
        (date(1669, 11, 22), True),
        (date(1669, 11, 24), False),
        (date(2026, 11, 23), True),
        (date(2030, 11, 23), True),
    ],
)
def test_the_founding_of_the_oldest_company_is_kept_like_that_of_the_youngest(
    cast: Cast, founded_on: date, is_kept: bool
) -> None:
    CompanyProfile.objects.create(customer=cast.huaxin, founded_on=founded_on)
    found = queue(cast.alice, None, own=True, today=date(2026, 11, 22))
    assert [row.why for row in found] == [Waiting.DATE] * is_kept
