"""The people around a customer: family, career, ties, roles in companies, and the days that matter to them."""

from datetime import date

from borax.calendars.lunardate import TextUtils
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crm.templatetags.format import day, days, in_chinese
from customers.forms.parts.persons import ChildForm, EmploymentForm, SpouseForm
from customers.forms.parts.relations import KeyPersonForm, KeyRoleForm, RelationForm
from customers.forms.parts.working import LEAP_YEAR, ImportantDateForm
from customers.models import (
    Calendar,
    Customer,
    Employment,
    FamilyMember,
    FamilyRole,
    ImportantDate,
    KeyPerson,
    Relation,
)
from customers.selectors.calendar import next_occurrence
from customers.views.parts.kind import Kind, Line, together

SOON = 30


def _url(customer: Customer | None) -> str:
    return customer.get_absolute_url() if customer else ""


def _span(start: date | None, end: date | None) -> str:
    """Write from when to when something was."""
    if start and end:
        return _("%(first)s to %(last)s") % {"first": day(start), "last": day(end)}
    if start:
        return _("since %(day)s") % {"day": day(start)}
    return _("until %(day)s") % {"day": day(end)} if end else ""


def _spouse(row: FamilyMember) -> Line:
    born = day(row.birthday) if row.birthday else ""
    lunar = _("lunar") if row.birthday and row.birthday_is_lunar else ""
    return Line(
        title=row.name or str(row.get_role_display()),
        details=together(row.get_role_display() if row.name else "", born, lunar),
        text=together(row.education, row.interests),
    )


def _child(row: FamilyMember) -> Line:
    """Name a child by nothing but that it is one; what is kept of it is sealed, and read on record."""
    sealed = (
        ("person.children", _("name"), row.child_name),
        ("person.child_birthday", _("birthday"), row.child_birthday),
        ("person.child_education", _("education"), row.child_education),
    )
    return Line(
        title=str(row.get_role_display()),
        links=tuple(
            (
                (_("%(field)s: sealed") if value else _("%(field)s: none")) % {"field": label},
                f"{reverse('customers:sensitive', args=[row.customer_id, key])}?row={row.pk}",
            )
            for key, label, value in sealed
        ),
    )


def _employment(row: Employment) -> Line:
    return Line(
        title=str(row.employer or row.company or "–"),
        details=together(row.position, _span(row.started_on, row.ended_on)),
        url=_url(row.employer),
    )


def _relation(row: Relation) -> Line:
    return Line(
        title=str(row.other or row.other_person),
        details=together(row.get_kind_display(), row.other_person if row.other_id else ""),
        text=row.note,
        url=_url(row.other),
        tag=_("closest") if row.is_closest else "",
    )


def _key_person(row: KeyPerson) -> Line:
    return _role(row, row.person)


def _key_role(row: KeyPerson) -> Line:
    return _role(row, row.customer)


def _role(row: KeyPerson, whom: Customer) -> Line:
    return Line(
        title=str(whom),
        details=together(row.get_role_display(), _span(row.since, row.until)),
        text=row.note,
        url=_url(whom),
        tag=_("former") if row.until and row.until < timezone.localdate() else "",
    )


def _important_date(row: ImportantDate) -> Line:
    if not row.month or not row.day:  # masked
        return Line(title=str(row.get_kind_display()), details=row.label)
    returns = next_occurrence(
        row.month,
        row.day,
        calendar=row.calendar,
        on_or_after=timezone.localdate(),
        is_leap_month=row.is_leap_month,
    )
    away = (returns - timezone.localdate()).days
    when = _("today") if not away else _("in %(days)s") % {"days": days(away)}
    return Line(
        title=row.label or str(row.get_kind_display()),
        details=together(row.get_kind_display() if row.label else "", day_in_words(row)),
        text=together(_("next on %(day)s") % {"day": day(returns)}, when),
        tag=when if away <= SOON else "",
        tone="info" if away <= SOON else "",
    )


def day_in_words(row: ImportantDate) -> str:
    """Write a day of the year by its own calendar, with its year where that is known."""
    if row.calendar == Calendar.LUNAR:
        year = f"{row.year} " if row.year else ""
        if in_chinese():
            year = _("%(year)s, ") % {"year": row.year} if row.year else ""
            leap = "闰" if row.is_leap_month else ""
            written = f"{leap}{TextUtils.month_cn(row.month)}月{TextUtils.day_cn(row.day)}"
            return _("lunar %(day)s") % {"day": f"{year}{written}"}
        leap = _("leap month") if row.is_leap_month else ""
        return together(_("lunar %(day)s") % {"day": f"{year}{row.month}/{row.day}"}, leap)
    if row.year:
        return day(date(row.year, row.month, row.day))
    return date_format(date(LEAP_YEAR, row.month, row.day), "n月j日" if in_chinese() else "j M")


KINDS: dict[str, Kind] = {
    "family": Kind(
        model=FamilyMember,
        form=SpouseForm,
        line=_spouse,
        title=gettext_lazy("Spouse"),
        add=gettext_lazy("Add their spouse"),
        empty=gettext_lazy("Nothing is known of a spouse."),
        icon="heart-pulse",
        tab="relations",
        fixed={"role": FamilyRole.SPOUSE},
    ),
    "children": Kind(
        model=FamilyMember,
        form=ChildForm,
        line=_child,
        title=gettext_lazy("Children"),
        add=gettext_lazy("Add a child"),
        empty=gettext_lazy(
            "No child is noted. What is kept of one is sealed, and needs a guardian's consent."
        ),
        icon="person",
        tab="relations",
        fixed={"role": FamilyRole.CHILD},
        is_edited=False,
    ),
    "dates": Kind(
        model=ImportantDate,
        form=ImportantDateForm,
        line=_important_date,
        title=gettext_lazy("Important dates"),
        add=gettext_lazy("Add a date"),
        empty=gettext_lazy("No birthday or anniversary is known yet; added here, it is recalled on its eve."),
        icon="calendar-heart",
        tab="relations",
    ),
    "employments": Kind(
        model=Employment,
        form=EmploymentForm,
        line=_employment,
        title=gettext_lazy("Where they work and worked"),
        add=gettext_lazy("Add an employment"),
        empty=gettext_lazy("No employment is known yet."),
        icon="buildings",
        tab="relations",
        related=("employer",),
    ),
    "relations": Kind(
        model=Relation,
        form=RelationForm,
        line=_relation,
        title=gettext_lazy("Ties to people"),
        add=gettext_lazy("Add a tie"),
        empty=gettext_lazy("No relative, classmate or friend is known yet: who introduced them?"),
        icon="diagram-3",
        tab="relations",
        related=("other",),
    ),
    "key-people": Kind(
        model=KeyPerson,
        form=KeyPersonForm,
        line=_key_person,
        title=gettext_lazy("Key people"),
        add=gettext_lazy("Add a key person"),
        empty=gettext_lazy("Nobody is named yet: who decides, who buys, who pays?"),
        icon="people",
        tab="relations",
        related=("person",),
    ),
    "key-roles": Kind(
        model=KeyPerson,
        form=KeyRoleForm,
        line=_key_role,
        title=gettext_lazy("Roles in companies"),
        add=gettext_lazy("Add a role"),
        empty=gettext_lazy("No role in a company is known yet."),
        icon="building",
        tab="relations",
        owner="person",
        related=("customer",),
    ),
}
