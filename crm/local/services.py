"""The demo's processes and where they listen."""

import os
import socket
import sys
from errno import EADDRINUSE
from signal import SIGQUIT

from crm.local.supervisor import Service

LOOPBACK = "127.0.0.1"
EVERYWHERE = ("0.0.0.0", "::")  # noqa: S104 - only when somebody asks for it by --host
FIRST_PORT = 8000
LAST_PORT = 8999
THREADS = 4  # a browser opens several connections and leaves some idle
ACCESS_LOG = "%(t)s %(m)s %(U)s %(s)s %(L)s s"  # no query string: people search for names


class NoPortError(Exception):
    """Nothing can listen there; the message says why."""


def find_port(host: str, wanted: int | None) -> int:
    """Return `wanted` if it can be listened on, or without a wish the first free port from 8000 on."""
    if wanted is not None:
        if not _can_listen(host, wanted):
            raise NoPortError(f"Port {wanted} of {host} is in use; choose another with --port.")
        return wanted
    for port in range(FIRST_PORT, LAST_PORT + 1):
        if _can_listen(host, port):
            return port
    raise NoPortError(
        f"No port of {host} between {FIRST_PORT} and {LAST_PORT} is free; choose one with --port."
    )


def endpoint(host: str, port: int) -> str:
    """Write host and port as addresses do: IPv6 hosts in brackets."""
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def allowed_hosts(host: str) -> str:
    """Return ALLOWED_HOSTS for a demo on `host`: this machine's own names, or any when it listens everywhere."""
    if host in EVERYWHERE:
        return "*"
    own = f"[{host}]" if ":" in host else host
    return ",".join(dict.fromkeys([LOOPBACK, "localhost", "[::1]", own]))


def demo_services(host: str, port: int) -> list[Service]:
    """Return web, beat and worker, in the order to stop them: no new work, no scheduled work, then none at all."""
    cores = os.cpu_count() or 1
    python = [sys.executable, "-m"]
    celery = [*python, "celery", "-A", "crm.celery:app"]
    worker = [*celery, "worker", "--loglevel", "INFO", "--concurrency", str(max(cores - 1, 1))]
    worker += ["--hostname", f"kezhi-{port}@%h", "--without-gossip", "--without-mingle"]
    beat = [*celery, "beat", "--loglevel", "INFO", "--pidfile", ""]
    web = [*python, "gunicorn", "crm.wsgi", "--bind", endpoint(host, port), "--no-control-socket"]
    web += ["--worker-class", "gthread", "--workers", str(cores), "--threads", str(THREADS), "--preload"]
    web += ["--graceful-timeout", "8", "--access-logfile", "-", "--access-logformat", ACCESS_LOG]
    return [
        Service("web", web),
        Service("beat", beat),
        # Orphaned, it must not finish long work on servers that are about to stop: the job's lease brings it back.
        Service("worker", worker, patience=30, orphaned=SIGQUIT),
    ]


def _can_listen(host: str, port: int) -> bool:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            if error.errno == EADDRINUSE:
                return False
            raise NoPortError(f"Nothing can listen on {endpoint(host, port)}: {error.strerror}.") from error
    return True
