"""Codes and search keys for the customers that an import creates."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from django.db.backends.utils import CursorWrapper

from customers.services.search_keys import search_keys

# Codes of our own making, for customers that come without one.
CODE_START = "KZ"

NEW_CUSTOMER = """
CREATE UNLOGGED TABLE new_customer (
    customer_key text PRIMARY KEY, id bigint, code text, name text, pinyin text, initials text
)
"""

INITIALS_LENGTH = 200
_AT_ONCE = 4_000


class NewCustomer(NamedTuple):
    """A customer to be created: its key in the staging tables, its name, and its code if it has one."""

    key: str
    name: str
    code: str | None
    english_name: str = ""
    is_person: bool = False


def stage_new_customers(cursor: CursorWrapper, customers: Sequence[NewCustomer]) -> None:
    """Fill the staging table ``new_customer`` with these customers and no others, some at a time: memory stays flat."""
    cursor.execute("TRUNCATE new_customer")
    for first in range(0, len(customers), _AT_ONCE):
        _add_new_customers(cursor, customers[first : first + _AT_ONCE])


def _add_new_customers(cursor: CursorWrapper, customers: Sequence[NewCustomer]) -> None:
    cursor.execute(
        "SELECT nextval('customers_customer_id_seq') FROM generate_series(1, %s)", [len(customers)]
    )
    ids = [pk for (pk,) in cursor.fetchall()]
    made = iter(_unused_codes(cursor, [pk for pk, c in zip(ids, customers, strict=True) if c.code is None]))
    keys = [search_keys(c.name, c.english_name, is_person=c.is_person) for c in customers]
    cursor.execute(
        "INSERT INTO new_customer SELECT * FROM unnest("
        "%s::text[], %s::bigint[], %s::text[], %s::text[], %s::text[], %s::text[])",
        [
            [c.key for c in customers],
            ids,
            [next(made) if c.code is None else c.code for c in customers],
            [c.name for c in customers],
            [key.pinyin for key in keys],
            [key.initials[:INITIALS_LENGTH] for key in keys],
        ],
    )


def renew_search_keys(cursor: CursorWrapper, renamed: str) -> None:
    """Keep the search keys of renamed customers right; the query says which: id, name, English name, is a person."""
    cursor.execute(renamed)
    rows = cursor.fetchall()
    if not rows:
        return
    keys = [search_keys(name, english, is_person=is_person) for _pk, name, english, is_person in rows]
    cursor.execute(
        "UPDATE customers_customer t SET pinyin = n.pinyin, initials = left(n.initials, %s)"
        " FROM unnest(%s::bigint[], %s::text[], %s::text[]) AS n(id, pinyin, initials) WHERE t.id = n.id",
        [INITIALS_LENGTH, [row[0] for row in rows], [k.pinyin for k in keys], [k.initials for k in keys]],
    )


def _unused_codes(cursor: CursorWrapper, ids: Sequence[int]) -> list[str]:
    """Return a code for each id; one that a customer already bears gets a further letter."""
    codes = [f"{CODE_START}{pk:07d}" for pk in ids]
    taken = codes
    while taken:
        cursor.execute("SELECT code FROM customers_customer WHERE code = ANY(%s)", [taken])
        borne = {code for (code,) in cursor.fetchall()}
        codes = [f"{code}A" if code in borne else code for code in codes]
        taken = [code for code in codes if code[:-1] in borne]
    return codes
