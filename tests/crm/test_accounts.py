"""How people come in: the form that asks, and the first account of a new instance."""

import pytest
from django.core.management import call_command
from django.test import Client
from django.utils.translation import override

from crm.models import Role, User

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("language", "label"), [("en", "User name or mail address"), ("zh-hans", "用户名或邮箱")]
)
def test_the_sign_in_form_says_what_to_type(client: Client, language: str, label: str) -> None:
    with override(language):
        page = client.get("/accounts/login/", headers={"accept-language": language}).content.decode()
    assert label in page
    assert 'autocomplete="username"' in page


def test_the_first_account_is_given_a_role(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DJANGO_SUPERUSER_PASSWORD", "a password for this test")
    call_command("createsuperuser", "--no-input", username="ada", email="ada@example.com", role="admin")
    ada = User.objects.get(username="ada")
    assert (ada.role, ada.is_superuser) == (Role.ADMIN, True)
