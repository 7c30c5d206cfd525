"""What a page says of the whole company, kept: a published run does not change, and a million rows take their time.

Only for those who see the company, and not for the customers of a colleague or team: what others are told is partly
added up from today's records. Their sums over a run's rows are kept one by one (:mod:`analysis.selectors.kept`).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from typing import Any

from django.db.models import Count, Max
from django.utils.translation import get_language

from analysis.models import MeasureResult
from analysis.selectors.annotations import noted_between
from analysis.selectors.kept import kept_under
from analysis.selectors.snapshots import digest_of_left_out, sees_company
from analysis.views.measures.frame import Frame

VERSION = 5


def kept(name: str, frame: Frame, read: Callable[[], dict[str, Any]], address: str = "") -> dict[str, Any]:
    """Return what ``read`` returns, from the cache when the same was asked before.

    ``address`` is the page's, where what is read holds links that carry its parameters on.
    """
    scope = frame.asked.scope
    if scope.owner or scope.team or not sees_company(frame.asked.user):
        return read()
    return kept_under(lambda: _key(name, frame, address), read)


def _key(name: str, frame: Frame, address: str) -> str:
    """Name all that an answer depends on: the runs and how far they are, what was chosen, who has been left out."""
    asked = frame.asked
    scope = asked.scope
    results = MeasureResult.objects.filter(run=asked.run, finished_at__isnull=False)
    parts = [
        VERSION,
        name,
        address,
        asked.user.role,
        asked.run.pk,
        str(asked.run.published_at),
        asked.run.state,
        frame.against.pk if frame.against else None,
        scope.region,
        sorted(asked.chosen.items()),
        sorted(asked.numbers.items()),
        get_language(),
        list(results.aggregate(done=Count("pk"), last=Max("finished_at")).values()),
        digest_of_left_out(),
        noted_between(asked.user, None),
    ]
    digest = hashlib.sha256(json.dumps(parts, default=str).encode()).hexdigest()
    return f"analysis:{digest}"
