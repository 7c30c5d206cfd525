"""Customer files: created, completed, never emptied by blank cells."""

from datetime import UTC, date, datetime

from crm.models import Role, Team
from customers.models import Address, ContactPoint, Customer, CustomerKind, ImportBatch, Industry, Region
from customers.selectors import history
from customers.services import imports
from tests.cast import make_customer, make_user
from tests.customers.services.imports.conftest import Bring

HEADER = "客户编号,客户名称,客户类型,省份,城市,行业,经营模式,负责人,手机,邮箱,地址,标签\n"
HUAXIN = 'K1,华新家电,企业,广东,深圳,家电,批发,alice,13800138000,Info@Example.com,深南大道1号,"老客户,展会"\n'
CODED = "customer code,name,english name\n"


def test_a_row_becomes_a_customer_with_all_that_hangs_on_it(bring: Bring) -> None:
    alice = make_user("alice", Role.REP)
    assert bring("customers", HEADER + HUAXIN).counts.created == 1
    customer = Customer.objects.get(code="K1")
    assert (customer.name, customer.kind, customer.owner) == ("华新家电", CustomerKind.COMPANY, alice)
    assert (customer.business_model, customer.pinyin) == ("wholesale", "huaxinjiadian")
    assert customer.region == Region.objects.get(code="440300")
    assert customer.industry == Industry.objects.get(name="家电")
    assert set(customer.tags.values_list("name", flat=True)) == {"老客户", "展会"}
    assert Address.objects.get(customer=customer).street == "深南大道1号"
    mobile, email = ContactPoint.objects.filter(customer=customer).order_by("-is_primary")
    assert (mobile.value, mobile.is_primary, email.value) == ("+8613800138000", True, "Info@example.com")


def test_the_same_file_again_changes_nothing(bring: Bring) -> None:
    make_user("alice", Role.REP)
    bring("customers", HEADER + HUAXIN)
    assert bring("customers", HEADER + HUAXIN).counts.unchanged == 1
    assert Customer.objects.get().version == 1


def test_a_new_phone_number_alone_is_an_update(bring: Bring) -> None:
    bring("customers", HEADER + HUAXIN)
    result = bring("customers", HEADER + HUAXIN.replace("13800138000", "13900139000"))
    assert result.counts.updated == 1
    assert ContactPoint.objects.filter(kind="mobile").count() == 2


def test_the_history_tells_which_tags_an_import_brought_and_an_undo_took_off(bring: Bring) -> None:
    ada = make_user("ada", Role.ADMIN)
    tags = "code,name,tags\n"
    bring("customers", tags + "K1,华新,VIP\n")
    bring("customers", tags + 'K1,华新,"VIP,展会"\n', actor=ada)
    customer = Customer.objects.get()
    told = history.changes_of(ada, customer)[0]
    assert (told.who, [(each.before, each.after) for each in told.fields]) == (str(ada), [("", "展会")])
    imports.undo_here(ImportBatch.objects.latest("id"), actor=ada)
    told = history.changes_of(ada, customer)[0]
    assert [(each.before, each.after) for each in told.fields] == [("展会", "")]


def test_a_renamed_customer_is_found_by_its_new_name_and_its_history_kept(bring: Bring) -> None:
    bring("customers", CODED + "K1,华新,\n")
    result = bring("customers", CODED + "K1,宏图,Hongtu\n")
    customer = Customer.objects.get()
    assert (result.counts.updated, customer.version) == (1, 2)
    assert customer.pinyin.startswith("hongtu")
    event_model = Customer._meta.apps.get_model("customers", "CustomerEvent")
    events = event_model.objects.order_by("pgh_id").select_related("pgh_context")
    assert [event.name for event in events] == ["华新", "宏图"]
    assert events[1].pgh_context.metadata["import_batch"] == result.batch


def test_blank_cells_erase_nothing(bring: Bring) -> None:
    bring("customers", CODED + "K1,华新,Huaxin\n")
    assert bring("customers", CODED + "K1,华新,\n").counts.unchanged == 1
    assert Customer.objects.get().english_name == "Huaxin"


def test_customers_without_codes_are_known_by_name(bring: Bring) -> None:
    known = make_customer("K7", "华新")
    result = bring("customers", "客户名称,英文名\n华新,Huaxin\n宏图,Hongtu\n")
    known.refresh_from_db()
    assert (result.counts.updated, result.counts.created, known.english_name) == (1, 1, "Huaxin")
    assert Customer.objects.get(name="宏图").code.startswith("KZ")


def test_of_rows_with_one_code_the_first_counts(bring: Bring) -> None:
    result = bring("customers", CODED + "K1,华新,\nK1,华新,\nK1,宏图,\n")
    assert (result.counts.created, result.counts.skipped, result.counts.rejected) == (1, 1, 1)
    assert result.rejections == ((4, "Line 2 has the same key and says otherwise. Keep one of the two."),)


def test_a_rejected_row_does_not_stand_in_the_way_of_a_good_one(bring: Bring) -> None:
    result = bring("customers", "customer code,name,created at\nK1,华新,someday\nK1,华新,2024-01-01\n")
    assert (result.counts.created, result.counts.rejected) == (1, 1)
    assert Customer.objects.get().created_at == datetime(2023, 12, 31, 16, tzinfo=UTC)


def test_a_deleted_customer_is_not_brought_back_behind_somebody_s_back(bring: Bring) -> None:
    make_customer("K1", "华新", deleted_at=datetime(2024, 1, 2, tzinfo=UTC))
    assert "was deleted here" in bring("customers", CODED + "K1,华新,\n").rejections[0][1]


def test_what_is_not_known_here_is_left_blank_and_said(bring: Bring) -> None:
    Team.objects.create(name="华东分公司")
    file = "customer code,name,owner,team,region\nK1,华新,nobody,华东分公司,Atlantis\n"
    result = bring("customers", file)
    customer = Customer.objects.get()
    assert (customer.owner, customer.team is None, customer.region) == (None, False, None)
    assert sorted(result.warnings) == [
        "1 row names colleagues that are not known here, and left blank: nobody",
        "1 row names regions that are not known here, and left blank: Atlantis",
    ]


def test_sensitive_columns_are_neither_kept_nor_staged(bring: Bring) -> None:
    result = bring("customers", "customer code,姓名,身份证号码\nK1,王小明,11010519491231002X\n")
    assert result.warnings == (
        "The sensitive column “身份证号码” is left out. This field is off. "
        "An administrator can enable it in the field dictionary.",
    )
    assert Customer.objects.get().kind == CustomerKind.PERSON


def test_a_file_of_several_chunks_gives_every_row_its_fate(bring: Bring) -> None:
    rows = "".join(f"K{number},Customer {number % 50},\n" for number in range(120))
    result = bring("customers", CODED + rows, chunk_rows=25)
    assert (result.counts.created, Customer.objects.count()) == (120, 120)


def test_created_at_defaults_to_now(bring: Bring) -> None:
    bring("customers", CODED + "K1,华新,\n")
    assert Customer.objects.get().created_at.date() >= date(2024, 1, 1)
