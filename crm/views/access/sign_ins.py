"""The browsers that one is signed in with, and ending them."""

from __future__ import annotations

from allauth.account.decorators import reauthentication_required
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from crm.models import SignIn, User
from crm.services import sign_ins


@require_safe
def own_sign_ins(request: HttpRequest) -> HttpResponse:
    """List the browsers that the reader is signed in with."""
    user = _reader(request)
    context = {"rows": sign_ins.current(user), "here": request.session.session_key}
    return render(request, "access/sign_ins.html", context)


@require_POST
def end_one(request: HttpRequest, pk: int) -> HttpResponse:
    """End one of one's own sign-ins, once proven who one is; ending this one signs out."""
    if not SignIn.objects.filter(pk=pk, user=_reader(request)).exists():
        raise Http404
    answer: HttpResponse = _end_one(request, pk)
    return answer


@require_POST
def end_others(request: HttpRequest) -> HttpResponse:
    """End every sign-in of one's own but this one, once proven who one is: a thief shall not shut out the owner."""
    _reader(request)
    answer: HttpResponse = _end_others(request)
    return answer


@reauthentication_required  # type: ignore[untyped-decorator]
def _end_one(request: HttpRequest, pk: int) -> HttpResponse:
    user = _reader(request)
    sign_ins.end(pk, actor=user)
    messages.success(request, _("Signed out there."))
    return redirect("sign_ins")


@reauthentication_required  # type: ignore[untyped-decorator]
def _end_others(request: HttpRequest) -> HttpResponse:
    user = _reader(request)
    sign_ins.end_all(user, actor=user, but=str(request.session.session_key))
    messages.success(request, _("Signed out everywhere else."))
    return redirect("sign_ins")


def _reader(request: HttpRequest) -> User:
    if not isinstance(request.user, User):
        raise PermissionDenied
    return request.user
