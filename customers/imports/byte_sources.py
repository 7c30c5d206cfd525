"""The bytes of a file, on disk or open, unpacked if they are gzip; read as often as needed."""

from __future__ import annotations

import gzip
import io
import os
import tempfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import BinaryIO, cast

from django.utils.translation import gettext as _

from customers.imports.problems import EmptyFile, MissingFile, TruncatedFile, UnsafeFile, UnsupportedFile
from customers.imports.workbooks import limits

GZIP_MAGIC = b"\x1f\x8b"
COPIED_BYTES = 1 << 20


@dataclass(frozen=True, slots=True)
class ByteSource:
    """The bytes of a file on disk or of an open, seekable one; unpacked if they are gzip."""

    origin: Path | BinaryIO
    name: str
    compressed: bool

    @classmethod
    def of(cls, origin: Path | str | BinaryIO, name: str | None) -> ByteSource:
        """Look at the first bytes of ``origin``.

        Raises:
            MissingFile: it cannot be opened.
            EmptyFile: it has no bytes.
        """
        opened = Path(origin) if isinstance(origin, str) else origin
        own_name = str(opened) if isinstance(opened, Path) else str(getattr(opened, "name", ""))
        plain = cls(opened, name or Path(own_name).name, compressed=False)
        with plain.open() as stream:
            head = stream.read(len(GZIP_MAGIC))
        if not head:
            raise EmptyFile
        return replace(plain, compressed=head == GZIP_MAGIC)

    @contextmanager
    def open(self) -> Iterator[BinaryIO]:
        """Give the unpacked bytes from their start; troubles of unpacking become a ``TruncatedFile``."""
        try:
            with self._raw() as raw:
                if self.compressed:
                    with _Unpacked(raw) as unpacked:
                        yield unpacked  # type: ignore[misc] # a GzipFile has all of BinaryIO that is used here
                else:
                    yield raw
        except EOFError as error:
            message = _("The compressed file ends too early: it was cut off. Copy or download it again.")
            raise TruncatedFile(message) from error
        except (zlib.error, gzip.BadGzipFile) as error:
            message = _(
                "The compressed file is damaged. Copy or download it again, or import it uncompressed."
            )
            raise TruncatedFile(message) from error

    @contextmanager
    def _raw(self) -> Iterator[BinaryIO]:
        if isinstance(self.origin, Path):
            try:
                stream = self.origin.open("rb")
            except OSError as error:
                message = _("The file %(name)s cannot be opened: %(reason)s.")
                raise MissingFile(message % {"name": self.name, "reason": error.strerror}) from error
            with stream:
                yield stream
        else:
            yield io.BufferedReader(_View(self.origin))

    @contextmanager
    def open_file(self) -> Iterator[BinaryIO]:
        """Give a file that another process can read: the one on disk, or a temporary copy of what is unpacked.

        Raises:
            UnsupportedFile: it is larger than any workbook that is read.
        """
        with self.open() as stream:
            if isinstance(self.origin, Path) and not self.compressed:
                _refuse_beyond(limits.PACKED_BYTES, os.fstat(stream.fileno()).st_size)
                yield stream
                return
            with tempfile.TemporaryFile() as copy:
                while chunk := stream.read(COPIED_BYTES):
                    copy.write(chunk)
                    _refuse_beyond(limits.PACKED_BYTES, copy.tell())
                copy.flush()
                yield cast(BinaryIO, copy)


class _Unpacked(gzip.GzipFile):
    """What is in a gzip file, as long as it is no bomb."""

    def __init__(self, packed: BinaryIO) -> None:
        size = packed.seek(0, io.SEEK_END)
        packed.seek(0)
        super().__init__(fileobj=packed)
        self._most = max(limits.RATIO_FROM, limits.RATIO * size)

    def read(self, size: int | None = -1) -> bytes:
        """Like that of every gzip file, but in pieces only.

        Raises:
            UnsafeFile: more has come out than anybody packs into so little.
        """
        return self._weighed(super().read(size))

    def read1(self, size: int = -1) -> bytes:
        """Likewise, at most what one look into the file gives."""
        return self._weighed(super().read1(size))

    def _weighed(self, data: bytes) -> bytes:
        if self.tell() > self._most:
            message = _(
                "The compressed file was refused: it unpacks to more than %(megabytes)d MB, far too much for its size. "
                "Unpack it and import what is inside."
            )
            raise UnsafeFile(message % {"megabytes": self._most >> 20})
        return data


class _View(io.RawIOBase):
    """A file object read from its start by a position of its own, so that one reading doesn't disturb another."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._position = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override] # what BufferedReader gives
        self._file.seek(self._position)
        data = self._file.read(len(buffer))
        buffer[: len(data)] = data
        self._position += len(data)
        return len(data)

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        start = 0 if whence == io.SEEK_SET else self._position
        if whence == io.SEEK_END:
            start = self._file.seek(0, io.SEEK_END)
        self._position = start + offset
        return self._position


def _refuse_beyond(limit: int, size: int) -> None:
    if size > limit:
        message = _("The workbook has more than %(size)d MB. Export its sheet as CSV and import that.")
        raise UnsupportedFile(message % {"size": limit >> 20})
