"""`manage.py analyse`: rank customers, give them tiers, say who is leaving, and publish that."""

from __future__ import annotations

import datetime
import json
import sys
from argparse import ArgumentParser, ArgumentTypeError
from decimal import Decimal
from pathlib import Path
from typing import Any

import structlog
from django.core.exceptions import PermissionDenied
from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from analysis.exports.customers import write_customers
from analysis.exports.summary import summary_of, write_summary
from analysis.exports.what_if import what_if_lines, what_if_record
from analysis.models import AnalysisRun, MeasureState, Policy, RunState
from analysis.models.reading import PolicyError
from analysis.registry import FURTHER
from analysis.selectors.results import results_of
from analysis.services import policies, runs
from analysis.services.measures import carry_out_here
from analysis.services.what_if import NothingPublishedError, what_if
from crm.management.actors import named_actor
from crm.models import User
from crm.progress import JobProgress
from crm.templatetags.format import day, money, number
from customers.models import Order

log = structlog.get_logger(__name__)


class Command(BaseCommand):
    """Run an analysis through the service that the pages and the workers use."""

    help = "Analyse the customers as of a day: contribution, ABC tiers, churn. Publishes the result."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the day, the policy, and what becomes of the result."""
        parser.add_argument(
            "--as-of", type=day_argument, metavar="DATE", help="last day that counts (default: today)"
        )
        parser.add_argument(
            "--policy",
            type=Path,
            metavar="FILE",
            help="JSON policy, see docs/policy.md (default: the current one)",
        )
        parser.add_argument("--reason", default="", metavar="TEXT", help="why the policy is adopted")
        parser.add_argument("--as", dest="username", metavar="USER", help="who asks (default: the system)")
        parser.add_argument("--no-publish", action="store_true", help="keep the result to the ledger")
        parser.add_argument(
            "--core-only",
            action="store_true",
            help="leave the further measures out (contribution, tiers, churn only)",
        )
        parser.add_argument(
            "--what-if",
            type=Path,
            metavar="FILE",
            help="say who would move under this JSON policy; nothing is published or written",
        )
        parser.add_argument("--queue", action="store_true", help="have a worker do it, and don't wait")
        parser.add_argument(
            "--export", type=Path, metavar="DIR", help="write customers.csv and summary.json there"
        )
        parser.add_argument("--json", action="store_true", help="print the summary as JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        """Start the run, wait for it unless it is queued, and tell what it found."""
        self.as_json: bool = options["json"]
        if options["queue"] and options["export"]:
            raise CommandError(_("--export needs the result: it does not go with --queue."))
        try:
            if options["what_if"]:
                self._tell_what_if(options)
                return
            run = self._start(options)
        except PolicyError as error:
            raise self._failure(str(error), "policy") from error
        except (NothingPublishedError, runs.RunsWaitingError) as error:
            raise self._failure(str(error), "refused") from error
        except PermissionDenied as error:
            message = _("%(user)s may not start an analysis. Ask an administrator, or leave --as out.")
            raise self._failure(message % {"user": options["username"]}, "forbidden") from error
        if options["queue"]:
            self._tell_queued(run)
            return
        if run.state not in {RunState.PUBLISHED, RunState.VALIDATED}:
            raise self._failure(run.error or _("The analysis was stopped."), "failed")
        if options["export"]:
            _export(run, options["export"])
        broken = [] if options["core_only"] else self._measure(run)
        self._tell(run, options)
        if broken:
            message = _("These measures broke; the runs page says how: %(names)s.")
            raise self._failure(message % {"names": ", ".join(broken)}, "measures")

    def _measure(self, run: AnalysisRun) -> list[str]:
        """Do the further measures of a run that readers see; return the names of those that broke."""
        if run.state != RunState.PUBLISHED:
            return []
        with JobProgress(sys.stderr, unit=_("steps")) as progress:
            try:
                results = carry_out_here(run, listener=progress)
            except ExceptionGroup as broken:
                for error in broken.exceptions:
                    log.exception("measure broke", exc_info=error)
                results = list(results_of(run).values())
        return [str(FURTHER[result.name].label) for result in results if result.state == MeasureState.FAILED]

    def _tell_what_if(self, options: dict[str, Any]) -> None:
        actor = named_actor(options["username"])
        found = what_if(_document(options["what_if"]), actor=actor, as_of=options["as_of"])
        if self.as_json:
            self._print_json(what_if_record(found))
            return
        for line in what_if_lines(found):
            self.stdout.write(line)

    def _start(self, options: dict[str, Any]) -> AnalysisRun:
        actor = named_actor(options["username"])
        policy = _policy(options["policy"], actor, options["reason"])
        if policy and (caution := policies.caution(policy.parsed())):
            self.stderr.write(caution)
        wanted = {"as_of": options["as_of"], "policy": policy, "publish": not options["no_publish"]}
        if options["queue"]:
            return runs.start_run(actor=actor, further=not options["core_only"], **wanted)
        with JobProgress(sys.stderr, unit=_("steps")) as progress:
            return runs.start_run(actor=actor, queue=False, listener=progress, **wanted)

    def _tell_queued(self, run: AnalysisRun) -> None:
        if self.as_json:
            self._print_json({"run": run.pk, "job": run.job_id, "state": run.state})
        else:
            message = _("Queued as run no. %(run)d (job %(job)d).")
            self.stdout.write(message % {"run": run.pk, "job": run.job_id})

    def _tell(self, run: AnalysisRun, options: dict[str, Any]) -> None:
        if self.as_json:
            self._print_json(summary_of(run))
        else:
            for line in _summary(run):
                self.stdout.write(line)
        if options["export"] and not self.as_json:
            self.stdout.write(_("Written to %(folder)s.") % {"folder": options["export"]})
        if hint := _hint(run):
            self.stderr.write(hint)

    def _failure(self, message: str, code: str) -> CommandError:
        if self.as_json:
            self._print_json({"error": message, "code": code})
        return CommandError(message)

    def _print_json(self, content: dict[str, Any]) -> None:
        self.stdout.write(json.dumps(content, ensure_ascii=False, indent=2))


def day_argument(text: str) -> datetime.date:
    try:
        return datetime.date.fromisoformat(text)
    except ValueError as error:
        raise ArgumentTypeError(_("Write a day as 2025-12-31.")) from error


def _policy(file: Path | None, actor: User | None, reason: str) -> Policy | None:
    return None if file is None else policies.adopt(_document(file), actor=actor, reason=reason)


def _document(file: Path) -> Any:
    try:
        return json.loads(file.read_text(encoding="utf-8-sig"), parse_float=Decimal)
    except OSError as error:
        raise CommandError(
            _("%(file)s cannot be read: %(why)s.") % {"file": file, "why": error.strerror}
        ) from error
    except (ValueError, RecursionError) as error:
        raise CommandError(_("%(file)s is not JSON: %(why)s.") % {"file": file, "why": error}) from error


def _export(run: AnalysisRun, folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        write_customers(run, folder / "customers.csv")
        write_summary(run, folder / "summary.json")
    except OSError as error:
        raise CommandError(
            _("%(folder)s cannot be written to: %(why)s.") % {"folder": folder, "why": error.strerror}
        ) from error


def _summary(run: AnalysisRun) -> list[str]:
    """Return the result as lines for people."""
    totals, tiers, churn = run.totals, run.tiers["final"]["all"], run.churn
    published = _("published") if run.state == RunState.PUBLISHED else _("not published")
    return [
        _("Run %(run)d as of %(day)s, policy v%(version)d: %(published)s.")
        % {"run": run.pk, "day": day(run.as_of), "version": run.policy.version, "published": published},
        _(
            "Net revenue %(net)s, of known customers %(identified)s (%(customers)s customers, %(positive)s above zero)."
        )
        % {
            "net": money(totals["net_revenue"], run.currency),
            "identified": money(totals["identified_net_revenue"], run.currency),
            "customers": number(totals["customers"]),
            "positive": number(totals["customers_positive_net"]),
        },
        _("Tiers: %(a)s A, %(b)s B, %(c)s C.")
        % {tier.lower(): number(count) for tier, count in tiers.items()},
        _("Churn: %(scored)s customers scored, %(flagged)s flagged.")
        % {"scored": number(churn["scored"]), "flagged": number(churn["flagged"])},
    ]


def _hint(run: AnalysisRun) -> str:
    """Say so when the window holds nothing although there are orders, and which day would."""
    newest = Order.objects.order_by("-ordered_on").values_list("ordered_on", flat=True).first()
    if run.totals["lines"] or newest is None:
        return ""
    return _(
        "No order line falls into the window from %(start)s to %(as_of)s. The last order is of %(newest)s: "
        "try --as-of %(newest)s."
    ) % {"start": run.window_start, "as_of": run.as_of, "newest": newest}
