"""How a personal value is shown to those who may see the customer but not the value."""

from customers.models import ContactKind

MASK = "•" * 6
# So much of a phone number is left that two people can agree which one they speak of.
DIGITS_SHOWN = 4


def masked_contact(kind: str, value: str) -> str:
    """Mask a phone to its last digits, a mail address to its first letter and domain, anything else whole."""
    if kind == ContactKind.EMAIL and "@" in value:
        name, _, domain = value.rpartition("@")
        return f"{name[:1]}{MASK}@{domain}"
    if kind in {ContactKind.MOBILE, ContactKind.PHONE, ContactKind.FAX} and len(value) > 2 * DIGITS_SHOWN:
        return f"{MASK}{value[-DIGITS_SHOWN:]}"
    return MASK


def masked_text(value: str) -> str:
    """Mask a text whole: its length is nobody's business either."""
    return MASK if value else ""
