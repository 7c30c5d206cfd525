"""The bar above a list: every filter is a chip and a parameter of the address."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db.models import Model
from django.forms import Field, Form
from django.http import HttpRequest
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from crm.paging import COUNT_CAP
from crm.templatetags.format import day, number
from crm.views.addresses import each_value, kept_parameters, with_parameters, without_value

Text = str | Promise


@dataclass(frozen=True, slots=True)
class Menu:
    """One filter to choose from: its parameter and its options (value, label).

    A menu of ``many`` adds a value to those chosen already; another replaces it. ``more`` leads to further options.
    """

    name: str
    label: Text
    options: Sequence[tuple[str, Text]]
    many: bool = False
    more: Text = ""
    more_url: str = ""


@dataclass(frozen=True, slots=True)
class FilterBar:
    """What components/filter_bar.html draws; ``ignored`` names the filters that could not be read."""

    search: dict[str, Any]
    keep: list[tuple[str, str]]
    active: list[dict[str, Any]]
    choices: list[dict[str, Any]]
    clear_url: str
    count: str
    ignored: list[str] = field(default_factory=list)


def filter_bar(
    request: HttpRequest, form: Form, menus: Iterable[Menu], *, placeholder: Text, count: str
) -> FilterBar:
    """Describe the filters that ``form`` (bound to the request's parameters) holds; "q" is the search field."""
    names = [name for name in form.fields if name != "q"]
    return FilterBar(
        search={"name": "q", "value": form.cleaned_data.get("q") or "", "placeholder": placeholder},
        keep=kept_parameters(request, "q", *(name for name in names if name in form.errors)),
        active=[chip for name in names for chip in _chips(request, form, name)],
        choices=[_choice(request, menu) for menu in menus if menu.options],
        clear_url=with_parameters(request, q=None, **dict.fromkeys(names)),
        count=count,
        ignored=[str(form.fields[name].label) for name in form.errors if name in form.fields],
    )


def ignored_sentence(bar: FilterBar) -> str:
    """Say which filters of the address were left out, or nothing."""
    if not bar.ignored:
        return ""
    return ngettext(
        "This filter in the address could not be read and was left out: %(names)s.",
        "These filters in the address could not be read and were left out: %(names)s.",
        len(bar.ignored),
    ) % {"names": _("; ").join(bar.ignored)}


def count_figure(count: int) -> str:
    """Write a capped count: 10,001 rows or more are 10,000+."""
    return f"{number(COUNT_CAP)}+" if count > COUNT_CAP else number(count)


def _chips(request: HttpRequest, form: Form, name: str) -> Iterable[dict[str, Any]]:
    form_field = form.fields[name]
    value: Any = form.cleaned_data.get(name)
    many = isinstance(value, list)
    for each in value if many else [value]:
        if each is None or each == "":
            continue
        clear = without_value(request, name, str(each)) if many else with_parameters(request, **{name: None})
        label = _("%(filter)s: %(value)s") % {
            "filter": form_field.label,
            "value": _shown(form_field, each),
        }
        yield {"label": label, "clear_url": clear}


def _shown(form_field: Field, value: Any) -> str:
    if isinstance(value, Model):
        return str(value)
    if isinstance(value, date):
        return day(value)
    if value == getattr(form_field, "null_value", None):
        return str(form_field.null_label)  # type: ignore[attr-defined]
    choices = dict(getattr(form_field, "choices", ()))
    return str(choices.get(value, value))


def _choice(request: HttpRequest, menu: Menu) -> dict[str, Any]:
    chosen = request.GET.getlist(menu.name)
    if menu.many:
        urls = {
            value: with_parameters(request, **{menu.name: [*chosen, value]}) for value, _label in menu.options
        }
    else:
        address = each_value(request, menu.name)
        urls = {value: address(value) for value, _label in menu.options}
    urls |= {value: without_value(request, menu.name, value) for value in chosen if value in urls}
    options = [
        {"label": label, "url": urls[value], "active": value in chosen} for value, label in menu.options
    ]
    return {"label": menu.label, "options": options, "more_url": menu.more_url, "more": menu.more}
