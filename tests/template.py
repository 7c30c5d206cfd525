"""A migrated database to clone: the migrations run once for each state of their files, not once for each test run."""

import hashlib
import os
import subprocess
import sys
from urllib.parse import urlsplit, urlunsplit

import psycopg
from psycopg import sql

from crm.local.home import ROOT

PREFIX = "kezhi_template_"
MOST_KEPT = 4
LOCK = 5_391_207  # any number of our own: one process makes the template, the others wait for it


def migrated_template() -> str:
    """Return the name of a database migrated by today's migrations, made now if the server has none.

    Raises CalledProcessError when a migration fails, after its output.
    """
    name = PREFIX + _digest_of_migrations()
    with psycopg.connect(_url("postgres"), autocommit=True) as server:
        server.execute("SELECT pg_advisory_lock(%s)", [LOCK])
        existing = server.execute("SELECT datname FROM pg_database WHERE starts_with(datname, %s)", [PREFIX])
        names = {row[0] for row in existing}
        if name not in names:
            # Those of a moment ago may just be being cloned by a run on another state of the files.
            _drop(server, names if len(names) >= MOST_KEPT else set())
            _make(server, name)
    return name


def _digest_of_migrations() -> str:
    """Return a digest of what the tables come from: our migrations, what they load, and the libraries' versions."""
    folders = [ROOT / app for app in ("crm", "customers", "analysis")]
    files = [file for folder in folders for file in folder.glob("migrations/*.py")]
    files += [
        ROOT / "requirements.txt",
        ROOT / "customers" / "data" / "regions.csv",
        *ROOT.glob("crm/sealing/*.py"),
    ]
    digest = hashlib.sha256()
    for file in sorted(files):
        digest.update(file.relative_to(ROOT).as_posix().encode())
        digest.update(file.read_bytes())
    return digest.hexdigest()[:16]


def _make(server: psycopg.Connection, name: str) -> None:
    """Migrate a database of another name, then give it its own: half a template is never cloned."""
    partial = name + "_partial"
    _drop(server, {partial})
    server.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(partial)))
    environment = os.environ | {"DATABASE_URL": _url(partial)}
    command = [sys.executable, str(ROOT / "manage.py"), "migrate", "--verbosity", "0"]
    subprocess.run(command, cwd=ROOT, env=environment, check=True)
    server.execute(
        sql.SQL("ALTER DATABASE {} RENAME TO {}").format(sql.Identifier(partial), sql.Identifier(name))
    )


def _drop(server: psycopg.Connection, names: set[str]) -> None:
    for name in names:
        server.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


def _url(database: str) -> str:
    return urlunsplit(urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{database}"))
