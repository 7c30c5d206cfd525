"""The pages of the policy: what each may change, what is refused, and what two editors are told."""

import datetime
from typing import Any

import pytest
from django.test import Client

from analysis.models import Policy, PolicyDraft
from analysis.services import drafts, policies
from analysis.services.runs import start_run
from customers.services.regions import load_regions
from tests.cast import Cast, make_order, sign_in

pytestmark = pytest.mark.django_db(transaction=True)

PAGE = "/analysis/policy/"


@pytest.fixture
def regions(transactional_db: None) -> None:
    """Have the regions there, which tests that commit leave behind empty."""
    load_regions()


@pytest.fixture
def company(regions: None, cast: Cast) -> Cast:
    make_order(cast.huaxin, "SO-1", datetime.date(2024, 12, 31), 600_000)
    start_run(actor=None, as_of=datetime.date(2024, 12, 31), queue=False)
    return cast


def typed(client: Client, **changes: Any) -> dict[str, Any]:
    """The form as the page gives it, with what somebody types."""
    form = client.get(PAGE).context["form"]
    given = {name: form[name].value() for name in form.fields}
    return (
        {name: "" if value is None else value for name, value in given.items()}
        | {"reason": "trial"}
        | changes
    )


def test_who_may_not_change_the_policy_reads_it(company: Cast) -> None:
    for user in (company.alice, company.otto):
        page = sign_in(user).get(PAGE)
        assert page.context["form"] is None
        assert "5,000,000" in page.content.decode()
    assert sign_in(company.otto).post(PAGE, {}).status_code == 403


def test_an_administrator_drafts_any_rule_and_a_manager_those_of_their_regions(company: Cast) -> None:
    ada, dora = sign_in(company.ada), sign_in(company.dora)
    answer = ada.post(PAGE, typed(ada, hysteresis="20", care__A__days="14", care__B__discount="3.5"))
    draft = PolicyDraft.objects.get()
    assert answer.headers["Location"] == draft.get_absolute_url()
    assert (draft.rules["hysteresis"], draft.rules["care"]["A"]["days"]) == ("0.2", 14)
    assert draft.rules["care"]["B"]["discount"] == "0.035"
    assert "hysteresis" not in dora.get(PAGE).context["form"].fields
    region = {"region_0": "江苏省 (320000)", "a_0": "500000", "b_0": "100000"}
    dora.post(PAGE, typed(dora, **region, hysteresis="50"))
    theirs = PolicyDraft.objects.get(author=company.dora)
    assert theirs.rules["region_thresholds"] == {"320000": {"a": 500_000, "b": 100_000}}
    assert theirs.rules["hysteresis"] == policies.current().rules["hysteresis"]


@pytest.mark.parametrize(
    "wrong",
    [
        {"region_0": "上海市 (310000)", "a_0": "5", "b_0": "1"},
        {"region_0": "江苏省", "a_0": "1", "b_0": "5"},
        {"region_0": "江苏省", "a_0": "5", "b_0": ""},
        {"region_0": "江苏省", "a_0": "1e99", "b_0": "１"},
        {"region_0": "江苏省", "a_0": "5", "b_0": "1", "region_1": "320000", "a_1": "6", "b_1": "2"},
        {"reason": ""},
        {},
    ],
)
def test_what_cannot_be_is_refused_beside_what_was_typed(company: Cast, wrong: dict[str, str]) -> None:
    dora = sign_in(company.dora)
    answer = dora.post(PAGE, typed(dora, **wrong))
    assert answer.status_code == 422
    assert answer.context["form"].errors
    assert not PolicyDraft.objects.exists()


def test_who_opened_the_page_before_another_published_is_told_and_loses_nothing(company: Cast) -> None:
    ada = sign_in(company.ada)
    mine = typed(ada, hysteresis="20")
    rules = {**policies.current().rules, "region_thresholds": {"320000": {"a": 500_000, "b": 100_000}}}
    theirs = drafts.write_draft(
        actor=company.dora, based_on=policies.current().pk, rules=rules, reason="theirs"
    )
    drafts.publish(theirs.pk, actor=company.dora)
    answer = ada.post(PAGE, mine)
    assert answer.status_code == 409
    assert answer.context["form"]["hysteresis"].value() == "20"
    assert "Jiangsu: threshold of A" in answer.content.decode()
    sent_again = {**mine, "based_on": answer.context["form"]["based_on"].value()}
    assert ada.post(PAGE, sent_again).status_code == 302


def test_a_draft_is_published_once_and_by_its_author(company: Cast) -> None:
    ada = sign_in(company.ada)
    ada.post(PAGE, typed(ada, hysteresis="20"))
    url = PolicyDraft.objects.get().get_absolute_url()
    assert sign_in(company.dora).get(url).status_code == 404
    assert (ada.post(url).status_code, ada.post(url).status_code) == (302, 200)
    assert Policy.objects.count() == 2


def test_an_earlier_version_comes_back_as_a_draft(company: Cast) -> None:
    ada = sign_in(company.ada)
    ada.post(PAGE, typed(ada, hysteresis="20"))
    ada.post(PolicyDraft.objects.get().get_absolute_url())
    assert "10%" in ada.get(f"{PAGE}versions/").content.decode()
    assert ada.get(f"{PAGE}versions/1/").status_code == 200
    assert ada.post(f"{PAGE}versions/1/revert/", {"reason": "too harsh"}).status_code == 302
    back = PolicyDraft.objects.first()
    assert back is not None
    assert back.rules == Policy.objects.get(version=1).rules
    assert "too harsh" in back.reason


def test_a_draft_of_shares_and_care_tells_of_marks_and_visits(company: Cast) -> None:
    ada = sign_in(company.ada)
    ada.post(PAGE, typed(ada, marks__vip_share="0", care__C__days="73"))
    page = ada.get(PolicyDraft.objects.get().get_absolute_url())
    (mark,) = page.context["preview"].moved_marks
    assert (mark["mark"], mark["before"], mark["after"], mark["lost"]) == ("vip", 1, 0, 1)
    content = page.content.decode()
    assert "Nobody would move" not in content
    assert "about 10 visits a year to these customers, in place of 0" in content


def test_an_administrator_drafts_what_puts_somebody_on_the_five_lists(company: Cast) -> None:
    ada = sign_in(company.ada)
    ada.post(PAGE, typed(ada, attention__many="2", drag__most_percent="80", narrow_buyers__least_share="5"))
    draft = PolicyDraft.objects.get()
    assert (draft.rules["attention"]["many"], draft.rules["drag"]["most_percent"]) == (2, 80)
    assert draft.rules["narrow_buyers"]["least_share"] == "0.05"
    content = ada.get(draft.get_absolute_url()).content.decode()
    assert "Complains often: from so many complaints in the period" in content
    assert "Nobody would move" in content
    for wrong in ({"narrow_buyers__least_share": "0"}, {"attention__many": "0"}):
        assert ada.post(PAGE, typed(ada, **wrong)).status_code == 422
