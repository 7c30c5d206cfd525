"""Every page of a running demo, small: in each language, theme and width, with a table of contents in docs/pages."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Any

from django.conf import settings
from django.urls import URLPattern, URLResolver, get_resolver
from playwright.sync_api import Browser, BrowserContext, Page, Response

from tests.e2e.pictures import LANGUAGES, RECORDS, THEMES, settle, sign_in
from tests.e2e.visitor import SIZES

TABS = ("profile", "trade", "behaviour", "relations", "competition", "analysis", "history")
# What of a record stands below its address.
BELOW_RECORD = {
    **{f"record-{tab}": f"?tab={tab}" for tab in TABS},
    "record-edit": "edit/",
    "record-merge": "merge/",
    "record-task": "tasks/new/",
    "record-section-edit": "profile/basics/edit/",
    "record-part-new": "parts/needs/new/",
    "record-export": "export/",
    "record-rights": "rights/",
    "record-request-new": "rights/requests/new/",
    "record-erase": "rights/erase/",
    "record-conflict": "edit/",
    "record-churn": "churn/",
}
# What of a person's record stands below its address.
BELOW_PERSON = {"sensitive": "sensitive/person.religion/"}
PEOPLE = "/customers/people/"
# Pages that are asked for by sending something; nothing of it is written. From where, to where, and what.
SENT = {
    "bulk": ("/customers/new/", "/customers/lists/customers/change/", {"action": "tag"}),
}
CONFLICT = "record-conflict"
ALIKE = "possible-duplicates"
# A page of one thing: the list whose first link of this form leads to it.
DETAILS = {
    "order": ("/customers/orders/", r"/customers/orders/\d+/"),
    "competitor": ("/customers/competitors/", r"/customers/competitors/\d+/"),
    "informant": ("/customers/campaigns/informants/", r"/customers/campaigns/informants/\d+/"),
    "policy-version": ("/analysis/policy/versions/", r"/analysis/policy/versions/\d+/"),
    "run": ("/analysis/runs/", r"/analysis/runs/\d+/"),
    "channel-edit": ("/customers/campaigns/channels/", r"/customers/directory/channels/\d+/"),
    "competitor-edit": ("/customers/competitors/", r"/customers/directory/competitors/\d+/"),
    "task": ("/customers/tasks/", r"/customers/tasks/\d+/"),
    "import": ("/customers/imports/", r"/customers/imports/\d+/"),
    "access-user": ("/access/users/", r"/access/users/\d+/"),
    "access-team": ("/access/teams/", r"/access/teams/\d+/"),
    "merge-compare": ("{record}merge/", r"/customers/\d+/merge/\?with=.+"),
}
FIVE_LISTS = ("gold", "drag", "wish", "complaining", "narrow")
# Pages whose address says which list, register or field is meant.
NAMED = {
    "list-export": "/customers/lists/customers/export/",
    **{f"list-{key}": f"/analysis/lists/{key}/" for key in FIVE_LISTS},
    "territory-new": "/customers/directory/territories/new/",
    "competitor-new": "/customers/directory/competitors/new/",
    "channel-new": "/customers/directory/channels/new/",
    "campaign-new": "/customers/directory/campaigns/new/",
    "informant-new": "/customers/directory/informants/new/",
    "field-switch": "/customers/fields/person.religion/switch/",
    "retention-rule": "/customers/privacy/retention/deleted/",
    "incident-new": "/customers/directory/incidents/new/",
    "processing-new": "/customers/directory/processing/new/",
}
SIGN_IN = "accounts-login"
# Answers with a page: also who may be the same, and what somebody else has changed meanwhile.
SHOWN = (200, 409, 422)
ADMIN_PAGES = (
    "customers-fields",
    "customers-fields-custom-new",
    "customers-imports",
    "customers-imports-new",
    "field-switch",
    "record-rights",
    "record-request-new",
    "record-erase",
    "retention-rule",
    "incident-new",
    "processing-new",
    "customers-privacy",
    "customers-privacy-requests",
    "customers-privacy-processing",
    "customers-privacy-incidents",
    "customers-privacy-retention",
    "customers-privacy-unused-fields",
    "customers-privacy-destroyed",
    "audit",
    "audit-export",
    "jobs",
    "territory-new",
    "access-users",
    "access-users-new",
    "access-teams",
    "access-teams-new",
    "access-rights",
    "access-user",
    "access-team",
    "import",
    "styleguide",
)
# Addresses that answer no page of their own: parts of pages, files, and what only redirects.
NO_PAGES = re.compile(
    r"^$|^healthz$|^readyz$|^metrics$|^i18n/|^accounts/(?!login/$)|/suggest/$|/unread/$|/log/customers/$"
    r"|/set/$|/today/waiting/$|^analysis/(?:team|churn/work)/export/$|^notifications/(?!$)|^analysis/lists/$|^analysis/views/$|\.json$|\.csv$"
)
# How much smaller than on the screen, and how fine.
SCALES = {"desk": 0.5, "phone": 0.6}
QUALITY = 45
HEAD = """# Every page

