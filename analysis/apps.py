"""The analysis app's configuration."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AnalysisConfig(AppConfig):
    """What the records mean."""

    name = "analysis"
    verbose_name = _("Analysis")
