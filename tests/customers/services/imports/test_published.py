"""The published files, imported whole, to the penny."""

from decimal import Decimal
from pathlib import Path

import pytest
from django.db.models import Count, F, Sum
from pytest_django import Settings

from customers.models import Customer, ImportBatch, Order, OrderLine, Product
from customers.services import imports
from tests.customers.services.imports.conftest import Bring


def cents(lines: object) -> int:
    return int(lines.aggregate(total=Sum("revenue_cents"))["total"])  # type: ignore[attr-defined]


def test_online_retail_comes_in_without_a_mapping_to_the_penny(
    bring: Bring, data_dir: Path, settings: Settings
) -> None:
    settings.COMPANY_CURRENCY = "GBP"
    result = bring("orders", data_dir / "online_retail_2010_2011.csv.gz")
    assert result.counts.as_dict() == {
        "rows": 541909, "created": 541909, "updated": 0, "unchanged": 0, "rejected": 0, "skipped": 0,
    }  # fmt: skip
    assert result.also == {"customers": 4372, "products": 4070, "orders": 25900}
    lines = OrderLine.objects.all()
    identified = lines.exclude(customer=None)
    assert (cents(lines), cents(identified)) == (974774793, 830006581)
    sales = identified.filter(quantity__gt=0, unit_price__gt=0)
    assert (sales.count(), cents(sales)) == (397884, 891140790)
    assert sales.values("customer").distinct().count() == 4338
    assert sales.values("order").distinct().count() == 18532
    net = identified.values("customer").annotate(net=Sum("revenue_cents"))
    assert net.filter(net__gt=0).count() == 4317  # five more net exactly zero, which floats miss by 1e-13
    returned = Order.objects.filter(number__startswith="C")
    assert returned.count() == returned.filter(status="returned").count() == 3836
    assert Product.objects.get(sku="POST").not_merchandise
    assert Product.objects.get(sku="85123A").name == "WHITE HANGING HEART T-LIGHT HOLDER"
    home = (
        Customer.objects.values("region__english_name").annotate(customers=Count("pk")).order_by("-customers")
    )
    assert home[0] == {"region__english_name": "United Kingdom", "customers": 3950}


def test_cdnow_gives_every_purchase_to_its_customer(bring: Bring, data_dir: Path, settings: Settings) -> None:
    settings.COMPANY_CURRENCY = "USD"
    result = bring("orders", data_dir / "cdnow_master.csv.gz")
    assert (result.counts.created, result.also["customers"]) == (69659, 23570)
    assert Order.objects.count() == 67591  # customers' days with a purchase
    assert OrderLine.objects.aggregate(pieces=Sum("quantity"))["pieces"] == Decimal(167881)
    first = Order.objects.values("customer").annotate(first=Count("pk"))
    assert first.count() == 23570


def test_superstore_s_sales_and_profit_come_out_exact(
    bring: Bring, data_dir: Path, settings: Settings
) -> None:
    settings.COMPANY_CURRENCY = "USD"
    result = bring("orders", data_dir / "superstore_orders.csv.gz")
    assert (result.counts.created, result.also) == (
        9994,
        {"customers": 793, "products": 1862, "orders": 5009},
    )
    profit = Sum(F("amount") - F("unit_cost") * F("quantity"))
    totals = OrderLine.objects.aggregate(sales=Sum("amount"), profit=profit)
    assert totals == {"sales": Decimal("2297200.8603"), "profit": Decimal("286397.0217")}
    tables = OrderLine.objects.filter(product__category__name="Furniture", product__name__icontains="table")
    assert tables.exists()


@pytest.mark.django_db
def test_superstore_is_a_list_of_customers_too(bring: Bring, data_dir: Path) -> None:
    wishes = {"created_at": None, "source": None}
    result = bring("customers", data_dir / "superstore_orders.csv.gz", wishes=wishes)
    assert Customer.objects.count() == result.counts.created == 793
    assert result.counts.rows == 9994


def test_a_crm_s_accounts_in_windows_1252_come_in_and_go_again(db: None, media: Path, data_dir: Path) -> None:
    def brought() -> ImportBatch:
        path = data_dir / "import_samples" / "salesforce_accounts_cp1252.csv"
        reading = imports.Reading(encoding="cp1252")
        batch = imports.receive(path, name=path.name, kind="customers", actor=None, reading=reading)
        imports.start_here(batch, actor=None)
        batch.refresh_from_db()
        return batch

    first, again = brought(), brought()
    assert Customer.objects.count() == first.created == first.rows == 423
    assert (again.unchanged, again.rows) == (423, 423)
    imports.undo_here(first, actor=None)
    assert imports.undo_report(first).kept == 0
    assert not Customer.objects.exists()


@pytest.mark.parametrize(
    ("name", "created"),
    [("accountsForInsert", 4), ("dateWithTimeZone", 2), ("emptyFirstRowFieldValueInCsvTemplate", 2)],
)
def test_a_loader_s_own_files_come_in_and_are_known_again(
    bring: Bring, data_dir: Path, name: str, created: int
) -> None:
    path = data_dir / "import_samples" / f"dataloader_{name}.csv"
    first, again = bring("customers", path), bring("customers", path)
    assert (first.counts.created, again.counts.unchanged) == (created, created)


@pytest.mark.django_db
@pytest.mark.parametrize("mark", ["", "_BOM_UTF8", "_BOM_UTF16LE", "_BOM_UTF16BE", "_BOM_UTF32LE"])
def test_one_list_comes_in_under_every_byte_order_mark(bring: Bring, data_dir: Path, mark: str) -> None:
    path = data_dir / "import_samples" / f"dataloader_csvtext{mark}.csv"
    wishes = {"code": "column1", "name": "column2"}
    assert bring("customers", path, wishes=wishes).counts.created == 2
    names = {"row1-1": "row1-2", "row2-1": "row2-2"}
    assert dict(Customer.objects.values_list("code", "name")) == names
