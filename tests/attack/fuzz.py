"""What is sent: every route by every role, with ids and words that are right, foreign, absent or hostile."""

from __future__ import annotations

import random
from collections.abc import Iterator
from html.parser import HTMLParser
from urllib.parse import quote, urlencode

from tests.attack.client import Asked
from tests.attack.company import Company, Side
from tests.attack.routes import WORDS, Route

HOSTILE = (
    "１２３", "1_000", "1e5", "-1", "0", "9223372036854775807", "9223372036854775808", "9" * 400, "\0", "a\0b",
    "\ud800", "\udfff\ud800", "'", "' OR 1=1--", "\"><script>alert(1)</script>", "{{7*7}}", "{% debug %}", "%00",
    "../../../etc/passwd", "..\\..\\x", "=1+1", "@SUM(1)", "NaN", "Infinity", "-0", "1.0", "٣", "½", "²",
    "2024-02-30", "0000-00-00", "9999-12-31", "10000-01-01", "2024-13-01T25:61", "0001-01-01", "none", "null", "[]",
    "{}", '{"a":1}', "true", "\u202e", "\ufeff", "\u200b", "😀" * 40, "é" * 5_000, "a" * 9_000, " ", "", "%", "_",
    "\\", "\r\nSet-Cookie: x=1", "http://169.254.169.254/", "//example.com", "javascript:alert(1)", "id;DROP TABLE x",
    "pk__gt", "owner__password", "-password", "x" * 200 + ":" * 50, "1,2,3", "1;2", "٠١", "1 000", "0x10", "1e400",
)  # fmt: skip
PARAMETERS = (
    "q", "sort", "columns", "view", "after", "before", "density", "menu", "tab", "open", "show", "row", "next", "page",
    "owner", "team", "region", "kind", "tier", "flag", "tag", "lifecycle", "from", "to", "month", "year", "as_of",
    "period", "product", "category", "state", "currency", "for", "format", "do", "days", "window", "run", "measure",
    "group", "by", "branch", "level", "compare", "code", "customer", "file", "step", "language",
)  # fmt: skip
# What would end the attack by ending its own sessions.
NEVER_SENT = {
    "account_logout", "sign_ins_end_others", "sign_in_end", "user_sign_out", "account_login", "account_change_password",
    "account_reauthenticate",
}  # fmt: skip
FORM = "application/x-www-form-urlencoded"
TYPES = (
    *[FORM] * 30, "application/json", "text/plain", "multipart/form-data; boundary=x", "multipart/form-data",
    f"{FORM}; charset=utf-16", f"{FORM}; charset=nonsense", "",
)  # fmt: skip
OTHER_METHODS = ("HEAD", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "PROPFIND")


