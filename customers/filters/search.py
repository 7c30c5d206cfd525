"""Reading what somebody typed into a search box."""

from __future__ import annotations

import unicodedata

from customers.selectors.search import Sought
from customers.services.search_keys import plain

LONGEST_SEARCH = 100


def read_search(text: str) -> Sought | None:
    """Return what a text may be looking for, or None when it holds nothing that can be looked for."""
    written = unicodedata.normalize("NFKC", text).replace("\0", "").strip()[:LONGEST_SEARCH].rstrip()
    if not written or not written.isprintable():
        return None
    return Sought.of(written, plain(written).replace(" ", ""))
