"""Notifications of the analysis in words, of customers whom the reader may see by now."""

from __future__ import annotations

from collections.abc import Sequence

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from crm.models import Notification, User
from crm.services.notifications import Said
from crm.templatetags.format import number
from customers.models import Customer


def tell_of_moves(user: User, told: Sequence[Notification]) -> dict[int, Said]:
    """Customers of one's own moved from tier to tier."""
    names = _names(user, told)
    return {
        row.pk: Said(
            _("%(who)s moved: %(up)s up, %(down)s down.")
            % {
                "who": _among(names[row.about], row.facts["up"] + row.facts["down"]),
                "up": number(row.facts["up"]),
                "down": number(row.facts["down"]),
            },
            f"{reverse('analysis:tiers')}?owner={user.pk}",
        )
        for row in told
        if row.about in names
    }


def tell_of_churn(user: User, told: Sequence[Notification]) -> dict[int, Said]:
    """Customers of one's own are newly at risk."""
    names = _names(user, told)
    return {
        row.pk: Said(
            _("Newly at risk: %(who)s.") % {"who": _among(names[row.about], row.facts["customers"])},
            reverse("analysis:work"),
        )
        for row in told
        if row.about in names
    }


def _among(name: str, count: int) -> str:
    """The most valuable customer by name, and how many more."""
    if count == 1:
        return name
    more = {"name": name, "count": number(count - 1)}
    return ngettext("%(name)s and %(count)s more", "%(name)s and %(count)s more", count - 1) % more


def _names(user: User, told: Sequence[Notification]) -> dict[int | None, str]:
    ids = [row.about for row in told if row.about]
    seen = Customer.objects.visible_to(user).filter(scoring_refused=False, pk__in=ids)
    return dict(seen.values_list("pk", "name"))
