"""Finding customers by what somebody types: parts of names, pinyin, initials, codes, numbers to call, addresses."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import reduce
from operator import and_, or_
from typing import Any, Self

from django.contrib.postgres.fields import ArrayField
from django.db.models import BooleanField, Func, IntegerField, Q, QuerySet, TextField, Value

from crm.models import User
from crm.policy import Scope, can, scope_of
from customers.models import ContactKind, ContactPoint, Customer, Order
from customers.models.listing import bigrams
from customers.models.profiles import CustomerQuerySet

SHORTEST_FRAGMENT = 3
# What matches a broad word is not all looked at: so many of each way to match.
MOST_CANDIDATES = 50
MOST_REACHED = 5_000
SHORTEST_NUMBER = 4
_NUMBER = re.compile(r"[+(\d][\d\s()/.-]*")
_CHINESE = re.compile(r"[\u3400-\u9fff]{1,2}")
_LATIN = re.compile(r"[a-z0-9]+")
CALLED = (ContactKind.MOBILE, ContactKind.PHONE, ContactKind.FAX)


@dataclass(frozen=True, slots=True)
class Sought:
    """What somebody typed, and what it may be.

    Attributes:
        written: as typed, without space around it.
        words: its parts between spaces.
        key: folded to letters and digits, as pinyin is stored; empty when it is not Latin.
        pair: what the index of character pairs is asked for, when one or two Chinese characters were typed.
        digits: of a number to call, without leading zeros, from four on.
        mail: (a part of) a mail address.
    """

    written: str
    words: tuple[str, ...] = ()
    key: str = ""
    pair: str = ""
    digits: str = ""
    mail: str = ""

    @classmethod
    def of(cls, written: str, key: str) -> Self:
        """Return what a text may be; ``key`` is the text folded, without spaces."""
        digits = re.sub(r"\D", "", written) if _NUMBER.fullmatch(written) else ""
        # 0512-6688 is stored as +865126688; what is left of 0012 would be too little to look for.
        stripped = digits.lstrip("0")
        digits = stripped if len(stripped) >= SHORTEST_NUMBER else digits
        pair = written if len(written) == 2 else f"^{written}"
        return cls(
            written=written,
            words=tuple(written.split()),
            key=key if _LATIN.fullmatch(key) else "",
            pair=pair if _CHINESE.fullmatch(written) else "",
            digits=digits if len(digits) >= SHORTEST_NUMBER else "",
            mail=written if "@" in written else "",
        )


@dataclass(frozen=True, slots=True)
class Hit:
    """A customer that was found."""

    id: int
    code: str
    name: str
    kind: str
    owner: str
    region_name: str
    region_english_name: str


def matching(customers: CustomerQuerySet, sought: Sought, user: User) -> CustomerQuerySet:
    """Keep the customers (already scoped) that match in any way."""
    return customers.filter(reduce(or_, _ways(sought, user), Q(pk__in=[])))


def named_like(written: str, key: str) -> Q:
    """Return the condition that a name, code, pinyin or initials match; ``key`` is the text folded, without spaces."""
    sought = Sought.of(written, key)
    return reduce(or_, _named(sought), _coded(sought))


def best_matches(user: User, sought: Sought, limit: int) -> list[Hit]:
    """Return the customers that match best, of those whom ``user`` may see.

    Each way to match is asked by itself and only for its first candidates, so that each finds its own index, and
    a word that half of all names hold costs no more than one that few hold.
    """
    visible = Customer.objects.visible_to(user)
    asked = candidates(visible, sought, user)
    if asked is None:
        return []
    ranks: dict[int, int] = {}
    for pk, way in asked:
        ranks[pk] = min(way, ranks.get(pk, way))
    best = sorted(ranks, key=lambda pk: (ranks[pk], -pk))[:limit]
    rows = visible.filter(pk__in=best).values_list(
        "id",
        "code",
        "name",
        "kind",
        "owner__name",
        "region__name",
        "region__english_name",
    )
    hits = {pk: Hit(pk, *(value or "" for value in texts)) for pk, *texts in rows}
    return [hits[pk] for pk in best if pk in hits]


def candidates(visible: CustomerQuerySet, sought: Sought, user: User) -> QuerySet[Any, Any] | None:
    """Return the ids of the first candidates of each way to match with the way's rank, or None without a way."""
    asked = [
        visible.filter(way)
        .order_by()
        .annotate(way=Value(rank, IntegerField()))
        .values_list("id", "way")[:MOST_CANDIDATES]
        for rank, way in enumerate(_ways(sought, user))
    ]
    if not asked:
        return None
    return asked[0].union(*asked[1:], all=True) if len(asked) > 1 else asked[0]


