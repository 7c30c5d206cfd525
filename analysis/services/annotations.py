"""Noting what happened on a day, and taking a note back."""

from __future__ import annotations

import datetime

from django.core.exceptions import PermissionDenied
from django.db import transaction

from analysis.models import Annotation
from crm.models import User
from crm.policy import Scope, require, scope_of
from crm.services import audit


@transaction.atomic
def add_annotation(*, actor: User, day: datetime.date, text: str) -> Annotation:
    """Note something on a day: for everybody when the actor may see every customer, else for the actor's team.

    Raises
    ------
    PermissionDenied
        When the actor may not note anything.
    """
    require(actor, "analysis.annotate")
    for_all = scope_of(actor, "analysis.annotate") is Scope.ALL
    note = Annotation.objects.create(
        day=day, text=" ".join(text.split()), author=actor, team=None if for_all else actor.team
    )
    audit.record(actor, "annotation.add", f"annotation:{note.pk}", day=day.isoformat())
    return note


@transaction.atomic
def drop_annotation(annotation_id: int, *, actor: User) -> None:
    """Take a note back: one's own, or anybody's for who may note for everybody.

    Raises
    ------
    PermissionDenied
        For somebody else's note.
    Annotation.DoesNotExist
        When the actor sees no such note.
    """
    require(actor, "analysis.annotate")
    note = Annotation.objects.visible_to(actor).get(pk=annotation_id)
    if note.author_id != actor.pk and scope_of(actor, "analysis.annotate") is not Scope.ALL:
        raise PermissionDenied("analysis.annotate")
    note.delete()
    audit.record(actor, "annotation.drop", f"annotation:{annotation_id}")
