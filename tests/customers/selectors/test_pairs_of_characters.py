"""What the index keeps of a name, by which two Chinese characters are found in it."""

import pytest
from django.db import connection


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("name", "pairs"),
    [
        ("上海华新", {"^上", "上海", "海华", "华新"}),
        ("上海A华新B", {"^上", "上海", "华新"}),
        ("A华新华新", {"华新", "新华"}),
        ("㐀鿿", {"^㐀", "㐀鿿"}),
        ("华", {"^华"}),
        ("^华", set()),
        ("\u33ff华\ua000", set()),
        ("Acme", set()),
        ("", set()),
    ],
)
def test_neighbouring_chinese_characters_are_kept_and_the_first_as_such(name: str, pairs: set[str]) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT customers_bigrams(%s)", [name])
        assert set(cursor.fetchone()[0] or ()) == pairs
