"""Interactions with customers, and their complaints."""

from __future__ import annotations

from datetime import date

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from customers.imports.cleaning import choices
from customers.imports.cleaning.dates import moment_cleaner
from customers.imports.cleaning.numbers import Money, money_cleaner
from customers.imports.columns import shared
from customers.imports.columns.base import (
    Column,
    FieldError,
    Layout,
    Setting,
    Values,
    always,
    day_and_moment,
    one_currency,
    place_of,
)
from customers.imports.kinds import Kind
from customers.imports.rows import ComplaintRow, InteractionRow

INTERACTION_COLUMNS = (
    Column(
        "reference",
        _("reference"),
        "ID|Activity ID|Interaction ID|Ticket|Ticket No|编号|记录编号|跟进编号|单号|往来编号",
        shared.number,
    ),
    shared.CUSTOMER_CODE,
    shared.CUSTOMER_NAME,
    Column(
        "occurred_on",
        _("occurred at"),
        "Date|Time|Date and Time|When|Activity Date|Interaction Date|Contact Date|Call Date|Occurred"
        "|Due Date|Created Date|日期|时间|往来日期|往来时间|跟进时间|跟进日期|联系时间|联系日期|发生时间"
        "|拜访日期|拜访时间",
        moment_cleaner,
        required=True,
        is_date=True,
    ),
    Column(
        "response_type",
        _("response type"),
        "Type|Activity Type|Interaction Type|Purpose|回应类型|往来类型|类型|跟进类型|目的",
        always(choices.choice_cleaner(choices.RESPONSE_TYPE)),
    ),
    Column(
        "channel",
        _("channel"),
        "Method|Medium|Contact Method|Via|方式|往来方式|联系方式|跟进方式|沟通方式|渠道",
        always(choices.choice_cleaner(choices.CHANNEL)),
    ),
    Column(
        "direction",
        _("direction"),
        "Call Direction|In/Out|方向|往来方向",
        always(choices.choice_cleaner(choices.DIRECTION)),
    ),
    Column(
        "value",
        _("value"),
        "Amount|Potential Value|价值|金额|涉及金额",
        money_cleaner,
    ),
    shared.CURRENCY,
    shared.rep_column("rep", _("rep"), "|Assigned To|Logged By|拜访人"),
    shared.SKU,
    shared.CONCERNED_PRODUCT,
    Column(
        "body",
        _("body"),
        "Subject|Description|Notes|Note|Comments|Content|Details|Summary|内容|详情|往来内容|跟进内容"
        "|跟进记录|沟通内容|备注|描述|主题",
        shared.notes,
    ),
)

COMPLAINT_COLUMNS = (
    Column(
        "reference",
        _("reference"),
        "ID|Complaint ID|Complaint No|Case Number|Case ID|Ticket|Ticket No|Ticket ID|投诉编号|投诉单号"
        "|编号|工单号|单号",
        shared.number,
    ),
    shared.CUSTOMER_CODE,
    shared.CUSTOMER_NAME,
    Column(
        "complaint_type",
        _("complaint type"),
        "Type|Complaint Category|Category|Issue Type|Case Type|投诉类型|类型|意见类型|投诉类别|问题类型",
        always(choices.choice_cleaner(choices.COMPLAINT_TYPE)),
        required=True,
    ),
    shared.SKU,
    shared.CONCERNED_PRODUCT,
    Column(
        "occurred_on",
        _("occurred at"),
        "Occurred|Incident Date|Date of Incident|发生时间|发生日期|事发时间",
        moment_cleaner,
        is_date=True,
    ),
    Column(
        "reported_on",
        _("reported at"),
        "Reported|Date|Date Reported|Complaint Date|Opened|Opened Date|Date Opened|Received|Date Received"
        "|Created Date|Created At|投诉时间|投诉日期|报告时间|报告日期|受理时间|受理日期|登记时间|登记日期"
        "|日期|时间|反馈时间",
        moment_cleaner,
        is_date=True,
    ),
    Column(
        "resolved_on",
        _("resolved at"),
        "Resolved|Date Resolved|Closed|Closed Date|Date Closed|Solved|解决时间|解决日期|处理完成时间"
        "|完成时间|结案时间|结案日期|关闭时间",
        moment_cleaner,
        is_date=True,
    ),
    shared.rep_column("rep", _("rep"), "|Assigned To|处理人|受理人"),
    Column(
        "cause",
        _("cause"),
        "Reason|Root Cause|原因|投诉原因|产生原因",
        shared.notes,
    ),
    Column(
        "resolution",
        _("resolution"),
        "Solution|Outcome|Action Taken|处理结果|解决方案|处理方式|解决办法|处理意见",
        shared.notes,
    ),
    Column(
        "satisfied",
        _("satisfied"),
        "Customer Satisfied|Satisfaction|是否满意|满意|满意度|客户是否满意",
        always(choices.yes_no),
    ),
    Column(
        "body",
        _("body"),
        "Subject|Description|Complaint|Details|Content|Notes|投诉内容|内容|问题描述|描述|详情|备注|意见内容",
        shared.notes,
    ),
    *shared.PLACE,
)


