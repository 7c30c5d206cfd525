"""The policy as a form: its rules by group, thresholds region by region, the care plan tier by tier."""

from __future__ import annotations

import copy
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django import forms
from django.forms import BoundField
from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from analysis.models.care_rules import TIERS
from analysis.models.reading import plain
from analysis.selectors.policy_words import CARE_LABELS, LABELS, WORDS
from analysis.services.policies import failed_models
from crm.models import User
from crm.policy import Scope, scope_of
from customers.models import Region, RegionLevel
from customers.models.scope import managed_regions
from customers.selectors.regions import RegionFinder

PER_CENT = 100
BLANK_ROWS = 3
LONGEST_REASON = 300
MOST_REGIONS = 400
SUGGESTED_LEVELS = (RegionLevel.AREA, RegionLevel.PROVINCE)


@dataclass(frozen=True, slots=True)
class Rule:
    """One key of the document and what it is: "money", "share" (typed in per cent), "whole" or a word of a list."""

    key: str
    kind: str
    least: int = 0
    most: int = 36_500


GROUPS: tuple[tuple[str | Promise, tuple[Rule, ...]], ...] = (
    (
        gettext_lazy("Tiers of the company"),
        (
            Rule("thresholds.a", "money"),
            Rule("thresholds.b", "money"),
            Rule("window.months", "whole", 1, 1_200),
            Rule("hysteresis", "share"),
            Rule("metric", "word"),
            Rule("returns", "word"),
            Rule("scheme", "word"),
            Rule("pareto.a", "share"),
            Rule("pareto.b", "share"),
        ),
    ),
    (
        gettext_lazy("Share rules"),
        (
            Rule("marks.vip_share", "share"),
            Rule("gold.share", "share"),
            Rule("marks.drag_share", "share"),
            Rule("marks.young_days", "whole"),
        ),
    ),
    (
        gettext_lazy("Potential"),
        (Rule("potential.high_tier", "word"), Rule("potential.closing_steps", "whole", 0, 2)),
    ),
    (
        gettext_lazy("Churn"),
        (
            Rule("churn.flag_at", "share"),
            Rule("churn.horizon_days", "whole", 1, 3_650),
            Rule("churn.model", "word"),
        ),
    ),
    (
        gettext_lazy("Five lists"),
        (
            Rule("attention.key_share_percent", "whole", 0, 100),
            Rule("attention.many", "whole", 1, 1_000),
            Rule("attention.open_days", "whole", 0, 3_650),
            Rule("attention.least_customers_of_a_cause", "whole", 1, 1_000),
            Rule("drag.most_percent", "whole", 1, 100),
            Rule("wish_list.quiet_days", "whole", 1, 3_650),
            Rule("narrow_buyers.most_categories", "whole", 1, 1_000),
            Rule("narrow_buyers.least_peers", "whole", 1, 1_000),
            Rule("narrow_buyers.least_share", "share"),
        ),
    ),
)
CARE = (
    Rule("days", "whole", 0, 3_650),
    Rule("complaint_priority", "word"),
    Rule("complaint_days", "whole", 1, 3_650),
    Rule("discount", "share"),
    Rule("service_level", "word"),
)


@dataclass(frozen=True, slots=True)
class RegionRow:
    """The fields of one region's thresholds."""

    region: BoundField
    a: BoundField
    b: BoundField


