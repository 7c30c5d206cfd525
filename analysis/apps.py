"""The analysis app's configuration."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AnalysisConfig(AppConfig):
    """What the records mean."""

    name = "analysis"
    verbose_name = _("Analysis")

    def ready(self) -> None:
        """Tell the customers' pages who knows about tiers and churn."""
        from analysis.selectors.insights import open_published
        from crm.extensions import offer_insights

        offer_insights(open_published)
