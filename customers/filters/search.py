"""Reading what somebody typed into a search box."""

from __future__ import annotations

import re
import unicodedata

from customers.selectors.search import Sought
from customers.services.search_keys import plain

LONGEST_SEARCH = 100
SHORTEST_NUMBER = 4
_NUMBER = re.compile(r"[+(\d][\d\s()/.-]*")
_CHINESE = re.compile(r"[\u3400-\u9fff]{1,2}")
_LATIN = re.compile(r"[a-z0-9]+")


def read_search(text: str) -> Sought | None:
    """Return what a text may be looking for, or None when it holds nothing that can be looked for."""
    written = unicodedata.normalize("NFKC", text).replace("\0", "").strip()[:LONGEST_SEARCH]
    if not written or not written.isprintable():
        return None
    key = plain(written).replace(" ", "")
    digits = re.sub(r"\D", "", written).lstrip("0") if _NUMBER.fullmatch(written) else ""
    return Sought(
        written=written,
        words=tuple(written.split()),
        key=key if _LATIN.fullmatch(key) else "",
        pair=_pair(written),
        digits=digits if len(digits) >= SHORTEST_NUMBER else "",
        mail=written if "@" in written else "",
    )


def _pair(written: str) -> str:
    if not _CHINESE.fullmatch(written):
        return ""
    return written if len(written) == 2 else f"^{written}"
