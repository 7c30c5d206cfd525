"""Every route, asked by everybody: the answers are those of permissions.toml, which people review.

The routes come from the URL resolver: one that is not in the file fails, and so does one in the file that is gone.
"""

import re
import tomllib
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.utils import timezone

from analysis.models import AnalysisRun, Annotation, Policy, PolicyDraft
from analysis.models.rules import PolicyRules
from crm.models import ApiToken, Job, Role, SignIn, Team, User
from crm.services.notifications import stop_token
from customers.models import (
    CaseState,
    Competitor,
    CustomerShare,
    CustomField,
    ImportBatch,
    Informant,
    Need,
    Task,
)
from customers.services.attachments import attach
from customers.services.churn_cases import note_step
from customers.services.duties.requests import receive
from customers.services.merging import merge_customers
from customers.services.parts import remove_part
from tests.cast import Cast, make_customer, make_order, make_user, sign_in

EXPECTED: dict[str, dict[str, Any]] = tomllib.loads(
    Path(__file__).with_name("permissions.toml").read_text(encoding="utf-8")
)
METHODS = ("GET", "POST")
OTHER_METHODS = ("PUT", "PATCH", "DELETE", "OPTIONS", "TRACE")
PEOPLE = ("alice", "bob", "charlie", "dora", "erin", "ada", "otto", "rita")
STRANGERS = ("zoe", "anonymous")
SIGN_IN_FIRST, NOT_THERE, NOT_A_WAY = 302, 404, 405
NEVER_GIVEN = 999_999_999
ENDS_THE_SESSION = {"account_logout", "sign_in_end", "user_sign_out", "account_change_password"}
# What routes are named by that is a word of the product, not the number of a record.
WORDS = {"deleted", "needs", "basics", "list", "word", "field", "sealed", "region", "campaigns", "informants"}


def ids_of(rule: dict[str, Any]) -> set[str]:
    """Return which subjects of a rule are records."""
    return set(rule.get("about", {}).values()) - WORDS


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
    rules = {**PolicyRules().document(), "region_thresholds": {"320000": {"a": 2, "b": 1}}}
    draft = PolicyDraft.objects.create(based_on=policy, rules=rules, reason="x", author=cast.dora)
    parts = {name: _need(cast, name) for name in ("need", "removable", "removed")}
    remove_part(Need, parts["removed"], actor=cast.ada)
    twin = make_customer("K3", "苏州华新家电（总店）", owner=cast.alice)
    merge = merge_customers(actor=cast.alice, kept_id=cast.huaxin.pk, merged_id=twin.pk)
    task = Task.objects.create(
        customer=cast.huaxin, title="call", due_on=date(2024, 1, 5), assignee=cast.alice
    )
    case = note_step(cast.huaxin.pk, actor=cast.alice, state=CaseState.LOST)
    words = {
        "word": "x-y",
        "list": "customers",
        "five": "gold",
        "needs": "needs",
        "basics": "basics",
        "field": "company.problems",
        "sealed": "person.religion",
        "region": "region",
        "campaigns": "campaigns",
        "informants": "informants",
    }
    field = CustomField.objects.create(key="shoe-size", label="鞋码", kind="number")
    share = CustomerShare.objects.create(customer=cast.huaxin, user=make_user("fred", Role.REP))
    token = ApiToken.objects.create(
        user=cast.alice, name="x", start="kz_", digest="x", scopes=["fields"], expires_at=timezone.now()
    )
    now = {"begun_at": timezone.now(), "seen_at": timezone.now()}
    person = make_customer("K4", "王小明", kind="person", owner=cast.alice)
    note = Annotation.objects.create(day=date(2024, 1, 5), text="x", author=cast.alice, team=cast.alice.team)
    return {
        "annotation": note.pk,
        "custom_field": field.pk,
        "person": person.pk,
        "customer": cast.huaxin.pk,
        "order": order.pk,
        "share": share.pk,
        "token": token.pk,
        "sign_in": SignIn.objects.create(user=cast.alice, session_key="x", **now).pk,
        "colleague": cast.charlie.pk,
        "team": cast.alice.team_id or 0,
        "job": job.pk,
        "run": run.pk,
        "version": policy.version,
        "draft": draft.pk,
        "stop": stop_token(cast.alice.pk),
        "case": case.pk,
        "attachment": attach(cast.huaxin, ContentFile(b"x", "x.txt"), actor=cast.ada).pk,
        "competitor": Competitor.objects.create(name="恒丰").pk,
        "informant": Informant.objects.create(name="老王", owner=cast.alice).pk,
        "merge": merge.pk,
        "task": task.pk,
        "import": _import_done(cast),
        "asked": _asked(cast),
        "deleted": "deleted",
        "line": 2,
        "pause": "pause",
        **parts,
        **words,
    }


def _asked(cast: Cast) -> int:
    given = {"kind": "access", "received_on": date(2024, 1, 5), "how_known": "came in person"}
    return receive(cast.huaxin.pk, actor=cast.ada, **given).pk  # type: ignore[arg-type]


