import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy.stats import chi2_contingency

from analysis.measures.association import lift, log_likelihood_ratio

CELLS = st.tuples(*[st.integers(0, 10**6)] * 4)


@given(CELLS)
def test_the_ratio_agrees_with_scipy_s_g_test(cells: tuple[int, int, int, int]) -> None:
    k, only_first, only_second, neither = cells
    table = np.array([[k, only_first], [only_second, neither]])
    assume((table.sum(axis=0) > 0).all() and (table.sum(axis=1) > 0).all())
    expected = chi2_contingency(table, correction=False, lambda_="log-likelihood").statistic
    found = log_likelihood_ratio(k, k + only_first, k + only_second, sum(cells))
    assert found == pytest.approx(expected, rel=1e-9, abs=1e-6)


def test_the_example_of_dunning_s_paper() -> None:
    # "the swiss": 110 together, 2442 and 111 other uses, 29114 neither; Dunning's Table 1 says 270.72.
    assert log_likelihood_ratio(110, 110 + 2442, 110 + 111, 110 + 2442 + 111 + 29114) == pytest.approx(
        270.72, abs=0.005
    )


def test_what_is_independent_surprises_nobody() -> None:
    assert log_likelihood_ratio(6, 20, 30, 100) == pytest.approx(0, abs=1e-12)
    assert lift(6, 20, 30, 100) == 1


def test_lift_of_what_never_comes_is_not_defined() -> None:
    assert np.isnan(lift(0, 0, 5, 10))
    assert log_likelihood_ratio(0, 0, 5, 10) == 0


def test_counts_that_contradict_each_other_are_refused() -> None:
    with pytest.raises(ValueError, match="contradict"):
        log_likelihood_ratio(6, 5, 9, 20)
