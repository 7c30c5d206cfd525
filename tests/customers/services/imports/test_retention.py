"""Files of imports are kept for a stated time: unbegun ones are forgotten, ended ones keep their counts only."""

import os
from datetime import timedelta
from pathlib import Path

from django.utils import timezone
from pytest_django import Settings

from customers.models import ImportBatch, ImportCorrection
from customers.services import imports
from customers.services.imports import retention
from tests.customers.services.imports.conftest import Bring, written

LIST = "customer code,name\nK1,华新\nK2,\n"


def aged(batch: ImportBatch, **days: int) -> None:
    """Make an import older."""
    moments = {name: timezone.now() - timedelta(days=number) for name, number in days.items()}
    ImportBatch.objects.filter(pk=batch.pk).update(**moments)


def test_an_import_that_nobody_began_is_forgotten_after_a_fortnight(db: None, media: Path) -> None:
    kept, forgotten = (
        imports.receive(
            written(media.parent / "a.csv", LIST + extra), name="a.csv", kind="customers", actor=None
        )
        for extra in ("", "K3,x\n")
    )
    aged(kept, created_at=retention.UNBEGUN_DAYS - 1)
    aged(forgotten, created_at=retention.UNBEGUN_DAYS + 1)
    retention.sweep()
    assert list(ImportBatch.objects.all()) == [kept]
    assert len(list(media.glob("imports/*"))) == 1


def test_of_an_import_that_ended_long_ago_the_counts_stay(
    bring: Bring, media: Path, settings: Settings
) -> None:
    result = bring("customers", LIST)
    batch = ImportBatch.objects.get(pk=result.batch or 0)
    aged(batch, finished_at=settings.IMPORT_KEPT_DAYS - 1)
    retention.sweep()
    assert sorted(path.name for path in media.glob("imports/*/*")) == ["rejected.csv", "source"]
    aged(batch, finished_at=settings.IMPORT_KEPT_DAYS + 1)
    retention.sweep()
    assert not list(media.glob("imports/*"))
    batch.refresh_from_db()
    assert (batch.rows, batch.rejected, batch.rejected_path) == (2, 1, None)
    assert [row.cells for row in imports.rows(batch)] == [(), ()]


def test_what_quotes_the_cells_goes_with_the_file(bring: Bring, settings: Settings) -> None:
    batch = ImportBatch.objects.get(pk=bring("customers", "code,name,phone\nK1,华新,banana77\n").batch or 0)
    assert "banana77" in batch.fates.get().reason
    for stored_as in (batch.stored_as, ""):
        ImportCorrection.objects.create(batch=batch, line_no=2, column_no=2, text="+8613861236021")
        ImportBatch.objects.filter(pk=batch.pk).update(stored_as=stored_as)
        aged(batch, finished_at=settings.IMPORT_KEPT_DAYS + 1)
        retention.sweep()
        assert not ImportCorrection.objects.exists()
    assert "banana77" not in batch.fates.get().reason


def test_a_folder_that_no_import_names_goes_after_a_day(db: None, media: Path) -> None:
    for name, hours in (("young", 1), ("old", 30)):
        folder = media / "imports" / name
        folder.mkdir(parents=True)
        moment = (timezone.now() - timedelta(hours=hours)).timestamp()
        os.utime(folder, (moment, moment))
    retention.sweep()
    assert [folder.name for folder in media.glob("imports/*")] == ["young"]
