"""Which rows of a file mean the same customer, and which of ours, by the rules of the import."""

from __future__ import annotations

from django.db.backends.utils import CursorWrapper
from django.utils.translation import gettext as _

from customers.services.imports.near import find_alike
from customers.services.imports.rules import DEFAULT_MATCH, MatchRule, MatchRules
from customers.services.imports.statements import template

_REACHED_BY = "('mobile', 'phone', 'email')"
_POINTS = "jsonb_to_recordset(s.contacts) AS c(kind text, place text, value text)"

# What rows have in common when they are one, by rule: line and key.
_KEYS = {
    MatchRule.CODE: "SELECT line_no, code AS key FROM staged s WHERE code IS NOT NULL",
    MatchRule.IDENTITY: (
        "SELECT line_no, k.key FROM staged s,"
        " LATERAL (VALUES (encode(s.identity, 'hex')), (s.credit_code)) AS k(key) WHERE k.key IS NOT NULL"
    ),
    MatchRule.CONTACT: f"SELECT line_no, c.value AS key FROM staged s, {_POINTS} WHERE c.kind IN {_REACHED_BY}",  # noqa: S608
    MatchRule.NAME_REGION: (
        "SELECT line_no, lower(name) || '|' || region_id AS key FROM staged s WHERE region_id IS NOT NULL"
    ),
    MatchRule.NAME: "SELECT line_no, name AS key FROM staged s",
}

# The same of ours: group and customer.
_FOUND = {
    MatchRule.CODE: (
        "SELECT s.customer_key, k.id, k.deleted_at FROM staged s JOIN customers_customer k ON k.code = s.code"
    ),
    MatchRule.IDENTITY: (
        "SELECT s.customer_key, k.id, k.deleted_at FROM staged s JOIN customers_personprofile p"
        " ON p.identity_index = s.identity JOIN customers_customer k ON k.id = p.customer_id"
        " WHERE k.deleted_at IS NULL AND {range} UNION ALL"
        " SELECT s.customer_key, k.id, k.deleted_at FROM staged s JOIN customers_companyprofile p"
        " ON p.unified_social_credit_code = s.credit_code AND p.unified_social_credit_code <> ''"
        " JOIN customers_customer k ON k.id = p.customer_id WHERE k.deleted_at IS NULL"
    ),
    MatchRule.CONTACT: (
        f"SELECT s.customer_key, k.id, k.deleted_at FROM staged s CROSS JOIN LATERAL {_POINTS}"  # noqa: S608
        " JOIN customers_contactpoint p ON p.value = c.value JOIN customers_customer k ON k.id = p.customer_id"
        f" WHERE k.deleted_at IS NULL AND c.kind IN {_REACHED_BY} AND p.kind IN {_REACHED_BY}"
    ),
    MatchRule.NAME_REGION: (
        "SELECT s.customer_key, k.id, k.deleted_at FROM staged s JOIN customers_customer k"
        " ON lower(k.name) = lower(s.name) AND k.region_id = s.region_id WHERE k.deleted_at IS NULL"
    ),
    MatchRule.NAME: (
        "SELECT s.customer_key, k.id, k.deleted_at FROM staged s JOIN customers_customer k ON k.name = s.name"
        " WHERE k.deleted_at IS NULL AND s.code IS NULL"
    ),
    MatchRule.NEAR: (
        "SELECT * FROM (SELECT DISTINCT ON (s.customer_key) s.customer_key, -a.other AS id,"
        " NULL::timestamptz AS deleted_at FROM staged s JOIN alike a ON a.one = s.line_no AND a.other < 0 WHERE {range}"
        " ORDER BY s.customer_key, a.score DESC) s WHERE true"
    ),
}

_STAR = """
INSERT INTO edge (one, other)
SELECT line_no, first FROM (
    SELECT k.line_no, min(k.line_no) OVER (PARTITION BY k.key) AS first
    FROM ({keys}) k JOIN staged s ON s.line_no = k.line_no WHERE s.reason = ''{limit}
) keyed WHERE line_no <> first
"""

_SPREAD = """
UPDATE same s SET first_line = m.first_line
FROM (
    SELECT e.line_no, min(o.first_line) AS first_line
    FROM (SELECT one AS line_no, other FROM edge UNION ALL SELECT other, one FROM edge) e
    JOIN same o ON o.line_no = e.other GROUP BY e.line_no
) m WHERE m.line_no = s.line_no AND m.first_line < s.first_line
"""

# Where codes do not tell customers apart, no two new ones may bear the same.
_REFUSE_CODES = """
UPDATE staged s SET reason = format(%(twice)s, s.code, f.line_no)
FROM (SELECT code, min(line_no) AS line_no FROM staged WHERE reason = '' GROUP BY code HAVING count(*) > 1) f
JOIN staged first ON first.line_no = f.line_no
WHERE s.code = f.code AND s.reason = '' AND s.customer_key <> first.customer_key
"""

_RESOLVE = """
UPDATE staged_customer g SET customer_id = f.id, fault = CASE
    WHEN f.is_deleted THEN format(%(deleted)s, f.id) WHEN f.customers > 1 THEN %(several)s ELSE '' END
FROM (
    SELECT customer_key, min(id) AS id, count(DISTINCT id) AS customers, bool_and(deleted_at IS NOT NULL) AS is_deleted
    FROM ({found}) found GROUP BY customer_key
) f
WHERE g.customer_id IS NULL AND g.customer_key = f.customer_key
"""

