"""What the scores of customers say, put into sentences in the active language: figures come from the row alone."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from analysis.models import RetentionStatus
from crm.templatetags.format import money, number, percent
from customers.models import Grade

Row = Mapping[str, Any]


def rfm_sentence(row: Row, currency: str) -> str:
    """How long ago, how often and for how much a customer ordered, with the score of each."""
    return _(
        "Ordered %(days)s days ago (R %(recency)s), %(orders)s orders in the window (F %(frequency)s), worth "
        "%(value)s (M %(monetary)s)."
    ) % {
        "days": number(row["recency_days"]),
        "orders": number(row["orders"]),
        "value": money(row["value"], currency),
        **{name: number(row[name]) for name in ("recency", "frequency", "monetary")},
    }


def clv_sentence(row: Row, years: int, currency: str) -> str:
    """What a lifetime value is made of, and what last year's margin would make."""
    return ngettext(
        "%(orders)s order days of about %(value)s each are expected in %(years)s year, worth %(clv)s today; last "
        "year's margin going on would be %(naive)s.",
        "%(orders)s order days of about %(value)s each are expected in %(years)s years, worth %(clv)s today; last "
        "year's margin going on would be %(naive)s.",
        years,
    ) % {
        "orders": number(row["expected_orders"], 1),
        "value": money(row["expected_value"], currency),
        "years": number(years),
        "clv": money(row["clv"], currency),
        "naive": money(row["naive"], currency),
    }


def gold_sentence(row: Row, currency: str) -> str:
    """What is expected of a customer next year, beside what it brought in the last twelve months."""
    return _(
        "Expected to spend %(expected)s next fiscal year, after %(last_year)s in the last twelve months."
    ) % {
        "expected": money(row["expected_spend"], currency),
        "last_year": money(row["last_year"], currency),
    }


def loyalty_sentence(row: Row, currency: str) -> str:
    """For how long a customer has been one, how often they come, and what share of their wallet is ours."""
    if not row["is_repeat"]:
        told = _("Has ordered on one day only, %(days)s days ago.") % {"days": number(row["tenure_days"])}
    else:
        told = _("A customer for %(days)s days, ordering on %(pace)s days a year.") % {
            "days": number(row["tenure_days"]),
            "pace": number(row["orders_a_year"], 1),
        }
    if row["share_of_wallet"] is None:
        return told
    share = _("Ours is %(share)s of what they are known to buy; %(elsewhere)s went elsewhere.") % {
        "share": percent(row["share_of_wallet"]),
        "elsewhere": money(row["elsewhere"], currency),
    }
    return f"{told} {share}"


def retention_sentence(row: Row, currency: str) -> str:
    """Whether a customer was kept, and what it brought in either window."""
    return _("%(status)s: %(now)s in the window, %(before)s in the one before.") % {
        "status": RetentionStatus(row["retention_status"]).label,
        "now": money(row["net_revenue"], currency),
        "before": money(row["net_revenue_before"], currency),
    }


def credit_sentences(row: Row, currency: str) -> tuple[str, ...]:
    """How a customer pays, what it owes, and whether the recorded purchasing power fits."""
    told = []
    if row["payments_settled"]:
        told.append(
            _("%(late)s of %(settled)s payments came late.")
            % {"late": number(row["payments_late"]), "settled": number(row["payments_settled"])}
        )
    if row["overdue"]:
        told.append(
            _("%(overdue)s of %(unpaid)s unpaid is overdue, the oldest for %(days)s days.")
            % {
                "overdue": money(row["overdue"], currency),
                "unpaid": money(row["unpaid"], currency),
                "days": number(row["overdue_days"]),
            }
        )
    if row["is_over_limit"]:
        told.append(
            _("Owes more than its limit of %(limit)s.") % {"limit": money(row["credit_limit"], currency)}
        )
    if row["grades_differ"]:
        told.append(
            _("Spends like one of %(shown)s purchasing power; %(recorded)s is recorded.")
            % {
                "shown": str(Grade(row["purchasing_power"]).label).lower(),
                "recorded": str(Grade(row["recorded_grade"]).label).lower(),
            }
        )
    return tuple(told)
