"""Killed at random moments, imports, changes, exports and analyses lose nothing and do nothing twice."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from crm.models import Role
from customers.services.regions import load_regions
from tests.cast import make_customer, make_user
from tests.workers import environment

# KEZHI_KILLS says how often: few times on every change, 200 times at night.
KILLS = int(os.environ.get("KEZHI_KILLS", "15"))
SEED = int(os.environ.get("KEZHI_SEED", "20261123"))


@pytest.mark.django_db(transaction=True)
def test_nothing_is_lost_or_doubled_by_random_kills(tmp_path: Path) -> None:
    load_regions()
    ada = make_user("ada", Role.ADMIN)
    for number in range(8):
        make_customer(f"C{number}", f"客户{number}", owner=ada)
    command = [sys.executable, "-m", "tests.faults.killing", str(KILLS), str(SEED), str(tmp_path)]
    done = subprocess.run(
        command, env=environment(), capture_output=True, text=True, timeout=60 + 8 * KILLS, check=False
    )
    assert done.returncode == 0, done.stderr[-4000:]
    told = json.loads(done.stdout.splitlines()[-1])
    assert told["killed"] == KILLS
    assert sum(told["done"].values()) >= KILLS // 4
