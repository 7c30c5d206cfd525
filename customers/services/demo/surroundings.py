"""Who and what surrounds the first customers: family, friends, employers, rivals, informants, campaigns, homes."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

from django.db.models import F

from customers.models import (
    Campaign,
    Channel,
    Competitor,
    CompetitorProduct,
    CompetitorRep,
    Customer,
    Employment,
    FamilyMember,
    FamilyRole,
    Grade,
    IdentificationMethod,
    Informant,
    KeyPerson,
    KeyRole,
    PersonProfile,
    ProductCategory,
    PropertyType,
    Referral,
    Relation,
    RelationKind,
    Residence,
    Tenure,
    WalletShare,
)
from customers.models.profiles import BusinessModel
from customers.services.demo.desk import Desk

_RIVALS = (
    ("恒丰电器", "经销商、直营店", "压货返利", "24 小时上门，配件齐", ("恒丰 H8 净水器", "恒丰厨下净水机")),
    ("美厨集团", "工程渠道、电商", "低价招投标", "外包售后，口碑一般", ("美厨嵌入式蒸箱", "美厨洗碗机 Q5")),
    ("净泉科技", "直播电商、社区团购", "订阅滤芯", "只换不修", ("净泉 RO-600",)),
    ("东岭家电", "批发市场", "薄利多销", "没有售后网点", ("东岭除湿机",)),
)
_REPS = (
    ("老范", "酒桌上谈事", "与采购是同乡"),
    ("小贾", "跑得勤，报价快", "每周上门"),
    ("段经理", "专打技术牌", "刚接触"),
)
# Code, name, channel, begun so many days ago, days, cost.
_CAMPAIGNS = (
    ("JBH", "家博会参展", "上海家博会", 420, 5, 186_000),
    ("SPRING", "春季搜索推广", "百度推广", 300, 90, 92_000),
    ("JUNE", "618 会员专场", "618 年中大促", 240, 20, 65_000),
    ("GJH", "广交会秋季展", "广交会", 60, 10, 238_000),
    ("DLS", "经销商大会", "经销商大会", 30, 3, 120_000),
    ("LIST", "名录电话邀约", "行业名录租用", 150, 60, 28_000),
)
# Name, occupation, reward per sale, days since the last referral.
_INFORMANTS = (
    ("装修公司老周", "设计师", 200, 12),
    ("物业李经理", "物业主管", 100, 41),
    ("商会秘书长", "行业协会", 300, 140),
    ("小区保安老吴", "保安", 50, 230),
)
_SPOUSES = ("周岚", "李静", "陈敏", "王雪", "赵丽", "孙芳", "钱英", "吴倩")
_FORMER = ("大华百货", "苏州恒泰连锁", "建材市场个体户", "某连锁超市", "一家外贸公司")
_POSITIONS = ("采购员", "店长", "业务经理", "会计", "区域主管")
_OTHERS = {
    RelationKind.RELATIVE: "他的堂兄",
    RelationKind.CLASSMATE: "大学同学",
    RelationKind.FRIEND: "球友",
    RelationKind.NEIGHBOUR: "隔壁店主",
    RelationKind.COLLEAGUE: "前同事",
    RelationKind.INTRODUCER: "介绍人",
}


def write_surroundings(desk: Desk) -> None:
    """Write whom and what the first customers have around them."""
    _write_family(desk)
    _write_ties(desk)
    _write_one_person_from_four_sides(desk)
    _write_rivals(desk)
    _write_campaigns(desk)
    _write_informants(desk)
    _write_homes(desk)


def _write_family(desk: Desk) -> None:
    """Write spouses, and of children that there are some: of them nothing is kept without a guardian's consent."""
    married = desk.some(desk.persons, 0.4)
    born = (date(1965, 1, 1), 10_000)
    spouses = [
        FamilyMember(
            customer_id=pk,
            role=FamilyRole.SPOUSE,
            name=desk.pick(_SPOUSES),
            education=desk.pick(("中学教师", "大专", "本科", "")),
            interests=desk.pick(("广场舞", "烘焙", "瑜伽", "")),
            birthday=born[0] + timedelta(days=int(desk.rng.integers(born[1]))),
            birthday_is_lunar=desk.chance(0.2),
        )
        for pk in married
    ]
    children = [FamilyMember(customer_id=pk, role=FamilyRole.CHILD) for pk in desk.some(married, 0.6)]
    desk.save([*spouses, *children])


