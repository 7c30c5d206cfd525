"""Rows of any model, filled in far enough that the database takes them: for tests that go over all models."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from django.db import models
from django.db.models import NOT_PROVIDED

from crm.models import Role, User
from customers.models import Customer, Product, Region
from tests.cast import make_customer, make_user

A_DAY = date(2025, 3, 4)
# What a constraint asks for beyond a value of the right type.
SPECIAL: dict[str, dict[str, Any]] = {
    "WalletShare": {"period_end": date(2025, 12, 31)},
    "Relation": {"other_person": "his brother"},
    "CustomerMerge": {"moves": {}},
}


def filled(model: type[models.Model], number: int = 1, **given: Any) -> Any:
    """Return a saved row of ``model``; values that may not repeat are told apart by ``number``."""
    values = {**SPECIAL.get(model.__name__, {}), **given}
    for field in model._meta.concrete_fields:
        if field.name not in values and _is_needed(field):
            values[field.name] = _value_of(field, number)
    row = model(**values)
    row.save(force_insert=True)
    return row


def _is_needed(field: models.Field[Any, Any]) -> bool:
    if getattr(field, "auto_now", False) or getattr(field, "auto_now_add", False):
        return False
    if isinstance(field, models.AutoField) or field.null or field.default is not NOT_PROVIDED:
        return False
    return not field.blank or not isinstance(field, models.CharField | models.TextField)


def _value_of(field: models.Field[Any, Any], number: int) -> Any:
    if field.choices:
        return field.flatchoices[0][0]
    if isinstance(field, models.ForeignKey):
        return _related(field.related_model, number)
    for kind, value in (
        (models.DateTimeField, datetime(2025, 3, 4, 5, tzinfo=UTC)),
        (models.DateField, A_DAY),
        (models.DecimalField, Decimal(number)),
        (models.BooleanField, False),
        (models.IntegerField, number),
        (models.BinaryField, b"x"),
        (models.JSONField, {"number": number}),
    ):
        if isinstance(field, kind):
            return value
    return f"{field.name} {number}"[: field.max_length]


def _related(model: Any, number: int) -> Any:
    if model is Customer:
        return Customer.objects.filter(code="OTHER").first() or make_customer("OTHER", "旁人")
    if model is User:
        return User.objects.filter(username="helper").first() or make_user("helper", Role.REP)
    if model in (Region, Product) and model.objects.exists():
        return model.objects.order_by("pk").first()
    return filled(model, _free_number(model))


def _free_number(model: Any) -> int:
    return int(model._default_manager.count()) + 1_000
