"""Headline figures with their change against the run compared with, and none when they are compared with nothing."""

import datetime
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from analysis.models import AnalysisRun
from analysis.services.runs import start_run
from crm.models import Role
from tests.cast import make_customer, make_order, make_user, sign_in

pytestmark = pytest.mark.django_db
THEN, NOW = datetime.date(2024, 6, 30), datetime.date(2024, 7, 31)


@pytest.fixture(scope="module")
def runs(committed: None) -> tuple[AnalysisRun, AnalysisRun]:
    """A run and the one after: a great order has left the window of twelve months since, two small ones came."""
    gone, steady = make_customer("K1", "Gone"), make_customer("K2", "Steady")
    make_order(gone, "N1", datetime.date(2023, 7, 10), 5_000_000)
    make_order(steady, "N2", THEN, 6_000_000)
    first = start_run(actor=None, as_of=THEN, queue=False)
    for number, code in enumerate(("K3", "K4")):
        make_order(make_customer(code, code), f"M{number}", NOW, 500_000)
    return first, start_run(actor=None, as_of=NOW, queue=False)


def changes(client: Client, query: str = "") -> dict[str, tuple[Any, ...]]:
    """What the contribution page says of its figures: the value, the change and whether that is good."""
    page = client.get(f"{reverse('analysis:contribution')}{query}")
    return {
        each["label"]: (each["value"], each["delta"], each["delta_tone"]) for each in page.context["figures"]
    }


def test_a_figure_changes_by_what_it_rose_or_fell_since_the_run_before(
    runs: tuple[AnalysisRun, AnalysisRun],
) -> None:
    client, (first, _second) = sign_in(make_user("ada", Role.ADMIN)), runs
    found = changes(client)
    assert found == changes(client, f"?against={first.pk}")
    assert found["Net revenue"] == ("¥7M", "−¥4M", "bad")
    assert found["Gross margin"] == ("¥2.8M", "−¥1.6M", "bad")
    assert found["Customers who bought"] == ("3", "+1", "good")
    assert changes(client, f"?run={first.pk}")["Net revenue"] == ("¥11M", "", "")


def test_the_change_is_written_beside_the_figure(runs: tuple[AnalysisRun, AnalysisRun]) -> None:
    page = sign_in(make_user("ada", Role.ADMIN)).get(reverse("analysis:contribution")).content.decode()
    assert '<span class="text-bad">−¥4M</span>' in page
    assert "Changes are against the run as of" in page


def test_nothing_has_changed_against_nothing(runs: tuple[AnalysisRun, AnalysisRun]) -> None:
    client = sign_in(make_user("ada", Role.ADMIN))
    found = changes(client, "?against=none")
    assert {label: value for label, (value, *_change) in found.items()} == {
        label: value for label, (value, *_change) in changes(client).items()
    }
    assert {tuple(change) for _value, *change in found.values()} == {("", "")}
    address = f"{reverse('analysis:contribution')}?against=none"
    assert "Changes are against the run as of" not in client.get(address).content.decode()
