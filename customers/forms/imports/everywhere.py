"""What is the same for every row, how rows find their records, whose word counts, and by what right."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from crm.models import User
from customers.imports.columns.base import Layout
from customers.imports.kinds import Kind
from customers.models import Campaign
from customers.selectors.profiles import possible_owners, source_choices, team_choices
from customers.services import imports

# Asked of every file of these kinds that has no column for them.
ASKED = {Kind.CUSTOMERS: ("source", "consent_basis")}
# Offered for every row, where the kind has such a field.
OFFERED = (
    "source",
    "consent_basis",
    "campaign",
    "owner",
    "team",
    "salesperson",
    "rep",
    "currency",
    "exchange_rate",
)
NOT_KNOWN = "-"
CONSENT_BASES = (
    _("The person's consent"),
    _("A contract or an order"),
    _("A business card handed over"),
    _("Public business contact data"),
    _("A duty by law"),
)
EVERY_FIELD = "*"
_LONGEST = 200


class EverywhereForm(forms.Form):
    """One value for all rows, for fields that no column feeds."""

    def __init__(
        self,
        *args: Any,
        user: User,
        layout: Layout,
        fed: Collection[str],
        wishes: Mapping[str, Any],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        names = {column.field for column in layout.columns}
        asked = ASKED.get(layout.kind, ())
        for name in OFFERED:
            if name in names and name not in fed:
                self.initial[name] = _constant(wishes, name)
                self.fields[name] = _asking(user, layout, name, self.initial[name], is_asked=name in asked)

    def into(self, wishes: dict[str, Any]) -> None:
        """Write the values into a mapping, except for fields that a column feeds by now."""
        for name in self.fields:
            value = self.cleaned_data[name]
            current = wishes.get(name)
            if isinstance(current, str) or (isinstance(current, dict) and "header" in current):
                continue
            wishes.pop(name, None)
            if value == NOT_KNOWN:
                wishes[name] = None
            elif value:
                wishes[name] = {"constant": value}


class RulesForm(forms.Form):
    """How a row finds the customer that it is about, and whose word counts where they differ."""

    match = forms.MultipleChoiceField(
        label=_("A row is a customer that we know if it has the same"),
        choices=imports.MatchRule.choices,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Tried in the order of the numbers."),
    )
    conflict = forms.ChoiceField(
        label=_("Where a row says otherwise than the record"),
        choices=imports.ConflictPolicy.choices,
        widget=forms.RadioSelect,
        help_text=_("A blank cell never erases anything."),
    )

    def __init__(self, *args: Any, kind: Kind, rules: imports.MatchRules, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        policies = imports.policy_fields(kind)
        self.initial["match"], self.initial["conflict"] = list(rules.match), rules.policy(EVERY_FIELD)
        if kind is not Kind.CUSTOMERS:
            del self.fields["match"]
        else:
            self._ask_for_order(rules.match)
        if not policies:
            del self.fields["conflict"]
        for name, label in policies.items():
            self.fields[_conflict(name)] = forms.ChoiceField(
                label=label,
                required=False,
                choices=[("", _("as above")), *imports.ConflictPolicy.choices],
                initial=rules.conflicts.get(name, ""),
            )

    def _ask_for_order(self, match: Sequence[str]) -> None:
        """List the rules, those that count first as they are tried, each with its place."""
        labels = dict(imports.MatchRule.choices)
        ordered = [*match, *(name for name in imports.MatchRule.values if name not in match)]
        self.fields["match"].choices = [(name, labels[name]) for name in ordered]  # type: ignore[attr-defined]
        for name in ordered:
            self.fields[_place(name)] = forms.IntegerField(
                label=gettext("Place of: %(rule)s") % {"rule": labels[name]},
                required=False,
                min_value=1,
                max_value=len(ordered),
                widget=forms.NumberInput({"class": "form-control"}),
                initial=match.index(name) + 1 if name in match else None,
            )

    def match_rows(self) -> list[tuple[Any, forms.BoundField]]:
        """Return the box of each rule with the field for its place."""
        return [(box, self[_place(box.data["value"])]) for box in self["match"]]

    def _matched(self, before: Sequence[str]) -> tuple[str, ...]:
        """Return the ticked rules by their places; those without one follow, in the order that they had."""
        last = len(imports.MatchRule.values) + 1
        usual = [*before, *imports.MatchRule.values]
        places = {name: self.cleaned_data[_place(name)] or last for name in self.cleaned_data["match"]}
        return tuple(sorted(places, key=lambda name: (places[name], usual.index(name))))

    def fields_apart(self) -> list[forms.BoundField]:
        """Return the fields that ask about one field of the records each."""
        return [self[name] for name in self.fields if name.startswith("conflict-")]

    def rules(self, before: imports.MatchRules) -> imports.MatchRules:
        """Return the rules as they were chosen; what is not asked of this kind stays as it was."""
        cleaned = self.cleaned_data
        match, conflicts = before.match, dict(before.conflicts)
        if "match" in self.fields:
            match = self._matched(before.match)
        if "conflict" in self.fields:
            apart = {
                name.removeprefix("conflict-"): value
                for name, value in cleaned.items()
                if name.startswith("conflict-") and value
            }
            conflicts = {EVERY_FIELD: cleaned["conflict"], **apart}
        return imports.MatchRules(match=match, conflicts=conflicts)


class ConsentForm(forms.Form):
    """By what right sensitive columns are kept; or that they are left out."""

    sensitive = forms.ChoiceField(
        label=_("Sensitive columns"),
        choices=[("leave", _("Leave them out")), ("keep", _("Keep them, for the purpose below"))],
        widget=forms.RadioSelect,
        initial="leave",
    )
    basis = forms.CharField(label=_("Basis of consent"), max_length=_LONGEST, required=False)
    purpose = forms.CharField(label=_("What are they needed for?"), max_length=_LONGEST, required=False)
    evidence = forms.CharField(
        label=_("Where is the consent on record?"),
        max_length=_LONGEST,
        required=False,
        help_text=_("The form, contract or message by which the people agreed."),
    )
    given_on = forms.DateField(
        label=_("Consent given on"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )

    def clean(self) -> dict[str, Any]:
        """Ask for everything that keeping needs."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if cleaned.get("sensitive") == "keep":
            for name in ("basis", "purpose", "evidence", "given_on"):
                if name not in self.errors and not cleaned.get(name):
                    self.add_error(name, gettext("Keeping sensitive values needs this; else leave them out."))
        return cleaned


