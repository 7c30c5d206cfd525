"""CDNOW: the first 18 months of purchases of a shop's new customers of 1997, as the tenth of them that is published.

Fader, Hardie & Lee (2005), Marketing Science 24(2). Its two numbers of a customer are that of the whole data set and a
running one within the sample.
"""

from customers.imports.kinds import Kind
from customers.imports.sources.base import SourceProfile

CDNOW_SAMPLE = SourceProfile(
    name="CDNOW",
    kind=Kind.ORDERS,
    signature=frozenset({"masterid", "sampleid", "date", "quantity", "amount"}),
    fields={"master_id": "customer_code", "sample_id": None},
)
