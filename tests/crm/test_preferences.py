"""The language somebody chose follows them."""

import pytest

from crm.models import User
from tests.cast import Cast, sign_in


def test_the_choice_is_kept_for_the_browser_and_for_the_account(cast: Cast) -> None:
    client = sign_in(cast.alice, language="zh-hans")
    response = client.post("/i18n/setlang/", {"language": "en", "next": "/customers/"})
    assert response["Location"] == "/customers/"
    assert client.cookies["django_language"].value == "en"
    assert User.objects.get(pk=cast.alice.pk).language == "en"


def test_another_browser_answers_in_the_language_of_the_account(cast: Cast) -> None:
    User.objects.filter(pk=cast.alice.pk).update(language="en")
    response = sign_in(User.objects.get(pk=cast.alice.pk), language="zh-hans").get("/customers/")
    assert response["Content-Language"] == "en"


def test_a_cookie_goes_before_the_account(cast: Cast) -> None:
    User.objects.filter(pk=cast.alice.pk).update(language="en")
    client = sign_in(cast.alice)
    client.cookies["django_language"] = "zh-hans"
    assert client.get("/customers/")["Content-Language"] == "zh-hans"


def test_somebody_who_is_not_signed_in_may_choose_too(db: None) -> None:
    client = sign_in(None)
    assert client.post("/i18n/setlang/", {"language": "en"}).status_code == 302
    assert client.cookies["django_language"].value == "en"


@pytest.mark.parametrize("language", ["xx\0", "de", "de@aaaaaaaaaaaaaaaaaa"])
def test_a_language_that_is_not_offered_changes_nothing(cast: Cast, language: str) -> None:
    assert sign_in(cast.alice).post("/i18n/setlang/", {"language": language}).status_code == 302
    assert User.objects.get(pk=cast.alice.pk).language == ""
