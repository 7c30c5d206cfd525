"""`manage.py backtest`: how well every method would have known, on one's own orders."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from analysis.management.commands.analyse import day_argument
from analysis.measures.backtest import BacktestResult, BacktestScores
from analysis.measures.cross_sell import RecommendationScores
from analysis.measures.gold import GoldScore, ListScore
from analysis.selectors.explanations import fit_problem, model_label
from analysis.services.backtests import Judgement, NothingToJudgeError, judge
from crm.templatetags.format import day, money, number, percent


class Command(BaseCommand):
    """Backtest churn over several windows, the gold customers over the last fiscal year, and recommendations."""

    help = (
        "Judge every method of churn, last year's gold customers and recommendations by what really happened."
        " Changes nothing."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the day, the horizon and how far to go back."""
        parser.add_argument(
            "--as-of",
            type=day_argument,
            metavar="DATE",
            help="last day that counts (default: the last order's)",
        )
        parser.add_argument(
            "--horizon", type=int, metavar="DAYS", help="days to look ahead (default: the policy's)"
        )
        parser.add_argument(
            "--windows", type=int, default=3, metavar="N", help="horizons to go back (default: 3)"
        )
        parser.add_argument("--json", action="store_true", help="print everything as JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        """Judge and tell."""
        if options["windows"] < 1 or (options["horizon"] is not None and options["horizon"] < 1):
            raise CommandError(_("--windows and --horizon must be at least 1."))
        try:
            found = judge(as_of=options["as_of"], horizon_days=options["horizon"], windows=options["windows"])
        except NothingToJudgeError as error:
            raise CommandError(_nothing(error)) from error
        if options["json"]:
            self.stdout.write(json.dumps(found.as_dict(), ensure_ascii=False, indent=2))
            return
        for line in (*_churn(found), *_gold(found), *_offers(found.offers)):
            self.stdout.write(line)


def _nothing(error: NothingToJudgeError) -> str:
    if error.as_of is None:
        return _("There are no orders yet. Import some, and try again.")
    return _(
        "Nobody had ordered %(horizon)s days before %(day)s: choose a shorter --horizon or a later --as-of."
    ) % {"horizon": number(error.horizon_days), "day": day(error.as_of)}


def _churn(found: Judgement) -> Iterator[str]:
    yield _(
        "%(sampled)s of %(customers)s customers with an order are judged; the policy's model is %(model)s."
    ) % {
        "sampled": number(found.sampled),
        "customers": number(found.customers),
        "model": model_label(found.model),
    }
    for end, results in found.windows.items():
        trained_to = next(iter(results.values())).trained_to
        yield ""
        yield _("Trained to %(trained_to)s, judged by the %(horizon)s days to %(end)s") % {
            "trained_to": day(trained_to),
            "horizon": number(found.horizon_days),
            "end": day(end),
        }
        yield from _methods(results)
        yield from _calibration(results)


def _methods(results: dict[str, BacktestResult]) -> Iterator[str]:
    scored = [result.scores for result in results.values() if result.scores]
    if scored:
        yield _("  %(customers)s customers, of whom %(churners)s stayed away (base rate %(rate)s)") % {
            "customers": number(scored[0].customers),
            "churners": number(scored[0].churners),
            "rate": percent(scored[0].base_rate, 1),
        }
    yield _row(_("method"), "AUC", "Brier", _("base rate"), _("riskiest tenth"), "")
    for name, result in results.items():
        problem = fit_problem(result.problem.value if result.problem else None)
        yield _row(name, *_figures(result.scores), problem)


def _figures(scores: BacktestScores | None) -> tuple[str, str, str, str]:
    if scores is None:
        return ("–",) * 4
    return (
        f"{scores.auc:.4f}",
        f"{scores.brier:.4f}",
        f"{scores.base_rate_brier:.4f}",
        percent(scores.precision_riskiest_tenth, 1),
    )


def _row(method: str, auc: str, brier: str, base: str, tenth: str, problem: str) -> str:
    return f"  {method:<10} {auc:>8} {brier:>8} {base:>10} {tenth:>16}  {problem}".rstrip()


def _calibration(results: dict[str, BacktestResult]) -> Iterator[str]:
    """By decile, what each method said and what happened."""
    scored = {name: result.scores for name, result in results.items() if result.scores}
    if not scored:
        return
    yield _("  Calibration by decile of the score: mean probability → share that stayed away")
    yield "  " + " ".join([" " * 4, *(f"{name:>16}" for name in scored)])
    cells = {
        name: {
            part.decile: f"{part.mean_probability:.3f} → {part.churn_rate:.3f}" for part in scores.calibration
        }
        for name, scores in scored.items()
    }
    for decile in range(1, 11):
        yield "  " + " ".join(
            [f"{decile:>4}", *(f"{parts.get(decile, '–'):>16}" for parts in cells.values())]
        )


def _gold(found: Judgement) -> Iterator[str]:
    if found.gold is None:
        return
    yield ""
    yield _("Gold customers of %(start)s to %(end)s, foretold on the eve") % {
        "start": day(found.gold_year.start),
        "end": day(found.gold_year.end),
    }
    if not isinstance(found.gold, GoldScore):
        yield "  " + fit_problem(found.gold.value)
        return
    currency = settings.COMPANY_CURRENCY
    yield _("  %(customers)s customers brought %(total)s") % {
        "customers": number(found.gold.customers),
        "total": money(found.gold.total, currency),
    }
    lists = (
        (_("model"), found.gold.model),
        (_("last year's top"), found.gold.naive),
        (_("hindsight"), found.gold.hindsight),
    )
    for label, score in lists:
        yield _list_line(label, score, currency)


def _offers(found: RecommendationScores) -> Iterator[str]:
    yield ""
    yield _("Recommendations made on %(trained_to)s, %(count)s products to each customer") % {
        "trained_to": day(found.trained_to),
        "count": number(found.recommended),
    }
    if not found.customers:
        yield "  " + _("Nobody who was known by then has bought anything new to them since.")
        return
    yield _("  %(customers)s customers bought something new to them; one of the recommended products:") % {
        "customers": number(found.customers)
    }
    yield f"  {_('what goes with what they own')}: {percent(found.hit_rate, 1)}"
    yield f"  {_('what most customers own')}: {percent(found.popularity_hit_rate, 1)}"
    if found.popularity_hit_rate:
        yield _("  %(ratio)s times as often as popularity") % {"ratio": f"{found.ratio:.2f}"}


def _list_line(label: str, score: ListScore, currency: str) -> str:
    return _("  %(list)s: %(chosen)s chosen, precision %(precision)s, captured %(captured)s (%(share)s)") % {
        "list": label,
        "chosen": number(score.chosen),
        "precision": percent(score.precision, 1) if score.chosen else "–",
        "captured": money(score.captured, currency),
        "share": percent(score.captured_share, 1) if score.captured_share == score.captured_share else "–",
    }