class SaveForm(forms.Form):
    """Under which name the mapping is kept."""

    save_as = forms.CharField(
        label=_("Keep this mapping as"),
        max_length=100,
        required=False,
        help_text=_("Then a file with the same columns is matched by itself next time."),
    )


def _conflict(name: str) -> str:
    return f"conflict-{name}"


def _place(rule: str) -> str:
    return f"place-{rule}"


def _constant(wishes: Mapping[str, Any], name: str) -> str:
    if name not in wishes:
        return ""
    wish = wishes[name]
    if wish is None:
        return NOT_KNOWN
    return str(wish.get("constant", "")) if isinstance(wish, dict) else ""


def _asking(user: User, layout: Layout, name: str, now: str, *, is_asked: bool) -> forms.Field:
    label = str(layout.column(name).label)
    known = _known(user, name)
    if known is None:
        return forms.CharField(label=label, required=is_asked, max_length=_LONGEST)
    if now not in {"", NOT_KNOWN, *dict(known)}:
        known.append((now, now))  # said in the other language, or of somebody who has left
    first = [("", _("Choose …")), (NOT_KNOWN, _("Not known: leave it blank"))] if is_asked else [("", "–")]
    return forms.ChoiceField(label=label, required=is_asked, choices=[*first, *known])


def _known(user: User, name: str) -> list[tuple[str, str]] | None:
    """Return what can be chosen for a field; None if anything can be written."""
    if name in {"owner", "salesperson", "rep"}:
        return [(each.username, str(each)) for each in possible_owners(user)]
    if name == "team":
        return [(each.name, each.name) for each in team_choices(user)]
    if name == "source":
        return [(each.name, each.name) for each in source_choices()]
    if name == "campaign":
        return [(each.name, each.name) for each in Campaign.objects.all()]
    if name == "consent_basis":
        return [(str(each), str(each)) for each in CONSENT_BASES]
    return None
