"""The nine sections of a person (个人客户资料)."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from customers.models import (
    Address,
    ContactKind,
    ContactPlace,
    ContactPoint,
    CustomValue,
    Employment,
    FamilyMember,
    FamilyRole,
    Note,
    PersonProfile,
    Relation,
)
from customers.selectors.catalogue.base import ProfileField, Section, Words

PERSON_SECTIONS = (
    Section("person.basics", _("Basics")),
    Section("person.education", _("Education")),
    Section("person.family", _("Family"), summary="person.family_summary"),
    Section("person.social", _("Social ties"), summary="person.social_summary"),
    Section("person.career", _("Career"), summary="person.career_summary"),
    Section("person.lifestyle", _("Lifestyle"), summary="person.lifestyle_summary"),
    Section("person.personality", _("Personality"), summary="person.personality_summary"),
    Section("person.life_view", _("Life view")),
    Section("person.other", _("Other material")),
)


def _field(section: str, column: str, weight: int = 1, question: Words = "", **rest: Any) -> ProfileField:
    return ProfileField(
        key=f"person.{column}",
        section=f"person.{section}",
        model=PersonProfile,
        column=column,
        weight=weight,
        question=question,
        **rest,
    )


def _sealed(section: str, column: str) -> ProfileField:
    """Return a sealed field: it counts nothing, since nobody shall be pressed to ask for it."""
    return _field(section, column, weight=0)


def _rows(section: str, name: str, model: Any, column: str, label: Words, **rest: Any) -> ProfileField:
    defaults = {"rows": {}, "key": f"person.{name}", "section": f"person.{section}"}
    return ProfileField(**{**defaults, "model": model, "column": column, "label": label, **rest})


def _contact(name: str, label: Words, kind: str, place: str = "", **rest: Any) -> ProfileField:
    condition = {"kind": kind, **({"place": place} if place else {})}
    return _rows("basics", name, ContactPoint, "value", label, rows=condition, **rest)


def _address(name: str, label: Words, place: str, **rest: Any) -> ProfileField:
    more = ("region", "postcode")
    return _rows("basics", name, Address, "street", label, rows={"place": place}, more=more, **rest)


PERSON_FIELDS = (
    _sealed("basics", "identity_number"),
    _field(
        "basics", "employer", 3, _("Which company do they work for?"), more=("employer_name",),
        label=_("Employer"),
    ),
    _field("basics", "job_title", 3, _("What is their post or title?")),
    _contact("mobile", _("Mobile"), ContactKind.MOBILE, weight=5, question=_("What is their mobile number?")),
    _contact("email", _("Email"), ContactKind.EMAIL, weight=3, question=_("Which mail address do they read?")),
    _address("home_address", _("Home address"), ContactPlace.HOME, weight=1),
    _contact("home_phone", _("Home phone"), ContactKind.PHONE, ContactPlace.HOME),
    _contact("home_fax", _("Home fax"), ContactKind.FAX, ContactPlace.HOME),
    _address(
        "office_address", _("Office address"), ContactPlace.OFFICE, weight=2,
        question=_("Where is their office?"),
    ),
    _contact("office_phone", _("Office phone"), ContactKind.PHONE, ContactPlace.OFFICE, weight=1),
    _contact("office_fax", _("Office fax"), ContactKind.FAX, ContactPlace.OFFICE),
    _field("basics", "employer_registration_number", 0),
    _field("basics", "household_registration", 0),
    _field("basics", "native_place", 2, _("Where do they come from?")),
    _field(
        "basics", "date_of_birth", 4, _("When is their birthday, and do they keep it by the lunar calendar?"),
        more=("birthday_is_lunar",),
    ),
    _sealed("basics", "blood_type"),
    _field("basics", "height_cm", 0),
    _field("basics", "weight_kg", 0),
    _field("basics", "temperament", 1, _("What kind of temperament do they have?")),
    _field("education", "highest_degree", 1, _("How far did they go at school?")),
    _field("education", "major", 1, _("What did they study?")),
    _field("education", "school_clubs"),
    _field("education", "awards"),
    _field("education", "favourite_sport", 2, _("Which sport do they like best?")),
    _field("education", "view_on_diplomas"),
    _field("family", "marital_status", 2, _("Are they married?")),
    _rows(
        "family", "spouse", FamilyMember, "name", _("Spouse"), rows={"role": FamilyRole.SPOUSE},
        more=("education", "interests", "birthday", "birthday_is_lunar"), weight=1,
    ),
    _rows(
        "family", "spouse_blood_type", FamilyMember, "blood_type", _("Spouse's blood type"),
        rows={"role": FamilyRole.SPOUSE},
    ),
    _field("family", "wedding_anniversary", 2, _("When is their wedding anniversary?")),
    _rows(
        "family", "children", FamilyMember, "child_name", _("Children's names"), rows={"role": FamilyRole.CHILD}
    ),
    _rows(
        "family", "child_birthday", FamilyMember, "child_birthday", _("Children's birthdays"),
        rows={"role": FamilyRole.CHILD},
    ),
    _rows(
        "family", "child_education", FamilyMember, "child_education", _("Children's education"),
        rows={"role": FamilyRole.CHILD},
    ),
    _field("family", "family_summary", 2, _("How would you put their family in one sentence?")),
    _rows(
        "social", "relations", Relation, "other", _("Social ties"),
        more=("other_person", "kind", "is_closest", "note"), weight=3,
        question=_("Whom do they know among our customers, and who introduced them?"),
    ),
    _field("social", "social_summary", 2, _("How would you put their social ties in one sentence?")),
    _rows(
        "career", "employments", Employment, "company", _("Employments"),
        more=("employer", "position", "started_on", "ended_on"), weight=2,
        question=_("Where did they work before?"),
    ),
    ProfileField(
        key="person.current_position", section="person.career", model=PersonProfile, column="job_title",
        label=_("Current position"), is_derived=True,
    ),
    _sealed("career", "annual_income"),
    _field("career", "standing_in_company", 3, _("How much do they have to say in their company?")),
    _field("career", "attitude_to_company", 1, _("How do they feel about their company?")),
    _field("career", "first_dealing_on", 2, _("When did they first deal with us?")),
    _field("career", "dealings_with_us", 2, _("How have dealings with us gone so far?")),
    _field("career", "mid_term_goal", 1, _("What do they want to reach within some years?")),
    _field("career", "long_term_goal", 1, _("What do they want to reach in the end?")),
    _field("career", "career_summary", 2, _("How would you put their career in one sentence?")),
    _sealed("lifestyle", "medical_history"),
    _sealed("lifestyle", "health_status"),
    _field("lifestyle", "drinking", 1, _("What do they drink, and how much?")),
    _field("lifestyle", "smoking", 1, _("Do they smoke?")),
    _field("lifestyle", "favourite_cuisine", 3, _("Which cuisine do they like?")),
    _field("lifestyle", "attitude_to_life", 1, _("How do they look at life?")),
    _field("lifestyle", "leisure_habits", 2, _("How do they spend their leisure and holidays?")),
    _field("lifestyle", "favourite_topics", 3, _("What do they like to talk about?")),
    _field("lifestyle", "lifestyle_summary", 2, _("How would you put their way of life in one sentence?")),
    _sealed("personality", "political_activity"),
    _sealed("personality", "religion"),
    _field("personality", "clubs", 1, _("Which clubs or societies do they belong to?")),
    _field("personality", "taboos_and_values", 4, _("What must one not say or do, and what do they value?")),
    _field("personality", "favourite_books"),
    _field("personality", "speciality", 1, _("What are they especially good at?")),
    _field("personality", "professional_ability"),
    _field("personality", "working_style", 2, _("How do they go about their work?")),
    _field("personality", "personality_summary", 2, _("How would you put their personality in one sentence?")),
    _field("life_view", "view_of_experience"),
    _field("life_view", "most_satisfied"),
    _field("life_view", "most_regretted", 0),
    _field("life_view", "most_wanted", 1, _("What would they most like to do?")),
    _field("life_view", "life_goals", 1, _("What are their goals in life?")),
    _field("life_view", "rivals_and_conflicts", 0),
    _rows("other", "notes", Note, "body", _("Notes")),
    _rows("other", "custom_values", CustomValue, "value", _("Custom fields"), more=("field",)),
)  # fmt: skip
