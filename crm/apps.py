"""The platform's app configuration."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CrmConfig(AppConfig):
    """Users, teams, audit trail and jobs."""

    name = "crm"
    verbose_name = _("Platform")

    def ready(self) -> None:
        """Make the Celery application the current one, so that shared tasks bind to it; send logs where they belong."""
        from crm import celery  # noqa: F401 - must follow the app registry
        from crm.accounts import sessions  # noqa: F401 - hears of every sign-in
        from crm.logs import send_to_logging
        from crm.services.notifications import words_for
        from crm.views.notifications import tell_of_jobs, tell_of_views

        send_to_logging()
        words_for("job", tell_of_jobs)
        words_for("view", tell_of_views)
