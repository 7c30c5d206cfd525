"""How accounts are had and how people come in: an administrator makes them, nobody signs up."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.forms import LoginForm
from allauth.mfa.adapter import DefaultMFAAdapter, get_adapter
from allauth.mfa.webauthn.forms import AddWebAuthnForm
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.providers.base import AuthProcess
from django.contrib.auth.base_user import AbstractBaseUser
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from crm.models import User
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

    def pre_social_login(self, request: HttpRequest, sociallogin: Any) -> None:
        """Sign in, and nothing else: whoever sits at an open session binds no directory account to it."""
        if sociallogin.state.get("process") != AuthProcess.LOGIN:
            raise PermissionDenied

    def can_authenticate_by_email(self, login: Any, email: str) -> bool:
        """Whether the directory vouches for the address in so many words, and one account alone has it."""
        told = login.account.extra_data.get("userinfo") or login.account.extra_data.get("id_token") or {}
        return told.get("email_verified") is True and User.objects.filter(email__iexact=email).count() == 1


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


class PasskeyForm(AddWebAuthnForm):  # type: ignore[misc]
    """A passkey or security key to be added, by what the browser says of it."""

    def clean_credential(self) -> dict[str, Any]:
        """Refuse what is no credential: allauth would keep a `0` without looking at it."""
        credential = self.cleaned_data["credential"]
        if not isinstance(credential, dict):
            raise get_adapter().validation_error("incorrect_code")
        return credential


class SignInForm(LoginForm):  # type: ignore[misc]
    """The sign-in form, which says above the field what to type into it."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        login = self.fields["login"]
        login.label = _("User name or mail address")
        login.widget.attrs |= {"placeholder": "", "autocomplete": "username"}
