"""What happened on a day, in a few words, to be seen on the charts over time."""

from __future__ import annotations

from typing import ClassVar, Self

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from crm.models import Team, User
from crm.policy import Scope, scope_of


class AnnotationQuerySet(models.QuerySet["Annotation"]):
    """Notes on days."""

    def visible_to(self, user: User | AnonymousUser) -> Self:
        """Keep one's own, those for everybody and one's team's; all of them for who sees every customer."""
        scope = scope_of(user, "analysis.view")
        if scope is Scope.NONE or not isinstance(user, User):
            return self.none()
        if scope is Scope.ALL:
            return self
        seen = Q(author=user) | Q(team=None)
        if user.team_id is not None:
            seen |= Q(team=user.team_id)
        return self.filter(seen)


class Annotation(models.Model):
    """A note on a day; with a ``team`` it is that team's only."""

    day = models.DateField(_("day"))
    text = models.CharField(_("what happened"), max_length=120)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("author"),
        null=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    team = models.ForeignKey(
        Team, verbose_name=_("team"), null=True, blank=True, on_delete=models.CASCADE, related_name="+"
    )
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)

    objects = AnnotationQuerySet.as_manager()

    class Meta:
        verbose_name = _("note on a day")
        verbose_name_plural = _("notes on days")
        ordering: ClassVar = ["-day", "-id"]
        indexes: ClassVar = [models.Index(fields=["day"], name="annotation_day")]

    def __str__(self) -> str:
        return f"{self.day} {self.text}"
