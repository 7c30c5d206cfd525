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
MEASURES = ROOT / "analysis" / "measures"
MEASURE_TESTS = ROOT / "tests" / "analysis" / "measures"
WITHOUT_FORMULAS = {"__init__", "frames", "likelihood", "ratios"}  # plumbing of the measures
ORACLE = re.compile("^test_.*_agrees?_with_")
PUBLISHED_DATA = {"online_retail", "superstore", "cdnow_sample", "cdnow_master", "predicted", "data_dir"}
NOBODY_PUBLISHED = {
    "sources": "no published orders tell the channel of a customer or what a campaign cost",
    "informants": "nobody publishes who referred whom and for what reward",
    "wish_list": "a list of whom one wants to win is nobody's to publish",
    "attention": "no published complaints name customers whose value is published too",
    "credit": "no published orders tell when they were due and paid",
}
READ_OTHERWISE = {
    "churn": "reasons have an oracle each in test_churn_reasons; the rest is held against lifetimes column by column",
    "clv": "each column is held against the sum written out and against lifetimes",
    "backtest": "a method's scores are no frame: the oracle names each",
}

further = pytest.mark.parametrize("measure", FURTHER.values(), ids=FURTHER)
every = pytest.mark.parametrize("name", [*PAGE_OF_CORE, *FURTHER])


def module_testing(name: str) -> ast.Module:
    """The file of tests called after a measure."""
    return ast.parse((MEASURE_TESTS / f"test_{name}.py").read_text(encoding="utf-8"))


def functions(tree: ast.Module) -> dict[str, ast.FunctionDef]:
    return {node.name: node for node in tree.body if isinstance(node, ast.FunctionDef)}


def oracles(name: str) -> list[ast.FunctionDef]:
    """The tests that hold a measure against something independent of it."""
    return [test for test in functions(module_testing(name)).values() if ORACLE.search(test.name)]


def calls(test: ast.FunctionDef, among: dict[str, ast.FunctionDef]) -> set[str]:
    """What a test calls by name, itself or through functions of its own file."""
    found = {node.id for node in ast.walk(test) if isinstance(node, ast.Name)}
    helpers = [among[name] for name in found & among.keys() if name != test.name]
    return found.union(*(calls(helper, among) for helper in helpers))


def arguments(test: ast.FunctionDef) -> set[str]:
    return {argument.arg for argument in test.args.args}


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
    tests = functions(module_testing(name)).values()
    assert any("given" in decorators(test) for test in tests), f"no property in test_{name}.py"
    assert oracles(name), f"no oracle in test_{name}.py"


@every
def test_an_oracle_reads_every_column_of_a_measure(name: str) -> None:
    helpers = functions(module_testing(name))
    reads_all = any("assert_agrees" in calls(test, helpers) for test in oracles(name))
    assert reads_all is (name not in READ_OTHERWISE)


@every
def test_an_oracle_reads_published_data_unless_nobody_published_any(name: str) -> None:
    reads = any(arguments(test) & PUBLISHED_DATA for test in oracles(name))
    assert reads is (name not in NOBODY_PUBLISHED)


@pytest.mark.parametrize("module", sorted(MEASURES.glob("*.py")), ids=lambda module: module.stem)
def test_a_module_of_the_measures_names_the_source_of_its_formulas(module: Path) -> None:
    text = ast.get_docstring(ast.parse(module.read_text(encoding="utf-8"))) or ""
    states = re.search(r"(?m)^Sources?(: \S|\n-)", text) is not None
    assert states is (module.stem not in WITHOUT_FORMULAS)


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
