"""The customers app's configuration."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CustomersConfig(AppConfig):
    """What we know about customers."""

    name = "customers"
    verbose_name = _("Customers")

    def ready(self) -> None:
        """Tell the bell how what happens to records is said."""
        from crm.services.notifications import words_for
        from customers.selectors.told import tell_of_tasks

        words_for("task", tell_of_tasks)
