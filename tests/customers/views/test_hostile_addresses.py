"""Whatever stands in the address, the answer is a page that says what it left out."""

import pytest
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from customers.exports.lists import LISTS
from tests.cast import Cast, sign_in

LOOKS = ["q", "sort", "columns", "density", "view", "menu", "after", "before"]
CUSTOMER_PARAMETERS = [*(each.name for each in LISTS["customers"].filters), *LOOKS]
RUBBISH = [
    "%00",
    "%ED%A0%80",
    "-1",
    "0",
    "1e5",
    "1_000",
    "%EF%BC%91%EF%BC%92%EF%BC%93",
    "9223372036854775808",
    "9" * 400,
    "0000-00",
    "9999-12-31",
    "10000-01-01",
    "%27%20OR%201=1--",
    "%",
    "<script>",
    "none",
    "W10",
]


@pytest.mark.parametrize("rubbish", RUBBISH)
def test_rubbish_in_any_parameter_of_a_list_is_no_error(cast: Cast, rubbish: str) -> None:
    client = sign_in(cast.ada)
    for key, spec in LISTS.items():
        # One filter at a time for the customers; the others are made of the same kinds.
        names = [each.name for each in spec.filters]
        for asked in [*names, *LOOKS] if key == "customers" else ["&".join(f"{n}={rubbish}" for n in names)]:
            query = asked if "=" in asked else f"{asked}={rubbish}"
            response = client.get(f"{reverse(spec.route)}?{query}")
            assert response.status_code == 200, query


def test_what_was_searched_for_is_shown_escaped(cast: Cast) -> None:
    text = sign_in(cast.ada).get("/customers/", {"q": '"><script>x'}).content.decode()
    assert "&quot;&gt;&lt;script&gt;x" in text
    assert "<script>x" not in text


def test_what_could_not_be_read_is_named(cast: Cast) -> None:
    response = sign_in(cast.ada).get("/customers/?region=xx&lifecycle=never&sort=up&after=zz")
    note = response.context["note"]
    for words in ("Region", "Lifecycle", "sorted", "beginning"):
        assert words in note
    assert len(response.context["rows"]) == 2


@pytest.mark.parametrize("pk", ["0", "9223372036854775808", "9" * 60])
def test_an_impossible_id_is_not_found(cast: Cast, pk: str) -> None:
    client = sign_in(cast.ada)
    for path in (f"/customers/{pk}/", f"/customers/{pk}/edit/", f"/customers/orders/{pk}/", f"/jobs/{pk}/"):
        assert client.get(path).status_code == 404


@pytest.mark.parametrize("rubbish", RUBBISH)
def test_rubbish_in_the_parameters_of_a_record_is_no_error(cast: Cast, rubbish: str) -> None:
    client = sign_in(cast.alice)
    for query in (f"tab={rubbish}", f"tab=trade&show={rubbish}", f"tab=trade&after={rubbish}"):
        assert client.get(f"/customers/{cast.huaxin.pk}/?{query}").status_code == 200


@given(st.text(max_size=60), st.sampled_from(CUSTOMER_PARAMETERS))
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_text_in_any_parameter_gives_a_page(cast: Cast, text: str, name: str) -> None:
    assert sign_in(cast.ada).get("/customers/", {name: text}).status_code == 200
