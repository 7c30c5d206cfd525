"""`manage.py import`: bring a file of customers, products, orders, payments, interactions or complaints in."""  # noqa: N999 - the name that people type

from __future__ import annotations

import json
import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.exceptions import PermissionDenied
from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from crm.management.actors import named_actor
from crm.models import JobState, User
from crm.progress import JobProgress
from customers.imports.matching import read_mapping_file
from customers.imports.problems import FileProblem
from customers.models import ImportBatch, ImportKind
from customers.services import imports

DONE_WITH_REJECTS = 3


class Command(BaseCommand):
    """Import a file through the service that the pages and the workers use."""

    help = (
        "Import a file (CSV, TSV, XLSX, XLS, ODS; gzip too). Exit status: 0 done, 3 done but some rows were "
        "rejected, 1 nothing was imported."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the file, what it holds, and how to read it."""
        parser.add_argument("file", metavar="FILE", type=Path)
        parser.add_argument("--kind", required=True, choices=ImportKind.values, help="what the rows are")
        parser.add_argument(
            "--mapping", metavar="FILE", type=Path, help="JSON: which column feeds which field"
        )
        parser.add_argument("--as", dest="username", metavar="USER", help="who imports (default: the system)")
        parser.add_argument("--encoding", help="the file's encoding, if it cannot be told from its bytes")
        parser.add_argument("--delimiter", help="what separates the cells of a text file")
        parser.add_argument("--sheet", help="name or number of a workbook's sheet")
        parser.add_argument("--header-line", type=int, help="number of the line with the column names")
        parser.add_argument("--dry-run", action="store_true", help="say what would happen, change nothing")
        parser.add_argument("--queue", action="store_true", help="have a worker do it, and don't wait")
        parser.add_argument("--json", action="store_true", help="print the result as JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        """Receive, check, and preview, queue or run the import."""
        self.as_json: bool = options["json"]
        try:
            actor = named_actor(options["username"])
            batch = self._receive(actor, options)
            if options["dry_run"]:
                self._preview(batch)
            elif options["queue"]:
                self._queue(batch, actor)
            else:
                self._run(batch, actor)
        except FileProblem as problem:
            raise self._failure(str(problem), code=problem.code, line=problem.line) from problem
        except PermissionDenied as error:
            message = _("%(user)s may not import. Ask an administrator, or leave --as out.")
            raise self._failure(message % {"user": options["username"]}, code="forbidden") from error

    def _receive(self, actor: User | None, options: dict[str, Any]) -> ImportBatch:
        """Take the file in; one that cannot be read at all leaves no trace."""
        reading = imports.Reading(
            **{o: options[o] for o in ("encoding", "delimiter", "sheet", "header_line")}
        )
        batch = imports.receive(
            options["file"],
            name=options["file"].name,
            kind=options["kind"],
            actor=actor,
            wishes=read_mapping_file(options["mapping"]) if options["mapping"] else {},
            reading=reading,
        )
        try:
            imports.check(batch)
        except FileProblem:
            imports.forget(batch)
            raise
        return batch

    def _preview(self, batch: ImportBatch) -> None:
        try:
            with JobProgress(sys.stderr, unit=_("rows")) as progress:
                outcome = imports.preview(batch, progress.show)
        finally:
            imports.forget(batch)
        self._tell(outcome, heading=_("Nothing was changed. The import would give:"))

    def _queue(self, batch: ImportBatch, actor: User | None) -> None:
        job = imports.start(batch, actor=actor)
        if self.as_json:
            self._print_json({"batch": batch.pk, "job": job.pk, "state": job.state})
        else:
            message = _("Queued as import no. %(batch)d (job %(job)d).")
            self.stdout.write(message % {"batch": batch.pk, "job": job.pk})

    def _run(self, batch: ImportBatch, actor: User | None) -> None:
        with JobProgress(sys.stderr, unit=_("rows")) as progress:
            job = imports.start_here(batch, actor=actor, listener=progress)
        batch.refresh_from_db()
        outcome = imports.result(batch)
        if job.state == JobState.CANCELLED:
            message = _("Stopped: %(rows)d rows are in. Import the file again to go on.")
            raise self._failure(message % {"rows": outcome.counts.rows}, code="cancelled")
        if job.state != JobState.DONE:
            raise self._failure(job.error, code="failed")
        self._tell(outcome, heading="")

    def _tell(self, outcome: imports.ImportResult, heading: str) -> None:
        if self.as_json:
            self._print_json(outcome.as_dict())
        else:
            for line in filter(None, [heading, *_summary(outcome)]):
                self.stdout.write(line)
        if outcome.counts.rejected:
            sys.exit(DONE_WITH_REJECTS)

    def _failure(self, message: str, **detail: Any) -> CommandError:
        if self.as_json:
            self._print_json({"error": message, **detail})
        return CommandError(message)

    def _print_json(self, content: dict[str, Any]) -> None:
        self.stdout.write(json.dumps(content, ensure_ascii=False, indent=2))


def _summary(outcome: imports.ImportResult) -> list[str]:
    """Return the result as lines for people."""
    counts = outcome.counts
    lines = [
        _(
            "%(file)s: %(rows)d rows. %(created)d created, %(updated)d updated, %(unchanged)d unchanged, "
            "%(rejected)d rejected, %(skipped)d skipped."
        )
        % {"file": outcome.file, **counts.as_dict()}
    ]
    brought = [f"{kind.label}: {outcome.also[kind]}" for kind in ImportKind if outcome.also.get(kind)]
    if brought:
        lines.append(_("Brought along: %(records)s.") % {"records": ", ".join(brought)})
    lines += outcome.warnings
    for line, reason in outcome.rejections:
        lines.append(_("Line %(line)d rejected: %(reason)s") % {"line": line, "reason": reason})
    if counts.rejected > len(outcome.rejections):
        lines.append("…")
    if outcome.rejected_file:
        lines.append(_("All rejected rows with their reasons: %(path)s") % {"path": outcome.rejected_file})
    return lines