class PolicyForm(forms.Form):
    """A draft over the rules in force. A manager's has the thresholds of the regions that they answer for alone.

    ``document`` is that of the rules in force; after validation, :meth:`rules` is the draft's.
    """

    based_on = forms.IntegerField(widget=forms.HiddenInput)
    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        max_length=LONGEST_REASON,
        help_text=gettext_lazy("It stands beside this version for good: what is changed, and why now."),
    )

    def __init__(
        self, data: QueryDict | None, *, user: User, document: Mapping[str, Any], based_on: int
    ) -> None:
        super().__init__(data, initial={"based_on": based_on})
        self.document = document
        self.changes_all = scope_of(user, "policy.edit") is Scope.ALL
        self.allowed = None if self.changes_all else managed_regions(user)
        if self.changes_all:
            for rule in self._rules():
                self.fields[_name(rule.key)] = _field(rule, self._value(rule.key))
            _offer_sound_models(self.fields[_name("churn.model")])
        for number, (code, limits) in enumerate(self._limits(data)):
            self._add_region(number, code, limits)

    def groups(self) -> list[dict[str, Any]]:
        """The groups of fields with their titles."""
        return [
            {
                "title": title,
                "fields": [self[name] for rule in rules if (name := _name(rule.key)) in self.fields],
            }
            for title, rules in (GROUPS if self.changes_all else ())
        ]

    def care(self) -> list[dict[str, Any]]:
        """The care plan: the fields of each tier."""
        return [
            {"tier": tier, "fields": [self[_name(f"care.{tier}.{rule.key}")] for rule in CARE]}
            for tier in (TIERS if self.changes_all else ())
        ]

    def regions(self) -> list[RegionRow]:
        """The rows of regions' thresholds, blank ones last."""
        count = sum(name.startswith("region_") for name in self.fields)
        return [RegionRow(self[f"region_{n}"], self[f"a_{n}"], self[f"b_{n}"]) for n in range(count)]

    def suggestions(self) -> list[str]:
        """Regions to choose from while one is typed."""
        offered = (
            self.allowed if self.allowed is not None else Region.objects.filter(level__in=SUGGESTED_LEVELS)
        )
        return [_suggestion(region) for region in offered[:MOST_REGIONS]]

    def clean(self) -> dict[str, Any]:
        """Find the regions, and hold each pair of thresholds together."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        finder: RegionFinder | None = None
        seen: set[str] = set()
        for row in self.regions():
            text, a, b = (cleaned.get(each.name) for each in (row.region, row.a, row.b))
            if not text:
                continue
            finder = finder or RegionFinder()
            code = self._code(finder, text)
            if not code or code in seen:
                self.add_error(row.region.name, _region_problem(text, known=bool(code)))
            elif (a is None) != (b is None):
                self.add_error((row.b if b is None else row.a).name, _("Write both, or neither."))
            elif a is not None and b is not None and not a > b > 0:
                self.add_error(row.a.name, _("A must lie above B."))
            seen.add(code)
            cleaned[row.region.name] = code
        if self.changes_all and not self.errors:
            self._check_pairs(cleaned)
        return cleaned

    def rules(self) -> dict[str, Any]:
        """The document of a valid form: the rules in force with what was typed."""
        document: dict[str, Any] = copy.deepcopy(dict(self.document))
        if self.changes_all:
            for rule in self._rules():
                _put(document, rule.key, _read(rule, self.cleaned_data[_name(rule.key)]))
        rows = ((row.region.name, row.a.name, row.b.name) for row in self.regions())
        read = ([self.cleaned_data.get(name) for name in names] for names in rows)
        document["region_thresholds"] = {
            **self._not_allowed(),
            **{code: {"a": plain(a), "b": plain(b)} for code, a, b in read if code and a and b},
        }
        return document

    def _rules(self) -> Iterator[Rule]:
        for _title, rules in GROUPS:
            for rule in rules:
                if rule.key != "window.months" or isinstance(self.document["window"], Mapping):
                    yield rule
        for tier in TIERS:
            for rule in CARE:
                yield Rule(f"care.{tier}.{rule.key}", rule.kind, rule.least, rule.most)

    def _value(self, key: str) -> Any:
        value: Any = self.document
        for part in key.split("."):
            value = value.get(part)
        return value

    def _limits(self, data: QueryDict | None) -> list[tuple[str, Mapping[str, Any]]]:
        """The regions' rows to show: those in force that may be changed, then blank ones."""
        limits: dict[str, Any] = self.document["region_thresholds"]
        gone = self._not_allowed()
        limits = {code: limits[code] for code in limits if code not in gone}
        rows = len(limits) + BLANK_ROWS
        if data is not None:
            sent = sum(bool(re.fullmatch(r"region_\d{1,3}", name)) for name in data)
            rows = max(rows, min(sent, MOST_REGIONS))
        names = {region.code: _suggestion(region) for region in Region.objects.filter(code__in=limits)}
        shown: list[tuple[str, Mapping[str, Any]]] = [(names[code], limits[code]) for code in limits]
        return [*shown, *[("", {})] * (rows - len(shown))]

    def _not_allowed(self) -> dict[str, Any]:
        """The regions' thresholds in force that somebody else answers for."""
        limits: dict[str, Any] = self.document["region_thresholds"]
        if self.allowed is None:
            return {}
        own = set(self.allowed.filter(code__in=limits).values_list("code", flat=True))
        return {code: limits[code] for code in limits if code not in own}

    def _add_region(self, number: int, region: str, limits: Mapping[str, Any]) -> None:
        wide = forms.TextInput(attrs={"list": "regions"})
        self.fields[f"region_{number}"] = forms.CharField(
            label=_("Region"), required=False, max_length=200, initial=region, widget=wide
        )
        for letter in ("a", "b"):
            field = _field(Rule(f"thresholds.{letter}", "money"), limits.get(letter))
            field.required = False
            self.fields[f"{letter}_{number}"] = field

    def _code(self, finder: RegionFinder, text: str) -> str:
        found = finder.find(text) or finder.find(text.rpartition("(")[2].rstrip(")"))
        regions = Region.objects.all() if self.allowed is None else self.allowed
        return regions.filter(pk=found or 0).values_list("code", flat=True).first() or ""

    def _check_pairs(self, cleaned: Mapping[str, Any]) -> None:
        if not cleaned[_name("thresholds.a")] > cleaned[_name("thresholds.b")] > 0:
            self.add_error(_name("thresholds.a"), _("A must lie above B."))
        if not 0 < cleaned[_name("pareto.a")] < cleaned[_name("pareto.b")] <= PER_CENT:
            self.add_error(_name("pareto.a"), _("A's share must lie below B's, and both between 0 and 100."))


