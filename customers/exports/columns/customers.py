"""The columns of the lists of customers and people."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any, cast

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from crm.extensions import Standing
from crm.templatetags.format import day
from crm.templatetags.rows import Cell, tag, text
from crm.templatetags.rows import name as name_cell
from customers.exports.columns.base import Column, Row, Value
from customers.imports.cleaning import choices as known
from customers.imports.cleaning.choices import Words, choice_cleaner
from customers.imports.problems import CellError
from customers.models import (
    BusinessModel,
    ContactChannel,
    ContactKind,
    ContactPoint,
    CustomerKind,
    Grade,
    Lifecycle,
    OwnershipType,
    Potential,
)
from customers.selectors.lists import NEVER_ORDERED, first_of
from customers.selectors.masking import MASK, masked_contact
from customers.selectors.profiles import region_name


def labels(choices: Any) -> Callable[[str], str]:
    """Return what says the label of a choice, translated once a language: lists say the same few again and again."""
    spoken: dict[str, dict[str, str]] = {}

    def say(value: str) -> str:
        language = get_language() or ""
        if language not in spoken:
            spoken[language] = {key: str(label) for key, label in choices}
        return spoken[language].get(value, "")

    return say


def choice(
    key: str,
    label: Any,
    choices: Any,
    *,
    words: Words | None = None,
    shown: bool = False,
    on_phone: bool = True,
) -> Column:
    """Return the column of a field of choices; ``words`` are those that the importer knows."""
    say = labels(choices)

    def written(row: Row) -> Value:
        value = row[key]
        name = say(value)
        return name if words is None or not value or _is_understood(name, value, words) else str(value)

    return Column(
        key,
        label,
        written,
        (key,),
        cell=lambda row: text(say(row[key])),
        is_short=True,
        is_shown=shown,
        on_phone=on_phone,
    )


def _is_understood(name: str, value: str, words: Words) -> bool:
    """Whether the importer reads a name as the value that it stands for."""
    try:
        return choice_cleaner(words)(name) == value
    except CellError:
        return False


def plain(
    key: str, label: Any, path: str = "", *, shown: bool = False, on_phone: bool = True, sort: str = ""
) -> Column:
    """Return the column of a field that is shown as it is."""
    column = path or key
    return Column(
        key,
        label,
        lambda row: row[column] or "",
        (column,),
        is_shown=shown,
        on_phone=on_phone,
        sort=sort,
    )


def colleague(key: str, label: Any, path: str = "", *, shown: bool = True) -> Column:
    """Return the column of a colleague."""
    names = (f"{path or key}__name", f"{path or key}__username")
    return Column(
        key, label, lambda row: row[names[0]] or row[names[1]] or "", names, is_shown=shown, is_short=True
    )


def region(key: str = "region", *, shown: bool = True) -> Column:
    """Return the column of a region."""
    names = (f"{key}__name", f"{key}__english_name")
    return Column(
        "region", _("Region"), lambda row: region_name(row[names[0]], row[names[1]]), names, is_shown=shown
    )


def _named(row: Row) -> Cell:
    under = _BUSINESS_MODELS(row["business_model"]) or _KINDS(row["kind"])
    return name_cell(reverse("customers:record", args=[row["pk"]]), row["name"], f"{row['code']} · {under}")


def _person(row: Row) -> Cell:
    return name_cell(reverse("customers:record", args=[row["pk"]]), row["name"], row["code"])


def _standing(row: Row) -> Standing | None:
    return cast(Standing | None, row["standing"])


def _tier(row: Row) -> Cell:
    found = _standing(row)
    return ("tier", found.tier, found.tier_reason, found.tier) if found and found.tier else text("")


def _churn(row: Row) -> Cell:
    found = _standing(row)
    return tag(found.churn_tone, found.churn_label, found.churn_reason) if found else text("")


def _last_order(row: Row) -> date | None:
    found = row["activity__last_order_on"]
    return found if found and found > NEVER_ORDERED else None


def _contact(key: str, label: Any, *kinds: ContactKind) -> Column:
    """Return the column of the first contact point of some kinds: masked on the page, whole in a file."""

    def whole(row: Row) -> Value:
        point = first_of(row["contacts"], *kinds)
        return point.value if point else ""

    def masked(row: Row) -> Cell:
        point = first_of(row["contacts"], *kinds)
        return text(masked_contact(point.kind, point.value) if point else "")

    return Column(
        key,
        label,
        whole,
        cell=masked,
        needs="contacts",
        holds=((ContactPoint, "value"),),
        is_shown=False,
        is_short=True,
        on_pages_only=True,
    )


def _place(level: str, label: Any) -> Column:
    """Return the column of one level of the record's region, as a file that is imported again needs it."""

    def part(row: Row) -> Value:
        line: dict[str, str] = row["region_line"] or {}
        return line.get(level, "")

    return Column(level, label, part, needs="region_line", header=level, in_files_only=True)


