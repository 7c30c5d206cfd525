"""Choices: the words by which files mean one of our values, in both languages."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Mapping

from django.utils.translation import gettext as _

from customers.imports.cleaning.text import bare, meaningful
from customers.imports.problems import CellError, shown

Words = Mapping[str, tuple[str, ...]]
"""A value of ours → the words that mean it, besides the value itself."""

TRUE = frozenset({"y", "yes", "t", "true", "1", "是", "有", "对", "√", "✓", "x", "已", "满意"})
FALSE = frozenset({"n", "no", "f", "false", "0", "否", "无", "不", "没有", "不是", "×", "✗", "未", "不满意"})


def _key(text: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFKC", text).casefold() if c.isalnum())


def choice_cleaner(words: Words) -> Callable[[str], str | None]:
    """A cleaner that takes any of the words, in whatever case and spacing, and gives the value.

    Raises (the cleaner):
        CellError: the word means none of them; names those that can be written.
    """
    values = {_key(value): value for value in words}
    values |= {_key(word): value for value, meaning in words.items() for word in meaning}

    def clean(cell: str) -> str | None:
        text = meaningful(cell)
        if text is None:
            return None
        value = values.get(_key(text))
        if value is None:
            message = _("“%(value)s” is none of the values possible here: %(values)s.")
            possible = ", ".join(f"{value} ({meaning[0]})" for value, meaning in words.items())
            raise CellError(message % {"value": shown(text), "values": possible})
        return value

    return clean


def yes_no(cell: str) -> bool | None:
    """Yes or no: ``是``/``否``, ``Y``/``N``, ``true``/``false``, ``1``/``0``, ``√``/``×``."""
    text = bare(cell).casefold()
    if not text or text in ("-", "n/a", "null"):
        return None
    if text in TRUE or text in FALSE:
        return text in TRUE
    message = _("“%(value)s” is neither yes nor no.")
    raise CellError(message % {"value": shown(text)})


CUSTOMER_KIND: Words = {
    "person": ("个人", "个人客户", "个体客户", "individual", "consumer", "自然人", "contact"),
    "company": (
        "企业",
        "企业客户",
        "公司",
        "单位",
        "business",
        "organization",
        "organisation",
        "corporate",
        "org",
        "法人",
    ),
}
LIFECYCLE: Words = {
    "target": ("目标", "目标客户"),
    "lead": (
        "潜在",
        "潜在客户",
        "意向",
        "意向客户",
        "未成交",
        "跟进中",
        "prospect",
        "marketing qualified lead",
        "sales qualified lead",
        "opportunity",
        "subscriber",
    ),
    "active": (
        "活跃",
        "活跃客户",
        "正式客户",
        "成交客户",
        "已成交",
        "多次成交",
        "合作中",
        "customer",
        "evangelist",
    ),
    "dormant": ("沉睡", "沉睡客户", "休眠", "inactive"),
    "lost": ("流失", "流失客户", "churned"),
    "ended": ("终止", "终止合作", "terminated", "closed"),
}
OWNERSHIP_TYPE: Words = {
    "state_owned": ("国有", "国有企业", "国企", "央企", "soe"),
    "private": ("民营", "民营企业", "私营", "民企", "private company"),
    "foreign": ("外资", "外资企业", "外商独资", "外企", "wfoe"),
    "joint_venture": ("合资", "合资企业", "中外合资", "jv"),
    "sole_trader": ("个体", "个体工商户", "个体户", "sole proprietor", "sole proprietorship"),
    "collective": ("集体", "集体企业", "集体所有"),
    "other": ("其他", "其它", "public", "subsidiary", "government"),
}
BUSINESS_MODEL: Words = {
    "wholesale": ("批发", "批发店", "批发商", "wholesaler"),
    "retail": ("零售", "零售店", "零售商", "retailer"),
    "agency": ("代理", "代理店", "代理商", "agent"),
    "chain": ("连锁", "连锁店", "chain store"),
    "distributor": ("分销", "分销商", "经销商", "经销"),
    "supplier": ("供应商", "供货商", "vendor"),
    "internal": ("内部", "内部客户"),
    "end_customer": ("最终消费者", "终端客户", "消费者", "最终用户", "end user", "consumer"),
}
GRADE: Words = {
    "high": ("高", "大", "强"),
    "medium": ("中", "中等", "一般", "mid", "middle"),
    "low": ("低", "小", "弱"),
}
POTENTIAL: Words = {**GRADE, "closing": ("关停", "停业", "倒闭", "即将停业", "closing down")}
ORDER_STATUS: Words = {
    "confirmed": (
        "open",
        "未完成",
        "待发货",
        "处理中",
        "已下单",
        "待付款",
        "pending",
        "processing",
        "new",
        "draft",
    ),
    "delivered": (
        "已交货",
        "已发货",
        "已完成",
        "完成",
        "已签收",
        "已送达",
        "shipped",
        "completed",
        "complete",
        "closed",
    ),
    "returned": ("已退货", "退货", "return", "refunded"),
    "cancelled": ("已取消", "取消", "作废", "canceled", "void"),
}
LINE_TYPE: Words = {
    "sale": ("销售", "订单", "销货", "出库", "正常", "销售出库", "order", "invoice"),
    "return": ("退货", "退单", "退款", "退回", "销售退货", "红冲", "refund", "credit note", "credit"),
}
RESPONSE_TYPE: Words = {
    "order": ("订货", "下单", "订购"),
    "inquiry": ("询问", "咨询", "询价", "enquiry", "question"),
    "survey": ("调查", "问卷"),
    "special_offer": ("特价品", "特价", "优惠", "促销", "offer", "promotion"),
    "contest": ("竞赛", "抽奖", "比赛", "competition"),
    "visit": ("拜访", "来访", "走访"),
    "meeting": ("会议", "会面", "面谈", "appointment"),
    "note": ("备注", "记录", "便笺", "other", "其他"),
}
CHANNEL: Words = {
    "phone": ("电话", "call", "telephone", "tel", "来电", "去电"),
    "fax": ("传真",),
    "email": ("电邮", "电子邮件", "邮件", "e-mail", "mail"),
    "visit": ("拜访", "上门", "面谈", "in person", "face to face"),
    "wechat": ("微信", "企业微信"),
    "web": ("网络", "网站", "在线", "website", "online", "chat"),
    "post": ("邮寄", "信函", "信件", "letter"),
}
DIRECTION: Words = {
    "inbound": ("呼入", "来", "来电", "客户发起", "in", "incoming", "received"),
    "outbound": ("呼出", "去", "去电", "我方发起", "out", "outgoing", "sent"),
}
COMPLAINT_TYPE: Words = {
    "dispute": ("纠纷", "争议"),
    "late_delivery": ("延迟交货", "交货延迟", "送货延迟", "逾期交货", "delayed delivery"),
    "late_payment": ("延迟付款", "付款延迟", "拖欠", "逾期付款", "overdue payment"),
    "defect": ("残次", "残次品", "质量问题", "质量", "次品", "quality", "defective", "product defect"),
    "service": ("服务", "服务态度", "服务问题", "customer service"),
}
IDENTIFICATION_METHOD: Words = {
    "door_to_door": ("上门", "逐户访问", "扫街", "cold call"),
    "advertising": ("广告", "广告开拓", "ad"),
    "introduction": ("介绍", "转介绍", "连锁介绍", "referral"),
    "desk_research": ("资料", "资料查阅", "查阅资料", "research"),
}
DEGREE: Words = {
    "primary": ("小学", "primary school"),
    "junior_high": ("初中", "junior high school", "middle school"),
    "senior_high": ("高中", "senior high school", "high school"),
    "vocational": ("中专", "职高", "技校", "中职", "vocational school"),
    "college": ("大专", "专科", "高职", "college diploma", "associate"),
    "bachelor": ("本科", "大学", "大学本科", "学士", "bachelors", "bachelor degree", "undergraduate"),
    "master": ("硕士", "研究生", "硕士研究生", "masters", "master degree", "mba"),
    "doctor": ("博士", "博士研究生", "doctorate", "phd"),
}
MARITAL_STATUS: Words = {
    "single": ("未婚", "单身", "否", "unmarried"),
    "married": ("已婚", "是"),
    "divorced": ("离异", "离婚"),
    "widowed": ("丧偶",),
}
BLOOD_TYPE: Words = {
    "A": ("A型", "A型血"),
    "B": ("B型", "B型血"),
    "AB": ("AB型", "AB型血"),
    "O": ("O型", "O型血"),
}
