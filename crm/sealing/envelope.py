"""Sealing one value: AES-256-GCM, bound to the place where it stands.

A sealed value is ``version (1 byte) · key id (8) · nonce (12) · ciphertext · tag (16)``. The first two and the
place are authenticated with it, so a value that is copied to another row, another field or under another key does
not open. What is sealed is padded to whole blocks: the length of a blood type or a name says nothing.
"""

import hashlib
import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

VERSION = b"\x01"
KEY_BYTES = 32
KEY_ID_BYTES = 8
NONCE_BYTES = 12
TAG_BYTES = 16
BLOCK = 32
_HEAD = len(VERSION) + KEY_ID_BYTES
_END = b"\x80"


class SealError(Exception):
    """What was to be opened is damaged, stands in another place, or was sealed under another key."""


def new_key() -> bytes:
    """Return a random key."""
    return AESGCM.generate_key(bit_length=KEY_BYTES * 8)


def key_id(key: bytes) -> bytes:
    """Return the name of a key, which tells nothing of the key."""
    return hashlib.sha256(b"kezhi key id\0" + key).digest()[:KEY_ID_BYTES]


def seal(plain: bytes, key: bytes, place: str) -> bytes:
    """Seal ``plain`` under ``key`` for ``place``, such as ``customers.personprofile.religion:17``."""
    head = VERSION + key_id(key)
    nonce = os.urandom(NONCE_BYTES)
    return head + nonce + AESGCM(key).encrypt(nonce, _padded(plain), head + place.encode())


def open_sealed(sealed: bytes, key: bytes, place: str) -> bytes:
    """Return what was sealed under ``key`` for ``place``; raises SealError."""
    head, nonce, rest = sealed[:_HEAD], sealed[_HEAD : _HEAD + NONCE_BYTES], sealed[_HEAD + NONCE_BYTES :]
    if head != VERSION + key_id(key):
        raise SealError("It was sealed under another key, or is no sealed value.")
    try:
        return _unpadded(AESGCM(key).decrypt(nonce, rest, head + place.encode()))
    except (InvalidTag, ValueError) as error:
        raise SealError("It was changed, or belongs to another place.") from error


def _padded(plain: bytes) -> bytes:
    """Close with 0x80 and fill with zeros (ISO/IEC 7816-4)."""
    filling = -(len(plain) + len(_END)) % BLOCK
    return plain + _END + bytes(filling)


def _unpadded(padded: bytes) -> bytes:
    plain, end, _zeros = padded.rpartition(_END)
    if not end:
        raise SealError("Its padding is damaged.")
    return plain
