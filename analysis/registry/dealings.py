"""How customers were dealt with: attention, what drags, wishes, effort against return, the quality of the records."""

from __future__ import annotations

from typing import Any

import pandas as pd
from django.utils.translation import gettext_lazy as _

from analysis.datasets import dealings
from analysis.datasets.cases import DIMENSIONS, Cases, local_days, read_cases
from analysis.datasets.dealings import KINDS, TIERS, Drags, Efforts, Filled, Wishes
from analysis.measures.attention import (
    ALERT_DTYPE,
    attention,
    customer_attention,
)
from analysis.measures.data_quality import Field, customer_quality, field_quality
from analysis.measures.drag import VERDICT_DTYPE, drag_costs
from analysis.measures.resources import (
    MISMATCH_DTYPE,
    customer_resources,
    resources_by_tier,
)
from analysis.measures.wish_list import STATUS_DTYPE, wish_progress, wish_status
from analysis.models import (
    AttentionGroup,
    CustomerAttention,
    CustomerQuality,
    DragCost,
    FieldQuality,
    ResourceUse,
    WishStatus,
)
from analysis.registry.declaring import Measure, Outcome, Table
from crm.copying import Kind
from customers.selectors.field_facts import record_fields

_DIMENSIONS = list(DIMENSIONS["complaint"])
_COUNTS: dict[str, Kind] = dict.fromkeys(("cases", "resolved", "judged", "satisfied"), "int4")
_SERVICE_COSTS: dict[str, Kind] = dict.fromkeys(
    ("visit_cost", "discount_cost", "support_cost", "service_cost"), "int8"
)


def _attention(read: Cases) -> Outcome:
    groups = []
    for subject, dimensions in DIMENSIONS.items():
        for dimension, column in dimensions.items():
            found = attention(read.of(subject), column, read.customers["value"], read.until)
            found = found.reset_index(names="key").assign(subject=subject, dimension=dimension)
            groups.append(found.assign(key=found["key"].astype("object").map(str, na_action="ignore")))
    company = pd.concat(groups, ignore_index=True).astype(
        {"subject": pd.CategoricalDtype(list(DIMENSIONS)), "dimension": pd.CategoricalDtype(_DIMENSIONS)}
    )
    each = customer_attention(read.complaints, read.customers, read.policy, read.until)
    each = each.assign(last_reported_on=local_days(each["last_reported_at"]))
    return Outcome(rows={AttentionGroup: company, CustomerAttention: each})


def _drag(read: Drags) -> Outcome:
    return Outcome(rows={DragCost: drag_costs(read.customers, read.policy)})


def _wish_list(read: Wishes) -> Outcome:
    statuses = wish_status(read.entries, read.policy, read.as_of)
    everybody = wish_progress(statuses.assign(everybody=0), "everybody", read.as_of)
    summary = {name: int(everybody[name].sum()) for name in (*STATUS_DTYPE.categories, "listed", "due")}
    return Outcome(rows={WishStatus: statuses}, summary=summary)


def _resources(read: Efforts) -> Outcome:
    each = customer_resources(read.customers, read.policy)
    told = (each["visits"] > 0) | (each["service_cost"] != 0) | (each["mismatch"] != "")
    tiers = resources_by_tier(each, read.policy).astype(object)
    summary = {"tiers": tiers.where(tiers.notna(), None).reset_index().to_dict("records")}
    return Outcome(rows={ResourceUse: each[told]}, summary=summary)


def _data_quality(read: Filled) -> Outcome:
    fields = [Field(field.key, field.kinds) for field in record_fields()]
    each = customer_quality(read.customers, fields, read.policy, read.as_of)
    company = field_quality(read.customers, fields, read.policy)
    fresh = int(each["is_fresh"].sum())
    summary = {
        "customers": len(each),
        "fresh": fresh,
        "filled": int(each["filled"].sum()),
        "applicable": int(each["applicable"].sum()),
        "unused_fields": int(company["is_unused"].sum()),
        "fields": [
            field.key for field in fields
        ],  # in the order of the bits, which a later version may change
    }
    return Outcome(rows={CustomerQuality: read.customers.join(each), FieldQuality: company}, summary=summary)


