"""The demo company itself: branches, staff, territories, and the lists that its records choose from."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from django.contrib.auth.hashers import make_password

from crm.models import Role, Team, User
from customers.models import Channel, ChannelKind, Industry, Region, Tag, Territory
from customers.services.demo.names import PersonName, person_names
from customers.services.demo.places import ABROAD
from customers.services.demo.plan import Plan

# Area, branch, territory, share of the reps.
BRANCHES = (
    ("CN-E", "华东分公司", "华东大区", 0.29),
    ("CN-S", "华南分公司", "华南大区", 0.15),
    ("CN-N", "华北分公司", "华北大区", 0.15),
    ("CN-C", "华中分公司", "华中大区", 0.13),
    ("CN-SW", "西南分公司", "西南大区", 0.12),
    ("CN-NW", "西北分公司", "西北大区", 0.06),
    ("CN-NE", "东北分公司", "东北大区", 0.06),
    (ABROAD, "国际业务部", "海外市场", 0.04),
)
HOME_AREA = "CN-E"
"""Where `rep` and `manager` work."""
INDUSTRIES = {
    "home appliances": "家电", "retail and wholesale": "批发零售", "building materials": "家居建材",
    "environmental protection": "环保", "hotels and catering": "酒店餐饮", "real estate": "房地产与物业",
    "e-commerce": "电子商务", "logistics": "物流", "education": "教育", "finance": "金融", "tourism": "旅游",
    "manufacturing": "制造业", "healthcare": "医疗健康",
}  # fmt: skip
CHANNELS = (
    ("百度推广", ChannelKind.DIRECT_RESPONSE_AD), ("618 年中大促", ChannelKind.OFFER_OR_CONTEST),
    ("行业名录租用", ChannelKind.RENTED_LIST), ("经销商大会", ChannelKind.EVENT),
    ("门店登记", ChannelKind.POINT_OF_SALE), ("第三方市场调研", ChannelKind.MARKET_RESEARCH),
    ("老客户介绍", ChannelKind.REFERRAL),
    ("广交会", ChannelKind.EXHIBITION), ("上海家博会", ChannelKind.EXHIBITION), ("企业黄页", ChannelKind.DIRECTORY),
    ("官方网站", ChannelKind.WEB), ("微信公众号", ChannelKind.WEB), ("行业媒体报道", ChannelKind.MEDIA),
    ("历史销售记录", ChannelKind.INTERNAL_RECORDS),
)  # fmt: skip
CHANNEL_SHARES = (0.09, 0.05, 0.04, 0.07, 0.09, 0.02, 0.2, 0.08, 0.06, 0.03, 0.1, 0.07, 0.03, 0.07)
TAGS = ("年度框架协议", "价格敏感", "展会客户", "新零售", "工程渠道", "售后要求高", "可做案例", "决策慢")
_SIGN_INS = {
    "rep": ("林晓雯", Role.REP, "华东分公司"),
    "manager": ("沈志远", Role.MANAGER, "华东分公司"),
    "admin": ("系统管理员", Role.ADMIN, None),
    "auditor": ("顾清扬", Role.AUDITOR, None),
}


@dataclass(frozen=True, slots=True)
class House:
    """Ids of what the generated records refer to."""

    team_ids: dict[str, int]
    """By area."""
    rep_ids: dict[str, list[int]]
    """By area; `rep` comes first at home."""
    industry_ids: dict[str, int]
    """By English name."""
    channel_ids: list[int]
    tag_ids: list[int]


def build_house(plan: Plan, password: str) -> House:
    """Create the branches, staff, territories and lists that are not there yet.

    Only `rep`, `manager`, `admin` and `auditor` can sign in, with ``password``; it replaces the one they had.
    """
    teams = {area: Team.objects.get_or_create(name=branch)[0] for area, branch, _, _ in BRANCHES}
    managers, reps = _staff(plan, teams, password)
    for area, _, territory, _ in BRANCHES:
        _make_territory(territory, area, teams[area], managers[area])
    industries = {
        english: Industry.objects.get_or_create(name=name, defaults={"english_name": english.capitalize()})[
            0
        ].pk
        for english, name in INDUSTRIES.items()
    }
    return House(
        team_ids={area: team.pk for area, team in teams.items()},
        rep_ids=reps,
        industry_ids=industries,
        channel_ids=[
            Channel.objects.get_or_create(name=name, defaults={"kind": kind})[0].pk for name, kind in CHANNELS
        ],
        tag_ids=[Tag.objects.get_or_create(name=name)[0].pk for name in TAGS],
    )


def _staff(plan: Plan, teams: dict[str, Team], password: str) -> tuple[dict[str, User], dict[str, list[int]]]:
    """Return the manager and the reps of each area."""
    by_name = {team.name: team for team in teams.values()}
    secret = make_password(password)  # once: it is slow by design
    known = {
        username: _person(username, name, role, by_name.get(branch or ""), secret)
        for username, (name, role, branch) in _SIGN_INS.items()
    }
    names = iter(person_names(np.random.default_rng([plan.seed, 2]), 2 * plan.reps + 2 * len(BRANCHES)))
    taken = set(known)
    managers, reps = {}, {}
    for area, _, _, share in BRANCHES:
        at_home = area == HOME_AREA
        managers[area] = known["manager"] if at_home else _colleague(names, taken, Role.MANAGER, teams[area])
        wanted = max(1, round(plan.reps * share)) - at_home
        hired = [_colleague(names, taken, Role.REP, teams[area]) for _ in range(wanted)]
        reps[area] = [user.pk for user in ([known["rep"]] if at_home else []) + hired]
    return managers, reps


def _colleague(names: Iterator[PersonName], taken: set[str], role: Role, team: Team) -> User:
    """Return a user who cannot sign in, called as nobody else is."""
    person = next(one for one in names if _username(one.english_name) not in taken)
    username = _username(person.english_name)
    taken.add(username)
    return _person(username, person.name, role, team, make_password(None))


def _username(latin: str) -> str:
    return latin.lower().replace(" ", ".")


def _person(username: str, name: str, role: Role, team: Team | None, password: str) -> User:
    fields = {"name": name, "role": role, "team": team, "email": f"{username}@example.com"}
    user, _ = User.objects.update_or_create(
        username=username, defaults={**fields, "password": password, "is_active": True}
    )
    return user


def _make_territory(name: str, area: str, team: Team, manager: User) -> None:
    territory, _ = Territory.objects.update_or_create(name=name, defaults={"team": team, "manager": manager})
    if area == ABROAD:
        territory.regions.set(Region.objects.filter(parent=None).exclude(code="CN"))
    else:
        codes = [area, "710000", "810000", "820000"] if area == "CN-S" else [area]
        territory.regions.set(Region.objects.filter(code__in=codes))
