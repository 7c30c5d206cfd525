"""What may be read of the rows that hang on a customer."""

from datetime import date

import pytest

from customers.models import Informant, Referral
from customers.selectors.parts import parts_of
from tests.cast import Cast

pytestmark = pytest.mark.django_db


def test_who_may_not_read_of_persons_reads_no_informant_s_name(cast: Cast) -> None:
    informant = Informant.objects.create(name="门卫老吴", owner=cast.alice)
    Informant.objects.update(customer=cast.huaxin)
    Referral.objects.create(informant=informant, customer=cast.huaxin, referred_on=date(2025, 3, 1))
    names = [
        [row.informant.name for row in parts_of(viewer, Referral, cast.huaxin, related=("informant",))]
        for viewer in (cast.alice, cast.otto)
    ]
    assert names[0] == ["门卫老吴"]
    assert len(names[1]) == 1
    assert "老吴" not in names[1][0]
