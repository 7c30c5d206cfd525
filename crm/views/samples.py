"""Made-up figures for the style guide.

They are samples, not the product's words: each is given here in both languages, so that the translators' catalogue
stays free of them.
"""

from datetime import UTC, datetime, timedelta
from typing import Any

from django import forms

from crm.templatetags.format import (
    compact_money,
    moment,
    money,
    signed_percent,
)
from crm.views import sample_charts
from crm.views.sample_charts import say


def samples() -> dict[str, Any]:
    """Return everything that the style guide's components are shown with."""
    return {
        "kpis": _kpis(),
        "pareto": sample_charts.pareto(),
        "calibration": sample_charts.calibration(),
        "bars": sample_charts.bars(),
        "stacked": sample_charts.stacked(),
        "line": sample_charts.line(),
        "spark": {"kind": "spark", "values": [12, 14, 13, 17, 16, 21, 19, 24]},
        "ranked": _ranked(),
        "ranked_columns": _ranked_columns(),
        "jobs": _jobs(),
        "form": _form(),
        **_lists(),
        **_figures(),
    }


def _kpis() -> list[dict[str, Any]]:
    return [
        {
            "tier": "A",
            "label": say("Key customers", "重点客户"),
            "value": "38",
            "url": "#kpi",
            "note": say("3.1% of customers, 62.5% of revenue", "占客户 3.1%，占销售额 62.5%"),
            "up": say("5 moved up", "升入 5"),
            "down": say("2 moved down", "降出 2"),
        },
        {
            "label": say("Net revenue, 12 months", "近 12 个月净销售额"),
            "value": compact_money(50_000_000_00, "CNY"),
            "url": "#kpi",
            "delta": signed_percent(-0.084),
            "delta_tone": "bad",
            "note": say("against the year before", "与上年同期相比"),
        },
        {
            "label": say("A and B customers at risk", "有流失风险的 A、B 客户"),
            "value": "11",
            "tone": "bad",
            "url": "#kpi",
            "note": say("¥18,420,000 last year", "去年贡献 ¥18,420,000"),
            "link_label": say("See who", "查看名单"),
        },
        {
            "label": say("Profile completeness", "资料完整度"),
            "value": "72%",
            "meter": 72,
            "note": say("9 fields to ask for", "还有 9 项可以问"),
        },
    ]


def _ranked_columns() -> list[dict[str, Any]]:
    return [
        {"label": "#", "kind": "number"},
        {"label": say("Customer", "客户")},
        {"label": say("Tier", "级别")},
        {
            "label": say("Net revenue", "净销售额"),
            "kind": "number",
            "sort_url": "#tables",
            "sorted": "descending",
        },
        {"label": say("Share", "占比"), "kind": "number", "hide": True},
        {"label": say("Cumulative", "累计"), "kind": "number", "hide": True},
        {"label": say("Why", "为什么")},
        {"label": say("Churn", "流失")},
    ]


def _ranked() -> list[dict[str, Any]]:
    return [
        {
            "rank": 1,
            "name": say("Shanghai Huaxin Appliances", "上海华新家电有限公司"),
            "under": say("Wholesale · Wang Min", "批发 · 王敏"),
            "tier": "A",
            "mark": "VIP",
            "cents": 800_000_000,
            "share": 0.339,
            "before": 0.336,
            "why": say("at least 5M; among the top 1%", "≥ 500 万；前 1%（VIP）"),
            "tone": "good",
            "churn": say("Steady", "稳定"),
        },
        {
            "rank": 2,
            "name": say("Suzhou Hengtai Chain", "苏州恒泰连锁"),
            "under": say("Chain · Li Qiang", "连锁 · 李强"),
            "tier": "A",
            "cents": 500_000_000,
            "share": 0.212,
            "before": 0.547,
            "why": say("exactly 5M, which counts", "正好达到 500 万，含本数"),
            "tone": "warn",
            "churn": say("18 days overdue", "超期 18 天"),
        },
        {
            "rank": 3,
            "name": say("Ningbo Haichuan Trading", "宁波海川进出口"),
            "under": say("Agency · Wang Min", "代理 · 王敏"),
            "tier": "B",
            "cents": 182_000_000,
            "share": 0.077,
            "before": 0.757,
            "why": say("between 1M and 5M", "100 万至 500 万之间"),
            "tone": "good",
            "churn": say("Steady", "稳定"),
        },
        {
            "rank": 8,
            "name": say("Hefei Ruifeng Trade", "合肥瑞丰贸易"),
            "under": say("Retail · Zhao Lei", "零售 · 赵磊"),
            "tier": "C",
            "cents": -20_000_000,
            "share": -0.008,
            "before": None,
            "why": say("returned more than was bought", "退货多于购买"),
            "tone": "bad",
            "churn": say("82% likely to leave", "82% 可能流失"),
        },
    ]


def _jobs() -> list[dict[str, Any]]:
    title = say("Analysis as of 2026-11-16", "分析，截至 2026-11-16")
    started = moment(datetime(2026, 11, 15, 18, 14, tzinfo=UTC))
    return [
        {"id": 1, "title": title, "state": "queued", "state_label": say("Queued", "排队中"), "percent": None},
        {
            "id": 2,
            "title": title,
            "state": "running",
            "state_label": say("Running", "运行中"),
            "percent": 64,
            "step": say("Ranking customers", "正在排名"),
            "started": started,
            "resumed": True,
        },
        {
            "id": 3,
            "title": title,
            "state": "done",
            "state_label": say("Done", "完成"),
            "percent": 100,
            "summary": say("1,226 customers, 38 A · 147 B · 1,041 C", "1,226 家客户：A 38、B 147、C 1,041"),
            "started": started,
            "duration": "41 s",
        },
        {
            "id": 4,
            "title": say("Import of orders.csv", "导入 orders.csv"),
            "state": "failed",
            "state_label": say("Failed", "失败"),
            "percent": 12,
            "error": say(
                "Row 128, column “Quantity”: “twelve” is not a number. Correct the file and import it again.",
                "第 128 行“数量”列：“十二”不是数字。请改好文件后重新导入。",
            ),
            "started": started,
        },
    ]


