"""What was done about customers at risk, and what came of it."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from crm.history import tracked
from crm.sensitivity import personal
from customers.models.profiles import Customer
from customers.models.scope import CustomerChild


class CaseState(models.TextChoices):
    """How far the work on a customer at risk has come. Nobody has begun with an open one."""

    OPEN = "open", pgettext_lazy("customer at risk", "Open")
    CONTACTED = "contacted", pgettext_lazy("customer at risk", "Contacted")
    WON_BACK = "won_back", pgettext_lazy("customer at risk", "Won back")
    LOST = "lost", pgettext_lazy("customer at risk", "Lost")
    FALSE_ALARM = "false_alarm", pgettext_lazy("customer at risk", "False alarm")


CLOSED = (CaseState.WON_BACK, CaseState.LOST, CaseState.FALSE_ALARM)


@tracked()
class ChurnCase(CustomerChild):
    """A customer whom the analysis flagged, from the first contact to the outcome (流失跟进).

    At most one is unfinished for each customer; flagged again after an outcome, a new one begins.
    """

    customer = models.ForeignKey(
        Customer, verbose_name=_("customer"), on_delete=models.CASCADE, related_name="churn_cases"
    )
    flagged_on = models.DateField(_("flagged on"))
    state = models.CharField(
        _("state"), max_length=11, choices=CaseState.choices, default=CaseState.CONTACTED
    )
    note = personal(models.CharField(_("note"), max_length=300, blank=True))
    worked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("worked by"),
        null=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    contacted_at = models.DateTimeField(_("contacted at"))
    closed_at = models.DateTimeField(_("closed at"), null=True, blank=True)
    version = models.PositiveIntegerField(_("version"), default=1)

    class Meta:
        verbose_name = _("case of churn")
        verbose_name_plural = _("cases of churn")
        ordering: ClassVar = ["-id"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["customer"], name="one_case_at_a_time", condition=Q(closed_at=None)
            ),
            models.CheckConstraint(
                name="case_closed_with_an_outcome",
                condition=Q(closed_at=None, state=CaseState.CONTACTED)
                | Q(closed_at__isnull=False, state__in=CLOSED),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_state_display()} {self.flagged_on}"
