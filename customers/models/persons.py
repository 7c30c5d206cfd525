"""What we know about a person (个人客户资料), section by section; a summary closes where the field asks for one."""

from __future__ import annotations

from typing import ClassVar
from uuid import uuid4

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from crm.history import tracked
from crm.sealing import SealedField
from crm.sensitivity import personal
from customers.models.profiles import Customer
from customers.models.scope import CustomerChild

SUMMARY_LENGTH = 200


class BloodType(models.TextChoices):
    """Blood types (血型)."""

    A = "A", pgettext_lazy("blood type", "A")
    B = "B", pgettext_lazy("blood type", "B")
    AB = "AB", pgettext_lazy("blood type", "AB")
    O = "O", pgettext_lazy("blood type", "O")  # noqa: E741 - the name of the type


class Degree(models.TextChoices):
    """Degrees and diplomas (学历)."""

    PRIMARY = "primary", _("Primary school")
    JUNIOR_HIGH = "junior_high", _("Junior high school")
    SENIOR_HIGH = "senior_high", _("Senior high school")
    VOCATIONAL = "vocational", _("Vocational school")
    COLLEGE = "college", _("College diploma")
    BACHELOR = "bachelor", _("Bachelor")
    MASTER = "master", _("Master")
    DOCTOR = "doctor", _("Doctor")


class MaritalStatus(models.TextChoices):
    """Marital status (婚姻状况)."""

    SINGLE = "single", _("Single")
    MARRIED = "married", _("Married")
    DIVORCED = "divorced", _("Divorced")
    WIDOWED = "widowed", _("Widowed")


def _line(label: object, length: int = 200) -> models.CharField[str, str]:
    return personal(models.CharField(label, max_length=length, blank=True))  # type: ignore[arg-type]


def _text(label: object) -> models.TextField[str, str]:
    return personal(models.TextField(label, blank=True))  # type: ignore[arg-type]


