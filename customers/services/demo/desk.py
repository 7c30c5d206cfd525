"""The first customers of the demo company, on whom everything is written that people write down.

Only so many get it, whatever the size of the company: it is there to be looked at.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import TypeVar
from zoneinfo import ZoneInfo

import numpy as np
from django.conf import settings
from django.db import models

from customers.services.demo.profiles import People

T = TypeVar("T")

MOST_CUSTOMERS = 1_500


class Desk:
    """Who the first customers are, and short ways to draw and to write about them; ``today`` is the day they live."""

    def __init__(
        self, people: People, today: date, products: list[int], front: int, rng: np.random.Generator
    ) -> None:
        count = min(people.serial.size, MOST_CUSTOMERS)
        ids = people.ids[:count].tolist()
        self.owners: dict[int, int] = dict(zip(ids, people.owner_id[:count].tolist(), strict=True))
        is_company = people.is_company[:count].tolist()
        self.companies = [pk for pk, company in zip(ids, is_company, strict=True) if company]
        self.persons = [pk for pk, company in zip(ids, is_company, strict=True) if not company]
        self.today, self.products, self.rng = today, products, rng
        self.zone = ZoneInfo(settings.COMPANY_TIME_ZONE)
        self.rows: Counter[str] = Counter()
        self.in_front = [pk for pk in ids if self.owners[pk] == front]
        """The customers of the rep who signs in: their queue is looked at."""

    @property
    def everybody(self) -> list[int]:
        """Companies and persons."""
        return [*self.companies, *self.persons]

    def some(self, ids: Sequence[int], share: float) -> list[int]:
        """Return about ``share`` of some customers."""
        return [pk for pk, draw in zip(ids, self.rng.random(len(ids)), strict=True) if draw < share]

    def pick(self, offered: Sequence[T]) -> T:
        """Return one of what is offered."""
        return offered[int(self.rng.integers(len(offered)))]

    def chance(self, share: float) -> bool:
        """Return True for about ``share`` of the calls."""
        return bool(self.rng.random() < share)

    def ago(self, most: int, least: int = 1) -> date:
        """Return a day from ``least`` to before ``most`` days ago."""
        return self.today - timedelta(days=int(self.rng.integers(least, most)))

    def moment(self, day: date) -> datetime:
        """Return a time of a working day."""
        return datetime.combine(day, time(9 + int(self.rng.integers(9)), 20), tzinfo=self.zone)

    def save(self, rows: Sequence[models.Model]) -> None:
        """Write rows of one model."""
        if rows:
            type(rows[0])._default_manager.bulk_create(rows, batch_size=2_000)
            self.rows[type(rows[0]).__name__] += len(rows)
