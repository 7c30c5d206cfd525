"""Who is asked for which field: a person has no line of business, and the unmarried no spouse."""

from __future__ import annotations

from collections.abc import Collection

from customers.models import CompanyProfile, MaritalStatus, PersonProfile
from customers.selectors.catalogue import ProfileField
from customers.selectors.field_facts import OF_COMPANIES_ALONE

_UNMARRIED = frozenset({MaritalStatus.SINGLE, MaritalStatus.DIVORCED, MaritalStatus.WIDOWED})
_OF_THE_MARRIED = frozenset({"person.spouse", "person.spouse_blood_type", "person.wedding_anniversary"})


def applies(field: ProfileField, profile: PersonProfile | CompanyProfile, filled: Collection[str]) -> bool:
    """Whether a customer is asked for a field; what somebody wrote down nevertheless (``filled``) counts."""
    if not isinstance(profile, PersonProfile) or field.key in filled:
        return True
    unmarried = profile.marital_status in _UNMARRIED
    return field.key not in OF_COMPANIES_ALONE and not (unmarried and field.key in _OF_THE_MARRIED)
