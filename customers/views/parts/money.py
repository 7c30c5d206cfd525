"""How amounts of the company currency are written on cards."""

from decimal import Decimal

from django.conf import settings

from crm.templatetags import format as written


def amount(value: Decimal) -> str:
    """Write an amount with its currency."""
    return written.amount(value, settings.COMPANY_CURRENCY)
