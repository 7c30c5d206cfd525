"""Matching columns: what feeds which field, what its words mean, what is the same for every row, whose word counts."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from crm.models import User
from crm.sensitivity import Sensitivity
from crm.views.answers import say
from customers.forms.imports.answers import AnswersForm
from customers.forms.imports.columns import COLUMNS_A_PAGE, ColumnsForm, still_possible
from customers.forms.imports.everywhere import ConsentForm, EverywhereForm, RulesForm, SaveForm
from customers.imports.columns.base import Layout
from customers.imports.kinds import Kind
from customers.imports.matching import ColumnMapping, match_columns
from customers.imports.problems import FileProblem, MissingColumns
from customers.imports.questions import choice_questions, date_questions
from customers.imports.suggestions import ColumnSuggestion, suggest_columns
from customers.imports.tables import Table
from customers.models import ImportBatch, ImportMapping
from customers.selectors.masking import MASK
from customers.services import imports
from customers.services.imports.looking import look, note_headers
from customers.views.imports.steps import begun_already, is_open, own_import, step_bar

UNPROCESSABLE = 422
CONFLICT = 409
# So many rows are looked at for questions; the check looks at all of them.
ROWS_ASKED = 20_000


@dataclass(frozen=True, slots=True)
class Matched:
    """A file with its columns matched, as far as they are."""

    table: Table
    layout: Layout
    mapping: ColumnMapping
    suggestions: tuple[ColumnSuggestion, ...]

    @property
    def sensitive(self) -> list[str]:
        """The sensitive fields that the file feeds."""
        fed = [each for each in self.suggestions if each.field and each.sensitivity is Sensitivity.SENSITIVE]
        return [str(self.layout.column(each.field).label) for each in fed if each.field]


@dataclass(frozen=True, slots=True)
class Asked:
    """The forms of the page: one for each thing that can be said."""

    columns: ColumnsForm
    answers: AnswersForm
    everywhere: EverywhereForm
    rules: RulesForm
    consent: ConsentForm | None
    save: SaveForm

    def are_valid(self) -> bool:
        """Whether everything that was said makes sense; all are looked at, so that all errors are shown at once."""
        forms = (self.columns, self.answers, self.everywhere, self.rules, self.consent, self.save)
        said = [form.is_valid() for form in forms if form is not None]
        return all(said)


@require_http_methods(["GET", "HEAD", "POST"])
def columns(request: HttpRequest, pk: int) -> HttpResponse:
    """Show which column feeds which field, and keep what is said about them."""
    user, batch = own_import(request, pk)
    if not is_open(batch):
        return begun_already(batch)
    try:
        matched = match(batch)
    except FileProblem as problem:
        messages.error(request, str(problem))
        return redirect("customers:import_reading", batch.pk)
    if request.method == "POST":
        return _answered(request, user, batch, matched)
    return _page(request, user, batch, matched, _asked(request, user, batch, matched))


def match(batch: ImportBatch) -> Matched:
    """Read the beginning of a file and match its columns; raises FileProblem."""
    table = look(batch)
    kind = Kind(batch.kind)
    layout = imports.layout_of(kind)
    return Matched(
        table=table,
        layout=layout,
        mapping=match_columns(kind, table, batch.mapping, layout),
        suggestions=suggest_columns(kind, table, batch.mapping, layout=layout),
    )


def _answered(request: HttpRequest, user: User, batch: ImportBatch, matched: Matched) -> HttpResponse:
    go = request.POST.get("go", "")
    if go in {"apply", "afresh", "forget"}:
        return _taken_over(request, user, batch, go)
    asked = _asked(request, user, batch, matched)
    if request.POST.get("seen") != _token(batch):
        return _page(request, user, batch, matched, asked, status=CONFLICT)
    if not asked.are_valid():
        return _page(request, user, batch, matched, asked, status=UNPROCESSABLE)
    try:
        note_headers(batch, matched.table)
        _keep(request, user, batch, asked)
    except (FileProblem, imports.ImportStateError) as problem:
        asked.columns.add_error(None, str(problem))
        return _page(request, user, batch, matched, asked, status=UNPROCESSABLE)
    return _go_on(request, user, batch, go)


def _keep(request: HttpRequest, user: User, batch: ImportBatch, asked: Asked) -> None:
    """Note everything that was said; raises FileProblem for a mapping that the file does not allow."""
    wishes = asked.columns.wishes(batch.mapping)
    asked.answers.into(wishes)
    asked.everywhere.into(wishes)
    consent = _consent(asked.consent)
    rules = asked.rules.rules(imports.MatchRules.from_dict(batch.rules))
    imports.choose(batch, actor=user, wishes=wishes, rules=rules, consent=consent)
    name = asked.save.cleaned_data["save_as"].strip()
    if name:
        imports.save_mapping(name, batch, actor=user)
        say(request, _("The mapping “%(name)s” is kept.") % {"name": name})


def _go_on(request: HttpRequest, user: User, batch: ImportBatch, go: str) -> HttpResponse:
    """Go where the button says: another page of columns, or on to the check when nothing is open."""
    here = redirect("customers:import_columns", batch.pk)
    if go.startswith("page-") and go.removeprefix("page-").isdigit():
        here["Location"] += f"?page={go.removeprefix('page-')}"
        return here
    matched = match(batch)
    try:
        matched.mapping.require_complete()
    except MissingColumns as problem:
        messages.error(request, str(problem))
        return here
    if date_questions(matched.table, matched.mapping, rows=ROWS_ASKED):
        messages.error(request, _("Some dates can be read in two ways. Say which below."))
        here["Location"] += "#questions"
        return here
    imports.start_check(batch, actor=user)
    return redirect("customers:import_check", batch.pk)


def _taken_over(request: HttpRequest, user: User, batch: ImportBatch, go: str) -> HttpResponse:
    """Take over a kept mapping, or none; or forget one, which leaves this import as it is."""
    if go == "afresh":
        imports.choose(batch, actor=user, wishes={})
        return redirect("customers:import_columns", batch.pk)
    wanted = request.POST.get("mapping", "")
    kept = next((each for each in imports.mappings(batch.kind) if str(each.pk) == wanted), None)
    if kept is None:
        messages.error(request, _("That mapping is gone. Choose another one."))
    elif go == "forget":
        imports.delete_mapping(kept.pk, actor=user)
        say(request, _("The mapping “%(name)s” is forgotten.") % {"name": kept.name})
    else:
        take_over(user, batch, kept, match(batch).table)
    return redirect("customers:import_columns", batch.pk)


def take_over(user: User, batch: ImportBatch, kept: ImportMapping, table: Table) -> None:
    """Match a file as a kept mapping says, as far as it has the columns; how it is read stays as it was chosen."""
    wishes = still_possible(kept.wishes, imports.layout_of(Kind(batch.kind)), table.headers)
    imports.choose(batch, actor=user, wishes=wishes, rules=imports.MatchRules.from_dict(kept.rules))


def _asked(request: HttpRequest, user: User, batch: ImportBatch, matched: Matched) -> Asked:
    """Return the forms, filled with what was sent or else with what is kept."""
    data = request.POST if request.method == "POST" and request.POST.get("go") else None
    shown = _shown(request, matched)
    fed = tuple(matched.mapping.sources)
    mapping, table = matched.mapping, matched.table
    return Asked(
        columns=ColumnsForm(data, layout=matched.layout, shown=shown),
        answers=AnswersForm(
            data,
            dates=date_questions(table, mapping, rows=ROWS_ASKED),
            words=[
                question for question in choice_questions(table, mapping, rows=ROWS_ASKED) if question.unknown
            ],
        ),
        everywhere=EverywhereForm(data, user=user, layout=matched.layout, fed=fed, wishes=batch.mapping),
        rules=RulesForm(data, kind=Kind(batch.kind), rules=imports.MatchRules.from_dict(batch.rules)),
        consent=ConsentForm(data, initial=_consent_said(batch)) if matched.sensitive else None,
        save=SaveForm(data),
    )


def _shown(request: HttpRequest, matched: Matched) -> tuple[ColumnSuggestion, ...]:
    page = _page_number(request, matched)
    return matched.suggestions[(page - 1) * COLUMNS_A_PAGE : page * COLUMNS_A_PAGE]


def _page_number(request: HttpRequest, matched: Matched) -> int:
    text = request.POST.get("page") or request.GET.get("page", "1")
    number = int(text) if text.isascii() and text.isdigit() and len(text) < 4 else 1
    return min(max(number, 1), _pages(matched))


def _pages(matched: Matched) -> int:
    return -(-len(matched.suggestions) // COLUMNS_A_PAGE) or 1


def _consent(form: ConsentForm | None) -> Any:
    if form is None:
        return None
    said = form.cleaned_data
    if said["sensitive"] != "keep":
        return imports.NO_CONSENT
    return imports.ConsentBasis(
        basis=said["basis"], purpose=said["purpose"], evidence=said["evidence"], given_on=said["given_on"]
    )


def _consent_said(batch: ImportBatch) -> dict[str, Any]:
    return {"sensitive": "keep" if batch.consent else "leave", **batch.consent}


def _token(batch: ImportBatch) -> str:
    """Return what changes when somebody else says something of the same import."""
    said = [batch.kind, batch.mapping, batch.reading, batch.rules, batch.consent]
    return hashlib.sha256(json.dumps(said, sort_keys=True, default=str).encode()).hexdigest()[:16]


def _page(
    request: HttpRequest, user: User, batch: ImportBatch, matched: Matched, asked: Asked, *, status: int = 200
) -> HttpResponse:
    mapping = matched.mapping
    known = imports.known_layout(batch)
    page, pages = _page_number(request, matched), _pages(matched)
    context = {
        "batch": batch,
        "steps": step_bar("columns", batch),
        "asked": asked,
        "rows": [_described(each, field) for each, field in asked.columns.rows()],
        "source_name": mapping.source_name,
        "missing": _missing(mapping),
        "known": known,
        "is_known_taken": known is not None and known.wishes == batch.mapping,
        "mappings": imports.mappings(batch.kind),
        "sensitive": matched.sensitive,
        "left_out": _left_out(batch, user) if matched.sensitive else (),
        "unmatched": len(mapping.unmatched),
        "page": page,
        "pages": pages,
        "previous_page": page - 1 if page > 1 else None,
        "next_page": page + 1 if page < pages else None,
        "seen": _token(batch),
        "is_conflict": status == CONFLICT,
        "has_errors": status == UNPROCESSABLE,
    }
    return render(request, "customers/imports/columns.html", context, status=status)


def _left_out(batch: ImportBatch, user: User) -> list[imports.SensitiveColumn]:
    """Return the sensitive columns that will be left out as things stand, each with its reason."""
    try:
        return [each for each in imports.sensitive_columns(batch, actor=user) if each.reason_left_out]
    except FileProblem:
        return []  # what is wrong with the columns as a whole is said on top


def _missing(mapping: ColumnMapping) -> str:
    try:
        mapping.require_complete()
    except MissingColumns as problem:
        return str(problem)
    return ""


def _examples(column: ColumnSuggestion) -> tuple[str, ...]:
    return (MASK,) if column.examples and column.sensitivity is Sensitivity.SENSITIVE else column.examples


def _described(column: ColumnSuggestion, field: Any) -> dict[str, Any]:
    """Return a column as the page shows it: how sure its field is, and by what it was told."""
    percent = round(column.confidence * 100)
    tone = "good" if percent >= 90 else "info" if percent >= 60 else "warn"
    reasons = {
        "said": _("as you said"),
        "product": _("by the layout"),
        "header": _("by its name"),
        "values": _("by its values"),
    }
    return {
        "column": column,
        "examples": _examples(column),
        "field": field,
        "percent": percent,
        "tone": tone,
        "reason": reasons.get(column.reason or "", ""),
        "is_matched": bool(column.field),
        "is_said": column.reason == "said",
    }
