"""Amounts in foreign currencies: without a rate they cannot be added to ours."""

from __future__ import annotations

from django.db.backends.utils import CursorWrapper
from django.utils.translation import gettext as _

from customers.services.imports.problems import MissingExchangeRate
from customers.services.imports.statements import template

_COUNT = """
SELECT count(*), count(*) FILTER (WHERE currency <> %(currency)s AND exchange_rate IS NULL),
    min(currency) FILTER (WHERE currency <> %(currency)s AND exchange_rate IS NULL)
FROM staged WHERE reason = ''
"""

_REJECT = """
UPDATE staged SET reason = CASE
    WHEN exchange_rate IS NULL THEN format(%(no_rate)s, currency)
    WHEN exchange_rate >= 1e9 OR round(exchange_rate, 8) = 0 OR abs(amount * exchange_rate) >= 1e14 THEN %(rate)s
    ELSE format(%(own)s, %(currency)s, exchange_rate)
END, amount = NULL, exchange_rate = NULL
WHERE reason = '' AND (
    currency <> %(currency)s AND exchange_rate IS NULL
    OR exchange_rate >= 1e9 OR round(exchange_rate, 8) = 0 OR abs(amount * exchange_rate) >= 1e14
    OR coalesce(currency, %(currency)s) = %(currency)s AND exchange_rate <> 1
)
"""


def reject_unconvertible(cursor: CursorWrapper, currency: str, *, is_whole_file: bool) -> None:
    """Reject the staged rows whose ``amount`` no rate converts into ``currency``, the company's.

    Raises:
        MissingExchangeRate: that is so for every good row of the whole file.
    """
    cursor.execute(_COUNT, {"currency": currency})
    rows, without_rate, example = cursor.fetchone()
    if is_whole_file and rows and rows == without_rate:
        raise MissingExchangeRate(example, currency)
    no_rate = _(
        "The amount is in %(currency)s and the row has no exchange rate. Add one, or a rate for all rows."
    )
    own = _(
        "The row is in %(currency)s, our own currency, and has the exchange rate %(rate)s. State its currency."
    )
    cursor.execute(
        _REJECT,
        {
            "currency": currency,
            "no_rate": template(no_rate, "currency"),
            "rate": _("The exchange rate, or the amount at it, is out of all bounds. Check both."),
            "own": template(own, "currency", "rate"),
        },
    )
