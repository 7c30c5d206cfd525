"""The brief says what changed since the run that it is compared with, in numbers and with their reasons."""

import datetime

import pytest
from django.test import Client
from django.urls import reverse

from analysis.services.runs import start_run
from crm.models import Role
from tests.cast import make_customer, make_order, make_user, sign_in

THEN, NOW = datetime.date(2024, 6, 30), datetime.date(2024, 7, 31)


def told(client: Client, query: str = "") -> str:
    """What the brief says has changed."""
    page = client.get(f"{reverse('analysis:overview')}{query}")
    return " ".join(sentence.text for sentence in page.context["changed"])


@pytest.mark.django_db(transaction=True)
def test_the_brief_tells_revenue_tiers_and_risk_against_the_run_compared_with() -> None:
    huaxin, orphan = make_customer("K1", "Huaxin"), make_customer("K2", "Orphan")
    make_order(huaxin, "N1", THEN, 6_000_000)
    first = start_run(actor=None, as_of=THEN, queue=False)
    make_order(orphan, "N2", NOW, 2_000_000)
    start_run(actor=None, as_of=NOW, queue=False)
    client = sign_in(make_user("ada", Role.ADMIN))
    for query in ("", f"?against={first.pk}"):
        assert "buyers went from 1 to 2" in told(client, query)
        assert "went from ¥6M to ¥8M" in told(client, query)
        assert "A customers went from 1 to 1, B from 0 to 1 and C from 1 to 0" in told(client, query)
    assert "went from" not in told(client, "?against=none")
