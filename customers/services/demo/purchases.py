"""When customers buy: a Gamma-Poisson process with dropout, on a calendar that is busier on some days."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Purchases:
    """Purchases by customer, then by time: who (index) and on which day (index into the calendar)."""

    customer: Integers
    day: Integers


def simulate_purchases(
    rng: np.random.Generator,
    *,
    rate: Floats,
    dropout: Floats,
    start: Floats,
    is_new: NDArray[np.bool_],
    busy: Floats,
) -> Purchases:
    """Simulate the BG/NBD process of each customer and return what they bought when.

    Customer i buys at ``rate[i]`` per unit of busyness and leaves for good after any purchase with
    probability ``dropout[i]`` (Fader, Hardie & Lee 2005). Time runs in cumulated ``busy`` (the weight of each
    day), so that seasons thin and crowd the purchases and the process stays Poisson in its own time. A new
    customer's first purchase is at ``start`` (same unit); one of old comes back whenever they do.
    """
    clock = np.concatenate([[0.0], np.cumsum(busy)])
    span = clock[-1] - start
    counts = rng.poisson(rate * span)
    customer = np.repeat(np.arange(rate.size), counts)
    time = start[customer] + rng.random(customer.size) * span[customer]
    order = np.lexsort((time, customer))
    time = time[order]
    nth = np.arange(customer.size) - np.repeat(np.cumsum(counts) - counts, counts)
    lifetime = rng.geometric(dropout) - is_new
    kept = nth < lifetime[customer]
    firsts = np.flatnonzero(is_new)
    customer = np.concatenate([customer[kept], firsts])
    time = np.concatenate([time[kept], start[firsts]])
    order = np.lexsort((time, customer))
    day = np.searchsorted(clock, time[order], side="right") - 1
    return Purchases(customer=customer[order], day=np.minimum(day, busy.size - 1))
