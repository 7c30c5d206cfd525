"""Notes on days: what the charts over time should say."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from analysis.forms.annotations import AnnotationForm
from analysis.models import Annotation
from analysis.selectors.annotations import annotations_for
from analysis.services.annotations import add_annotation, drop_annotation
from crm.policy import Scope, can, require, scope_of

MOST_SHOWN = 200
UNPROCESSABLE = 422


@require_http_methods(["GET", "HEAD", "POST"])
def annotations(request: HttpRequest) -> HttpResponse:
    """List the notes that one may see; a POST adds one."""
    user = require(request.user, "analysis.view")
    form = AnnotationForm(request.POST or None)
    if request.method == "POST":
        require(user, "analysis.annotate")
        if form.is_valid():
            add_annotation(actor=user, day=form.cleaned_data["day"], text=form.cleaned_data["text"])
            messages.success(request, _("Noted. Charts over time show it."))
            return redirect("analysis:annotations")
    drops_any = scope_of(user, "analysis.annotate") is Scope.ALL
    context = {
        "form": form,
        "can_note": can(user, "analysis.annotate"),
        "notes": [
            {"note": note, "can_drop": drops_any or note.author_id == user.pk}
            for note in annotations_for(user)[:MOST_SHOWN]
        ],
        "crumbs": [{"label": _("Analysis"), "url": reverse("analysis:overview")}],
    }
    status = UNPROCESSABLE if request.method == "POST" else 200
    return render(request, "analysis/annotations.html", context, status=status)


@require_POST
def annotation_drop(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a note back."""
    user = require(request.user, "analysis.annotate")
    try:
        drop_annotation(pk, actor=user)
    except Annotation.DoesNotExist as error:
        raise Http404 from error
    except PermissionDenied as error:
        raise PermissionDenied(_("Only its author can take this note back.")) from error
    messages.success(request, _("The note is gone."))
    return redirect("analysis:annotations")
