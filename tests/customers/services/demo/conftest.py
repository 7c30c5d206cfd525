"""One tiny demo company for all tests of a module: they only read it, or roll back what they write."""

from collections.abc import Iterator
from datetime import date

import pytest
from django.db import transaction
from pytest_django import DjangoDbBlocker

from customers.services.demo import Plan, Seeded, seed_demo

AS_OF = date(2025, 6, 30)
PASSWORD = "correct horse battery"


@pytest.fixture(scope="module")
def demo(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Seeded]:
    with django_db_blocker.unblock(), transaction.atomic():
        yield seed_demo(Plan.of("tiny", as_of=AS_OF, seed=7), password=PASSWORD)
        transaction.set_rollback(True)
