"""What two people wrote differently into one row."""

from datetime import date, datetime
from typing import Any, cast

from django.db.models import Field
from django.utils.translation import gettext as _

from crm.templatetags.format import day, moment
from customers.forms.parts.base import PartForm
from customers.models.scope import CustomerChild


def differences(current: CustomerChild, form: PartForm) -> tuple[dict[str, str], ...]:
    """Return the fields that were typed over and stand otherwise now: label, how they stand, what was typed."""
    found = []
    for name, value in form.changes().items():
        field = cast("Field[Any, Any]", current._meta.get_field(name))
        stands = field.value_from_object(current)
        mine = getattr(value, "pk", value)
        if stands != mine:
            found.append(
                {
                    "label": str(form.fields[name].label or field.verbose_name),
                    "theirs": _in_words(form, name, field, stands),
                    "yours": str(form[name].value() or "") if hasattr(value, "pk") else _plain(field, value),
                }
            )
    return tuple(found)


def _in_words(form: PartForm, name: str, field: "Field[Any, Any]", value: Any) -> str:
    """Write a value as the form would show it: what its viewer may not see stays unsaid."""
    if field.is_relation:
        shown = form.fields[name].prepare_value(value)
        related = None if value is None or shown != value else field.related_model
        return str(related._default_manager.filter(pk=value).first() or "") if related else str(shown or "")
    return _plain(field, value)


def _plain(field: "Field[Any, Any]", value: Any) -> str:
    if value is None or value == "":
        return ""
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    if isinstance(value, datetime):
        return moment(value)
    if isinstance(value, date):
        return day(value)
    return str(dict(field.flatchoices).get(value, value))
