"""Who the customers are and what is written about them, as columns."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from customers.models import (
    BusinessModel,
    ContactChannel,
    ContactKind,
    ContactPlace,
    CustomerKind,
    Grade,
    Lifecycle,
    Potential,
)
from customers.services.demo.house import CHANNEL_SHARES, House
from customers.services.demo.names import (
    CompanyName,
    PersonName,
    company_names,
    foreign_company_names,
    person_names,
)
from customers.services.demo.places import ABROAD, Place

Integers = NDArray[np.int64]
Flags = NDArray[np.bool_]
Days = NDArray[np.datetime64]
Columns = dict[str, Any]

ACTIVE_DAYS, DORMANT_DAYS = 180, 365
"""A customer without an order for this long is dormant; for that long, lost."""

_BUSINESS_MODELS = (
    (BusinessModel.RETAIL, 0.28),
    (BusinessModel.DISTRIBUTOR, 0.22),
    (BusinessModel.WHOLESALE, 0.17),
    (BusinessModel.AGENCY, 0.1),
    (BusinessModel.CHAIN, 0.1),
    (BusinessModel.END_CUSTOMER, 0.13),
)
_POTENTIALS = (
    (Potential.HIGH, 0.012, (
        "新店扩张，年内计划开 5 家门店", "中标大型精装楼盘项目", "正从竞争对手转向我司", "新设净水品类专区")),
    (Potential.MEDIUM, 0.12, ("采购品类逐步增加", "区域口碑良好，稳步增长", "负责人有意签年度框架协议")),
    (Potential.LOW, 0.06, ("门店面积有限", "主营其他品类，采购零散")),
    (Potential.CLOSING, 0.006, ("租约到期后不再续租", "股东已决定清算", "老板退休，店铺转让中")),
)  # fmt: skip
_REPUTATIONS = (
    "同行评价好，回款守信",
    "当地老字号，客户信任度高",
    "新公司，口碑待观察",
    "曾有供应商反映压款",
)
_STYLES = ("直接、重数据", "健谈，喜欢先聊行情", "谨慎，需要书面确认", "重人情，习惯当面谈", "高效，只看要点")
_TIMES = ("工作日上午", "工作日下午 3 点后", "周二、周四", "晚上 7 点后微信", "随时")
_STREETS = (
    "人民路", "解放路", "建设路", "中山路", "和平路", "新华路", "文化路", "工业路", "长江路", "黄河路", "学府路",
    "滨江路", "胜利街", "民生街", "光明街", "迎宾大道", "世纪大道", "开发大道", "科技园路", "商贸城路", "花园路",
    "金融街", "湖滨路",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class People:
    """The customers of a chunk before anything is known of their orders, by index."""

    first_id: int
    serial: Integers
    """Number of each customer, from 1, over the whole company."""
    is_company: Flags
    places: list[Place]
    owner_id: Integers
    team_id: Integers
    since: Days
    """When they became known to us."""

    @property
    def ids(self) -> Integers:
        """Primary keys."""
        return self.first_id + np.arange(self.serial.size)

    @property
    def is_abroad(self) -> Flags:
        """Who is outside China."""
        return np.array([place.area == ABROAD for place in self.places])


def assign_owners(rng: np.random.Generator, places: list[Place], house: House) -> tuple[Integers, Integers]:
    """Give each customer a rep of the branch that looks after their area; return rep and team ids."""
    draw = rng.random(len(places))
    # Squared: a rep who has been here for longer has more customers.
    reps = [house.rep_ids[place.area] for place in places]
    owners = [those[int(share**1.3 * len(those))] for those, share in zip(reps, draw, strict=True)]
    return np.array(owners), np.array([house.team_ids[place.area] for place in places])


def customer_columns(
    rng: np.random.Generator, people: People, last_order: Any, house: House, end: np.datetime64, offset: Any
) -> Columns:
    """Return the columns of Customer.

    ``last_order`` is a masked array of days, masked for who never ordered; ``end`` the day after the last one
    lived; ``offset`` what to take from local time to get UTC (timedelta64).
    """
    size = people.serial.size
    names = _names(rng, people)
    created = people.since + rng.integers(9 * 60, 18 * 60, size=size).astype("timedelta64[m]")
    potential, reason = _potentials(rng, size)
    judged = potential != ""
    expiry = end + rng.integers(30, 330, size=size)
    return {
        "id": people.ids,
        "code": [f"KH{number:07}" for number in people.serial],
        "kind": np.where(people.is_company, CustomerKind.COMPANY, CustomerKind.PERSON).tolist(),
        "name": [one.name for one in names],
        "english_name": [one.english_name for one in names],
        "pinyin": [one.keys.pinyin for one in names],
        "initials": [one.keys.initials for one in names],
        "owner_id": people.owner_id,
        "team_id": people.team_id,
        "region_id": np.array([place.region_id for place in people.places]),
        "source_id": np.array(house.channel_ids)[_sources(rng, people)],
        "lifecycle": _lifecycles(rng, last_order, end),
        "industry_id": np.ma.masked_equal([house.industry_ids.get(_industry(one), 0) for one in names], 0),
        "ownership_type": ["" if isinstance(one, PersonName) else one.ownership_type for one in names],
        "business_model": _business_models(rng, people.is_company),
        "potential": potential.tolist(),
        "potential_reason": reason,
        "potential_author_id": np.ma.masked_where(~judged, people.owner_id),
        "potential_expires_on": np.ma.masked_where(~judged, expiry),
        "purchasing_power": rng.choice(["", *Grade.values], p=[0.4, 0.15, 0.3, 0.15], size=size).tolist(),
        "reputation": _sometimes(rng, _REPUTATIONS, 0.2, size),
        "preferred_channel": rng.choice(
            [ContactChannel.WECHAT, ContactChannel.PHONE, ContactChannel.EMAIL, ""],
            p=[0.4, 0.3, 0.1, 0.2],
            size=size,
        ).tolist(),
        "communication_style": _sometimes(rng, _STYLES, 0.25, size),
        "best_time_to_contact": _sometimes(rng, _TIMES, 0.3, size),
        "scoring_refused": rng.random(size) < np.where(people.is_company, 0.0, 0.01),
        "created_at": created - offset,
        "updated_at": np.maximum(created, end - rng.integers(1, 400, size=size)) - offset,
    }


def contact_columns(rng: np.random.Generator, people: People) -> Columns:
    """Return the columns of ContactPoint, without ids: a mobile and mostly a mail address for everybody.

    The mobiles begin with 129, a prefix that no network has; the mail addresses are at example.com.
    """
    size = people.serial.size
    mails = np.flatnonzero(rng.random(size) < 0.8)
    chats = np.flatnonzero(rng.random(size) < 0.35)
    office, home = ContactPlace.OFFICE, ContactPlace.HOME
    place = np.where(people.is_company, office, home)
    who = np.concatenate([np.arange(size), mails, chats])
    return {
        "customer_id": people.ids[who],
        "kind": [ContactKind.MOBILE] * size
        + [ContactKind.EMAIL] * mails.size
        + [ContactKind.WECHAT] * chats.size,
        "place": place[who].tolist(),
        "value": [f"+86129{number:08}" for number in people.serial]
        + [f"kh{number}@example.com" for number in people.serial[mails]]
        + [f"kezhi_demo_{number}" for number in people.serial[chats]],
        "is_primary": np.arange(who.size) < size,
    }


def address_columns(rng: np.random.Generator, people: People) -> Columns:
    """Return the columns of Address, without ids: one for seven in ten customers."""
    who = np.flatnonzero(rng.random(people.serial.size) < 0.7)
    streets = rng.integers(len(_STREETS), size=who.size)
    numbers = rng.integers(1, 900, size=who.size)
    places = [people.places[one] for one in who]
    return {
        "customer_id": people.ids[who],
        "place": np.where(people.is_company[who], ContactPlace.OFFICE, ContactPlace.HOME).tolist(),
        "region_id": np.array([place.region_id for place in places]),
        "street": [
            f"{place.district}{_STREETS[street]} {number} 号"
            for place, street, number in zip(places, streets, numbers, strict=True)
        ],
    }


def _names(rng: np.random.Generator, people: People) -> list[PersonName | CompanyName]:
    """Return the name of each customer."""
    abroad = people.is_abroad
    names: dict[int, PersonName | CompanyName] = {}
    persons = np.flatnonzero(~people.is_company)
    names.update(zip(persons.tolist(), person_names(rng, persons.size), strict=True))
    for make, chosen in (
        (company_names, np.flatnonzero(people.is_company & ~abroad)),
        (foreign_company_names, np.flatnonzero(people.is_company & abroad)),
    ):
        cities = [(people.places[one].city, people.places[one].city_english) for one in chosen]
        names.update(zip(chosen.tolist(), make(rng, cities), strict=True))
    return [names[one] for one in range(abroad.size)]


def _industry(name: PersonName | CompanyName) -> str:
    return "" if isinstance(name, PersonName) else name.industry


def _sources(rng: np.random.Generator, people: People) -> Integers:
    shares = np.array(CHANNEL_SHARES)
    return rng.choice(shares.size, size=people.serial.size, p=shares / shares.sum())


def _lifecycles(rng: np.random.Generator, last_order: Any, end: np.datetime64) -> list[str]:
    """Tell the stage from the last order; of those who never ordered some are leads, the others targets."""
    idle = (end - last_order.data).astype(np.int64)
    ended = rng.random(idle.size) < 0.05
    stage = np.where(idle < DORMANT_DAYS, Lifecycle.DORMANT, np.where(ended, Lifecycle.ENDED, Lifecycle.LOST))
    stage = np.where(idle < ACTIVE_DAYS, Lifecycle.ACTIVE, stage)
    never = np.where(rng.random(idle.size) < 0.6, Lifecycle.LEAD, Lifecycle.TARGET)
    stages: list[str] = np.where(np.ma.getmaskarray(last_order), never, stage).tolist()
    return stages


def _business_models(rng: np.random.Generator, is_company: Flags) -> list[str]:
    models, shares = zip(*_BUSINESS_MODELS, strict=True)
    chosen = rng.choice(models, p=shares, size=is_company.size)
    picked: list[str] = np.where(is_company, chosen, BusinessModel.END_CUSTOMER).tolist()
    return picked


def _potentials(rng: np.random.Generator, size: int) -> tuple[NDArray[np.str_], list[str]]:
    """Return potential ("" when nobody judged) and the reason given for it."""
    shares = [share for _, share, _ in _POTENTIALS]
    chosen = rng.choice(len(_POTENTIALS) + 1, p=[*shares, 1 - sum(shares)], size=size)
    which = rng.integers(12, size=size)
    reasons = [*(reasons for _, _, reasons in _POTENTIALS), ("",)]
    given = [reasons[level][pick % len(reasons[level])] for level, pick in zip(chosen, which, strict=True)]
    return np.array([*(level.value for level, _, _ in _POTENTIALS), ""])[chosen], given


def _sometimes(rng: np.random.Generator, texts: tuple[str, ...], share: float, size: int) -> list[str]:
    """Return one of ``texts`` for about ``share`` of the rows, nothing for the others."""
    picks = rng.integers(len(texts), size=size)
    written = rng.random(size) < share
    return [texts[pick] if is_written else "" for pick, is_written in zip(picks, written, strict=True)]
