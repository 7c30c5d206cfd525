"""Services are restarted when they crash, stopped in order, and gone when their supervisor is killed."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from crm.local.home import ROOT, Home
from crm.local.instance import AlreadyRunningError, Instance
from crm.local.supervisor import Service, StopRequestedError, Supervisor
from tests.crm.local.processes import is_alive, wait_until

STUBBORN = """
import signal, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
print("up", flush=True)
time.sleep(600)
"""
# A supervisor of one service, which tells the service's process id.
SUPERVISING = """
import sys, time
from pathlib import Path
from crm.local.home import Home
from crm.local.supervisor import Service, Supervisor
service = Service("sleeper", [sys.executable, "-c", "import time; time.sleep(600)"])
supervisor = Supervisor(Home(Path(sys.argv[1])), print)
supervisor.start(service)
print(supervisor.process_ids()["sleeper"], flush=True)
time.sleep(600)
"""


def notes_its_end(name: str, file: Path) -> Service:
    """Return a service that writes its name into `file` when it is told to end."""
    code = (
        "import signal, sys, time\n"
        f"def end(*_):\n    open({str(file)!r}, 'a').write('{name} '); sys.exit()\n"
        "signal.signal(signal.SIGTERM, end)\nprint('up', flush=True)\ntime.sleep(600)"
    )
    return Service(name, [sys.executable, "-c", code])


@pytest.fixture
def said() -> list[str]:
    """Return what the supervisor said."""
    return []


@pytest.fixture
def supervisor(home: Home, said: list[str]) -> Iterator[Supervisor]:
    """Yield a supervisor without services yet; its signal handlers and services end with the test."""
    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    before = {number: signal.getsignal(number) for number in numbers}
    supervisor = Supervisor(home, said.append)
    supervisor.heed_signals()
    yield supervisor
    supervisor.stop()
    for number, handler in before.items():
        signal.signal(number, handler)


def start(supervisor: Supervisor, *services: Service) -> None:
    """Start `services` and wait until each has said that it is up."""
    supervisor.start(*services)
    for service in services:
        log = supervisor.home.log_file(service.name)
        wait_until(lambda log=log: "up" in log.read_text(), f"{service.name} is up")  # type: ignore[misc]


def test_services_end_in_the_order_of_their_start(supervisor: Supervisor, tmp_path: Path) -> None:
    ends = tmp_path / "ends"
    start(supervisor, *(notes_its_end(name, ends) for name in ("web", "beat", "worker")))

    supervisor.stop()

    assert ends.read_text().split() == ["web", "beat", "worker"]


def test_a_crashed_service_comes_back_after_a_growing_pause(supervisor: Supervisor, said: list[str]) -> None:
    start(supervisor, Service("brittle", [sys.executable, "-c", "print('up')"]))

    wait_until(
        lambda: any([supervisor.look_after_all(), len(said) >= 2]) and len(said) >= 2, "it ended twice"
    )

    assert "brittle ended with status 0; starting it again in 1 s" in said[0]
    assert "in 2 s" in said[1]


def test_a_service_that_ignores_the_request_is_killed_after_its_patience(
    supervisor: Supervisor, said: list[str]
) -> None:
    start(supervisor, Service("stubborn", [sys.executable, "-c", STUBBORN], patience=0.2))
    process_id = supervisor.process_ids()["stubborn"]

    supervisor.stop()

    assert not is_alive(process_id)
    assert said == ["stubborn is still busy after 0 s; ending it."]


def test_a_second_request_to_stop_is_obeyed_at_once(supervisor: Supervisor) -> None:
    start(supervisor, Service("stubborn", [sys.executable, "-c", STUBBORN], patience=600))
    process_id = supervisor.process_ids()["stubborn"]
    subprocess.Popen(["/bin/sh", "-c", f"sleep 0.3; kill -INT {os.getpid()}"])

    began = time.monotonic()
    supervisor.stop()

    wait_until(lambda: not is_alive(process_id), "it was killed")
    assert time.monotonic() - began < 10


def test_a_request_to_stop_interrupts_the_watch(supervisor: Supervisor) -> None:
    supervisor.heed_signals()

    with pytest.raises(StopRequestedError, match="SIGTERM"):
        os.kill(os.getpid(), signal.SIGTERM)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux ties children to their parent")
def test_services_end_with_a_killed_supervisor(home: Home) -> None:
    command = [sys.executable, "-c", SUPERVISING, str(home.path)]
    supervisor = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert supervisor.stdout
    service = int(supervisor.stdout.readline())
    assert is_alive(service)

    supervisor.kill()
    supervisor.communicate()

    wait_until(lambda: not is_alive(service), "the service ended")


def test_a_home_has_one_demo_at_a_time(home: Home) -> None:
    with Instance(home) as running:
        running.announce("http://127.0.0.1:8000", {})
        with pytest.raises(AlreadyRunningError, match=r"http://127\.0\.0\.1:8000"), Instance(home):
            pass

    with Instance(home):
        pass


def test_services_of_a_killed_demo_are_ended_by_the_next(home: Home) -> None:
    with Instance(home) as killed:
        command = [sys.executable, "-c", "import time; time.sleep(600)"]
        leftover = subprocess.Popen(command, pass_fds=[killed.services.fd], start_new_session=True)
        killed.announce("http://127.0.0.1:8000", {"web": leftover.pid})
        note = killed.note.read_text()
    killed.note.write_text(note)

    with Instance(home):
        assert leftover.wait(1) == -signal.SIGTERM
