"""`manage.py import`, as somebody at a terminal meets it."""

import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from crm.models import Role
from customers.models import ImportBatch, Order
from tests.cast import make_user
from tests.customers.services.imports.conftest import ORDERS, written

GOOD = ORDERS + "A1,2024-03-01,C1,S1,Tea,1,10\n"
BAD = GOOD + "A2,2024-03-01,C1,S1,Tea,x,10\n"

pytestmark = pytest.mark.usefixtures("db", "media")


def run(path: Path, *options: str, **named: Any) -> tuple[int, str]:
    """Return exit status and output."""
    out = StringIO()
    try:
        call_command("import", str(path), *options, kind="orders", stdout=out, **named)
    except SystemExit as stop:
        return int(str(stop.code)), out.getvalue()
    return 0, out.getvalue()


def test_it_says_what_it_did(tmp_path: Path) -> None:
    status, said = run(written(tmp_path / "orders.csv", GOOD))
    assert status == 0
    assert "orders.csv: 1 rows. 1 created, 0 updated, 0 unchanged, 0 rejected, 0 skipped." in said
    assert "Brought along: Customers: 1, Orders: 1, Products: 1." in said


def test_json_holds_the_counts_and_the_rejected_rows_and_the_status_is_3(tmp_path: Path) -> None:
    status, said = run(written(tmp_path / "orders.csv", BAD), "--json")
    told = json.loads(said)
    assert status == 3
    assert {key: told[key] for key in ("rows", "created", "rejected")} == {
        "rows": 2,
        "created": 1,
        "rejected": 1,
    }
    assert Path(told["rejected_file"]).is_file()
    assert told["rejections"][0]["line"] == 3


def test_a_dry_run_counts_the_same_and_leaves_no_trace(tmp_path: Path, media: Path) -> None:
    path = written(tmp_path / "orders.csv", BAD)
    status, said = run(path, "--json", "--dry-run")
    dry = json.loads(said)
    assert (status, Order.objects.exists(), ImportBatch.objects.exists()) == (3, False, False)
    assert not list(media.glob("imports/*"))
    real = json.loads(run(path, "--json")[1])
    counts = ("rows", "created", "updated", "unchanged", "rejected", "skipped", "rejections")
    assert [dry[key] for key in counts] == [real[key] for key in counts]


def test_a_mapping_file_says_which_column_is_which(tmp_path: Path) -> None:
    path = written(tmp_path / "odd.csv", "no,when,who,what,how many,each\nA1,2024-03-01,C1,S1,1,10\n")
    names = {"order_number": "no", "ordered_on": "when", "customer_code": "who", "product_name": "what"}
    mapping = written(
        tmp_path / "map.json", json.dumps({**names, "quantity": "how many", "unit_price": "each"})
    )
    assert run(path, "--mapping", str(mapping))[0] == 0
    assert Order.objects.get().number == "A1"


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("gone.csv", None, "gone.csv"),
        ("empty.csv", b"", "0 bytes"),
        ("short.csv", b"customer id,quantity\nC1,1\n", "Columns are missing for"),
    ],
)
def test_a_file_that_cannot_be_read_is_an_error_in_words(
    tmp_path: Path, media: Path, name: str, content: bytes | None, said: str
) -> None:
    if content is not None:
        written(tmp_path / name, content)
    with pytest.raises(CommandError, match=said):
        run(tmp_path / name)
    assert not ImportBatch.objects.exists()
    assert not list(media.glob("imports/*"))


def test_with_json_an_error_is_json_too(tmp_path: Path) -> None:
    out = StringIO()
    path = written(tmp_path / "short.csv", "customer id,quantity\nC1,1\n")
    with pytest.raises(CommandError):
        call_command("import", str(path), "--json", kind="orders", stdout=out)
    assert json.loads(out.getvalue())["code"] == "missing_columns"


def test_a_folder_is_an_error_in_words(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="cannot be opened"):
        run(tmp_path)


def test_only_those_who_may_import_can_be_named(tmp_path: Path) -> None:
    make_user("ada", Role.ADMIN)
    make_user("alice", Role.REP)
    path = written(tmp_path / "orders.csv", GOOD)
    for username, message in (("alice", "alice may not import"), ("nobody", "no user nobody")):
        with pytest.raises(CommandError, match=message):
            run(path, "--as", username)
    assert not Order.objects.exists()
    assert run(path, "--as", "ada")[0] == 0
    assert ImportBatch.objects.get().created_by is not None


def test_queued_it_waits_for_a_worker(tmp_path: Path) -> None:
    status, said = run(written(tmp_path / "orders.csv", GOOD), "--queue", "--json")
    told = json.loads(said)
    assert (status, told["state"], Order.objects.exists()) == (0, "queued", False)
    assert ImportBatch.objects.get().state == "checked"
