"""Writing one customer."""

import pytest
from django.core.exceptions import PermissionDenied

from crm.models import AuditEntry
from customers.models import Customer, CustomerShare, Region
from customers.services.profiles import EditConflictError, create_customer, update_customer
from tests.cast import Cast, make_customer, sign_in


def test_a_new_customer_is_its_authors_and_gets_a_code_and_search_keys(cast: Cast) -> None:
    customer = create_customer(actor=cast.alice, fields={"name": "陈国栋", "kind": "person"})
    assert (customer.owner, customer.team) == (cast.alice, cast.alice.team)
    assert customer.code == f"K{customer.pk:06}"
    assert (customer.pinyin, customer.initials) == ("chenguodong", "cgd")


def test_a_code_that_was_given_by_hand_is_passed_over(cast: Cast) -> None:
    first = create_customer(actor=cast.alice, fields={"name": "一"})
    create_customer(actor=cast.alice, fields={"name": "二", "code": f"K{first.pk + 2:06}"})
    assert create_customer(actor=cast.alice, fields={"name": "三"}).code == f"K{first.pk + 3:06}"


def test_an_edit_raises_the_version_and_refreshes_the_keys(cast: Cast) -> None:
    saved = update_customer(cast.huaxin.pk, actor=cast.alice, version=1, changes={"name": "无锡华新"})
    assert (saved.version, saved.pinyin) == (2, "wuxihuaxin")
    assert AuditEntry.objects.get().detail == {"fields": ["name"]}


def test_the_second_of_two_writers_changes_nothing_and_learns_how_it_stands(cast: Cast) -> None:
    update_customer(cast.huaxin.pk, actor=cast.alice, version=1, changes={"lifecycle": "lost"})
    with pytest.raises(EditConflictError) as conflict:
        update_customer(cast.huaxin.pk, actor=cast.bob, version=1, changes={"lifecycle": "dormant"})
    assert conflict.value.current.lifecycle == "lost"
    assert Customer.objects.get(pk=cast.huaxin.pk).lifecycle == "lost"


def test_who_may_not_see_a_customer_finds_none_to_edit(cast: Cast) -> None:
    with pytest.raises(Customer.DoesNotExist):
        update_customer(cast.huaxin.pk, actor=cast.charlie, version=1, changes={"name": "x"})


def test_an_auditor_writes_nothing(cast: Cast) -> None:
    with pytest.raises(PermissionDenied):
        update_customer(cast.huaxin.pk, actor=cast.otto, version=1, changes={"name": "x"})
    with pytest.raises(PermissionDenied):
        create_customer(actor=cast.otto, fields={"name": "x"})


def test_who_judges_a_potential_is_remembered(cast: Cast) -> None:
    saved = update_customer(cast.huaxin.pk, actor=cast.dora, version=1, changes={"potential": "high"})
    assert saved.potential_author == cast.dora
    saved = update_customer(cast.huaxin.pk, actor=cast.dora, version=2, changes={"potential": ""})
    assert saved.potential_author is None


def test_a_field_that_is_not_a_core_fact_is_not_written(cast: Cast) -> None:
    with pytest.raises(KeyError):
        update_customer(cast.huaxin.pk, actor=cast.alice, version=1, changes={"deleted_at": None})


def test_who_but_shares_a_customer_changes_nothing_of_who_sees_it(cast: Cast) -> None:
    """A manager with whom a customer of elsewhere is shared neither takes it nor moves it into their territory."""
    huzhou = make_customer("K3", "湖州行", owner=cast.alice)
    CustomerShare.objects.create(customer=huzhou, user=cast.dora)
    inside = Region.objects.get(code="320500")
    for changes in ({"owner": cast.dora}, {"team": cast.dora.team}, {"region": inside}):
        with pytest.raises(PermissionDenied):
            update_customer(huzhou.pk, actor=cast.dora, version=1, changes=changes)
    page = sign_in(cast.dora).get(f"/customers/{huzhou.pk}/edit/")
    assert not {"owner", "team", "region"} & set(page.context["form"].fields)
    saved = update_customer(huzhou.pk, actor=cast.dora, version=1, changes={"name": "湖州商行"})
    assert saved.owner == cast.alice
