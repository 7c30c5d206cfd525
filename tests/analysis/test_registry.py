"""Every measure of the registry has its page, its name in both languages, its tests and sound tables."""

import ast
import re
from pathlib import Path
from typing import Any

import polib
import pytest
from django.db import connection, models
from django.utils import translation

from analysis.registry import FURTHER, Measure
from analysis.registry.core import CORE, CoreMeasure

ROOT = Path(__file__).resolve().parents[2]
HEADINGS = ("Definition", "Formula", "Source", "Caveats", "Worked example")
# The core run's measures: marks are described and tested with the tiers whose rows they share; facts are none.
PAGE_OF_CORE = {"contribution": "contribution", "tiers": "tiers", "marks": "tiers", "churn": "churn"}

further = pytest.mark.parametrize("measure", FURTHER.values(), ids=FURTHER)
every = pytest.mark.parametrize("name", [*PAGE_OF_CORE, *FURTHER])


def functions_testing(name: str) -> list[ast.FunctionDef]:
    """The test functions in the files called after a measure."""
    files = sorted((ROOT / "tests" / "analysis").rglob(f"test_{name}*.py"))
    trees = [ast.parse(file.read_text(encoding="utf-8")) for file in files]
    return [
        node
        for tree in trees
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")
    ]


def decorators(test: ast.FunctionDef) -> list[str]:
    return [ast.unparse(each).split("(")[0] for each in test.decorator_list]


def test_every_measure_of_the_core_is_known_here() -> None:
    assert {measure.name for measure in CORE} - {"facts"} == set(PAGE_OF_CORE)


@every
def test_a_measure_has_a_page_with_definition_formula_source_caveats_and_example(name: str) -> None:
    page = PAGE_OF_CORE.get(name, name).replace("_", "-")
    text = (ROOT / "docs" / "measures" / f"{page}.md").read_text(encoding="utf-8")
    sections = {
        heading: body.strip() for heading, body in re.findall(r"(?ms)^## (.+?)\n(.*?)(?=^## |\Z)", text)
    }
    assert [heading for heading in HEADINGS if not sections.get(heading)] == []


@every
def test_a_measure_has_a_property_and_an_oracle(name: str) -> None:
    tests = functions_testing(name)
    assert any("given" in decorators(test) for test in tests), f"no property in tests called test_{name}"
    assert any("agree" in test.name for test in tests), f"no oracle in tests called test_{name}"


@pytest.mark.parametrize("measure", [*CORE, *FURTHER.values()], ids=lambda measure: measure.name)
def test_a_measure_is_named_in_both_languages(measure: CoreMeasure | Measure[Any]) -> None:
    catalogue = polib.pofile(str(ROOT / "locale" / "zh_Hans" / "LC_MESSAGES" / "django.po"))
    with translation.override("en"):
        entry = catalogue.find(str(measure.label))
    assert entry is not None
    assert entry.translated()


@further
def test_a_measure_comes_after_known_ones(measure: Measure[Any]) -> None:
    names = list(FURTHER)
    assert all(names.index(before) < names.index(measure.name) for before in measure.after)


@further
@pytest.mark.django_db
def test_the_tables_of_a_measure_hold_what_it_declares(measure: Measure[Any]) -> None:
    for table in measure.tables:
        fields = [field for field in table.model._meta.concrete_fields if isinstance(field, models.Field)]
        columns = {field.column for field in fields if field.column}
        assert set(table.kinds) <= columns - {"run_id"}
        required = {f.column for f in fields if not f.null and not f.has_default() and not f.has_db_default()}
        assert required - {"run_id", "id", None} <= set(table.kinds)
        with connection.cursor() as cursor:
            cursor.execute("SELECT relkind FROM pg_class WHERE oid = %s::regclass", [table.name])
            assert (cursor.fetchone() == ("p",)) is table.partitioned
        assert not table.partitioned or "run_id" in table.key


@further
def test_a_shared_measure_names_the_parts_that_it_hands_on(measure: Measure[Any]) -> None:
    assert bool(measure.parts) <= (measure.merge is not None)
