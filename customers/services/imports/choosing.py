"""What is said about a batch before it runs: how to read it, what its columns mean, by which rules; saved mappings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from crm.models import User
from crm.policy import require
from crm.services import audit
from customers.imports.kinds import Kind
from customers.models import ImportBatch, ImportMapping, ImportState
from customers.services.imports.batches import Reading, done_before
from customers.services.imports.digests import layout_digest
from customers.services.imports.loading import policy_fields
from customers.services.imports.rules import OTHERS, ConsentBasis, MatchRules, NoConsent
from customers.services.imports.running import KIND
from customers.services.imports.staging import drop_all

OPEN_STATES = (ImportState.UPLOADED, ImportState.CHECKED, ImportState.PREVIEWED, ImportState.FAILED)


class ImportStateError(Exception):
    """This can't be done with an import that stands where it stands; the message says so to people."""


def choose(
    batch: ImportBatch,
    *,
    actor: User | None,
    kind: str | None = None,
    wishes: Mapping[str, Any] | None = None,
    reading: Reading | None = None,
    rules: MatchRules | None = None,
    consent: ConsentBasis | NoConsent | None = None,
) -> ImportBatch:
    """Say how to read an import that has not begun; what is None stays as it is. A check that stands is dropped.

    Raises PermissionDenied; ImportStateError once it has begun; ValueError for a policy on a field that there is not.
    Corrected cells are forgotten where the file is read otherwise.
    """
    if actor is not None:
        require(actor, "import.run")
    with transaction.atomic():
        held = held_open(batch)
        if kind is not None:
            held.kind = Kind(kind).value
        if wishes is not None:
            held.mapping = dict(wishes)
        if reading is not None and asdict(reading) != held.reading:
            held.reading = asdict(reading)
            held.corrections.all().delete()
        if rules is not None:
            held.rules = rules.as_dict()
        _require_fields(held)
        if consent is not None:
            held.consent = {} if isinstance(consent, NoConsent) else _stated(consent, actor)
        held.state, held.error, held.expected = ImportState.UPLOADED, "", {}
        held.repeats = done_before(held)
        held.save()
        drop_all(held.pk)
    batch.refresh_from_db()
    return batch


def _stated(consent: ConsentBasis, actor: User | None) -> dict[str, Any]:
    return {**consent.as_dict(), "stated_by": actor.pk if actor else None}


def held_open(batch: ImportBatch) -> ImportBatch:
    """Return a batch that has not begun, locked for the transaction; raises ImportStateError."""
    held = ImportBatch.objects.select_for_update(of=("self",)).select_related("job").get(pk=batch.pk)
    is_queued = held.job is not None and held.job.kind == KIND and not held.job.is_finished
    if is_queued or held.started_at is not None or held.state not in OPEN_STATES:
        raise ImportStateError(
            _("This import has begun already. Upload the file again to import it otherwise.")
        )
    return held


def _require_fields(batch: ImportBatch) -> None:
    known = {OTHERS, *policy_fields(Kind(batch.kind))}
    unknown = sorted(set(batch.rules.get("conflicts", {})) - known)
    if unknown:
        raise ValueError(_("There are no such fields: %(fields)s.") % {"fields": ", ".join(unknown)})


def save_mapping(name: str, batch: ImportBatch, *, actor: User | None) -> ImportMapping:
    """Keep how a checked batch is read under a name; one of the same name and kind is replaced.

    Raises PermissionDenied; ImportStateError for a batch that was not checked; ValueError without a name.
    """
    if actor is not None:
        require(actor, "import.run")
    headers = batch.columns.get("headers")
    if headers is None:
        raise ImportStateError(_("Have the file read first: its columns are not known yet."))
    if not name.strip():
        raise ValueError(_("Give the mapping a name."))
    saved, _is_new = ImportMapping.objects.update_or_create(
        kind=batch.kind,
        name=name.strip()[:100],
        defaults={
            "layout": layout_digest(headers),
            "wishes": batch.mapping,
            "reading": batch.reading,
            "rules": batch.rules,
            "saved_by": actor,
        },
    )
    audit.record(actor, "import.mapping_saved", f"mapping:{saved.pk}", kind=saved.kind)
    return saved


def mappings(kind: str) -> list[ImportMapping]:
    """Return the saved mappings of a kind by name."""
    return list(ImportMapping.objects.filter(kind=kind))


def delete_mapping(number: int, *, actor: User | None) -> None:
    """Forget a saved mapping. Raises PermissionDenied; ImportMapping.DoesNotExist."""
    if actor is not None:
        require(actor, "import.run")
    saved = ImportMapping.objects.get(pk=number)
    kind = saved.kind
    saved.delete()
    audit.record(actor, "import.mapping_deleted", f"mapping:{number}", kind=kind)


def known_layout(batch: ImportBatch) -> ImportMapping | None:
    """Return the mapping that was saved last for a file of the same headers, whatever their order, or None."""
    headers = batch.columns.get("headers")
    if headers is None:
        return None
    saved = ImportMapping.objects.filter(layout=layout_digest(headers), kind=batch.kind)
    return saved.order_by("-saved_at").first()


def apply_mapping(batch: ImportBatch, mapping: ImportMapping, *, actor: User | None) -> ImportBatch:
    """Read a batch as a saved mapping says; raises as ``choose`` does."""
    return choose(
        batch,
        actor=actor,
        kind=mapping.kind,
        wishes=mapping.wishes,
        reading=Reading(**mapping.reading),
        rules=MatchRules.from_dict(mapping.rules),
    )
