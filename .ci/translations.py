"""Check that each committed .mo holds exactly what msgfmt makes of its .po, and that the .po is sound."""

import gettext
import subprocess
import sys
import tempfile
from pathlib import Path

LOCALE = Path(__file__).resolve().parent.parent / "locale"


def messages(compiled: Path) -> dict[object, str]:
    """Return the messages of a compiled catalogue: the bytes of two versions of msgfmt may differ, these may not."""
    with compiled.open("rb") as file:
        catalogue = gettext.GNUTranslations(file)._catalog  # type: ignore[attr-defined]
    return {key: text for key, text in catalogue.items() if key != ""}


def problem(source: Path) -> str | None:
    """Return what is wrong with a catalogue, None if nothing."""
    committed = source.with_suffix(".mo")
    with tempfile.TemporaryDirectory() as folder:
        fresh = Path(folder, "fresh.mo")
        done = subprocess.run(
            ["msgfmt", "--check", "-o", str(fresh), str(source)], capture_output=True, text=True, check=False
        )
        if done.returncode:
            return done.stderr
        if not committed.exists():
            return f"{committed} is missing: run `python3 manage.py compilemessages`"
        if messages(fresh) != messages(committed):
            return f"{committed} is not what msgfmt makes of {source.name}: run `python3 manage.py compilemessages`"
    return None


def main() -> int:
    """Check every catalogue and say what is wrong."""
    sources = sorted(LOCALE.rglob("*.po"))
    problems = [text for source in sources if (text := problem(source))]
    if not sources:
        problems.append(f"no catalogues below {LOCALE}")
    sys.stdout.write(
        "".join(f"{text.rstrip()}\n" for text in problems) or f"{len(sources)} catalogues agree\n"
    )
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
