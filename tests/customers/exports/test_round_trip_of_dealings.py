"""What was exported of products, orders, payments, interactions and complaints comes back field by field."""

from datetime import UTC, date, datetime
from itertools import zip_longest
from pathlib import Path
from typing import Any

import pytest
from django.db.models import Model
from django.utils import translation

from customers.models import (
    Complaint,
    ComplaintType,
    ContactChannel,
    Direction,
    Interaction,
    Order,
    OrderLine,
    OrderStatus,
    Payment,
    Product,
    ProductCategory,
    Region,
    ResponseType,
)
from customers.services import imports
from tests.cast import Cast, make_order, make_payment
from tests.customers.exports.test_round_trip import bring_in, exported

KEPT: dict[str, tuple[type[Model], ...]] = {
    "products": (Product,),
    "payments": (Payment,),
    "interactions": (Interaction,),
    "complaints": (Complaint,),
    "orders": (Order, OrderLine),
}
# Their own numbers are new for what was lost; when a row was written is no word of the file's.
NUMBERS = ("id", "order_id", "original_order_id", "created_at", "updated_at")


def ordered_and_paid(cast: Cast) -> None:
    """Let 华新 order here and abroad, give back, cancel and pay in another currency."""
    order = make_order(cast.huaxin, "O1", date(2024, 3, 1), 100, 20, region=cast.huaxin.region)
    back = make_order(
        cast.huaxin, "O2", date(2024, 3, 5), -20, status=OrderStatus.RETURNED, original_order=order
    )
    OrderLine.objects.filter(order=back).update(attributed_on=order.ordered_on)
    make_order(cast.huaxin, "=O3", date(2024, 4, 1), 7, status=OrderStatus.CONFIRMED, salesperson=cast.alice)
    make_order(None, "O4", date(2024, 4, 2), 8, promised_on=date(2024, 4, 3), delivered_on=date(2024, 4, 4))
    make_order(cast.huaxin, "O5", date(2024, 4, 2), 9, status=OrderStatus.CANCELLED)
    OrderLine.objects.filter(order__number="O5").update(revenue_cents=0, cost_cents=0)
    make_order(cast.huaxin, "O6", date(2024, 4, 3), 30)
    Order.objects.filter(number="O6").update(currency="USD", exchange_rate="7.2")
    OrderLine.objects.filter(order__number="O6").update(
        quantity="3",
        unit_price="12.5",
        discount="0.2",
        unit_cost="1.2345",
        revenue_cents=21600,
        cost_cents=2667,
    )
    make_payment(order, "R1", 100, date(2024, 3, 31), date(2024, 4, 2))
    usd = make_payment(order, "R2", 30, date(2024, 3, 31), None)
    Payment.objects.filter(pk=usd.pk).update(
        currency="USD", amount="30.1250", exchange_rate="7.2", amount_cents=21690
    )


@pytest.fixture
def dealings(cast: Cast) -> None:
    """Let 华新 order, pay, be called and complain; half of what was said has no reference."""
    ordered_and_paid(cast)
    Product.objects.create(
        sku="=2",
        name="滤芯",
        category=ProductCategory.objects.create(name="配件"),
        list_price="12.50",
        launched_on=date(2024, 1, 2),
        not_merchandise=True,
    )
    product = Product.objects.get(sku="P1")
    said = zip_longest(ResponseType.values, ContactChannel.values, Direction.values, fillvalue="")
    for number, (response, channel, direction) in enumerate(said):
        Interaction.objects.create(
            reference=f"I{number}" if number % 2 else None,
            customer=cast.huaxin,
            response_type=response or ResponseType.values[0],
            channel=channel,
            direction=direction or Direction.values[0],
            occurred_at=datetime(2024, 3, 5, 9, number, 1, 250_000, tzinfo=UTC),
            value="1200.50",
            rep=cast.alice,
            product=product,
            body="=问价\n第二行",
        )
    for number, kind in enumerate(ComplaintType.values):
        Complaint.objects.create(
            reference=f"C{number}" if number % 2 else None,
            customer=cast.huaxin,
            complaint_type=kind,
            product=product if number else None,
            rep=cast.alice,
            region=Region.objects.get(code=("320500", "CN-E", "GB", "110105", "810000")[number]),
            occurred_at=datetime(2024, 3, 4, 16, tzinfo=UTC) if number else None,
            reported_at=datetime(2024, 3, 5, 9, number, 7, 999_999, tzinfo=UTC),
            resolved_at=datetime(2024, 3, 5, 10, tzinfo=UTC) if number > 1 else None,
            cause="+水压\n低" if number else "",
            resolution="@换新",
            is_satisfied=(None, True, False)[number % 3],
        )


def stored(key: str, *, exactly: bool) -> list[dict[str, Any]]:
    """Return the records of a list, all fields; or without their numbers, and to the second, as a file tells them."""
    rows = [
        {"model": model.__name__} | row
        for model in KEPT[key]
        for row in model._default_manager.order_by("pk").values()
    ]
    if exactly:
        return rows
    return sorted(({name: _told(name, value) for name, value in row.items()} for row in rows), key=str)


def _told(name: str, value: Any) -> Any:
    if name in NUMBERS or (name == "reference" and (value is None or value.startswith("KZ-"))):
        return None
    return value.replace(microsecond=0) if isinstance(value, datetime) else value


@pytest.mark.parametrize(("kind", "language"), [("csv", "zh-hans"), ("xlsx", "en")])
@pytest.mark.parametrize("key", KEPT)
def test_a_list_comes_back_as_it_was(
    cast: Cast, dealings: None, key: str, kind: str, language: str, tmp_path: Path, settings: Any
) -> None:
    settings.MEDIA_ROOT = tmp_path / "files"
    before, told = stored(key, exactly=True), stored(key, exactly=False)
    with translation.override(language):
        path = exported(cast, kind, tmp_path, key)
        known = bring_in(cast, path, key)
        assert (known.unchanged, known.rejected) == (known.rows, 0), (known.error, imports.result(known))
        assert stored(key, exactly=True) == before
        if key == "products":
            return  # lines hold them
        if key == "orders":
            Payment.objects.all().delete()
            Order.objects.update(original_order=None)
        for model in reversed(KEPT[key]):
            model._default_manager.all().delete()
        lost = bring_in(cast, path, key)
    assert (lost.created, lost.rejected) == (lost.rows, 0), (lost.error, imports.result(lost))
    assert stored(key, exactly=False) == told


def test_the_orders_own_list_is_no_file_of_orders(
    cast: Cast, dealings: None, tmp_path: Path, settings: Any
) -> None:
    settings.MEDIA_ROOT = tmp_path / "files"
    with translation.override("en"):
        path = exported(cast, "csv", tmp_path, "orders", columns="shown")
        batch = bring_in(cast, path, "orders")
    assert "Calculated: Amount" in path.read_text()
    assert "line total" in batch.error


def test_what_is_worked_out_is_left_out_with_a_word(cast: Cast, tmp_path: Path, settings: Any) -> None:
    settings.MEDIA_ROOT = tmp_path / "files"
    with translation.override("en"):
        batch = bring_in(cast, exported(cast, "csv", tmp_path, "customers"), "customers")
    assert [warning for warning in batch.warnings if "Calculated: Last order" in warning]
