"""Telling that two files have the same layout."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

from customers.imports.headers import header_name


def layout_digest(headers: Iterable[str]) -> str:
    """Return a digest of headers, whatever their order, case and width."""
    keys = sorted(header_name(header).key for header in headers if header)
    return hashlib.sha256("\n".join(keys).encode()).hexdigest()
