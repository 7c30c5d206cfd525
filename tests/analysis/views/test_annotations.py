"""Notes on days: who may leave one, who sees it, and that charts show it."""

import datetime

import pytest
from django.urls import reverse

from analysis.models import Annotation
from analysis.selectors.annotations import noted_between
from crm.models import AuditEntry, User
from tests.cast import Cast, sign_in

pytestmark = pytest.mark.django_db
DAY = datetime.date(2024, 5, 6)


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
