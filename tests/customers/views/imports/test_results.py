"""The result: counts that add up, the rejected rows as a file that imports, what to review, and undoing."""

from __future__ import annotations

from crm.models import AuditEntry, Role
from customers.models import Customer
from tests.cast import Cast, make_user, sign_in
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


def test_an_auditor_reads_neither_cells_nor_changes_nor_reasons(wizard: Wizard, cast: Cast) -> None:
    head = "customer code,name,phone,notes\n"
    wizard.imported(wizard.brought(f"{head}K7,宏图商行,13900139000,\n"))
    number = "11010519491231002X"
    body = f"K7,改名商行,13900139000,{number}\nK8,新店,banana77,\nK9,好店,13900139001,\n"
    batch = wizard.imported(wizard.brought(head + body, "b.csv"))
    assert batch.updated + batch.rejected + batch.created == 3
    assert "banana77" in wizard.get(batch, "rows")
    page = sign_in(cast.otto).get(address(batch, "rows")).content.decode()
    assert not [said for said in (number, "13900139001", "banana77", "宏图商行") if said in page]
    assert "改名商行" in page  # the record's name, which its own page shows


def test_sensitive_cells_are_on_no_page_and_in_the_file_of_their_owner_alone(wizard: Wizard) -> None:
    number = "11010519491231002X"
    batch = wizard.brought(f"customer code,name,身份证号\nK7,,{number}\nK8,新店,{number}\n")
    pages = [wizard.get(batch, "reading"), wizard.get(batch, "columns")]
    wizard.matched(batch)
    pages += [wizard.get(batch, "check"), wizard.get(batch, "rows/2")]
    wizard.client.post(address(batch, "run"))
    work()
    pages += [wizard.get(batch, "rows"), wizard.get(batch)]
    assert not [page for page in pages if number in page]
    mine, theirs = (
        sign_in(user).get(address(batch, "rejected")).getvalue().decode("utf-8-sig")
        for user in (wizard.user, make_user("ida", Role.ADMIN))
    )
    assert (number in mine, number in theirs) == (True, False)
    assert "K7" in theirs
    assert AuditEntry.objects.filter(action="import.rejected_fetched").count() == 2
