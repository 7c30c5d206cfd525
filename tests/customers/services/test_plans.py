"""Plans: managers set those of their team, nobody overwrites another's unseen, and Today shows one's own."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from crm.models import User
from customers.models import Interaction, SalesPlan
from customers.selectors.plans import own_standing, standings
from customers.services.meanwhile import ChangedMeanwhileError
from customers.services.plans import Target, set_plans
from tests.cast import Cast, make_order, sign_in

MONTH = date(2024, 2, 1)


def target(user: User, revenue: int = 1000, version: int = 0) -> Target:
    return Target(user.pk, Decimal(revenue), 8, version)


def test_a_manager_sets_the_plans_of_the_team_and_of_nobody_else(cast: Cast) -> None:
    assert set_plans(actor=cast.dora, month=date(2024, 2, 29), targets=[target(cast.bob)]) == 1
    assert SalesPlan.objects.get().month == MONTH
    for actor, whose in ((cast.dora, cast.alice), (cast.bob, cast.bob), (cast.otto, cast.bob)):
        with pytest.raises(PermissionDenied):
            set_plans(actor=actor, month=MONTH, targets=[target(whose)])
    assert SalesPlan.objects.count() == 1


def test_two_who_plan_at_once_overwrite_nothing(cast: Cast) -> None:
    set_plans(actor=cast.dora, month=MONTH, targets=[target(cast.bob)])
    with pytest.raises(ChangedMeanwhileError):
        set_plans(actor=cast.ada, month=MONTH, targets=[target(cast.alice), target(cast.bob, 5)])
    assert not SalesPlan.objects.filter(user=cast.alice).exists()
    form = {f"revenue_{cast.bob.pk}": "7", f"visits_{cast.bob.pk}": "1", f"version_{cast.bob.pk}": "0"}
    answer = sign_in(cast.ada).post("/customers/plans/?month=2024-02", form)
    assert answer.status_code == 409
    form[f"version_{cast.bob.pk}"] = str(answer.context["form"][f"version_{cast.bob.pk}"].value())
    assert sign_in(cast.ada).post("/customers/plans/?month=2024-02", form).status_code == 302
    assert SalesPlan.objects.get(user=cast.bob).revenue == 7


def test_what_was_reached_is_the_month_s_of_the_own_customers(cast: Cast) -> None:
    make_order(cast.huaxin, "SO-1", date(2024, 2, 1), 700)
    make_order(cast.huaxin, "SO-2", date(2024, 2, 29), -100)
    make_order(cast.huaxin, "SO-3", date(2024, 3, 1), 5000)
    make_order(cast.huaxin, "SO-4", date(2024, 2, 2), 9000, status="cancelled")  # type: ignore[arg-type]
    for day in (1, 29):
        Interaction.objects.create(
            customer=cast.huaxin,
            rep=cast.alice,
            response_type="visit",
            occurred_at=datetime(2024, 2, day, 3, tzinfo=UTC),
        )
    set_plans(actor=cast.ada, month=MONTH, targets=[target(cast.alice)])
    found = own_standing(cast.alice, date(2024, 2, 15))
    assert (found.revenue, found.revenue_target, found.revenue_share, found.visits) == (
        600_00,
        1000_00,
        0.6,
        2,
    )
    assert own_standing(cast.bob, date(2024, 2, 15)).revenue == 0


def test_everybody_sees_the_plans_that_are_theirs_to_see(cast: Cast) -> None:
    seen = {
        user.username: {each.user.username for each in standings(user, MONTH)}
        for user in (cast.alice, cast.dora, cast.ada)
    }
    assert seen["alice"] == {"alice"}
    assert seen["dora"] == {"bob", "charlie", "dora"}
    assert seen["ada"] >= {"alice", "bob", "charlie", "dora"}


@pytest.mark.parametrize("wrong", ["-1", "x", "1e30", "１２.345"])
def test_a_wrong_figure_is_refused_beside_its_field(cast: Cast, wrong: str) -> None:
    answer = sign_in(cast.dora).post("/customers/plans/", {f"revenue_{cast.bob.pk}": wrong})
    assert answer.status_code == 422
    assert not SalesPlan.objects.exists()


def test_today_shows_the_plan_of_this_month(cast: Cast) -> None:
    set_plans(actor=cast.ada, month=timezone.localdate(), targets=[target(cast.alice, 250_000)])
    assert "250K planned" in sign_in(cast.alice).get("/customers/today/").content.decode()
