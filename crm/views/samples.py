"""Made-up figures for the style guide.

They are samples, not the product's words: each is given here in both languages, so that the translators' catalogue
stays free of them.
"""

from datetime import UTC, datetime, timedelta
from typing import Any

from django import forms

from crm.templatetags.format import (
    compact_money,
    in_chinese,
    moment,
    money,
    percent,
    signed_percent,
    whole_money,
)


def say(english: str, chinese: str) -> str:
    """Return a sample text in the active language."""
    return chinese if in_chinese() else english


def samples() -> dict[str, Any]:
    """Return everything that the style guide's components are shown with."""
    return {
        "kpis": _kpis(),
        "pareto": _pareto(),
        "calibration": _calibration(),
        "bars": _bars(),
        "stacked": _stacked(),
        "line": _line(),
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


def _pareto() -> dict[str, Any]:
    total, half = 1226, 24

    def brought_by(n: int) -> float:
        return n / (n + half) * (1 + half / total)

    rows = [
        [say("A: key", "A 重点"), "38", "62.5%"],
        [say("B: main", "B 主要"), "147", "27.8%"],
        [say("C: regular", "C 普通"), "1,041", "9.7%"],
    ]
    return {
        "title": say(
            f"The top 185 customers bring {percent(brought_by(185))} of revenue",
            f"前 185 家客户带来 {percent(brought_by(185))} 的销售额",
        ),
        "sub": say(
            "Cumulative net revenue, largest first; press a band to see its customers",
            "按净销售额从高到低累计，点一段看客户",
        ),
        "columns": [
            {"label": say("Tier", "级别")},
            {"label": say("Customers", "客户数"), "kind": "number"},
            {"label": say("Share of revenue", "占销售额"), "kind": "number"},
        ],
        "rows": rows,
        "chart": {
            "kind": "pareto",
            "points": [(n, brought_by(n)) for n in (*range(0, 60, 3), *range(60, total, 20), total)],
            "bands": [
                {
                    "tier": "A",
                    "to": 38,
                    "share": brought_by(38),
                    "label": say("A line 62.5% (38)", "A 线 62.5%（38 家）"),
                    "url": "#tier-A",
                },
                {
                    "tier": "B",
                    "to": 185,
                    "share": brought_by(185),
                    "label": say("B line 90.3% (185)", "B 线 90.3%（185 家）"),
                    "url": "#tier-B",
                },
                {"tier": "C", "to": total, "share": 1, "url": "#tier-C"},
            ],
            "x_label": say("Customers, largest first", "客户，从高到低"),
            "y_label": say("Share of net revenue", "占净销售额"),
            "tooltip": say("Top {x} customers: {y}", "前 {x} 家客户：{y}"),
        },
    }


def _calibration() -> dict[str, Any]:
    model = [
        (0.06, 0.05, 410),
        (0.17, 0.15, 260),
        (0.28, 0.31, 190),
        (0.41, 0.38, 150),
        (0.55, 0.58, 120),
        (0.68, 0.66, 90),
        (0.82, 0.86, 70),
    ]
    rule = [(0.1, 0.19, 520), (0.3, 0.28, 300), (0.5, 0.39, 210), (0.7, 0.52, 160), (0.9, 0.61, 100)]
    return {
        "title": say("The model says 68% and 66% leave", "模型说 68%，实际流失 66%"),
        "sub": say("Backtest by decile; a larger dot is more customers", "回测，按十分位；点越大客户越多"),
        "columns": [
            {"label": say("Predicted", "预测")},
            {"label": say("Happened", "实际"), "kind": "number"},
            {"label": say("Customers", "客户数"), "kind": "number"},
        ],
        "rows": [[percent(predicted), percent(happened), str(count)] for predicted, happened, count in model],
        "chart": {
            "kind": "calibration",
            "series": [
                {"name": "MBG/NBD", "points": model},
                {"name": say("Own-interval rule", "自身间隔规则"), "points": rule, "tone": "quiet"},
            ],
            "ideal": say("perfect", "完全准确"),
            "x_label": say("Predicted to leave", "预测流失"),
            "y_label": say("Left", "实际流失"),
            "tooltip": say("{x} predicted, {y} left ({n} customers)", "预测 {x}，实际 {y}（{n} 家）"),
        },
    }


def _bars() -> dict[str, Any]:
    found = [
        (say("Shanghai Huaxin", "上海华新家电"), 800_000_000, "A"),
        (say("Suzhou Hengtai", "苏州恒泰连锁"), 500_000_000, "A"),
        (say("Ningbo Haichuan", "宁波海川进出口"), 499_999_900, "A"),
        (say("Wuxi Delong", "无锡德隆"), 182_000_000, "B"),
        (say("Hefei Ruifeng", "合肥瑞丰贸易"), 60_000_000, "C"),
    ]
    return {
        "title": say("Five customers bring a third of revenue", "五家客户带来三分之一的销售额"),
        "sub": say("Net revenue, CNY", "净销售额，人民币"),
        "columns": [
            {"label": say("Customer", "客户")},
            {"label": say("Net revenue", "净销售额"), "kind": "number"},
        ],
        "rows": [[name, whole_money(cents)] for name, cents, _tier in found],
        "chart": {
            "kind": "bars",
            "format": "money",
            "currency": "CNY",
            "items": [
                {"label": name, "value": cents, "tier": tier, "url": "#bars"} for name, cents, tier in found
            ],
        },
    }


def _stacked() -> dict[str, Any]:
    regions = [say("Shanghai", "上海"), say("Jiangsu", "江苏"), say("Zhejiang", "浙江"), say("Anhui", "安徽")]
    counts = {"A": [14, 11, 9, 4], "B": [41, 48, 39, 19], "C": [68, 91, 77, 55]}
    return {
        "title": say("Jiangsu has the most B customers", "江苏的 B 级客户最多"),
        "sub": say("Customers by region and tier", "各区域、各级别客户数"),
        "columns": [
            {"label": say("Region", "区域")},
            *({"label": tier, "kind": "number"} for tier in counts),
        ],
        "rows": [
            [region, *(str(row[index]) for row in counts.values())] for index, region in enumerate(regions)
        ],
        "chart": {
            "kind": "bars",
            "labels": regions,
            "series": [{"name": tier, "tier": tier, "values": values} for tier, values in counts.items()],
            "urls": ["#stacked"] * len(regions),
        },
    }


def _line() -> dict[str, Any]:
    months = [f"2026-{month:02}" for month in range(1, 13)]
    now = [210, 180, 242, 268, 255, 301, 288, 312, 340, 331, 372, 402]
    before = [190, 170, 205, 240, 236, 260, 270, 275, 281, 300, 310, 330]
    return {
        "title": say("Revenue grew 22% over the year before", "销售额比上年增长 22%"),
        "sub": say("Net revenue by month, CNY", "每月净销售额，人民币"),
        "columns": [
            {"label": say("Month", "月份")},
            {"label": "2026", "kind": "number"},
            {"label": "2025", "kind": "number"},
        ],
        "rows": [
            [month, whole_money(a * 1_000_000), whole_money(b * 1_000_000)]
            for month, a, b in zip(months, now, before, strict=True)
        ],
        "chart": {
            "kind": "line",
            "format": "money",
            "currency": "CNY",
            "labels": months,
            "series": [
                {"name": "2026", "values": [value * 1_000_000 for value in now]},
                {
                    "name": "2025",
                    "values": [value * 1_000_000 for value in before],
                    "tone": "quiet",
                    "dashed": True,
                },
            ],
        },
    }


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
