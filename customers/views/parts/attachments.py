"""Files about a customer: their card, and how one is fetched."""

from django.http import FileResponse, Http404, HttpRequest
from django.template.defaultfilters import filesizeformat
from django.urls import reverse
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from crm.models import User
from crm.policy import require
from crm.templatetags.format import moment
from customers.forms.parts.attachments import AttachmentForm
from customers.forms.parts.base import PartForm
from customers.models import Attachment, Customer
from customers.selectors.parts import part
from customers.services.attachments import attach, open_attachment
from customers.views.parts.kind import Kind, Line, together


@require_safe
def attachment(request: HttpRequest, pk: int) -> FileResponse:
    """Hand out a file to save, never to show; one about a customer out of the viewer's scope is not there."""
    require(request.user, "customer.view")
    user = require(request.user, "personal.view")
    found = part(user, Attachment, pk)
    if found is None:
        raise Http404
    try:
        content = open_attachment(found.row)
    except FileNotFoundError as error:
        raise Http404 from error
    response = FileResponse(
        content, as_attachment=True, filename=found.row.name, content_type=found.row.content_type
    )
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return response


def _attachment(row: Attachment) -> Line:
    return Line(
        title=row.name,
        details=together(filesizeformat(row.size), moment(row.uploaded_at), row.uploaded_by),
        url=reverse("customers:attachment", args=[row.pk]),
    )


def _attach(user: User, customer: Customer, form: PartForm) -> None:
    attach(customer, form.cleaned_data["file"], actor=user, interaction=form.cleaned_data.get("interaction"))


KINDS: dict[str, Kind] = {
    "attachments": Kind(
        model=Attachment,
        form=AttachmentForm,
        line=_attachment,
        title=gettext_lazy("Files"),
        add=gettext_lazy("Add a file"),
        empty=gettext_lazy("No files yet: a contract, a picture of the shop, a recording."),
        icon="file-earmark-arrow-up",
        tab="behaviour",
        related=("uploaded_by",),
        write=_attach,
    ),
}