_ATTENTION: Measure[Cases] = Measure(
    "attention",
    _("Attention to opinions and complaints"),
    read_cases,
    _attention,
    tables=(
        Table(
            AttentionGroup,
            {
                "subject": tuple(DIMENSIONS),
                "dimension": tuple(_DIMENSIONS),
                "key": "text",
                **_COUNTS,
                "customers": "int4",
                "value": "int8",
                **dict.fromkeys(("resolved_share", "satisfied_share", "hours_median", "hours_90"), "float8"),
            },
        ),
        Table(
            CustomerAttention,
            {
                "customer_id": "int8",
                **_COUNTS,
                "open": "int4",
                "longest_open_days": "int4",
                "hours_median": "float8",
                "last_reported_on": "date",
                "value": "int8",
                "is_key": "bool",
                "alerts": tuple(ALERT_DTYPE.categories),
            },
            partitioned=True,
        ),
    ),
)

_DRAG: Measure[Drags] = Measure(
    "drag",
    _("What drag customers cost"),
    dealings.read_drag,
    _drag,
    tables=(
        Table(
            DragCost,
            {
                "customer_id": "int8",
                "net_revenue": "int8",
                "gross_margin": "int8",
                "orders": "int4",
                **_SERVICE_COSTS,
                "profit": "int8",
                "cost_share": "float8",
                "verdict": tuple(VERDICT_DTYPE.categories),
            },
            partitioned=True,
            indexes=(("profit", "customer_id"),),
        ),
    ),
)

_WISH_LIST: Measure[Wishes] = Measure(
    "wish_list",
    _("Wish list"),
    dealings.read_wishes,
    _wish_list,
    tables=(
        Table(
            WishStatus,
            {
                "customer_id": "int8",
                "owner_id": "int8",
                "has_next_step": "bool",
                "orders": "int4",
                "net_revenue": "int8",
                "contacts": "int4",
                "last_contact_on": "date",
                "days_since_contact": "int4",
                "status": tuple(STATUS_DTYPE.categories),
                "needs_step": "bool",
            },
        ),
    ),
)

_RESOURCES: Measure[Efforts] = Measure(
    "resources",
    _("Resources against return"),
    dealings.read_resources,
    _resources,
    tables=(
        Table(
            ResourceUse,
            {
                "customer_id": "int8",
                "tier": TIERS,
                "visits": "int4",
                **_SERVICE_COSTS,
                "net_revenue": "int8",
                "gross_margin": "int8",
                "profit": "int8",
                "mismatch": tuple(MISMATCH_DTYPE.categories),
            },
            partitioned=True,
            indexes=(("service_cost", "customer_id"),),
        ),
    ),
)

_DATA_QUALITY: Measure[Filled] = Measure(
    "data_quality",
    _("Data quality"),
    dealings.read_filled,
    _data_quality,
    tables=(
        Table(
            CustomerQuality,
            {
                "customer_id": "int8",
                "kind": KINDS,
                "filled_0": "int8",
                "filled_1": "int8",
                "filled": "int4",
                "applicable": "int4",
                "completeness": "float8",
                "checked_on": "date",
                "age_days": "int4",
                "is_fresh": "bool",
            },
            partitioned=True,
            indexes=(("completeness", "customer_id"),),
        ),
        Table(
            FieldQuality,
            {
                "field": "text",
                "customers": "int4",
                "filled": "int4",
                "completeness": "float8",
                "is_unused": "bool",
            },
        ),
    ),
)

DEALINGS: tuple[Measure[Any], ...] = (_ATTENTION, _DRAG, _WISH_LIST, _RESOURCES, _DATA_QUALITY)
