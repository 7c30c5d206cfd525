"""Customers with their contact points, addresses and tags."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from django.db.backends.utils import CursorWrapper
from django.db.models import Model
from django.utils.translation import gettext as _

from customers.imports.matching import ColumnMapping
from customers.imports.rows import CustomerRow
from customers.models import ContactPoint, Customer
from customers.services.imports.around import (
    ADDRESSES,
    CONTACTS,
    INDUSTRIES,
    NEW_ADDRESS,
    NEW_CONTACT,
    NEW_TAG,
    TOUCHED,
    add_addresses,
    add_contacts,
    add_industries,
    add_tags,
)
from customers.services.imports.custom_values import MISPLACED, NEW_VALUES, CustomValues, write_values
from customers.services.imports.doubles import has_rows_without_code, skip_doubles, watch_for_doubles
from customers.services.imports.keys import customer_key
from customers.services.imports.labels import TO_BE_CREATED, known_labels
from customers.services.imports.links import FIND_CUSTOMERS, index_customers, resolve_customers
from customers.services.imports.matching import (
    GROUPS,
    group_rows,
    is_searched,
    is_told_by_key,
    join_coded,
    resolve_groups,
)
from customers.services.imports.names import Names
from customers.services.imports.newcomers import (
    NEW_CUSTOMER,
    NewCustomer,
    renew_search_keys,
    stage_new_customers,
)
from customers.services.imports.profiles import (
    NEWS,
    forget_known_employers,
    note_changes,
    profile_of,
    write_profiles,
)
from customers.services.imports.records import RecordPlan
from customers.services.imports.rules import OTHERS, MatchRule, MatchRules
from customers.services.imports.statements import chunk_range, template
from customers.services.imports.surroundings import addresses, contacts, notes, said_around, whereabouts
from customers.services.privacy import identity_index

if TYPE_CHECKING:
    from customers.services.imports.sensitive import SealedValues

_CREATED = """
SELECT s.record_key, j.name, s.code, j.english_name, j.kind = 'person'
FROM judged j JOIN staged s ON s.line_no = j.line_no
WHERE j.outcome = 'created' ORDER BY j.line_no
"""

_NOTE_BASIS = """
UPDATE judged j SET changes = coalesce(j.changes, '{}') || jsonb_build_object('consent_basis', s.consent_basis)
FROM staged s WHERE s.line_no = j.line_no AND s.consent_basis IS NOT NULL AND j.outcome IN ('created', 'updated')
"""

_RENAMED = """
SELECT j.subject_id, j.name, j.english_name, j.kind = 'person'
FROM judged j WHERE j.outcome = 'updated' AND j.changes -> 'old' ?| array['name', 'english_name', 'kind']
"""


class CustomerPlan(RecordPlan):
    """Customers by code, or by name where the file has no codes; contact points, addresses and tags are added."""

    columns: ClassVar = (
        "record_key",
        "customer_key",
        "kind",
        "name",
        "english_name",
        "owner_id",
        "team_id",
        "region_id",
        "source_id",
        "lifecycle",
        "industry",
        "ownership_type",
        "business_model",
        "potential",
        "potential_reason",
        "purchasing_power",
        "reputation",
        "created_at",
        "created_on",
        "tags",
        "contacts",
        "addresses",
        "campaign_id",
        "code",
        "identity",
        "credit_code",
        "person",
        "company",
        "notes",
        "address_text",
        "postcode",
        "sealed",
        "sealed_columns",
        "consent_basis",
        "custom",
    )
    of_one_chunk: ClassVar = ("judged", "new_customer")
    model = Customer
    key = "code"
    values: ClassVar = {
        column: f"s.{column}"
        for column in (
            "kind",
            "name",
            "english_name",
            "owner_id",
            "team_id",
            "region_id",
            "source_id",
            "campaign_id",
            "lifecycle",
            "ownership_type",
            "business_model",
            "potential",
            "potential_reason",
            "purchasing_power",
            "reputation",
        )
    } | {
        "industry_id": f"coalesce(i.id, CASE WHEN s.industry IS NOT NULL THEN {TO_BE_CREATED} END)",
        "created_at": "coalesce(s.created_at, s.created_on::timestamp AT TIME ZONE %(time_zone)s,"
        " CASE WHEN t.id IS NULL THEN now() END)",
    }
    joins = (
        "LEFT JOIN staged_customer k ON k.customer_key = s.customer_key"
        f" LEFT JOIN {known_labels(INDUSTRIES)} i ON i.label = s.industry"
    )
    match = "t.id = k.customer_id"
    faults = (
        "WHEN k.fault <> '' THEN k.fault WHEN length(s.industry) > 100 THEN %(industry)s"
        " WHEN t.id IS NULL AND NOT %(by_code)s AND s.code IS NOT NULL AND EXISTS"
        " (SELECT FROM customers_customer c WHERE c.code = s.code) THEN format(%(taken)s, s.code)"
        f" WHEN {MISPLACED} THEN %(misplaced)s"
    )
    news = (
        f"EXISTS (SELECT FROM {CONTACTS} WHERE {NEW_CONTACT})"  # noqa: S608
        f" OR EXISTS (SELECT FROM {ADDRESSES} WHERE {NEW_ADDRESS})"
        f" OR EXISTS (SELECT FROM unnest(s.tags) AS tag(name) WHERE {NEW_TAG}) OR {NEWS} OR {NEW_VALUES}"
    )
    optional: ClassVar = {
        column: f"s.{column}"
        for column in (
            "preferred_channel",
            "identification_method",
            "potential_expires_on",
            "opposes_us",
            "communication_style",
            "best_time_to_contact",
            "scoring_refused",
        )
    }
    on_update = TOUCHED

    def __init__(
        self, mapping: ColumnMapping, names: Names, rules: MatchRules, sealed_values: SealedValues
    ) -> None:
        super().__init__(mapping, names, rules, sealed_values)
        # Read now: while rows are copied, the connection answers nothing else.
        self.custom_values = CustomValues(mapping)

    @property
    def searched(self) -> dict[type[Model], tuple[str, ...]]:
        """Customers by code and name, contact points by what they say."""
        return {Customer: ("id", "code", "name"), ContactPoint: ("customer_id", "kind", "value")}

    def tables(self) -> tuple[str, ...]:
        """The staged rows and the verdicts on them."""
        return (
            self.staged_table(
                "customer_key text, kind text, name text, english_name text, owner_id bigint, team_id bigint,"
                " region_id bigint, source_id bigint, lifecycle text, industry text, ownership_type text,"
                " business_model text, potential text, potential_reason text, purchasing_power text,"
                " reputation text, created_at timestamptz, created_on date, tags text[], contacts jsonb,"
                " addresses jsonb, campaign_id bigint, code text, identity bytea, credit_code text, person jsonb,"
                " company jsonb, notes text[], address_text text, postcode text, sealed bytea, sealed_columns text[],"
                " consent_basis text, custom jsonb"
            ),
            self.judged_table().replace("code varchar(40)", "code text"),
            NEW_CUSTOMER,
        )

    def staged(self, row: CustomerRow) -> tuple[Any, ...]:
        """Return the values of ``columns``. What has no place among the records stays behind here."""
        key = customer_key(row.code, row.name)
        region = self.names.region(row.region)
        return (
            key,
            key,
            row.kind,
            row.name,
            row.english_name,
            self.names.user(row.owner),
            self.names.team(row.team),
            region,
            self.names.source(row.source),
            row.lifecycle,
            row.industry,
            row.ownership_type,
            row.business_model,
            row.potential,
            row.potential_reason,
            row.purchasing_power,
            row.reputation,
            row.created_at,
            None if row.created_at else row.created_on,
            list(row.tags) or None,
            contacts(row),
            addresses(row, region, self.names),
            self.names.campaign(row.campaign),
            row.code,
            identity_index(row.identity_number) if row.identity_number and self._by_identity else None,
            row.unified_social_credit_code,
            profile_of(row, "person"),
            profile_of(row, "company"),
            notes(row),
            *(whereabouts(row) if self._by_looks else (None, None)),
            *self.sealed_values.staged(row),
            row.consent_basis if self._by_row else None,
            self.custom_values.staged(row),
        )

    def reasons(self) -> dict[str, Any]:
        """Why a customer is rejected; other faults come with the customer that was found."""
        taken = _("Code %(code)s is that of another customer here. Correct it, or match by code.")
        return {
            "industry": _("The industry has more than 100 characters. Shorten it."),
            "taken": template(taken, "code"),
            "by_code": MatchRule.CODE in self.rules.match,
            "misplaced": _("A value stands in a field that this kind of customer does not have. Clear it."),
            "profile_policy": self.rules.policy(OTHERS),
        }

    @property
    def _by_row(self) -> bool:
        """Whether each row says on what ground it is kept; what is said for all of them stands with the import."""
        return "consent_basis" in self.mapping.sources

    @property
    def _by_identity(self) -> bool:
        return any(step.rule == MatchRule.IDENTITY for step in self.rules.steps)

    @property
    def _by_looks(self) -> bool:
        return MatchRule.NEAR in self.rules.match

    def reject_the_impossible(self, cursor: CursorWrapper) -> None:
        """Find the rows that mean one customer, where that is not said by code and name alone."""
        if not is_told_by_key(cursor, self.rules):
            group_rows(cursor, self.rules)

    def prepare(self, cursor: CursorWrapper, chunk_rows: int) -> None:
        """Also list the customers, to find them among ours."""
        super().prepare(cursor, chunk_rows)
        by_code = MatchRule.CODE in self.rules.match
        if not is_searched(cursor):
            cursor.execute(FIND_CUSTOMERS)
            index_customers(cursor)
        else:
            cursor.execute(GROUPS)
            # Rows that no code tells apart repeat each other, however differently they say it.
            cursor.execute(
                "UPDATE grouped g SET differs = false FROM staged s WHERE s.line_no = g.line_no AND g.differs"
                " AND (s.code IS NULL OR NOT %s)",
                [by_code],
            )
        if has_rows_without_code(cursor):
            join_coded(cursor, self.rules)
        watch_for_doubles(cursor, by_code=by_code)
        cursor.execute("ANALYZE staged_customer")

    def is_independent(self, cursor: CursorWrapper) -> bool:
        """Where all good rows are told by their codes: each customer is then found and written by one chunk alone.

        It is that of the first row with its code; the others repeat it, whatever became of it. But employers are
        customers that other rows may rename, and sensitive values have their own bookkeeping in this process.
        """
        return (
            MatchRule.CODE in self.rules.match
            and not is_searched(cursor)
            and not has_rows_without_code(cursor)
            and not self.has("employer")
            and not self.sealed_values.is_kept
        )

    def judge(self, cursor: CursorWrapper, first: int, last: int) -> None:
        """Find the customers among ours, then compare."""
        if is_searched(cursor):
            resolve_groups(cursor, self.rules, chunk_range(cursor, first, last))
        else:
            resolve_customers(cursor, companies_only=True, lines=chunk_range(cursor, first, last))
        if self.has("employer"):
            forget_known_employers(cursor, chunk_range(cursor, first, last))
        super().judge(cursor, first, last)
        skip_doubles(cursor)
        note_changes(cursor, self.rules.policy(OTHERS))
        self.custom_values.note_changes(cursor, self.rules.policy(OTHERS))
        if self._by_row:
            cursor.execute(_NOTE_BASIS)

    def write(self, cursor: CursorWrapper, chunk: int) -> dict[str, int]:
        """Write customers, then what hangs on them."""
        add_industries(cursor)
        cursor.execute(_CREATED)
        stage_new_customers(cursor, [NewCustomer(*row) for row in _as_customers(cursor.fetchall())])
        also = super().write(cursor, chunk)
        renew_search_keys(cursor, _RENAMED)
        self._write_around(cursor)
        self.sealed_values.write(cursor)
        return also

    def _write_around(self, cursor: CursorWrapper) -> None:
        """Write what is kept around the customers, as far as the rows of the chunk say any of it."""
        said = said_around(cursor)
        for column, add in (("contacts", add_contacts), ("addresses", add_addresses), ("tags", add_tags)):
            if column in said:
                add(cursor)
        write_profiles(cursor, self.rules.policy(OTHERS), said)
        if "custom" in said:
            write_values(cursor, self.rules.policy(OTHERS))

    def created_columns(self) -> dict[str, str]:
        """Codes of our own making, and what makes names findable."""
        return {"code": "n.code", "pinyin": "n.pinyin", "initials": "n.initials"}

    def created_joins(self) -> str:
        """The new customers with their codes and search keys."""
        return "JOIN new_customer n ON n.customer_key = j.code"


def _as_customers(rows: list[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    return [
        (key, name, code, english_name or "", is_person) for key, name, code, english_name, is_person in rows
    ]
