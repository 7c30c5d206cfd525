"""The filters by fields that administrators added: by what fits the kind of each."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal, InvalidOperation
from typing import Any

from django.db.models import Case, DecimalField, F, Func, Q, TextField, When
from django.db.models.functions import Cast
from django.utils.translation import gettext_lazy as _

from crm.templatetags.format import day, number
from customers.filters.base import Filter, FilterError, Rows, Viewer, read_day
from customers.models import CustomField, CustomKind, CustomValue
from customers.selectors.custom_fields import fields_in_use

LONGEST = 500
_BIGGEST = Decimal(10) ** 14
_YES_NO = (("yes", _("Yes")), ("no", _("No")))


def custom_filters(kind: str = "") -> tuple[Filter, ...]:
    """Return the filters by the fields in use, for ``kind`` by those that it can have."""
    return tuple(
        each
        for field in fields_in_use()
        if not kind or field.customer_kind in ("", kind)
        for each in _FILTERS[CustomKind(field.kind)](field)
    )


def _name(field: CustomField, what: str = "") -> str:
    return f"custom.{field.key}{what}"


def _having(field: CustomField, condition: Callable[[Any], Q]) -> Callable[[Rows, list[Any], Viewer], Rows]:
    """Keep the customers of whom one of the values holds in a field."""

    def narrow(rows: Rows, values: list[Any], viewer: Viewer) -> Rows:
        some = Q()
        for value in values:
            some |= condition(value)
        # The text of other fields is no number: only what this one holds is read as one.
        plain = Func(F("value"), template="(%(expressions)s #>> '{}')", output_field=TextField())
        amount = Case(When(field=field, then=Cast(plain, DecimalField(max_digits=18, decimal_places=4))))
        held = CustomValue.objects.filter(field=field).alias(plain=plain, amount=amount).filter(some)
        return rows.filter(pk__in=held.order_by().values("customer"))

    return narrow


def _of_texts(field: CustomField) -> tuple[Filter, ...]:
    def read(written: str, viewer: Viewer) -> str:
        sought = written.replace("\0", "").strip()
        if not sought or len(sought) > LONGEST:
            raise FilterError(written)
        return sought

    narrow = _having(field, lambda value: Q(plain__icontains=value))
    return (Filter(_name(field), str(field), read, narrow, typed="text", is_personal=field.is_personal),)


def _of_choices(field: CustomField) -> tuple[Filter, ...]:
    def read(written: str, viewer: Viewer) -> str:
        if written not in field.choices:
            raise FilterError(written)
        return written

    narrow = _having(field, lambda value: Q(value=value))
    offered = [(each, each) for each in field.choices]
    return (
        Filter(
            _name(field),
            str(field),
            read,
            narrow,
            lambda viewer, chosen: offered,
            many=True,
            is_personal=field.is_personal,
        ),
    )


def _of_yes_or_no(field: CustomField) -> tuple[Filter, ...]:
    labels = dict(_YES_NO)

    def read(written: str, viewer: Viewer) -> str:
        if written not in labels:
            raise FilterError(written)
        return written

    narrow = _having(field, lambda value: Q(value=value == "yes"))
    return (
        Filter(
            _name(field),
            str(field),
            read,
            narrow,
            lambda viewer, chosen: _YES_NO,
            shown=lambda value: labels[value],
            is_personal=field.is_personal,
        ),
    )


def _of_numbers(field: CustomField) -> tuple[Filter, ...]:
    def read(written: str, viewer: Viewer) -> Decimal:
        try:
            found = Decimal(written) if len(written) <= 40 and written.isascii() else None
        except InvalidOperation:
            found = None
        if found is None or not found.is_finite() or abs(found) >= _BIGGEST:
            raise FilterError(written)
        return found

    def bound(what: str, label: Any, lookup: str) -> Filter:
        narrow = _having(field, lambda value: Q(**{f"amount__{lookup}": value}))
        title = label % {"field": str(field)}
        return Filter(
            _name(field, what),
            title,
            read,
            narrow,
            shown=_plain_number,
            typed="number",
            is_personal=field.is_personal,
        )

    return bound(".least", _("%(field)s, at least"), "gte"), bound(".most", _("%(field)s, at most"), "lte")


def _of_days(field: CustomField) -> tuple[Filter, ...]:
    def bound(what: str, label: Any, lookup: str) -> Filter:
        # Days are kept as 2026-11-30: in their order as text.
        narrow = _having(field, lambda value: Q(**{f"plain__{lookup}": value.isoformat()}))
        title = label % {"field": str(field)}
        return Filter(
            _name(field, what),
            title,
            lambda written, viewer: read_day(written),
            narrow,
            shown=day,
            is_personal=field.is_personal,
        )

    return bound(".since", _("%(field)s, from"), "gte"), bound(".until", _("%(field)s, until"), "lte")


def _plain_number(value: Decimal) -> str:
    return number(value, max(0, -int(value.normalize().as_tuple().exponent)))


_FILTERS: dict[CustomKind, Callable[[CustomField], tuple[Filter, ...]]] = {
    CustomKind.TEXT: _of_texts,
    CustomKind.CHOICE: _of_choices,
    CustomKind.YES_NO: _of_yes_or_no,
    CustomKind.NUMBER: _of_numbers,
    CustomKind.DATE: _of_days,
}
