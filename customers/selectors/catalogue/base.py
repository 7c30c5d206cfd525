"""What the catalogue says of a field and of a section."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from crm.sealing import SealedField
from crm.sensitivity import Sensitivity, sensitivity_of

Words = str | Promise


class FieldType(StrEnum):
    """What kind of value a field has."""

    TEXT = "text"
    LONG_TEXT = "long_text"
    NUMBER = "number"
    DATE = "date"
    TIME = "time"
    CHOICE = "choice"
    YES_NO = "yes_no"
    LINK = "link"


TYPE_LABELS: dict[FieldType, Words] = {
    FieldType.TEXT: _("Text"),
    FieldType.LONG_TEXT: _("Long text"),
    FieldType.NUMBER: _("Number"),
    FieldType.DATE: _("Date"),
    FieldType.TIME: _("Date and time"),
    FieldType.CHOICE: _("Choice"),
    FieldType.YES_NO: _("Yes or no"),
    FieldType.LINK: _("Link to another record"),
}
_TYPES: tuple[tuple[type[models.Field[Any, Any]], FieldType], ...] = (
    (models.ForeignKey, FieldType.LINK),
    (models.ManyToManyField, FieldType.LINK),
    (models.BooleanField, FieldType.YES_NO),
    (models.DateTimeField, FieldType.TIME),
    (models.DateField, FieldType.DATE),
    (models.IntegerField, FieldType.NUMBER),
    (models.DecimalField, FieldType.NUMBER),
    (models.TextField, FieldType.LONG_TEXT),
)
_ORDER = (Sensitivity.OPEN, Sensitivity.PERSONAL, Sensitivity.SENSITIVE)


@dataclass(frozen=True, slots=True)
class Section:
    """A part of a record: its name, and the field that sums it up (✎)."""

    key: str
    title: Words
    summary: str = ""

    @property
    def anchor(self) -> str:
        """The section's place on its tab."""
        return self.key.replace(".", "-").replace("_", "-")


@dataclass(frozen=True, slots=True, kw_only=True)
class ProfileField:
    """A field of the records.

    ``column`` is where its value stands; ``more`` are columns that say more of it and are typed in with it. A field
    with ``rows`` has any number of values: the rows of ``model`` that meet the condition. ``weight`` is how much it
    counts towards completeness; ``question`` is how to ask for it. A derived field is computed and never typed in;
    ``label`` names what has no column of its own name.
    """

    key: str
    section: str
    model: type[models.Model]
    column: str
    more: tuple[str, ...] = ()
    rows: Mapping[str, Any] | None = None
    owner: str = "customer"
    weight: int = 0
    question: Words = ""
    label: Words = ""
    is_derived: bool = False
    kind: FieldType | None = field(default=None)

    @property
    def name(self) -> str:
        """The field's name without the record's: ``major`` of ``person.major``."""
        return self.key.partition(".")[2]

    @property
    def title(self) -> Words:
        """The label: the column's own, unless the catalogue has one."""
        return self.label or self.model_field.verbose_name

    @property
    def model_field(self) -> Any:
        """The model's field that holds the value."""
        return self.model._meta.get_field(self.column)

    @property
    def plain_field(self) -> Any:
        """The model's field as a person fills it in: what is sealed has one that never reaches the database."""
        held = self.model_field
        return held.plain if isinstance(held, SealedField) else held

    @property
    def columns(self) -> tuple[str, ...]:
        """All columns of the field."""
        return (self.column, *self.more)

    @property
    def sensitivity(self) -> Sensitivity:
        """The highest class among the field's columns."""
        held: list[Any] = [self.model._meta.get_field(each) for each in self.columns]
        classes = {sensitivity_of(each) for each in held}
        return max(classes, key=_ORDER.index)

    @property
    def is_sealed(self) -> bool:
        """Whether the value is kept sealed."""
        return isinstance(self.model_field, SealedField)

    @property
    def is_many(self) -> bool:
        """Whether a customer may have several."""
        return self.rows is not None

    @property
    def type(self) -> FieldType:
        """What kind of value it has."""
        if self.kind:
            return self.kind
        plain = self.plain_field
        if getattr(plain, "choices", None):
            return FieldType.CHOICE
        return next((kind for held, kind in _TYPES if isinstance(plain, held)), FieldType.TEXT)

    @property
    def choices(self) -> list[tuple[str, str]]:
        """The values that may be chosen, with their labels in the active language."""
        return [
            (str(value), str(label)) for value, label in getattr(self.plain_field, "flatchoices", ()) or ()
        ]
