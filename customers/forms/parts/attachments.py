"""A file about a customer."""

from typing import Any, cast

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from customers.forms.parts.base import PartForm
from customers.models import Attachment, Interaction

INTERACTIONS_OFFERED = 20


class AttachmentForm(PartForm):
    """A file, and the interaction that it belongs to; of one that is kept only what it is called can be changed."""

    file = forms.FileField(label=_("File"))

    class Meta:
        model = Attachment
        fields = ("name", "interaction")

    field_order = ("file", "name", "interaction")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.is_new:
            del self.fields["name"]
            most = _("Up to %(size)s MB: pictures, sound, films, PDF, office documents, text.")
            self.fields["file"].help_text = most % {"size": settings.UPLOAD_MAX_MB}
        else:
            del self.fields["file"]
        choice = cast("forms.ModelChoiceField[Interaction]", self.fields["interaction"])
        latest = Interaction.objects.filter(customer=self.whose)[:INTERACTIONS_OFFERED]
        offered = [self.instance.interaction_id, *(each.pk for each in latest)]
        choice.queryset = Interaction.objects.filter(pk__in=offered)
