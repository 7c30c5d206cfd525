"""What two files of one layout have in common."""

from __future__ import annotations

import hashlib

from customers.imports.headers import header_name
from customers.imports.tables import Table


def layout_signature(table: Table) -> str:
    """Return the finger-print of a table's layout, as 64 hexadecimal digits.

    It is that of its normalised headers, sorted: neither the order of the columns counts nor how the headers are
    spelled, nor whether the file is a workbook, or in which encoding.
    """
    names = sorted(":".join(header_name(header)) for header in table.headers if header)
    return hashlib.sha256("\n".join(names).encode("utf-8", "surrogatepass")).hexdigest()
