"""A migrated database to clone: the migrations run once for each state of their files, not once for each test run."""

import hashlib
import json
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
    files = _digests()
    name = PREFIX + hashlib.sha256(json.dumps(files).encode()).hexdigest()[:16]
    with psycopg.connect(_url("postgres"), autocommit=True) as server:
        server.execute("SELECT pg_advisory_lock(%s)", [LOCK])
        known = _known_templates(server)
        if name not in known:
            # Those of a moment ago may just be being cloned by a run on another state of the files.
            _drop(server, set(known) if len(known) >= MOST_KEPT else set())
            _make(server, name, files, _best_start(known, files) if len(known) < MOST_KEPT else None)
    return name


def _digests() -> dict[str, str]:
    """Return a digest of each file that the tables come from: our migrations, what they load, the libraries."""
    folders = [ROOT / app for app in ("crm", "customers", "analysis")]
    files = [file for folder in folders for file in folder.glob("migrations/*.py")]
    files += [
        ROOT / "requirements.txt",
        ROOT / "customers" / "data" / "regions.csv",
        *ROOT.glob("crm/sealing/*.py"),
    ]
    return {
        file.relative_to(ROOT).as_posix(): hashlib.sha256(file.read_bytes()).hexdigest()
        for file in sorted(files)
    }


def _known_templates(server: psycopg.Connection) -> dict[str, dict[str, str]]:
    """Return the digests that each template on the server was made from, kept as the database's comment."""
    rows = server.execute(
        "SELECT datname, shobj_description(oid, 'pg_database') FROM pg_database WHERE starts_with(datname, %s)",
        [PREFIX],
    )
    return {name: json.loads(comment or "{}") for name, comment in rows}


def _best_start(known: dict[str, dict[str, str]], files: dict[str, str]) -> str | None:
    """Return the template that lacks the fewest of today's migrations and has no other: the rest is migrated on it."""
    fitting = [name for name, had in known.items() if had and had.items() <= files.items()]
    return max(fitting, key=lambda name: len(known[name]), default=None)


def _make(server: psycopg.Connection, name: str, files: dict[str, str], start: str | None) -> None:
    """Migrate a database of another name, then give it its own: half a template is never cloned."""
    partial, target = sql.Identifier(name + "_partial"), sql.Identifier(name)
    _drop(server, {name + "_partial"})
    server.execute(
        sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(partial, sql.Identifier(start or "template1"))
    )
    environment = os.environ | {"DATABASE_URL": _url(name + "_partial")}
    command = [sys.executable, str(ROOT / "manage.py"), "migrate", "--verbosity", "0"]
    subprocess.run(command, cwd=ROOT, env=environment, check=True)
    _let_tests_empty_the_trail(_url(name + "_partial"))
    server.execute(sql.SQL("COMMENT ON DATABASE {} IS {}").format(partial, sql.Literal(json.dumps(files))))
    server.execute(sql.SQL("ALTER DATABASE {} RENAME TO {}").format(partial, target))


def _let_tests_empty_the_trail(url: str) -> None:
    """Switch off the trigger that bars TRUNCATE: every table is emptied so after a transactional test."""
    with psycopg.connect(url) as database:
        name = database.execute(
            "SELECT tgname FROM pg_trigger WHERE tgname LIKE 'pgtrigger_never_emptied%'"
        ).fetchone()
        assert name, "the audit trail can be emptied"
        database.execute(
            sql.SQL("ALTER TABLE crm_auditentry DISABLE TRIGGER {}").format(sql.Identifier(name[0]))
        )


def _drop(server: psycopg.Connection, names: set[str]) -> None:
    for name in names:
        server.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


def _url(database: str) -> str:
    return urlunsplit(urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{database}"))
