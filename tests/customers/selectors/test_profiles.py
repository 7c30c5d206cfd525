"""Customers as pages read them."""

from datetime import UTC, date, datetime

from crm.extensions import Standing
from customers.models import ContactPoint, Customer, OrderStatus, Region
from customers.selectors import profiles
from tests.cast import Cast, make_customer, make_order


def names(customers: object) -> set[str]:
    return {customer.name for customer in customers}  # type: ignore[attr-defined]


def found(written: str, key: str = "") -> set[str]:
    return names(Customer.objects.filter(profiles.named_like(written, key)))


def test_everybody_sees_their_own_and_the_shared_and_no_more(cast: Cast) -> None:
    assert names(profiles.visible_customers(cast.alice)) == {"苏州华新家电"}
    assert names(profiles.visible_customers(cast.bob)) == {"苏州华新家电"}
    assert names(profiles.visible_customers(cast.charlie)) == set()
    assert names(profiles.visible_customers(cast.dora)) == {"苏州华新家电"}
    assert names(profiles.visible_customers(cast.ada)) == {"苏州华新家电", "无主商行"}


def test_a_name_is_found_by_part_pinyin_initials_and_code(cast: Cast) -> None:
    for written, key in (
        ("华新家", "华新家"),
        ("huaxin", "huaxin"),
        ("szhx", "szhx"),
        ("su", "su"),
        ("苏州", ""),
        ("k1", ""),
    ):
        assert found(written, key) == {"苏州华新家电"}, written


def test_less_than_three_characters_are_how_a_name_begins(cast: Cast) -> None:
    assert found("华新") == set()
    assert found("苏") == {"苏州华新家电"}


def test_a_second_reading_of_a_surname_is_found_by_its_initials(cast: Cast) -> None:
    make_customer("P1", "单雄", kind="person")
    assert found("dx", "dx") == found("sx", "sx") == {"单雄"}


def test_a_phone_number_finds_its_customer_only_for_who_may_read_it(cast: Cast) -> None:
    ContactPoint.objects.create(customer=cast.huaxin, kind="mobile", value="+8613861236021")
    everybody = Customer.objects.all()
    assert names(everybody.filter(profiles.reached_at(cast.alice, ["+8613861236021"]))) == {"苏州华新家电"}
    assert names(everybody.filter(profiles.reached_at(cast.otto, ["+8613861236021"]))) == set()


def test_the_list_sorts_by_pinyin_by_last_order_and_by_newest(cast: Cast) -> None:
    make_order(cast.orphan, "SO-1", date(2024, 5, 1), 100)
    make_order(cast.orphan, "SO-2", date(2024, 8, 1), 100, status=OrderStatus.CANCELLED)
    make_customer("K3", "阿里", created_at=datetime(2023, 1, 1, tzinfo=UTC))
    order = {
        sort: [
            row.code for row in profiles.customer_page(Customer.objects.all(), None, sort=sort, size=9).rows
        ]
        for sort in profiles.SORTS
    }
    assert order == {
        "newest": ["K2", "K1", "K3"],
        "name": ["K3", "K1", "K2"],
        "last_order": ["K2", "K3", "K1"],
    }


def test_the_last_order_is_neither_a_return_nor_a_cancelled_one(cast: Cast) -> None:
    make_order(cast.huaxin, "SO-1", date(2024, 5, 1), 100)
    make_order(cast.huaxin, "RT-1", date(2024, 6, 1), -100, status=OrderStatus.RETURNED)
    make_order(cast.huaxin, "SO-2", date(2024, 7, 1), 100, status=OrderStatus.CANCELLED)
    assert profiles.last_orders([cast.huaxin.pk, cast.orphan.pk]) == {cast.huaxin.pk: date(2024, 5, 1)}


def test_a_list_carries_what_the_published_run_says(cast: Cast) -> None:
    class Run:
        def standings(self, customer_ids: list[int]) -> dict[int, Standing]:
            return {cast.huaxin.pk: Standing("A")} if cast.huaxin.pk in customer_ids else {}

    rows = profiles.customer_page(Customer.objects.all(), Run(), sort="name").rows  # type: ignore[arg-type]
    assert [(row.code, row.standing and row.standing.tier) for row in rows] == [("K1", "A"), ("K2", None)]


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
