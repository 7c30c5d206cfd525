"""A small HTTP client for checking a running instance: cookies, forms, and the words of a page."""

import html
import re
from dataclasses import dataclass
from http.client import HTTPException
from http.cookiejar import CookieJar
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import HTTPCookieProcessor, Request, build_opener

TIMEOUT_SECONDS = 30.0
# A headline figure: its label and its value, as components/kpi.html writes them.
HEADLINE = re.compile(r'<span>([^<]*)</span>\s*</p>\s*<p class="kpi-value[^"]*">(.*?)</p>', re.DOTALL)
# A ranked customer's net revenue, which leads to the orders behind it.
RANKED = re.compile(r'href="/customers/orders/\?customer=(\d+)[^"]*">([^<]+)</a>')
NOT_TEXT = re.compile(r"<(script|style|template)\b.*?</\1>|<[^>]*>", re.DOTALL | re.IGNORECASE)


@dataclass(frozen=True)
class Page:
    """An answer: where it came from after redirects, its status and its body."""

    url: str
    status: int
    body: str

    @property
    def text(self) -> str:
        """Return what a reader sees: no tags, entities resolved, white space as single spaces."""
        return _words(self.body)

    @property
    def headlines(self) -> dict[str, str]:
        """Return the headline figures by label."""
        return {_words(label): _words(value) for label, value in HEADLINE.findall(self.body)}

    @property
    def ranked(self) -> list[tuple[int, str]]:
        """Return the ranked customers' ids and net revenues, as they stand in the list."""
        return [(int(customer), _words(value)) for customer, value in RANKED.findall(self.body)]


def _words(markup: str) -> str:
    return " ".join(html.unescape(NOT_TEXT.sub(" ", markup)).split())


class Visit:
    """One visitor of the instance at `address`, who keeps cookies and reads English."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.cookies = CookieJar()
        self.headers = {"Accept-Language": "en"}
        self.opener = build_opener(HTTPCookieProcessor(self.cookies))

    def get(self, path: str) -> Page:
        """Fetch a page. Raises OSError when nothing answers."""
        return self._open(path, None)

    def post(self, path: str, fields: dict[str, str]) -> Page:
        """Send a form with the token that an earlier page set, and return the page that follows."""
        token = next((cookie.value for cookie in self.cookies if cookie.name == "csrftoken"), None)
        return self._open(path, urlencode({"csrfmiddlewaretoken": token or "", **fields}).encode())

    def sign_in(self, username: str, password: str) -> bool:
        """Sign in, and say whether that opened the session."""
        self.get("/accounts/login/")
        self.post("/accounts/login/", {"login": username, "password": password})
        return any(cookie.name == "sessionid" for cookie in self.cookies)

    def is_healthy(self) -> bool:
        """Say whether the instance answers that all is well."""
        try:
            return self.get("/healthz").status == 200
        except (OSError, HTTPException):
            return False

    def _open(self, path: str, body: bytes | None) -> Page:
        url = self.address + path
        request = Request(url, data=body, headers={**self.headers, "Referer": url})  # noqa: S310 - always http to the instance itself
        try:
            answer = self.opener.open(request, timeout=TIMEOUT_SECONDS)
        except HTTPError as error:
            answer = error
        with answer:
            return Page(answer.url, answer.status, answer.read().decode(errors="replace"))
