"""Somebody in a real browser: opens pages as their viewer sees them, and keeps what the browser complained about."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import axe_core_python
from django.conf import settings
from playwright.sync_api import Browser, Page, sync_playwright

AXE = Path(axe_core_python.__file__).with_name("axe.min.js")
RULES = "['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']"
SIZES: dict[str, Any] = {"desk": {"width": 1360, "height": 900}, "phone": {"width": 390, "height": 844}}
SWITCHES = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


class Visitor:
    """A browser whose cookies hold somebody's session."""

    def __init__(self, browser: Browser, base: str, session: str) -> None:
        self.browser, self.base, self.session = browser, base, session
        self.complaints: list[str] = []

    def open(
        self,
        path: str,
        size: str = "desk",
        *,
        scripts: bool = True,
        language: str = "en",
        theme: str = "light",
    ) -> Page:
        """Return a page at a size, in a language and theme, with or without scripts."""
        context = self.browser.new_context(viewport=SIZES[size], java_script_enabled=scripts)
        jar = {
            settings.SESSION_COOKIE_NAME: self.session,
            settings.LANGUAGE_COOKIE_NAME: language,
            "theme": theme,
        }
        context.add_cookies([{"name": name, "value": value, "url": self.base} for name, value in jar.items()])
        page = context.new_page()
        page.on("console", lambda said: self.complaints.append(said.text) if said.type == "error" else None)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.goto(f"{self.base}{path}")
        return page

    def violations(self, page: Page, awaited: str = "body") -> list[tuple[str, Any]]:
        """Return what axe has to report of a page, once ``awaited`` is there.

        Its own script needs the page's policy set aside.
        """
        page.context.new_cdp_session(page).send("Page.setBypassCSP", {"enabled": True})
        page.reload()
        page.wait_for_selector(awaited)
        page.evaluate(AXE.read_text(encoding="utf-8"))
        report = page.evaluate(f"async () => await axe.run({{runOnly: {RULES}}})")
        return [(found["id"], found["nodes"][0]["target"]) for found in report["violations"]]


@contextmanager
def visiting(browser_path: str, base: str, session: str) -> Iterator[Visitor]:
    """Open a browser for somebody."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=browser_path, args=SWITCHES)
        yield Visitor(browser, base, session)
        browser.close()
