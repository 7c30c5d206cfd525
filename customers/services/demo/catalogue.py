"""What the demo company sells: categories, products, prices and costs by year, and what is new."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from customers.services.demo.plan import Plan

# Category, its English, share of the trade, cost as a share of the price, and its products: name, English,
# list price in yuan, models.
_CATEGORIES = (
    ("净水设备", "Water purifiers", 0.2, 0.64, (
        ("反渗透净水器", "Reverse-Osmosis Water Purifier", 2599, 5),
        ("超滤净水器", "Ultrafiltration Water Purifier", 1299, 3),
        ("中央净水系统", "Whole-House Water System", 8999, 2),
        ("商用直饮水机", "Commercial Drinking Fountain", 6800, 2),
    )),
    ("净水耗材", "Water filter supplies", 0.08, 0.48, (
        ("反渗透滤芯", "Reverse-Osmosis Cartridge", 329, 3),
        ("活性炭滤芯", "Activated-Carbon Cartridge", 128, 3),
        ("前置过滤器", "Sediment Prefilter", 459, 2),
    )),
    ("厨房大电", "Major kitchen appliances", 0.19, 0.7, (
        ("侧吸式吸油烟机", "Side-Draught Range Hood", 2799, 4),
        ("燃气灶", "Gas Hob", 1199, 4),
        ("嵌入式洗碗机", "Built-in Dishwasher", 4699, 3),
        ("蒸烤一体机", "Steam Combination Oven", 5299, 2),
    )),
    ("厨房小电", "Small kitchen appliances", 0.14, 0.68, (
        ("智能电饭煲", "Smart Rice Cooker", 499, 4),
        ("破壁料理机", "High-Speed Blender", 699, 3),
        ("空气炸锅", "Air Fryer", 399, 3),
        ("电热水壶", "Electric Kettle", 159, 3),
    )),
    ("环境电器", "Air treatment", 0.11, 0.66, (
        ("空气净化器", "Air Purifier", 1899, 4),
        ("除湿机", "Dehumidifier", 1599, 2),
        ("新风系统", "Fresh-Air System", 7999, 2),
    )),
    ("热水器", "Water heaters", 0.12, 0.72, (
        ("燃气热水器", "Gas Water Heater", 2199, 3),
        ("电热水器", "Electric Water Heater", 1399, 3),
        ("空气能热水器", "Heat-Pump Water Heater", 6499, 2),
    )),
    ("清洁电器", "Cleaning appliances", 0.08, 0.67, (
        ("扫地机器人", "Robot Vacuum Cleaner", 2999, 3),
        ("无线吸尘器", "Cordless Vacuum Cleaner", 1699, 3),
        ("洗地机", "Wet Floor Cleaner", 2299, 2),
    )),
    ("炊具餐具", "Cookware and tableware", 0.08, 0.58, (
        ("不粘炒锅", "Non-Stick Wok", 269, 3),
        ("不锈钢汤锅", "Stainless-Steel Stockpot", 329, 2),
        ("陶瓷餐具套装", "Ceramic Dinner Set", 459, 3),
        ("保温杯", "Vacuum Flask", 129, 3),
    )),
)  # fmt: skip
_SERIES = ("经典款", "升级款", "尊享款", "智能款", "旗舰款")
_SERIES_ENGLISH = ("Classic", "Plus", "Premium", "Smart", "Flagship")
_SERIES_PRICE = (1.0, 1.2, 1.45, 1.65, 1.95)
_FREIGHT = ("配送服务费 Delivery service", 12_000, 10_000)
_PRICE_RISE = 1.015
_COST_RISE = (0.0, 0.02, 0.01, 0.035, 0.015)
_LAUNCHED_IN_WINDOW = 0.2


@dataclass(frozen=True, slots=True)
class Catalogue:
    """The products as arrays, by index; the last one is the freight charge, in no category.

    ``price_cents`` and ``cost_cents`` have shape (years, products), int64; ``years[0]`` is the first calendar
    year of orders. ``launched_on`` is datetime64[D], NaT where the product was always sold. ``shelf`` is the
    running total of popularity: category c covers ``[c, c + 1)``.
    """

    names: list[str]
    skus: list[str]
    category: NDArray[np.int64]
    categories: list[tuple[str, str]]
    category_shares: NDArray[np.float64]
    years: NDArray[np.int64]
    price_cents: NDArray[np.int64]
    cost_cents: NDArray[np.int64]
    launched_on: NDArray[np.datetime64]
    shelf: NDArray[np.float64]
    evergreen: NDArray[np.int64]

    @property
    def freight(self) -> int:
        """The index of the freight charge."""
        return len(self.names) - 1


def make_catalogue(plan: Plan) -> Catalogue:
    """Return the catalogue, with prices and costs from the first calendar year of orders to the last."""
    rng = np.random.default_rng([plan.seed, 1])
    names, skus, category, price, cost = _articles()
    launched_on, evergreen = _launches(rng, plan, category)
    years = np.arange(plan.starts_on.year, plan.as_of.year + 1)
    age = np.arange(years.size)[:, None]
    prices = np.rint(np.array(price) * _PRICE_RISE**age / 100).astype(np.int64) * 100
    rise = np.cumprod([1 + _COST_RISE[year % len(_COST_RISE)] for year in range(years.size)])
    costs = np.rint(np.array(cost) * rise[:, None]).astype(np.int64)
    popularity = rng.pareto(1.4, size=len(names)) + 0.3
    total = np.bincount(category, weights=popularity)
    shelf = np.cumsum(popularity / total[category])
    return Catalogue(
        names=[*names, _FREIGHT[0]],
        skus=[*skus, "FREIGHT"],
        category=np.append(category, -1),
        categories=[(chinese, english) for chinese, english, *_ in _CATEGORIES],
        category_shares=np.array([share for _, _, share, *_ in _CATEGORIES]),
        years=years,
        price_cents=np.append(prices, np.full((years.size, 1), _FREIGHT[1]), axis=1),
        cost_cents=np.append(costs, np.full((years.size, 1), _FREIGHT[2]), axis=1),
        launched_on=np.append(launched_on, np.datetime64("NaT")),
        shelf=shelf,
        evergreen=evergreen,
    )


def _articles() -> tuple[list[str], list[str], NDArray[np.int64], list[int], list[int]]:
    """Return names, SKUs, category indexes, prices and costs (cents) of the products."""
    names, skus, category, price, cost = [], [], [], [], []
    for place, (_, english_category, _, cost_share, products) in enumerate(_CATEGORIES):
        letters = "".join(word[0] for word in english_category.upper().split())[:3].ljust(2, "X")
        for kind, (chinese, english, yuan, models) in enumerate(products):
            for model in range(models):
                names.append(f"{chinese} {_SERIES[model]} {english} {_SERIES_ENGLISH[model]}")
                skus.append(f"{letters}-{kind + 1}{model + 1:02}")
                category.append(place)
                price.append(round(yuan * _SERIES_PRICE[model]) * 100)
                # The dearer the model, the better the margin.
                cost.append(round(price[-1] * (cost_share - 0.03 * model)))
    return names, skus, np.array(category), price, cost


def _launches(
    rng: np.random.Generator, plan: Plan, category: NDArray[np.int64]
) -> tuple[NDArray[np.datetime64], NDArray[np.int64]]:
    """Return when products were launched, NaT for the old ones, and one old product of each category."""
    firsts = np.flatnonzero(np.diff(category, prepend=-1))
    days = (plan.as_of - plan.starts_on).days
    launched = np.datetime64(plan.starts_on, "D") + rng.integers(60, days - 60, size=category.size)
    is_new = rng.random(category.size) < _LAUNCHED_IN_WINDOW
    is_new[firsts] = False
    return np.where(is_new, launched, np.datetime64("NaT", "D")), firsts
