"""Whoever edits something else takes nothing from a colleague who is not among those to choose from any more."""

from datetime import UTC, datetime
from typing import Any

import pytest

from crm.models import User
from customers.models import Attachment, Complaint, Interaction, Territory
from tests.cast import Cast, sign_in


def as_sent(form: Any) -> dict[str, str]:
    """Return what a browser would send of a form: of a choice that is not offered, nothing."""
    sent = {}
    for each in form:
        value = each.field.prepare_value(each.value())
        if hasattr(each.field, "choices"):
            offered = {str(choice) for choice, _label in each.field.choices}
            sent[each.html_name] = str(value) if str(value) in offered else ""
        elif not isinstance(value, bool):
            sent[each.html_name] = str(each.field.widget.format_value(value) or "")
    return sent


def save(user: User, address: str, **typed: str) -> None:
    """Open a form, type something over and save it."""
    client = sign_in(user)
    context = client.get(address).context
    if "form" in context:
        form = context["form"]
    else:
        form = next(line["opened"] for line in context["card"]["lines"] if line["opened"]).form
    assert client.post(address, as_sent(form) | typed).status_code == 302


@pytest.mark.parametrize("who", ["ada", "dora"])
def test_a_customer_keeps_an_owner_who_has_left_or_is_of_another_team(cast: Cast, who: str) -> None:
    User.objects.filter(pk=cast.alice.pk).update(is_active=who == "dora")
    save(getattr(cast, who), f"/customers/{cast.huaxin.pk}/edit/", reputation="好")
    cast.huaxin.refresh_from_db()
    assert (cast.huaxin.owner, cast.huaxin.reputation) == (cast.alice, "好")


def test_a_row_keeps_whose_work_it_was(cast: Cast) -> None:
    noon = datetime(2024, 3, 1, 4, tzinfo=UTC)
    row = Complaint.objects.create(
        customer=cast.huaxin, reported_at=noon, complaint_type="defect", cause="坏了", rep=cast.alice
    )
    User.objects.filter(pk=cast.alice.pk).update(is_active=False)
    save(cast.ada, f"/customers/{cast.huaxin.pk}/parts/complaints/{row.pk}/", cause="又坏了")
    row.refresh_from_db()
    assert (row.rep, row.cause) == (cast.alice, "又坏了")


def test_a_territory_keeps_its_manager(cast: Cast) -> None:
    User.objects.filter(pk=cast.dora.pk).update(is_active=False)
    jiangsu = Territory.objects.get()
    save(cast.ada, f"/customers/directory/territories/{jiangsu.pk}/", name="苏")
    jiangsu.refresh_from_db()
    assert (jiangsu.name, jiangsu.manager) == ("苏", cast.dora)


def test_a_file_keeps_its_interaction_however_many_came_since(cast: Cast) -> None:
    days = [datetime(2024, 3, day, 4, tzinfo=UTC) for day in range(1, 26)]
    made = [Interaction.objects.create(customer=cast.huaxin, occurred_at=day) for day in days]
    kept = Attachment.objects.create(customer=cast.huaxin, name="a.pdf", interaction=made[0], size=1)
    save(cast.alice, f"/customers/{cast.huaxin.pk}/parts/attachments/{kept.pk}/", name="b.pdf")
    kept.refresh_from_db()
    assert (kept.interaction, kept.name) == (made[0], "b.pdf")
