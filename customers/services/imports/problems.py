"""What can be wrong with a file as a whole only in the light of our own records and settings."""

from __future__ import annotations

from typing import ClassVar

from django.utils.translation import gettext as _

from customers.imports.problems import FileProblem


class MissingExchangeRate(FileProblem):
    """All amounts are in a foreign currency and nothing says what it is worth."""

    code: ClassVar[str] = "missing_exchange_rate"

    def __init__(self, currency: str, company: str) -> None:
        message = _(
            "The amounts are in %(currency)s and nothing says what that is in %(company)s. Give the rate in a "
            'mapping, such as {"exchange_rate": {"constant": "7.2"}}, or in a column of its own. If %(currency)s is '
            "your company's currency, set COMPANY_CURRENCY=%(currency)s."
        )
        super().__init__(message % {"currency": currency, "company": company})
