"""Purging again, in a database that was restored from a backup, what had been purged since the backup was taken."""

from __future__ import annotations

from datetime import datetime

from customers.models import Customer, PurgeKind
from customers.services.duties import ledger
from customers.services.duties.erasing import erase
from customers.services.duties.withdrawing import purge_withdrawn


def replay_purges() -> int:
    """Do every purge of the ledger's file that this database has forgotten; return how many. Raises LedgerError."""
    return ledger.replay({PurgeKind.ERASURE: _erase, PurgeKind.WITHDRAWAL: _withdraw})


def _erase(customer: Customer, line: ledger.Line) -> None:
    erase(customer, actor=None, reason="", done_at=datetime.fromisoformat(line.done_at))


def _withdraw(customer: Customer, line: ledger.Line) -> None:
    purge_withdrawn(customer, line.field, actor=None, done_at=datetime.fromisoformat(line.done_at))
