"""Bringing files in: ``receive`` keeps a copy, ``check`` reads its columns, ``preview`` says what would happen,
``start`` has a worker do it (``start_here`` this process), ``result`` says what came of it.

How it works: rows are staged by COPY, judged by set-based SQL against what is known, and written chunk by chunk, each
chunk in one transaction with the fates of its rows. A killed import goes on where its last chunk ended.
"""

from customers.imports.problems import FileProblem
from customers.services.imports.batches import Reading, check, forget, receive
from customers.services.imports.choosing import (
    ImportStateError,
    apply_mapping,
    choose,
    delete_mapping,
    known_layout,
    mappings,
    save_mapping,
)
from customers.services.imports.loading import policy_fields
from customers.services.imports.results import Counts, ImportResult, result
from customers.services.imports.rules import (
    NO_CONSENT,
    ConflictPolicy,
    ConsentBasis,
    MatchRule,
    MatchRules,
)
from customers.services.imports.running import KIND, preview, start, start_here
from customers.services.imports.undoing import (
    UNDO_KIND,
    KeptRow,
    NotUndoableError,
    UndoReport,
    kept_rows,
    start_undo,
    undo_here,
    undo_report,
)

__all__ = [
    "KIND",
    "NO_CONSENT",
    "UNDO_KIND",
    "ConflictPolicy",
    "ConsentBasis",
    "Counts",
    "FileProblem",
    "ImportResult",
    "ImportStateError",
    "KeptRow",
    "MatchRule",
    "MatchRules",
    "NotUndoableError",
    "Reading",
    "UndoReport",
    "apply_mapping",
    "check",
    "choose",
    "delete_mapping",
    "forget",
    "kept_rows",
    "known_layout",
    "mappings",
    "policy_fields",
    "preview",
    "receive",
    "result",
    "save_mapping",
    "start",
    "start_here",
    "start_undo",
    "undo_here",
    "undo_report",
]
