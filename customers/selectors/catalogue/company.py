"""The four sections of a company (企业客户资料)."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from customers.models import (
    Address,
    CompanyProfile,
    ContactKind,
    ContactPoint,
    CustomValue,
    KeyPerson,
    KeyRole,
    Note,
)
from customers.selectors.catalogue.base import ProfileField, Section, Words

COMPANY_SECTIONS = (
    Section("company.basics", _("Company basics")),
    Section("company.characteristics", _("Characteristics")),
    Section("company.business", _("Business")),
    Section("company.trading", _("Trading")),
)


def _field(section: str, column: str, weight: int = 1, question: Words = "", **rest: Any) -> ProfileField:
    return ProfileField(
        key=f"company.{column}",
        section=f"company.{section}",
        model=CompanyProfile,
        column=column,
        weight=weight,
        question=question,
        **rest,
    )


def _rows(section: str, name: str, model: Any, column: str, label: Words, **rest: Any) -> ProfileField:
    defaults = {"rows": {}, "key": f"company.{name}", "section": f"company.{section}"}
    return ProfileField(**{**defaults, "model": model, "column": column, "label": label, **rest})


def _key_person(role: KeyRole, weight: int, question: Words = "") -> ProfileField:
    return _rows(
        "basics",
        f"{role.value}",
        KeyPerson,
        "person",
        role.label,
        rows={"role": role},
        more=("since", "until", "note"),
        weight=weight,
        question=question,
    )


COMPANY_FIELDS = (
    _rows(
        "basics", "address", Address, "street", _("Address"), more=("place", "region", "postcode"), weight=3,
        question=_("Where are they?"),
    ),
    _rows(
        "basics", "phone", ContactPoint, "value", _("Phone"),
        rows={"kind__in": (ContactKind.PHONE, ContactKind.MOBILE)}, weight=4,
        question=_("On which number can they be reached?"),
    ),
    _field("basics", "unified_social_credit_code", 3, _("What is their unified social credit code?")),
    _field("basics", "founded_on", 1, _("When was the company founded?")),
    _field("basics", "trading_since", 2, _("Since when do they trade with us?")),
    _field("basics", "business_lines", 3, _("Which lines of business are they in?")),
    _key_person(KeyRole.OWNER, 3, _("Who owns the company?")),
    _key_person(KeyRole.MANAGER, 3, _("Who manages the company?")),
    _key_person(KeyRole.LEGAL_REPRESENTATIVE, 2, _("Who is the legal representative?")),
    _key_person(KeyRole.BUYER, 4, _("Who decides what is bought?")),
    _key_person(KeyRole.FINANCE, 3, _("Who pays the invoices?")),
    _field("characteristics", "service_area", 2, _("Which area do they serve?")),
    _field("characteristics", "sales_capacity", 2, _("How much can they sell?")),
    _field("characteristics", "growth_potential", 2, _("How far can they still grow?")),
    _field("characteristics", "business_philosophy"),
    _field("characteristics", "business_direction", 1, _("Where do they want to go?")),
    _field("characteristics", "business_policy"),
    _field("characteristics", "business_features", 1, _("What is special about their business?")),
    ProfileField(
        key="company.company_size", section="company.characteristics", model=CompanyProfile,
        column="headcount", more=("annual_turnover",), label=_("Company size"), weight=3,
        question=_("How many people do they have, and what is their turnover?"),
    ),
    _field("business", "sales_performance", 2, _("How do their sales go?")),
    _field("business", "staff_quality", 1, _("How good are their managers and sales people?")),
    _field("business", "competitor_relations", 3, _("How do they stand with our competitors?")),
    _field("business", "relationship_with_us", 3, _("How do they see working with us?")),
    _field("business", "market_share", 2, _("How large is their share of the market?")),
    _field("business", "competitiveness", 1, _("How well do they compete?")),
    _field("business", "market_position", 1, _("Where do they stand in the market?")),
    _field("trading", "sales_activity", 1, _("What do they do to sell?")),
    _field("trading", "problems", 3, _("Which problems do they have?")),
    _field("trading", "advantages", 1, _("Which advantages do they keep?")),
    _field("trading", "credit_standing", 3, _("How good is their credit?")),
    _field("trading", "trading_terms", 2, _("On which terms do they trade?")),
    _field("trading", "strategy", 1, _("What is their strategy?")),
    _field("trading", "outlook", 1, _("How do they see the future?")),
    _field("trading", "public_image", 1, _("What do people say of them?")),
    _field("trading", "financial_condition", 2, _("How are their finances?")),
    _rows("trading", "notes", Note, "body", _("Notes")),
    _rows("basics", "custom_values", CustomValue, "value", _("Custom fields"), more=("field",)),
)  # fmt: skip
