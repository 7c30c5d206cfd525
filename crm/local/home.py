"""The folder of local state: servers' data, keys, logs. Everything in it belongs to one instance."""

import os
import secrets
from dataclasses import dataclass
from pathlib import Path

from crm.local.locks import FileLock

ROOT = Path(__file__).resolve().parents[2]
MAX_LOG_BYTES = 10 * 1024 * 1024


@dataclass(frozen=True)
class Home:
    """`KEZHI_HOME`. A home that is not `durable` trades safety against power loss for speed: it serves tests."""

    path: Path
    durable: bool = True

    @classmethod
    def from_environment(cls) -> "Home":
        """Read `KEZHI_HOME`, by default `.local/` beside manage.py."""
        return cls(Path(os.environ.get("KEZHI_HOME") or ROOT / ".local").absolute())

    def make(self) -> None:
        """Create the folder, closed to others; as root others may pass through it, for servers never run as root."""
        if not self.path.exists():
            self.path.mkdir(parents=True, exist_ok=True)
            self.path.chmod(0o711 if os.geteuid() == 0 else 0o700)

    def secret(self, name: str, size: int = 32) -> str:
        """Return the secret `name`: `size` random bytes in hexadecimal, made once and kept in a file of mode 600."""
        self.make()
        file = self.path / "keys" / name
        with FileLock(self.path / "keys.lock"):
            file.parent.mkdir(mode=0o700, exist_ok=True)
            if not file.exists():
                partial = file.with_suffix(".partial")
                partial.touch(mode=0o600)
                partial.write_text(secrets.token_hex(size), encoding="ascii")
                partial.replace(file)
        return file.read_text(encoding="ascii")

    def log_file(self, name: str) -> Path:
        """Return the path of log `name`; a log that has grown large is set aside once, as `.1`."""
        self.make()
        folder = self.path / "logs"
        folder.mkdir(mode=0o700, exist_ok=True)
        file = folder / f"{name}.log"
        if file.exists() and file.stat().st_size > MAX_LOG_BYTES:
            file.replace(folder / f"{name}.log.1")
        return file
