"""`manage.py demo --check`: every part works, and the pages show what SQL computes from the records themselves."""

import re
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.utils.translation import override

from crm.celery import app
from crm.local.demo_figures import Figures, expected_figures, visible_customers
from crm.local.visit import Page, Visit
from crm.models import User
from crm.templatetags.format import compact_money, number, whole_money

ACCOUNTS = ("rep", "manager", "admin", "auditor")
PAGES = (
    "/",
    "/customers/",
    "/analysis/tiers/",
    "/analysis/contribution/",
    "/analysis/churn/",
    "/analysis/runs/",
)
WORKER_SECONDS = 30.0
OK = 200


class CheckFailedError(Exception):
    """Something is not as it should be; the message says what."""


@dataclass
class Bench:
    """What the checks share: where the instance is, how to sign in, and what was seen so far."""

    address: str
    password: str
    visits: dict[str, Visit] = field(default_factory=dict)
    figures: dict[str, dict[str, int]] = field(default_factory=dict)

    def page(self, account: str, path: str) -> Page:
        """Fetch a page as `account`; anything but an answer of 200 is a failure."""
        page = self.visits[account].get(path)
        expect(page.status == OK, f"{path} answered {page.status} to {account}")
        expect("/accounts/login/" not in page.url, f"{path} asked {account} to sign in")
        return page


def expect(condition: bool, otherwise: str) -> None:
    """Raise CheckFailedError, saying `otherwise`, unless the condition holds."""
    if not condition:
        raise CheckFailedError(otherwise)


def health(bench: Bench) -> str:
    """The database and the broker answer."""
    page = Visit(bench.address).get("/healthz")
    expect(page.status == OK, f"/healthz answered {page.status}: {page.body}")
    return page.body


def worker(bench: Bench) -> str:
    """A worker takes messages from the queue."""
    deadline = time.monotonic() + WORKER_SECONDS
    while not (answers := app.control.ping(timeout=1.0)):
        expect(time.monotonic() < deadline, f"no worker answered within {WORKER_SECONDS:.0f} s")
    return ", ".join(name for answer in answers for name in answer)


def strangers_stay_out(bench: Bench) -> str:
    """Without signing in, every page leads to the sign-in page."""
    visit = Visit(bench.address)
    for path in PAGES:
        expect("/accounts/login/" in visit.get(path).url, f"{path} was shown to a stranger")
    return f"{len(PAGES)} pages lead to the sign-in"


def sign_ins(bench: Bench) -> str:
    """Each of the four accounts can sign in."""
    for account in ACCOUNTS:
        visit = Visit(bench.address)
        expect(visit.sign_in(account, bench.password), f"{account} could not sign in")
        bench.visits[account] = visit
    return ", ".join(ACCOUNTS)


def pages(bench: Bench) -> str:
    """Every main page answers every account."""
    for account in ACCOUNTS:
        for path in PAGES:
            bench.page(account, path)
    return f"{len(PAGES)} pages for {len(ACCOUNTS)} accounts"


def looks(bench: Bench) -> str:
    """The styles and scripts that a page asks for are there."""
    wanted = sorted(
        set(re.findall(r'(?:href|src)="(/static/[^"]+)"', bench.page("manager", "/customers/").body))
    )
    expect(bool(wanted), "the customer list asks for no styles")
    for path in wanted:
        status = bench.visits["manager"].get(path).status
        expect(status == OK, f"{path} answered {status}")
    return f"{len(wanted)} files"


def company_figures(bench: Bench) -> str:
    """An administrator sees the company's figures."""
    return _figures(bench, "admin", None)


def own_figures(bench: Bench) -> str:
    """A rep sees the figures of the customers that are theirs or shared with them, and no others."""
    return _figures(bench, "rep", User.objects.get(username="rep").pk)


def customer_list(bench: Bench) -> str:
    """The customer list counts those whom its reader may see."""
    told = []
    for account, viewer in (("admin", None), ("rep", User.objects.get(username="rep").pk)):
        expected, text = visible_customers(viewer), bench.page(account, "/customers/").text
        shown = re.search(r"([\d,]+)(\+?) customers?\b", text)
        expect(shown is not None, f"/customers/ tells {account} no count")
        count, capped = int(shown[1].replace(",", "")), shown[2]  # type: ignore[index]
        right = expected >= count if capped else expected == count
        expect(right, f"/customers/ shows {account} {count}{capped} customers instead of {expected}")
        told.append(f"{account} {expected}")
    return ", ".join(told)


def _figures(bench: Bench, account: str, viewer: int | None) -> str:
    expected = expected_figures(settings.COMPANY_TIME_ZONE, viewer)
    bench.figures[account] = {name: value for name, value in vars(expected).items() if name != "top"}
    compared = 0
    with override("en"):
        for path, headlines in _headlines(expected).items():
            shown = bench.page(account, path).headlines
            for label, value in headlines.items():
                expect(
                    shown.get(label) == value,
                    f"{path} shows {account} “{label}: {shown.get(label)}” instead of {value}",
                )
            compared += len(headlines)
        ranked = bench.page(account, "/analysis/contribution/").ranked[: len(expected.top)]
        wanted = [(customer, whole_money(value)) for customer, value in expected.top.items()]
    expect(sorted(ranked) == sorted(wanted), f"the ranking shows {account} {ranked} instead of {wanted}")
    return f"{compared} headline figures and the first {len(wanted)} of the ranking"


def _headlines(expected: Figures) -> dict[str, dict[str, str]]:
    """Write the expected figures as the pages do, by page and label."""
    return {
        "/analysis/tiers/": {
            "Key customers": number(expected.a),
            "Main customers": number(expected.b),
            "Ordinary customers": number(expected.c),
        },
        "/analysis/contribution/": {
            "Net revenue": compact_money(expected.net_revenue, settings.COMPANY_CURRENCY),
            "Customers who bought": number(expected.customers_positive),
            "Orders": number(expected.orders),
        },
        "/analysis/churn/": {
            "Customers at risk": number(expected.flagged),
            "Customers scored": number(expected.scored),
        },
    }


Check = Callable[[Bench], str]
CHECKS: tuple[Check, ...] = (
    health,
    worker,
    strangers_stay_out,
    sign_ins,
    pages,
    looks,
    customer_list,
    company_figures,
    own_figures,
)


def check_everything(address: str, password: str) -> dict[str, Any]:
    """Run every check, each whatever became of the others, and return the summary."""
    bench = Bench(address, password)
    outcomes = [_outcome(check, bench) for check in CHECKS]
    return {
        "ok": all(outcome["ok"] for outcome in outcomes),
        "address": address,
        "checks": outcomes,
        "figures": bench.figures,
    }


def _outcome(check: Check, bench: Bench) -> dict[str, Any]:
    began = time.monotonic()
    try:
        detail, ok = check(bench), True
    except Exception as error:
        detail, ok = f"{type(error).__name__}: {error}", False
    seconds = round(time.monotonic() - began, 3)
    return {"name": check.__name__, "ok": ok, "detail": detail, "seconds": seconds}
