"""Sealing what is too large for memory: a stream of pieces, none of which can be changed, moved, left out or added.

A stream is ``KEZHIBAK1 · length of the key's name (1) · name · salt (16)`` and then pieces, each ``length (4) ·
AES-256-GCM``. The key of a stream is derived from a master key and the salt by HKDF-SHA256; a piece's nonce is its
number and, in the last byte, whether it is the last: so a stream that was cut off does not pass for whole (the
STREAM construction of Hoang, Reyhanitabar, Rogaway and Vizár, 2015).
"""

from __future__ import annotations

import io
import os
from collections.abc import Iterator
from typing import IO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

from crm.sealing.envelope import KEY_BYTES, SealError

MAGIC = b"KEZHIBAK1"
SALT_BYTES = 16
PIECE_BYTES = 1024 * 1024
_LENGTH_BYTES = 4
_COUNTER_BYTES = 11


class SealedWriter(io.RawIOBase):
    """A file to write to: what is written goes sealed, under the current master key, into ``target``.

    ``place`` says what it is, and is authenticated with it. Only ``close`` makes the stream whole.
    """

    def __init__(self, target: IO[bytes], place: str) -> None:
        super().__init__()
        name, master = next(iter(settings.MASTER_KEYS.items()))
        salt = os.urandom(SALT_BYTES)
        self._head = MAGIC + bytes([len(name)]) + name.encode() + salt
        self._target, self._place = target, place.encode()
        self._cipher = AESGCM(_stream_key(master, salt))
        self._held = bytearray()
        self._number = 0
        target.write(self._head)

    def writable(self) -> bool:
        """Say that it can be written to."""
        return True

    def write(self, data: object) -> int:
        """Take bytes, and seal them by whole pieces."""
        view = memoryview(data)  # type: ignore[arg-type]
        self._held += view
        # A last piece is always held back: it is sealed as the last one.
        while len(self._held) > PIECE_BYTES:
            self._seal(bytes(self._held[:PIECE_BYTES]), last=False)
            del self._held[:PIECE_BYTES]
        return view.nbytes

    def close(self) -> None:
        """Seal the last piece; the target stays open."""
        if not self.closed:
            self._seal(bytes(self._held), last=True)
            self._held.clear()
        super().close()

    def abandon(self) -> None:
        """Close it without its end: what was written so far can't be read."""
        super().close()

    def _seal(self, piece: bytes, *, last: bool) -> None:
        sealed = self._cipher.encrypt(_nonce(self._number, last=last), piece, self._head + self._place)
        self._target.write(len(sealed).to_bytes(_LENGTH_BYTES, "big") + sealed)
        self._number += 1


def open_stream(source: IO[bytes], place: str) -> Iterator[bytes]:
    """Yield the pieces of a sealed stream, each once it is known to be genuine.

    Raises SealError when its master key is not among the settings', or at the first piece that was changed, moved or
    cut off.
    """
    head, master, salt = _read_head(source)
    cipher = AESGCM(_stream_key(master, salt))
    number, last = 0, False
    while not last:
        sealed = _read_piece(source)
        ahead = source.read(1)
        last = not ahead
        try:
            yield cipher.decrypt(_nonce(number, last=last), sealed, head + place.encode())
        except InvalidTag as error:
            raise SealError("The file was changed, cut off, or is another one than it should be.") from error
        if ahead:
            source.seek(-1, os.SEEK_CUR)
        number += 1


def _read_head(source: IO[bytes]) -> tuple[bytes, bytes, bytes]:
    magic = source.read(len(MAGIC) + 1)
    if len(magic) != len(MAGIC) + 1 or magic[:-1] != MAGIC:
        raise SealError("The file is no backup of this program.")
    name = source.read(magic[-1])
    salt = source.read(SALT_BYTES)
    master = settings.MASTER_KEYS.get(name.decode("ascii", "replace"))
    if master is None:
        raise SealError(f"The master key {name.decode('ascii', 'replace')!r} is missing.")
    return magic + name + salt, master, salt


def _read_piece(source: IO[bytes]) -> bytes:
    length = int.from_bytes(source.read(_LENGTH_BYTES), "big")
    sealed = source.read(length) if length <= PIECE_BYTES + 16 else b""
    if len(sealed) != length or not length:
        raise SealError("The file was cut off or damaged.")
    return sealed


def _stream_key(master: bytes, salt: bytes) -> bytes:
    return HKDF(SHA256(), length=KEY_BYTES, salt=salt, info=b"kezhi backup stream").derive(master)


def _nonce(number: int, *, last: bool) -> bytes:
    return number.to_bytes(_COUNTER_BYTES, "big") + bytes([last])
