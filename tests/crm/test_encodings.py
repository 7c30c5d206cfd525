"""Forms in another encoding than UTF-8 are refused in so many words."""

import pytest
from django.test import Client

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("charset", ["utf-16", "utf-7", "gbk", "nonsense", "UTF-16LE"])
@pytest.mark.parametrize("kind", ["application/x-www-form-urlencoded", "multipart/form-data; boundary=x"])
def test_another_encoding_is_no_fault_of_ours(charset: str, kind: str) -> None:
    answer = Client().generic(
        "POST", "/accounts/login/", b"login=a", content_type=f"{kind}; charset={charset}"
    )
    assert answer.status_code == 415
    assert "UTF-8" in answer.content.decode()


def test_utf8_said_aloud_is_what_everybody_sends() -> None:
    kind = "application/x-www-form-urlencoded; charset=UTF-8"
    assert Client().generic("POST", "/accounts/login/", b"login=a", content_type=kind).status_code == 200


def test_a_form_that_does_not_say_where_its_parts_end_is_refused() -> None:
    answer = Client().generic("POST", "/nowhere/", b"x", content_type="multipart/form-data")
    assert answer.status_code == 400
