"""A passkey in a real browser: made on the page of second factors, then the only thing needed to sign in."""

import pytest
from allauth.mfa.models import Authenticator
from django.conf import settings as configured
from playwright.sync_api import Page, expect, sync_playwright
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from crm.models import Role
from tests.cast import make_user, sign_in
from tests.e2e.visitor import SWITCHES, Visitor

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
DEVICE = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


def give_a_device(page: Page) -> None:
    """Let the browser have a fingerprint reader, on which a finger always lies."""
    tools = page.context.new_cdp_session(page)
    tools.send("WebAuthn.enable")
    tools.send("WebAuthn.addVirtualAuthenticator", {"options": DEVICE})


def test_a_passkey_is_made_and_signs_in_by_itself_where_two_factors_are_asked(
    browser_path: str, live_server: LiveServer, settings: Settings
) -> None:
    settings.SECOND_FACTOR_FOR = ["admin"]
    session = sign_in(make_user("ada", Role.ADMIN)).cookies[configured.SESSION_COOKIE_NAME].value
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=browser_path, args=SWITCHES)
        visitor = Visitor(browser, live_server.url, session)
        page = visitor.open("/accounts/2fa/webauthn/add/")
        give_a_device(page)
        page.fill("input[name=name]", "my laptop")
        page.check("input[name=passwordless]")
        page.click("#mfa_webauthn_add")
        page.wait_for_url("**/recovery-codes/**")
        page.context.clear_cookies(name=configured.SESSION_COOKIE_NAME)
        page.goto(f"{live_server.url}/customers/")
        page.click("#passkey_login")
        expect(page).to_have_url(f"{live_server.url}/customers/")
        browser.close()
    assert visitor.complaints == []
    key = Authenticator.objects.get(type="webauthn")
    assert (key.wrap().name, key.last_used_at is None) == ("my laptop", False)
