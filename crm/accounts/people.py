"""Accounts and teams as an administrator types them, and the mail that lets somebody in."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import get_adapter
from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from django import forms
from django.conf import settings
from django.contrib.auth.validators import UnicodeUsernameValidator
from django.http import HttpRequest
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from crm.models import Role, Team, TokenScope, User
from crm.services.tokens import LONGEST_DAYS
from crm.services.users import Account

NO_ROLE = _("none yet: signs in and sees nothing")


class AccountForm(forms.Form):
    """One account."""

    name = forms.CharField(label=pgettext_lazy("a person", "Name"), max_length=100)
    username = forms.CharField(
        label=_("User name"), max_length=150, validators=[UnicodeUsernameValidator()], strip=True
    )
    email = forms.EmailField(label=_("Mail address"), max_length=254)
    role = forms.ChoiceField(label=_("Role"), choices=[("", NO_ROLE), *Role.choices], required=False)
    team = forms.ModelChoiceField(
        Team.objects.all(), label=_("Team"), required=False, empty_label=_("none"), blank=True
    )
    language = forms.ChoiceField(label=_("Language"), choices=settings.LANGUAGES)
    is_active = forms.BooleanField(
        label=_("The account is open"),
        help_text=_("Closed, it signs in nowhere; what its owner did stays on record."),
        required=False,
        initial=True,
    )

    def __init__(self, *args: Any, user: User | None = None, **kwargs: Any) -> None:
        initial = {name: getattr(user, name) for name in Account.__slots__} if user else {}
        super().__init__(*args, **{"initial": initial, **kwargs})
        if user is None:
            del self.fields["is_active"]

    def account(self) -> Account:
        """Return what was typed."""
        return Account(**self.cleaned_data)


class TeamForm(forms.Form):
    """A team."""

    name = forms.CharField(label=_("Name"), max_length=100)


class TokenForm(forms.Form):
    """A token to be made."""

    name = forms.CharField(label=_("What it is for"), max_length=80)
    scopes = forms.MultipleChoiceField(
        label=_("May read"), choices=TokenScope.choices, widget=forms.CheckboxSelectMultiple
    )
    days = forms.IntegerField(label=_("Works for days"), min_value=1, max_value=LONGEST_DAYS, initial=90)


def send_invitation(request: HttpRequest, user: User) -> None:
    """Send somebody the mail by which they choose a password, in their language; raises OSError and SMTPException."""
    key = default_token_generator.make_token(user)
    path = reverse("account_reset_password_from_key", args=[user_pk_to_url_str(user), key])
    context = {
        "user": user,
        "url": request.build_absolute_uri(path),
        "sign_in_url": request.build_absolute_uri(reverse("account_login")),
        "hours": settings.PASSWORD_RESET_TIMEOUT // 3600,
        "company_name": settings.COMPANY_NAME,
    }
    with translation.override(user.language or settings.LANGUAGE_CODE):
        get_adapter().send_mail("account/email/invitation", user.email, context)
