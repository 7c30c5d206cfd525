"""What the process of ``second_reader`` does: read the pieces of a file that nobody else has taken."""

from __future__ import annotations

import json

from django.utils import translation

from crm.models import User
from customers.imports.orphans import end_with
from customers.imports.problems import FileProblem
from customers.models import ImportBatch
from customers.services.imports.batches import open_batch
from customers.services.imports.loading import load, plan_for
from customers.services.imports.staging import Staging


def main(parent: str, batch_id: str, schema: str, piece_rows: str, language: str, actor_id: str) -> None:
    """Read into the staging tables of ``schema``; the last line on standard output says what came of it, as JSON."""
    batch = ImportBatch.objects.get(pk=batch_id)
    actor = User.objects.get(pk=actor_id) if actor_id else None
    with translation.override(language):
        try:
            checked = open_batch(batch)
            plan = plan_for(checked.mapping, batch, actor)
            rows = load(
                checked,
                plan,
                Staging(schema),
                lambda _rows: end_with(int(parent)),
                piece_rows=int(piece_rows),
                shared=True,
            )
        except FileProblem as problem:
            print(json.dumps({"problem": str(problem)}))  # noqa: T201 - a process's answer
            return
    print(json.dumps({"rows": rows, "missed": plan.names.missed}))  # noqa: T201 - as above
