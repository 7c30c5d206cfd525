"""Typed rows: what one row of a file says, cleaned. A field that is None was blank or is not in the file.

Customers are told by code (or name), products by sku, people and regions by what the file calls them: finding the
records is the services' task. Choice fields hold the values of the models.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, TypeAlias

NOTES_APART = "\n* * *\n"
"""What stands in a cell between one note and the next."""
OWN_REFERENCE = "KZ-"
"""How exports name a record that has no reference: this, a letter for what it is, and its own number."""

CUSTOM = "custom."
"""Before the key of a field that an administrator added, in mappings and layouts."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where somebody is, as the file says it: names by level, or ``name`` for a region without its level."""

    name: str | None = None
    country: str | None = None
    province: str | None = None
    city: str | None = None
    district: str | None = None

    @property
    def is_named(self) -> bool:
        """Whether it names anything."""
        return any((self.name, self.country, self.province, self.city, self.district))


@dataclass(frozen=True, slots=True)
class Contact:
    """A way to reach a customer: kind (mobile, phone, fax, email, wechat), place (office, home, other), value.

    Phone numbers are E.164, an extension after ``;ext=``; e-mail addresses have a lower-case domain.
    """

    kind: str
    place: str
    value: str


@dataclass(frozen=True, slots=True)
class PostalAddress:
    """A postal address at a place (office, home, other); ``region`` is where, if not where the customer is.

    One whose region names nothing is nowhere in particular.
    """

    place: str
    street: str
    postcode: str | None = None
    region: Place | None = None


@dataclass(frozen=True, slots=True)
class CustomerRow:
    """A customer, a person or a company; only the name is certain.

    Attributes:
        contact_person: whom a company's row names as the one to talk to.
        primary_contact: the contact point that is used first; "" for none; None: nobody said, so it is the first.
        profile: what else the file says: keys of the catalogue (``person.native_place``) with typed values.
        sealed: likewise what the law calls sensitive, the identity number apart.
        custom: what the file says in fields that an administrator added: keys with values as they are kept.
        consent_basis: on what ground the person is kept, as written.
        campaign: the campaign that brought the customer, as written.
    """

    name: str
    code: str | None = None
    kind: str | None = None
    english_name: str | None = None
    owner: str | None = None
    team: str | None = None
    region: Place | None = None
    source: str | None = None
    lifecycle: str | None = None
    industry: str | None = None
    ownership_type: str | None = None
    business_model: str | None = None
    potential: str | None = None
    potential_reason: str | None = None
    purchasing_power: str | None = None
    reputation: str | None = None
    tags: tuple[str, ...] = ()
    contacts: tuple[Contact, ...] = ()
    addresses: tuple[PostalAddress, ...] = ()
    identity_number: str | None = None
    unified_social_credit_code: str | None = None
    date_of_birth: date | None = None
    employer: str | None = None
    job_title: str | None = None
    founded_on: date | None = None
    trading_since: date | None = None
    notes: str | None = None
    created_on: date | None = None
    created_at: datetime | None = None
    contact_person: str | None = None
    primary_contact: str | None = None
    preferred_channel: str | None = None
    identification_method: str | None = None
    potential_expires_on: date | None = None
    opposes_us: str | None = None
    communication_style: str | None = None
    best_time_to_contact: str | None = None
    scoring_refused: bool | None = None
    profile: tuple[tuple[str, Any], ...] = ()
    sealed: tuple[tuple[str, Any], ...] = ()
    custom: tuple[tuple[str, Any], ...] = ()
    consent_basis: str | None = None
    campaign: str | None = None


@dataclass(frozen=True, slots=True)
class ProductRow:
    """A product. Prices are in ``currency`` (None: the company's); costs hold from ``cost_valid_from``."""

    sku: str
    name: str
    category: str | None = None
    subcategory: str | None = None
    unit: str | None = None
    list_price: Decimal | None = None
    unit_cost: Decimal | None = None
    cost_valid_from: date | None = None
    currency: str | None = None
    launched_on: date | None = None
    not_merchandise: bool | None = None


@dataclass(frozen=True, slots=True)
class OrderLineRow:
    """One line of an order. A line with neither customer code nor name belongs to no known customer.

    Attributes:
        ordered_on: day of the order in the company's time zone.
        ordered_at: the moment, aware, if the file gives a time of day.
        quantity: negative on returns.
        unit_price: as stated, before discounts; may be None when only the line's total is given.
        discount_rate: a fraction: 0.2 is 20 % off.
        line_total: what the line is worth after discounts, exact, in ``currency``; negative on returns.
        unit_cost: what a piece cost, as stated, in ``currency``.
        line_cost: cost of the goods of the whole line, in ``currency``.
        currency: ISO 4217 code, or None for the company's.
        exchange_rate: company currency per unit of ``currency``.
        not_merchandise: postage, fees, vouchers, manual adjustments: money, but no product.
    """

    order_number: str
    ordered_on: date
    quantity: Decimal
    line_total: Decimal
    ordered_at: datetime | None = None
    line_no: int | None = None
    original_order_number: str | None = None
    customer_code: str | None = None
    customer_name: str | None = None
    region: Place | None = None
    sku: str | None = None
    product_name: str | None = None
    category: str | None = None
    subcategory: str | None = None
    unit_price: Decimal | None = None
    discount_rate: Decimal | None = None
    discount_amount: Decimal | None = None
    unit_cost: Decimal | None = None
    line_cost: Decimal | None = None
    currency: str | None = None
    exchange_rate: Decimal | None = None
    status: str | None = None
    salesperson: str | None = None
    promised_on: date | None = None
    delivered_on: date | None = None
    notes: str | None = None
    is_return: bool = False
    not_merchandise: bool = False


@dataclass(frozen=True, slots=True)
class PaymentRow:
    """A payment made (``paid_on``) or awaited (only ``due_on``); refunds are negative."""

    amount: Decimal
    reference: str | None = None
    customer_code: str | None = None
    customer_name: str | None = None
    order_number: str | None = None
    due_on: date | None = None
    paid_on: date | None = None
    currency: str | None = None
    exchange_rate: Decimal | None = None
    account: str | None = None
    notes: str | None = None


@dataclass(frozen=True, slots=True)
class InteractionRow:
    """One contact with a customer; ``occurred_at`` is aware, if the file gives a time of day."""

    occurred_on: date
    occurred_at: datetime | None = None
    reference: str | None = None
    customer_code: str | None = None
    customer_name: str | None = None
    response_type: str | None = None
    channel: str | None = None
    direction: str | None = None
    value: Decimal | None = None
    currency: str | None = None
    rep: str | None = None
    sku: str | None = None
    product_name: str | None = None
    body: str | None = None


@dataclass(frozen=True, slots=True)
class ComplaintRow:
    """A complaint or dispute; the ``…_at`` moments are aware and None where the file gives only the day."""

    reported_on: date
    reported_at: datetime | None = None
    reference: str | None = None
    customer_code: str | None = None
    customer_name: str | None = None
    complaint_type: str | None = None
    sku: str | None = None
    product_name: str | None = None
    occurred_on: date | None = None
    occurred_at: datetime | None = None
    resolved_on: date | None = None
    resolved_at: datetime | None = None
    rep: str | None = None
    region: Place | None = None
    cause: str | None = None
    resolution: str | None = None
    satisfied: bool | None = None
    body: str | None = None


AnyRow: TypeAlias = CustomerRow | ProductRow | OrderLineRow | PaymentRow | InteractionRow | ComplaintRow
