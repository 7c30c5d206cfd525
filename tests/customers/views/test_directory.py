"""Competitors, campaigns, channels and informants: everybody's registers, with figures of one's own customers."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from customers.models import (
    Campaign,
    Channel,
    Competitor,
    CompetitorRep,
    Customer,
    CustomerShare,
    Informant,
    ProductCategory,
    Referral,
    Region,
    Territory,
    WalletShare,
)
from customers.selectors.acquisition import SILENT_AFTER, campaign_rows, informant_rows
from customers.selectors.competitors import competitor_rows, wallets, where_met
from tests.cast import Cast, make_customer, make_order, sign_in

YEAR = (date(2024, 1, 1), date(2025, 1, 1))


def bought(customer: Customer, competitor: Competitor, amount: int, **more: object) -> WalletShare:
    start, end = YEAR
    values = {"period_start": start, "period_end": end, "noted_on": end, **more}
    return WalletShare.objects.create(
        customer=customer, competitor=competitor, amount_elsewhere=amount, **values
    )


def test_figures_of_a_competitor_are_of_ones_own_customers(cast: Cast) -> None:
    rival = Competitor.objects.create(name="恒丰")
    bought(cast.huaxin, rival, 100)
    bought(cast.orphan, rival, 900)
    CompetitorRep.objects.create(competitor=rival, customer=cast.orphan, name="钱经理")
    (mine,), (all_,), (nothing,) = (competitor_rows(user) for user in (cast.alice, cast.ada, cast.charlie))
    assert (mine.customers, mine.amount, mine.reps) == (1, Decimal(100), 0)
    assert (all_.customers, all_.amount, all_.reps) == (2, Decimal(1000), 1)
    assert (nothing.customers, nothing.amount) == (0, None)
    page = sign_in(cast.alice).get(f"/customers/competitors/{rival.pk}/").content.decode()
    assert "苏州华新家电" in page
    assert "无主商行" not in page
    assert "钱经理" not in page


def test_a_later_estimate_takes_the_place_of_an_earlier_one(cast: Cast) -> None:
    rival = Competitor.objects.create(name="恒丰")
    bought(cast.huaxin, rival, 100)
    bought(cast.huaxin, rival, 300, period_start=YEAR[1], period_end=date(2026, 1, 1))
    assert competitor_rows(cast.alice)[0].amount == Decimal(300)
    assert [met.amount for met in where_met(cast.alice, rival)] == [Decimal(300)]


def test_the_wallet_sets_what_they_buy_of_us_against_what_we_heard(cast: Cast) -> None:
    water = ProductCategory.objects.create(name="净水")
    order = make_order(cast.huaxin, "SO-1", date(2024, 12, 31), 300)
    make_order(cast.huaxin, "SO-2", date(2025, 1, 1), 999)
    product = order.lines.get().product
    product.category = water
    product.save()
    rival = Competitor.objects.create(name="恒丰")
    bought(cast.huaxin, rival, 80, category=water)
    bought(cast.huaxin, rival, 20, category=water)
    (wallet,) = wallets(cast.huaxin)
    assert (wallet.ours, wallet.others) == (Decimal(300), [("恒丰", Decimal(100))])
    assert wallet.share(wallet.ours) == 0.75


def test_a_campaign_costs_per_customer_only_for_who_sees_them_all(cast: Cast) -> None:
    channel = Channel.objects.create(name="展会", kind="exhibition")
    campaign = Campaign.objects.create(
        code="E1", name="2024 展会", channel=channel, starts_on=date(2024, 1, 1), cost=1000
    )
    Customer.objects.update(campaign=campaign)
    (mine,), (all_,) = campaign_rows(cast.alice), campaign_rows(cast.ada)
    assert (mine.customers, mine.cost_each) == (1, None)
    assert (all_.customers, all_.cost_each) == (2, Decimal(500))


def test_an_informant_is_seen_by_whose_they_are_and_falls_silent(cast: Cast) -> None:
    wang = Informant.objects.create(name="老王", owner=cast.alice)
    today = timezone.localdate()
    last = today - SILENT_AFTER
    told = Referral.objects.create(informant=wang, customer=cast.huaxin, referred_on=last, payout=50)
    Referral.objects.create(informant=wang, customer=cast.orphan, referred_on=today, payout=70)
    (row,) = informant_rows(cast.alice)
    assert (row.referrals, row.payouts, row.last_on, row.is_silent) == (1, Decimal(50), last, False)
    Referral.objects.filter(pk=told.pk).update(referred_on=last - timedelta(days=1))
    assert informant_rows(cast.alice)[0].is_silent
    assert informant_rows(cast.charlie) == []


def test_who_sees_the_informant_may_not_see_the_customer_that_they_are(cast: Cast) -> None:
    wang = Informant.objects.create(name="老王", owner=cast.alice, customer=cast.orphan)
    assert informant_rows(cast.alice)[0].customer is None
    page = sign_in(cast.alice).get(f"/customers/campaigns/informants/{wang.pk}/").content.decode()
    assert "老王" in page
    assert f"/customers/{cast.orphan.pk}/" not in page
    CustomerShare.objects.create(customer=cast.orphan, user=cast.charlie)
    assert [row.name for row in informant_rows(cast.charlie)] == ["老王"]


@pytest.mark.parametrize(
    ("register", "typed", "words"),
    [
        ("competitors", {"name": ""}, "This field is required"),
        (
            "campaigns",
            {"code": "E1", "name": "x", "starts_on": "2024-02-01", "ends_on": "2024-01-01"},
            "before it begins",
        ),
        ("channels", {"name": "名单", "kind": "rented_list"}, "by what right"),
        ("informants", {"name": "老王", "reward_per_sale": "many"}, "number"),
    ],
)
def test_what_is_wrong_is_said_and_kept(cast: Cast, register: str, typed: dict[str, str], words: str) -> None:
    response = sign_in(cast.ada).post(f"/customers/directory/{register}/new/", typed)
    assert response.status_code == 422
    assert words in response.content.decode()


def test_entries_are_added_and_changed(cast: Cast) -> None:
    alice = sign_in(cast.alice)
    alice.post("/customers/directory/competitors/new/", {"name": "恒丰"})
    rival = Competitor.objects.get()
    response = alice.post(
        f"/customers/directory/competitors/{rival.pk}/", {"name": "恒丰", "service": "上门"}
    )
    assert response.headers["Location"] == f"/customers/competitors/{rival.pk}/"
    rival.refresh_from_db()
    assert rival.service == "上门"
    alice.post("/customers/directory/informants/new/", {"name": "老王", "reward_per_sale": "0"})
    assert Informant.objects.get().owner == cast.alice


def test_campaigns_and_channels_are_not_for_reps_to_change(cast: Cast) -> None:
    channel = Channel.objects.create(name="展会", kind="exhibition")
    alice = sign_in(cast.alice)
    for path in ("campaigns/new/", "channels/new/", f"channels/{channel.pk}/"):
        assert alice.get(f"/customers/directory/{path}").status_code == 403
    assert alice.get("/customers/directory/nothing/new/").status_code == 404


def test_an_administrator_says_who_answers_for_which_regions(cast: Cast) -> None:
    area = Region.objects.create(code="990000", name="测试省", level="province", path="990000/")
    city = Region.objects.create(
        code="990100", name="测试市", level="city", path="990000/990100/", parent=area
    )
    new, ada = "/customers/directory/territories/new/", sign_in(cast.ada)
    assert sign_in(cast.dora).get(new).status_code == 403
    typed = {"name": "测试区", "manager": cast.dora.pk, "regions": "测试省 (990000)\n无此地"}
    refused = ada.post(new, typed)
    assert refused.status_code == 422
    assert "无此地" in refused.content.decode()
    ada.post(new, {**typed, "regions": "测试省 (990000)"})
    far = make_customer("FAR", "远方商行", region=city)
    assert far.is_visible_to(cast.dora)
    page = f"/customers/directory/territories/{Territory.objects.get(name='测试区').pk}/"
    assert "测试省 (990000)" in ada.get(page).content.decode()
    ada.post(page, {**typed, "regions": ""})
    assert not far.is_visible_to(cast.dora)
    assert "测试区" in sign_in(cast.alice).get("/customers/territories/").content.decode()


def test_of_many_regions_the_first_are_shown_and_the_others_unfold(cast: Cast) -> None:
    world = Territory.objects.create(name="World", manager=cast.dora)
    world.regions.set(Region.objects.filter(level="country")[:15])
    page = (
        sign_in(cast.ada).get("/customers/territories/", headers={"accept-language": "en"}).content.decode()
    )
    assert "and 3 more regions" in page
    assert all(str(region) in page for region in world.regions.all())


@pytest.mark.parametrize(
    "page", ["competitors", "campaigns", "campaigns/channels", "campaigns/informants", "territories"]
)
def test_a_register_costs_the_same_however_long_it_is(
    cast: Cast, page: str, django_assert_max_num_queries: object
) -> None:
    channel = Channel.objects.create(name="展会", kind="exhibition")
    for number in range(20):
        customer = make_customer(f"X{number}", f"客户{number}", owner=cast.alice)
        rival = Competitor.objects.create(name=f"对手{number}")
        bought(customer, rival, 10)
        Campaign.objects.create(code=f"E{number}", name="x", channel=channel, starts_on=date(2024, 1, 1))
        informant = Informant.objects.create(name=f"线人{number}", owner=cast.alice)
        Referral.objects.create(informant=informant, customer=customer, referred_on=date(2024, 1, 1))
    alice = sign_in(cast.alice)
    with django_assert_max_num_queries(8):  # type: ignore[operator]
        alice.get(f"/customers/{page}/")
