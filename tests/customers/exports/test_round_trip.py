"""What was exported comes back as it was: importing the file changes nothing, and rebuilds what was lost."""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.db.models import Model
from django.utils import translation

from crm.sealing import SealedField
from customers.exports import running
from customers.models import (
    Address,
    Campaign,
    Channel,
    ChannelKind,
    CompanyProfile,
    ContactChannel,
    ContactPlace,
    ContactPoint,
    Customer,
    CustomField,
    CustomValue,
    IdentificationMethod,
    ImportBatch,
    Industry,
    Note,
    PersonProfile,
    Region,
    Tag,
)
from customers.services import imports
from tests.cast import Cast, make_customer

# What says when and how a record was written, and what is made of others of its fields.
OF_WRITING = {
    "id",
    "customer_id",
    "customer",
    "updated_at",
    "version",
    "author_id",
    "deleted_at",
    "potential_author_id",
}
BELONGINGS: tuple[type[Model], ...] = (
    ContactPoint,
    Address,
    Note,
    PersonProfile,
    CompanyProfile,
    CustomValue,
)

REGIONS = ("320500", "440300", "GB", "110105", "CN-E", "810000", "CN", "320000")


def state(kind: str = "") -> dict[str, Any]:
    """Return what is known of every customer, or of every person, field by field, to the second."""
    customers = Customer.objects.filter(kind=kind) if kind else Customer.objects.all()
    return {
        customer.code: {
            "Customer": [told(Customer.objects.filter(pk=customer.pk).values().get())],
            "tags": sorted(customer.tags.values_list("name", flat=True)),
            **{
                model.__name__: sorted(
                    map(told, model._default_manager.filter(customer=customer).values()), key=str
                )
                for model in BELONGINGS
            },
        }
        for customer in customers
    }


