"""The profile tab: what we know of them, section by section."""

from typing import Any

from customers.views.record.visit import Visit


def profile(visit: Visit) -> dict[str, Any]:
    """Show the sections of their profile."""
    return {}
