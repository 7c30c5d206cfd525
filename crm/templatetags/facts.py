"""Facts and where they came from, written plainly: a record has dozens, and each kind is rendered as a template once.

A pattern is a template that was rendered with marks where the values go; what fills them is escaped.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any

from django import template
from django.template.context import Context
from django.template.loader import render_to_string
from django.utils.formats import localize
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language

from crm.templatetags.format import DASH, day

register = template.Library()

# What stands around the name of a value in a pattern; no value is ever searched for it.
MARK = "\0"


@register.simple_tag(takes_context=True)
def came_from(
    context: Context, source: Any, label: object, confirm_url: str = "", by_script: bool = False
) -> SafeString:
    """Write rows/provenance.html for a customers.selectors.provenance.Provenance."""
    return mark_safe(_came_from(context, source, label, confirm_url, by_script=by_script))  # noqa: S308 - as below


@register.simple_tag(takes_context=True)
def fact_lines(context: Context, facts: Iterable[Mapping[str, Any]]) -> SafeString:
    """Write the lines of components/facts.html."""
    return mark_safe("".join(_line(context, fact) for fact in facts))  # noqa: S308 - patterns of ours, values escaped


def _line(context: Context, fact: Mapping[str, Any]) -> str:
    value, url, note, source = (fact.get(key) for key in ("value", "url", "note", "source"))
    known = {"url": bool(url), "note": bool(note), "source": bool(source and value)}
    behind = (
        _came_from(context, source, fact["label"], fact.get("confirm_url") or "") if known["source"] else ""
    )
    values = {
        "label": _escaped(fact["label"]),
        "value": _escaped(DASH if value is None else value),
        "url": _escaped(url),
        "note": _escaped(note),
        "source": behind,
    }
    return _filled(_pattern("rows/fact.html", tuple(known.items()), get_language() or ""), values)


def _came_from(
    context: Context, source: Any, label: object, confirm_url: str, *, by_script: bool = False
) -> str:
    known = {
        "channel": bool(source.channel),
        "is_stale": source.tone == "warn",
        "confirm": bool(confirm_url),
        "by_script": by_script,
    }
    values = {
        "tone": source.tone,
        "channel": _escaped(source.channel),
        "who": _escaped(source.who or DASH),
        "recorded": day(source.recorded_on),
        "verified": day(source.verified_on),
        "label": _escaped(label),
        "url": _escaped(confirm_url),
        "token": str(context.get("csrf_token", "")) if confirm_url else "",
    }
    return _filled(_pattern("rows/provenance.html", tuple(known.items()), get_language() or ""), values)


@lru_cache(maxsize=256)
def _pattern(name: str, known: tuple[tuple[str, bool], ...], language: str) -> tuple[str, ...]:
    """Return texts and names of values in turns, in the active language, which is ``language``."""
    marks = {each: mark_safe(f"{MARK}{each}{MARK}") for each in _VALUES}  # noqa: S308 - marks of our own
    context = {"marks": marks, "csrf_token": marks["token"], "known": dict(known)}
    written = render_to_string(name, context)
    return tuple(re.split(f"{MARK}([a-z]+){MARK}", written))


def _escaped(value: Any) -> str:
    """Write a value as a template writes it."""
    return conditional_escape(localize(value))


_VALUES = (
    "label",
    "value",
    "url",
    "note",
    "source",
    "tone",
    "channel",
    "who",
    "recorded",
    "verified",
    "token",
)


def _filled(pattern: tuple[str, ...], values: Mapping[str, str]) -> str:
    return "".join(values[part] if place % 2 else part for place, part in enumerate(pattern))
