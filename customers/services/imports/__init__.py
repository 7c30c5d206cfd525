"""Bringing files in: ``receive`` keeps a copy, ``check`` reads its columns, ``preview`` says what would happen,
``start`` has a worker do it (``start_here`` this process), ``result`` says what came of it.

How it works: rows are staged by COPY, judged by set-based SQL against what is known, and written chunk by chunk, each
chunk in one transaction with the fates of its rows. A killed import goes on where its last chunk ended.
"""

from customers.imports.problems import FileProblem
from customers.services.imports.batches import Reading, check, forget, layout_of, receive
from customers.services.imports.checking import CHECK_KIND, check_here, checked, fix, start_check, unfix
from customers.services.imports.choosing import (
    ImportStateError,
    apply_mapping,
    choose,
    delete_mapping,
    known_layout,
    mappings,
    save_mapping,
)
from customers.services.imports.controlling import Progress, cancel, pause, progress, resume, start
from customers.services.imports.listing import CheckedRow, Duplicate, FieldChange, review, rows
from customers.services.imports.loading import policy_fields
from customers.services.imports.rejects import fetch_rejected
from customers.services.imports.results import Counts, ImportResult, result
from customers.services.imports.rules import (
    NO_CONSENT,
    ConflictPolicy,
    ConsentBasis,
    MatchRule,
    MatchRules,
)
from customers.services.imports.running import KIND, preview, start_here
from customers.services.imports.sensitive import SensitiveColumn, needs_consent, sensitive_columns
from customers.services.imports.undoing import (
    UNDO_KIND,
    KeptRow,
    NotUndoableError,
    UndoReport,
    kept_rows,
    start_undo,
    undo_here,
    undo_outlook,
    undo_report,
)

__all__ = [
    "CHECK_KIND",
    "KIND",
    "NO_CONSENT",
    "UNDO_KIND",
    "CheckedRow",
    "ConflictPolicy",
    "ConsentBasis",
    "Counts",
    "Duplicate",
    "FieldChange",
    "FileProblem",
    "ImportResult",
    "ImportStateError",
    "KeptRow",
    "MatchRule",
    "MatchRules",
    "NotUndoableError",
    "Progress",
    "Reading",
    "SensitiveColumn",
    "UndoReport",
    "apply_mapping",
    "cancel",
    "check",
    "check_here",
    "checked",
    "choose",
    "delete_mapping",
    "fetch_rejected",
    "fix",
    "forget",
    "kept_rows",
    "known_layout",
    "layout_of",
    "mappings",
    "needs_consent",
    "pause",
    "policy_fields",
    "preview",
    "progress",
    "receive",
    "result",
    "resume",
    "review",
    "rows",
    "save_mapping",
    "sensitive_columns",
    "start",
    "start_check",
    "start_here",
    "start_undo",
    "undo_here",
    "undo_outlook",
    "undo_report",
    "unfix",
]
