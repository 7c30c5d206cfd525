"""The filters of the analysis pages tell nobody of people whom they do not know."""

from django.http import QueryDict

from analysis.forms.filters import SnapshotFilters
from crm.models import User
from tests.cast import Cast


def asked(user: User, name: str, pk: int | None) -> tuple[int | None, bool]:
    """Return what a filter is read as, and whether it was left out."""
    form = SnapshotFilters(QueryDict(f"{name}={pk}"), user=user)
    return getattr(form.scope(), name), name in form.errors


def test_an_owner_or_team_out_of_scope_is_left_out_like_one_that_does_not_exist(cast: Cast) -> None:
    for name, pk in (("owner", cast.alice.pk), ("team", cast.alice.team_id)):
        assert asked(cast.charlie, name, pk) == asked(cast.charlie, name, 99999) == (None, True)
        assert asked(cast.ada, name, pk) == (pk, False)


def test_the_owner_of_a_customer_in_scope_may_be_asked_for(cast: Cast) -> None:
    assert asked(cast.dora, "owner", cast.alice.pk) == (cast.alice.pk, False)
