"""Rows, and customers we have, that look like the same person: candidates by blocks, then a score.

Two rows are compared only if they share a block: the birthday, the name, the street, the postcode with the beginning of
the name, or the consonants of a name within a place. Blocks of many rows say nothing and are left out. The score is the
weighted similarity (trigrams, 0 to 1) of name, birthday and address; what one of the two does not say does not count.
After Christen, "Data Matching" (Springer, 2012), chapters 4 to 6.
"""

from __future__ import annotations

from django.db.backends.utils import CursorWrapper

# As much alike as this, two rows are one; found on FEBRL's data set 1, see the tests.
LEAST_SCORE = 0.55
# So many of the three must be said by both: a name alone is no evidence.
_LEAST_EVIDENCE = 0.7
_LARGEST_BLOCK = 60

# Known customers stand beside the rows under negative numbers.
_FACES = """
CREATE UNLOGGED TABLE face AS
SELECT line_no::bigint AS number, lower(name) AS name, (person ->> 'date_of_birth')::date AS born,
    nullif(lower(address_text), '') AS address, postcode
FROM staged WHERE reason = '' AND name IS NOT NULL
"""

_KNOWN_FACES = """
INSERT INTO face (number, name, born, address, postcode)
SELECT -c.id, lower(c.name), p.date_of_birth, lower(concat_ws(' ', a.street, a.postcode)), nullif(a.postcode, '')
FROM customers_customer c
LEFT JOIN customers_personprofile p ON p.customer_id = c.id
LEFT JOIN LATERAL (SELECT street, postcode FROM customers_address x WHERE x.customer_id = c.id ORDER BY id LIMIT 1) a
    ON true
WHERE c.deleted_at IS NULL AND (
    lower(c.name) IN (SELECT name FROM face) OR p.date_of_birth IN (SELECT born FROM face)
)
"""

_BLOCKS = """
CREATE UNLOGGED TABLE block AS
SELECT number, key FROM face CROSS JOIN LATERAL (VALUES
    ('b' || born::text),
    ('n' || name),
    ('s' || substr(address, 1, 18)),
    ('p' || postcode || left(name, 2)),
    ('p' || postcode || left(reverse(name), 2)),
    ('c' || postcode || translate(name, 'aeiouyhw ', '')),
    ('d' || to_char(born, 'MMDD') || left(name, 1)),
    ('y' || to_char(born, 'YYYYMM') || left(name, 2)),
    ('a' || postcode || left(address, 4))
) AS blocks(key) WHERE key IS NOT NULL
"""

_PAIRS = """
CREATE UNLOGGED TABLE alike AS
WITH small AS (
    SELECT key FROM block GROUP BY key HAVING count(*) BETWEEN 2 AND %(largest)s
), pairs AS (
    SELECT DISTINCT a.number AS one, b.number AS other
    FROM small JOIN block a USING (key) JOIN block b USING (key)
    WHERE a.number > b.number AND a.number > 0
), compared AS (
    SELECT one, other,
        0.45 AS name_weight, similarity(a.name, b.name) AS name_score,
        CASE WHEN a.born IS NULL OR b.born IS NULL THEN 0 ELSE 0.3 END AS born_weight,
        CASE WHEN a.born = b.born THEN 1 ELSE similarity(a.born::text, b.born::text) * 0.8 END AS born_score,
        CASE WHEN a.address IS NULL OR b.address IS NULL THEN 0 ELSE 0.4 END AS address_weight,
        similarity(a.address, b.address) AS address_score
    FROM pairs JOIN face a ON a.number = one JOIN face b ON b.number = other
)
SELECT one, other, score FROM (
    SELECT one, other, name_weight + born_weight + address_weight AS weight,
        (name_weight * name_score + born_weight * coalesce(born_score, 0)
            + address_weight * coalesce(address_score, 0)) / (name_weight + born_weight + address_weight) AS score
    FROM compared
) scored WHERE weight >= %(evidence)s AND score >= %(least)s
"""


def find_alike(cursor: CursorWrapper) -> None:
    """Fill the staging table ``alike``: a line, the earlier line or customer (negative) that it looks like, a score."""
    cursor.execute("DROP TABLE IF EXISTS face, block, alike")
    cursor.execute(_FACES)
    cursor.execute(_KNOWN_FACES)
    cursor.execute("ANALYZE face")
    cursor.execute(_BLOCKS)
    cursor.execute("ANALYZE block")
    cursor.execute(_PAIRS, {"largest": _LARGEST_BLOCK, "evidence": _LEAST_EVIDENCE, "least": LEAST_SCORE})
    cursor.execute("ANALYZE alike")
