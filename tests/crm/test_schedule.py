"""What beat starts by the clock."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings

from crm.celery import app


def test_every_scheduled_task_exists() -> None:
    app.loader.import_default_modules()
    scheduled = {entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values()}
    assert scheduled <= app.tasks.keys()


def test_the_nightly_analysis_comes_at_its_hour_in_the_company_s_time_zone() -> None:
    nightly: Any = settings.CELERY_BEAT_SCHEDULE["nightly-analysis"]["schedule"]
    evening = datetime(2026, 11, 22, 22, tzinfo=ZoneInfo(settings.COMPANY_TIME_ZONE))
    nightly.app, nightly.nowfun = app, lambda: evening
    assert nightly.remaining_estimate(evening).total_seconds() == (settings.ANALYSIS_HOUR + 2) * 3600
