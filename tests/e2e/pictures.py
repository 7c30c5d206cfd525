"""Pictures of a running demo: the few that the README shows, or every page in each language, theme and width."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import product
from pathlib import Path

from django.conf import settings
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright
from playwright.sync_api import TimeoutError as PlaywrightTimeoutError

from tests.e2e.visitor import SIZES, SWITCHES

SIGN_IN = "/accounts/login/"
ADDRESSES = {
    "tiers": "/analysis/tiers/",
    "contribution": "/analysis/contribution/",
    "churn": "/analysis/churn/",
    "runs": "/analysis/runs/",
    "customers": "/customers/",
    "orders": "/customers/orders/",
    "sign-in": SIGN_IN,
}
# The record is that of the customer who leads this list.
RECORD, RECORDS = "record", "/analysis/tiers/?tier=A"
# By language: what the site calls it, and what the browser does, which shows dates its own way.
LANGUAGES = {"zh": ("zh-hans", "zh-CN"), "en": ("en", "en-GB")}
THEMES = ("light", "dark")
# A phone's screen has more than one dot to a pixel.
DOTS = {"desk": 1, "phone": 2}
SIGN_IN_MILLISECONDS = 10_000
SETTLE_MILLISECONDS = 300
MOST_LOOKS = 30
DRAWN = "[...document.querySelectorAll('[data-chart]')].every(e => e.querySelector('canvas, svg'))"


class NotSignedInError(Exception):
    """The instance let nobody in; the message says whom."""


@dataclass(frozen=True)
class Shot:
    """One picture: a page, and how it is looked at."""

    page: str
    language: str
    theme: str
    size: str

    @property
    def name(self) -> str:
        """The picture's file."""
        return f"{self.page}-{self.language}-{self.theme}-{self.size}.png"


README = (
    Shot("tiers", "zh", "light", "desk"),
    Shot("tiers", "en", "dark", "desk"),
    Shot("record", "zh", "light", "desk"),
    Shot("churn", "en", "light", "desk"),
    Shot("tiers", "zh", "dark", "phone"),
)
EVERYTHING = tuple(Shot(*parts) for parts in product((*ADDRESSES, RECORD), LANGUAGES, THEMES, SIZES))


class Photographer:
    """A browser signed in to the instance at `address`.

    Raises NotSignedInError when that does not take the password.
    """

    def __init__(self, browser: Browser, address: str, user: str, password: str) -> None:
        self.browser, self.address = browser, address
        self.addresses = dict(ADDRESSES)
        self.session = sign_in(browser, address, user, password)
        with self._context(README[0]) as context:
            page = context.new_page()
            page.goto(address + RECORDS)
            self.addresses[RECORD] = page.locator("#customers tbody th a").first.get_attribute("href") or ""

    def shoot(self, shot: Shot, folder: Path, *, whole: bool) -> Path:
        """Write one picture into `folder`: the `whole` page, or what a screen shows of it."""
        file = folder / shot.name
        with self._context(shot) as context:
            page = context.new_page()
            page.goto(self.address + self.addresses[shot.page])
            settle(page)
            page.screenshot(path=file, full_page=whole)
        return file

    def _context(self, shot: Shot) -> BrowserContext:
        language, locale = LANGUAGES[shot.language]
        context = self.browser.new_context(
            locale=locale,
            viewport=SIZES[shot.size],
            device_scale_factor=DOTS[shot.size],
            reduced_motion="reduce",
        )
        jar = {settings.LANGUAGE_COOKIE_NAME: language, "theme": shot.theme}
        if shot.page != "sign-in":
            jar[settings.SESSION_COOKIE_NAME] = self.session
        context.add_cookies([{"name": name, "value": jar[name], "url": self.address} for name in jar])
        return context


def sign_in(browser: Browser, address: str, user: str, password: str) -> str:
    """Return the session of somebody who signs in. Raises NotSignedInError when the password is not taken."""
    with browser.new_context(locale="en") as context:
        page = context.new_page()
        page.goto(address + SIGN_IN)
        page.locator("input[name=login]").fill(user)
        page.locator("input[name=password]").fill(password)
        page.locator("input[name=password]").press("Enter")
        try:
            page.wait_for_url(lambda url: SIGN_IN not in url, timeout=SIGN_IN_MILLISECONDS)
        except PlaywrightTimeoutError as error:
            raise NotSignedInError(
                f"{address} does not let “{user}” in with the password of this home's demo."
            ) from error
        cookies = {cookie.get("name"): cookie.get("value") for cookie in context.cookies()}
        return str(cookies[settings.SESSION_COOKIE_NAME])


def settle(page: Page) -> None:
    """Wait until every chart is drawn."""
    page.wait_for_load_state("networkidle")
    # Asked from here: the page's own policy lets nobody evaluate anything in it, time after time.
    for _attempt in range(MOST_LOOKS):
        if page.evaluate(DRAWN):
            break
        page.wait_for_timeout(SETTLE_MILLISECONDS)
    page.wait_for_timeout(SETTLE_MILLISECONDS)


@contextmanager
def photographer(browser_path: str, address: str, user: str, password: str) -> Iterator[Photographer]:
    """Open a browser and sign in. Raises NotSignedInError."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=browser_path, args=SWITCHES)
        try:
            yield Photographer(browser, address, user, password)
        finally:
            browser.close()
