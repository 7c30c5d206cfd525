"""Programs that read with a token: no more than its owner may, and no longer than it stands."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from crm.models import ApiToken, TokenScope, User
from crm.services import tokens
from tests.cast import Cast, sign_in

FIELDS, CUSTOMERS = "/customers/fields.json", "/customers/customers.json"


def token_of(user: User, *scopes: str) -> str:
    return tokens.make(actor=user, name="x", scopes=scopes or TokenScope.values, days=1)[1]


def read(text: str, address: str, method: str = "GET") -> int:
    return Client().generic(method, address, headers={"Authorization": f"Bearer {text}"}).status_code


def test_a_token_reads_what_its_owner_sees(cast: Cast) -> None:
    headers = {"Authorization": f"Bearer {token_of(cast.charlie)}"}
    assert Client().get(CUSTOMERS, headers=headers).json() == {"customers": [], "next": None}
    headers = {"Authorization": f"Bearer {token_of(cast.alice)}"}
    rows = Client().get(CUSTOMERS, headers=headers).json()["customers"]
    assert [row["code"] for row in rows] == ["K1"]


def test_a_token_opens_only_what_it_is_for(cast: Cast) -> None:
    text = token_of(cast.alice, "fields")
    assert read(text, FIELDS) == 200
    assert read(text, CUSTOMERS) == 401
    assert read(text, "/customers/") == 401
    assert read(text, FIELDS, "POST") == 401
    assert read("kz_" + "x" * 43, FIELDS) == 401


def test_what_is_kept_of_a_token_opens_nothing(cast: Cast) -> None:
    text = token_of(cast.alice)
    kept = ApiToken.objects.get()
    assert text not in str(kept.__dict__)
    assert read(kept.digest, FIELDS) == 401


@pytest.mark.parametrize(
    "ended", [{"expires_at": timezone.now() - timedelta(1)}, {"revoked_at": timezone.now()}]
)
def test_a_token_that_ended_opens_nothing(cast: Cast, ended: dict[str, object]) -> None:
    text = token_of(cast.alice)
    ApiToken.objects.update(**ended)
    assert read(text, FIELDS) == 401


def test_it_is_shown_once_and_revoked_by_its_owner_alone(cast: Cast) -> None:
    client = sign_in(cast.alice)
    page = client.post(
        "/accounts/tokens/", {"name": "sync", "scopes": "fields", "days": "9"}
    ).content.decode()
    start = ApiToken.objects.get().start
    assert page.count(start) == 2
    assert client.get("/accounts/tokens/").content.decode().count(start) == 1
    pk = ApiToken.objects.get().pk
    assert sign_in(cast.bob).post(f"/accounts/tokens/{pk}/revoke/").status_code == 404
    assert client.post(f"/accounts/tokens/{pk}/revoke/").status_code == 302
    assert ApiToken.objects.get().revoked_at is not None


def test_a_role_without_the_right_ends_what_was_made_under_it(cast: Cast) -> None:
    text = token_of(cast.alice)
    User.objects.filter(pk=cast.alice.pk).update(role="auditor")
    assert read(text, CUSTOMERS) == 401
    User.objects.filter(pk=cast.alice.pk).update(role="rep")
    assert read(text, CUSTOMERS) == 200


def test_a_program_that_asks_over_http_is_refused_and_not_sent_on(cast: Cast, settings: Settings) -> None:
    settings.SECURE_SSL_REDIRECT = True
    for address in ("/customers/fields.json", "/customers/customers.json"):
        assert Client().get(address).status_code == 403
        assert Client().get(address, secure=True).status_code in {302, 401}
    assert Client().get("/customers/").status_code == 301
