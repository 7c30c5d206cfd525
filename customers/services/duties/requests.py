"""What people ask about their data, and the answers; and whether somebody is scored at all."""

from __future__ import annotations

from datetime import date

import pghistory
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from crm.models import User
from crm.policy import require
from crm.services import audit
from customers.models import Customer, RequestKind, SubjectRequest
from customers.models.scope import customers_in_scope
from customers.services.privacy import NotAllowedError


@transaction.atomic
def receive(customer_id: int, *, actor: User, kind: str, received_on: date, how_known: str) -> SubjectRequest:
    """Put a person's request on record, with the day by which it is to be answered.

    Raises PermissionDenied; Customer.DoesNotExist out of scope; ValueError for an unknown kind; NotAllowedError for
    a day to come.
    """
    require(actor, "privacy.manage")
    customer = Customer.objects.filter(customers_in_scope(actor)).get(pk=customer_id)
    if received_on > timezone.localdate():
        raise NotAllowedError(_("A request can't be received in the future."))
    with pghistory.context(user=actor.pk):
        request = SubjectRequest.objects.create(
            customer_id=customer.pk,
            kind=RequestKind(kind),
            received_on=received_on,
            how_known=how_known.strip(),
            recorded_by=actor,
        )
    audit.record(actor, "request.receive", f"customer:{customer.pk}", request=request.pk, kind=kind)
    return request


@transaction.atomic
def answer(request_id: int, *, actor: User, words: str, is_refused: bool = False) -> SubjectRequest:
    """Note what a person was answered. Raises PermissionDenied; SubjectRequest.DoesNotExist; NotAllowedError.

    An answer stands once it is given: the second of two officers is told.
    """
    require(actor, "privacy.manage")
    request = SubjectRequest.objects.select_for_update(of=("self",)).get(pk=request_id)
    if request.answered_on is not None:
        raise NotAllowedError(_("It was answered already."))
    if not words.strip():
        raise NotAllowedError(_("Say what was answered."))
    request.answered_on, request.answer = timezone.localdate(), words.strip()
    request.is_refused, request.answered_by = is_refused, actor
    with pghistory.context(user=actor.pk):
        request.save()
    audit.record(
        actor,
        "request.answer",
        f"customer:{request.customer_id}",
        request=request.pk,
        kind=request.kind,
        refused=is_refused,
    )
    return request


@transaction.atomic
def refuse_scoring(customer_id: int, *, actor: User, refused: bool) -> Customer:
    """Leave a customer out of every automated score from now on, or take them in again.

    What was published of them is shown to nobody from that moment. Raises PermissionDenied; Customer.DoesNotExist.
    """
    require(actor, "privacy.manage")
    customer = Customer.objects.visible_to(actor).select_for_update(of=("self",)).get(pk=customer_id)
    if customer.scoring_refused != refused:
        customer.scoring_refused = refused
        customer.version += 1
        with pghistory.context(user=actor.pk):
            customer.save(update_fields=["scoring_refused", "version", "updated_at"])
        audit.record(actor, "scoring.refuse", f"customer:{customer.pk}", refused=refused)
    return customer