GROUPS = """
CREATE UNLOGGED TABLE staged_customer AS
SELECT DISTINCT customer_key, ''::text AS text, false AS by_name, NULL::bigint AS customer_id, ''::text AS fault
FROM staged WHERE customer_key IS NOT NULL AND reason = ''
"""


# Which rows, and which of ours, a rule for one kind is about; what a row does not say of itself is a company.
_ROWS_OF = {"person": " AND s.kind = 'person'", "company": " AND s.kind IS DISTINCT FROM 'person'", "": ""}
_OURS_OF = {"person": " AND k.kind = 'person'", "company": " AND k.kind <> 'person'", "": ""}

# A row without a code is about the customer with one that a rule finds in the file, if it finds but one.
_JOIN_CODED = """
UPDATE grouped g SET repeats = c.line_no, differs = false
FROM ({keys}) u JOIN staged s ON s.line_no = u.line_no
JOIN (
    SELECT k.key, min(k.line_no) AS line_no FROM ({keys}) k JOIN staged s ON s.line_no = k.line_no
    WHERE s.code IS NOT NULL AND s.reason = ''{kind} GROUP BY k.key HAVING count(DISTINCT s.code) = 1
) c ON c.key = u.key
WHERE g.line_no = u.line_no AND s.code IS NULL AND s.reason = ''{kind}
"""

_PERSON_WITHOUT_CODE = (
    "SELECT EXISTS (SELECT FROM staged WHERE code IS NULL AND kind = 'person' AND reason = '')"
)


def is_told_by_key(cursor: CursorWrapper, rules: MatchRules) -> bool:
    """Whether customers are told by code, and companies by name where a row has none: no search is needed for that."""
    if tuple(rules.match) != DEFAULT_MATCH:
        return False
    cursor.execute(_PERSON_WITHOUT_CODE)
    return not cursor.fetchone()[0]


def is_searched(cursor: CursorWrapper) -> bool:
    """Whether ``group_rows`` was needed."""
    cursor.execute("SELECT to_regclass('same')")
    return bool(cursor.fetchone() != (None,))


def join_coded(cursor: CursorWrapper, rules: MatchRules) -> None:
    """Where codes tell customers apart, have rows without one repeat the row with one that they are about.

    By rules for persons or for companies: by others a customer that we know comes before one of the file.
    """
    for rule, kind in rules.steps if MatchRule.CODE in rules.match else ():
        if kind:
            cursor.execute(_JOIN_CODED.replace("{keys}", _KEYS[rule]).replace("{kind}", _ROWS_OF[kind]))


def group_rows(cursor: CursorWrapper, rules: MatchRules) -> None:
    """Give all rows that mean one customer the same key, that of the first of them.

    Where the rules include the code, rows that have one go by it alone: two codes are two customers.
    """
    cursor.execute("DROP TABLE IF EXISTS edge, same")
    cursor.execute("CREATE UNLOGGED TABLE edge (one integer, other integer)")
    by_code = MatchRule.CODE in rules.match
    for rule, kind in rules.steps:
        is_uncoded = rule == MatchRule.NAME or (by_code and rule != MatchRule.CODE)
        uncoded = " AND s.code IS NULL" if is_uncoded else ""
        if rule == MatchRule.NEAR:
            find_alike(cursor)
            cursor.execute(
                "INSERT INTO edge SELECT a.one, a.other FROM alike a JOIN staged s ON s.line_no = a.one"  # noqa: S608
                f" JOIN staged o ON o.line_no = a.other WHERE true{uncoded}{uncoded.replace('s.', 'o.')}"
            )
        else:
            cursor.execute(_STAR.replace("{keys}", _KEYS[rule]).replace("{limit}", uncoded + _ROWS_OF[kind]))
    cursor.execute(
        "CREATE UNLOGGED TABLE same AS SELECT line_no, line_no AS first_line FROM staged WHERE reason = ''"
    )
    cursor.execute("CREATE UNIQUE INDEX ON same (line_no)")
    cursor.execute("ANALYZE edge, same")
    spread = True
    while spread:
        cursor.execute(_SPREAD)
        spread = cursor.rowcount > 0
    cursor.execute(
        "UPDATE staged s SET record_key = '=' || m.first_line, customer_key = '=' || m.first_line"
        " FROM same m WHERE m.line_no = s.line_no"
    )
    if not by_code:
        twice = _("Code %(code)s is that of another customer in line %(line)s. Correct one of the two.")
        cursor.execute(_REFUSE_CODES, {"twice": template(twice, "code", "line")})


def resolve_groups(cursor: CursorWrapper, rules: MatchRules, lines: dict[str, int | None]) -> None:
    """Find the customers of the groups in some lines among ours; the first rule that finds one decides."""
    several = _("Several customers here fit this row. Merge them, or add a column with their codes.")
    deleted = _("Customer no. %(number)s was deleted here. Restore it, or correct the code.")
    params = {**lines, "several": several, "deleted": template(deleted, "number")}
    lines_only = "s.line_no BETWEEN %(first_line)s AND %(last_line)s AND s.reason = ''"
    by_code = MatchRule.CODE in rules.match
    for rule, kind in rules.steps:
        found = _FOUND[rule]
        limit = lines_only + (" AND s.code IS NULL" if by_code and rule != MatchRule.CODE else "")
        limit += _ROWS_OF[kind] + _OURS_OF[kind]
        if rule == MatchRule.NEAR:
            found = found.replace("{range}", limit)
        else:
            found = found.replace("{range}", limit) + (" AND " if "WHERE" in found else " WHERE ") + limit
        cursor.execute(_RESOLVE.replace("{found}", found), params)
