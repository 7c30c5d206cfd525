"""The name of whom somebody sees is another one as soon as that changes, whoever is writing meanwhile."""

import psycopg
import pytest
from django.core.cache import cache
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from crm.models import User
from customers.models import Customer
from customers.selectors.reach import name_of_reach
from tests.cast import Cast

pytestmark = pytest.mark.django_db(transaction=True)


def customers_read(user: User) -> int:
    """How many sets of customers are read to name whom somebody sees."""
    with CaptureQueriesContext(connection) as asked:
        name_of_reach(user)
    return sum("hashint8extended" in query["sql"] and "share" not in query["sql"] for query in asked)


def test_customers_are_read_again_only_when_one_was_written(cast: Cast) -> None:
    cache.clear()
    assert [customers_read(cast.dora), customers_read(cast.dora)] == [3, 0]
    Customer.objects.filter(pk=cast.orphan.pk).update(reputation="x")
    assert [customers_read(cast.dora), customers_read(cast.dora)] == [3, 0]


def test_two_people_never_share_a_name(cast: Cast) -> None:
    everybody = (cast.alice, cast.bob, cast.charlie, cast.dora, cast.ada, cast.otto)
    assert len({name_of_reach(user) for user in everybody}) == len(everybody)


def test_what_was_written_before_the_name_was_read_and_committed_after_is_told(cast: Cast) -> None:
    cache.clear()
    with psycopg.connect(**connection.get_connection_params()) as other:
        other.execute("UPDATE customers_customer SET owner_id = NULL WHERE id = %s", [cast.huaxin.pk])
        before = name_of_reach(cast.alice)
        other.commit()
    assert name_of_reach(cast.alice) != before


def test_a_name_read_within_a_transaction_is_not_kept(cast: Cast) -> None:
    cache.clear()
    with transaction.atomic():
        assert [customers_read(cast.dora), customers_read(cast.dora)] == [3, 3]
