"""What every page's frame needs."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest

from crm.navigation import groups_for

THEMES = ("light", "dark")


def frame(request: HttpRequest) -> dict[str, Any]:
    """Give the frame its navigation, theme and company."""
    theme = request.COOKIES.get("theme", "")
    return {
        "navigation": groups_for(request),
        "theme": theme if theme in THEMES else "",
        "company_name": settings.COMPANY_NAME,
        "company_currency": settings.COMPANY_CURRENCY,
    }
