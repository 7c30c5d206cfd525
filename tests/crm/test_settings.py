"""Settings fail loudly: the process does not start, and says what to do."""

import os
import subprocess
import sys

import pytest

from crm.local.home import ROOT


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("SECRET_KEY", "short", "at least 50 random characters"),
        ("MASTER_KEYS", "", "at least one key"),
        ("MASTER_KEYS", "k1:" + "00" * 32, "32 random bytes"),
        ("MASTER_KEYS", "no pair", "id:hexadecimal pairs"),
        ("BLIND_INDEX_KEY", "short", "must be hexadecimal"),
        ("COMPANY_CURRENCY", "yuan", "ISO 4217"),
        ("COMPANY_COUNTRY", "China", "ISO 3166"),
        ("COMPANY_TIME_ZONE", "Shanghai", "Asia/Shanghai"),
        ("DEBUG", "perhaps", "perhaps"),
        ("SESSION_HOURS", "a few", "a few"),
        ("ANALYSIS_HOUR", "24", "0 to 23"),
    ],
)
def test_a_wrong_setting_stops_the_start_with_a_sentence(name: str, value: str, said: str) -> None:
    start = [sys.executable, "-c", "import django; django.setup()"]
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "crm.settings", name: value}
    process = subprocess.run(start, env=environment, capture_output=True, text=True, timeout=60)
    assert process.returncode != 0
    assert said in process.stderr


def test_the_settings_of_production_leave_the_deployment_check_nothing_to_say() -> None:
    check = [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "WARNING"]
    environment = {**os.environ, "SECURE": "1", "DEBUG": "0"}
    process = subprocess.run(check, env=environment, capture_output=True, text=True, timeout=120, cwd=ROOT)
    assert process.returncode == 0, process.stderr
