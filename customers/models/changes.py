"""Whose analysis facts have changed: noted by triggers, so that no way of writing can forget it."""

from __future__ import annotations

import pgtrigger
from django.db import models
from django.utils.translation import gettext_lazy as _

from customers.models.profiles import Customer


def marks_changed(operation: str, referencing: pgtrigger.Referencing, customers: str) -> pgtrigger.Trigger:
    """Return the trigger that notes whose analysis facts a statement changed.

    ``customers`` selects their ids from the rows before and after. Ids are written in one order, so that two
    writers cannot deadlock.
    """
    return pgtrigger.Trigger(
        name=f"mark_changed_{operation.lower()}",
        operation=getattr(pgtrigger, operation),
        when=pgtrigger.After,
        level=pgtrigger.Statement,
        referencing=referencing,
        func=pgtrigger.Func(
            f"""
            INSERT INTO customers_changedcustomer (customer_id, changed_at)
            SELECT DISTINCT customer_id, now() FROM ({customers}) AS changed
            WHERE customer_id IS NOT NULL
            ORDER BY customer_id
            ON CONFLICT (customer_id) DO UPDATE SET changed_at = excluded.changed_at;
            RETURN NULL;
            """  # noqa: S608 - the texts in this module, no input
        ),
    )


def marks_every_change() -> list[pgtrigger.Trigger]:
    """Return the triggers that note the customers of rows inserted, updated and deleted."""
    return [
        marks_changed("Insert", pgtrigger.Referencing(new="new_rows"), "SELECT customer_id FROM new_rows"),
        marks_changed(
            "Update",
            pgtrigger.Referencing(old="old_rows", new="new_rows"),
            "SELECT customer_id FROM old_rows UNION ALL SELECT customer_id FROM new_rows",
        ),
        marks_changed("Delete", pgtrigger.Referencing(old="old_rows"), "SELECT customer_id FROM old_rows"),
    ]


class ChangedCustomer(models.Model):
    """A customer whose order lines or payments changed since their analysis facts were last refreshed.

    Kept by triggers, so that no way of writing can forget it.
    """

    customer = models.OneToOneField(
        Customer, primary_key=True, on_delete=models.CASCADE, related_name="+", db_constraint=False
    )
    changed_at = models.DateTimeField()

    class Meta:
        verbose_name = _("changed customer")
        verbose_name_plural = _("changed customers")

    def __str__(self) -> str:
        return str(self.customer_id)
