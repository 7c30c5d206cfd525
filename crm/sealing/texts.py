"""Short texts sealed under the master key itself: second factors of accounts, which no customer's data key covers."""

import base64

from django.conf import settings

from crm.sealing.envelope import SealError, open_sealed, seal


def seal_text(text: str, place: str) -> str:
    """Return ``text`` sealed under the current master key for ``place``, in signs that any column holds."""
    name, master = next(iter(settings.MASTER_KEYS.items()))
    return f"{name}:{base64.b64encode(seal(text.encode(), master, place)).decode()}"


def open_text(sealed: str, place: str) -> str:
    """Return what ``seal_text`` sealed; raises SealError when its key is missing or it was changed or moved."""
    name, _colon, body = sealed.partition(":")
    if name not in settings.MASTER_KEYS:
        raise SealError(f"The master key {name!r} is missing.")
    try:
        raw = base64.b64decode(body, validate=True)
    except ValueError as error:
        raise SealError("It is no sealed text.") from error
    return open_sealed(raw, settings.MASTER_KEYS[name], place).decode()


def is_under_current_key(sealed: str) -> bool:
    """Whether a text was sealed under the key that seals new ones."""
    return sealed.partition(":")[0] == next(iter(settings.MASTER_KEYS))
