"""Finding the records that a file's texts mean: regions, colleagues, teams, sources. What isn't found is counted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from crm.models import Team, User
from customers.imports.rows import Place
from customers.models import Campaign, Channel, ChannelKind
from customers.selectors.regions import RegionFinder

# So many of the unknown texts are named in a warning.
_NAMED = 5


class Names:
    """Look-ups from memory, for the length of one import."""

    def __init__(self) -> None:
        self._regions = RegionFinder()
        self._places: dict[Place, int | None] = {}
        self._users = _unique(
            (text, pk)
            for pk, username, name, email in User.objects.filter(is_active=True).values_list(
                "pk", "username", "name", "email"
            )
            for text in {_key(username), _key(name), _key(email)}
        )
        self._teams = _unique((_key(name), pk) for pk, name in Team.objects.values_list("pk", "name"))
        self._sources = _unique(
            (text, pk)
            for pk, name, kind in Channel.objects.values_list("pk", "name", "kind")
            for text in {_key(name), _key(str(ChannelKind(kind).label))}
        )
        self._campaigns = _unique((_key(name), pk) for pk, name in Campaign.objects.values_list("pk", "name"))
        self._unknown: dict[str, Counter[str]] = {}

    def region(self, place: Place | None) -> int | None:
        """Return the region that the parts of ``place`` agree on."""
        if place is None:
            return None
        try:
            found = self._places[place]
        except KeyError:
            found = self._places[place] = self._regions.find_parts(
                country=place.country,
                province=place.province,
                city=place.city,
                district=place.district,
                name=place.name,
            )
        if found is None:
            self._miss("region", _text_of(place))
        return found

    def user(self, text: str | None) -> int | None:
        """Return the active user with this user name, display name or e-mail address."""
        return self._find("user", self._users, text)

    def team(self, text: str | None) -> int | None:
        """Return the team called so."""
        return self._find("team", self._teams, text)

    def source(self, text: str | None) -> int | None:
        """Return the source of customers called so, or the only one of the kind called so."""
        return self._find("source", self._sources, text)

    def campaign(self, text: str | None) -> int | None:
        """Return the campaign called so."""
        return self._find("campaign", self._campaigns, text)

    @property
    def missed(self) -> dict[str, dict[str, int]]:
        """What was not found: kind → text → how often."""
        return {what: dict(counter) for what, counter in self._unknown.items()}

    def add_missed(self, missed: Mapping[str, Mapping[str, int]]) -> None:
        """Count what somebody else, who read another part of the file, has not found."""
        for what, counts in missed.items():
            self._unknown.setdefault(what, Counter()).update(counts)

    def forget_missed(self) -> None:
        """Count from the start again: the file is read anew."""
        self._unknown.clear()

    def warnings(self) -> list[str]:
        """Say in words what was not found, and that those fields stay blank."""
        return [
            self._warning(what, counter) for what, counter in sorted(self._unknown.items()) if counter.total()
        ]

    def _find(self, what: str, known: dict[str, int], text: str | None) -> int | None:
        if text is None:
            return None
        found = known.get(_key(text))
        if found is None:
            self._miss(what, text)
        return found

    def _miss(self, what: str, text: str) -> None:
        if what == "region" and self._regions.means_nothing(text):
            return
        self._unknown.setdefault(what, Counter())[text] += 1

    def _warning(self, what: str, counter: Counter[str]) -> str:
        labels = {
            "region": _("regions"),
            "user": _("colleagues"),
            "team": _("teams"),
            "source": _("customer sources"),
            "campaign": _("campaigns"),
        }
        examples = ", ".join(text for text, _count in counter.most_common(_NAMED))
        message = ngettext(
            "%(count)d row names %(what)s that are not known here, and left blank: %(examples)s%(more)s",
            "%(count)d rows name %(what)s that are not known here, and left blank: %(examples)s%(more)s",
            counter.total(),
        )
        more = " …" if len(counter) > _NAMED else ""
        return message % {
            "count": counter.total(),
            "what": labels[what],
            "examples": examples,
            "more": more,
        }


def _key(text: str) -> str:
    return " ".join(text.casefold().split())


def _unique(pairs: Iterable[tuple[str, int]]) -> dict[str, int]:
    """Return text → id, without the texts that mean several."""
    found: dict[str, set[int]] = {}
    for text, pk in pairs:
        if text:
            found.setdefault(text, set()).add(pk)
    return {text: ids.pop() for text, ids in found.items() if len(ids) == 1}


def _text_of(place: Place) -> str:
    parts = (place.country, place.province, place.city, place.district)
    return "/".join(part for part in parts if part) or (place.name or "")
