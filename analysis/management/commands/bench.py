"""`manage.py bench`: measure the product beside a reference; the benchmarks themselves are in tests/benchmarks."""

from __future__ import annotations

import importlib
from argparse import ArgumentParser
from importlib.util import find_spec
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

NEEDED = {"analysis": ("duckdb", "psutil"), "pages": ("psutil",)}


class Command(BaseCommand):
    """Run a benchmark on a database of its own."""

    help = (
        "Time the analysis beside DuckDB over Parquet on the same rows, or the pages beside a bare signed-in page: "
        "ratios, memory, growth with size, plans."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare what to measure, on how much, how often."""
        parser.add_argument("what", choices=["analysis", "pages"])
        parser.add_argument("--size", choices=["small", "medium", "large"], default="small")
        parser.add_argument("--rounds", type=int, default=3, metavar="N", help="rounds in turns (default: 3)")
        parser.add_argument(
            "--core-only",
            action="store_true",
            help="analysis: leave out the measures that follow a run's publication",
        )
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
        choices = {"further": not options["core_only"]} if options["what"] == "analysis" else {}
        benchmark.run_benchmark(
            options["size"], max(1, options["rounds"]), folder, as_json=options["json"], **choices
        )
