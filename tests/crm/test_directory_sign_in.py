"""Signing in by the company's directory: whom it vouches for and who is known here, and nobody else."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from allauth.account.models import EmailAddress
from allauth.socialaccount.models import SocialAccount, SocialToken
from django.test import Client
from pytest_django import Settings

from crm.models import AuditEntry, User
from tests.cast import Cast, sign_in
from tests.crm.directory import CLIENT, SECRET, Directory, serving

ENTER = "/accounts/oidc/company/login/"
ALICE = {"sub": "d-17", "email": "alice@example.com", "email_verified": True, "name": "Alice"}


@pytest.fixture
def directory(cast: Cast, settings: Settings) -> Iterator[Directory]:
    has_address(cast.alice)
    with serving(Directory(person=dict(ALICE))) as running:
        app = {
            "provider_id": "company",
            "name": "Directory",
            "client_id": CLIENT,
            "secret": SECRET,
            "settings": {"server_url": running.url},
        }
        settings.SOCIALACCOUNT_PROVIDERS = {"openid_connect": {"OAUTH_PKCE_ENABLED": True, "APPS": [app]}}
        yield running


@pytest.fixture
def client() -> Client:
    return Client(headers={"Accept-Language": "en"})


def has_address(user: User) -> None:
    """Give somebody Alice's address, as an administrator who makes an account does."""
    User.objects.filter(pk=user.pk).update(email="Alice@example.com")
    EmailAddress.objects.create(user=user, email="alice@example.com", verified=True, primary=True)


def come_in(client: Client, **asked: str) -> Any:
    """Go through the directory and back; return the last answer."""
    away = client.post(ENTER, asked)
    back = requests.get(away["Location"], allow_redirects=False, timeout=10).headers["Location"]
    return client.get(urlsplit(back)._replace(scheme="", netloc="").geturl())


def is_in(client: Client) -> bool:
    return client.get("/accounts/sign-ins/").status_code == 200


def test_who_is_known_here_is_let_in_and_known_by_subject_from_then_on(
    cast: Cast, directory: Directory, client: Client
) -> None:
    assert "Directory" in client.get("/accounts/login/").content.decode()
    assert come_in(client)["Location"] == "/"
    assert is_in(client)
    assert SocialAccount.objects.get(user=cast.alice).uid == "d-17"
    assert AuditEntry.objects.filter(action="sign_in", subject=f"user:{cast.alice.pk}").exists()
    assert not SocialToken.objects.exists()
    directory.person = {"sub": "d-17", "email": "married@example.com", "email_verified": True}
    again = Client()
    come_in(again)
    assert is_in(again)


@pytest.mark.parametrize(
    "person",
    [
        {"email": "stranger@example.com"},
        {"email_verified": False},
        {"email_verified": "false"},
        {"email_verified": "true"},
        {"email": ""},
    ],
)
def test_whom_nobody_invited_or_vouched_for_is_told_so(
    directory: Directory, client: Client, person: dict[str, Any]
) -> None:
    directory.person |= person
    before = User.objects.count()
    assert "No sign-up here" in come_in(client).content.decode()
    assert not is_in(client)
    assert User.objects.count() == before
    assert not SocialAccount.objects.exists()


def test_an_address_that_two_accounts_have_opens_neither(
    cast: Cast, directory: Directory, client: Client
) -> None:
    User.objects.filter(pk=cast.bob.pk).update(email="alice@example.com")
    come_in(client)
    assert not is_in(client)


def test_a_closed_account_stays_closed(cast: Cast, directory: Directory, client: Client) -> None:
    User.objects.filter(pk=cast.alice.pk).update(is_active=False)
    come_in(client)
    assert not is_in(client)


@pytest.mark.parametrize("claims", [{"aud": "another"}, {"iss": "http://elsewhere"}, {"exp": 1}])
def test_a_token_for_another_from_another_or_of_yesterday_is_refused(
    directory: Directory, client: Client, claims: dict[str, Any]
) -> None:
    directory.claims = claims
    assert come_in(client).status_code == 401
    assert not is_in(client)


def test_an_answer_that_was_not_asked_for_in_this_browser_is_refused(
    directory: Directory, client: Client
) -> None:
    away = Client().post(ENTER)["Location"]
    asked = {name: values[0] for name, values in parse_qs(urlsplit(away).query).items()}
    assert asked["code_challenge_method"] == "S256"
    back = directory.authorize(asked)
    assert client.get(urlsplit(back)._replace(scheme="", netloc="").geturl()).status_code == 401
    assert not is_in(client)


def test_nobody_binds_a_directory_account_to_an_open_session(cast: Cast, directory: Directory) -> None:
    client = sign_in(cast.bob)
    come_in(client, process="connect")
    assert not SocialAccount.objects.exists()


@pytest.mark.parametrize(
    ("claims", "is_enough"),
    [({"amr": ["pwd", "mfa"]}, True), ({"acr": "mfa"}, True), ({"amr": ["pwd"]}, False), ({}, False)],
)
def test_a_role_that_needs_a_second_factor_has_the_directorys_if_it_says_so(
    directory: Directory, client: Client, settings: Settings, claims: dict[str, Any], is_enough: bool
) -> None:
    settings.SECOND_FACTOR_FOR = ["rep"]
    directory.claims = claims
    come_in(client)
    assert is_in(client) is is_enough


def test_a_directory_that_does_not_answer_ends_in_a_page(
    directory: Directory, client: Client, settings: Settings
) -> None:
    settings.SOCIALACCOUNT_PROVIDERS["openid_connect"]["APPS"][0]["settings"]["server_url"] = (
        "http://127.0.0.1:1"
    )
    assert client.post(ENTER).status_code == 401