PLACE = (
    _place("country", _("Country")),
    _place("province", _("Province")),
    _place("city", _("City")),
    _place("district", _("District")),
)


def _local_day(path: str) -> Callable[[Row], Value]:
    def value(row: Row) -> Value:
        return timezone.localtime(row[path]).replace(tzinfo=None, microsecond=0)

    return value


_KINDS = labels(CustomerKind.choices)
_BUSINESS_MODELS = labels(BusinessModel.choices)

_TIER = Column(
    "tier",
    _("Tier"),
    lambda row: found.tier if (found := _standing(row)) else "",
    cell=_tier,
    needs="standing",
    needs_run=True,
    is_calculated=True,
)
_CHURN = Column(
    "churn",
    _("Churn"),
    lambda row: found.churn_label if (found := _standing(row)) else "",
    cell=_churn,
    needs="standing",
    needs_run=True,
    is_calculated=True,
)
_LIFECYCLE = choice("lifecycle", _("Lifecycle"), Lifecycle.choices, words=known.LIFECYCLE, shown=True)
_LAST_ORDER = Column(
    "last_order",
    _("Last order"),
    _last_order,
    ("activity__last_order_on",),
    cell=lambda row: text(day(_last_order(row))),
    sort="last_order",
    is_short=True,
    is_calculated=True,
)
_ADDED = Column(
    "created_at",
    pgettext_lazy("record", "Added"),
    _local_day("created_at"),
    ("created_at",),
    cell=lambda row: text(day(row["created_at"])),
    sort="newest",
    on_phone=False,
    is_short=True,
)
_TAGS = Column("tags", _("Tags"), lambda row: row["tags"] or "", needs="tags", is_shown=False)
_CODE = Column("code", _("Customer code"), lambda row: row["code"], ("code",), is_shown=False, sort="code")
_PHONE = _contact("telephone", _("Phone"), ContactKind.MOBILE, ContactKind.PHONE)
_EMAIL = _contact("mail", _("Email"), ContactKind.EMAIL)
_TEAM = plain("team", _("Team or branch"), "team__name")
_SOURCE = plain("source", _("Customer source"), "source__name")
CUSTOMER_COLUMNS = (
    Column(
        "name",
        _("Customer"),
        lambda row: row["name"],
        ("name", "code", "kind", "business_model"),
        cell=_named,
        sort="name",
        is_name=True,
    ),
    _TIER,
    _CHURN,
    region(),
    colleague("owner", _("Owner")),
    _LIFECYCLE,
    _LAST_ORDER,
    _ADDED,
    _CODE,
    Column(
        "english_name",
        _("English name"),
        lambda row: row["english_name"],
        ("english_name",),
        is_shown=False,
        is_name=True,
    ),
    choice("kind", _("Kind"), CustomerKind.choices, words=known.CUSTOMER_KIND),
    choice("business_model", _("Business model"), BusinessModel.choices, words=known.BUSINESS_MODEL),
    plain("industry", _("Industry"), "industry__name"),
    choice("ownership_type", _("Ownership type"), OwnershipType.choices, words=known.OWNERSHIP_TYPE),
    _TEAM,
    _SOURCE,
    plain("campaign", _("Campaign"), "campaign__name"),
    choice("potential", _("Potential"), Potential.choices, words=known.POTENTIAL),
    plain("potential_reason", _("Reason for potential")),
    choice("purchasing_power", _("Purchasing power"), Grade.choices, words=known.GRADE),
    plain("reputation", _("Reputation"), on_phone=False),
    choice("preferred_channel", _("Preferred channel"), ContactChannel.choices, words=known.CHANNEL),
    _TAGS,
    _PHONE,
    _EMAIL,
    *PLACE,
)
PERSON_COLUMNS = (
    Column(
        "name",
        _("Person"),
        lambda row: row["name"],
        ("name", "code"),
        cell=_person,
        sort="name",
        is_name=True,
    ),
    Column(
        "employer",
        _("Employer"),
        lambda row: row["employer"] or row["person_profile__employer_name"] or "",
        ("person_profile__employer_name",),
        needs="employer",
        is_calculated=True,
        on_pages_only=True,
    ),
    Column(
        "job_title",
        _("Job title"),
        lambda row: row["person_profile__job_title"] or "",
        ("person_profile__job_title",),
    ),
    replace(_PHONE, is_shown=True),
    _EMAIL,
    _TIER,
    _CHURN,
    region(),
    colleague("owner", _("Owner")),
    _LIFECYCLE,
    _LAST_ORDER,
    Column(
        "date_of_birth",
        _("Date of birth"),
        lambda row: row["person_profile__date_of_birth"],
        ("person_profile__date_of_birth",),
        cell=lambda row: text(MASK if row["person_profile__date_of_birth"] else ""),
        is_shown=False,
    ),
    _ADDED,
    _CODE,
    _TEAM,
    _SOURCE,
    _TAGS,
    *PLACE,
)
