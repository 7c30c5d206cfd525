"""Sentences that several pages say about a run."""

from django.utils.translation import gettext as _

from analysis.models import AnalysisRun
from crm.templatetags.format import day


def window_sentence(run: AnalysisRun) -> str:
    """Say which days the run's figures are about."""
    return _("%(start)s to %(as_of)s") % {"start": day(run.window_start), "as_of": day(run.as_of)}