def _write_ties(desk: Desk) -> None:
    persons, companies = desk.persons, desk.companies
    if len(persons) < 2 or not companies:
        return
    key_people, employments, relations = [], [], []
    for place, company in enumerate(companies[: 3 * len(persons)]):
        person = persons[place % len(persons)]
        role = desk.pick(
            (KeyRole.OWNER, KeyRole.MANAGER, KeyRole.LEGAL_REPRESENTATIVE, KeyRole.BUYER, KeyRole.FINANCE)
        )
        key_people.append(
            KeyPerson(customer_id=company, person_id=person, role=role, since=desk.ago(2_500, 200))
        )
    for person in desk.some(persons, 0.5):
        started_on = desk.ago(7_000, 3_000)
        employments.append(
            Employment(
                customer_id=person,
                company=desk.pick(_FORMER),
                position=desk.pick(_POSITIONS),
                started_on=started_on,
                ended_on=started_on + timedelta(days=int(desk.rng.integers(300, 2_500))),
            )
        )
        kind, other = desk.pick(list(_OTHERS.items()))
        is_known = desk.chance(0.5)
        friend = next(pk for pk in (desk.pick(persons), persons[0], persons[1]) if pk != person)
        relations.append(
            Relation(
                customer_id=person,
                other_id=friend if is_known else None,
                other_person="" if is_known else other,
                kind=kind,
                is_closest=desk.chance(0.3),
            )
        )
    desk.save(key_people)
    desk.save(employments)
    desk.save(relations)
    employers = {key.person_id: key.customer_id for key in key_people}
    described = PersonProfile.objects.filter(customer__in=employers)
    for profile in described:
        profile.employer_id = employers[profile.pk]
    PersonProfile.objects.bulk_update(described, ["employer"], batch_size=500)


def _write_one_person_from_four_sides(desk: Desk) -> None:
    """One person: legal representative of one company, a supplier's buyer, another customer's brother, and ours."""
    if len(desk.persons) < 3 or len(desk.companies) < 3:
        return
    person, brother = desk.persons[0], desk.persons[2]
    company, supplier = desk.companies[1], desk.companies[2]
    Customer.objects.filter(pk=supplier).update(business_model=BusinessModel.SUPPLIER)
    for customer_id, role in ((company, KeyRole.LEGAL_REPRESENTATIVE), (supplier, KeyRole.BUYER)):
        KeyPerson.objects.get_or_create(
            customer_id=customer_id, person_id=person, role=role, defaults={"since": desk.ago(2_000, 400)}
        )
    for one, other in ((person, brother), (brother, person)):
        Relation.objects.update_or_create(
            customer_id=one,
            other_id=other,
            kind=RelationKind.RELATIVE,
            defaults={"note": "亲兄弟", "is_closest": True},
        )


