"""Fetch the browser libraries named in vendor.lock.json into this folder, with their licences beside them.

``python3 static/vendor/update.py`` asks the npm client for each pinned package, refuses one whose integrity is not
the locked one, copies the listed files without their source-map comments, builds the icon sprite and writes the
checksums of what it wrote back into the lock. To take a new version: change ``version``, empty ``integrity``, run.
``--check`` fetches nothing and says which files differ from the lock. Nothing here is needed at run time.
"""

import argparse
import base64
import hashlib
import json
import re
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

FOLDER = Path(__file__).resolve().parent
LOCK = FOLDER / "vendor.lock.json"
SOURCE_MAP = re.compile(rb"\s*(?://|/\*)[#@] sourceMappingURL=[^\s*]+(?:\s*\*/)?\s*$")
SYMBOL = re.compile(r'<svg[^>]*viewBox="([^"]+)"[^>]*>(.*?)</svg>', re.DOTALL)


def download(name: str, version: str, target: Path) -> Path:
    """Return the tarball of one package, fetched by the npm client into ``target``."""
    command = ["npm", "pack", f"{name}@{version}", "--json", "--pack-destination", str(target)]
    answer = subprocess.run(command, check=True, capture_output=True, text=True)
    return target / json.loads(answer.stdout)[0]["filename"]


def integrity_of(tarball: Path) -> str:
    """Return the digest of a tarball, written as npm writes it."""
    return "sha512-" + base64.b64encode(hashlib.sha512(tarball.read_bytes()).digest()).decode()


def member(archive: tarfile.TarFile, path: str) -> bytes:
    """Return one file of a package."""
    source = archive.extractfile(f"package/{path}")
    if source is None:
        raise SystemExit(f"{path} is not a file of the package.")
    return source.read()


def sprite(archive: tarfile.TarFile, icons: list[str]) -> bytes:
    """Return one SVG with a symbol for each named icon, in alphabetical order."""
    symbols = []
    for icon in sorted(icons):
        found = SYMBOL.search(member(archive, f"icons/{icon}.svg").decode())
        if found is None:
            raise SystemExit(f"The icon {icon} has no view box.")
        view_box, shapes = found.groups()
        symbols.append(f'<symbol id="{icon}" viewBox="{view_box}">{" ".join(shapes.split())}</symbol>')
    body = "\n".join(symbols)
    return f'<svg xmlns="http://www.w3.org/2000/svg">\n{body}\n</svg>\n'.encode()


def write(name: str, content: bytes) -> str:
    """Write one vendored file and return its checksum."""
    path = FOLDER / name
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(content)
    return hashlib.sha256(content).hexdigest()


def fetch(name: str, package: dict, folder: Path) -> None:
    """Bring one package in and note its integrity and checksums in its lock entry."""
    tarball = download(name, package["version"], folder)
    integrity = integrity_of(tarball)
    if package["integrity"] not in ("", integrity):
        raise SystemExit(f"{name} {package['version']} is not the package that was locked: {integrity}.")
    package["integrity"] = integrity
    with tarfile.open(tarball) as archive:
        contents = {target: SOURCE_MAP.sub(b"\n", member(archive, path)) for path, target in package["files"].items()}
        if "icons" in package:
            package["icons"] = sorted(package["icons"])
            contents[package["sprite"]] = sprite(archive, package["icons"])
    package["sha256"] = {target: write(target, content) for target, content in sorted(contents.items())}


def differences(packages: dict[str, dict]) -> list[str]:
    """Return the vendored files that are missing or not what the lock says."""
    expected = {name: digest for package in packages.values() for name, digest in package["sha256"].items()}
    return [
        name
        for name, digest in expected.items()
        if not (FOLDER / name).is_file() or hashlib.sha256((FOLDER / name).read_bytes()).hexdigest() != digest
    ]


def main() -> None:
    """Update the folder, or with --check compare it with the lock."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true", help="compare the files with the lock and fetch nothing")
    arguments = parser.parse_args()
    packages = json.loads(LOCK.read_text(encoding="utf-8"))
    if arguments.check:
        if wrong := differences(packages):
            sys.exit("Not as locked: " + ", ".join(wrong))
        return
    with tempfile.TemporaryDirectory() as folder:
        for name, package in packages.items():
            fetch(name, package, Path(folder))
            print(name, package["version"])
    LOCK.write_text(json.dumps(packages, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