Taken from the demo company by `python3 manage.py pictures`; nobody edits this file or its pictures by hand.
"""


@dataclass(frozen=True)
class Found:
    """A page that was photographed: its name, what it is called in both languages, its pictures."""

    name: str
    titles: dict[str, str]
    files: list[str]


def addresses_without_arguments(resolver: URLResolver | None = None, prefix: str = "") -> Iterator[str]:
    """Yield the address of every page that needs no number or word to be asked for."""
    for entry in (resolver or get_resolver()).url_patterns:
        address = prefix + str(entry.pattern)
        if "<" in address or "(?P" in address:
            continue
        if isinstance(entry, URLResolver):
            yield from addresses_without_arguments(entry, address)
        elif isinstance(entry, URLPattern) and not NO_PAGES.search(address):
            yield address


def page_name(address: str) -> str:
    """Return what the pictures of an address are called."""
    return address.strip("/").replace("/", "-")


class Gallery:
    """Photographs every page of the demo at ``address`` into a folder."""

    def __init__(self, browser: Browser, address: str, password: str) -> None:
        self.browser, self.address = browser, address
        self.sessions = {user: sign_in(browser, address, user, password) for user in ("manager", "admin")}
        self.pages = {page_name(each): f"/{each}" for each in addresses_without_arguments()}
        with self._context("manager", "en", "light", "desk") as context:
            page = context.new_page()
            record = self._first_link(page, RECORDS, r"/customers/\d+/")
            self.record_name = (
                page.title().partition(" · ")[0] if record and page.goto(address + record) else ""
            )
            if record:
                self.pages["record"] = record
                self.pages |= {name: record + below for name, below in BELOW_RECORD.items()}
            if person := self._first_link(page, PEOPLE, r"/customers/\d+/"):
                self.pages |= {name: person + below for name, below in BELOW_PERSON.items()}
        for user in self.sessions:
            with self._context(user, "en", "light", "desk") as context:
                page = context.new_page()
                for name, (start, form) in DETAILS.items():
                    if _viewer_of(name) == user and (
                        found := self._first_link(page, start.format(record=record), form)
                    ):
                        self.pages[name] = found
        self.pages |= {name: start for name, (start, _to, _fields) in SENT.items()} | NAMED
        self.pages[ALIKE] = "/customers/new/"

    def take(self, folder: Path) -> list[Found]:
        """Photograph every page that answers one, look after look: what a look has fetched it keeps."""
        folder.mkdir(parents=True, exist_ok=True)
        for old in folder.glob("*.webp"):
            old.unlink()
        found = {name: Found(name, {}, []) for name in sorted(self.pages)}
        for language, theme, size in product(LANGUAGES, THEMES, SIZES):
            for user in ("", *self.sessions):
                with self._context(user, language, theme, size) as context:
                    page = context.new_page()
                    for name in (each for each in found if _viewer_of(each) == user):
                        if title := self._open(page, name):
                            file = folder / f"{name}-{language}-{theme}-{size}.webp"
                            file.write_bytes(_small_picture(page, size))
                            found[name].titles.setdefault(language, title)
                            found[name].files.append(file.name)
        return [each for each in found.values() if each.files]

    def _open(self, page: Page, name: str) -> str:
        """Open a page and return its title; nothing when it answers none."""
        answer = page.goto(self.address + self.pages[name])
        if name == CONFLICT:
            answer = submit_older(page)
        elif name == ALIKE:
            answer = submit_name(page, self.record_name)
        elif name in SENT:
            _start, to, fields = SENT[name]
            number = self.pages["record"].strip("/").rpartition("/")[2]
            answer = send(page, to, {**fields, "ids": number})
        if not (
            answer and answer.status in SHOWN and "text/html" in (answer.headers.get("content-type") or "")
        ):
            return ""
        settle(page)
        return page.title().rpartition(" · ")[0] or page.title()

    def _context(self, user: str, language: str, theme: str, size: str) -> BrowserContext:
        code, locale = LANGUAGES[language]
        context = self.browser.new_context(locale=locale, viewport=SIZES[size], reduced_motion="reduce")
        jar = {settings.LANGUAGE_COOKIE_NAME: code, "theme": theme}
        if user:
            jar[settings.SESSION_COOKIE_NAME] = self.sessions[user]
        context.add_cookies([{"name": name, "value": jar[name], "url": self.address} for name in jar])
        return context

    def _first_link(self, page: Page, start: str, form: str) -> str:
        page.goto(self.address + start)
        links: list[str] = page.locator("main a").evaluate_all(
            "all => all.map(a => a.getAttribute('href') || '')"
        )
        return next((link for link in links if re.fullmatch(form, link)), "")


def submit_older(page: Page) -> Response | None:
    """Save core facts as somebody does who opened them before another saved: refused, with what both wrote."""
    with page.expect_navigation() as arrived:
        page.evaluate(
            """() => {
                const form = document.querySelector("main form.form");
                form.elements.version.value = Math.max(1, form.elements.version.value - 1);
                form.elements.english_name.value += " Ltd";
                if (form.elements.version.value === form.elements.version.defaultValue)
                    form.elements.version.value = Number(form.elements.version.value) + 1;
                HTMLFormElement.prototype.submit.call(form);
            }"""
        )
    return arrived.value


def submit_name(page: Page, name: str) -> Response | None:
    """Ask for a new customer with the name of one that is known: who may be the same is shown, nobody added."""
    page.fill("#id_name", name)
    with page.expect_navigation() as arrived:
        page.evaluate("HTMLFormElement.prototype.submit.call(document.querySelector('main form.form'))")
    return arrived.value


def send(page: Page, to: str, fields: dict[str, str]) -> Response | None:
    """Send a form of the page's own making."""
    with page.expect_navigation() as arrived:
        page.evaluate(
            """([to, fields]) => {
                const form = document.createElement("form");
                form.method = "post";
                form.action = to;
                const token = document.querySelector("input[name=csrfmiddlewaretoken]").value;
                for (const [name, value] of Object.entries({...fields, csrfmiddlewaretoken: token})) {
                    const input = document.createElement("input");
                    Object.assign(input, {type: "hidden", name, value});
                    form.append(input);
                }
                document.body.append(form);
                form.submit();
            }""",
            [to, fields],
        )
    return arrived.value


def _viewer_of(name: str) -> str:
    """Return who is shown a page: nobody who has signed in sees the door."""
    return "" if name == SIGN_IN else "admin" if name in ADMIN_PAGES else "manager"


def write_contents(pages: list[Found], file: Path) -> None:
    """Write the table of contents: every page with its pictures."""
    parts = [HEAD]
    parts += [f"- [{page.titles['zh']} · {page.titles['en']}](#{page.name})" for page in pages]
    for page in pages:
        parts += ["", f'<h2 id="{page.name}">{page.titles["zh"]} · {page.titles["en"]}</h2>', ""]
        parts += [f"![{name}]({name})" for name in page.files]
    file.write_text("\n".join(parts) + "\n", encoding="utf-8")


def _small_picture(page: Page, size: str) -> bytes:
    """Return what the screen shows, smaller, as WebP: the driver's own pictures know neither."""
    box: dict[str, Any] = {"x": 0, "y": 0, **SIZES[size], "scale": SCALES[size]}
    taken = page.context.new_cdp_session(page).send(
        "Page.captureScreenshot", {"format": "webp", "quality": QUALITY, "clip": box}
    )
    return base64.b64decode(taken["data"])
