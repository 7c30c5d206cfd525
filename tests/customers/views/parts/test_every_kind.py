"""Every record kind is added, edited, removed and put back in the same way."""

from datetime import date
from typing import Any

import pytest
from django.test import Client

from crm.models import AuditEntry
from customers.models import Competitor, Customer, Informant, Product
from customers.views.parts.kinds import KINDS
from tests.cast import Cast, make_customer, sign_in

# What somebody types into the form of each kind, and one field typed over afterwards.
TYPED: dict[str, tuple[dict[str, str], dict[str, str]]] = {
    "contacts": ({"kind": "mobile", "value": "138 6123 6021", "place": "office"}, {"place": "home"}),
    "addresses": ({"place": "office", "region": "苏州", "street": "人民路 1 号"}, {"postcode": "215000"}),
    "residence": ({"living_area": "苏州", "property_type": "villa"}, {"tenure": "owned"}),
    "needs": ({"statement": "要更快到货", "noted_on": "2024-05-01"}, {"is_met": "on"}),
    "wishes": ({"year": str(date.today().year), "next_step": "拜访"}, {"next_step": "再拜访"}),  # noqa: DTZ011
    "family": ({"name": "周岚", "birthday": "1980-02-29"}, {"education": "大学"}),
    "dates": (
        {"kind": "birthday", "calendar": "lunar", "month": "8", "day": "15"},
        {"label": "从业纪念日"},
    ),
    "employments": ({"company": "恒泰", "position": "采购"}, {"started_on": "2020-01-01"}),
    "relations": ({"kind": "friend", "other_person": "老同学"}, {"is_closest": "on"}),
    "key-people": ({"person": "P1", "role": "buyer"}, {"since": "2020-01-01"}),
    "key-roles": ({"customer": "K1", "role": "owner"}, {"note": "控股"}),
    "opportunities": ({"title": "新店首批", "stage": "identified"}, {"amount": "50000"}),
    "gifts": ({"description": "茶叶", "given_on": "2024-01-20"}, {"value": "300"}),
    "notes": ({"body": "喜欢早上通电话"}, {"body": "喜欢下午通电话"}),
    "referrals": ({"informant": "", "referred_on": "2024-01-20", "payout": "0"}, {"payout": "50"}),
    "interactions": (
        {
            "response_type": "visit",
            "channel": "visit",
            "direction": "outbound",
            "occurred_at": "2024-05-01T10:00",
        },
        {"product": "P1"},
    ),
    "complaints": ({"complaint_type": "defect", "reported_at": "2024-05-01T10:00"}, {"cause": "外壳开裂"}),
    "opinions": ({"stance": "likes", "product": "净水器", "stated_on": "2024-05-01"}, {"statement": "好用"}),
    "answers": (
        {"survey": "2024 满意度", "question": "满意吗", "answer": "送货准时", "answered_on": "2024-05-01"},
        {"answer": "送货不准时"},
    ),
    "interviews": ({"held_on": "2024-05-01", "notes": "谈了两小时"}, {"notes": "谈了三小时"}),
    "wallet": (
        {
            "competitor": "恒丰",
            "amount_elsewhere": "800000",
            "period_start": "2024-01-01",
            "period_end": "2025-01-01",
            "confidence": "medium",
            "noted_on": "2024-12-31",
        },
        {"confidence": "high"},
    ),
    "rival-products": ({"competitor": "恒丰", "name": "净水机 X"}, {"quantity": "200 台"}),
    "rival-reps": ({"competitor": "恒丰", "name": "钱经理"}, {"style": "常请客"}),
    "account": ({"account_type": "monthly", "payment_terms_days": "30"}, {"credit_limit": "100000"}),
    "opening": (
        {"until": "2023-12-31", "orders": "3", "revenue": "9000", "receivable": "0"},
        {"orders": "4"},
    ),
    "costs": ({"kind": "visit", "incurred_on": "2024-05-01", "amount": "120"}, {"hours": "2"}),
}
OF_PERSONS = ("family", "employments", "relations", "key-roles")


@pytest.fixture
def person(cast: Cast) -> Customer:
    """Return Alice's second customer, a person; there are a product and an informant too."""
    Product.objects.create(sku="P1", name="净水器")
    return make_customer("P1", "陈国栋", kind="person", owner=cast.alice)


@pytest.fixture
def alice(cast: Cast, person: Customer) -> Client:
    """Return Alice's browser."""
    return sign_in(cast.alice)


def whose(cast: Cast, person: Customer, kind: str) -> Customer:
    """Return the customer on whom rows of a kind hang."""
    return person if kind in OF_PERSONS else cast.huaxin


