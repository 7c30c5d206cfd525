"""`manage.py pictures`: take the README's pictures and those of every page again, or big ones for a look at them."""

import signal
import subprocess
import sys
import time
from argparse import ArgumentParser
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from crm.local.home import ROOT, Home
from crm.local.instance import announced
from crm.local.visit import Visit

ACCOUNT = "manager"
PICTURES = ROOT / "docs" / "pictures"
PAGES = ROOT / "docs" / "pages"
START_SECONDS = 180.0
POLL_SECONDS = 0.5


class Command(BaseCommand):
    """Drive a browser through a demo; what it drives is in tests/e2e/pictures.py, with the tests' packages."""

    help = "Take pictures of the running demo (one is started if none runs) for docs/pictures and docs/pages."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare where the demo is and which pictures to take."""
        parser.add_argument(
            "--address", help="of a demo of this home (default: the running one, else a new one)"
        )
        parser.add_argument("--only", choices=["readme", "pages"], help="take only these (default: both)")
        parser.add_argument(
            "--all", type=Path, metavar="DIR", help="every page in each language, theme and width, into DIR"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Take the pictures. Raises CommandError, saying what to do, when something is missing."""
        if find_spec("playwright") is None:
            raise CommandError("The browser's driver is missing: `python3 manage.py test` installs it.")
        from tests.e2e.gallery import Gallery
        from tests.e2e.pictures import EVERYTHING, README, NotSignedInError, photographer
        from tests.plugin import find_browser

        browser = find_browser()
        if browser is None:
            raise CommandError("No Chromium on this machine (Debian: apt install chromium fonts-noto-cjk).")
        folder = options["all"] or PICTURES
        folder.mkdir(parents=True, exist_ok=True)
        home = Home.from_environment()
        with _demo(home, options["address"]) as address:
            password = home.secret("demo-password")
            try:
                with photographer(browser, address, ACCOUNT, password) as camera:
                    shots = EVERYTHING if options["all"] else README if options["only"] != "pages" else ()
                    for shot in shots:
                        file = camera.shoot(shot, folder, whole=bool(options["all"]))
                        self.stdout.write(f"{file}  {file.stat().st_size // 1024} KB")
                    if not options["all"] and options["only"] != "readme":
                        self._take_pages(Gallery(camera.browser, address, password))
            except NotSignedInError as error:
                raise CommandError(str(error)) from error

    def _take_pages(self, gallery: Any) -> None:
        """Photograph every page, small, and write their table of contents."""
        from tests.e2e.gallery import write_contents

        taken = gallery.take(PAGES)
        write_contents(taken, PAGES / "README.md")
        size = sum(file.stat().st_size for file in PAGES.glob("*.webp"))
        self.stdout.write(f"{len(taken)} pages, {size // 1024} KB")


@contextmanager
def _demo(home: Home, address: str | None) -> Iterator[str]:
    """Find the demo's address; start one, and stop it at the end, when there is none."""
    found = address or _answering(home)
    if found:
        yield found.rstrip("/")
        return
    demo = subprocess.Popen([sys.executable, "manage.py", "demo"], cwd=ROOT, stdout=subprocess.DEVNULL)
    try:
        yield _awaited(home, demo)
    finally:
        demo.send_signal(signal.SIGINT)
        demo.wait()


def _answering(home: Home) -> str | None:
    note = announced(home)
    return note.address if note and Visit(note.address).is_healthy() else None


def _awaited(home: Home, demo: subprocess.Popen[bytes]) -> str:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and demo.poll() is None:
        address = _answering(home)
        if address:
            return address
        time.sleep(POLL_SECONDS)
    raise CommandError("The demo did not start (see above).")
