"""Where and how a customer lives or works."""

from django.utils.translation import gettext_lazy as _

from customers.forms.parts.base import PartForm
from customers.forms.profiles import RegionField
from customers.models import Residence


class ResidenceForm(PartForm):
    """The living area and the property."""

    sourced = True

    living_area = RegionField(
        label=_("Living area"),
        required=False,
        max_length=200,
        help_text=_("A name; where it is ambiguous, with what it lies in: 广东 / 深圳."),
    )

    class Meta:
        model = Residence
        fields = ("living_area", "property_type", "floor_area", "tenure")
