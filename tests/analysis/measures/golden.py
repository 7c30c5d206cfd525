"""The golden case: twelve customers, calendar 2024 at +08:00, every cell worked out by hand.

USD 7.00, EUR 7.80. Region West has 2,000,000 and 400,000; the others the company's 5,000,000 and 1,000,000.
"""

import datetime
from decimal import ROUND_HALF_UP, Decimal

import pandas as pd

from analysis.measures.tiers import Thresholds, TierPolicy
from analysis.measures.windows import Window

YEAR = Window.calendar_year(2024)
AS_OF = datetime.date(2024, 12, 31)
CHINA, EAST, WEST, NORTH, SOUTH = 1, 2, 3, 4, 5
REGION_PARENTS = {CHINA: None, EAST: CHINA, WEST: CHINA, NORTH: CHINA, SOUTH: CHINA}
POLICY = TierPolicy(region_thresholds={WEST: Thresholds(a=2_000_000_00, b=400_000_00)})

RATES = {"CNY": Decimal(1), "USD": Decimal("7.00"), "EUR": Decimal("7.80")}
TIME_ZONE = datetime.timezone(datetime.timedelta(hours=8))

ORDERS = [  # customer, currency, amount, when (UTC where a time is given), original order of a return
    (1, "CNY", "9000000", "2024-03-01", None),
    (1, "CNY", "-1000000", "2024-04-01", "2024-03-01"),
    (2, "USD", "714285.71", "2024-05-06", None),
    (3, "CNY", "5000000", "2024-06-01", None),
    (4, "CNY", "2000000", "2024-06-02", None),
    (5, "CNY", "399999.99", "2024-06-03", None),
    (6, "CNY", "1000000", "2024-06-04", None),
    (7, "CNY", "1000000", "2024-06-05", None),
    (8, "CNY", "600000", "2024-06-06", None),
    (9, "EUR", "100000", "2024-12-31T15:30Z", None),
    (9, "EUR", "50000", "2024-12-31T16:00Z", None),
    (10, "CNY", "500000", "2023-11-10", None),
    (10, "CNY", "-500000", "2024-01-15", "2023-11-10"),
    (10, "CNY", "300000", "2024-10-01", None),
]

CUSTOMERS = [  # customer, region, previous tier, potential
    (1, EAST, "A", None),
    (2, EAST, "A", None),
    (3, EAST, "B", None),
    (4, WEST, "B", None),
    (5, WEST, "B", None),
    (6, EAST, "B", "closing"),
    (7, EAST, "B", None),
    (8, EAST, "C", "high"),
    (9, NORTH, "C", None),
    (10, SOUTH, "C", None),
    (11, SOUTH, "C", None),
    (12, SOUTH, None, None),
]

BY_RETURN_DATE = [  # customer, net, rank, share %, cumulative before %, raw, kept, tier, Pareto, mark
    (1, "8000000.00", 1, 33.9271, 0.0, "A", "A", "A", "A", "vip"),
    (3, "5000000.00", 2, 21.2044, 33.6417, "A", "A", "A", "A", ""),
    (2, "4999999.97", 3, 21.2044, 54.6678, "B", "A", "A", "A", ""),
    (4, "2000000.00", 4, 8.4818, 75.6939, "A", "A", "A", "A", ""),
    (6, "1000000.00", 5, 4.2409, 84.1043, "B", "B", "C", "B", ""),
    (7, "1000000.00", 5, 4.2409, 84.1043, "B", "B", "B", "B", ""),
    (9, "780000.00", 7, 3.3079, 92.5147, "C", "C", "C", "B", ""),
    (8, "600000.00", 8, 2.5445, 95.7948, "C", "C", "A", "C", ""),
    (5, "399999.99", 9, 1.6964, 98.3179, "C", "B", "B", "C", ""),
    (11, "0.00", 10, 0.0, None, "C", "C", "C", "C", "drag"),
    (12, "0.00", 10, 0.0, None, "C", "C", "C", "C", "young"),
    (10, "-200000.00", 12, -0.8482, None, "C", "C", "C", "C", "drag"),
]

BY_ORIGINAL_ORDER = [  # the return of customer 10 now counts in 2023, out of the window
    (1, "8000000.00", 1, 33.2226, 0.0, "A", "A", "A", "A", "vip"),
    (3, "5000000.00", 2, 20.7641, 33.2226, "A", "A", "A", "A", ""),
    (2, "4999999.97", 3, 20.7641, 53.9867, "B", "A", "A", "A", ""),
    (4, "2000000.00", 4, 8.3056, 74.7508, "A", "A", "A", "A", ""),
    (6, "1000000.00", 5, 4.1528, 83.0565, "B", "B", "C", "B", ""),
    (7, "1000000.00", 5, 4.1528, 83.0565, "B", "B", "B", "B", ""),
    (9, "780000.00", 7, 3.2392, 91.3621, "C", "C", "C", "B", ""),
    (8, "600000.00", 8, 2.4917, 94.6013, "C", "C", "A", "B", ""),
    (5, "399999.99", 9, 1.6611, 97.0930, "C", "B", "B", "C", ""),
    (10, "300000.00", 10, 1.2458, 98.7542, "C", "C", "C", "C", ""),
    (11, "0.00", 11, 0.0, None, "C", "C", "C", "C", "drag"),
    (12, "0.00", 11, 0.0, None, "C", "C", "C", "C", "young"),
]


def cents(amount: str, currency: str = "CNY") -> int:
    """Convert to whole cents of the company currency, half up."""
    return int((Decimal(amount) * RATES[currency]).quantize(Decimal("0.01"), ROUND_HALF_UP) * 100)


def local_day(when: str) -> pd.Timestamp:
    """The company-local date of a day or of a moment in UTC."""
    moment = pd.Timestamp(when)
    return (moment.tz_convert(TIME_ZONE).tz_localize(None) if moment.tz else moment).normalize()


def golden_lines() -> pd.DataFrame:
    """One line per order or return."""
    rows = [
        {
            "customer_id": customer,
            "order_id": number,
            "ordered_on": local_day(when),
            "revenue_cents": cents(amount, currency),
            "cost_cents": 0,
            "quantity": -1 if amount.startswith("-") else 1,
            "original_ordered_on": pd.NaT if original is None else local_day(original),
            "is_merchandise": True,
            "product_id": 1,
            "category_id": 1,
        }
        for number, (customer, currency, amount, when, original) in enumerate(ORDERS)
    ]
    return pd.DataFrame(rows).astype({"customer_id": "Int64", "original_ordered_on": "datetime64[us]"})


def golden_customers() -> pd.DataFrame:
    """The twelve customers with what the policy asks about each."""
    customers = pd.DataFrame(CUSTOMERS, columns=["customer_id", "region_id", "previous_tier", "potential"])
    created_on = pd.Series(pd.Timestamp(2023, 1, 5), index=customers.index)
    created_on[customers["customer_id"] == 12] = pd.Timestamp(2024, 12, 15)
    customers = customers.assign(potential_expires_on=None, created_on=created_on)
    return customers.astype({"region_id": "Int64", "potential_expires_on": "datetime64[us]"}).set_index(
        "customer_id"
    )
