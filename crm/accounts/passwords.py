"""What a password must not hold: words that whoever guesses at this company tries first."""

from __future__ import annotations

import re

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from crm.models import User

PRODUCT = "kezhi 客知"
# Shorter words stand in too many good passwords; two Chinese characters are a word.
WORD = re.compile(r"[a-z0-9]{4,}|[\u4e00-\u9fff]{2,}")


class CompanyWordsValidator:
    """Refuse a password in which a word of the company's name, or the product's, stands."""

    def validate(self, password: str, user: User | None = None) -> None:
        """Raise ValidationError for such a password."""
        typed = password.lower()
        if any(word in typed for word in WORD.findall(f"{settings.COMPANY_NAME} {PRODUCT}".lower())):
            raise ValidationError(
                _("The company's name stands in this password: it is guessed first."), code="company_words"
            )

    def get_help_text(self) -> str:
        """Return what to mind, in words."""
        return _("Your password can't contain the company's name.")
