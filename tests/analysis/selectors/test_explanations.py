"""Every step of a published row in one sentence, in both languages."""

import pytest
from django.utils.translation import override

from analysis.measures.churn import ChurnModel
from analysis.measures.churn_auto import AutoProblem
from analysis.measures.churn_reasons import ChurnReason
from analysis.measures.demand_fit import FitProblem
from analysis.models import AnalysisRun, CustomerSnapshot
from analysis.selectors import explanations
from analysis.selectors.explanations import Wording
from analysis.selectors.marks import is_gold
from analysis.services.runs import start_run
from tests.analysis.company import golden_company, run_before, west_policy
from tests.analysis.measures import golden

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def run(committed: None) -> AnalysisRun:
    golden_company()
    policy = west_policy()
    run_before(policy)
    return start_run(actor=None, as_of=golden.AS_OF, policy=policy, queue=False)


def row(run: AnalysisRun, code: str) -> dict[str, object]:
    found = (
        CustomerSnapshot.objects.filter(run=run, customer__code=code)
        .annotate(is_gold=is_gold())
        .values()
        .get()
    )
    return dict(found)


def test_every_step_has_its_sentence(run: AnalysisRun) -> None:
    with override("en"):
        words = Wording(run)
        assert words.tier_reasons(row(run, "C02")) == (
            "Net revenue of ¥4,999,999.97 reaches ¥1,000,000.00, the threshold of B.",
            "Was A before and stays it down to ¥4,500,000.00.",
        )
        assert words.tier_reasons(row(run, "C04")) == (
            "Net revenue of ¥2,000,000.00 reaches ¥2,000,000.00, the threshold of A in WEST.",
        )
        assert words.tier_reasons(row(run, "C06"))[-1] == "It is closing down: C instead of B."
        assert words.tier_reasons(row(run, "C08"))[-1] == "High potential puts it into A."
        assert words.next_tier(row(run, "C07")) == (
            "¥4,000,000.00 more net revenue in the window would make it A."
        )
        assert words.mark_reason(row(run, "C12")).startswith("Among the bottom 20%")


def test_a_row_with_every_churn_reason_names_them_with_their_figures(run: AnalysisRun) -> None:
    given = row(run, "C01") | {
        "churn_status": "scored",
        "churn_flag": True,
        "churn_probability": 0.934,
        "churn_reasons": "|".join(ChurnReason),
        "median_interval_days": 12.0,
        "lifetime_order_days": 5,
        "payments_late": 2,
        "payments_settled": 3,
        "open_complaints": 1,
        "elsewhere": 130_00,
        "elsewhere_before": 100_00,
    }
    with override("en"):
        words = Wording(run)
        assert words.churn_label(given) == ("93% may leave", "bad")
        sentences = words.churn_reasons(given)
    assert len(sentences) == len(ChurnReason)
    assert "305 days ago" in sentences[0]
    assert "2 of 3" in sentences[3]
    assert "¥130.00 elsewhere, ¥100.00" in sentences[5]


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_every_code_has_a_label(language: str) -> None:
    with override(language):
        assert all(explanations.reason_label(code) != code for code in ChurnReason)
        assert all(explanations.fit_problem(code) for code in [*FitProblem, *AutoProblem])
        assert all(explanations.model_label(code) != code for code in ChurnModel)
