"""What is written of people and companies in their profiles, as columns."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from customers.models import Degree, MaritalStatus
from customers.services.demo.profiles import People

Columns = dict[str, Any]
Integers = NDArray[np.int64]

_WORDS_OF_A_PERSON = {
    "job_title": ("采购总监", "总经理", "门店店长", "采购经理", "财务主管", "销售负责人", "创始人", "运营经理"),
    "household_registration": ("江苏常熟", "浙江宁波", "上海浦东", "广东佛山", "山东青岛", "四川成都", "湖北武汉"),
    "native_place": ("江苏常熟", "浙江绍兴", "安徽合肥", "湖南长沙", "福建泉州", "河南郑州", "山东潍坊"),
    "temperament": ("沉稳，话不多", "爽快，说了就算", "细致，逐条核对", "热情，爱交朋友", "谨慎，要看书面材料"),
    "major": ("市场营销", "会计学", "机械工程", "国际贸易", "电子商务", "工商管理", "土木工程"),
    "school_clubs": ("校篮球队", "文学社", "学生会外联部", "摄影协会", ""),
    "awards": ("省级优秀毕业生", "三好学生", "行业年度人物", "", ""),
    "favourite_sport": ("羽毛球", "摔跤比赛", "登山", "游泳", "篮球", "钓鱼", "跑马拉松"),
    "view_on_diplomas": ("能力比文凭要紧", "很看重名校背景", "认为边干边学最好", ""),
    "standing_in_company": ("说了算", "采购有最终决定权", "提建议，老板拍板", "负责执行", "股东之一"),
    "attitude_to_company": ("以公司为家", "满意，愿长期做下去", "觉得发展空间有限", "正考虑自己创业"),
    "dealings_with_us": ("从展会认识，先试单后签年度协议", "由老客户介绍，合作顺畅", "旺季催货多，账期守信", ""),
    "mid_term_goal": ("两年内再开五家店", "升任区域总经理", "把线上渠道做起来", "拿下两个工程大单"),
    "long_term_goal": ("做到本省第一", "把企业交给子女", "创自有品牌", "五十岁前退休"),
    "drinking": ("不喝白酒，偶尔红酒", "白酒半斤", "啤酒两瓶", "滴酒不沾", "黄酒半斤"),
    "smoking": ("不抽烟", "一天半包，中华", "已戒烟", "偶尔一支"),
    "favourite_cuisine": ("苏帮菜", "粤菜", "川菜", "鲁菜", "清淡素食", "淮扬菜", "火锅"),
    "attitude_to_life": ("知足常乐", "拼搏不止", "家庭第一", "凡事讲规矩"),
    "leisure_habits": ("每年带家人自驾两周", "周末钓鱼", "在家看球", "常去听评弹", "健身房三次一周"),
    "favourite_topics": ("孩子教育", "楼市行情", "茶叶", "球赛", "历史典故", "新能源车"),
    "clubs": ("市商会理事", "老乡会", "读书会", "骑行俱乐部", ""),
    "taboos_and_values": ("忌迟到，重承诺", "不谈家事", "忌数字四，重排场", "看重售后胜过价格"),
    "favourite_books": ("《曾国藩家书》", "《三体》", "《胡雪岩》", "《平凡的世界》", "财经杂志"),
    "speciality": ("书法", "谈判", "修理机械", "唱歌", "记数字过目不忘"),
    "professional_ability": ("懂产品，会看图纸", "成本账算得细", "带团队有一套", "渠道人脉广"),
    "working_style": ("先小人后君子", "当场拍板", "开会定，书面走", "让下面人先谈"),
    "view_of_experience": ("觉得赶上了好时候", "吃过亏，如今求稳", "感谢第一位老板", ""),
    "most_satisfied": ("第一家店开张那天", "供两个孩子上了大学", "疫情时没裁一个人", ""),
    "most_regretted": ("当年没买下隔壁铺面", "没有多陪父母", "错过了早期电商", ""),
    "most_wanted": ("三年内把门店开到一百家", "带父母走一趟西藏", "做一款自己的产品", ""),
    "life_goals": ("把生意做成百年老店", "身体健康，家人平安", "让家乡人用上好净水", ""),
    "rivals_and_conflicts": ("与城东批发商争过代理权", "同前合伙人分家不愉快", "", ""),
}  # fmt: skip
_SUMMARIES = {
    "family_summary": (
        "夫人在中学教书，一个女儿练体操。", "三代同堂，周末全家聚餐。", "儿子在国外读书。", "新婚，夫妻一起打理门店。"),
    "social_summary": ("商会里人缘好，介绍过三位客户。", "与几位老同学都在本行。", "和邻店老板常来往，消息灵通。"),
    "career_summary": ("想三年内把门店开到一百家。", "从业务员做起，十年升到总监。", "接了父亲的厂，正在转型。"),
    "lifestyle_summary": ("爱摔跤比赛和苏帮菜，不喝白酒。", "早睡早起，应酬点到为止。", "喜欢自驾和摄影。"),
    "personality_summary": ("重承诺，忌迟到，拍板快。", "外冷内热，熟了好说话。", "细致谨慎，凡事要书面。"),
}  # fmt: skip
_WORDS_OF_A_COMPANY = {
    "business_lines": ("家电零售、净水设备", "厨卫批发、工程配套", "酒店用品集采", "全屋智能、安装服务", "精装房配套"),
    "service_area": ("本市及周边三县", "苏锡常", "全省地级市", "华东六省一市", "本区社区门店"),
    "sales_capacity": ("年销 3000 万，旺季可翻倍", "门店 12 家，导购 60 人", "工程团队 20 人", "线上线下各半"),
    "growth_potential": ("新区开发，未来两年看涨", "存量稳定，增长靠换新", "正从单店走向连锁", "受限于仓储"),
    "business_philosophy": ("薄利多销，口碑为先", "只做中高端", "服务带销售", "现金为王"),
    "business_direction": ("向整屋方案转型", "拓展县乡渠道", "加大线上投入", "聚焦工程客户"),
    "business_policy": ("先款后货", "月结三十天，严控库存", "与品牌商签年度框架", "鼓励导购提成"),
    "business_features": ("自有安装队，次日达", "老板亲自抓陈列", "会员制社群营销", "与装修公司联营"),
    "sales_performance": ("去年同比增长一成半", "与上年持平", "旺季超额，淡季偏弱", "新店拉动明显"),
    "staff_quality": ("管理层稳定，业务员熟产品", "业务员流动大，需要培训", "店长能力强，执行到位"),
    "competitor_relations": ("同时代理恒丰，比例约四成", "只做我们一家", "与美厨在谈，价格是主因", "与多家平衡合作"),
    "relationship_with_us": ("合作五年，配合好", "对账偶有争议，总体守信", "刚合作，仍在磨合", "老板与我方总经理相熟"),
    "market_share": ("本市约两成", "县城第一", "区内前三", "不足一成"),
    "competitiveness": ("地段与安装服务占优", "价格灵活", "品牌齐全", "资金实力强"),
    "market_position": ("区域龙头", "中坚经销商", "后起之秀", "专业渠道商"),
    "sales_activity": ("每月一场社区推广", "节日大促为主", "直播每周两场", "以工程投标为主"),
    "problems": ("仓储不足，旺季断货", "账期拉长，现金吃紧", "售后人手不够", ""),
    "advantages": ("客情稳，复购高", "下单计划性强", "愿试新品", ""),
    "credit_standing": ("良好，从未逾期", "一般，偶有延迟", "优秀，银行授信充足"),
    "trading_terms": ("月结 30 天", "款到发货", "三成预付，货到付清", "季度返利两个点"),
    "strategy": ("争取独家区域代理", "提高净水品类占比", "绑定安装服务", "稳住存量，防竞品切入"),
    "outlook": ("明年预计增长两成", "稳中有升", "取决于新楼盘交付", "谨慎观望"),
    "public_image": ("老字号，邻里信任", "热心公益，曾获文明商户", "新公司，口碑待积累"),
    "financial_condition": ("资产负债健康", "扩张期，负债偏高", "现金流稳定", "依赖应收周转"),
}  # fmt: skip
_CREDIT_CHARACTERS = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_CREDIT_WEIGHTS = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28)
_WRITTEN = 0.72
"""Share of the fields of a described profile that somebody filled in."""


def person_columns(rng: np.random.Generator, people: People, share: float, end: np.datetime64) -> Columns:
    """Return the columns of PersonProfile for about ``share`` of the persons."""
    who = _described(rng, ~people.is_company, share)
    size = who.size
    born = np.datetime64("1958-01-01") + rng.integers(0, 15_000, size=size)
    married = rng.random(size) < 0.75
    wedding = born + rng.integers(8_400, 11_500, size=size)
    statuses = np.where(married, MaritalStatus.MARRIED, MaritalStatus.SINGLE)
    dealing = np.minimum(people.since[who] + rng.integers(0, 200, size=size), end - 1)
    return {
        "customer_id": people.ids[who],
        "date_of_birth": np.ma.masked_where(rng.random(size) < 0.2, born),
        "birthday_is_lunar": rng.random(size) < 0.25,
        "height_cm": np.ma.masked_where(rng.random(size) < 0.5, rng.integers(155, 188, size=size)),
        "weight_kg": np.ma.masked_where(rng.random(size) < 0.6, rng.integers(480, 920, size=size)),
        "highest_degree": rng.choice(
            [Degree.SENIOR_HIGH, Degree.COLLEGE, Degree.BACHELOR, Degree.MASTER, ""],
            p=[0.15, 0.3, 0.33, 0.07, 0.15],
            size=size,
        ).tolist(),
        "marital_status": statuses.tolist(),
        "wedding_anniversary": np.ma.masked_where(~married | (wedding >= end), wedding),
        "first_dealing_on": np.ma.masked_where(rng.random(size) < 0.3, dealing),
        **_texts(rng, _WORDS_OF_A_PERSON, size),
        **_texts(rng, _SUMMARIES, size),
    }


def company_columns(rng: np.random.Generator, people: People, share: float, end: np.datetime64) -> Columns:
    """Return the columns of CompanyProfile for about ``share`` of the companies."""
    who = _described(rng, people.is_company, share)
    size = who.size
    founded = people.since[who] - rng.integers(60, 6_000, size=size)
    headcount = np.rint(rng.lognormal(3.2, 1.0, size=size)).astype(np.int64) + 1
    return {
        "customer_id": people.ids[who],
        "unified_social_credit_code": [credit_code(serial) for serial in people.serial[who].tolist()],
        "founded_on": founded,
        "trading_since": np.minimum(people.since[who], end - 1),
        "headcount": np.ma.masked_where(rng.random(size) < 0.2, headcount),
        "annual_turnover": np.ma.masked_where(rng.random(size) < 0.4, headcount * 65_000_000),
        **_texts(rng, _WORDS_OF_A_COMPANY, size),
    }


def credit_code(serial: int) -> str:
    """Return a well-formed unified social credit code (GB 32100) of a registration district that there is not."""
    body = f"91000000{serial:09}"
    total = sum(
        _CREDIT_CHARACTERS.index(character) * weight
        for character, weight in zip(body, _CREDIT_WEIGHTS, strict=True)
    )
    return body + _CREDIT_CHARACTERS[-total % 31]


def _described(rng: np.random.Generator, wanted: NDArray[np.bool_], share: float) -> Integers:
    return np.flatnonzero(wanted & (rng.random(wanted.size) < share))


def _texts(rng: np.random.Generator, words: dict[str, tuple[str, ...]], size: int) -> dict[str, list[str]]:
    """Return for each field a text for most rows and nothing for the others."""
    found = {}
    for name, texts in words.items():
        offered = np.array([*texts, ""], dtype=object)
        picks = rng.integers(len(texts), size=size)
        picks[rng.random(size) > _WRITTEN] = len(texts)
        found[name] = offered[picks].tolist()
    return found
