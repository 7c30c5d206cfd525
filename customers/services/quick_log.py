"""Noting in one go what was said between two calls, and what to do next (记一笔)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

import pghistory
from django.core import signing
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from crm.models import User
from crm.policy import require
from crm.services import audit
from customers.models import Customer, Direction, Interaction, ResponseType, Task, TaskOrigin
from customers.services.tasks import create_task

INBOUND = (ResponseType.INQUIRY, ResponseType.ORDER)
UNDONE_WITHIN_SECONDS = 3_600
_SALT = "customers.quick_log"
_TITLE_LENGTH = 80


class TooLateError(Exception):
    """The note can't be taken back by this: it is not the actor's, too old, or gone already."""


@dataclass(frozen=True, slots=True)
class Logged:
    """What was noted: an interaction, a task when there is something to follow up, and how to take both back."""

    interaction: Interaction
    task: Task | None
    undo: str


@transaction.atomic
def quick_log(
    *,
    actor: User,
    customer_id: int,
    response_type: ResponseType | str,
    channel: str = "",
    body: str = "",
    follow_up_on: date | None = None,
    occurred_at: datetime | None = None,
) -> Logged:
    """Note an interaction with a customer and, for a day to follow it up, ask for a task.

    Inquiries and orders come from the customer, all else from us. Raises PermissionDenied, and
    Customer.DoesNotExist when the actor may not see the customer.
    """
    require(actor, "customer.edit")
    customer = Customer.objects.visible_to(actor).get(pk=customer_id)
    kind = ResponseType(response_type)
    with pghistory.context(user=actor.pk):
        interaction = Interaction.objects.create(
            customer=customer,
            response_type=kind,
            channel=channel,
            direction=Direction.INBOUND if kind in INBOUND else Direction.OUTBOUND,
            occurred_at=occurred_at or timezone.now(),
            rep=actor,
            body=body,
        )
    audit.record(actor, "interaction.create", f"interaction:{interaction.pk}", customer=customer_id)
    task = _follow_up(actor, interaction, follow_up_on) if follow_up_on else None
    undo = signing.dumps([actor.pk, interaction.pk, task.pk if task else None], salt=_SALT)
    return Logged(interaction, task, undo)


@transaction.atomic
def undo_quick_log(undo: str, *, actor: User) -> None:
    """Take back what ``quick_log`` noted: the history of both records keeps them. Raises TooLateError."""
    require(actor, "customer.edit")
    try:
        whose, interaction_id, task_id = signing.loads(undo, salt=_SALT, max_age=UNDONE_WITHIN_SECONDS)
    except signing.BadSignature as error:
        raise TooLateError from error
    if whose != actor.pk:
        raise TooLateError
    with pghistory.context(user=actor.pk):
        gone, _models = Interaction.objects.visible_to(actor).filter(pk=interaction_id).delete()
        Task.objects.visible_to(actor).filter(pk=task_id, done_at=None).delete()
    if not gone:
        raise TooLateError
    audit.record(actor, "interaction.undo", f"interaction:{interaction_id}")


def _follow_up(actor: User, interaction: Interaction, due_on: date) -> Task:
    return create_task(
        actor=actor,
        customer_id=interaction.customer_id,
        title=_("Follow up: %(what)s") % {"what": _beginning(interaction)},
        due_on=due_on,
        origin=TaskOrigin.QUICK_LOG,
    )


def _beginning(interaction: Interaction) -> str:
    """Return how the note begins, or what kind of contact it was when nothing was written."""
    text = " ".join(interaction.body.split())
    if not text:
        return str(interaction.get_response_type_display())
    return text if len(text) <= _TITLE_LENGTH else f"{text[: _TITLE_LENGTH - 1]}…"
