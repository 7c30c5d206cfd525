"""Online Retail: the order lines of a British gift wholesaler, 2010-12 to 2011-12, and its sequel with the same layout.

Chen, Sain & Guo (2012), Journal of Database Marketing 19(3). What the columns do not say, as found in the file:

- An invoice number that starts with C is a return or another credit, and its quantities are negative. Lines of
  negative quantity outside such invoices are goods written off (damaged, lost), at price 0.
- An invoice number that starts with A is a bad-debt adjustment (stock code B): money without a customer.
- A quarter of the lines has no customer. They are real sales (mostly retail through other shops) and are kept.
- Lines that are equal in every column are real: the same thing was keyed twice. All are kept.
- Of the stock codes that are not five digits, only DCGS… (gifts that are sold elsewhere too) and its kin are goods.
  Two five-digit codes are not: 23444 is next-day carriage, 22016 a gift voucher.
"""

from customers.imports.kinds import Kind
from customers.imports.sources.base import SourceProfile

ONLINE_RETAIL = SourceProfile(
    name="Online Retail",
    kind=Kind.ORDERS,
    signature=frozenset(
        {"invoiceno", "stockcode", "quantity", "invoicedate", "unitprice", "customerid", "country"}
    ),
    return_number_start="C",
    not_merchandise=frozenset(
        {
            "POST",  # postage
            "DOT",  # postage of the web shop
            "C2",  # carriage
            "23444",  # next-day carriage
            "D",  # discount
            "M",  # manual entry
            "S",  # samples
            "B",  # bad debt
            "PADS",  # pads to match all cushions, at 0.001
            "BANK CHARGES",
            "AMAZONFEE",
            "CRUK",  # commission to a charity
            "22016",  # gift voucher
        }
    ),
    # Vouchers; and of the sequel, entries made to test or to adjust.
    not_merchandise_starts=("GIFT_0001_", "TEST", "ADJUST"),
    country_names={
        "EIRE": "Ireland",
        "RSA": "South Africa",
        "USA": "United States",
        "Unspecified": None,
    },
)
