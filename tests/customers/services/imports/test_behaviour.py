"""Files of interactions and complaints."""

from datetime import UTC, datetime

import pytest

from crm.models import Role
from customers.models import Complaint, Interaction, Product
from tests.cast import make_customer, make_user
from tests.customers.services.imports.conftest import Bring


@pytest.fixture(autouse=True)
def _known(db: None) -> None:
    make_customer("K1", "华新")
    Product.objects.create(sku="S1", name="净水器")


def test_an_interaction_keeps_its_moment_rep_and_product(bring: Bring) -> None:
    alice = make_user("alice", Role.REP)
    row = "编号,客户编号,往来时间,往来类型,方式,业务员,产品,内容\nV1,K1,2024-03-01 10:00,拜访,电话,alice,净水器,谈价\n"
    assert bring("interactions", row).counts.created == 1
    interaction = Interaction.objects.get(reference="V1")
    assert (interaction.response_type, interaction.channel, interaction.rep) == ("visit", "phone", alice)
    assert interaction.occurred_at == datetime(2024, 3, 1, 2, tzinfo=UTC)
    assert interaction.product == Product.objects.get()
    assert bring("interactions", row).counts.unchanged == 1


def test_interactions_without_numbers_are_known_again_by_what_they_say(bring: Bring) -> None:
    rows = "customer id,date,notes\nK1,2024-03-01,asked for prices\nK1,2024-03-01,asked for tea\n"
    assert bring("interactions", rows).counts.created == 2
    assert bring("interactions", rows).counts.unchanged == 2


def test_a_complaint_solved_on_the_day_it_was_made_is_no_contradiction(bring: Bring) -> None:
    header = "投诉编号,客户编号,投诉类型,投诉时间,解决时间,是否满意,投诉内容\n"
    row = "T1,K1,延迟交货,2024-03-01 15:00,2024-03-01,是,晚了三天\n"
    assert bring("complaints", header + row).counts.created == 1
    complaint = Complaint.objects.get()
    assert (complaint.complaint_type, complaint.is_satisfied, complaint.cause) == (
        "late_delivery",
        True,
        "晚了三天",
    )
    assert complaint.resolved_at == complaint.reported_at


def test_a_complaint_is_updated_when_it_is_solved(bring: Bring) -> None:
    header = "complaint id,customer id,type,reported,resolved\n"
    bring("complaints", header + "T1,K1,defect,2024-03-01,\n")
    assert bring("complaints", header + "T1,K1,defect,2024-03-01,2024-03-09\n").counts.updated == 1


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("T1,K9,defect,2024-03-01,,", "Unknown customer K9."),
        ("T1,K1,defect,2024-03-01,,S9", "Unknown product S9."),
        ("T1,K1,defect,2024-03-01 15:00,2024-03-01 14:00,", "resolved before it was reported"),
    ],
)
def test_a_complaint_that_fits_nothing_is_rejected_with_the_reason(
    bring: Bring, row: str, reason: str
) -> None:
    result = bring("complaints", f"complaint id,customer id,type,reported,resolved,sku\n{row}\n")
    assert result.counts.rejected == 1
    assert reason in result.rejections[0][1]
