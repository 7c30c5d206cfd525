"""What lists are sorted by and searches look in, kept beside the records by triggers."""

from __future__ import annotations

from datetime import date
from typing import ClassVar

import pgtrigger
from django.db import models
from django.db.models import Case, Func, Value, When
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

# The day of those who never ordered: it sorts behind every other, and a keyset knows no NULL.
NEVER = "0001-01-01"


# The day of what has none yet (not paid, never due): it sorts behind every other.
NOT_YET = date(9999, 12, 31)


def day_or_last(column: str) -> Coalesce:
    """Return a day as lists sort by it: their indexes hold the same expression."""
    return Coalesce(column, Value(NOT_YET, models.DateField()), output_field=models.DateField())


def open_first(column: str) -> Case:
    """Return 0 for what has no time in ``column`` yet and 1 for what has."""
    return Case(
        When(**{f"{column}__isnull": True}, then=Value(0)),
        default=Value(1),
        output_field=models.SmallIntegerField(),
    )


class CustomerActivity(models.Model):
    """The day of a customer's last counted order, so that a list can be sorted by it without reading orders.

    Every customer has a row. Triggers keep it, so that no way of writing can forget it; it stands apart from the
    customer because an order must not rewrite a wide row and its search indexes.
    """

    customer = models.OneToOneField(
        "customers.Customer",
        primary_key=True,
        on_delete=models.CASCADE,
        related_name="activity",
        db_constraint=False,
    )
    last_order_on = models.DateField(_("last order"))

    class Meta:
        verbose_name = _("customer activity")
        verbose_name_plural = _("customer activities")
        indexes: ClassVar = [models.Index(fields=["-last_order_on", "-customer"], name="activity_last_order")]

    def __str__(self) -> str:
        return f"{self.customer_id}: {self.last_order_on}"


def bigrams(column: str) -> Func:
    """Return the pairs of neighbouring Chinese characters of a column, and its first character after a ``^``.

    Trigrams do not find 华新 in 上海华新家电: two characters hold none.
    """
    return Func(column, function="customers_bigrams")


def keeps_activity() -> list[pgtrigger.Trigger]:
    """Return the triggers of customers that give each a row and take it away."""
    return [
        _statement(
            "Insert",
            "give_activity",
            f"""
            INSERT INTO customers_customeractivity (customer_id, last_order_on)
            SELECT id, '{NEVER}' FROM new_rows ON CONFLICT DO NOTHING;
            """,  # noqa: S608 - the texts in this module, no input
        ),
        _statement(
            "Delete",
            "take_activity",
            "DELETE FROM customers_customeractivity WHERE customer_id IN (SELECT id FROM old_rows);",
        ),
    ]


def notes_last_order() -> list[pgtrigger.Trigger]:
    """Return the triggers of orders that keep the last day of those whose orders a statement touched."""
    return [
        _statement(
            "Insert",
            "last_order_insert",
            """
            WITH newest AS (
                SELECT customer_id, max(ordered_on) AS last_day FROM new_rows
                WHERE status IN ('confirmed', 'delivered') AND customer_id IS NOT NULL GROUP BY customer_id
            ), held AS (
                SELECT activity.customer_id, newest.last_day
                FROM customers_customeractivity AS activity JOIN newest USING (customer_id)
                WHERE activity.last_order_on < newest.last_day
                ORDER BY activity.customer_id FOR NO KEY UPDATE OF activity
            )
            UPDATE customers_customeractivity AS activity SET last_order_on = held.last_day
            FROM held WHERE held.customer_id = activity.customer_id;
            """,
        ),
        _statement(
            "Update",
            "last_order_update",
            _again("SELECT customer_id FROM old_rows UNION ALL SELECT customer_id FROM new_rows"),
        ),
        _statement("Delete", "last_order_delete", _again("SELECT customer_id FROM old_rows")),
    ]


def _again(customers: str) -> str:
    """Return the statement that reads the last day anew from the orders of some customers."""
    return f"""
        WITH touched AS (
            SELECT activity.customer_id, activity.last_order_on FROM customers_customeractivity AS activity
            WHERE activity.customer_id IN ({customers})
            ORDER BY activity.customer_id FOR NO KEY UPDATE
        ), found AS (
            SELECT touched.customer_id, touched.last_order_on AS before, coalesce((
                SELECT max(ordered_on) FROM customers_order AS o
                WHERE o.customer_id = touched.customer_id AND o.status IN ('confirmed', 'delivered')
            ), '{NEVER}') AS last_day FROM touched
        )
        UPDATE customers_customeractivity AS activity SET last_order_on = found.last_day
        FROM found WHERE found.customer_id = activity.customer_id AND found.last_day <> found.before;
    """  # noqa: S608 - the texts in this module, no input


def _statement(operation: str, name: str, work: str) -> pgtrigger.Trigger:
    """Return a trigger that does something once after each statement."""
    rows = {
        "Insert": pgtrigger.Referencing(new="new_rows"),
        "Update": pgtrigger.Referencing(old="old_rows", new="new_rows"),
        "Delete": pgtrigger.Referencing(old="old_rows"),
    }
    return pgtrigger.Trigger(
        name=name,
        operation=getattr(pgtrigger, operation),
        when=pgtrigger.After,
        level=pgtrigger.Statement,
        referencing=rows[operation],
        func=pgtrigger.Func(f"{work} RETURN NULL;"),
    )