def _require_customer(values: Values) -> None:
    if not (values.get("customer_code") or values.get("customer_name")):
        raise FieldError("customer_code", gettext("The row names no customer."))


def compose_interaction(values: Values, _setting: Setting) -> InteractionRow:
    """Make an interaction of one row's cleaned cells.

    Raises:
        FieldError: it names no customer.
    """
    _require_customer(values)
    get = values.get
    occurred_on, occurred_at = day_and_moment(values["occurred_on"])
    value: Money | None = get("value")
    return InteractionRow(
        occurred_on=_certain(occurred_on),
        occurred_at=occurred_at,
        reference=get("reference"),
        customer_code=get("customer_code"),
        customer_name=get("customer_name"),
        response_type=get("response_type"),
        channel=get("channel"),
        direction=get("direction"),
        value=None if value is None else value.amount,
        currency=one_currency(get("currency"), value),
        rep=get("rep"),
        sku=get("sku"),
        product_name=get("product_name"),
        body=get("body"),
    )


def compose_complaint(values: Values, setting: Setting) -> ComplaintRow:
    """Make a complaint of one row's cleaned cells; one without a day of report was reported when it occurred.

    Raises:
        FieldError: it names no customer or no day, or was resolved before it was reported.
    """
    _require_customer(values)
    get = values.get
    reported_on, reported_at = day_and_moment(get("reported_on") or get("occurred_on"))
    occurred_on, occurred_at = day_and_moment(get("occurred_on"))
    resolved_on, resolved_at = day_and_moment(get("resolved_on"))
    if reported_on is None:
        raise FieldError("reported_on", gettext("The complaint has no date."))
    if resolved_on is not None and resolved_on < reported_on:
        raise FieldError(
            "resolved_on", gettext("The complaint was resolved before it was reported. Check both dates.")
        )
    return ComplaintRow(
        reported_on=reported_on,
        reported_at=reported_at,
        reference=get("reference"),
        customer_code=get("customer_code"),
        customer_name=get("customer_name"),
        complaint_type=get("complaint_type"),
        sku=get("sku"),
        product_name=get("product_name"),
        occurred_on=occurred_on,
        occurred_at=occurred_at,
        resolved_on=resolved_on,
        resolved_at=resolved_at,
        rep=get("rep"),
        region=place_of(values, setting.profile),
        cause=get("cause"),
        resolution=get("resolution"),
        satisfied=get("satisfied"),
        body=get("body"),
    )


def _certain(day: date | None) -> date:
    if day is None:
        raise TypeError("a required date is blank")  # the caller rejects blank required cells before
    return day


INTERACTIONS = Layout(
    kind=Kind.INTERACTIONS,
    columns=INTERACTION_COLUMNS,
    needs=(("customer_code", "customer_name"), ("occurred_on",)),
    compose=compose_interaction,
)
COMPLAINTS = Layout(
    kind=Kind.COMPLAINTS,
    columns=COMPLAINT_COLUMNS,
    needs=(("customer_code", "customer_name"), ("complaint_type",), ("reported_on", "occurred_on")),
    compose=compose_complaint,
)