def _field(rule: Rule, value: Any) -> forms.Field:
    label = LABELS.get(rule.key) or CARE_LABELS[rule.key.rpartition(".")[2]]
    make: dict[str, Callable[[], forms.Field]] = {
        "money": lambda: forms.DecimalField(
            min_value=Decimal("0.01"), max_digits=17, decimal_places=2, localize=False
        ),
        "share": lambda: forms.DecimalField(min_value=0, max_value=PER_CENT, max_digits=7, decimal_places=4),
        "whole": lambda: forms.IntegerField(min_value=rule.least, max_value=rule.most),
        "word": lambda: forms.ChoiceField(choices=list(_words(rule.key).items())),
    }
    field = make[rule.kind]()
    field.label = f"{label}, %" if rule.kind == "share" else str(label)
    if rule.kind == "share" and value is not None:
        value = plain(Decimal(str(value)) * PER_CENT)
    field.initial = value
    return field


def _offer_sound_models(field: forms.Field) -> None:
    """Leave out the models of churn that failed the last backtest, but for the one in force, and say so."""
    failed = failed_models() - {field.initial}
    if failed and isinstance(field, forms.ChoiceField):
        offered = [*WORDS["churn.model"].items()]
        field.choices = [(model, words) for model, words in offered if model not in failed]
        field.help_text = _(
            "Not offered, as the last backtest found it no better than the base rate: %(models)s."
        ) % {"models": ", ".join(str(words) for model, words in offered if model in failed)}


def _words(key: str) -> dict[str, Any]:
    return WORDS.get(key) or WORDS[key.rpartition(".")[2]]


def _read(rule: Rule, value: Any) -> Any:
    if rule.kind == "share":
        return plain(value / PER_CENT)
    return plain(value) if rule.kind == "money" else value


def _put(document: dict[str, Any], key: str, value: Any) -> None:
    *path, last = key.split(".")
    for part in path:
        document = document[part]
    document[last] = value


def _name(key: str) -> str:
    return key.replace(".", "__")


def _suggestion(region: Region) -> str:
    return f"{region} ({region.code})"


def _region_problem(text: str, *, known: bool) -> str:
    if known:
        return _("This region stands in another row already.")
    return _("No single region that you answer for is called so: %(text)s.") % {"text": text}
