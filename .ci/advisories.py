"""Compare the locked packages with the published advisories, and tell a clean answer from none at all.

pip-audit ends well too when it could ask about nothing: a registry that mirrors packages need not know of advisories.
Exits with 0 when every package was looked up and has none, 1 when one has, 75 when not all could be looked up.
"""

import json
import subprocess
import sys

CLEAN, FOUND, NO_VERDICT = 0, 1, 75
COMMAND = ("pip_audit", "-r", "requirements.txt", "--disable-pip", "--require-hashes", "--timeout", "15")


def main() -> int:
    """Ask, say what came of it, and return the exit code."""
    command = [sys.executable, "-m", *COMMAND, "--progress-spinner", "off", "--format", "json"]
    try:
        asked = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
        packages = json.loads(asked.stdout)["dependencies"]
    except (subprocess.TimeoutExpired, ValueError, KeyError):
        say("NOT AUDITED: the service of advisories could not be reached")
        return NO_VERDICT
    unknown = [each["name"] for each in packages if "skip_reason" in each]
    found = [(each["name"], flaw["id"]) for each in packages for flaw in each.get("vulns", [])]
    for name, flaw in found:
        say(f"{name}: {flaw}")
    if unknown:
        say(f"NOT AUDITED: no advisories could be had on {len(unknown)} of {len(packages)} packages")
    else:
        say(f"{len(packages)} packages looked up")
    if found:
        return FOUND
    return NO_VERDICT if unknown or not packages else CLEAN


def say(words: str) -> None:
    """Write a line below the step's name."""
    sys.stdout.write(f"   {words}\n")


if __name__ == "__main__":
    sys.exit(main())
