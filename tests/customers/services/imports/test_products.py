"""Product files, and costs that begin on a day and end the ones before."""

from datetime import date
from decimal import Decimal

import time_machine

from customers.models import Product, ProductCategory, ProductCost
from tests.customers.services.imports.conftest import Bring

HEADER = "sku,name,category,list price,cost,cost valid from\n"


def costs() -> list[tuple[Decimal | int, date, date | None]]:
    return list(ProductCost.objects.order_by("valid_from").values_list("cost", "valid_from", "valid_until"))


def test_a_row_becomes_a_product_with_its_category_and_cost(bring: Bring) -> None:
    bring("products", HEADER + "S1,净水器,家电,1999,1200,2024-01-01\n")
    product = Product.objects.get(sku="S1")
    assert (product.name, product.list_price) == ("净水器", Decimal(1999))
    assert product.category == ProductCategory.objects.get(name="家电")
    assert costs() == [(1200, date(2024, 1, 1), None)]
    assert bring("products", HEADER + "S1,净水器,家电,1999,1200,2024-01-01\n").counts.unchanged == 1


def test_a_category_is_also_known_by_its_english_name(bring: Bring) -> None:
    known = ProductCategory.objects.create(name="家电", english_name="Appliances")
    bring("products", HEADER + "S1,净水器,Appliances,,,\n")
    assert Product.objects.get().category == known


def test_a_new_cost_ends_the_one_before(bring: Bring) -> None:
    bring("products", HEADER + "S1,净水器,,,1200,2024-01-01\n")
    assert bring("products", HEADER + "S1,净水器,,,1300,2024-06-01\n").counts.updated == 1
    assert costs() == [(1200, date(2024, 1, 1), date(2024, 6, 1)), (1300, date(2024, 6, 1), None)]


def test_an_earlier_cost_holds_until_the_known_one_begins(bring: Bring) -> None:
    bring("products", HEADER + "S1,净水器,,,1200,2024-01-01\n")
    bring("products", HEADER + "S1,净水器,,,1100,2023-01-01\n")
    assert costs() == [(1100, date(2023, 1, 1), date(2024, 1, 1)), (1200, date(2024, 1, 1), None)]


def test_a_corrected_cost_of_the_same_day_replaces_it(bring: Bring) -> None:
    bring("products", HEADER + "S1,净水器,,,1200,2024-01-01\n")
    bring("products", HEADER + "S1,净水器,,,1250,2024-01-01\n")
    assert costs() == [(1250, date(2024, 1, 1), None)]


@time_machine.travel("2024-06-01T04:00:00+00:00", tick=False)
def test_the_first_cost_without_a_day_holds_for_all_the_past_and_a_later_one_from_today(bring: Bring) -> None:
    bring("products", HEADER + "S1,净水器,,,1200,\n")
    bring("products", HEADER + "S1,净水器,,,1300,\n")
    assert costs() == [(1200, date(1900, 1, 1), date(2024, 6, 1)), (1300, date(2024, 6, 1), None)]
    assert bring("products", HEADER + "S1,净水器,,,1300,\n").counts.unchanged == 1


def test_a_file_without_names_does_not_rename_products(bring: Bring) -> None:
    bring("products", HEADER + "S1,净水器,,,,\n")
    assert bring("products", "sku,list price\nS1,1999\n").counts.updated == 1
    assert Product.objects.get().name == "净水器"


def test_prices_in_a_foreign_currency_are_rejected(bring: Bring) -> None:
    result = bring("products", "sku,name,list price,currency\nS1,净水器,1999,USD\n")
    assert "The price is in USD. Give prices and costs of products in CNY." in result.rejections[0][1]
