"""`manage.py demo`: the whole product with a demo company, on this machine, until Ctrl-C."""

import json
import os
import subprocess
import sys
import time
from argparse import ArgumentParser
from typing import Any

from django.apps import apps
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from crm.local.demo_check import ACCOUNTS, check_everything
from crm.local.demo_figures import records_changed
from crm.local.home import ROOT, Home
from crm.local.instance import AlreadyRunningError, Instance
from crm.local.server import LocalServerError
from crm.local.servers import servers_in_use
from crm.local.services import (
    EVERYWHERE,
    LOOPBACK,
    NoPortError,
    allowed_hosts,
    demo_services,
    endpoint,
    find_port,
)
from crm.local.supervisor import StopRequestedError, Supervisor
from crm.local.visit import Visit
from crm.models import User

PASSWORD_BYTES = 8
WATCH_SECONDS = 0.5
WEB_SECONDS = 60.0
POLL_SECONDS = 0.1


class Command(BaseCommand):
    """Serve the demo company; or, with --check, prove that everything works and stop."""

    help = "Set everything up, serve web, worker and beat, and print the address and the sign-ins."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare where to listen, how large the company is, and --check."""
        parser.add_argument("--host", default=LOOPBACK, help="address to listen on (default: %(default)s)")
        parser.add_argument("--port", type=int, help="port to listen on (default: 8000 or the next free one)")
        parser.add_argument(
            "--size", default="small", choices=["small", "medium", "large"], help="of a new company"
        )
        parser.add_argument(
            "--check", action="store_true", help="check every part, print a JSON summary, stop"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Run the demo until it is asked to stop."""
        self.checking = bool(options["check"])
        self.home = Home.from_environment()
        self.password = self.home.secret("demo-password", PASSWORD_BYTES)
        try:
            with Instance(self.home) as instance:
                host, port = options["host"], find_port(options["host"], options["port"])
                self._prepare_data(options["size"])
                self._serve(instance, host, port)
        except (AlreadyRunningError, NoPortError, LocalServerError) as error:
            raise CommandError(str(error)) from error
        except (StopRequestedError, KeyboardInterrupt):
            self._say("Stopped.")

    def _prepare_data(self, size: str) -> None:
        """Migrate, make the company on the first run, and analyse it: then, and before a check of changed records."""
        _migrate()
        if not apps.get_model("customers", "Customer").objects.exists():
            self._say("Making the demo company …")
            self._run("seed_demo", "--size", size)
        published = apps.get_model("analysis", "Publication").objects.exists()
        if not published or (self.checking and records_changed()):
            self._say("Analysing it …")
            self._run("analyse")

    def _run(self, *command: str) -> None:
        """Run a command as a process of its own: what it needs of memory ends with it.

        It shows what it says, not what it logs, unless LOG_LEVEL asks for more.
        """
        environment = {"LOG_LEVEL": "WARNING", **os.environ, "DEMO_PASSWORD": self.password}
        done = subprocess.run(
            [sys.executable, "manage.py", *command],
            cwd=ROOT,
            env=environment,
            stdout=sys.stderr,
            check=False,
        )
        if done.returncode:
            raise CommandError(f"`manage.py {command[0]}` failed (see above).", returncode=done.returncode)

    def _serve(self, instance: Instance, host: str, port: int) -> None:
        os.environ["ALLOWED_HOSTS"] = allowed_hosts(host)
        address = f"http://{endpoint(LOOPBACK if host in EVERYWHERE else host, port)}"
        supervisor = Supervisor(self.home, self._say, [*servers_in_use().lock_handles, instance.services.fd])
        web, *others = demo_services(host, port)
        try:
            supervisor.heed_signals()
            supervisor.start(web)
            instance.announce(address, supervisor.process_ids())
            self._await_web(address)
            supervisor.start(
                *others
            )  # only now: starting together, they would keep whoever waits waiting longer
            instance.announce(address, supervisor.process_ids())
            if self.checking:
                self._report(address)
            else:
                self._greet(address)
                self._watch(instance, supervisor, address)
        finally:
            self._say("Stopping web, beat, worker and servers …")
            supervisor.stop()

    def _watch(self, instance: Instance, supervisor: Supervisor, address: str) -> None:
        """Look after the services and their servers until somebody asks for the end."""
        while True:
            if supervisor.look_after_all():
                instance.announce(address, supervisor.process_ids())
            servers_in_use().ensure()
            time.sleep(WATCH_SECONDS)

    def _await_web(self, address: str) -> None:
        visit = Visit(address)
        deadline = time.monotonic() + WEB_SECONDS
        while not visit.is_healthy():
            if time.monotonic() > deadline:
                raise CommandError(
                    f"{address} did not answer within {WEB_SECONDS:.0f} s; see {self.home.log_file('web')}"
                )
            time.sleep(POLL_SECONDS)

    def _greet(self, address: str) -> None:
        known = User.objects.filter(username__in=ACCOUNTS, is_active=True).values_list("username", flat=True)
        lines = ["", f"  Kezhi 客知 is ready:  {address}", ""]
        if known:
            names = ", ".join(name for name in ACCOUNTS if name in known)
            lines += [f"  Sign in as   {names}", f"  Password     {self.password}", ""]
        lines += [
            f"  Local state and logs: {self.home.path}",
            "  Ctrl-C stops everything; the data stays.",
            "",
        ]
        self.stdout.write("\n".join(lines))
        self.stdout.flush()

    def _report(self, address: str) -> None:
        summary = check_everything(address, self.password)
        self.stdout.write(json.dumps(summary, ensure_ascii=False, indent=2))
        if not summary["ok"]:
            raise CommandError("The check found something wrong; see the summary.")

    def _say(self, text: str) -> None:
        self.stderr.write(text, lambda plain: plain)
        self.stderr.flush()


def _migrate() -> None:
    """Migrate if there is anything to do: finding out is quick, and the command does more than migrate."""
    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        call_command("migrate", verbosity=0, interactive=False)
