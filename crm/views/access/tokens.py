"""One's own API tokens: making one, seeing it once, revoking it."""

from __future__ import annotations

from allauth.account.decorators import reauthentication_required
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from crm.accounts.people import TokenForm
from crm.models import ApiToken
from crm.policy import require
from crm.services import tokens


@require_http_methods(["GET", "HEAD", "POST"])
def own_tokens(request: HttpRequest) -> HttpResponse:
    """List one's own tokens, and make one by POST."""
    require(request.user, "token.make")
    if request.method != "POST":
        return _page(request, TokenForm())
    answer: HttpResponse = _make(request)
    return answer


@reauthentication_required  # type: ignore[untyped-decorator]
def _make(request: HttpRequest) -> HttpResponse:
    actor = require(request.user, "token.make")
    form = TokenForm(request.POST)
    if not form.is_valid():
        return _page(request, form, status=422)
    _token, text = tokens.make(actor=actor, **form.cleaned_data)
    return _page(request, TokenForm(), text=text)


@require_POST
def revoke(request: HttpRequest, pk: int) -> HttpResponse:
    """Revoke one of one's own tokens."""
    actor = require(request.user, "token.make")
    if not ApiToken.objects.filter(pk=pk, user=actor).exists():
        raise Http404
    tokens.revoke(pk, actor=actor)
    messages.success(request, _("Revoked: it opens nothing any more."))
    return redirect("tokens")


def _page(request: HttpRequest, form: TokenForm, *, text: str = "", status: int = 200) -> HttpResponse:
    actor = require(request.user, "token.make")
    rows = ApiToken.objects.filter(user=actor, revoked_at=None)
    context = {"rows": rows, "form": form, "text": text, "now": timezone.now()}
    return render(request, "access/tokens.html", context, status=status)
