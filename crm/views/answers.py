"""What a page answers after it did something: a word about it, how to take it back, and where to go on."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _

RELOAD = "HX-Refresh"


def say(request: HttpRequest, text: str, *, undo_url: str = "") -> None:
    """Leave a word for the next page; ``undo_url`` takes back by POST what was done."""
    # The layout reads the address from the message's tags: it begins with a slash, as no tag does.
    messages.success(request, text, extra_tags=undo_url)


def go_back(request: HttpRequest, otherwise: str) -> HttpResponse:
    """Go to the page that the request names in ``next``, if it is one of ours, else to ``otherwise``.

    A request made by htmx stays where it is and sees that page anew.
    """
    if getattr(request, "htmx", False):
        return HttpResponse(headers={RELOAD: "true"})
    wanted = request.POST.get("next", "")
    ours = url_has_allowed_host_and_scheme(wanted, {request.get_host()}, request.is_secure())
    return HttpResponseRedirect(wanted if ours else otherwise)


def toast(request: HttpRequest, text: str, *, undo_url: str = "", event: str = "") -> HttpResponse:
    """Answer a request made by htmx with a short word in the corner; ``event`` tells the page's scripts."""
    context = {"text": text, "undo_url": undo_url, "undo": _("Undo")}
    response = render(request, "components/toast.html", context)
    if event:
        response["HX-Trigger"] = event
    return response
