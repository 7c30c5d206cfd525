"""`manage.py bench`: measure the product beside a reference; the benchmarks themselves are in tests/benchmarks."""

from __future__ import annotations

import importlib
from argparse import ArgumentParser
from importlib.util import find_spec
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

NEEDED = {"analysis": ("duckdb", "psutil"), "pages": ("psutil",), "imports": ("psutil",)}


class Command(BaseCommand):
    """Run a benchmark on a database of its own."""

    help = (
        "Time the analysis beside DuckDB over Parquet on the same rows, the pages beside a bare signed-in page, or "
        "the import of a contact list beside a raw COPY of its rows: ratios, memory, growth with size, plans."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare what to measure, on how much, how often."""
        parser.add_argument("what", choices=list(NEEDED))
        parser.add_argument("--size", choices=["small", "medium", "large"], default="small")
        parser.add_argument("--rounds", type=int, default=3, metavar="N", help="rounds in turns (default: 3)")
        parser.add_argument(
            "--core-only",
            action="store_true",
            help="analysis: leave out the measures that follow a run's publication",
        )
        parser.add_argument("--rows", type=int, metavar="N", help="imports: so many rows, whatever the size")
        parser.add_argument("--json", action="store_true", help="print the figures as JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        """Say what is missing, or run."""
        missing = [name for name in NEEDED[options["what"]] if find_spec(name) is None]
        if missing:
            message = _(
                "The benchmark needs %(packages)s from the development lock: "
                "install it by `python3 manage.py test --collect-only -q`, or pip install -r requirements-dev.txt."
            )
            raise CommandError(message % {"packages": ", ".join(missing)})
        benchmark = importlib.import_module(f"tests.benchmarks.{options['what']}")
        folder = settings.KEZHI_HOME / "bench"
        choices: dict[str, Any] = {}
        if options["what"] == "analysis":
            choices = {"further": not options["core_only"]}
        elif options["what"] == "imports":
            choices = {"rows": options["rows"]}
        benchmark.run_benchmark(
            options["size"], max(1, options["rounds"]), folder, as_json=options["json"], **choices
        )
