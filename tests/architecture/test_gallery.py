"""The gallery of pages knows every page, and names none that is gone."""

from django.urls import resolve

from tests.e2e.gallery import (
    ADMIN_PAGES,
    BELOW_PERSON,
    BELOW_RECORD,
    DETAILS,
    NAMED,
    SENT,
    SIGN_IN,
    addresses_without_arguments,
    page_name,
)


def test_every_page_without_arguments_is_photographed_under_a_name_of_its_own() -> None:
    addresses = list(addresses_without_arguments())
    names = {page_name(each) for each in addresses}
    assert len(names) == len(addresses)
    known = names | set(NAMED) | set(BELOW_RECORD) | set(DETAILS)
    assert {SIGN_IN, *ADMIN_PAGES, "customers", "customers-today", "analysis-tiers"} <= known


def test_every_address_of_the_gallery_is_one_of_a_page() -> None:
    below = [f"/customers/1/{each}" for each in (*BELOW_RECORD.values(), *BELOW_PERSON.values())]
    sent = [address for start, to, _fields in SENT.values() for address in (start, to)]
    routes = {resolve(each.partition("?")[0]).view_name for each in [*below, *sent, *NAMED.values()]}
    assert routes >= {
        f"customers:{name}"
        for name in (
            "section_edit",
            "sensitive",
            "record_export",
            "part_new",
            "bulk",
            "export",
            "entry_new",
            "new",
        )
    }
