"""What the page benchmark asks for, read from its database: sessions, addresses, and how long searches take in it.

Runs in a process of its own, on the benchmark's database; prints JSON.
"""

from __future__ import annotations

import json
import os
import sys
import time
from datetime import date
from importlib import import_module
from typing import Any
from urllib.parse import quote

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "crm.settings")

import django

django.setup()

from django.conf import settings  # noqa: E402
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY  # noqa: E402
from django.db import connection  # noqa: E402
from django.db.models import QuerySet  # noqa: E402
from django.urls import reverse  # noqa: E402

from analysis.selectors import runs  # noqa: E402
from analysis.services.measures import carry_out_here  # noqa: E402
from analysis.services.runs import start_run  # noqa: E402
from crm.accounts.sessions import BEGUN, SEEN  # noqa: E402
from crm.models import User  # noqa: E402
from crm.paging import PAGE_SIZE, write_cursor  # noqa: E402
from customers.exports.lists import CUSTOMERS  # noqa: E402
from customers.filters.search import read_search  # noqa: E402
from customers.models import ContactPoint, Customer, Order, Region  # noqa: E402
from customers.selectors import search  # noqa: E402
from tests.benchmarks.database import AS_OF  # noqa: E402

DEEP_PAGE = 1_000
PLANNED_ROUNDS = 5
# The further measures whose pages are asked for.
MEASURED = ("cohorts",)


def facts() -> dict[str, Any]:
    """Everything that the benchmark must know before it asks for pages."""
    run = runs.published() or start_run(actor=None, as_of=date.fromisoformat(AS_OF), queue=False)
    carry_out_here(run, only=MEASURED)
    admin, rep = User.objects.get(username="admin"), User.objects.get(username="rep")
    manager = User.objects.get(username="manager")
    words = searched_words()
    with connection.cursor() as cursor:
        cursor.execute(
            "VACUUM ANALYZE customers_customer, customers_contactpoint, customers_customeractivity"
        )
    return {
        "sessions": {user.username: session_of(user) for user in (admin, manager, rep)},
        "cookie": settings.SESSION_COOKIE_NAME,
        "pages": pages(),
        "own record": reverse("customers:record", args=[Customer.objects.owned_by(rep).latest("pk").pk]),
        "searches": words,
        "plans": {
            f"{name}, {user.username}": planned(user, word)
            for name, word in words.items()
            for user in (admin, rep)
        },
    }


def session_of(user: User) -> str:
    """Sign somebody in and return the key of the session."""
    session = import_module(settings.SESSION_ENGINE).SessionStore()
    session[BEGUN] = session[SEEN] = int(time.time())
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.create()
    return str(session.session_key)


def pages() -> dict[str, str]:
    """The addresses of the pages, by what they are."""
    keys = CUSTOMERS.sorts["newest"].keys
    rows = Customer.objects.filter(deleted_at=None).order_by("-created_at", "-pk").values("created_at", "pk")
    total = Customer.objects.count()
    place = min(DEEP_PAGE * PAGE_SIZE, max(1, total - 2 * PAGE_SIZE)) - 1
    address = reverse("customers:list")
    busiest = (
        Order.objects.filter(customer__isnull=False).order_by("-pk").values_list("customer", flat=True)[0]
    )
    return {
        "list": f"{address}?view=0",
        f"list, page {place // PAGE_SIZE + 1:,}": f"{address}?after={write_cursor(rows[place], keys)}",
        "list, by last order": f"{address}?sort=last_order",
        "list, rare filter": f"{address}?potential=closing&kind=person",
        "list, tier C": f"{address}?tier=C",
        "list, at risk, by order": f"{address}?churn=flagged&sort=last_order",
        "list, of a city": f"{address}?region={Region.objects.get(code='320500').pk}",
        "list, long not ordered": f"{address}?ordered=365",
        "list, searched": f"{address}?q={quote(_middle(ContactPoint.objects.filter(kind='mobile')).value[-8:])}",
        "orders": reverse("customers:orders"),
        "orders, of a city": f"{reverse('customers:orders')}?region={Region.objects.get(code='320500').pk}",
        "orders, of a salesperson": f"{reverse('customers:orders')}?salesperson={User.objects.get(username='rep').pk}",
        "today": reverse("customers:today"),
        "record": reverse("customers:record", args=[busiest]),
        "record, history": f"{reverse('customers:record', args=[busiest])}?tab=history",
        "dashboard": reverse("analysis:tiers"),
        "dashboard, overview": reverse("analysis:overview"),
        "dashboard, contribution": reverse("analysis:contribution"),
        "dashboard, churn": reverse("analysis:churn"),
        "dashboard, cohorts": reverse("analysis:cohorts"),
        "churn work list": reverse("analysis:work"),
        "desk": reverse("analysis:desk"),
        "plans": reverse("customers:plans"),
    }


def searched_words() -> dict[str, str]:
    """What is searched for, taken from a customer in the middle of the table."""
    middle = _middle(Customer.objects.filter(kind="company"))
    mobile = _middle(ContactPoint.objects.filter(kind="mobile"))
    mail = _middle(ContactPoint.objects.filter(kind="email"))
    return {
        "code": middle.code,
        "2 characters": middle.name[2:4],
        "3 characters": middle.name[1:4],
        "a surname": "王",
        "pinyin": middle.pinyin.split()[0][:8],
        "initials": middle.initials.split()[0][:5],
        "last 4 digits": mobile.value[-4:],
        "a phone": mobile.value[-11:],
        "mail": mail.value,
        "a broad word": "有限公司",
        "broad digits": "8613",
        "two letters": "hu",
    }


def _middle(rows: QuerySet[Any, Any]) -> Any:
    return rows.order_by("pk")[rows.count() // 2]


def planned(user: User, word: str) -> dict[str, Any]:
    """Milliseconds of database time of a search's candidates, the least of several, and its plan."""
    sought = read_search(word)
    assert sought is not None
    times, plan = [], ""
    for _round in range(PLANNED_ROUNDS):
        begun = time.perf_counter()
        asked = search.candidates(Customer.objects.visible_to(user), sought, user)
        assert asked is not None
        reached = (time.perf_counter() - begun) * 1_000  # who is called so is looked for at once
        plan = asked.explain(format="text", analyze=True, timing=False)
        lines = plan.splitlines()
        times.append(
            reached + sum(float(line.split()[2]) for line in lines if "Time:" in line and " ms" in line)
        )
    return {"ms": round(sorted(times)[len(times) // 2], 2), "plan": plan}


if __name__ == "__main__":
    sys.stdout.write(json.dumps(facts()))
