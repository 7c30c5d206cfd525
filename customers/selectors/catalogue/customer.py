"""What is known of every customer, person or company (客户)."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from customers.models import Address, ContactKind, ContactPoint, Customer, Need, Residence, WishListEntry
from customers.selectors.catalogue.base import ProfileField, Section, Words

CORE = Section("customer.core", _("Core facts"))
REACH = Section("customer.reach", _("How to reach them"))
NEEDS = Section("customer.needs_register", _("Needs"))
WISHES = Section("customer.wishes", _("Wish list"))
LIVING = Section("customer.living", _("Region and property"))
CUSTOMER_SECTIONS = (CORE, REACH, NEEDS, WISHES, LIVING)


def _core(column: str, weight: int = 0, question: Words = "", **rest: Any) -> ProfileField:
    defaults = {"key": f"customer.{column}", "section": CORE.key, "model": Customer, "column": column}
    return ProfileField(**{**defaults, "weight": weight, "question": question, **rest})


def _reach(name: str, label: Words, *kinds: str) -> ProfileField:
    return ProfileField(
        key=f"customer.{name}",
        section=REACH.key,
        model=ContactPoint,
        column="value",
        more=("kind", "place", "is_primary"),
        rows={"kind__in": kinds},
        label=label,
    )


def _living(column: str, weight: int = 0) -> ProfileField:
    return ProfileField(
        key=f"customer.{column}", section=LIVING.key, model=Residence, column=column, weight=weight
    )


CUSTOMER_FIELDS = (
    _core("code"),
    _core("kind"),
    _core("name"),
    _core("english_name"),
    _core("pinyin", is_derived=True),
    _core("owner", 2, _("Who looks after them?")),
    _core("team"),
    _core("region", 3, _("In which region are they?")),
    _core("source", 2, _("How did they come to us?")),
    _core("campaign"),
    _core("identification_method"),
    _core("lifecycle"),
    _core("industry", 2, _("Which industry are they in?")),
    _core("ownership_type"),
    _core("business_model", 1, _("What kind of business do they run?")),
    _core(
        "potential", 3, _("How far can they still grow, and why?"),
        more=("potential_reason", "potential_author", "potential_expires_on"),
    ),
    _core("purchasing_power", 2, _("How much could they buy?")),
    _core("reputation", 1, _("What do others say of them?")),
    _core("opposes_us"),
    _core(
        "communication_style", 2, _("How and when do they like to be spoken to?"),
        more=("preferred_channel", "best_time_to_contact"),
    ),
    _core("scoring_refused"),
    _core("tags"),
    ProfileField(
        key="customer.wish_list", section=WISHES.key, model=WishListEntry, column="year",
        more=("owner", "next_step"), rows={}, label=_("Wish list"),
    ),
    ProfileField(
        key="customer.needs", section=NEEDS.key, model=Need, column="statement",
        more=("is_met", "noted_on"), rows={}, label=_("Needs"), weight=4,
        question=_("What do they need, and what troubles them?"),
    ),
    ProfileField(
        key="customer.addresses", section=REACH.key, model=Address, column="street",
        more=("place", "region", "postcode"), rows={}, label=_("Addresses"),
    ),
    _reach("phones", _("Phones"), ContactKind.MOBILE, ContactKind.PHONE),
    _reach("emails", _("Emails"), ContactKind.EMAIL),
    _reach("faxes", _("Faxes"), ContactKind.FAX),
    _living("living_area"),
    _living("property_type"),
    _living("floor_area"),
    _living("tenure"),
)  # fmt: skip
