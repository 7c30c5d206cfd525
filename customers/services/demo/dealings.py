"""What customers and we say to each other, and what serving them costs, as columns."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from customers.models import ComplaintType, ContactChannel, Direction, ResponseType, ServiceKind
from customers.services.demo.ledger import Ledger
from customers.services.demo.profiles import People

Integers = NDArray[np.int64]
Columns = dict[str, Any]

YEARS_OF_TALK = 2
COMPLAINT_SHARE = 0.012
"""Share of orders that somebody complains of."""

# Response type, direction, how often, and what is noted of it.
_TALK = (
    (ResponseType.INQUIRY, Direction.INBOUND, 0.24, (
        "询问新款净水器批发价和起订量", "咨询滤芯更换周期，要求发资料", "询问旺季前能否保证现货",
        "打听经销政策和返点比例", "想了解工程渠道报价，周五前回复", "咨询样机政策，可先付押金")),
    (ResponseType.ORDER, Direction.INBOUND, 0.18, (
        "电话补货，按上次价格", "确认订单数量，要求分两批发货", "追加一批洗碗机，月底前到货", "订单改地址，送新仓库")),
    (ResponseType.VISIT, Direction.OUTBOUND, 0.2, (
        "拜访负责人，谈下季度铺货计划", "走访门店，陈列位置靠后，已建议调整", "拜访采购经理，对方关注账期",
        "上门培训导购，现场演示空气净化器", "例行回访，客户对交货准时表示满意")),
    (ResponseType.SPECIAL_OFFER, Direction.OUTBOUND, 0.12, (
        "发送 618 特价清单，客户表示考虑", "推介双十一套餐，约定下周回复", "告知滤芯买十送一活动")),
    (ResponseType.SURVEY, Direction.OUTBOUND, 0.06, (
        "满意度回访：总体满意，希望加快售后响应", "产品调研：看好洗地机品类")),
    (ResponseType.CONTEST, Direction.INBOUND, 0.03, ("报名参加门店陈列大赛", "提交销售竞赛业绩截图")),
    (ResponseType.MEETING, Direction.OUTBOUND, 0.07, (
        "年度框架谈判第一轮，价格分歧不大", "视频会议，确认新品上市节奏", "与财务对账，差异两笔已核清")),
    (ResponseType.NOTE, Direction.OUTBOUND, 0.1, (
        "对方换了采购负责人，需重新建立关系", "听说隔壁门店在推竞品，价格低 5%", "客户计划明年开分店",
        "节前送台历，反应良好")),
)  # fmt: skip
_TALK_CHANNELS = (
    (ContactChannel.PHONE, 0.36),
    (ContactChannel.WECHAT, 0.34),
    (ContactChannel.VISIT, 0.15),
    (ContactChannel.EMAIL, 0.09),
    (ContactChannel.WEB, 0.03),
    (ContactChannel.FAX, 0.03),
)
# Type, how often among complaints that aren't about late delivery, causes, resolutions.
_COMPLAINTS = (
    (ComplaintType.DEFECT, 0.45, ("到货外箱破损，三台面板划伤", "通电后不加热", "滤芯漏水", "噪音偏大，超出说明书标称"),
        ("已换新并补发配件", "安排售后上门维修，客户确认恢复", "按批次退货并扣减货款")),
    (ComplaintType.SERVICE, 0.28, ("安装师傅未按约上门", "售后电话多次打不通", "客服答复与销售承诺不一致"),
        ("已致歉并重新预约，次日完成安装", "更换服务商，赠送一年滤芯", "组长回访解释，客户接受")),
    (ComplaintType.DISPUTE, 0.17, ("对账金额有差异", "返点计算口径不一致", "发票抬头开错"),
        ("双方核对后补差", "按合同口径确认，出具补充说明", "重开发票并寄出")),
    (ComplaintType.LATE_PAYMENT, 0.1, ("我方返利延迟到账", "退货款超过约定日期未付"),
        ("财务已付款并说明原因", "当日补付")),
    (ComplaintType.LATE_DELIVERY, 0.0, ("比承诺日期晚到，影响门店开业", "物流滞留中转仓", "旺季缺货，分批延迟"),
        ("已补发并承担运费差额", "协调就近仓调货", "给予本单 2% 折让")),
)  # fmt: skip


def interaction_columns(
    rng: np.random.Generator, people: People, mean: float, products: Integers, end: np.datetime64, offset: Any
) -> Columns:
    """Return the columns of Interaction, without ids: ``mean`` per customer over the last two years."""
    counts = rng.poisson(mean * rng.gamma(1.2, 1 / 1.2, size=people.serial.size))
    who = np.repeat(np.arange(people.serial.size), counts)
    start = np.maximum(people.since, end - 365 * YEARS_OF_TALK)
    length = (end - start).astype(np.int64)[who]
    day = start[who] + np.floor(rng.random(who.size) * length).astype(np.int64)
    day = np.maximum(day - np.maximum((day.astype(np.int64) + 3) % 7 - 4, 0), start[who])  # to the Friday
    kind = rng.choice(len(_TALK), p=[share for _, _, share, _ in _TALK], size=who.size)
    pick = rng.integers(60, size=who.size)
    channels, shares = zip(*_TALK_CHANNELS, strict=True)
    channel = rng.choice(channels, p=shares, size=who.size)
    is_visit = np.array([entry[0] == ResponseType.VISIT for entry in _TALK])[kind]
    is_order = np.array([entry[0] == ResponseType.ORDER for entry in _TALK])[kind]
    product = products[rng.integers(products.size, size=who.size)]
    return {
        "customer_id": people.ids[who],
        "response_type": [_TALK[one][0].value for one in kind],
        "channel": np.where(is_visit, ContactChannel.VISIT, channel).tolist(),
        "direction": [_TALK[one][1].value for one in kind],
        "occurred_at": _office_hours(rng, day) - offset,
        "value": np.ma.masked_where(
            ~is_order, np.rint(rng.lognormal(9.5, 1.2, size=who.size)).astype(np.int64) * 100
        ),
        "rep_id": people.owner_id[who],
        "product_id": np.ma.masked_where(rng.random(who.size) < 0.6, product),
        "body": [_TALK[one][3][text % len(_TALK[one][3])] for one, text in zip(kind, pick, strict=True)],
    }


def complaint_columns(
    rng: np.random.Generator,
    people: People,
    ledger: Ledger,
    products: Integers,
    end: np.datetime64,
    offset: Any,
) -> Columns:
    """Return the columns of Complaint, without ids and references.

    A late delivery is complained of four times as often as others, and is then what the complaint is about.
    """
    documents = ledger.documents
    late = ~documents.is_return & (documents.delivered_day > documents.promised_day + 3)
    chance = np.where(late, 0.05, COMPLAINT_SHARE * 0.75) * ~documents.is_return
    about = np.flatnonzero((rng.random(chance.size) < chance) & ~np.isnat(documents.delivered_day))
    happened = documents.delivered_day[about] + rng.integers(0, 6, size=about.size)
    about, happened = about[happened < end - 1], happened[happened < end - 1]
    who = documents.customer[about]
    kind = rng.choice(len(_COMPLAINTS), p=[share for _, share, _, _ in _COMPLAINTS], size=about.size)
    kind[late[about]] = len(_COMPLAINTS) - 1
    reported = _office_hours(rng, happened)
    resolved = reported + (rng.gamma(1.3, 5.0, size=about.size) * 24 * 60 + 90).astype("timedelta64[m]")
    is_open = (resolved >= end.astype("datetime64[m]")) | (rng.random(about.size) < 0.03)
    first_lines = np.flatnonzero(np.diff(ledger.lines.document, prepend=-1))
    pick = rng.integers(60, size=about.size)
    happy = rng.random(about.size) < 0.72
    unheard = is_open | (rng.random(about.size) < 0.15)
    return {
        "customer_id": people.ids[who],
        "complaint_type": [_COMPLAINTS[one][0].value for one in kind],
        "product_id": products[ledger.lines.product[first_lines[about]]],
        "rep_id": people.owner_id[who],
        "region_id": np.array([people.places[one].region_id for one in who], dtype=np.int64),
        "occurred_at": happened.astype("datetime64[m]") + np.timedelta64(8, "h") - offset,
        "reported_at": reported - offset,
        "resolved_at": np.ma.masked_where(is_open, resolved - offset),
        "cause": [
            _COMPLAINTS[one][2][text % len(_COMPLAINTS[one][2])] for one, text in zip(kind, pick, strict=True)
        ],
        "resolution": [
            "" if unsolved else _COMPLAINTS[one][3][text % len(_COMPLAINTS[one][3])]
            for one, text, unsolved in zip(kind, pick, is_open, strict=True)
        ],
        "is_satisfied": np.ma.masked_where(unheard, happy),
    }


def service_cost_columns(
    rng: np.random.Generator, people: People, ledger: Ledger, end: np.datetime64
) -> Columns:
    """Return the columns of ServiceCost, without ids: every twentieth order costs a visit or some support."""
    documents = ledger.documents
    served = np.flatnonzero(~documents.is_return & (rng.random(documents.day.size) < 0.05))
    day = documents.day[served] + rng.integers(1, 20, size=served.size)
    served, day = served[day < end], day[day < end]
    kinds = (ServiceKind.VISIT, ServiceKind.SUPPORT, ServiceKind.DISCOUNT)
    kind = rng.choice(len(kinds), p=[0.5, 0.35, 0.15], size=served.size)
    hours = rng.integers(2, 17, size=served.size)
    amount = np.array([60_000, 4_000, 30_000])[kind] * np.where(kind == 1, hours, 1)
    return {
        "customer_id": people.ids[documents.customer[served]],
        "kind": [kinds[one].value for one in kind],
        "incurred_on": day,
        "amount": np.rint(amount * rng.lognormal(0, 0.4, size=served.size)).astype(np.int64),
        "hours": np.ma.masked_where(kind != 1, hours * 50),
    }


def _office_hours(rng: np.random.Generator, day: NDArray[np.datetime64]) -> NDArray[np.datetime64]:
    """Return a time of the working day, local, on each day."""
    times: NDArray[np.datetime64] = day.astype("datetime64[m]") + rng.integers(
        8 * 60 + 30, 18 * 60, size=day.size
    ).astype("timedelta64[m]")
    return times
