"""Customers as pages read them."""

from customers.models import ContactPoint, Customer, Region
from customers.selectors import profiles
from tests.cast import Cast, make_customer


def names(customers: object) -> set[str]:
    return {customer.name for customer in customers}  # type: ignore[attr-defined]


def test_everybody_sees_their_own_and_the_shared_and_no_more(cast: Cast) -> None:
    assert names(profiles.visible_customers(cast.alice)) == {"苏州华新家电"}
    assert names(profiles.visible_customers(cast.bob)) == {"苏州华新家电"}
    assert names(profiles.visible_customers(cast.charlie)) == set()
    assert names(profiles.visible_customers(cast.dora)) == {"苏州华新家电"}
    assert names(profiles.visible_customers(cast.ada)) == {"苏州华新家电", "无主商行"}


def test_the_record_of_a_customer_out_of_scope_is_none(cast: Cast) -> None:
    assert profiles.customer_record(cast.charlie, cast.huaxin.pk) is None
    assert profiles.customer_record(cast.alice, cast.orphan.pk) is None


def test_a_deleted_customer_is_nobodys(cast: Cast) -> None:
    Customer.objects.update(deleted_at="2024-06-01T00:00Z")
    assert profiles.customer_record(cast.ada, cast.huaxin.pk) is None
    assert names(profiles.visible_customers(cast.ada)) == set()


def test_the_record_leads_from_the_country_down_to_the_city(cast: Cast) -> None:
    record = profiles.customer_record(cast.alice, cast.huaxin.pk)
    assert record is not None
    assert [region.code for region in record.regions] == ["CN", "CN-E", "320000", "320500"]


def test_an_auditor_gets_contacts_masked(cast: Cast) -> None:
    ContactPoint.objects.create(customer=cast.huaxin, kind="mobile", value="+8613861236021")
    ContactPoint.objects.create(customer=cast.huaxin, kind="email", value="caigou@huaxin.example")
    seen, masked = (profiles.customer_record(user, cast.huaxin.pk) for user in (cast.alice, cast.otto))
    assert seen is not None
    assert masked is not None
    assert [contact.shown for contact in seen.contacts] == ["+86 138 6123 6021", "caigou@huaxin.example"]
    assert [contact.value for contact in masked.contacts] == ["••••••6021", "c••••••@huaxin.example"]


def test_regions_to_choose_from_are_those_below_or_the_areas_and_countries_in_use(cast: Cast) -> None:
    make_customer("GB1", "Sunrise", region=Region.objects.get(code="GB"))
    top = {region.code for region in profiles.region_choices(profiles.visible_customers(cast.ada), None)}
    assert top == {"CN-E", "CN-N", "CN-C", "CN-S", "CN-SW", "CN-NW", "CN-NE", "GB"}
    assert "GB" not in {
        region.code for region in profiles.region_choices(profiles.visible_customers(cast.alice), None)
    }
    east = Region.objects.get(code="CN-E")
    assert "320000" in {
        region.code for region in profiles.region_choices(profiles.visible_customers(cast.ada), east)
    }


def test_owners_to_choose_from_are_the_colleagues_one_answers_for(cast: Cast) -> None:
    assert profiles.owner_choices(cast.alice) == []
    assert profiles.owner_choices(cast.ada) == [cast.alice]
    assert cast.alice not in profiles.possible_owners(cast.dora)
    assert set(profiles.possible_owners(cast.dora)) == {cast.dora, cast.bob, cast.charlie}
