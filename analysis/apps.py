"""The analysis app's configuration."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AnalysisConfig(AppConfig):
    """What the records mean."""

    name = "analysis"
    verbose_name = _("Analysis")

    def ready(self) -> None:
        """Tell the customers' pages who knows about tiers and churn, and the bell how it is said."""
        from analysis.selectors.insights import open_published
        from analysis.selectors.told import tell_of_churn, tell_of_moves
        from analysis.services.telling import AT_RISK, MOVED
        from crm.extensions import offer_insights
        from crm.services.notifications import words_for

        offer_insights(open_published)
        words_for(MOVED, tell_of_moves)
        words_for(AT_RISK, tell_of_churn)
