"""The company that is attacked."""

import pytest

from tests.attack.company import Company, build


@pytest.fixture
def company(db: None) -> Company:
    """Return the company of canaries."""
    return build()