def _lists() -> dict[str, Any]:
    return {
        "crumbs": [
            {"label": say("Customers", "客户"), "url": "#"},
            {"label": say("East", "华东"), "url": "#"},
            {"label": say("Suzhou", "苏州"), "url": ""},
        ],
        "tabs": [
            {"label": say("Overview", "概览"), "url": "#tabs", "active": True},
            {"label": say("Profile", "九项档案"), "url": "#tabs"},
            {"label": say("Trade", "交易"), "url": "#tabs", "count": "24"},
            {"label": say("Behaviour", "往来"), "url": "#tabs"},
            {"label": say("History", "历史"), "url": "#tabs"},
        ],
        "facts": [
            {"label": say("Payment terms", "账户类型"), "value": say("30 days", "月结 30 天")},
            {"label": say("Last order", "最近订货"), "value": "SO-20261009-031", "url": "#facts"},
            {"label": say("Average order", "平均订货价值"), "value": money(38_461_538, "CNY")},
            {
                "label": say("Days to pay", "平均付款期限"),
                "value": say("37 days", "37 天"),
                "note": say("7 late", "迟 7 天"),
            },
            {"label": say("Credit limit", "信用额度"), "value": None},
        ],
        "events": [
            {
                "when": "11-16",
                "iso": "2026-11-16",
                "kind": say("Phone", "电话"),
                "who": say("Li Qiang", "李强"),
                "text": say("Asked when the new purifier arrives.", "问新款净化器到货时间。"),
            },
            {
                "when": "11-10",
                "iso": "2026-11-10",
                "kind": say("Complaint · defect · open", "投诉 · 残次 · 未解决"),
                "text": say(
                    "SKU 20871: twelve cracked cases, samples taken.", "SKU 20871 外壳开裂 12 台，已取样。"
                ),
                "tone": "bad",
                "url": "#timeline",
            },
            {
                "when": "10-09",
                "iso": "2026-10-09",
                "kind": say("Order", "订单"),
                "text": say("¥412,800, delivered two days late.", "¥412,800，迟 2 天交货。"),
                "tone": "warn",
            },
        ],
        "marks": ["vip", "gold", "wish", "narrow", "drag", "young", "complaining"],
        "search": {"name": "q", "value": "", "placeholder": say("Name, pinyin, code", "名称、拼音、编号")},
        "filters_active": [{"label": say("Region: East", "区域：华东"), "clear_url": "#filters"}],
        "filters": [
            {
                "label": say("Tier", "级别"),
                "options": [
                    {"label": "A", "url": "#filters", "active": True, "count": "38"},
                    {"label": "B", "url": "#filters", "count": "147"},
                    {"label": "C", "url": "#filters", "count": "1,041"},
                ],
            },
            {"label": say("Owner", "负责人"), "options": [{"label": say("Me", "我"), "url": "#filters"}]},
        ],
        "search_groups": [
            {
                "label": say("Customers", "客户"),
                "items": [
                    {
                        "label": say("Suzhou Hengtai", "苏州恒泰连锁"),
                        "note": "C-0002",
                        "url": "#search",
                        "tier": "A",
                        "icon": "building",
                    },
                    {
                        "label": say("Chen Guodong", "陈国栋"),
                        "note": "138****6021",
                        "url": "#search",
                        "tier": "A",
                        "icon": "person",
                    },
                ],
            }
        ],
        "reasons": [
            say(
                "Net revenue 4,999,999.97 is 0.03 under the A line of 5,000,000: B by amount.",
                "净销售额 4,999,999.97，比 A 线 5,000,000 少 0.03：按金额为 B。",
            ),
            say(
                "It was A last period and is above 4,500,000: stays A.",
                "上期为 A，且高于 4,500,000：保留 A。",
            ),
        ],
    }


class SampleForm(forms.Form):
    """One field of each kind; sent empty, so that its errors show."""

    name = forms.CharField()
    region = forms.ChoiceField(choices=[("", "–"), ("east", "East"), ("west", "West")], required=False)
    seen_on = forms.DateField(required=False)
    note = forms.CharField(widget=forms.Textarea(attrs={"rows": 3}), required=False)
    closing = forms.BooleanField(required=False)


def _form() -> SampleForm:
    form = SampleForm(data={})
    form.fields["name"].label = say("Name", "名称")
    form.fields["name"].help_text = say("The only thing that is required.", "唯一必填的一项。")
    form.fields["region"].label = say("Region", "区域")
    form.fields["region"].widget.attrs["data-enhance"] = True
    form.fields["seen_on"].label = say("Last visit", "最近拜访")
    form.fields["note"].label = say("Note", "备注")
    form.fields["closing"].label = say("Closing down", "即将停业")
    return form


def _figures() -> dict[str, Any]:
    return {
        "cents": 123_456_789_01,
        "ratio": 0.339271,
        "change": -0.084,
        "count": 1_234_567,
        "when": datetime(2026, 11, 15, 18, 14, tzinfo=UTC),
        "took": timedelta(seconds=125),
    }
