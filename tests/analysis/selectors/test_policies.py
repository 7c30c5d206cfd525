"""The versions of the policy: author, reason, days in use and what each changed."""

import datetime

import pytest

from analysis.selectors.policies import Change, versions
from analysis.services import policies
from analysis.services.runs import start_run
from crm.models import Role, User
from tests.cast import make_user

pytestmark = pytest.mark.django_db(transaction=True)


def test_each_version_tells_who_made_it_why_what_it_changed_and_when_it_held() -> None:
    boss = make_user("boss", Role.ADMIN)
    first = policies.adopt({}, actor=None, reason="begin")
    start_run(actor=None, as_of=datetime.date(2024, 6, 30), policy=first, queue=False)
    second = policies.adopt(
        {"churn": {"horizon_days": 60}, "scheme": "pareto"}, actor=boss, reason="try Pareto"
    )
    start_run(actor=None, as_of=datetime.date(2024, 7, 31), policy=second, queue=False)
    newest, oldest = versions(boss)
    assert (newest.author, newest.reason, newest.is_current, newest.runs) == ("Boss", "try Pareto", True, 1)
    assert newest.first_day == newest.last_day == datetime.date(2024, 7, 31)
    assert newest.changes == (
        Change("churn.horizon_days", 90, 60),
        Change("scheme", "amount", "pareto"),
    )
    assert (oldest.version, oldest.author, oldest.is_current, oldest.changes) == (1, "", False, ())


def test_whoever_sees_no_analysis_sees_no_policy() -> None:
    policies.current()
    assert versions(User.objects.create(username="rita")) == []
