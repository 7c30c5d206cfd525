"""Notes on days and views of pages: who may leave or keep one, who sees it, and who takes it back."""

import datetime

import pytest
from django.urls import reverse

from analysis.models import AnalysisRun, Annotation
from analysis.selectors.annotations import noted_between
from analysis.services.runs import start_run
from crm.models import AuditEntry, Role, User
from tests.cast import Cast, make_user, sign_in

pytestmark = pytest.mark.django_db
DAY = datetime.date(2024, 5, 6)


@pytest.fixture(scope="module")
def run(committed: None) -> AnalysisRun:
    """Return the published run, of nobody: a page shows its views all the same."""
    return start_run(actor=None, as_of=DAY, queue=False)


def note(user: User, text: str = "Price rise") -> int:
    return sign_in(user).post(reverse("analysis:annotations"), {"day": DAY, "text": text}).status_code


def test_a_rep_s_note_is_the_team_s_and_an_admin_s_everybody_s(cast: Cast) -> None:
    assert (note(cast.alice), note(cast.ada, "Fair")) == (302, 302)
    seen = {
        user.username: [each["text"] for each in noted_between(user, ["2024-05"])]
        for user in (cast.alice, cast.bob, cast.otto)
    }
    assert seen == {"alice": ["Price rise", "Fair"], "bob": ["Fair"], "otto": ["Price rise", "Fair"]}
    assert AuditEntry.objects.filter(action="annotation.add").count() == 2


def test_an_auditor_notes_nothing(cast: Cast) -> None:
    assert note(cast.otto) == 403
    assert not Annotation.objects.exists()


def test_only_its_author_or_an_admin_takes_a_note_back(cast: Cast) -> None:
    note(cast.ada)
    address = reverse("analysis:annotation_drop", args=[Annotation.objects.get().pk])
    assert sign_in(cast.alice).post(address).status_code == 403
    assert sign_in(cast.ada).post(address).status_code == 302
    assert not Annotation.objects.exists()


def test_a_note_needs_a_day_and_words(cast: Cast) -> None:
    answer = sign_in(cast.alice).post(reverse("analysis:annotations"), {"day": "", "text": ""})
    assert answer.status_code == 422
    assert set(answer.context["form"].errors) == {"day", "text"}


def test_a_view_is_kept_opened_and_forgotten(cast: Cast) -> None:
    client = sign_in(cast.alice)
    kept = client.post(
        reverse("analysis:view_save"),
        {"page": "analysis:rfm", "name": "Key ones", "query": "segment=key_value&after=x", "shared": "1"},
    )
    assert kept.headers["Location"] == f"{reverse('analysis:rfm')}?segment=key_value"
    view = cast.alice.saved_views.get()
    assert (view.name, view.team) == ("Key ones", cast.alice.team)
    assert client.post(reverse("analysis:view_drop", args=[view.pk])).status_code == 302
    assert not cast.alice.saved_views.exists()


def test_a_shared_view_is_offered_to_the_team_and_to_nobody_else(cast: Cast, run: AnalysisRun) -> None:
    mate = make_user("aaron", Role.REP, cast.alice.team)
    for name, shared in (("Key ones", "1"), ("My own", "")):
        wanted = {"page": "analysis:rfm", "name": name, "query": "segment=key_value", "shared": shared}
        assert sign_in(cast.alice).post(reverse("analysis:view_save"), wanted).status_code == 302
    address = f"{reverse('analysis:rfm')}?segment=key_value"
    offered = {"Key ones": (address, "Alice")}
    assert {
        user.username: views_offered(user) for user in (cast.alice, mate, cast.bob, cast.ada, cast.otto)
    } == {
        "alice": {**offered, "My own": (address, "Alice")},
        "aaron": offered,
        "bob": {},
        "ada": {},
        "otto": {},
    }
    drop = reverse("analysis:view_drop", args=[cast.alice.saved_views.get(name="Key ones").pk])
    assert sign_in(mate).post(drop).status_code == 404
    assert views_offered(mate) == offered


def views_offered(user: User) -> dict[str, tuple[str, str]]:
    """The views that a page offers somebody: where each leads, and whose it is."""
    page = sign_in(user).get(reverse("analysis:rfm"))
    found = {each["name"]: (each["url"], each["owner"]) for each in page.context["saved"]["views"]}
    content = page.content.decode()
    assert [url for url, _owner in found.values() if f'<a href="{url}">' not in content] == []
    return found