class Fields(HTMLParser):
    """Collects the names of what a page's forms send, with the values that stand in them."""

    def __init__(self) -> None:
        super().__init__()
        self.found: dict[str, str] = {}

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Keep the name of an input."""
        given = dict(attrs)
        if tag in {"input", "select", "textarea", "button"} and given.get("name"):
            self.found.setdefault(str(given["name"]), str(given.get("value") or ""))


def fields_of(body: str) -> dict[str, str]:
    """Return what the forms of a page send."""
    parser = Fields()
    parser.feed(body)
    return {name: value for name, value in parser.found.items() if name != "csrfmiddlewaretoken"}


class Fuzzer:
    """Makes requests, always the same ones from the same seed."""

    def __init__(self, company: Company, routes: list[Route], seed: int) -> None:
        self.random = random.Random(seed)  # noqa: S311 - an attack that can be repeated, no secret
        self.company, self.routes = company, [route for route in routes if route.name not in NEVER_SENT]
        self.roles = list(company.readers())
        self.fields: dict[str, dict[str, str]] = {}

    def first_looks(self) -> Iterator[Asked]:
        """Yield one plain request for each route and role: its forms are what is filled in afterwards."""
        for route in self.routes:
            for role in self.roles:
                yield Asked(role, "GET", self._right_address(route))
            # One's own record too: that is where the forms are.
            numbers = dict.fromkeys(route.numbers, self.company.north.customers[0].pk)
            for word in WORDS.get(route.words[0], ("x-y",)) if len(route.words) == 1 else ():
                yield Asked("manager", "GET", route.address(**numbers, **{route.words[0]: word}) or "/")
            if not route.words:
                yield Asked("manager", "GET", route.address(**numbers) or "/")

    def learn(self, target: str, body: str) -> None:
        """Remember the forms of a page."""
        if found := fields_of(body):
            self.fields.setdefault(target.partition("?")[0], {}).update(found)

    def requests(self, count: int) -> Iterator[Asked]:
        """Yield so many requests, every route and role in turn."""
        for number in range(count):
            route = self.routes[number % len(self.routes)]
            role = self.roles[(number + number // len(self.routes)) % len(self.roles)]
            yield self._request(route, role)

    def _request(self, route: Route, role: str) -> Asked:
        path = self._right_address(route) if self.random.random() < 0.85 else self._any_address(route)
        method = self._method(path)
        query = self._pairs(self._few(PARAMETERS)) if self.random.random() < 0.7 else b""
        target = path + ("?" + query.decode("ascii") if query else "")
        if method not in {"POST", "PUT", "PATCH"}:
            return Asked(role, method, target)
        known = self.fields.get(path, {})
        body = self._body(known)
        headers = {"Content-Type": self.random.choice(TYPES)}
        if self.random.random() < 0.2:
            headers["HX-Request"] = "true"
        return Asked(role, method, target, body, headers)

    def _method(self, path: str) -> str:
        """Return mostly a way that the page answers: by its form where it has one."""
        if self.random.random() < 0.04:
            return self.random.choice(OTHER_METHODS)
        return "POST" if self.random.random() < (0.6 if path in self.fields else 0.25) else "GET"

    def _body(self, known: dict[str, str]) -> bytes:
        """Return a form: what stood in the page with some of it replaced, or rubbish."""
        if self.random.random() < 0.1:
            return self.random.randbytes(self.random.randrange(200))
        sent = dict(known)
        for name in self._few(tuple(known) or PARAMETERS):
            sent[name] = self._value()
        return _encoded(list(sent.items()))

    def _few(self, names: tuple[str, ...]) -> list[str]:
        return self.random.sample(names, min(len(names), self.random.randint(1, 3)))

    def _pairs(self, names: list[str]) -> bytes:
        return _encoded([(name, self._value()) for name in names])

    def _value(self) -> str:
        if self.random.random() < 0.25:
            return str(self._number())
        return self.random.choice(HOSTILE)

    def _right_address(self, route: Route) -> str:
        side = self.random.choice((self.company.north, self.company.south))
        numbers = dict.fromkeys(route.numbers, self._record(side))
        words = {name: self.random.choice(WORDS.get(name, ("x-y",))) for name in route.words}
        return route.address(**numbers, **words) or "/"

    def _any_address(self, route: Route) -> str:
        """Return an address with one part of it replaced by something hostile."""
        parts = self._right_address(route).split("/")
        place = self.random.randrange(1, len(parts))
        parts[place] = quote(self.random.choice(HOSTILE)[:300], safe="%", errors="surrogatepass")
        return "/".join(parts)

    def _record(self, side: Side) -> int | str:
        if self.random.random() < 0.6:
            return self.random.choice(side.customers).pk
        return self.random.choice(self.random.choice(list(side.records.values())))

    def _number(self) -> int | str:
        side = self.random.choice((self.company.north, self.company.south))
        return self.random.choice((self._record(side), 0, 2**31, 2**63, 999_999_999))


def _encoded(pairs: list[tuple[str, str]]) -> bytes:
    """Return pairs as a form sends them; a lone surrogate goes out as the bytes that it would have."""
    return urlencode(pairs, errors="surrogatepass").encode("ascii")
