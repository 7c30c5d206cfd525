"""What the check reads off a page."""

from crm.local.visit import Page

KPI = """
<div class="panel kpi">
  <p class="kpi-label"><span class="tier tier-A">A</span><span>Key customers</span></p>
  <p class="kpi-value text-bad"><a href="?tier=A#customers">1,178</a></p>
</div>
<div class="panel kpi"><p class="kpi-label"><span>Net&nbsp;revenue</span></p><p class="kpi-value">¥5.12M</p></div>
"""
ROW = '<td class="n"><a href="/customers/orders/?customer=42">8,000,000</a></td>'


def page(body: str) -> Page:
    """Return a page with this body."""
    return Page("http://127.0.0.1/", 200, body)


def test_headline_figures_are_read_by_their_label() -> None:
    assert page(KPI).headlines == {"Key customers": "1,178", "Net revenue": "¥5.12M"}


def test_the_ranking_is_read_with_whose_money_it_is() -> None:
    assert page(ROW).ranked == [(42, "8,000,000")]


def test_text_is_what_a_reader_sees() -> None:
    body = "<style>p {}</style><p>A &amp; B<br>客知</p><script>let x</script>"

    assert page(body).text == "A & B 客知"
