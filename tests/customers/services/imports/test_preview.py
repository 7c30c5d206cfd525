"""A preview says what the import then does, and changes nothing."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from customers.models import Customer, ImportBatch, ImportRow, Order, Product
from customers.services import imports
from tests.customers.services.imports.conftest import ORDERS, Bring, written

FILES = {
    "customers": "customer code,name,phone\nK1,华新,13800138000\nK1,华新,13800138000\nK2,,\nK3,宏图,\n",
    "products": "sku,name,cost\nS1,Tea,4\nS2,Cup,much\nS1,Tee,4\n",
    "orders": ORDERS
    + "A1,2024-03-01,K1,S1,Tea,1,10\nA1,2024-03-01,K1,S2,Cup,x,10\nA2,2024-03-01,,S1,Tea,1,10\n",
    "payments": "payment no,customer id,paid on,amount\nP1,K1,2024-03-01,5\nP2,K9,2024-03-01,5\n",
    "interactions": "customer id,date,notes\nK1,2024-03-01,hello\nK9,2024-03-01,hello\n",
    "complaints": "customer id,type,reported\nK1,defect,2024-03-01\nK1,nonsense,2024-03-01\n",
}


@pytest.mark.parametrize("again", [False, True], ids=["first time", "second time"])
@pytest.mark.parametrize("kind", FILES)
def test_a_preview_counts_what_the_import_then_counts(
    bring: Bring, media: Path, kind: str, again: bool
) -> None:
    bring("customers", "customer code,name\nK1,华新\n")
    if again:
        bring(kind, FILES[kind])
    path = written(media.parent / "file.csv", FILES[kind])
    preview = imports.preview(imports.receive(path, name="file.csv", kind=kind, actor=None))
    done = bring(kind, FILES[kind])
    assert preview.counts == done.counts
    assert preview.rejections == done.rejections


CELLS = st.tuples(
    st.sampled_from(["A1", "A2", "A3", "A4"]),
    st.sampled_from(["K1", "K2", ""]),
    st.sampled_from(["S1", "S2", "S9"]),
    st.sampled_from(["1", "-2", "x", "0.5"]),
)


@pytest.mark.usefixtures("media")
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=st.lists(CELLS, min_size=1, max_size=12), known=st.integers(0, 12))
def test_any_orders_add_up_and_come_whole_and_the_preview_knew(
    bring: Bring, media: Path, rows: list[tuple[str, ...]], known: int
) -> None:
    def file(lines: list[tuple[str, ...]]) -> str:
        return ORDERS + "".join(f"{n},2024-03-01,{c},{s},Tea,{q},10\n" for n, c, s, q in lines)

    bring("orders", file(rows[:known] or rows), chunk_rows=3)
    path = written(media.parent / "file.csv", file(rows))
    preview = imports.preview(imports.receive(path, name="file.csv", kind="orders", actor=None))
    done = bring("orders", file(rows), chunk_rows=2)
    assert preview.counts == done.counts
    assert done.counts.rows == len(rows)
    fates = ImportRow.objects.filter(batch_id=done.batch)
    assert fates.count() == len(rows)
    in_file = {row[0]: [r for r in rows if r[0] == row[0]] for row in rows}
    for number, lines in in_file.items():
        order = Order.objects.filter(number=number).first()
        assert order is None or order.lines.count() >= 1
        outcomes = {fates.get(line_no=2 + i).outcome for i, row in enumerate(rows) if row[0] == number}
        assert outcomes == {"rejected"} or "rejected" not in outcomes
        if any(line[3] == "x" for line in lines):
            assert outcomes == {"rejected"}


def test_a_preview_changes_nothing(db: None, media: Path) -> None:
    path = written(media.parent / "file.csv", FILES["orders"])
    batch = imports.receive(path, name="file.csv", kind="orders", actor=None)
    imports.preview(batch)
    imports.forget(batch)
    for model in (Customer, ImportBatch, ImportRow, Order, Product):
        assert not model._default_manager.exists()
    assert not list(media.glob("imports/*"))
