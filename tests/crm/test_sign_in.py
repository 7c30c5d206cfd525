"""How people come in, how long they stay, and who may end it."""

import re
import time
from contextlib import nullcontext

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import hotp_value
from django.conf import settings as configured
from django.contrib.auth.password_validation import validate_password
from django.core import mail
from django.core.exceptions import ValidationError
from django.test import Client
from pytest_django import Settings

from crm.accounts.sessions import BEGUN, SEEN
from crm.models import AuditEntry, SignIn, User
from crm.services import factors
from tests.cast import Cast, sign_in

PASSWORD = "quite a long password"
SIGN_IN = "/accounts/login/"


@pytest.fixture
def alice(cast: Cast) -> User:
    cast.alice.email = "alice@example.com"
    cast.alice.set_password(PASSWORD)
    cast.alice.save()
    return cast.alice


def enter(client: Client, password: str = PASSWORD, login: str = "alice") -> int:
    return client.post(SIGN_IN, {"login": login, "password": password}).status_code


def is_in(client: Client) -> bool:
    return client.get("/accounts/sign-ins/").status_code == 200


def set_back(client: Client, key: str, seconds: int) -> None:
    session = client.session
    session[key] = int(time.time()) - seconds
    session.save()


def test_the_session_is_another_one_after_signing_in(alice: User, client: Client) -> None:
    client.get(SIGN_IN)
    before = client.session.session_key
    assert enter(client) == 302
    assert client.session.session_key != before


def test_the_session_has_another_key_after_a_proof_and_a_new_password(alice: User) -> None:
    client, stolen = sign_in(alice, proven=False), Client()
    stolen.cookies[configured.SESSION_COOKIE_NAME] = client.session.session_key or ""
    for address, typed in (
        ("/accounts/reauthenticate/", {"password": PASSWORD}),
        (
            "/accounts/password/change/",
            {"oldpassword": PASSWORD, "password1": "a long walk home", "password2": "a long walk home"},
        ),
    ):
        before = client.session.session_key
        assert client.post(address, typed).status_code == 302
        assert client.session.session_key != before
        assert [sign.session_key for sign in SignIn.objects.filter(user=alice)] == [
            client.session.session_key
        ]
    assert is_in(client)
    assert not is_in(stolen)


@pytest.mark.parametrize(("key", "limit"), [(SEEN, 3 * 3600), (BEGUN, 12 * 3600)])
def test_a_sign_in_ends_when_idle_or_old(cast: Cast, key: str, limit: int) -> None:
    client = sign_in(cast.alice)
    set_back(client, key, limit - 60)
    assert is_in(client)
    set_back(client, key, limit)
    assert not is_in(client)


def test_each_ends_the_others_of_their_own_and_nobody_elses(cast: Cast) -> None:
    here, there, bobs = sign_in(cast.alice), sign_in(cast.alice), sign_in(cast.bob)
    foreign = SignIn.objects.get(user=cast.bob)
    assert here.post(f"/accounts/sign-ins/{foreign.pk}/end/").status_code == 404
    here.post("/accounts/sign-ins/others/end/")
    assert (is_in(here), is_in(there), is_in(bobs)) == (True, False, True)


def test_an_administrator_ends_every_sign_in_of_somebody(cast: Cast) -> None:
    alices = sign_in(cast.alice)
    sign_in(cast.ada).post(f"/access/users/{cast.alice.pk}/sign-out/")
    assert not is_in(alices)
    assert AuditEntry.objects.filter(action="sign_in.end", subject=f"user:{cast.alice.pk}").exists()


def test_guessing_at_an_account_is_stopped_and_on_record(alice: User, client: Client) -> None:
    answers = [enter(client, f"guess {number}") for number in range(8)]
    assert enter(client) != 302, "the right password comes too late"
    assert answers
    assert AuditEntry.objects.filter(action="sign_in.failed", subject=f"user:{alice.pk}").count() == 5


def test_guessing_at_many_accounts_from_one_address_is_stopped(cast: Cast) -> None:
    answers = [enter(Client(), "guess", f"nobody{number}") for number in range(14)]
    assert len(answers) == 14
    User.objects.filter(pk=cast.bob.pk).update(password=cast.alice.password)
    page = Client().post(SIGN_IN, {"login": "nobody99", "password": "x"}).content.decode()
    assert "Too many failed" in page or "尝试" in page or "登录失败" in page


def test_the_limits_are_kept_where_the_accounts_are() -> None:
    assert "DatabaseCache" in configured.CACHES["default"]["BACKEND"]


def test_a_forgotten_password_is_replaced_by_mail_and_ends_every_sign_in(alice: User, client: Client) -> None:
    elsewhere = sign_in(alice)
    client.post("/accounts/password/reset/", {"email": "alice@example.com"})
    link = re.search(r"http://testserver(/accounts/password/reset/key/\S+)", str(mail.outbox[0].body))
    assert link
    form = client.get(link[1], follow=True)
    changed = client.post(
        form.redirect_chain[-1][0], {"password1": "another long one 7", "password2": "another long one 7"}
    )
    assert changed.status_code == 302
    assert not is_in(elsewhere)
    assert enter(Client(), "another long one 7") == 302