def told(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return a record as a file tells of it."""
    without = OF_WRITING if "code" in row else OF_WRITING | {"created_at"}
    return {
        name: value.replace(microsecond=0) if isinstance(value, datetime) else value
        for name, value in row.items()
        if name not in without
    }


def changes(before: dict[str, Any], after: dict[str, Any]) -> list[tuple[Any, ...]]:
    """Return code, what of it, value before and after of whatever is another now."""
    return [
        (code, what, was, after.get(code, {}).get(what))
        for code, record in before.items()
        for what, was in record.items()
        if was != after.get(code, {}).get(what)
    ]


def describe(cast: Cast, customer: Customer, number: int) -> None:
    """Say of a customer whatever its profile can hold, where it is, and what was noted."""
    is_person = customer.kind == "person"
    profile = PersonProfile(customer=customer) if is_person else CompanyProfile(customer=customer)
    for field in profile._meta.concrete_fields:
        if isinstance(field, SealedField) or field.primary_key or field.name in NOT_TOLD:
            continue
        kind = field.get_internal_type()
        length = min(field.max_length or 40, 300) if kind == "CharField" else 40
        value: Any = {
            "DateField": date(1980, 3, 5),
            "BooleanField": True,
            "PositiveSmallIntegerField": 170,
            "PositiveIntegerField": 1200,
            "DecimalField": Decimal("65.5"),
        }.get(kind, f"={field.name}, 甲\n|乙".ljust(length, "。")[:length])
        setattr(
            profile, field.name, field.choices[number % len(field.choices)][0] if field.choices else value
        )
    profile.save()
    for place, region in (("office", "440305"), ("office", "CN-E"), ("home", None), ("other", "GB")):
        Address.objects.create(
            customer=customer,
            place=place,
            street=f"{number} | 路\\; 3 楼, 右" if place != "home" else "",
            postcode="215000",
            region=Region.objects.get(code=region) if region else None,
        )
    for own in CustomField.objects.filter(customer_kind__in=["", customer.kind]):
        CustomValue.objects.create(customer=customer, field=own, value=OWN[own.key][1])
    for body in ("=第一条\n第二行", "第二条"):
        Note.objects.create(customer=customer, body=body, author=cast.alice)


NOT_TOLD = {"customer", "version", "employer", "identity_index", "unified_social_credit_code"}


# Fields that an administrator added: kind, value; one has the name of a field that everybody has.
OWN: dict[str, tuple[str, Any]] = {
    "shoe-size": ("number", "42.5"),
    "met-on": ("date", "2024-02-29"),
    "tier-of-tea": ("choice", "A-"),
    "rides": ("yes_no", False),
    "remarks": ("text", "=甲\n乙"),
    "fleet": ("number", "-0.0001"),
}


def add_fields() -> None:
    """Have an administrator add fields of every kind."""
    labels = {"remarks": "备注", "shoe-size": "鞋码（万元）"}
    for key, (kind, _value) in OWN.items():
        CustomField.objects.create(
            key=key,
            label=labels.get(key, f"自定{key}"),
            english_label="" if key == "rides" else f"Own {key}",
            kind=kind,
            choices=["A+", "A-", "a"] if kind == "choice" else [],
            customer_kind="company" if key == "fleet" else "",
        )


@pytest.fixture
def company(cast: Cast) -> None:
    """Fill in what a file can carry, with texts that a spreadsheet would calculate."""
    add_fields()
    Customer.objects.update(team=cast.alice.team, owner=cast.alice)
    source = Channel.objects.create(name="广交会", kind=ChannelKind.EXHIBITION)
    campaign = Campaign.objects.create(code="S1", name="春季团购", starts_on=date(2024, 3, 1), channel=source)
    appliances = Industry.objects.create(name="家电", english_name="Home appliances")
    for number, (ownership, model, potential) in enumerate(
        zip(
            ("state_owned", "private", "foreign", "joint_venture", "sole_trader", "collective", "other", ""),
            ("wholesale", "retail", "agency", "chain", "distributor", "supplier", "internal", "end_customer"),
            ("high", "medium", "low", "closing", "", "", "", ""),
            strict=True,
        )
    ):
        customer = make_customer(
            f"F{number}",
            ["=1+1 商行", "@华新", "+86 贸易", "-减", "＝全角", "'=单引号", "普通", "O'Neil"][number],
            owner=cast.alice,
            region=Region.objects.get(code=REGIONS[number]),
            industry=appliances,
            ownership_type=ownership,
            business_model=model,
            potential=potential,
            potential_reason="=订单" if potential else "",
            purchasing_power=("high", "medium", "low", "")[number % 4],
            lifecycle=("target", "lead", "active", "dormant", "lost", "ended", "active", "lead")[number],
            kind="person" if number % 2 else "company",
            source=source,
            campaign=campaign,
            created_at=datetime(2024, 1, 1, 3, number, 5, 123_456, tzinfo=UTC),
            preferred_channel=ContactChannel.values[number % 7],
            identification_method=IdentificationMethod.values[number % 4],
            potential_expires_on=date(2027, 1, number + 1),
            opposes_us="=说过一次\n又一次",
            communication_style="直接",
            best_time_to_contact="上午",
            scoring_refused=number % 3 == 0,
        )
        customer.tags.add(
            Tag.objects.get_or_create(name="老客户")[0], Tag.objects.get_or_create(name="展会")[0]
        )
        for at, place in enumerate(ContactPlace.values):
            for kind, value in (
                ("mobile", f"+86138612360{at}{number}"),
                ("phone", f"+86512668812{at}{number};ext=12"),
                ("phone", f"+86512668822{at}{number}"),
                ("fax", f"+86512668832{at}{number}"),
                ("email", f"a{at}{number}@huaxin.example"),
                ("wechat", f"wx_huaxin{at}{number}"),
            ):
                is_primary = (kind, at) == ("phone", 1) and value.endswith("ext=12") and number > 1
                ContactPoint.objects.create(
                    customer=customer, kind=kind, place=place, value=value, is_primary=is_primary
                )
        describe(cast, customer, number)


def exported(cast: Cast, kind: str, place: Path, key: str = "customers", columns: str = "everything") -> Path:
    """Export all of a list, and return the file."""
    order = running.Order(
        key=key, query="", format=kind, columns=columns, personal=True, bom=True, reason="test"
    )
    file = running.file_of(running.start(order, actor=cast.ada))
    assert file is not None
    return file.rename(place / f"out{running.SUFFIXES[kind]}")


@pytest.mark.parametrize(("kind", "language"), [("csv", "zh-hans"), ("xlsx", "en")])
@pytest.mark.parametrize("key", ["customers", "people"])
def test_customers_come_back_as_they_were(
    cast: Cast, company: None, key: str, kind: str, language: str, tmp_path: Path, settings: Any
) -> None:
    settings.MEDIA_ROOT = tmp_path / "files"
    before = state("person" if key == "people" else "")
    versions = list(Customer.objects.order_by("pk").values_list("version", "updated_at"))
    with translation.override(language):
        path = exported(cast, kind, tmp_path, key)
        known = bring_in(cast, path, "customers")
        counts = imports.result(known).counts
        assert changes(before, state()) == []
        assert (counts.unchanged, counts.rows) == (len(before), len(before)), imports.rows(known)
        assert list(Customer.objects.order_by("pk").values_list("version", "updated_at")) == versions
        Customer.objects.filter(code__startswith="F").delete()
        lost = bring_in(cast, path, "customers")
    assert changes(before, state()) == []
    assert lost.rejected == 0


def bring_in(cast: Cast, path: Path, key: str) -> ImportBatch:
    """Import a file of ours as it is."""
    batch = imports.receive(path, name=path.name, kind=key, actor=cast.ada)
    imports.start_here(batch, actor=cast.ada)
    batch.refresh_from_db()
    return batch
