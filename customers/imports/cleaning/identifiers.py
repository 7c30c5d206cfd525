"""Numbers with a check digit: the Chinese identity number and the unified social credit code.

No message repeats the value: it identifies somebody.
"""

from __future__ import annotations

import unicodedata
from datetime import date

from django.utils.translation import gettext as _
from stdnum.cn import uscc
from stdnum.exceptions import ValidationError

from customers.imports.cleaning.text import damaged_number, meaningful
from customers.imports.problems import CellError
from customers.imports.tables import NumericCell

IDENTITY_LENGTH = 18
_PROVINCE_RANGES = ((11, 15), (21, 23), (31, 37), (41, 46), (50, 54), (61, 65), (71, 71), (81, 83), (91, 91))
PROVINCES = frozenset(str(code) for first, last in _PROVINCE_RANGES for code in range(first, last + 1))
IDENTITY_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
IDENTITY_CHECKS = "10X98765432"


def identity_check_character(first_17: str) -> str:
    """The check character of an identity number, ISO 7064 MOD 11-2 (GB 11643-1999, 4.2)."""
    total = sum(weight * int(digit) for weight, digit in zip(IDENTITY_WEIGHTS, first_17, strict=True))
    return IDENTITY_CHECKS[total % 11]


def identity_number(cell: str) -> str | None:
    """An 18-character identity number (GB 11643): province, date of birth and check character must be right.

    Raises:
        CellError: it is not one, or stands in a numeric cell, which keeps 15 digits only.
    """
    text = meaningful(cell)
    if text is None:
        return None
    if isinstance(cell, NumericCell) or "E+" in text.upper():
        raise CellError(damaged_number())
    number = unicodedata.normalize("NFKC", text).upper().replace(" ", "")
    if len(number) != IDENTITY_LENGTH or not (number.isascii() and number[:17].isdigit()):
        raise CellError(_("An identity number has 17 digits and a check character; this one has not."))
    if number[:2] not in PROVINCES or not _is_date(number[6:14]):
        raise CellError(
            _("The identity number has no possible place or date of birth in it. Check its digits.")
        )
    if identity_check_character(number[:17]) != number[17]:
        raise CellError(_("The identity number's check character does not fit. Check its digits."))
    return number


def _is_date(digits: str) -> bool:
    try:
        return date(int(digits[:4]), int(digits[4:6]), int(digits[6:])).year >= 1800
    except ValueError:
        return False


def unified_social_credit_code(cell: str) -> str | None:
    """An 18-character unified social credit code (GB 32100), in capitals.

    Raises:
        CellError: its length, letters or check character are wrong.
    """
    text = meaningful(cell)
    if text is None:
        return None
    if isinstance(cell, NumericCell) or "E+" in text.upper():
        raise CellError(damaged_number())
    try:
        return str(uscc.validate(unicodedata.normalize("NFKC", text).upper()))
    except ValidationError as error:
        message = _(
            "The unified social credit code is wrong: 18 digits and capitals, the last a check character."
        )
        raise CellError(message) from error
