"""Who moved between two runs: cause by cause, against a loop over the rows, and what must always hold."""

import datetime

import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.measures.contribution import contribution
from analysis.measures.moves import find_moves
from analysis.measures.tiers import Thresholds, TierPolicy, assign_tiers
from tests.analysis.measures.agreeing import assert_agrees, by_sql

A, B = 5_000_000, 1_000_000
BY_SQL = """
with compared as (
    select coalesce(n.customer_id, b.customer_id) as customer_id, coalesce(b.tier, '') as tier_before,
        coalesce(n.tier, '') as tier, b.value as value_before, n.value, n.tier_kept = b.tier_kept as same_kept,
        n.tier_raw <> b.tier_raw as raw_moved, b.tier_raw as raw_before,
        case when n.value >= b.threshold_a then 'A' when n.value >= b.threshold_b then 'B' else 'C' end as by_old,
        coalesce(n.churn_flag, false) as raised, coalesce(b.churn_flag, false) as was_raised
    from now n full join before b using (customer_id)
), told as (
    select *, case when tier_before = '' then 'new' when tier = '' then 'lost' when tier < tier_before then 'up'
            when tier > tier_before then 'down' end as move,
        case when raised and not was_raised then 'raised' when was_raised and not raised then 'cleared' end as flag
    from compared
)
select customer_id, tier_before, tier, move, flag, value_before, value,
    case when move in ('up', 'down') then
        case when same_kept then 'potential' when by_old = raw_before and raw_moved then 'threshold' else 'value' end
    end as cause, greatest(coalesce(value, 0), coalesce(value_before, 0), 0) as weight
from told where move is not null or flag is not null order by customer_id
"""
Standing = tuple[str, str, str, int, int, int, bool]


def frame(rows: dict[int, Standing]) -> pd.DataFrame:
    columns = ["tier", "tier_raw", "tier_kept", "threshold_a", "threshold_b", "value", "churn_flag"]
    found = pd.DataFrame.from_dict(rows, orient="index", columns=columns)
    found.index.name = "customer_id"
    return found.astype(
        {"threshold_a": "Int64", "threshold_b": "Int64", "value": "Int64", "churn_flag": "boolean"}
    )


def standing(value: int, *, a: int = A, b: int = B, high: bool = False, flag: bool = False) -> Standing:
    raw = "A" if value >= a else "B" if value >= b else "C"
    return ("A" if high else raw, raw, raw, a, b, value, flag)


standings = st.builds(
    standing,
    st.integers(-A, 2 * A),
    a=st.sampled_from([A, A + 200_000]),
    b=st.sampled_from([B, B + 200_000]),
    high=st.booleans(),
    flag=st.booleans(),
)
runs = st.dictionaries(st.integers(1, 30), standings, max_size=15)


def by_hand(now: dict[int, Standing], before: dict[int, Standing]) -> dict[int, tuple[str, str, str]]:
    """The same comparison, one customer at a time."""
    found = {}
    for customer in now.keys() | before.keys():
        here, there = now.get(customer), before.get(customer)
        move = cause = ""
        if here is None or there is None:
            move = "lost" if here is None else "new"
        elif here[0] != there[0]:
            move = "up" if here[0] < there[0] else "down"
            by_old = "A" if here[5] >= there[3] else "B" if here[5] >= there[4] else "C"
            if here[2] == there[2]:
                cause = "potential"
            else:
                cause = "threshold" if by_old == there[1] and here[1] != there[1] else "value"
        flagged, was_flagged = bool(here and here[6]), bool(there and there[6])
        flag = "" if flagged == was_flagged else "raised" if flagged else "cleared"
        if move or flag:
            found[customer] = (move, cause, flag)
    return found


def words(found: pd.DataFrame) -> dict[int, tuple[str, str, str]]:
    told = found[["move", "cause", "flag"]].astype(object)
    told = told.where(told.notna(), "")
    return {int(customer): tuple(row) for customer, row in zip(told.index, told.to_numpy(), strict=True)}


def moves(now: dict[int, Standing], before: dict[int, Standing]) -> pd.DataFrame:
    return find_moves(frame(now), frame(before), comparable=True, by_amount=True)


def test_the_worked_example() -> None:
    before = {1: standing(4_000_000), 2: standing(1_000_000), 3: standing(600_000)}
    now = {
        1: standing(5_200_000),
        2: standing(1_000_000, b=1_200_000),
        3: standing(600_000, high=True),
        4: standing(0),
    }
    assert words(moves(now, before)) == {
        1: ("up", "value", ""),
        2: ("down", "threshold", ""),
        3: ("up", "potential", ""),
        4: ("new", "", ""),
    }


