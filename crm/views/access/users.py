"""Accounts of colleagues: the list, inviting, changing, closing, and what is done for somebody who is locked out."""

from __future__ import annotations

from smtplib import SMTPException
from typing import Any

import structlog
from allauth.account.decorators import reauthentication_required
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from crm.accounts.people import AccountForm, send_invitation
from crm.models import User
from crm.policy import can, require
from crm.services import audit, factors, sign_ins, users
from crm.services.users import UserError

UNPROCESSABLE = 422
log = structlog.get_logger(__name__)


@require_safe
def user_list(request: HttpRequest) -> HttpResponse:
    """List the accounts, the open ones first."""
    user = require(request.user, "access.view")
    rows = User.objects.select_related("team").order_by("-is_active", "name", "username")
    context = {"rows": rows, "can_manage": can(user, "user.manage"), "tab": "users"}
    return render(request, "access/users.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def invite(request: HttpRequest) -> HttpResponse:
    """Make an account, and mail its owner how to choose a password."""
    require(request.user, "user.manage")
    return _invite(request) if request.method == "POST" else _form(request, AccountForm())


@reauthentication_required  # type: ignore[untyped-decorator]
def _invite(request: HttpRequest) -> HttpResponse:
    actor = require(request.user, "user.manage")
    form = AccountForm(request.POST)
    if form.is_valid():
        try:
            invited = users.invite(form.account(), actor=actor)
        except UserError as error:
            form.add_error(error.field, str(error))
        else:
            _mail(request, invited)
            return redirect("user", invited.pk)
    return _form(request, form, status=UNPROCESSABLE)


@require_http_methods(["GET", "HEAD", "POST"])
def edit_user(request: HttpRequest, pk: int) -> HttpResponse:
    """Show an account, and change it by POST."""
    require(request.user, "user.manage")
    user = _user(pk)
    if request.method == "POST":
        answer: HttpResponse = _change(request, user)
        return answer
    return _form(request, AccountForm(user=user), user=user)


@reauthentication_required  # type: ignore[untyped-decorator]
def _change(request: HttpRequest, user: User) -> HttpResponse:
    actor = require(request.user, "user.manage")
    form = AccountForm(request.POST, user=user)
    if form.is_valid():
        try:
            users.change(user.pk, form.account(), actor=actor)
        except UserError as error:
            form.add_error(error.field, str(error))
        else:
            messages.success(request, _("Saved."))
            return redirect("users")
    return _form(request, form, user=user, status=UNPROCESSABLE)


@require_POST
def send_again(request: HttpRequest, pk: int) -> HttpResponse:
    """Mail somebody anew how to choose a password."""
    require(request.user, "user.manage")
    answer: HttpResponse = _send_again(request, _user(pk))
    return answer


@reauthentication_required  # type: ignore[untyped-decorator]
def _send_again(request: HttpRequest, user: User) -> HttpResponse:
    actor = require(request.user, "user.manage")
    if not user.is_active or not user.email:
        messages.error(request, _("The account is closed or has no mail address."))
    else:
        # On record before it leaves: whoever gets the mail chooses the password.
        audit.record(actor, "user.mail", f"user:{user.pk}")
        _mail(request, user)
    return redirect("user", user.pk)


@require_POST
def sign_out(request: HttpRequest, pk: int) -> HttpResponse:
    """End every sign-in of somebody."""
    actor = require(request.user, "user.manage")
    sign_ins.end_all(_user(pk), actor=actor)
    messages.success(request, _("Signed out everywhere."))
    return redirect("user", pk)


@require_POST
def take_factors(request: HttpRequest, pk: int) -> HttpResponse:
    """Take the second factors of somebody who lost them."""
    require(request.user, "user.manage")
    answer: HttpResponse = _take_factors(request, _user(pk))
    return answer


@reauthentication_required  # type: ignore[untyped-decorator]
def _take_factors(request: HttpRequest, user: User) -> HttpResponse:
    actor = require(request.user, "user.manage")
    factors.take_away(user, actor=actor)
    sign_ins.end_all(user, actor=actor)
    messages.success(request, _("The second factors are gone; a new one can be set up."))
    return redirect("user", user.pk)


def _user(pk: int) -> User:
    user = User.objects.select_related("team").filter(pk=pk).first()
    if user is None:
        raise Http404
    return user


def _mail(request: HttpRequest, user: User) -> None:
    try:
        send_invitation(request, user)
    except (OSError, SMTPException) as error:
        log.warning("mail_failed", user=user.pk, error=type(error).__name__)
        messages.error(request, _("The account is kept, but the mail could not be sent. Try again later."))
    else:
        messages.success(
            request, _("A mail is on its way: by its link %(name)s chooses a password.") % {"name": user}
        )


def _form(
    request: HttpRequest, form: AccountForm, *, user: User | None = None, status: int = 200
) -> HttpResponse:
    context: dict[str, Any] = {
        "form": form,
        "account": user,
        "title": str(user) if user else _("Invite a colleague"),
        "crumbs": [{"label": _("Users"), "url": reverse("users")}],
        "sign_ins": sign_ins.current(user) if user else (),
        "has_factor": factors.has_factor(user) if user else False,
    }
    return render(request, "access/user.html", context, status=status)
