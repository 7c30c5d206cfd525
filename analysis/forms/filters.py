"""The filters of the analysis pages: every one is a parameter of the address."""

from dataclasses import replace

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from analysis.selectors.slices import TENTHS
from analysis.selectors.snapshots import Filter
from crm.models import Team, User
from customers.models import Region
from customers.selectors.profiles import known_owners, known_teams, visible_customers

TIERS = [("A", "A"), ("B", "B"), ("C", "C")]
MARKS = [("vip", _("VIP")), ("gold", _("Gold")), ("drag", _("Drag")), ("young", _("Young"))]
MOVES = [("up", _("Moved up")), ("down", _("Moved down")), ("new", _("New"))]
RISKS = [(str(tenth), f"{tenth * 10} % – {tenth * 10 + 10} %") for tenth in range(TENTHS)]
LONGEST_SEARCH = 100


class SnapshotFilters(forms.Form):
    """Which of a run's customers to show. What can't be read is left out, and the page says so."""

    q = forms.CharField(label=_("Search"), required=False, max_length=LONGEST_SEARCH)
    region = forms.ModelChoiceField(label=_("Region"), queryset=Region.objects.all(), required=False)
    team = forms.ModelChoiceField(label=_("Team"), queryset=Team.objects.none(), required=False)
    owner = forms.ModelChoiceField(label=_("Owner"), queryset=User.objects.none(), required=False)
    tier = forms.MultipleChoiceField(label=_("Tier"), choices=TIERS, required=False)
    mark = forms.MultipleChoiceField(label=_("Mark"), choices=MARKS, required=False)
    moved = forms.ChoiceField(label=_("Moved"), choices=[("", ""), *MOVES], required=False)
    churn = forms.ChoiceField(
        label=_("Churn"),
        choices=[("", ""), ("flagged", _("At risk")), ("steady", _("Steady"))],
        required=False,
    )
    reason = forms.CharField(label=_("Reason"), required=False, max_length=40)
    risk = forms.ChoiceField(label=_("Probability of no order"), choices=[("", ""), *RISKS], required=False)
    near = forms.ChoiceField(
        label=_("Near the next tier"), choices=[("", ""), ("yes", _("Yes"))], required=False
    )

    def __init__(self, data: QueryDict, *, user: User) -> None:
        super().__init__(data)
        customers = visible_customers(user)
        # An id that names nobody the viewer knows is left out like one that does not exist.
        self.fields["owner"].queryset = known_owners(user, customers)  # type: ignore[attr-defined]
        self.fields["team"].queryset = known_teams(user, customers)  # type: ignore[attr-defined]
        self.full_clean()

    def scope(self) -> Filter:
        """Return the part that narrows the whole page: where, and whose."""
        read = self.cleaned_data
        return Filter(
            region=_key(read.get("region")), team=_key(read.get("team")), owner=_key(read.get("owner"))
        )

    def rows(self) -> Filter:
        """Return all of it: the rows of the page's list."""
        read = self.cleaned_data
        flagged = {"flagged": True, "steady": False}.get(read.get("churn", ""))
        return replace(
            self.scope(),
            tiers=frozenset(read.get("tier", [])),
            marks=frozenset(read.get("mark", [])),
            moved=read.get("moved", ""),
            near=bool(read.get("near")),
            flagged=flagged,
            reason=read.get("reason", ""),
            risk=int(read["risk"]) if read.get("risk") else None,
            search=read.get("q", "").strip(),
        )


def _key(chosen: Region | Team | User | None) -> int | None:
    return chosen.pk if chosen else None
