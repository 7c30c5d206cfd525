"""Load the region table: countries of ISO 3166, China by GB/T 2260 codes down to districts."""

import csv
from pathlib import Path

from django.db import migrations

TABLE = Path(__file__).resolve().parent.parent / "data" / "regions.csv"


def load(apps, schema_editor):
    """Insert the rows of the file, parents first, level by level."""
    region = apps.get_model("customers", "Region")
    placed = {}
    waiting = {}
    with TABLE.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            parent = row.pop("parent_code")
            row["path"] = f"{placed.get(parent, '')}{row['code']}/"
            placed[row["code"]] = row["path"]
            waiting.setdefault(row["path"].count("/"), []).append((parent, row))
    ids = {}
    for depth in sorted(waiting):
        made = region.objects.bulk_create(
            [region(parent_id=ids.get(parent), **row) for parent, row in waiting[depth]]
        )
        ids.update({one.code: one.pk for one in made})


def unload(apps, schema_editor):
    """Take the table away again; refused by the database while anything stands in a region."""
    region = apps.get_model("customers", "Region")
    for level in ("district", "city", "province", "area", "country"):
        region.objects.filter(level=level).delete()


class Migration(migrations.Migration):
    dependencies = [("customers", "0001_initial")]

    operations = [migrations.RunPython(load, unload)]
