"""The same data leave the same records, whatever file they come in."""

from pathlib import Path
from typing import Any

import pytest
from django.db import transaction
from django.db.models import Model

from customers.models import Address, ContactPoint, Customer, Note, PersonProfile
from customers.services import imports
from tests.customers.imports.cards import vcards
from tests.customers.imports.test_same_in_every_form import COLUMNS, delimited
from tests.customers.imports.workbooks import xlsx
from tests.customers.services.imports.conftest import written

PERSONS = [
    dict.fromkeys(COLUMNS, "")
    | {
        "code": f"C{number}",
        "name": name,
        "company": "华新贸易",
        "job_title": "采购",
        "mobile": f"1381234567{number}",
        "email": f"c{number}@huaxin.cn",
        "street": "人民路 1 号",
        "city": "苏州",
        "state": "江苏",
        "postcode": "215000",
        "country": "中国",
        "birthday": "1980-05-06",
        "notes": "在展会认识",
    }
    for number, name in enumerate(["张三", "李四", "王㐂"])
]
# What every import makes anew.
PASSING = {"id", "customer_id", "created_at", "updated_at"}


def records() -> dict[str, list[dict[str, Any]]]:
    models: tuple[type[Model], ...] = (Customer, ContactPoint, Address, PersonProfile, Note)
    found = {}
    for model in models:
        columns = [f.attname for f in model._meta.concrete_fields if f.attname not in PASSING]
        owner = [] if model is Customer else ["customer__code"]
        found[model.__name__] = sorted(model._default_manager.values(*owner, *columns), key=repr)
    return found


def left_by(media: Path, content: bytes, encoding: str | None = None) -> dict[str, list[dict[str, Any]]]:
    """Import a file, return the records that it leaves, and take all of it back."""
    path = written(media.parent / "people", content)
    with transaction.atomic():
        reading = imports.Reading(encoding=encoding)
        batch = imports.receive(path, name="people", kind="customers", actor=None, reading=reading)
        imports.start_here(batch, actor=None)
        batch.refresh_from_db()
        assert (batch.state, batch.error, batch.created) == ("done", "", len(PERSONS))
        found = records()
        transaction.set_rollback(True)
    return found


@pytest.mark.django_db
def test_every_form_leaves_the_same_records(media: Path) -> None:
    rows = [[*COLUMNS.values(), "客户类型"], *([*person.values(), "个人"] for person in PERSONS)]
    text = delimited(rows)
    expected = left_by(media, text.encode())
    assert [len(each) for each in expected.values()] == [3, 6, 3, 3, 3]
    assert left_by(media, text.encode("gb18030"), "gb18030") == expected
    assert left_by(media, text.encode("utf-16")) == expected
    assert left_by(media, xlsx(rows)) == expected
    assert left_by(media, vcards(PERSONS)) == expected
    assert left_by(media, vcards(PERSONS, "2.1")) == expected