@settings(max_examples=20)
@given(runs, runs)
def test_the_moves_agree_with_a_loop_over_the_customers(
    now: dict[int, Standing], before: dict[int, Standing]
) -> None:
    assert words(moves(now, before)) == by_hand(now, before)


@settings(max_examples=20)
@given(runs, runs)
def test_every_column_agrees_with_sql(now: dict[int, Standing], before: dict[int, Standing]) -> None:
    found = moves(now, before).reset_index()
    assert_agrees(found, by_sql(BY_SQL, now=frame(now).reset_index(), before=frame(before).reset_index()))


def test_the_moves_of_online_retail_agree_with_sql(online_retail: pd.DataFrame) -> None:
    """Who stands elsewhere in the second half of 2011 than in the first, at £2,000 and £500."""
    lines = online_retail[online_retail["customer_id"].notna()].astype({"customer_id": "int64"})
    late = lines["ordered_on"] >= pd.Timestamp("2011-06-01")
    policy = TierPolicy(thresholds=Thresholds(a=2_000_00, b=500_00))
    halves = {"before": standings_of(lines[~late], policy, None)}
    halves["now"] = standings_of(lines[late], policy, halves["before"]["tier_kept"])
    found = find_moves(halves["now"], halves["before"], comparable=True, by_amount=True)
    assert_agrees(
        found.reset_index(),
        by_sql(BY_SQL, **{name: half.reset_index().astype(TEXT) for name, half in halves.items()}),
    )
    assert {"up", "down", "new", "lost"} == set(found["move"])
    assert len(found) > 2_000


TEXT = dict.fromkeys(["tier", "tier_raw", "tier_kept"], "str")


def standings_of(lines: pd.DataFrame, policy: TierPolicy, previous: pd.Series | None) -> pd.DataFrame:
    """What a run would publish of the customers who bought in these lines; nobody is flagged."""
    totals = lines.groupby("customer_id")["revenue_cents"].sum().to_frame("net_revenue")
    ranked = contribution(totals)
    customers = pd.DataFrame(
        {"region_id": pd.NA, "previous_tier": previous, "potential": None, "potential_expires_on": pd.NaT},
        index=totals.index,
    )
    tiers = assign_tiers(ranked, customers, policy, {}, datetime.date(2011, 12, 9))
    return tiers.assign(value=ranked["value"], churn_flag=pd.array([pd.NA] * len(tiers), dtype="boolean"))


@settings(max_examples=20)
@given(runs, runs)
def test_looking_back_turns_every_move_round(now: dict[int, Standing], before: dict[int, Standing]) -> None:
    opposite = {
        "up": "down",
        "down": "up",
        "new": "lost",
        "lost": "new",
        "raised": "cleared",
        "cleared": "raised",
    }
    there = {customer: (move, flag) for customer, (move, _cause, flag) in words(moves(now, before)).items()}
    back = {
        customer: (opposite.get(move, ""), opposite.get(flag, ""))
        for customer, (move, _cause, flag) in words(moves(before, now)).items()
    }
    assert there == back


@settings(max_examples=20)
@given(runs, runs, st.integers(0, 2**32 - 1))
def test_the_order_of_rows_changes_no_move(
    now: dict[int, Standing], before: dict[int, Standing], seed: int
) -> None:
    shuffled = [frame(rows).sample(frac=1, random_state=seed) for rows in (now, before)]
    found = find_moves(*shuffled, comparable=True, by_amount=True)
    pd.testing.assert_frame_equal(found.sort_index(), moves(now, before).sort_index())


@settings(max_examples=20)
@given(runs, runs, st.sampled_from([2, 7, 100]))
def test_another_currency_changes_no_move(
    now: dict[int, Standing], before: dict[int, Standing], rate: int
) -> None:
    money = ["threshold_a", "threshold_b", "value"]
    dearer = [
        frame(rows).assign(**{name: frame(rows)[name] * rate for name in money}) for rows in (now, before)
    ]
    assert words(find_moves(*dearer, comparable=True, by_amount=True)) == words(moves(now, before))


@settings(max_examples=20)
@given(runs)
def test_nobody_moves_between_a_run_and_itself(run: dict[int, Standing]) -> None:
    assert moves(run, run).empty


@settings(max_examples=20)
@given(runs, runs)
def test_runs_that_rank_otherwise_have_the_policy_as_their_only_cause(
    now: dict[int, Standing], before: dict[int, Standing]
) -> None:
    found = find_moves(frame(now), frame(before), comparable=False, by_amount=True)
    assert set(found["cause"].dropna()) <= {"policy"}
    assert (found["cause"].notna() == found["move"].isin(["up", "down"])).all()
