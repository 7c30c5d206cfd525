"""What kind of file somebody brings, told by its content: names and browsers say what they like."""

import zipfile
from typing import IO

HEAD = 4096
OFFICE = "application/vnd.openxmlformats-officedocument"
# How files begin; RIFF and the "ftyp" of moving pictures say more at a fixed place.
_BEGINNINGS: tuple[tuple[bytes, str], ...] = (
    (b"%PDF-", "application/pdf"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"II*\x00", "image/tiff"),
    (b"MM\x00*", "image/tiff"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "application/x-ole-storage"),
    (b"#!AMR", "audio/amr"),
    (b"ID3", "audio/mpeg"),
    (b"\xff\xfb", "audio/mpeg"),
    (b"\xff\xf3", "audio/mpeg"),
    (b"OggS", "audio/ogg"),
)
_RIFF = {b"WEBP": "image/webp", b"WAVE": "audio/wav"}
_BRANDS = {
    b"heic": "image/heic",
    b"heix": "image/heic",
    b"mif1": "image/heic",
    b"M4A ": "audio/mp4",
    b"qt  ": "video/quicktime",
}
_OFFICE_PARTS = {
    "word/": f"{OFFICE}.wordprocessingml.document",
    "xl/": f"{OFFICE}.spreadsheetml.sheet",
    "ppt/": f"{OFFICE}.presentationml.presentation",
}


def content_type(file: IO[bytes]) -> str | None:
    """Return the media type of a file, None for one that is not taken; the file is left at its beginning.

    Pictures, sound, films, PDF, office documents and plain text are taken. Whatever reads as text is text/plain: a
    page or a script among them is only ever handed out as a file.
    """
    file.seek(0)
    head = file.read(HEAD)
    file.seek(0)
    found = next((kind for beginning, kind in _BEGINNINGS if head.startswith(beginning)), None)
    if found is None and head[:4] == b"RIFF":
        found = _RIFF.get(head[8:12])
    elif found is None and head[4:8] == b"ftyp":
        found = _BRANDS.get(head[8:12], "video/mp4")
    elif found is None and head[:4] == b"PK\x03\x04":
        found = _office_type(file)
    elif found is None and _is_text(head):
        found = "text/plain"
    file.seek(0)
    return found


def _office_type(file: IO[bytes]) -> str | None:
    """Return which office document a zip archive is, None for any other archive; nothing is unpacked."""
    try:
        with zipfile.ZipFile(file) as archive:
            names = archive.namelist()
    except (zipfile.BadZipFile, NotImplementedError, ValueError, OSError):
        return None
    if "[Content_Types].xml" not in names:
        return None
    return next(
        (kind for part, kind in _OFFICE_PARTS.items() if any(name.startswith(part) for name in names)), None
    )


def _is_text(head: bytes) -> bool:
    """Whether a file begins like text in UTF-8, UTF-16 with its mark, or GB 18030."""
    if not head:
        return False
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return True
    if any(byte < 9 or 13 < byte < 32 for byte in head):
        return False
    return any(_decodes(head, encoding) for encoding in ("utf-8", "gb18030"))


def _decodes(head: bytes, encoding: str) -> bool:
    """Whether bytes are text in an encoding; at the end of what was read a character may be cut in two."""
    for cut in range(4):
        try:
            head[: len(head) - cut].decode(encoding)
        except UnicodeDecodeError:
            continue
        return True
    return False
