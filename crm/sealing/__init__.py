"""The column of a value that the law calls sensitive: what stands in the database is always sealed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from django.core.exceptions import FieldError
from django.db import models

from crm.sensitivity import Sensitivity

if TYPE_CHECKING:
    _Bytes = models.BinaryField[bytes | None, bytes | memoryview | None]
else:
    _Bytes = models.BinaryField


class SealedField(_Bytes):
    """Sealed bytes, or NULL. ``plain`` is the field that a value would have had, for forms and labels.

    Only the services of privacy seal and open values. Nothing can be looked up by a sealed value: any condition
    but "is there one?" raises FieldError.
    """

    sensitivity = Sensitivity.SENSITIVE

    def __init__(self, *args: Any, plain: models.Field[Any, Any] | None = None, **kwargs: Any) -> None:
        kwargs.update(null=True, blank=True, editable=False)
        super().__init__(*args, **kwargs)
        self.plain = plain or models.TextField()

    def deconstruct(self) -> tuple[str, str, Sequence[Any], dict[str, Any]]:
        """Describe the column for migrations: ``plain`` is no part of it."""
        name, path, args, kwargs = super().deconstruct()
        for always in ("null", "blank", "editable"):
            kwargs.pop(always, None)
        return name, path, args, kwargs

    def get_lookup(self, lookup_name: str) -> Any:
        """Refuse every look-up but ``isnull``."""
        if lookup_name != "isnull":
            raise FieldError(f"{self.name} is sealed: it can't be looked up by {lookup_name}.")
        return super().get_lookup(lookup_name)
