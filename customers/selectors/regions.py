"""Finding the region that a text means, and who answers for which."""

from __future__ import annotations

import csv
import re
import unicodedata
from dataclasses import dataclass
from pathlib import Path

from customers.models import Region, RegionLevel, Territory

_ALIASES = Path(__file__).resolve().parent.parent / "data" / "region_aliases.csv"
# 广东 is written for 广东省, Guangdong Province for Guangdong: what may be left off, and what may be added.
_CHINESE_KIND = re.compile(r"(?<=..)(?:新区|自治县|自治旗|地区|省|市|区|县|旗|盟)$")
_ENGLISH_KIND = re.compile(
    r"(?<=..) (?:sheng|shi|municipality|province|city|autonomous region|district|county|new area)$"
)
_SEPARATORS = re.compile(r"[/\\|>,，、;；·\-–—\s]+")


@dataclass(frozen=True, slots=True)
class _Node:
    """A region as the finder knows it."""

    id: int
    path: str
    level: str

    @property
    def depth(self) -> int:
        return self.path.count("/")


class RegionFinder:
    """Resolves names, aliases and codes to region ids from memory; it reads the tables once, when it is made.

    Exact codes come before names, names before aliases and short forms (广东 for 广东省). Of several regions
    called alike the one highest in the tree is meant (吉林 is the province); when two stand equally high
    (朝阳区, Suzhou) the text alone says too little, and the answer is None.
    """

    def __init__(self) -> None:
        self._codes: dict[str, list[_Node]] = {}
        self._names: dict[str, list[_Node]] = {}
        self._short: dict[str, list[_Node]] = {}
        self._blank: set[str] = set()
        rows = Region.objects.values_list("id", "code", "name", "english_name", "level", "path")
        for pk, code, name, english_name, level, path in rows.iterator():
            node = _Node(pk, path, level)
            self._codes[_key(code)] = [node]
            for text in {_key(name), _key(english_name)} - {""}:
                self._names.setdefault(text, []).append(node)
                short = _CHINESE_KIND.sub("", _ENGLISH_KIND.sub("", text))
                if short != text:
                    self._short.setdefault(short, []).append(node)
        self._read_aliases()

    def find(self, text: str | None) -> int | None:
        """Return the id of the region that ``text`` means: a name, alias or code, or several from high to low.

        "华东", "Shanghai", "EIRE", "310100", "广东/深圳" and "广东省深圳市" are all understood.
        """
        key = _key(text or "")
        if not key or key in self._blank:
            return None
        node = self._match(key) or self._match_run(_SEPARATORS.split(key)) or self._match_joined(key)
        return node.id if node else None

    def find_parts(
        self,
        *,
        country: str | None = None,
        province: str | None = None,
        city: str | None = None,
        district: str | None = None,
        name: str | None = None,
    ) -> int | None:
        """Return the deepest region that the parts agree on, each sought below the one before it.

        A lower part that is not known there is passed over: a Californian customer belongs to the United
        States. A country that is stated and not known gives None. ``name``, the region as one text, is
        used when no part tells anything.
        """
        node: _Node | None = None
        for level, text in (
            (RegionLevel.COUNTRY, country),
            (RegionLevel.PROVINCE, province),
            (RegionLevel.CITY, city),
            (RegionLevel.DISTRICT, district),
        ):
            if not text or self.means_nothing(text):
                continue
            found = self._match(_key(text), node, level)
            if found is None and level is RegionLevel.COUNTRY:
                return None
            node = found or node
        return node.id if node else self.find(name)

    def means_nothing(self, text: str) -> bool:
        """Whether ``text`` says that the region is not known ("Unspecified", 未知): no mistake, and no region."""
        key = _key(text)
        return not key or key in self._blank

    def _match(self, key: str, within: _Node | None = None, level: str = "") -> _Node | None:
        """Return the one region called ``key`` below ``within``, of ``level`` by preference."""
        for names in (self._codes, self._names, self._short):
            found = [node for node in names.get(key, ()) if not within or node.path.startswith(within.path)]
            found = [node for node in found if node != within] or found
            if not found:
                continue
            top = min(node.depth for node in found)
            best = [node for node in found if node.level == level] or [
                node for node in found if node.depth == top
            ]
            return best[0] if len(best) == 1 else None
        stripped = _ENGLISH_KIND.sub("", key)
        return self._match(stripped, within, level) if stripped != key else None

    def _match_run(self, keys: list[str]) -> _Node | None:
        """Return the last of ``keys`` sought from high to low, when every one is found below the one before."""
        node: _Node | None = None
        for key in filter(None, keys):
            node = self._match(key, node)
            if node is None:
                return None
        return node

    def _match_joined(self, key: str) -> _Node | None:
        """Return the region of names written without a break (广东省深圳市), the longest name first."""
        node: _Node | None = None
        rest = key
        while rest:
            for end in range(len(rest), 1, -1):
                found = self._match(rest[:end], node)
                if found:
                    node, rest = found, rest[end:]
                    break
            else:
                return None
        return node

    def _read_aliases(self) -> None:
        with _ALIASES.open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                key, code = _key(row["alias"]), _key(row["region_code"])
                if not code:
                    self._blank.add(key)
                elif code in self._codes:
                    (node,) = self._codes[code]
                    nodes = self._short.setdefault(key, [])
                    if node not in nodes:
                        nodes.append(node)


def _key(text: str) -> str:
    """Return ``text`` as it is compared: compatible forms, case and space don't matter."""
    plain = unicodedata.normalize("NFKC", text).replace("’", "'")
    return " ".join(plain.casefold().split())


def territories() -> list[Territory]:
    """Return the sales territories by name, with their regions, branches and managers."""
    return list(Territory.objects.select_related("team", "manager").prefetch_related("regions"))
