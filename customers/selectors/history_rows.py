"""Which versions make up a customer's history, and the name by which people know a row: a phone by its number."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.apps import apps
from django.db.models import CharField, F, Model, Q, QuerySet, Value

from crm.models import User
from customers.models import (
    Address,
    Attachment,
    ChurnCase,
    CompetitorProduct,
    CompetitorRep,
    Complaint,
    Consent,
    ContactPoint,
    Customer,
    CustomerShare,
    CustomValue,
    Employment,
    FamilyMember,
    FieldProvenance,
    Gift,
    ImportantDate,
    ImportRow,
    Informant,
    Interaction,
    Interview,
    KeyPerson,
    Need,
    Note,
    Opinion,
    Opportunity,
    Order,
    OrderLine,
    Payment,
    Referral,
    Relation,
    RowOutcome,
    ServiceCost,
    SurveyAnswer,
    Task,
    WalletShare,
    WishListEntry,
)
from customers.models.scope import customers_in_scope

# Ledgers have pages of their own, and where a field came from stands beside the field.
_ELSEWHERE: set[type[Model]] = {Order, OrderLine, Payment, FieldProvenance}
# Ties stand with one of the two customers; they are part of the other's history too.
_OTHER_END: dict[type[Model], str] = {KeyPerson: "person", Relation: "other"}
NAMED_BY: dict[type[Model], tuple[str, ...]] = {
    Address: ("place", "street"),
    Attachment: ("name",),
    ChurnCase: ("flagged_on",),
    CompetitorProduct: ("competitor", "name"),
    CompetitorRep: ("competitor", "name"),
    Complaint: ("complaint_type", "reported_at"),
    Consent: ("field", "given_on"),
    ContactPoint: ("kind", "value"),
    CustomerShare: ("user",),
    CustomValue: ("field",),
    Employment: ("company", "position"),
    FamilyMember: ("role", "name"),
    Gift: ("given_on", "description"),
    ImportantDate: ("kind", "label"),
    Informant: ("name",),
    Interaction: ("occurred_at",),
    Interview: ("held_on",),
    KeyPerson: ("role", "customer", "person"),
    Need: ("statement",),
    Note: ("body",),
    Opinion: ("stance", "stated_on"),
    Opportunity: ("title",),
    Referral: ("informant",),
    Relation: ("kind", "customer", "other", "other_person"),
    ServiceCost: ("kind", "incurred_on"),
    SurveyAnswer: ("survey", "question"),
    Task: ("title",),
    WalletShare: ("category", "period_start"),
    WishListEntry: ("year",),
}


def tracked_models() -> dict[str, type[Model]]:
    """Return the models whose versions are part of a customer's history, by label."""
    parts = [
        model
        for model in apps.get_app_config("customers").get_models()
        if hasattr(model, "pgh_event_model") and model not in _ELSEWHERE
    ]
    return {
        model._meta.label: model
        for model in parts
        if model is Customer or any(each.name == "customer" for each in model._meta.concrete_fields)
    }


def newest_versions(user: User, customer: Customer) -> QuerySet[Any, Any]:
    """Return which versions there are of a customer and of its parts, the newest first, in one query.

    Of what stands with another customer are those that ``user`` may see.
    """
    queries: list[QuerySet[Any, Any]] = []
    for label, model in tracked_models().items():
        events = model.pgh_event_model.objects  # type: ignore[attr-defined]
        told = {
            "of_model": Value(label, CharField()),
            "of_version": F("pgh_id"),
            "told_at": F("pgh_created_at"),
        }
        conditions = [Q(**{"pgh_obj" if model is Customer else "customer": customer.pk})]
        if model in _OTHER_END:
            seen = Q(customers_in_scope(user, "customer__"), customer__deleted_at=None)
            conditions.append(Q(seen, **{_OTHER_END[model]: customer.pk}))
        queries += [events.filter(each).order_by().annotate(**told).values_list(*told) for each in conditions]
    return queries[0].union(*queries[1:], all=True).order_by("-told_at", "-of_version")


def tags_of_imports(
    customer_id: int, contexts: Iterable[Mapping[str, Any]]
) -> dict[tuple[str, int], list[str]]:
    """Return the tags that imports gave a customer or, undone, took off, by what was done and the import's number.

    ``contexts`` are what is known of the changes: an import names itself there, and its row remembers the tags.
    """
    wanted = {
        (act, context[act])
        for context in contexts
        for act in ("import_batch", "import_undone")
        if isinstance(context.get(act), int)
    }
    if not wanted:
        return {}
    rows = ImportRow.objects.filter(
        batch__in={number for _act, number in wanted},
        subject_id=customer_id,
        outcome=RowOutcome.UPDATED,
        changes__has_key="tag_names",
    )
    by_batch = dict(rows.values_list("batch_id", "changes__tag_names"))
    return {(act, number): by_batch[number] for act, number in wanted if number in by_batch}
