"""What somebody is let in by: the browsers they are signed in with, and tokens for programs of theirs."""

from typing import ClassVar

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from crm.history import tracked


class SignIn(models.Model):
    """A browser that somebody is signed in with. It lasts as long as its session: the two are ended together."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="sign_ins")
    session_key = models.CharField(max_length=40, unique=True, editable=False)
    address = models.GenericIPAddressField(_("address"), null=True)
    browser = models.CharField(_("browser"), max_length=200, blank=True)
    begun_at = models.DateTimeField(_("signed in"))
    seen_at = models.DateTimeField(_("last seen"))

    class Meta:
        verbose_name = _("sign-in")
        verbose_name_plural = _("sign-ins")
        ordering: ClassVar = ["-seen_at"]

    def __str__(self) -> str:
        return f"{self.user_id} {self.begun_at:%Y-%m-%d %H:%M}"


class TokenScope(models.TextChoices):
    """What a program may read with a token, never more than its owner may."""

    FIELDS = "fields", _("Field dictionary")
    CUSTOMERS = "customers", _("Customers: code, name, kind, region, owner")
    ANALYSIS = "analysis", _("Analysis: rank, tier, revenue and churn of each customer")


@tracked(exclude=["digest", "last_used_at"])
class ApiToken(models.Model):
    """A key that a program of somebody's reads with. Only its digest is kept: it is shown once, when it is made."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="api_tokens")
    name = models.CharField(_("name"), max_length=80)
    # The first signs of the token, by which its owner tells it from others.
    start = models.CharField(_("begins with"), max_length=12)
    digest = models.CharField(max_length=64, unique=True, editable=False)
    scopes = ArrayField(
        models.CharField(max_length=20, choices=TokenScope.choices), verbose_name=_("may read")
    )
    created_at = models.DateTimeField(_("made"), auto_now_add=True)
    expires_at = models.DateTimeField(_("expires"))
    last_used_at = models.DateTimeField(_("last used"), null=True)
    revoked_at = models.DateTimeField(_("revoked"), null=True)

    class Meta:
        verbose_name = _("API token")
        verbose_name_plural = _("API tokens")
        ordering: ClassVar = ["-id"]

    def __str__(self) -> str:
        return self.name
