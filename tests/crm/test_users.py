"""Accounts, as administrators open, change and close them; and rights that are lost at the next request."""

import re

import pytest
from django.core import mail
from django.test import Client

from crm.models import ApiToken, AuditEntry, Role, User
from crm.policy import table
from crm.services import tokens
from crm.services.users import Account, UserError, change
from crm.views.access.rights import ACTIONS
from tests.cast import Cast, make_user, sign_in

NEW = {
    "name": "何琳",
    "username": "helin",
    "email": "helin@example.com",
    "role": "rep",
    "team": "",
    "language": "zh-hans",
}


def account_of(user: User, **changed: object) -> Account:
    known = {name: getattr(user, name) for name in Account.__slots__}
    return Account(**{**known, "email": f"{user.username}@example.com", **changed})


def test_who_is_invited_chooses_a_password_by_mail(cast: Cast) -> None:
    answer = sign_in(cast.ada).post("/access/users/new/", NEW)
    invited = User.objects.get(username="helin")
    assert answer["Location"] == f"/access/users/{invited.pk}/"
    assert not invited.has_usable_password()
    link = re.search(r"http://testserver(/accounts/password/reset/key/\S+)", str(mail.outbox[0].body))
    assert link
    client = Client()
    form = client.get(link[1], follow=True)
    typed = {"password1": "a password of my own", "password2": "a password of my own"}
    client.post(form.redirect_chain[-1][0], typed)
    assert client.login(username="helin", password="a password of my own")


def test_a_link_to_choose_a_password_is_sent_by_who_proved_themselves_and_on_record(cast: Cast) -> None:
    User.objects.filter(pk=cast.bob.pk).update(email="bob@example.com")
    address = f"/access/users/{cast.bob.pk}/mail/"
    assert "reauthenticate" in sign_in(cast.ada, proven=False).post(address)["Location"]
    assert (mail.outbox, AuditEntry.objects.filter(action="user.mail").count()) == ([], 0)
    sign_in(cast.ada).post(address)
    assert len(mail.outbox) == 1
    assert AuditEntry.objects.get(action="user.mail").subject == f"user:{cast.bob.pk}"


def test_a_changed_role_ends_every_sign_in_and_is_on_record(cast: Cast) -> None:
    bobs = sign_in(cast.bob)
    tokens.make(actor=cast.bob, name="x", scopes=["fields"], days=1)
    change(cast.bob.pk, account_of(cast.bob, role=Role.AUDITOR), actor=cast.ada)
    assert ApiToken.objects.get().revoked_at is not None
    assert bobs.get("/customers/").status_code == 302
    entry = AuditEntry.objects.get(action="user.change")
    assert entry.detail["role"] == [Role.REP, Role.AUDITOR]
    assert sign_in(User.objects.get(pk=cast.bob.pk)).get("/customers/new/").status_code == 403


def test_a_closed_account_is_out_at_the_next_request_with_its_tokens(cast: Cast) -> None:
    bobs = sign_in(cast.bob)
    _token, text = tokens.make(actor=cast.bob, name="x", scopes=["fields"], days=1)
    change(cast.bob.pk, account_of(cast.bob, is_active=False), actor=cast.ada)
    assert bobs.get("/customers/").status_code == 302
    assert tokens.owner_of(text, "fields") is None
    assert ApiToken.objects.get().revoked_at is not None


def test_the_last_administrator_stays_one(cast: Cast) -> None:
    with pytest.raises(UserError):
        change(cast.ada.pk, account_of(cast.ada, role=Role.REP), actor=cast.ada)
    make_user("second", Role.ADMIN)
    change(cast.ada.pk, account_of(cast.ada, role=Role.REP), actor=cast.ada)


@pytest.mark.parametrize("name", ["ALICE", "alice"])
def test_a_name_is_given_once(cast: Cast, name: str) -> None:
    answer = sign_in(cast.ada).post("/access/users/new/", {**NEW, "username": name})
    assert answer.status_code == 422
    assert User.objects.filter(username__iexact="alice").count() == 1


@pytest.mark.parametrize("field", ["name", "username", "email", "role", "team", "language"])
@pytest.mark.parametrize("rubbish", ["\0", "9" * 400, "\ud800", "<script>"])
def test_rubbish_about_an_account_is_told_so(cast: Cast, field: str, rubbish: str) -> None:
    typed = {**NEW, field: rubbish}
    body = "&".join(f"{name}={value}" for name, value in typed.items()).encode("utf-8", "surrogatepass")
    kind = "application/x-www-form-urlencoded"
    answer = sign_in(cast.ada).generic("POST", "/access/users/new/", body, content_type=kind)
    assert answer.status_code in {302, 422}


def test_the_page_of_rights_has_words_for_every_action(cast: Cast) -> None:
    assert set(ACTIONS) == set(table())
    page = sign_in(cast.otto).get("/access/rights/").content.decode()
    assert "Read a sensitive value" in page


def test_a_share_ends_at_the_next_request(cast: Cast) -> None:
    bobs, alices = sign_in(cast.bob), sign_in(cast.alice)
    record = f"/customers/{cast.huaxin.pk}/"
    assert bobs.get(record).status_code == 200
    assert bobs.get(f"{record}share/").status_code == 404, "who shares it can't pass it on"
    share = cast.huaxin.shares.get(user=cast.bob)
    alices.post(f"{record}share/{share.pk}/end/")
    assert bobs.get(record).status_code == 404
    alices.post(f"{record}share/", {"user": cast.charlie.pk})
    assert sign_in(cast.charlie).get(record).status_code == 200
    actions = list(AuditEntry.objects.filter(action__startswith="customer.").values_list("action", flat=True))
    assert sorted(actions) == ["customer.share", "customer.unshare"]
