"""A few sealed values, with the decision that they may be kept and the consent of whom they are about."""

from __future__ import annotations

from datetime import timedelta

from crm.models import Role, User
from customers.imports.cleaning.identifiers import identity_check_character
from customers.models import PersonProfile
from customers.services.demo.desk import Desk
from customers.services.privacy import IDENTITY, give_consent, store_sensitive, switch_field

PEOPLE = 4
_SWITCHES = {
    IDENTITY: ("签订经销合同时核对身份", "仅合同管理员按需查看；泄露后果严重，故加密并逐次记录"),
    "person.blood_type": ("客户活动的紧急联系", "用途单一，活动结束后可撤回"),
    "person.annual_income": ("评估授信额度", "涉及个人财产，须单独同意，不用于自动评分"),
}
_VALUES = {"person.blood_type": ("A", "O", "B"), "person.annual_income": ("480000", "1200000", "350000")}


def write_sealed(desk: Desk, admin: User) -> None:
    """Switch some sensitive fields on, and keep some persons' values by their consent."""
    for key, (purpose, assessment) in _SWITCHES.items():
        switch_field(key, actor=admin, is_on=True, purpose=purpose, assessment=assessment)
    profiles = PersonProfile.objects.filter(customer__in=desk.persons, customer__owner__role=Role.REP)
    for place, profile in enumerate(profiles.select_related("customer__owner").order_by("pk")[:PEOPLE]):
        owner = profile.customer.owner
        if owner is None:
            continue
        values = {key: desk.pick(values) for key, values in _VALUES.items()}
        born = profile.date_of_birth or desk.today - timedelta(days=15_000)
        # A province without its city and district: nobody was ever given such a number.
        digits = f"320000{born:%Y%m%d}{place:03}"
        values[IDENTITY] = digits + identity_check_character(digits)
        for key, value in list(values.items())[place % 2 :]:
            give_consent(
                profile.pk,
                key,
                actor=owner,
                evidence="签约时书面同意",
                given_on=desk.today - timedelta(days=30),
            )
            store_sensitive(profile.pk, key, value, actor=owner)
