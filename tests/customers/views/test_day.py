"""The pages of the day: the quick log, tasks, the queue."""

from datetime import timedelta

import pytest
from django.utils import timezone

from crm.models import AuditEntry
from customers.models import Complaint, ImportantDate, Interaction, PersonProfile, Task
from tests.cast import Cast, make_customer, sign_in

LOG = "/customers/log/"
HTMX = {"HX-Request": "true"}


def noted(cast: Cast, **more: str) -> dict[str, str]:
    return {
        "customer": str(cast.huaxin.pk),
        "response_type": "visit",
        "channel": "wechat",
        "body": "谈了新款",
        "follow_up": "3",
        **more,
    }


def test_a_note_with_its_follow_up_is_one_request_and_can_be_taken_back(cast: Cast) -> None:
    browser = sign_in(cast.alice)
    page = browser.post(LOG, noted(cast), follow=True)
    interaction, task = Interaction.objects.get(), Task.objects.get()
    assert (interaction.response_type, interaction.channel, interaction.rep) == (
        "visit",
        "wechat",
        cast.alice,
    )
    assert (task.due_on, task.assignee) == (timezone.localdate() + timedelta(days=3), cast.alice)
    undo = page.context["messages"]._loaded_messages[0].extra_tags
    browser.post(undo)
    assert not Interaction.objects.exists()
    assert not Task.objects.exists()
    assert AuditEntry.objects.filter(action="interaction.undo").exists()


def test_nobody_else_can_take_a_note_back(cast: Cast) -> None:
    page = sign_in(cast.alice).post(LOG, noted(cast), follow=True)
    sign_in(cast.bob).post(page.context["messages"]._loaded_messages[0].extra_tags)
    assert Interaction.objects.exists()


def test_over_a_page_the_answer_is_a_word_and_the_dialog_closes(cast: Cast) -> None:
    answer = sign_in(cast.alice).post(LOG, noted(cast), headers=HTMX)
    assert answer["HX-Trigger"] == "quick-log-saved"
    assert 'hx-post="/customers/log/' in answer.content.decode()


def test_what_was_typed_finds_the_customer_when_there_is_but_one(cast: Cast) -> None:
    sign_in(cast.alice).post(LOG, noted(cast, customer="", q="华新"))
    assert Interaction.objects.get().customer == cast.huaxin


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"customer": "", "q": "nobody at all"}, "Choose the customer."),
        ({"follow_up_on": "2001-01-01"}, "This day has passed."),
        ({"channel": "smoke"}, "Select a valid choice"),
    ],
)
def test_what_is_wrong_is_said_and_what_was_typed_is_kept(
    cast: Cast, wrong: dict[str, str], said: str
) -> None:
    page = sign_in(cast.alice).post(LOG, noted(cast, **wrong))
    assert page.status_code == 422
    assert said in page.content.decode()
    assert "谈了新款" in page.content.decode()
    assert not Interaction.objects.exists()


def test_a_customer_out_of_scope_is_not_there(cast: Cast) -> None:
    assert sign_in(cast.charlie).get(f"{LOG}?customer={cast.huaxin.pk}").status_code == 404
    assert sign_in(cast.charlie).post(LOG, noted(cast)).status_code == 404
    assert "苏州" not in sign_in(cast.charlie).get("/customers/log/customers/?q=华新").content.decode()


def test_a_task_is_done_with_its_outcome_and_taken_up_again(cast: Cast) -> None:
    browser = sign_in(cast.alice)
    browser.post(
        f"/customers/{cast.huaxin.pk}/tasks/new/",
        {"title": "回访", "due_on": "2030-01-05", "assignee": cast.alice.pk},
    )
    task = Task.objects.get()
    browser.post(f"/customers/tasks/{task.pk}/done/", {"outcome": "谈妥"})
    task.refresh_from_db()
    assert (task.outcome, task.done_at is None) == ("谈妥", False)
    browser.post(f"/customers/tasks/{task.pk}/reopen/")
    task.refresh_from_db()
    assert task.done_at is None


def test_a_task_is_put_off_and_given_to_a_colleague(cast: Cast) -> None:
    colleague = cast.bob
    colleague.team = cast.alice.team
    colleague.save()
    task = Task.objects.create(
        customer=cast.huaxin, title="回访", due_on=timezone.localdate(), assignee=cast.alice
    )
    browser = sign_in(cast.alice)
    browser.post(f"/customers/tasks/{task.pk}/snooze/")
    task.refresh_from_db()
    assert task.due_on == timezone.localdate() + timedelta(days=1)
    typed = {"title": "回访", "due_on": f"{task.due_on}", "assignee": colleague.pk}
    browser.post(f"/customers/tasks/{task.pk}/", typed)
    task.refresh_from_db()
    assert task.assignee == colleague


def test_the_queue_says_why_and_first_steps_teach_the_empty(cast: Cast) -> None:
    Task.objects.create(
        customer=cast.huaxin, title="送样机", due_on=timezone.localdate(), assignee=cast.alice
    )
    assert "送样机 · due today" in sign_in(cast.alice).get("/customers/today/").content.decode()
    empty = sign_in(cast.charlie).get("/customers/today/").content.decode()
    assert "First steps" in empty
    assert "Nothing waits today" in empty


def test_a_long_queue_says_how_many_wait_in_all(cast: Cast) -> None:
    for number in range(50):
        Complaint.objects.create(
            customer=cast.huaxin, reference=f"C{number}", complaint_type="defect", reported_at=timezone.now()
        )
    browser = sign_in(cast.alice)
    page = browser.get("/customers/today/")
    shown = len(page.context["rows"])
    assert f"{shown} of 50 shown" in browser.get(page.context["count_url"]).content.decode()
    assert sign_in(cast.charlie).get("/customers/today/").context["count_url"] == ""


def test_the_record_says_what_waits(cast: Cast) -> None:
    person = make_customer("K5", "陈国栋", owner=cast.alice, kind="person")
    Task.objects.create(customer=person, title="送样机", due_on=timezone.localdate(), assignee=cast.alice)
    page = sign_in(cast.alice).get(f"/customers/{person.pk}/").content.decode()
    assert "to do: 送样机" in page


def test_an_auditor_reads_no_birthday_on_the_record_nor_on_today(cast: Cast) -> None:
    person = make_customer("K5", "陈国栋", owner=cast.alice, kind="person")
    born = (timezone.localdate() + timedelta(days=1)).replace(year=1976)
    PersonProfile.objects.create(customer=person, date_of_birth=born)
    ImportantDate.objects.create(customer=person, kind="wedding", month=born.month, day=born.day)
    for page in (f"/customers/{person.pk}/", "/customers/today/"):
        assert "Birthday tomorrow" in sign_in(cast.alice).get(page).content.decode()
        read = sign_in(cast.otto).get(page).content.decode().lower()
        assert "birthday tomorrow" not in read
        assert "anniversary tomorrow" not in read


@pytest.mark.parametrize("number", ["9" * 5_000, "9" * 19, "１２３", "-1", "0x10", "1\x00"])
def test_no_number_of_a_customer_is_a_fault(cast: Cast, number: str) -> None:
    browser = sign_in(cast.alice)
    assert browser.get(LOG, {"customer": number}).status_code in (200, 404)
    assert browser.post(LOG, noted(cast, customer=number)).status_code in (404, 422)
    assert browser.get(f"/customers/{cast.huaxin.pk}/merge/", {"with": number}).status_code == 404
