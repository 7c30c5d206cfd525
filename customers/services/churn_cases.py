"""Working customers at risk: contacted, then won back, lost or a false alarm; and taken up again (流失跟进)."""

from __future__ import annotations

import pghistory
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from crm.models import User
from crm.policy import require
from crm.services import audit
from customers.models import CaseState, ChurnCase, Customer
from customers.models.churn_cases import CLOSED
from customers.services.meanwhile import ChangedMeanwhileError

LONGEST_NOTE = 300
NEW = 0


@transaction.atomic
def note_step(
    customer_id: int, *, actor: User, state: CaseState, note: str = "", version: int | None = None
) -> ChurnCase:
    """Note how far the work on a customer at risk has come; the first step begins a case, an outcome ends it.

    Parameters
    ----------
    version
        That of the unfinished case as the actor saw it, 0 when there was none; None: it was not looked at.

    Raises
    ------
    PermissionDenied, Customer.DoesNotExist
        When ``actor`` may not write, or not see the customer.
    ChangedMeanwhileError
        When somebody noted another step since.
    ValueError
        For the state of a case that nobody has begun with.
    """
    require(actor, "customer.edit")
    if state == CaseState.OPEN:
        raise ValueError(state)
    # The customer's row is the lock: two first steps at once begin one case.
    customer = Customer.objects.visible_to(actor).select_for_update(of=("self",)).get(pk=customer_id)
    case = ChurnCase.objects.filter(customer=customer, closed_at=None).first()
    latest = case or ChurnCase.objects.filter(customer=customer).order_by("-id").first()
    if version is not None and version != (case.version if case else NEW):
        raise ChangedMeanwhileError(latest or ChurnCase(customer=customer))
    now = timezone.now()
    case = case or ChurnCase(
        customer=customer, flagged_on=timezone.localdate(now), contacted_at=now, version=NEW
    )
    case.state, case.note, case.worked_by = state, note.strip()[:LONGEST_NOTE], actor
    case.closed_at = now if state in CLOSED else None
    case.version += 1
    with pghistory.context(user=actor.pk):
        case.save()
    audit.record(actor, f"churn.{state.value}", f"case:{case.pk}", customer=customer_id)
    return case


@transaction.atomic
def take_up_again(case_id: int, *, actor: User) -> ChurnCase:
    """Take an outcome back: the case is unfinished again, unless another has begun since, which is then returned.

    Raises PermissionDenied, and ChurnCase.DoesNotExist when the actor may not see it.
    """
    require(actor, "customer.edit")
    case = ChurnCase.objects.visible_to(actor).select_for_update(of=("self",)).get(pk=case_id)
    begun = ChurnCase.objects.filter(customer=case.customer_id, closed_at=None).first()
    if begun is not None:
        return begun
    with pghistory.context(user=actor.pk):
        ChurnCase.objects.filter(pk=case.pk).update(
            state=CaseState.CONTACTED, closed_at=None, version=F("version") + 1
        )
    audit.record(actor, "churn.reopen", f"case:{case.pk}", customer=case.customer_id)
    case.refresh_from_db()
    return case
