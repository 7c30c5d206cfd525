"""Made-up figures for the style guide's charts, in both languages (see crm.views.samples)."""

from typing import Any

from crm.templatetags.format import in_chinese, percent, whole_money


def say(english: str, chinese: str) -> str:
    """Return a sample text in the active language."""
    return chinese if in_chinese() else english


def pareto() -> dict[str, Any]:
    """A cumulative curve with its bands."""
    total, half = 1226, 24

    def brought_by(n: int) -> float:
        return n / (n + half) * (1 + half / total)

    def line(tier: str, n: int) -> str:
        share = percent(brought_by(n))
        return say(f"{tier} line {share} ({n})", f"{tier} 线 {share}（{n} 家）")

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
                    "label": line("A", 38),
                    "url": "#tier-A",
                },
                {
                    "tier": "B",
                    "to": 185,
                    "share": brought_by(185),
                    "label": line("B", 185),
                    "url": "#tier-B",
                },
                {"tier": "C", "to": total, "share": 1, "url": "#tier-C"},
            ],
            "x_label": say("Customers, largest first", "客户，从高到低"),
            "y_label": say("Share of net revenue", "占净销售额"),
            "tooltip": say("Top {x} customers: {y}", "前 {x} 家客户：{y}"),
        },
    }


def calibration() -> dict[str, Any]:
    """Two methods against what happened."""
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


def bars() -> dict[str, Any]:
    """Ranked bars in the tiers' colours."""
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


def stacked() -> dict[str, Any]:
    """Tiers by region."""
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


def line() -> dict[str, Any]:
    """A year beside the year before."""
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