def _write_rivals(desk: Desk) -> None:
    rivals = [
        Competitor.objects.update_or_create(
            name=name, defaults={"sales_channels": channels, "sales_model": model, "service": service}
        )[0]
        for name, channels, model, service, _products in _RIVALS
    ]
    categories = list(ProductCategory.objects.order_by("pk"))
    products, reps, shares = [], [], []
    for customer_id in desk.some(desk.companies, 0.3):
        place = int(desk.rng.integers(len(rivals)))
        rival, (rep, style, relation) = rivals[place], desk.pick(_REPS)
        start = date(desk.today.year - 1, 1, 1)
        shares.append(
            WalletShare(
                customer_id=customer_id,
                category=desk.pick(categories),
                competitor=rival,
                period_start=start,
                period_end=date(desk.today.year, 1, 1),
                amount_elsewhere=Decimal(int(desk.rng.integers(2, 120)) * 10_000),
                confidence=desk.pick(Grade.values),
                noted_on=desk.ago(200),
            )
        )
        if desk.chance(0.6):
            products.append(
                CompetitorProduct(
                    competitor=rival,
                    customer_id=customer_id,
                    name=desk.pick(_RIVALS[place][4]),
                    is_new=desk.chance(0.3),
                    quantity=desk.pick(("每月约 20 台", "两家店在卖", "工程用了 300 台")),
                    usage=desk.pick(("门店陈列首位", "只做工程", "线上引流款")),
                    satisfaction=desk.pick(Grade.values),
                )
            )
        if desk.chance(0.3):
            reps.append(
                CompetitorRep(
                    competitor=rival, customer_id=customer_id, name=rep, style=style, relation=relation
                )
            )
    desk.save(shares)
    desk.save(products)
    desk.save(reps)


def _write_campaigns(desk: Desk) -> None:
    channels = {channel.name: channel for channel in Channel.objects.all()}
    for code, name, channel, ago, days, cost in _CAMPAIGNS:
        starts_on = desk.today - timedelta(days=ago)
        campaign, _is_new = Campaign.objects.update_or_create(
            code=f"{code}-{starts_on:%y%m}",
            defaults={
                "name": name,
                "channel": channels[channel],
                "starts_on": starts_on,
                "ends_on": starts_on + timedelta(days=days),
                "cost": Decimal(cost),
            },
        )
        Customer.objects.filter(
            pk__in=desk.everybody,
            source=channels[channel],
            created_at__gte=desk.moment(starts_on - timedelta(days=120)),
        ).update(campaign=campaign, identification_method=IdentificationMethod.ADVERTISING)
    Channel.objects.filter(name="行业名录租用").update(
        supplier="华信数据服务有限公司",
        licence_expires_on=desk.today + timedelta(days=75),
        legal_basis="供应商已取得名录内企业的公开授权",
    )


def _write_informants(desk: Desk) -> None:
    referred = iter(desk.some(desk.companies, 0.25))
    owner = desk.owners[desk.everybody[0]]
    for place, (name, occupation, reward, silent) in enumerate(_INFORMANTS):
        informant, _is_new = Informant.objects.get_or_create(
            name=name,
            defaults={
                "owner_id": owner if place % 2 else desk.owners[desk.everybody[-1]],
                "occupation": occupation,
                "reward_per_sale": Decimal(reward),
            },
        )
        desk.save(
            [
                Referral(
                    informant=informant,
                    customer_id=customer_id,
                    referred_on=desk.today - timedelta(days=silent + 45 * number),
                    payout=Decimal(reward) if number else Decimal(0),
                    paid_on=desk.today - timedelta(days=silent + 45 * number - 10) if number else None,
                )
                for number, customer_id in zip(range(4), referred, strict=False)
            ]
        )


def _write_homes(desk: Desk) -> None:
    regions = dict(Customer.objects.filter(pk__in=desk.everybody).values_list("pk", F("region")))
    homes = []
    for customer_id in desk.some(desk.everybody, 0.3):
        is_company = customer_id in desk.companies
        kinds = (
            (PropertyType.SHOP, PropertyType.OFFICE, PropertyType.WAREHOUSE, PropertyType.FACTORY)
            if is_company
            else (PropertyType.APARTMENT, PropertyType.APARTMENT, PropertyType.HOUSE, PropertyType.VILLA)
        )
        homes.append(
            Residence(
                customer_id=customer_id,
                living_area_id=regions[customer_id],
                property_type=desk.pick(kinds),
                floor_area=Decimal(int(desk.rng.integers(60, 1_200 if is_company else 260))),
                tenure=desk.pick(Tenure.values),
            )
        )
    desk.save(homes)
