"""COPY in binary: what goes in comes out, whatever is missing."""

import numpy as np
import pandas as pd
import pytest
from django.db import connection
from psycopg import sql

from crm import copying
from crm.copying import Kind, read_columns, read_narrow, write_frame

KINDS: dict[str, Kind] = {
    "id": "int8",
    "small": "int2",
    "count": "int4",
    "maybe": "int8",
    "share": "float8",
    "day": "date",
    "flag": "bool",
    "tier": ("C", "B", "A"),
    "word": ("overdue", "late|overdue", ""),
}
READ: dict[str, Kind] = {**KINDS, "maybe": "int8?"}


def frame(rows: int) -> pd.DataFrame:
    place = np.arange(rows)
    return pd.DataFrame(
        {
            "id": place * 10**12,
            "small": place % 7,
            "count": -place,
            "maybe": pd.array([None if each % 3 == 0 else int(each) for each in place], dtype="Int64"),
            "share": np.where(place % 4 == 0, np.nan, place / 7),
            "day": pd.to_datetime(
                np.where(place % 5 == 0, np.datetime64("NaT"), np.datetime64("1999-12-31") + place)
            ),
            "flag": pd.array(place % 2 == 0, dtype="boolean"),
            "tier": pd.Categorical(
                np.array([None, "C", "B", "A"], dtype=object)[place % 4], categories=["C", "B", "A"]
            ),
            "word": pd.Categorical(np.array(["overdue", "late|overdue", ""])[place % 3]),
        }
    )


@pytest.mark.django_db
@pytest.mark.parametrize("rows", [0, 1, 2, 3, 25])
def test_what_is_written_is_read(rows: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(copying, "ROWS_PER_BLOCK", 3)
    monkeypatch.setattr(copying, "ROWS_TOGETHER", 4 * 10**12)
    connection.ensure_connection()
    raw = connection.connection
    raw.execute("""
        CREATE TEMP TABLE copied (id bigint, small smallint, count integer, maybe bigint, share float8, day date,
            flag boolean, tier varchar(1), word varchar(20))
    """)
    written = frame(rows)
    write_frame(raw, sql.Identifier("copied"), written, KINDS)
    found = pd.DataFrame(read_columns(raw, sql.SQL("SELECT * FROM copied ORDER BY id"), READ))
    packed = pd.DataFrame(read_narrow(raw, sql.SQL("SELECT * FROM copied"), READ)).sort_values("id")
    for name in KINDS:
        expected = [None if pd.isna(value) else value for value in written[name]]
        for read in (found, packed):
            assert [None if pd.isna(value) else value for value in read[name]] == expected, name
    assert list(found.dtypes) == list(packed.dtypes)


@pytest.mark.django_db
def test_a_word_that_is_no_choice_is_refused() -> None:
    connection.ensure_connection()
    connection.connection.execute("CREATE TEMP TABLE words (word varchar(20))")
    unknown = pd.DataFrame({"word": pd.Categorical(["A", "Z"])})
    with pytest.raises(ValueError, match="'Z'"):
        write_frame(connection.connection, sql.Identifier("words"), unknown, {"word": ("A", "B")})