def typed(cast: Cast, kind: str) -> dict[str, str]:
    """Return what is typed into an empty form."""
    informant = Informant.objects.create(name="老王", owner=cast.alice) if kind == "referrals" else None
    return {
        name: str(informant.pk) if informant and value == "" else value
        for name, value in TYPED[kind][0].items()
    }


def held(form: Any) -> dict[str, str]:
    """Return what a form shows, as a browser would send it again."""
    values = {field.name: field.value() for field in form}
    shown = {name: form.fields[name].widget.format_value(value) for name, value in values.items()}
    return {
        name: str(value[0] if isinstance(value, list) else value)
        for name, value in shown.items()
        if value not in (None, "", [""], False, "False")
    }


def test_every_kind_has_its_test() -> None:
    assert set(TYPED) | {"resolutions", "attachments", "children"} >= set(KINDS)


@pytest.mark.parametrize("kind", TYPED)
def test_a_row_is_added_edited_removed_and_put_back(
    cast: Cast, person: Customer, alice: Client, kind: str
) -> None:
    customer = whose(cast, person, kind)
    model = KINDS[kind].model
    address = f"/customers/{customer.pk}/parts/{kind}/"

    added = alice.post(f"{address}new/", typed(cast, kind))
    assert added.status_code == 302, added.context["card"]["opened"].form.errors
    assert added.headers["Location"].endswith(f"?tab={KINDS[kind].tab}#part-{kind}")
    row = model._default_manager.get()

    opened = alice.get(f"{address}{row.pk}/").context["card"]["lines"][0]["opened"].form
    edited = alice.post(f"{address}{row.pk}/", {**held(opened), **TYPED[kind][1]})
    assert edited.status_code == 302, edited.context["card"]["lines"][0]["opened"].form.errors
    after = model._default_manager.get()
    [(name, value)] = TYPED[kind][1].items()
    assert str(getattr(after, name)) in {value, "True", "净水器", f"{value}.00"}

    alice.post(f"{address}{row.pk}/remove/")
    assert not model._default_manager.exists()
    assert "Undo" in alice.get(f"{address}?removed={row.pk}").content.decode()
    alice.post(f"{address}{row.pk}/put-back/")
    back = model._default_manager.get()
    assert all(
        getattr(back, field.attname) == getattr(after, field.attname) for field in model._meta.concrete_fields
    )
    verbs = [entry.action.partition(".")[2] for entry in AuditEntry.objects.order_by("id")]
    assert [verb for verb in verbs if verb not in {"", "add"}] == ["change", "remove", "put_back"]


@pytest.mark.parametrize("kind", TYPED)
def test_saving_without_a_change_changes_nothing(
    cast: Cast, person: Customer, alice: Client, kind: str
) -> None:
    address = f"/customers/{whose(cast, person, kind).pk}/parts/{kind}/"
    alice.post(f"{address}new/", typed(cast, kind))
    row = KINDS[kind].model._default_manager.get()
    versions = row.pgh_event_model.objects  # type: ignore[attr-defined]
    opened = alice.get(f"{address}{row.pk}/").context["card"]["lines"][0]["opened"].form
    alice.post(f"{address}{row.pk}/", held(opened))
    assert versions.filter(pgh_obj_id=row.pk).count() == 1


@pytest.mark.parametrize("kind", TYPED)
def test_nobody_reaches_the_rows_of_a_customer_out_of_scope(
    cast: Cast, person: Customer, alice: Client, kind: str
) -> None:
    address = f"/customers/{whose(cast, person, kind).pk}/parts/{kind}/"
    alice.post(f"{address}new/", typed(cast, kind))
    row = KINDS[kind].model._default_manager.get()
    charlie = sign_in(cast.charlie)
    for path in ("", "new/", f"{row.pk}/"):
        assert charlie.get(address + path).status_code == 404
    assert charlie.post(f"{address}{row.pk}/remove/").status_code == 404
    stranger = make_customer("C9", "查理的客户", owner=cast.charlie)
    assert charlie.get(f"/customers/{stranger.pk}/parts/{kind}/{row.pk}/").status_code == 404
    assert Competitor.objects.count() <= 1


@pytest.mark.parametrize("kind", TYPED)
def test_an_auditor_reads_no_personal_word_and_writes_nothing(
    cast: Cast, person: Customer, alice: Client, kind: str
) -> None:
    address = f"/customers/{whose(cast, person, kind).pk}/parts/{kind}/"
    alice.post(f"{address}new/", typed(cast, kind))
    row = KINDS[kind].model._default_manager.get()
    text = sign_in(cast.otto).get(address).content.decode()
    for field in row._meta.concrete_fields:
        value = getattr(row, field.attname)
        if getattr(field, "sensitivity", None) == "personal" and isinstance(value, str) and value:
            assert value not in text or field.choices
    assert sign_in(cast.otto).post(f"{address}{row.pk}/remove/").status_code == 403
