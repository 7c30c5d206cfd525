"""Every route, asked by everybody: the answers are those of permissions.toml, which people review.

The routes come from the URL resolver: one that is not in the file fails, and so does one in the file that is gone.
"""

import tomllib
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from analysis.models import AnalysisRun, Policy
from crm.models import Job, Role, User
from customers.models import Competitor, CustomField, Informant, Need, Task
from customers.services.attachments import attach
from customers.services.merging import merge_customers
from customers.services.parts import remove_part
from tests.cast import Cast, make_customer, make_order, make_user, sign_in

EXPECTED: dict[str, dict[str, Any]] = tomllib.loads(
    Path(__file__).with_name("permissions.toml").read_text(encoding="utf-8")
)
METHODS = ("GET", "POST")
PEOPLE = ("alice", "bob", "charlie", "dora", "ada", "otto", "rita")
SIGN_IN_FIRST = 302


def route_names(resolver: URLResolver, namespace: str = "") -> Iterator[str]:
    """Yield the name of every route below a resolver."""
    for entry in resolver.url_patterns:
        if isinstance(entry, URLResolver):
            yield from route_names(entry, f"{namespace}{entry.namespace}:" if entry.namespace else namespace)
        elif isinstance(entry, URLPattern):
            yield f"{namespace}{entry.name or entry.pattern}"


@pytest.fixture
def subjects(cast: Cast) -> dict[str, int | str]:
    """Return the ids that routes are asked about: what belongs to Alice's customer, and Dora's analysis."""
    order = make_order(cast.huaxin, "SO-1", date(2024, 1, 5), 100)
    job = Job.objects.create(kind="analysis.run", created_by=cast.dora)
    policy = Policy.objects.create(version=1, rules={}, digest="")
    run = AnalysisRun.objects.create(as_of=date(2024, 12, 31), policy=policy, requested_by=cast.dora, job=job)
    Job.objects.filter(pk=job.pk).update(arguments={"run": run.pk})
    parts = {name: _need(cast, name) for name in ("need", "removable", "removed")}
    remove_part(Need, parts["removed"], actor=cast.ada)
    twin = make_customer("K3", "苏州华新家电（总店）", owner=cast.alice)
    merge = merge_customers(actor=cast.alice, kept_id=cast.huaxin.pk, merged_id=twin.pk)
    task = Task.objects.create(
        customer=cast.huaxin, title="call", due_on=date(2024, 1, 5), assignee=cast.alice
    )
    words = {
        "word": "x-y",
        "list": "customers",
        "needs": "needs",
        "basics": "basics",
        "field": "company.problems",
        "sealed": "person.religion",
        "region": "region",
        "campaigns": "campaigns",
        "informants": "informants",
    }
    field = CustomField.objects.create(key="shoe-size", label="鞋码", kind="number")
    person = make_customer("K4", "王小明", kind="person", owner=cast.alice)
    return {
        "custom_field": field.pk,
        "person": person.pk,
        "customer": cast.huaxin.pk,
        "order": order.pk,
        "job": job.pk,
        "run": run.pk,
        "attachment": attach(cast.huaxin, ContentFile(b"x", "x.txt"), actor=cast.ada).pk,
        "competitor": Competitor.objects.create(name="恒丰").pk,
        "informant": Informant.objects.create(name="老王", owner=cast.alice).pk,
        "merge": merge.pk,
        "task": task.pk,
        **parts,
        **words,
    }


def _need(cast: Cast, statement: str) -> int:
    return Need.objects.create(customer=cast.huaxin, statement=statement, noted_on=date(2024, 1, 5)).pk


@pytest.fixture
def people(cast: Cast) -> dict[str, User | None]:
    """Return everybody who asks; Rita has an account and no role."""
    rita = make_user("rita", Role.REP)
    User.objects.filter(pk=rita.pk).update(role="")
    rita.refresh_from_db()
    return {
        "alice": cast.alice,
        "bob": cast.bob,
        "charlie": cast.charlie,
        "dora": cast.dora,
        "ada": cast.ada,
        "otto": cast.otto,
        "rita": rita,
        "anonymous": None,
    }


def test_the_file_names_every_route_and_no_other() -> None:
    assert sorted(set(route_names(get_resolver()))) == sorted(EXPECTED)


@pytest.mark.parametrize("route", sorted(EXPECTED))
def test_everybody_gets_the_answer_that_the_file_gives(
    route: str, people: dict[str, User | None], subjects: dict[str, int | str]
) -> None:
    rule = EXPECTED[route]
    address = reverse(route, kwargs={name: subjects[what] for name, what in rule.get("about", {}).items()})
    for method in METHODS:
        expected = rule[method]
        answers = {}
        for name, user in people.items():
            response = sign_in(user).generic(method, address)
            answers[name] = response.status_code
        assert answers == whole(expected), f"{method} {address}"


def whole(expected: int | dict[str, int]) -> dict[str, int]:
    """Return the answer for each person, as the head of the file says how to read one."""
    given = expected if isinstance(expected, dict) else {"others": expected}
    return {name: given.get(name, given["others"]) for name in PEOPLE} | {
        "anonymous": given.get("anonymous", SIGN_IN_FIRST)
    }
