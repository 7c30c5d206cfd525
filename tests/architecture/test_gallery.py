"""The gallery of pages knows every page, and names none that is gone."""

from tests.e2e.gallery import ADMIN_PAGES, SIGN_IN, addresses_without_arguments, page_name


def test_every_page_without_arguments_is_photographed_under_a_name_of_its_own() -> None:
    addresses = list(addresses_without_arguments())
    names = {page_name(each) for each in addresses}
    assert len(names) == len(addresses)
    assert {SIGN_IN, *ADMIN_PAGES, "customers", "customers-today", "analysis-tiers"} <= names
