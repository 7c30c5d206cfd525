"""How the rows of an import find the records they mean, whose word counts, and by what right they are kept."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, NamedTuple, Self

from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy


class MatchRule(models.TextChoices):
    """What two customers must have in common to be one."""

    CODE = "code", gettext_lazy("Customer code")
    PERSON = "person", gettext_lazy("Of a person: identity number, phone or mail address, or name and region")
    IDENTITY = "identity", gettext_lazy("Identity or credit number")
    CONTACT = "contact", gettext_lazy("Phone or mail address")
    NAME_REGION = "name_region", gettext_lazy("Name and region")
    NAME = "name", gettext_lazy("Name of a company, where a row has no code")
    NEAR = "near", gettext_lazy("Much the same name, birthday and address")


class ConflictPolicy(models.TextChoices):
    """What becomes of a field where the file and the record say different things."""

    OVERWRITE = "overwrite", gettext_lazy("The file counts")
    FILL = "fill", gettext_lazy("Fill blanks only")
    KEEP = "keep", gettext_lazy("Keep what is there")


# People share their names with others: a bare name is nobody's.
DEFAULT_MATCH = (MatchRule.CODE, MatchRule.PERSON, MatchRule.NAME)
OTHERS = "*"


_OF_PERSONS = (MatchRule.IDENTITY, MatchRule.CONTACT, MatchRule.NAME_REGION)


class Step(NamedTuple):
    """A rule to try on rows and customers of a kind (person, company, or "" for all)."""

    rule: MatchRule
    kind: str


@dataclass(frozen=True, slots=True)
class MatchRules:
    """The rules of one import: ``match`` in the order in which they are tried, ``conflicts`` by field, "*" for others.

    Raises ValueError for a rule or policy that there is not.
    """

    match: tuple[str, ...] = DEFAULT_MATCH
    conflicts: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        unknown = [rule for rule in self.match if rule not in MatchRule.values]
        unknown += [policy for policy in self.conflicts.values() if policy not in ConflictPolicy.values]
        if unknown or not self.match or len(set(self.match)) < len(self.match):
            raise ValueError(
                _("There is no such match rule or policy: %(names)s.") % {"names": ", ".join(unknown)}
            )

    @property
    def steps(self) -> tuple[Step, ...]:
        """The rules one by one, each with the kind of customers that it is about."""
        steps: list[Step] = []
        for rule in map(MatchRule, self.match):
            if rule == MatchRule.PERSON:
                steps += [Step(each, "person") for each in _OF_PERSONS]
            else:
                steps.append(Step(rule, "company" if rule == MatchRule.NAME else ""))
        return tuple(steps)

    def policy(self, field_name: str) -> str:
        """Return what to do with a field on which the file and the record differ."""
        return self.conflicts.get(field_name, self.conflicts.get(OTHERS, ConflictPolicy.OVERWRITE))

    def as_dict(self) -> dict[str, Any]:
        """Return plain values for JSON."""
        return {"match": list(self.match), "conflicts": dict(self.conflicts)}

    @classmethod
    def from_dict(cls, said: Mapping[str, Any]) -> Self:
        """Return the rules of a batch; what is not said is as usual."""
        return cls(tuple(said.get("match", DEFAULT_MATCH)), dict(said.get("conflicts", {})))


@dataclass(frozen=True, slots=True)
class ConsentBasis:
    """By what right an import keeps sensitive values: what the persons consented to, and how that can be shown."""

    basis: str
    purpose: str
    evidence: str
    given_on: date

    def as_dict(self) -> dict[str, Any]:
        """Return plain values for JSON."""
        return {
            "basis": self.basis,
            "purpose": self.purpose,
            "evidence": self.evidence,
            "given_on": self.given_on.isoformat(),
        }

    @classmethod
    def from_dict(cls, said: Mapping[str, Any]) -> Self | None:
        """Return what a batch says, None if it says nothing."""
        if not said:
            return None
        return cls(said["basis"], said["purpose"], said["evidence"], date.fromisoformat(said["given_on"]))


class NoConsent:
    """Says that a consent given before is none any more."""


NO_CONSENT = NoConsent()
