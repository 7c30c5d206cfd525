"""Parts of a page that are rendered once for the same values.

A chart, the figures above it, a row of menus: what is shown changes seldom, and Django's engine takes a millisecond or
more for each. A part is a template that is given all it shows. What it was rendered to is remembered under these very
values, so that it can be neither stale nor somebody else's: another right, run or name is another value.
"""

from __future__ import annotations

import pickle
from functools import lru_cache
from typing import Any

from django import template
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import get_language

register = template.Library()

MOST_PARTS = 256


@register.simple_tag
def part(name: str, **given: Any) -> SafeString:
    """Render a template with the values given, and nothing else: it knows no request, no user and no token.

    To be used for templates that show nothing but these values, in words and links.
    """
    return _rendered(name, get_language(), _Given(given))


class _Given:
    """The values that a part is rendered with, told apart by all that is in them: most can't be hashed."""

    def __init__(self, values: dict[str, Any]) -> None:
        self.values = values
        self._written = pickle.dumps(values, pickle.HIGHEST_PROTOCOL)

    def __hash__(self) -> int:
        return hash(self._written)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Given) and self._written == other._written


@lru_cache(maxsize=MOST_PARTS)
def _rendered(name: str, _language: str | None, given: _Given) -> SafeString:
    return render_to_string(name, given.values)
