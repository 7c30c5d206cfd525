"""Where backups stand and what each consists of."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from django.conf import settings

STAMP = "%Y%m%dT%H%M%SZ"
PARTIAL = ".partial"


class RecoveryError(Exception):
    """A backup or a restore can't go on; str() says why and what to do."""


@dataclass(frozen=True, slots=True)
class Backup:
    """One backup: a folder of four sealed streams, named by the moment it was taken (UTC)."""

    folder: Path

    @property
    def name(self) -> str:
        """The moment at which it was taken, which is also its name and part of what every stream authenticates."""
        return self.folder.name.removesuffix(PARTIAL)

    @property
    def database(self) -> Path:
        """The database without the customers' data keys, as pg_dump writes it."""
        return self.folder / "database"

    @property
    def files(self) -> Path:
        """The files about customers and of imports, as a tar archive."""
        return self.folder / "files"

    @property
    def keys(self) -> Path:
        """The customers' data keys, each wrapped by a master key: a file of its own, so that one can be destroyed."""
        return self.folder / "keys"

    @property
    def manifest(self) -> Path:
        """What was counted when it was taken."""
        return self.folder / "manifest"

    def place(self, part: Path) -> str:
        """Return what a stream is authenticated with."""
        return f"backup:{self.name}:{part.name}"

    @property
    def size(self) -> int:
        """Its size in bytes."""
        return sum(part.stat().st_size for part in (self.database, self.files, self.keys, self.manifest))


def backups() -> list[Backup]:
    """Return the whole backups in the folder, the newest first."""
    root = backup_root()
    if not root.is_dir():
        return []
    whole = (each for each in root.iterdir() if (each / "manifest").is_file() and each.suffix != PARTIAL)
    return [Backup(folder) for folder in sorted(whole, reverse=True)]


def find(name: str) -> Backup:
    """Return the backup of a name or path, the newest for "latest"; raises RecoveryError."""
    known = backups()
    if name == "latest":
        if not known:
            raise RecoveryError(f"There is no backup in {backup_root()}.")
        return known[0]
    for folder in (Path(name), backup_root() / name):
        if (folder / "manifest").is_file():
            return Backup(folder.absolute())
    raise RecoveryError(f"There is no backup {name} in {backup_root()}.")


def backup_root() -> Path:
    """Return the folder of the backups."""
    return Path(settings.BACKUP_FOLDER)