@tracked()
class PersonProfile(CustomerChild):
    """The nine sections of a person; contact points, family, ties, employments and notes stand in tables of their own.

    ``date_of_birth`` is a Gregorian date; when ``birthday_is_lunar`` the day is kept by the lunar calendar.
    ``identity_index`` is a keyed digest of the identity number, by which the same number is found again.
    """

    customer = models.OneToOneField(
        Customer, primary_key=True, on_delete=models.CASCADE, related_name="person_profile"
    )
    version = models.PositiveIntegerField(_("version"), default=1)

    identity_number = SealedField(_("identity number"), plain=models.CharField(max_length=18))
    identity_index = models.BinaryField(null=True, editable=False)
    employer = models.ForeignKey(
        Customer,
        verbose_name=_("employer"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="employees",
    )
    employer_name = _line(_("employer, if no customer"))
    job_title = _line(_("job title"), 100)
    employer_registration_number = _line(_("employer registration number"), 40)
    household_registration = _line(_("household registration"))
    native_place = _line(_("native place"))
    date_of_birth = personal(models.DateField(_("date of birth"), null=True, blank=True))
    birthday_is_lunar = personal(models.BooleanField(_("birthday by the lunar calendar"), default=False))
    blood_type = SealedField(_("blood type"), plain=models.CharField(max_length=2, choices=BloodType.choices))
    height_cm = personal(models.PositiveSmallIntegerField(_("height, cm"), null=True, blank=True))
    weight_kg = personal(
        models.DecimalField(_("weight, kg"), max_digits=4, decimal_places=1, null=True, blank=True)
    )
    temperament = _line(_("temperament"))

    highest_degree = personal(
        models.CharField(_("highest degree"), max_length=12, choices=Degree.choices, blank=True)
    )
    major = _line(_("major"), 100)
    school_clubs = _line(_("school clubs"))
    awards = _line(_("awards"))
    favourite_sport = _line(_("favourite sport"))
    view_on_diplomas = _line(_("view on diplomas"))

    marital_status = personal(
        models.CharField(_("marital status"), max_length=10, choices=MaritalStatus.choices, blank=True)
    )
    wedding_anniversary = personal(models.DateField(_("wedding anniversary"), null=True, blank=True))
    family_summary = _line(_("family in one sentence"), SUMMARY_LENGTH)

    social_summary = _line(_("social ties in one sentence"), SUMMARY_LENGTH)

    annual_income = SealedField(
        _("annual income"), plain=models.DecimalField(max_digits=14, decimal_places=2)
    )
    standing_in_company = _line(_("standing in company"))
    attitude_to_company = _line(_("attitude to company"))
    first_dealing_on = personal(models.DateField(_("first dealing on"), null=True, blank=True))
    dealings_with_us = _text(_("dealings with us"))
    mid_term_goal = _line(_("mid-term goal"))
    long_term_goal = _line(_("long-term goal"))
    career_summary = _line(_("career in one sentence"), SUMMARY_LENGTH)

    medical_history = SealedField(_("medical history"), plain=models.TextField())
    health_status = SealedField(_("health status"), plain=models.CharField(max_length=200))
    drinking = _line(_("drinking (kind, amount)"))
    smoking = _line(_("smoking (kind, amount)"))
    favourite_cuisine = _line(_("favourite cuisine"))
    attitude_to_life = _line(_("attitude to life"))
    leisure_habits = _line(_("leisure habits"))
    favourite_topics = _line(_("favourite topics"))
    lifestyle_summary = _line(_("lifestyle in one sentence"), SUMMARY_LENGTH)

    political_activity = SealedField(_("political activity"), plain=models.CharField(max_length=200))
    religion = SealedField(_("religion"), plain=models.CharField(max_length=100))
    clubs = _line(_("clubs"))
    taboos_and_values = _line(_("taboos and values"))
    favourite_books = _line(_("favourite books"))
    speciality = _line(_("speciality"))
    professional_ability = _line(_("professional ability"))
    working_style = _line(_("working style"))
    personality_summary = _line(_("personality in one sentence"), SUMMARY_LENGTH)

    view_of_experience = _text(_("view of experience"))
    most_satisfied = _text(_("most satisfied"))
    most_regretted = _text(_("most regretted"))
    most_wanted = _text(_("most wanted"))
    life_goals = _text(_("life goals"))
    rivals_and_conflicts = _text(_("rivals and conflicts"))

    class Meta:
        verbose_name = _("person profile")
        verbose_name_plural = _("person profiles")
        constraints: ClassVar = [
            models.CheckConstraint(
                name="person_height_human",
                condition=models.Q(height_cm=None) | models.Q(height_cm__range=(30, 280)),
            ),
            models.CheckConstraint(
                name="person_weight_human",
                condition=models.Q(weight_kg=None) | models.Q(weight_kg__range=(1, 700)),
            ),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["identity_index"],
                name="person_identity",
                condition=models.Q(identity_index__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return str(self.customer_id)


class FamilyRole(models.TextChoices):
    """Who of the family somebody is."""

    SPOUSE = "spouse", _("Spouse")
    CHILD = "child", _("Child")


@tracked()
class FamilyMember(CustomerChild):
    """A customer's spouse or child (配偶、子女): little is kept of them, and of a child all of it sealed.

    The key is made before the row is written: what is sealed is bound to it.
    """

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="family")
    role = models.CharField(_("role in the family"), max_length=6, choices=FamilyRole.choices)
    name = _line(_("name"), 100)
    education = _line(_("education"), 100)
    interests = _line(_("interests"))
    birthday = personal(models.DateField(_("birthday"), null=True, blank=True))
    birthday_is_lunar = personal(models.BooleanField(_("birthday by the lunar calendar"), default=False))
    blood_type = SealedField(_("blood type"), plain=models.CharField(max_length=2, choices=BloodType.choices))
    child_name = SealedField(_("child's name"), plain=models.CharField(max_length=100))
    child_birthday = SealedField(_("child's birthday"), plain=models.DateField())
    child_education = SealedField(_("child's education"), plain=models.CharField(max_length=100))

    class Meta:
        verbose_name = _("family member")
        verbose_name_plural = _("family members")
        ordering: ClassVar = ["customer", "-role", "id"]
        constraints: ClassVar = [
            models.CheckConstraint(
                name="child_kept_sealed",
                condition=models.Q(role=FamilyRole.SPOUSE)
                | models.Q(name="", education="", interests="", birthday=None),
            ),
            models.CheckConstraint(
                name="spouse_no_child",
                condition=models.Q(role=FamilyRole.CHILD)
                | models.Q(
                    child_name__isnull=True, child_birthday__isnull=True, child_education__isnull=True
                ),
            ),
        ]

    def __str__(self) -> str:
        return str(self.get_role_display())


@tracked()
class Employment(CustomerChild):
    """A past or present employment of a person (任职经历)."""

    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="employments")
    employer = models.ForeignKey(
        Customer,
        verbose_name=_("company, if a customer"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    company = _line(_("company"))
    position = _line(_("position"), 100)
    started_on = personal(models.DateField(_("employed from"), null=True, blank=True))
    ended_on = personal(models.DateField(_("employed until"), null=True, blank=True))

    class Meta:
        verbose_name = _("employment")
        verbose_name_plural = _("employments")
        ordering: ClassVar = ["customer", models.F("started_on").desc(nulls_last=True), "-id"]
        constraints: ClassVar = [
            models.CheckConstraint(
                name="employment_ends_after_start",
                condition=models.Q(started_on=None)
                | models.Q(ended_on=None)
                | models.Q(ended_on__gte=models.F("started_on")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.company} {self.position}".strip()
