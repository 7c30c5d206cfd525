"""What the forms of all record kinds have in common."""

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING, Any, ClassVar, cast

from django import forms
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db.models import Model
from django.http import QueryDict
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from crm.models import User
from crm.policy import Scope, scope_of
from customers.forms.parts.fields import CustomerField, NamedField, NewOrKnownField
from customers.forms.profiles import NOTHING, RegionField
from customers.models import ChannelKind, Customer
from customers.models.scope import CustomerChild
from customers.selectors import profiles

ONCE: dict[str, Any] = {NON_FIELD_ERRORS: {"unique_together": _("This is on record already.")}}
STATE_LENGTH = 64
SOURCE = "collected_by"

if TYPE_CHECKING:
    _Base = forms.ModelForm[CustomerChild]
else:
    _Base = forms.ModelForm


class PartForm(_Base):
    """One row of a customer; ``seen`` is the digest of how it stood when it was opened.

    ``today`` names the days that are today's until told otherwise, ``signed`` the field that names a colleague:
    whoever writes the row, unless they may choose among several. ``sourced``: the row is part of the profile, of
    which one may say how it was learned.
    """

    today: ClassVar[tuple[str, ...]] = ()
    signed: ClassVar[str] = ""
    sourced: ClassVar[bool] = False

    instance: Any

    seen = forms.CharField(required=False, max_length=STATE_LENGTH, widget=forms.HiddenInput)

    def __init__(
        self,
        data: Any = None,
        files: Any = None,
        *,
        user: User,
        customer: Customer,
        owner: str = "customer",
        row: CustomerChild | None = None,
        state: str = "",
    ) -> None:
        fresh = row if row is not None else self._meta.model(**{owner: customer})
        stem = str(fresh._meta.model_name)
        super().__init__(data, files, instance=fresh, auto_id=f"{stem}-%s", initial={"seen": state})
        self.user, self.whose, self.owner = user, customer, owner
        self.is_new = row is None
        if self.sourced:
            self.fields[SOURCE] = forms.ChoiceField(
                label=_("How we learned it"), choices=[("", NOTHING), *ChannelKind.choices], required=False
            )
        for name, field in self.fields.items():
            self._dress(name, field)
        self._offer_colleagues()
        if self.visible_fields():
            # Whoever opens the form wants to type at once.
            self.visible_fields()[0].field.widget.attrs["autofocus"] = True

    def changes(self) -> dict[str, Any]:
        """Return what is to be written: all of a new row, of another what differs from how it stands."""
        names = (
            self.fields if self.is_new else [name for name in self.changed_data if not self._as_shown(name)]
        )
        return {name: self.cleaned_data[name] for name in names if name not in {"seen", SOURCE}}

    @property
    def collected_by(self) -> str:
        """How the row was learned, if somebody said so."""
        return str(self.cleaned_data.get(SOURCE, ""))

    def with_state(self, state: str) -> None:
        """Let what was typed be sent again, over the row as it stands now."""
        typed = cast(QueryDict, self.data).copy()
        typed["seen"] = state
        self.data = typed

    def _as_shown(self, name: str) -> bool:
        """Whether a time differs by less than the field shows: seconds that nobody saw are no change."""
        before, after = self.initial.get(name), self.cleaned_data[name]
        if not (isinstance(before, datetime) and isinstance(after, datetime)):
            return False
        return before.replace(second=0, microsecond=0) == after

    def _dress(self, name: str, field: forms.Field) -> None:
        """Give a field the widget that fits what it holds, and what it suggests."""
        if isinstance(field, forms.DateField):
            field.widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
        elif isinstance(field, forms.DateTimeField):
            field.widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
        elif isinstance(field, forms.ModelChoiceField):
            field.empty_label = NOTHING
        elif isinstance(field, forms.TypedChoiceField) and not field.required:
            field.choices = [("", NOTHING), *list(cast(Iterable[Any], field.choices))[1:]]
        if self.is_new and name in self.today:
            days = isinstance(field, forms.DateField)
            self.initial[name] = timezone.localdate() if days else timezone.localtime()
        if isinstance(field, CustomerField):
            seen = Customer.objects.visible_to(self.user)
            field.among = seen.filter(kind=field.kind) if field.kind else seen
        self._suggest(name, field)

    def _suggest(self, name: str, field: forms.Field) -> None:
        """Let a field ask for suggestions while somebody types; without scripts the words alone do."""
        if isinstance(field, RegionField):
            what = "region"
        elif isinstance(field, NamedField | NewOrKnownField):
            what = field.choices_of
        else:
            return
        place = f"{self._meta.model._meta.model_name}-{name}-choices"
        field.widget.attrs |= {
            "list": place,
            "autocomplete": "off",
            "hx-get": f"{reverse('customers:choices', args=[what])}?for={name}",
            "hx-trigger": "input changed delay:150ms, focus once",
            "hx-target": f"#{place}",
            "hx-swap": "innerHTML",
            "hx-sync": "this:replace",
        }

    def suggesting(self) -> list[str]:
        """Return the ids of the lists in which suggestions appear."""
        lists = [field.widget.attrs.get("list", "") for field in self.fields.values()]
        return [place for place in lists if place]

    def _offer_colleagues(self) -> None:
        """Let those who see more than their own customers say whose it was; of others it is their own."""
        if self.signed not in self.fields:
            return
        if scope_of(self.user, "customer.edit") < Scope.TEAM:
            del self.fields[self.signed]
            return
        field = cast("forms.ModelChoiceField[User]", self.fields[self.signed])
        signed_by = self.instance._meta.get_field(self.signed).value_from_object(self.instance)
        field.queryset = profiles.possible_owners(self.user, beside=signed_by)
        if self.is_new:
            self.initial.setdefault(self.signed, self.user.pk)

    def _update_errors(self, errors: ValidationError) -> None:
        """Say of the form what is wrong with the customer, who is no field of it: there is such a row already."""
        found = getattr(errors, "error_dict", {})
        if self.owner in found and self.owner not in self.fields:
            del found[self.owner]
            self.add_error(None, ONCE[NON_FIELD_ERRORS]["unique_together"])
        super()._update_errors(errors)  # type: ignore[misc]

    def _get_validation_exclusions(self) -> set[str]:
        """Have what must be unique checked with the customer, who is no field; what is new itself can't be yet."""
        new = {
            name
            for name, value in self.cleaned_data.items()
            if isinstance(value, Model) and value._state.adding
        }
        return (super()._get_validation_exclusions() - {self.owner}) | new  # type: ignore[misc,no-any-return]
