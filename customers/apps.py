"""The customers app's configuration."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CustomersConfig(AppConfig):
    """What we know about customers."""

    name = "customers"
    verbose_name = _("Customers")
