"""How accounts are had: an administrator makes them, nobody signs up."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.forms import LoginForm
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _


class ClosedSignupAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Sign-in without sign-up."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Nobody may create an account for themselves."""
        return False


class SignInForm(LoginForm):  # type: ignore[misc]
    """The sign-in form, which says above the field what to type into it."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        login = self.fields["login"]
        login.label = _("User name or mail address")
        login.widget.attrs |= {"placeholder": "", "autocomplete": "username"}
