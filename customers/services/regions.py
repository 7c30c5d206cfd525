"""Keeping the region table as its committed file says."""

import csv
from pathlib import Path

from django.db import transaction

from customers.models import Region

TABLE = Path(__file__).resolve().parent.parent / "data" / "regions.csv"
_FIELDS = ["name", "english_name", "level", "parent", "path"]


@transaction.atomic
def load_regions() -> int:
    """Bring the table up to the file and return how many regions the file has.

    Regions are matched by code, so that a second call changes nothing and ids stay; a region that the file
    no longer names is left alone, since records may stand in it.
    """
    paths: dict[str, str] = {}
    by_depth: dict[int, list[tuple[str, dict[str, str]]]] = {}
    with TABLE.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            parent = row.pop("parent_code")
            row["path"] = f"{paths.get(parent, '')}{row['code']}/"
            paths[row["code"]] = row["path"]
            by_depth.setdefault(row["path"].count("/"), []).append((parent, row))
    ids: dict[str, int] = {}
    for depth in sorted(by_depth):
        Region.objects.bulk_create(
            [Region(parent_id=ids.get(parent), **row) for parent, row in by_depth[depth]],
            update_conflicts=True,
            unique_fields=["code"],
            update_fields=_FIELDS,
        )
        codes = [row["code"] for _, row in by_depth[depth]]
        ids.update(Region.objects.filter(code__in=codes).values_list("code", "id"))
    return len(paths)
