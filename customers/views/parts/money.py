"""How amounts of the company currency are written on cards."""

from decimal import ROUND_HALF_UP, Decimal

from django.conf import settings

from crm.templatetags.format import money, whole_money


def amount(value: Decimal) -> str:
    """Write an amount with its currency, to the cent only where there are cents."""
    cents = int((value * 100).quantize(Decimal(1), ROUND_HALF_UP))
    write = money if cents % 100 else whole_money
    return write(cents, settings.COMPANY_CURRENCY)
