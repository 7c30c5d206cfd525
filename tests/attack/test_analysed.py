"""The pages and files of the analysis, once there is a run over both teams: nobody reads of the other one's."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from analysis.services.measures import carry_out_here
from analysis.services.runs import start_run
from analysis.views.measures.pages import FRAMED
from tests.attack.company import FORBIDDEN, NORTH, SOUTH, Company, Side
from tests.attack.routes import routes
from tests.cast import make_order, sign_in

pytestmark = pytest.mark.django_db(transaction=True)
FILE = {"format": "csv", "reason": "a test", "columns": "everything", "personal": "on"}


def trade(side: Side) -> None:
    """Let the customers of a side buy for a year and a half, each in a way of its own."""
    today = timezone.localdate()
    for number, customer in enumerate(side.customers):
        for month in range(2 * number, 18, number + 2):
            amounts = (900 * (number + 1), 40 + month)
            make_order(
                customer, f"{side.mark}-{number}-{month}", today - timedelta(days=30 * month + 3), *amounts
            )


def addresses(role: str, other: Side) -> list[str]:
    """Return every page of the analysis; plain, or, for who has a side, asked for what belongs to the other one."""
    theirs = other.customers[1]
    asked = (
        "",
        f"?owner={other.rep.pk}&team={other.rep.team_id}&region={theirs.region_id}&run=1&sort=name",
        f"?q={theirs.code}&customer={theirs.pk}&code={theirs.code}&informant={other.records['Referral'][0]}",
    )
    pages = [route.address() for route in routes() if not route.numbers and not route.words]
    pages += [f"/analysis/lists/{key}/" for key in ("wish", "vip", "drag", "gold", "potential")]
    wanted = {"rep": asked, "manager": asked[1:], "auditor": asked[:1]}[role]
    return [page + query for page in pages if page.startswith("/analysis/") for query in wanted]


def body(client: Client, address: str, sent: dict[str, str] | None = None) -> str:
    """Return an answer without what was asked in it."""
    answer = client.post(address, sent) if sent else client.get(address)
    text = answer.getvalue().decode("utf-8", "replace")
    assert answer.status_code < 500, address
    return text if sent else text.replace(f"{SOUTH}-1", "")


def test_no_page_or_file_of_a_run_tells_of_the_other_team(company: Company) -> None:
    trade(company.north)
    trade(company.south)
    carry_out_here(start_run(actor=None, as_of=timezone.localdate(), queue=False))
    for role in ("rep", "manager", "auditor"):
        client, found = sign_in(company.readers()[role]), []
        for address in addresses(role, company.south):
            text = body(client, address)
            found += [(canary, address) for canary in FORBIDDEN[role] if canary in text]
        assert found == [], role
    manager = sign_in(company.north.manager)
    assert NORTH in body(manager, "/analysis/tiers/")
    files = [f"/analysis/{name}/export/" for name in (*FRAMED, "tiers", "churn", "team", "churn/work")]
    written = {address: body(manager, address, FILE) for address in files}
    assert [address for address, text in written.items() if SOUTH in text] == []
    assert sum(NORTH in text for text in written.values()) > 5
    for customer in company.south.customers:
        assert sign_in(company.north.rep).get(f"/customers/{customer.pk}/?tab=analysis").status_code == 404
