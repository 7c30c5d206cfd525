"""The keys that are kept outside the database: master keys, which wrap data keys, and the key of blind indexes."""

import hashlib
import hmac

from django.conf import settings

from crm.sealing.envelope import SealError, open_sealed, seal


def wrap(data_key: bytes, place: str) -> tuple[str, bytes]:
    """Seal a data key under the current master key; return that key's id and the sealed key."""
    name, master = next(iter(settings.MASTER_KEYS.items()))
    return name, seal(data_key, master, place)


def unwrap(name: str, wrapped: bytes, place: str) -> bytes:
    """Open a data key; raises SealError when its master key is not among the settings' or another."""
    if name not in settings.MASTER_KEYS:
        raise SealError(f"The master key {name!r} is missing.")
    return open_sealed(wrapped, settings.MASTER_KEYS[name], place)


def blind_index(field: str, value: str) -> bytes:
    """Return the keyed digest by which the same value of a field is found again, and nothing is learnt of it."""
    return hmac.digest(settings.BLIND_INDEX_KEY, f"{field}\0{value}".encode(), hashlib.sha256)