def orders_numbered(user: User, written: str, limit: int) -> list[tuple[int, str, str]]:
    """Return id, number and customer of the orders whose number begins so, of those that ``user`` may see."""
    orders = Order.objects.visible_to(user).filter(number__startswith=written).order_by("number")
    return [
        (pk, number, customer or "")
        for pk, number, customer in orders.values_list("id", "number", "customer__name")[:limit]
    ]


def _reached(condition: Q, user: User) -> Q:
    """Return "is reached so", as ids: beside other conditions under an OR a subquery would use no index.

    Whom one may see is asked of the customers found: asked of the contact points it would be asked of every one, or
    the digits of every customer of one's own. Only of what very many match, the first would be other people's: then
    those of one's own are looked through.
    """
    points = ContactPoint.objects.filter(condition).order_by().values_list("customer_id", flat=True)
    found = list(points[:MOST_REACHED])
    if len(found) == MOST_REACHED and scope_of(user, "customer.view") is not Scope.ALL:
        own = ContactPoint.objects.visible_to(user).filter(condition).order_by()
        found = list(own.values_list("customer_id", flat=True)[:MOST_REACHED])
    return Q(pk__in=found)


def _ways(sought: Sought, user: User) -> list[Q]:
    """Return the ways in which a customer may match, the surest first."""
    readable = can(user, "personal.view")
    ways = [_coded(sought)]
    if sought.mail:
        return [*ways, _reached(Q(value__icontains=sought.mail), user)] if readable else ways
    if sought.digits and readable:
        ways.append(_reached(Q(value__icontains=sought.digits, kind__in=CALLED), user))
    return [*ways, *_named(sought)]


def _coded(sought: Sought) -> Q:
    return Q(code__startswith=sought.written) | Q(code__startswith=sought.written.upper())


def _named(sought: Sought) -> list[Q]:
    """Return the ways in which a name may match."""
    if sought.pair:
        return [Q(_has_pair(sought.pair))]
    long_enough = len(sought.written) >= SHORTEST_FRAGMENT
    part = "icontains" if long_enough else "istartswith"
    ways = []
    key = sought.key
    if key and len(key) >= SHORTEST_FRAGMENT:
        ways += [Q(pinyin__startswith=key), Q(initials__startswith=key) | Q(initials__contains=f" {key}")]
        ways += [Q(pinyin__contains=key)]
    elif key:
        ways += [Q(initials__startswith=key) | Q(initials__contains=f" {key}"), Q(pinyin__startswith=key)]
    ways += [Q(**{f"name__{part}": sought.written}), Q(**{f"english_name__{part}": sought.written})]
    if len(sought.words) > 1 and all(len(word) >= SHORTEST_FRAGMENT for word in sought.words):
        ways.append(reduce(and_, (_holds(word) for word in sought.words)))
    return ways


def _holds(word: str) -> Q:
    return Q(name__icontains=word) | Q(english_name__icontains=word)


def _has_pair(pair: str) -> Func:
    """Return "the pairs of the name contain this one"."""
    return Func(
        bigrams("name"),
        Value([pair], ArrayField(TextField())),
        template="(%(expressions)s)",
        arg_joiner=" @> ",
        output_field=BooleanField(),
    )
