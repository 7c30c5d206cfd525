"""Two people at one record: who saves second is told, and what they typed is kept."""

from typing import Any

from django.test import Client
from django.utils import timezone

from crm.models import User
from customers.models import Competitor, CustomField, FieldSwitch, Task
from tests.cast import Cast, sign_in


def opened(user: User, url: str) -> tuple[Client, dict[str, str]]:
    """Return a browser and what stands in the form of a page."""
    browser = sign_in(user)
    form = browser.get(url).context["form"]
    typed = {field.html_name: field.value() for field in form}
    return browser, {name: str(value) for name, value in typed.items() if value not in (None, "", False)}


def told(answer: Any, *words: str) -> bool:
    """Whether an answer says that somebody was faster, with these words in it."""
    text = answer.content.decode()
    assert answer.status_code == 409
    return "Somebody saved this before you" in text and all(word in text for word in words)


def test_a_task_changed_meanwhile_is_not_overwritten(cast: Cast) -> None:
    task = Task.objects.create(
        customer=cast.huaxin, title="回访", due_on=timezone.localdate(), assignee=cast.alice
    )
    url = f"/customers/tasks/{task.pk}/"
    browser, typed = opened(cast.alice, url)
    Task.objects.filter(pk=task.pk).update(title="送样机")
    answer = browser.post(url, {**typed, "title": "打电话"})
    assert told(answer, "送样机", "打电话")
    assert Task.objects.get().title == "送样机"
    again = {**typed, "title": "打电话", "seen": answer.context["form"]["seen"].value()}
    assert browser.post(url, again).status_code == 302
    assert Task.objects.get().title == "打电话"


def test_an_entry_of_a_register_changed_meanwhile_is_not_overwritten(cast: Cast) -> None:
    rival = Competitor.objects.create(name="美净")
    url = f"/customers/directory/competitors/{rival.pk}/"
    browser, typed = opened(cast.alice, url)
    Competitor.objects.filter(pk=rival.pk).update(note="降价")
    assert told(browser.post(url, {**typed, "note": "涨价"}), "降价", "涨价")
    assert Competitor.objects.get().note == "降价"


def test_a_custom_field_changed_meanwhile_is_not_overwritten(cast: Cast) -> None:
    field = CustomField.objects.create(key="grade", label="等级", kind="text", position=1)
    url = f"/customers/fields/custom/{field.pk}/"
    browser, typed = opened(cast.ada, url)
    CustomField.objects.filter(pk=field.pk).update(label="级别")
    assert told(browser.post(url, {**typed, "label": "档次"}), "级别", "档次")
    assert CustomField.objects.get().label == "级别"


def test_a_switch_decided_meanwhile_is_not_overwritten(cast: Cast) -> None:
    url = "/customers/fields/person.religion/switch/"
    browser, typed = opened(cast.ada, url)
    FieldSwitch.objects.create(field="person.religion", is_on=False, purpose="不需要", decided_by=cast.ada)
    mine = {**typed, "is_on": "on", "purpose": "宴请", "assessment": "低"}
    assert told(browser.post(url, mine), "不需要", "宴请")
    assert not FieldSwitch.objects.get().is_on
