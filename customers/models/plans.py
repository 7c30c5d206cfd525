"""What a rep is to reach in a month."""

from __future__ import annotations

from typing import ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from crm.history import tracked
from crm.models import User
from crm.policy import Scope, scope_of


class SalesPlanQuerySet(models.QuerySet["SalesPlan"]):
    """Plans as somebody may see them."""

    def visible_to(self, user: User) -> Self:
        """Keep one's own; a manager's team; all for who sees the whole company."""
        scope = scope_of(user, "plan.view")
        if scope is Scope.ALL:
            return self
        if scope is Scope.NONE:
            return self.none()
        mine = Q(user=user)
        if scope is Scope.TEAM and user.team_id is not None:
            mine |= Q(user__team=user.team_id)
        return self.filter(mine)


@tracked()
class SalesPlan(models.Model):
    """Targets of one person for one month (销售计划): net revenue in the company currency, and visits."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("who"),
        on_delete=models.CASCADE,
        related_name="sales_plans",
    )
    month = models.DateField(_("month"))
    revenue = models.DecimalField(_("net revenue"), max_digits=18, decimal_places=2)
    visits = models.PositiveIntegerField(_("visits"))
    set_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("set by"),
        null=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    version = models.PositiveIntegerField(_("version"), default=1)

    objects = SalesPlanQuerySet.as_manager()

    class Meta:
        verbose_name = _("sales plan")
        verbose_name_plural = _("sales plans")
        ordering: ClassVar = ["-month", "user_id"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["user", "month"], name="one_plan_a_month"),
            models.CheckConstraint(
                name="plan_month_from_its_first", condition=Q(month__day=1) & Q(revenue__gte=0)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.month:%Y-%m} {self.user}"
