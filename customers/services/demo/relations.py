"""How the demo company stands with its customers: credit, wishes, needs, tags, history from before, as columns."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from customers.services.demo.house import House
from customers.services.demo.ledger import Ledger
from customers.services.demo.population import TERMS, Population

Columns = dict[str, Any]
Integers = NDArray[np.int64]

_NEEDS = (
    "希望缩短旺季交货周期",
    "需要更灵活的账期",
    "想要独家区域代理",
    "希望提供导购培训",
    "售后响应要在 24 小时内",
    "需要工程项目专供型号",
    "想引入高端净水系列提升客单价",
    "要求与其 ERP 系统对接订单",
)
_NEXT_STEPS = (
    "约见总经理，带样机演示",
    "请老客户引荐",
    "参加其供应商大会",
    "提交年度合作方案",
    "邀请参观工厂",
    "先做一家样板店",
)


def credit_account_columns(population: Population) -> Columns:
    """Return the columns of CreditAccount, without ids: one for every company."""
    people, habits = population.people, population.habits
    who = np.flatnonzero(people.is_company)
    terms = population.terms[who]
    limit = np.ceil(habits.order_value[who] * 2 / 10_000).astype(np.int64) * 10_000
    on_credit = habits.terms_days[who] > 0
    return {
        "customer_id": people.ids[who],
        "account_type": [TERMS[one][0].value for one in terms],
        "credit_limit": np.ma.masked_where(~on_credit, limit * 100),
        "payment_terms_days": habits.terms_days[who],
    }


def opening_balance_columns(
    rng: np.random.Generator, population: Population, first_day: np.datetime64
) -> Columns:
    """Return the columns of OpeningBalance, without ids: for those known long before the first day of orders."""
    people, habits = population.people, population.habits
    who = np.flatnonzero(people.is_company & (people.since < first_day - 120))
    years = (first_day - people.since[who]).astype(np.int64)
    orders = 1 + rng.poisson(years / 60)
    revenue = np.rint(habits.order_value[who] * orders).astype(np.int64)
    return {
        "customer_id": people.ids[who],
        "until": first_day - 1,
        "first_order_on": people.since[who] + rng.integers(1, 30, size=who.size),
        "last_order_on": first_day - rng.integers(2, 80, size=who.size),
        "orders": orders,
        "revenue": revenue * 100,
        "receivable": np.where(habits.terms_days[who] > 0, revenue // 20 * 100, 0),
    }


def need_columns(rng: np.random.Generator, population: Population, end: np.datetime64) -> Columns:
    """Return the columns of Need, without ids: one customer in eight has spoken of one."""
    people = population.people
    who = np.flatnonzero(rng.random(people.serial.size) < 0.12)
    known = (end - people.since[who]).astype(np.int64)
    return {
        "customer_id": people.ids[who],
        "statement": [_NEEDS[one] for one in rng.integers(len(_NEEDS), size=who.size)],
        "is_met": rng.random(who.size) < 0.35,
        "noted_on": end - 1 - rng.integers(0, np.maximum(np.minimum(known - 1, 700), 1)),
    }


def wish_columns(rng: np.random.Generator, population: Population, ledger: Ledger, year: int) -> Columns:
    """Return the columns of WishListEntry, without ids: some companies that have never ordered."""
    people = population.people
    has_bought = np.isin(np.arange(people.serial.size), ledger.documents.customer)
    who = np.flatnonzero(people.is_company & ~has_bought & (rng.random(people.serial.size) < 0.25))
    return {
        "customer_id": people.ids[who],
        "year": year,
        "owner_id": people.owner_id[who],
        "next_step": [_NEXT_STEPS[one] for one in rng.integers(len(_NEXT_STEPS), size=who.size)],
    }


def tag_columns(rng: np.random.Generator, population: Population, house: House) -> Columns:
    """Return the columns of the customers' tags, without ids."""
    people = population.people
    who = np.flatnonzero(people.is_company & (rng.random(people.serial.size) < 0.15))
    return {
        "customer_id": people.ids[who],
        "tag_id": np.array(house.tag_ids)[rng.integers(len(house.tag_ids), size=who.size)],
    }


def share_columns(rng: np.random.Generator, population: Population, house: House, offset: Any) -> Columns:
    """Return the columns of CustomerShare, without ids: a colleague of the same branch lends a hand."""
    people = population.people
    who = np.flatnonzero(rng.random(people.serial.size) < 0.02)
    helpers = [house.rep_ids[people.places[one].area] for one in who]
    picks = rng.integers(1_000, size=who.size)
    helper = np.array(
        [those[pick % len(those)] for those, pick in zip(helpers, picks, strict=True)], dtype=np.int64
    )
    other = helper != people.owner_id[who]
    return {
        "customer_id": people.ids[who][other],
        "user_id": helper[other],
        "created_at": people.since[who][other].astype("datetime64[m]") + np.timedelta64(20, "h") - offset,
    }
