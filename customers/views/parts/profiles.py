"""How to reach a customer, where they live, what they need and what we wish of them."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crm.templatetags.format import day, number
from customers.forms.parts.profiles import AddressForm, ContactPointForm, NeedForm, WishForm
from customers.forms.parts.regions import ResidenceForm
from customers.models import Address, ContactKind, ContactPoint, Need, Residence, WishListEntry
from customers.selectors.profiles import spoken
from customers.views.parts.kind import Kind, Line, together

_CALLED = {ContactKind.MOBILE: "tel", ContactKind.PHONE: "tel", ContactKind.EMAIL: "mailto"}


def _contact(row: ContactPoint) -> Line:
    scheme = _CALLED.get(ContactKind(row.kind), "")
    readable = row.value.startswith("+") or "@" in row.value
    return Line(
        title=spoken(row.value),
        details=together(row.get_kind_display(), row.get_place_display()),
        url=f"{scheme}:{row.value.partition(';')[0]}" if scheme and readable else "",
        tag=_("primary") if row.is_primary else "",
    )


def _address(row: Address) -> Line:
    place = str(row.region or "")
    return Line(
        title=" ".join(filter(None, [place if place not in row.street else "", row.street])),
        details=together(row.get_place_display(), row.postcode),
    )


def _residence(row: Residence) -> Line:
    area = _("%(area)s m²") % {"area": number(row.floor_area, 1)} if row.floor_area else ""
    return Line(
        title=together(row.living_area, row.get_property_type_display()) or "–",
        details=together(area, row.get_tenure_display()),
    )


def _need(row: Need) -> Line:
    return Line(
        title=row.statement,
        details=day(row.noted_on),
        tag=_("met") if row.is_met else _("not met"),
        tone="good" if row.is_met else "",
    )


def _wish(row: WishListEntry) -> Line:
    return Line(title=str(row.year), details=together(row.owner), text=row.next_step)


KINDS: dict[str, Kind] = {
    "contacts": Kind(
        model=ContactPoint,
        form=ContactPointForm,
        line=_contact,
        title=gettext_lazy("Phones and mail"),
        add=gettext_lazy("Add a phone or mail address"),
        empty=gettext_lazy("No phone or mail address is known yet."),
        icon="telephone",
        tab="profile",
    ),
    "addresses": Kind(
        model=Address,
        form=AddressForm,
        line=_address,
        title=gettext_lazy("Addresses"),
        add=gettext_lazy("Add an address"),
        empty=gettext_lazy("No address is known yet."),
        icon="geo-alt",
        tab="profile",
        related=("region",),
    ),
    "residence": Kind(
        model=Residence,
        form=ResidenceForm,
        line=_residence,
        title=gettext_lazy("Living area and property"),
        add=gettext_lazy("Note where they live"),
        empty=gettext_lazy("Nothing is known of where and how they live."),
        icon="house",
        tab="relations",
        related=("living_area",),
        single=True,
    ),
    "needs": Kind(
        model=Need,
        form=NeedForm,
        line=_need,
        title=gettext_lazy("Needs"),
        add=gettext_lazy("Note a need"),
        empty=gettext_lazy("They have not spoken of a need yet: ask what bothers them most."),
        icon="bullseye",
        tab="behaviour",
    ),
    "wishes": Kind(
        model=WishListEntry,
        form=WishForm,
        line=_wish,
        title=gettext_lazy("Wish list"),
        add=gettext_lazy("Put on the wish list"),
        empty=gettext_lazy("Not on the wish list."),
        icon="star",
        tab="relations",
        related=("owner",),
    ),
}
