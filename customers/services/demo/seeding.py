"""Writing the demo company into an empty database, chunk by chunk."""

from __future__ import annotations

from collections import Counter
from contextlib import ExitStack
from dataclasses import dataclass

import pghistory
from django.conf import settings
from django.db import connection, models, transaction

from crm.models import AuditEntry, User
from crm.services import audit
from customers.models import (
    Address,
    ChangedCustomer,
    CompanyProfile,
    Complaint,
    ContactPoint,
    CreditAccount,
    Customer,
    CustomerActivity,
    CustomerShare,
    Interaction,
    Need,
    OpeningBalance,
    Order,
    OrderLine,
    Payment,
    PersonProfile,
    Product,
    ProductCategory,
    ProductCost,
    Region,
    ServiceCost,
    WishListEntry,
)
from customers.models.finance import COUNTED
from customers.services.demo.catalogue import make_catalogue
from customers.services.demo.company import CompanyWriter, Listener
from customers.services.demo.desk import Desk
from customers.services.demo.following import write_follow_up
from customers.services.demo.house import build_house
from customers.services.demo.indexes import bare_tables, without_triggers
from customers.services.demo.places import read_places
from customers.services.demo.plan import Plan
from customers.services.demo.sealed import write_sealed
from customers.services.demo.surroundings import write_surroundings
from customers.services.demo.working import write_working_records
from customers.services.regions import load_regions

SEEDED = "demo.seeded"
"""The act in the audit trail by which a demo database is known."""
DEMO_CURRENCY = "CNY"

_CUSTOMER_TAGS = Customer.tags.through
_LEDGER: tuple[type[models.Model], ...] = (Order, OrderLine, Payment)
_RECORDS: tuple[type[models.Model], ...] = (
    Customer, ContactPoint, Address, CreditAccount, OpeningBalance, Need, WishListEntry, _CUSTOMER_TAGS,
    CustomerShare, *_LEDGER, Interaction, Complaint, ServiceCost, PersonProfile, CompanyProfile,
)  # fmt: skip


class DemoError(Exception):
    """The demo company cannot be made here; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class Seeded:
    """How many rows were written, by model name."""

    rows: dict[str, int]


def seed_demo(
    plan: Plan, *, password: str, replace: bool = False, listener: Listener | None = None
) -> Seeded:
    """Write the demo company that ``plan`` describes, in one transaction, and return what was written.

    The sign-ins `rep`, `manager`, `admin` and `auditor` get ``password``. ``listener`` hears of customers
    done and customers planned. Raises DemoError when the database holds records already; with ``replace``,
    when they are not those of an earlier demo.
    """
    if settings.COMPANY_CURRENCY != DEMO_CURRENCY:
        raise DemoError(
            f"The demo company trades in {DEMO_CURRENCY}; COMPANY_CURRENCY is {settings.COMPANY_CURRENCY}. "
            "Unset it for the demo."
        )
    with transaction.atomic(), pghistory.context(command="seed_demo"):
        _make_room(replace=replace)
        if not Region.objects.exists():
            load_regions()
        writer = CompanyWriter(plan, build_house(plan, password), make_catalogue(plan), read_places())
        writer.write_products()
        with ExitStack() as stack:
            stack.enter_context(bare_tables(_RECORDS))
            stack.enter_context(without_triggers(_LEDGER))
            writer.write_customers(listener or (lambda done, total: None))
        _mark_changed()
        _note_last_orders()
        rows = Counter(writer.tables.rows)
        if writer.desk:
            rows += _fill(writer.desk)
        audit.record(None, SEEDED, customers=plan.customers, seed=plan.seed, as_of=plan.as_of.isoformat())
    quote = connection.ops.quote_name
    with connection.cursor() as cursor:
        cursor.execute(f"ANALYZE {', '.join(quote(model._meta.db_table) for model in _RECORDS)}")
    return Seeded(dict(rows))


def _fill(desk: Desk) -> Counter[str]:
    """Write everything that people write down about the first customers; return how many rows of each model."""
    write_working_records(desk)
    write_surroundings(desk)
    write_sealed(desk, User.objects.get(username="admin"))
    write_follow_up(desk)
    return desk.rows


def _make_room(*, replace: bool) -> None:
    """Leave the tables empty, or raise DemoError."""
    occupied = [
        f"{model._meta.model_name}s"
        for model in (Customer, Order, Product, User)
        if model._default_manager.exists()
    ]
    if not occupied:
        return
    is_demo = AuditEntry.objects.filter(action=SEEDED).exists()
    if not (replace and is_demo):
        hint = (
            "--force replaces an earlier demo company." if is_demo else "Give the demo a database of its own."
        )
        raise DemoError(f"The database already holds {', '.join(occupied)}. {hint}")
    quote = connection.ops.quote_name
    tables: tuple[type[models.Model], ...] = (
        *_RECORDS,
        ChangedCustomer,
        CustomerActivity,
        Product,
        ProductCost,
        ProductCategory,
    )
    names = ", ".join(quote(model._meta.db_table) for model in tables)
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        # What the analysis found about these customers goes with them.
        cursor.execute(f"TRUNCATE {names} RESTART IDENTITY CASCADE")


def _mark_changed() -> None:
    """Note every customer with orders as changed, as the ledger's triggers would have done chunk by chunk."""
    quote = connection.ops.quote_name
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {quote(ChangedCustomer._meta.db_table)} (customer_id, changed_at) "  # noqa: S608
            f"SELECT DISTINCT customer_id, now() FROM {quote(Order._meta.db_table)}"
        )


def _note_last_orders() -> None:
    """Keep the day of each customer's last order, as the triggers of orders would have done chunk by chunk."""
    quote = connection.ops.quote_name
    activity, orders = (quote(model._meta.db_table) for model in (CustomerActivity, Order))
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE {activity} AS activity SET last_order_on = newest.last_day FROM ("  # noqa: S608
            f"SELECT customer_id, max(ordered_on) AS last_day FROM {orders} WHERE status = ANY(%s) "
            "GROUP BY customer_id) AS newest WHERE newest.customer_id = activity.customer_id",
            [list(COUNTED)],
        )
