"""Sensitive columns of an import: kept sealed with a right, a purpose and a consent, or left out and said so.

Their values wait for their chunk sealed under a key that this process alone has and never writes down: an attempt that
takes over reads the file again. They fill blanks only; what is kept of somebody already is never overwritten by a file.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.backends.utils import CursorWrapper
from django.utils.translation import gettext as _

from crm.models import User
from crm.policy import can
from crm.sealing.envelope import new_key, open_sealed, seal
from customers.imports.knowledge import sensitive_fields
from customers.imports.matching import ColumnMapping
from customers.imports.rows import CustomerRow
from customers.models import ChannelKind, Consent, FieldSwitch, ImportBatch, PersonProfile
from customers.selectors.catalogue import FIELDS
from customers.services.imports.batches import open_batch
from customers.services.imports.rules import ConsentBasis
from customers.services.privacy import IDENTITY, NotAllowedError, give_consent, store_sensitive

_PLACE = "import"

_WAITING = """
SELECT j.subject_id, s.sealed FROM judged j JOIN staged s ON s.line_no = j.line_no
WHERE s.sealed IS NOT NULL AND j.kind = 'person' AND j.outcome IN ('created', 'updated') ORDER BY j.line_no
"""


@dataclass(frozen=True, slots=True)
class SensitiveColumn:
    """A column that the law calls sensitive; ``reason_left_out`` is "" when it will be kept."""

    field: str
    header: str
    catalogue_key: str
    is_on: bool
    reason_left_out: str


def sensitive_columns(batch: ImportBatch, *, actor: User | None) -> list[SensitiveColumn]:
    """Return the sensitive columns of a file that ``actor`` imports; raises FileProblem when it cannot be read."""
    return _columns(open_batch(batch).mapping, batch, actor)


def needs_consent(batch: ImportBatch) -> bool:
    """Whether a stated consent would let a sensitive column be kept; raises FileProblem."""
    return any(column.is_on for column in sensitive_columns(batch, actor=None))


class SealedValues:
    """The sensitive values of one attempt at an import, between the file and the records."""

    def __init__(self, mapping: ColumnMapping, batch: ImportBatch, actor: User | None) -> None:
        columns = _columns(mapping, batch, actor)
        self._key = new_key()
        self._actor = actor
        self._stated_by = _stated_by(batch.consent)
        self._consent = ConsentBasis.from_dict(batch.consent)
        self._kept = {column.catalogue_key for column in columns if not column.reason_left_out}
        self._left_out = [column for column in columns if column.reason_left_out]
        self._refused: Counter[str] = Counter()

    @property
    def is_kept(self) -> bool:
        """Whether any sensitive value is kept."""
        return bool(self._kept)

    def staged(self, row: CustomerRow) -> tuple[bytes | None, list[str] | None]:
        """Return what a row says, sealed, and the columns that it is for."""
        said = {key: value for key, value in row.sealed if key in self._kept}
        if row.identity_number and IDENTITY in self._kept:
            said[IDENTITY] = row.identity_number
        if not said:
            return None, None
        text = json.dumps({key: str(value) for key, value in said.items()})
        return seal(text.encode(), self._key, _PLACE), [FIELDS[key].column for key in said]

    def write(self, cursor: CursorWrapper) -> None:
        """Keep the values of the chunk's written rows where nothing is kept yet, with consent, sealed and on record."""
        if not self._kept or self._actor is None or self._stated_by is None or self._consent is None:
            return
        cursor.execute(_WAITING)
        for customer_id, sealed in cursor.fetchall():
            said = json.loads(open_sealed(bytes(sealed), self._key, _PLACE))
            for key, value in said.items():
                self._keep(customer_id, key, value, self._actor, self._stated_by, self._consent)

    def warnings(self) -> list[str]:
        """Say which columns were left out and why, and how many values the law's conditions refused."""
        said = [
            _("The sensitive column “%(header)s” is left out. %(reason)s")
            % {"header": column.header, "reason": column.reason_left_out}
            for column in self._left_out
        ]
        return said + [
            _("%(count)d sensitive values were left out. %(reason)s") % {"count": count, "reason": reason}
            for reason, count in self._refused.items()
        ]

    def _keep(
        self, customer_id: int, key: str, value: str, actor: User, stated_by: User, consent: ConsentBasis
    ) -> None:
        column = FIELDS[key].column
        if PersonProfile.objects.filter(customer=customer_id, **{f"{column}__isnull": False}).exists():
            return
        try:
            # Of a value that is refused no consent stays behind.
            with transaction.atomic():
                if not Consent.objects.filter(customer=customer_id, field=key, withdrawn_on=None).exists():
                    evidence = f"{consent.basis}: {consent.evidence}"[:300]
                    give_consent(
                        customer_id,
                        key,
                        actor=stated_by,
                        evidence=evidence,
                        given_on=consent.given_on,
                        purpose=consent.purpose,
                    )
                store_sensitive(
                    customer_id, key, value, actor=actor, collected_by=ChannelKind.INTERNAL_RECORDS
                )
        except NotAllowedError as refusal:
            self._refused[str(refusal)] += 1
        except ValidationError:
            self._refused[_("They are no values of their field.")] += 1


def _columns(mapping: ColumnMapping, batch: ImportBatch, actor: User | None) -> list[SensitiveColumn]:
    fields = sensitive_fields(mapping)
    keys = {field: mapping.layout.column(field).catalogue_key for field in fields}
    switched_on = set(
        FieldSwitch.objects.filter(field__in=keys.values(), is_on=True).values_list("field", flat=True)
    )
    return [
        SensitiveColumn(
            field, _header(mapping, field), key, key in switched_on, _left_out(key, switched_on, batch, actor)
        )
        for field, key in keys.items()
    ]


def _header(mapping: ColumnMapping, field: str) -> str:
    source = mapping.sources.get(field)
    return source.header if source else field


def _left_out(key: str, switched_on: set[str], batch: ImportBatch, actor: User | None) -> str:
    """Return why a sensitive column is left out, "" when it is kept."""
    if FIELDS[key].model is not PersonProfile:
        return _("Add it on the person's own page.")
    if key not in switched_on:
        return _("This field is off. An administrator can enable it in the field dictionary.")
    if actor is None or not can(actor, "customer.edit"):
        return _("Import in the name of somebody who may edit customers.")
    stated_by = _stated_by(batch.consent)
    if not _is_whole(batch.consent) or stated_by is None or not can(stated_by, "customer.edit"):
        return _("State what the persons consented to, for which purpose and how that can be shown.")
    return ""


def _stated_by(consent: Mapping[str, Any]) -> User | None:
    """Return who stated the consent: the one who answers for it, whoever runs the import."""
    return User.objects.filter(pk=consent.get("stated_by") or 0).first()


def _is_whole(consent: Mapping[str, Any]) -> bool:
    said = ConsentBasis.from_dict(consent)
    return (
        said is not None
        and isinstance(said.given_on, date)
        and all((said.basis, said.purpose, said.evidence))
    )
