"""Reading a JSON document of nested sections: every problem is collected, each with the key it is about."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from decimal import Decimal, InvalidOperation
from enum import Enum
from typing import Any, TypeVar

from django.utils.translation import gettext as _

Word = TypeVar("Word", bound=Enum)
MOST_MONEY = Decimal(10) ** 15


class PolicyError(ValueError):
    """What is wrong with a policy: one line per problem, each naming its key."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems

    @classmethod
    def of(cls, key: str, rule: str) -> PolicyError:
        """The error of one key that does not follow its rule."""
        return cls([_("%(key)s: must be %(rule)s.") % {"key": key, "rule": rule}])


class Section:
    """One object of the document; reading marks its keys as known, and ``finish`` tells of the others."""

    def __init__(self, content: dict[str, Any], path: str, problems: list[str]) -> None:
        self._content = content
        self._path = path
        self._problems = problems
        self._known: set[str] = set()
        self._sections: list[Section] = []

    @classmethod
    def root(cls, document: Any) -> Section:
        """The document itself, which must be an object."""
        if not isinstance(document, dict):
            raise PolicyError([_("A policy is a JSON object: { … }.")])
        return cls(document, "", [])

    def __contains__(self, key: str) -> bool:
        return key in self._content

    def __iter__(self) -> Iterator[str]:
        return iter(self._content)

    def value(self, key: str) -> Any:
        """The value as it stands, None when absent; only text is safe to compare."""
        self._known.add(key)
        value = self._content.get(key)
        return value if isinstance(value, str) else None

    def section(self, key: str) -> Section:
        """The object under ``key``, empty when absent."""
        content = self._take(key, {})
        if not isinstance(content, dict):
            self.reject(key, _("an object"))
            content = {}
        section = Section(content, self._name(key), self._problems)
        self._sections.append(section)
        return section

    def choice(self, key: str, words: type[Word], default: Word) -> Word:
        """One word of a list."""
        value = self._take(key, default.value)
        known = {str(word.value): name for name, word in words.__members__.items()}
        if isinstance(value, str) and value in known:
            return words[known[value]]
        self.reject(key, " | ".join(known))
        return default

    def integer(self, key: str, default: int, least: int, most: int) -> int:
        """A whole number within limits."""
        value = self._take(key, default)
        if type(value) is int and least <= value <= most:
            return value
        self.reject(key, _("a whole number from %(least)d to %(most)d") % {"least": least, "most": most})
        return default

    def boolean(self, key: str, default: bool) -> bool:
        """True or false."""
        value = self._take(key, default)
        if isinstance(value, bool):
            return value
        self.reject(key, "true | false")
        return default

    def share(self, key: str, default: Decimal, *, below_one: bool = False) -> Decimal:
        """A fraction from 0 to 1."""
        number = self._decimal(key, default)
        if number is not None and 0 <= number <= 1 and not (below_one and number == 1):
            return number
        self.reject(key, _("from 0 to below 1") if below_one else _("from 0 to 1"))
        return default

    def money(self, key: str, default: int) -> int:
        """An amount of the company currency, at most two decimals, as cents."""
        cents = Decimal(default)
        if key in self:
            amount = self._decimal(key, Decimal(0))
            if amount is None or not 0 < amount < MOST_MONEY or amount * 100 % 1:
                self.reject(key, _("an amount above 0 with at most two decimals"))
                return default
            cents = amount * 100
        self._known.add(key)
        return int(cents)

    def day(self, key: str) -> datetime.date | None:
        """A date such as 2025-12-31, None when absent."""
        value = self._take(key, None)
        if value is None:
            return None
        try:
            return datetime.date.fromisoformat(value)
        except (TypeError, ValueError):
            self.reject(key, _("a date such as 2025-12-31"))
            return None

    def reject(self, key: str | None, rule: str) -> None:
        """Note that a key (or the section itself) does not follow its rule."""
        name = self._name(key) if key else self._path
        self._problems.append(_("%(key)s: must be %(rule)s.") % {"key": name, "rule": rule})

    def finish(self) -> None:
        """Raise PolicyError when anything was wrong, keys that nobody asked for included."""
        self._reject_unknown()
        if self._problems:
            raise PolicyError(self._problems)

    def _reject_unknown(self) -> None:
        for key in self._content.keys() - self._known:
            self._problems.append(
                _("%(key)s: there is no such key here; known are %(known)s.")
                % {"key": self._name(key), "known": ", ".join(sorted(self._known))}
            )
        for section in self._sections:
            section._reject_unknown()

    def _decimal(self, key: str, default: Decimal) -> Decimal | None:
        value = self._take(key, default)
        if isinstance(value, bool) or not isinstance(value, int | float | str | Decimal):
            return None
        try:
            number = Decimal(str(value))
        except InvalidOperation:
            return None
        return number if number.is_finite() else None

    def _take(self, key: str, default: Any) -> Any:
        self._known.add(key)
        return self._content.get(key, default)

    def _name(self, key: str) -> str:
        return f"{self._path}.{key}" if self._path else key


def plain(number: Decimal) -> int | str:
    """A whole number as such, any other as text: JSON's own fractions are binary."""
    return int(number) if number == number.to_integral() else format(number.normalize(), "f")
