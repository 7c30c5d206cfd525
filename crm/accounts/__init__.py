"""How accounts are had and how people come in: an administrator makes them, nobody signs up."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.forms import LoginForm
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from django.contrib.auth.base_user import AbstractBaseUser
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from crm.sealing.texts import open_text, seal_text
from crm.services.factors import PLACE


class ClosedSignupAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Sign-in without sign-up."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Nobody may create an account for themselves."""
        return False


class KnownPeopleAdapter(DefaultSocialAccountAdapter):  # type: ignore[misc]
    """Sign-in by the company's directory, for those who have an account here."""

    def is_open_for_signup(self, request: HttpRequest, sociallogin: Any) -> bool:
        """Who is in the directory and has no account here is told so."""
        return False


class SealedFactorsAdapter(DefaultMFAAdapter):  # type: ignore[misc]
    """Second factors whose secrets stand sealed in the database."""

    def encrypt(self, text: str) -> str:
        """Seal a secret."""
        return seal_text(text, PLACE)

    def decrypt(self, encrypted_text: str) -> str:
        """Open a secret; raises SealError."""
        return open_text(encrypted_text, PLACE)

    def get_totp_issuer(self) -> str:
        """Return the name under which an authenticator app lists the account."""
        return "Kezhi"

    def get_totp_label(self, user: AbstractBaseUser) -> str:
        """Return whose account it is, as the app shows it."""
        return str(user.get_username())


class SignInForm(LoginForm):  # type: ignore[misc]
    """The sign-in form, which says above the field what to type into it."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        login = self.fields["login"]
        login.label = _("User name or mail address")
        login.widget.attrs |= {"placeholder": "", "autocomplete": "username"}
