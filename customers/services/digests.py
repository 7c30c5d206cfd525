"""Sending the digest: every morning to reps, on Mondays to managers, in their language, of one day once."""

from __future__ import annotations

from datetime import date

import structlog
from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.db import transaction
from django.db.models import Q
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from crm.models import MailPreference, Role, User
from crm.services.notifications import stop_token, unread
from crm.templatetags.format import number
from customers.selectors.digests import digest_of

log = structlog.get_logger(__name__)

MONDAY = 0


def send_digests(today: date | None = None) -> int:
    """Send the digests that are due, and return how many went out; one that can't be sent keeps no other back."""
    day = today or timezone.localdate()
    roles = [Role.REP, Role.MANAGER] if day.weekday() == MONDAY else [Role.REP]
    readers = User.objects.filter(is_active=True, role__in=roles).exclude(email="").order_by("pk")
    sent = 0
    for reader in readers.exclude(mail_preference__digest=False):
        try:
            sent += send_digest(reader, day)
        except OSError:
            # The mail server is away or refuses: tried again with the next call of this day.
            log.exception("digest not sent", user=reader.pk)
    return sent


@transaction.atomic
def send_digest(reader: User, day: date) -> bool:
    """Send somebody the digest of a day, unless they had it, want none, or nothing waits. Raises OSError."""
    MailPreference.objects.get_or_create(user=reader)
    due = MailPreference.objects.filter(
        Q(last_digest_on=None) | Q(last_digest_on__lt=day), user=reader, digest=True
    )
    if not due.update(last_digest_on=day):
        return False
    with translation.override(reader.language or settings.LANGUAGE_CODE):
        found = digest_of(reader, day)
        news = unread(reader)
        if not found.total and not news:
            return False
        stop = _address(reverse("digest_stop", args=[stop_token(reader.pk)]))
        context = {
            "reader": reader,
            "found": found,
            "news": news,
            "company": settings.COMPANY_NAME,
            "named": [
                (each, _address(reverse("customers:record", args=[each.customer_id]))) for each in found.named
            ],
            "today_url": _address(reverse("customers:today")),
            "news_url": _address(reverse("notifications")),
            "stop_url": stop,
        }
        count = {"count": number(found.total)}
        subject = ngettext("%(count)s matter waits", "%(count)s matters wait", found.total) % count
        mail = EmailMultiAlternatives(
            subject=subject if found.total else _("News for you"),
            body=render_to_string("customers/digest/digest.txt", context),
            to=[reader.email],
            headers={
                "List-Unsubscribe": f"<{stop}>",
                "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
                "Auto-Submitted": "auto-generated",
            },
        )
        mail.attach_alternative(render_to_string("customers/digest/digest.html", context), "text/html")
        mail.send()
    return True


def _address(path: str) -> str:
    return f"{settings.SITE_URL}{path}"
