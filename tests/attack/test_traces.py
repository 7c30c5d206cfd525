"""What is left behind where nobody asks for rights: log lines, messages to workers, jobs, caches, mails, the trail."""

from __future__ import annotations

import base64
import io
from datetime import date, timedelta

import redis
from django.conf import settings
from django.core import mail
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from pytest_django import DjangoCaptureOnCommitCallbacks

from analysis.services.runs import start_run
from crm.models import AuditEntry, Job, Notification, User
from crm.services import jobs
from customers.models import Task
from customers.services.digests import send_digests
from tests.attack.company import NORTH, PERSONAL, SEALED, SOUTH, Company
from tests.cast import sign_in
from tests.crm.test_logs import lines
from tests.customers.services.test_digests import whole
from tests.customers.views.imports.conftest import fields_of

__all__ = ["lines"]
MONDAY = date(2026, 11, 23)
UPLOADED = "zqfile"
FILE = f"customer code,name,phone\n{UPLOADED}-1,{UPLOADED} 客户,13800138000\n,,{UPLOADED}\n"
NO_SOURCE = {"source": "-", "consent_basis": "-"}
SAID = {"body": f"{NORTH} said", "response_type": "note", "channel": "phone"}
CANARIES = (NORTH, SOUTH, SEALED, UPLOADED)


def at_work(company: Company) -> Client:
    """Let an administrator do, on the pages, what leaves traces; return their browser."""
    admin = sign_in(company.admin)
    uploaded = admin.post("/customers/imports/new/", {"file": SimpleUploadedFile("list.csv", FILE.encode())})
    columns = uploaded["Location"].replace("reading", "columns")
    admin.post(columns, {**fields_of(admin.get(columns).content.decode()), "go": "check", **NO_SOURCE})
    person, shop = company.north.customers[:2]
    versions = {"kept_version": 1, "merged_version": 1}
    export = {"format": "csv", "columns": "everything", "personal": "on", "reason": "a test"}
    change = {"action": "tag", "ids": [shop.pk, person.pk], "confirmed": "1", "tag": "vip"}
    for address, typed in (
        ("/customers/lists/customers/export/", export),
        ("/customers/lists/customers/change/", change),
        (f"/customers/{shop.pk}/edit/", {"name": f"{NORTH} other", "kind": "no such kind"}),
        (f"/customers/{person.pk}/rights/file/", {}),
        (f"/customers/{person.pk}/merge/", {"with": company.north.customers[2].code, **versions}),
        ("/customers/log/", {**SAID, "customer": shop.pk}),
        (f"/customers/{company.south.customers[0].pk}/rights/erase/", {"reason": "asked", "code": "wrong"}),
    ):
        admin.post(address, typed)
    for address in (
        f"/customers/?q={NORTH}",
        f"/customers/suggest/?q={SOUTH}",
        f"/customers/{person.pk}/?tab=profile",
    ):
        admin.get(address)
    admin.get(f"/customers/999999/?q={SOUTH}")
    return admin


def test_log_lines_hold_no_value(company: Company, lines: io.StringIO) -> None:
    at_work(company)
    for job in Job.objects.filter(state="queued"):
        jobs.execute(job.pk)
    written = lines.getvalue()
    assert "/customers/999999/" in written
    assert [canary for canary in CANARIES if canary in written] == []


def test_jobs_messages_caches_and_the_trail_hold_no_value(
    company: Company, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        at_work(company)
        run = start_run(actor=company.admin)
    kinds = set(Job.objects.values_list("kind", flat=True))
    assert {"customers.export", "customers.bulk", "customers.import.check"} < kinds
    sent = messages()
    assert [message for message in sent if f"[[{run.job_id}]" in message] != []
    kept = [str(each) for each in Job.objects.values_list("arguments", "result", "step", "error")]
    kept += [str(each) for each in AuditEntry.objects.values_list("subject", "detail")]
    kept += [str(each) for each in Notification.objects.values_list()]
    for text in (*kept, *sent, *cached()):
        assert [canary for canary in CANARIES if canary in text] == [], text


def messages() -> list[str]:
    """Return every message that waits on the broker, whole."""
    broker = redis.Redis.from_url(settings.REDIS_URL)
    found = []
    for key in broker.scan_iter():
        if broker.type(key) == b"list":
            found += [_opened(each) for each in broker.lrange(key, 0, -1)]
    return found


def _opened(message: bytes | str) -> str:
    text = message.decode() if isinstance(message, bytes) else message
    body = text.partition('"body": "')[2].partition('"')[0]
    return text + base64.b64decode(body).decode()


def cached() -> list[str]:
    """Return what is in the cache, keys and values."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT cache_key, value FROM crm_cache")
        return [f"{key} {base64.b64decode(value).decode('latin-1')}" for key, value in cursor.fetchall()]


def test_a_mail_holds_nothing_foreign_personal_or_sealed(company: Company) -> None:
    late = {"due_on": MONDAY - timedelta(days=9), "title": f"{PERSONAL} call", "reason": f"{SEALED} x"}
    foreign = {}
    for side, other in ((company.north, SOUTH), (company.south, NORTH)):
        for user in (side.rep, side.manager):
            User.objects.filter(pk=user.pk).update(email=f"{user.username}@example.com")
            foreign[f"{user.username}@example.com"] = other
        Task.objects.create(customer=side.customers[1], assignee=side.rep, **late)
    # A task that somebody had before the customer moved to the others.
    Task.objects.create(customer=company.south.customers[1], assignee=company.north.rep, **late)
    send_digests(MONDAY)
    told = {message.to[0]: whole(message) for message in mail.outbox}
    assert told.keys() == foreign.keys()
    assert NORTH in told["northrep@example.com"]
    for address, text in told.items():
        for canary in (foreign[address], SEALED, PERSONAL):
            assert canary not in text, address