def test_who_asks_for_an_unknown_address_is_told_the_same_and_no_mail_goes(
    cast: Cast, client: Client
) -> None:
    answer = client.post("/accounts/password/reset/", {"email": "stranger@example.com"})
    assert (answer.status_code, answer["Location"]) == (302, "/accounts/password/reset/done/")
    assert mail.outbox == []


def activate_totp(client: Client) -> str:
    secret = client.get("/accounts/2fa/totp/activate/").context["form"].secret
    code = f"{hotp_value(secret, int(time.time()) // 30):06d}"
    assert client.post("/accounts/2fa/totp/activate/", {"code": code}).status_code == 302
    return str(secret)


def test_a_second_factor_is_sealed_and_asked_for(alice: User) -> None:
    secret = activate_totp(sign_in(alice))
    stored = Authenticator.objects.get(user=alice, type="totp").data["secret"]
    assert secret not in stored
    client = Client()
    assert enter(client) == 302
    assert not is_in(client), "the password alone is not enough"
    code = f"{hotp_value(secret, int(time.time()) // 30 - 1):06d}"
    client.post("/accounts/2fa/authenticate/", {"code": code})
    assert is_in(client)


def test_factors_are_sealed_anew_under_a_new_master_key(alice: User, settings: Settings) -> None:
    activate_totp(sign_in(alice))
    settings.MASTER_KEYS = {"new": bytes(range(32)), **settings.MASTER_KEYS}
    assert factors.seal_anew() == 2  # the app and the recovery codes
    settings.MASTER_KEYS = {"new": bytes(range(32))}
    assert Authenticator.objects.get(user=alice, type="totp").wrap().validate_code("000000") is False
    assert factors.seal_anew() == 0


def test_a_role_that_needs_a_second_factor_gets_nowhere_without(cast: Cast, settings: Settings) -> None:
    settings.SECOND_FACTOR_FOR = ["admin"]
    answer = sign_in(cast.ada).get("/customers/")
    assert (answer.status_code, answer["Location"]) == (302, "/accounts/2fa/")
    assert sign_in(cast.ada).get("/accounts/2fa/").status_code == 200
    assert sign_in(cast.alice).get("/customers/").status_code == 200


def test_a_passkey_is_asked_for_with_the_sites_own_name(client: Client, db: None) -> None:
    asked = client.get("/accounts/2fa/webauthn/login/", headers={"X-Requested-With": "XMLHttpRequest"}).json()
    options = asked["request_options"]["publicKey"]
    assert options["rpId"] == "testserver"
    assert options["userVerification"] == "required"


@pytest.mark.parametrize("credential", ["0", "-0", "false", '""', "[1]", '{"a":1}', "{}", "x"])
def test_what_is_no_passkey_is_not_kept_as_one(cast: Cast, credential: str) -> None:
    client = sign_in(cast.alice)
    client.get("/accounts/2fa/webauthn/add/")
    client.post("/accounts/2fa/webauthn/add/", {"name": "key", "credential": credential})
    assert not Authenticator.objects.exists()


@pytest.mark.parametrize(
    ("address", "typed"),
    [
        ("/customers/lists/customers/export/", {"format": "csv", "columns": "shown", "reason": "x"}),
        ("/access/users/new/", {"username": "new"}),
        ("/accounts/tokens/", {"name": "x", "scopes": "fields", "days": 1}),
        ("/accounts/sign-ins/others/end/", {}),
    ],
)
def test_who_has_not_proven_themselves_lately_is_asked_to(
    cast: Cast, address: str, typed: dict[str, str]
) -> None:
    cast.ada.set_password(PASSWORD)
    cast.ada.save()
    answer = sign_in(cast.ada, proven=False).post(address, typed)
    assert answer.status_code == 302
    assert "/accounts/reauthenticate/" in answer["Location"]


def test_signing_out_clears_what_the_browser_kept(cast: Cast) -> None:
    client = sign_in(cast.alice)
    assert "Clear-Site-Data" not in client.get("/customers/").headers
    assert client.post("/accounts/logout/")["Clear-Site-Data"] == '"cache", "storage"'


@pytest.mark.parametrize(
    ("password", "is_good"),
    [("huaxin-2031-haoma", False), ("苏州华新-2031-kk-9x", False), ("a long walk home", True)],
)
def test_a_password_holds_no_word_of_the_company(settings: Settings, password: str, is_good: bool) -> None:
    settings.COMPANY_NAME = "苏州华新 Huaxin Co."
    with nullcontext() if is_good else pytest.raises(ValidationError):
        validate_password(password)
