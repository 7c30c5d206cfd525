"""Sensitivity classes: declared once, on the field, and never re-decided in a view."""

from enum import StrEnum
from typing import Any, TypeVar

from django.db.models import Field

F = TypeVar("F", bound="Field[Any, Any]")


class Sensitivity(StrEnum):
    """Who may see a field's value (docs/ARCHITECTURE.md, "Sensitivity")."""

    OPEN = "open"
    PERSONAL = "personal"
    SENSITIVE = "sensitive"


def personal(field: F) -> F:
    """Declare that ``field`` identifies or describes a natural person."""
    field.sensitivity = Sensitivity.PERSONAL  # type: ignore[attr-defined]
    return field


def sensitivity_of(field: "Field[Any, Any]") -> Sensitivity:
    """Return the class declared on ``field``; a field that declares none is open."""
    return getattr(field, "sensitivity", Sensitivity.OPEN)
