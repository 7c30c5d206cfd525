"""The result: counts that add up, the rejected rows as a file that imports, what to review, and undoing."""

from __future__ import annotations

from customers.models import Customer
from tests.cast import Cast, sign_in
from tests.customers.views.imports.conftest import CUSTOMERS, Wizard, address, work


def test_the_result_adds_up_and_leads_to_the_rows(wizard: Wizard) -> None:
    batch = wizard.imported(wizard.brought(CUSTOMERS))
    page = wizard.get(batch)
    assert "Done, some rows rejected" in page
    assert batch.rows == 3 == batch.created + batch.updated + batch.rejected
    assert "宏图商行" in wizard.get(batch, "rows", only="created")
    assert "The name is empty" in wizard.get(batch, "rows", only="rejected")


def test_rejected_rows_come_back_as_a_file_that_is_imported_again(wizard: Wizard) -> None:
    batch = wizard.imported(wizard.brought(CUSTOMERS))
    answer = wizard.client.get(address(batch, "rejected"))
    assert "attachment" in answer.headers["Content-Disposition"]
    rejected = answer.getvalue().decode("utf-8-sig")
    again = wizard.imported(wizard.brought(rejected.replace("K8,,", "K8,新店,"), "again.csv"))
    assert (again.rows, again.created) == (1, 1)


def test_every_record_is_listed_for_review(wizard: Wizard) -> None:
    page = wizard.get(wizard.imported(wizard.brought(CUSTOMERS)), "rows", only="review")
    customer = Customer.objects.get(code="K7")
    assert f"/customers/{customer.pk}/" in page
    assert "The name is empty" not in page


def test_undoing_says_first_what_it_does_then_does_it(wizard: Wizard) -> None:
    batch = wizard.imported(wizard.brought("customer code,name\nK7,宏图商行\nK8,新店\n"))
    edited = Customer.objects.get(code="K8")
    wizard.client.post(f"/customers/{edited.pk}/delete/")
    page = wizard.get(batch, "undo")
    assert Customer.objects.filter(code="K7").exists()
    assert "Undo this import?" in page
    answer = wizard.client.post(address(batch, "undo"))
    assert answer.headers["Location"] == address(batch)
    work()
    assert not Customer.objects.filter(code="K7", deleted_at=None).exists()
    assert "Undone" in wizard.get(batch)


def test_the_list_of_imports_is_filtered_by_the_address(wizard: Wizard) -> None:
    batch = wizard.imported(wizard.brought(CUSTOMERS, "erste.csv"))
    wizard.brought("sku,product name\nS1,Tea\n", "zweite.csv")
    everything = wizard.client.get("/customers/imports/").content.decode()
    assert "erste.csv" in everything
    assert "zweite.csv" in everything
    done = wizard.client.get("/customers/imports/", {"state": batch.state}).content.decode()
    assert "zweite.csv" not in done
    assert wizard.client.get("/customers/imports/?state=x&kind=y&before=z").status_code == 200


def test_an_auditor_sees_imports_and_takes_nothing_out(wizard: Wizard, cast: Cast) -> None:
    batch = wizard.imported(wizard.brought(CUSTOMERS))
    otto = sign_in(cast.otto)
    page = otto.get(address(batch)).content.decode()
    assert address(batch, "undo") not in page
    assert otto.get(address(batch, "rows")).status_code == 200
    for step in ("rejected", "undo", "columns"):
        assert otto.get(address(batch, step)).status_code == 403