def _import_done(cast: Cast) -> int:
    """Return an import of no rows that has ended."""
    return ImportBatch.objects.create(
        kind="customers",
        file_name="x.csv",
        size=1,
        sha256="x",
        rows=0,
        state="done",
        created_by=cast.ada,
        started_at=timezone.now(),
        finished_at=timezone.now(),
    ).pk


def _need(cast: Cast, statement: str) -> int:
    return Need.objects.create(customer=cast.huaxin, statement=statement, noted_on=date(2024, 1, 5)).pk


@pytest.fixture
def people(cast: Cast) -> dict[str, User | None]:
    """Return everybody who asks: Erin manages elsewhere, Rita has no role, Zoe's account was closed."""
    rita = make_user("rita", Role.REP)
    User.objects.filter(pk=rita.pk).update(role="")
    rita.refresh_from_db()
    named = {name: getattr(cast, name) for name in ("alice", "bob", "charlie", "dora", "ada", "otto")}
    elsewhere = Team.objects.create(name="西北分公司")
    erin, zoe = make_user("erin", Role.MANAGER, elsewhere), make_user("zoe", Role.ADMIN)
    return {**named, "erin": erin, "rita": rita, "zoe": zoe, "anonymous": None}


@pytest.fixture
def browsers(people: dict[str, User | None]) -> dict[str, Client]:
    """Return everybody's browser, signed in; Zoe's account is closed after she came in."""
    signed_in = {name: sign_in(user) for name, user in people.items()}
    User.objects.filter(username="zoe").update(is_active=False)
    return signed_in


def test_the_file_names_every_route_and_no_other() -> None:
    assert sorted(set(route_names(get_resolver()))) == sorted(EXPECTED)


@pytest.mark.parametrize("route", sorted(EXPECTED))
def test_everybody_gets_the_answer_that_the_file_gives(
    route: str, people: dict[str, User | None], browsers: dict[str, Client], subjects: dict[str, int | str]
) -> None:
    rule = EXPECTED[route]
    address = address_of(route, subjects)
    for method in METHODS:
        answers = {}
        for name, browser in browsers.items():
            answers[name] = browser.generic(method, address).status_code
            if route in ENDS_THE_SESSION:
                browsers[name] = sign_in(people[name] if name != "zoe" else None)
        assert answers == whole(rule[method]), f"{method} {address}"


@pytest.mark.parametrize("route", sorted(EXPECTED))
def test_no_other_method_does_anything(
    route: str, browsers: dict[str, Client], subjects: dict[str, int | str]
) -> None:
    address = address_of(route, subjects)
    as_get = whole(EXPECTED[route]["GET"])["charlie"]
    assert browsers["charlie"].head(address).status_code in {as_get, NOT_A_WAY}
    for method in OTHER_METHODS:
        answers = {browser.generic(method, address).status_code for browser in browsers.values()}
        assert answers == {NOT_A_WAY}, f"{method} {address}"


ABOUT_AN_ID = sorted(name for name, rule in EXPECTED.items() if ids_of(rule))


@pytest.mark.parametrize("route", ABOUT_AN_ID)
def test_what_is_foreign_is_answered_as_what_was_never_there(
    route: str, browsers: dict[str, Client], subjects: dict[str, int | str]
) -> None:
    absent = {**subjects, **dict.fromkeys(ids_of(EXPECTED[route]), NEVER_GIVEN)}
    for method in METHODS:
        for name in ("alice", "charlie", "erin"):
            foreign = browsers[name].generic(method, address_of(route, subjects))
            if foreign.status_code != NOT_THERE:
                continue
            missing = browsers[name].generic(method, address_of(route, absent))
            assert told(foreign) == told(missing), f"{method} {route} as {name}"


def address_of(route: str, subjects: dict[str, int | str]) -> str:
    """Return the address of a route about the subjects that the file names."""
    about = EXPECTED[route].get("about", {})
    return reverse(route, kwargs={name: subjects[what] for name, what in about.items()})


def told(answer: Any) -> tuple[Any, ...]:
    """Return all that an answer tells: its status, headers, cookies' names and body; tokens are new each time."""
    body = re.sub(rb'(csrfmiddlewaretoken" value=|X-CSRFToken": |nonce=)"[^"]*"', b"", answer.content)
    headers = {name: re.sub("nonce-[^']*", "", value) for name, value in answer.items() if name != "Expires"}
    return answer.status_code, headers, sorted(answer.cookies), body


def whole(expected: int | dict[str, int]) -> dict[str, int]:
    """Return the answer for each person, as the head of the file says how to read one."""
    given = expected if isinstance(expected, dict) else {"others": expected}
    answers = {name: given.get(name, given["others"]) for name in PEOPLE}
    # Who manages elsewhere sees as little as a rep who owns nothing, where the file doesn't tell them apart.
    for without, like in (("erin", "charlie"),):
        if without not in given and like in given and given[like] == NOT_THERE:
            answers[without] = given[like]
    return answers | dict.fromkeys(STRANGERS, given.get("anonymous", SIGN_IN_FIRST))
