"""Every route of the product with what its address is made of, as the URL resolver has them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.urls import NoReverseMatch, URLPattern, URLResolver, get_resolver, reverse
from django.urls.converters import IntConverter

from customers.exports.lists import LISTS
from customers.selectors.catalogue import FIELDS
from customers.views.directory import REGISTERS
from customers.views.parts.kinds import KINDS

# Words that addresses of the product hold beside numbers, by the parameter's name.
WORDS: dict[str, tuple[str, ...]] = {
    "kind": tuple(KINDS),
    "register": tuple(REGISTERS),
    "key": (*LISTS, *list(FIELDS)[:8], "person.religion", "x-y"),
    "slug": tuple(sorted({field.section.partition(".")[2].replace("_", "-") for field in FIELDS.values()})),
    "what": ("customer", "company", "person", "region", "product", "campaign", "user"),
}


@dataclass(frozen=True)
class Route:
    """A route: its name, the names of its numbers, and the names of its words."""

    name: str
    numbers: tuple[str, ...]
    words: tuple[str, ...]

    def address(self, **parameters: str | int) -> str:
        """Return the address, empty where the pattern doesn't take these words."""
        try:
            return reverse(self.name, kwargs=parameters)
        except NoReverseMatch:
            return ""


def routes(resolver: URLResolver | None = None, namespace: str = "") -> Iterator[Route]:
    """Yield every route."""
    for entry in (resolver or get_resolver()).url_patterns:
        if isinstance(entry, URLResolver):
            yield from routes(entry, f"{namespace}{entry.namespace}:" if entry.namespace else namespace)
        elif isinstance(entry, URLPattern):
            yield _route(entry, namespace)


def _route(entry: URLPattern, namespace: str) -> Route:
    names = list(entry.pattern.regex.groupindex)
    converters = getattr(entry.pattern, "converters", {})
    numbers = tuple(
        name for name in names if isinstance(converters.get(name), IntConverter) or name == "part"
    )
    words = tuple(name for name in names if name not in numbers)
    return Route(f"{namespace}{entry.name or entry.pattern}", numbers, words)
