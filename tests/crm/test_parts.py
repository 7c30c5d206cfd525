"""A part of a page is what its values make it, and is rendered once for them."""

import pytest
from django.template import Context, Template
from django.utils import translation

from crm.templatetags import parts

KPI = "{% load parts %}{% part 'components/kpi.html' label=label value=value url=url %}"
INCLUDED = "{% include 'components/kpi.html' with label=label value=value url=url only %}"
CARD = "{% load parts %}{% part 'components/chart_card.html' id='a' title='A' chart=chart columns=heads rows=rows %}"


def rendered(text: str, **given: object) -> str:
    return Template(text).render(Context(given))


@pytest.fixture(autouse=True)
def nothing_remembered() -> None:
    parts._rendered.cache_clear()


def test_a_part_is_what_is_included_and_escapes_what_it_shows() -> None:
    given = {"label": "<b>", "value": "1", "url": "/?a=1&b=2", "note": "not given"}
    assert rendered(KPI, **given) == rendered(KPI, **given) == rendered(INCLUDED, **given)
    assert "&lt;b&gt;" in rendered(KPI, **given)
    assert parts._rendered.cache_info().misses == 1


def test_another_value_or_language_is_another_part() -> None:
    shown = {rendered(KPI, label="Orders", value=str(value), url="") for value in range(3)}
    assert len(shown) == 3
    chart = {"chart": {"kind": "bars"}, "heads": [], "rows": []}
    with translation.override("en"):
        english = rendered(CARD, **chart)
    with translation.override("zh-hans"):
        assert rendered(CARD, **chart) != english


def test_a_part_knows_nothing_of_who_asks() -> None:
    asked = Template("{% load parts %}{% part 'analysis/measures/tools.html' saved=saved %}")
    told = asked.render(Context({"saved": {"page": "p", "query": "q"}, "csrf_token": "secret"}))
    assert "secret" not in told
