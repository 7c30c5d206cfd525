"""A rep enters a whole person and a whole company in a real browser; a stranger finds a field's place."""

from collections.abc import Iterator
from decimal import Decimal

import pytest
from django.conf import settings
from django.utils import timezone
from playwright.sync_api import Page
from pytest_django.live_server_helper import LiveServer

from crm.models import Role, User
from customers.models import CompanyProfile, Customer, CustomField, FieldProvenance, KeyPerson, PersonProfile
from customers.services.privacy import give_consent, store_sensitive, switch_field
from tests.cast import make_customer, make_user, sign_in
from tests.e2e.visitor import SIZES, Visitor, visiting

PASSWORD = "Jasmin-und-Tee-72"
pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PERSON = (
    "basics",
    "education",
    "family",
    "social",
    "career",
    "lifestyle",
    "personality",
    "life-view",
    "other",
)
COMPANY = ("basics", "characteristics", "business", "trading")
PARTICULAR = {
    "date_of_birth": "1978-03-12",
    "wedding_anniversary": "2004-10-02",
    "first_dealing_on": "2022-05-18",
    "founded_on": "2001-01-01",
    "trading_since": "2022-05-18",
    "height_cm": "176",
    "weight_kg": "71.5",
    "headcount": "120",
    "annual_turnover": "36000000",
    "unified_social_credit_code": "91320500MA1MABCD1T",
    "employer": "",
    "code": "",
    "owner": "",
    "region": "",
    "value": "+8613912345678",
    "mobile": "13912345678",
    "email": "chen@example.com",
    "postcode": "215000",
    "other": "",
    "potential_expires_on": "2031-01-01",
    "started_on": "2010-01-01",
    "ended_on": "2015-01-01",
    "since": "2016-01-01",
    "until": "2030-01-01",
    "birthday": "1980-05-01",
}
SECTION = "form[action*='/profile/']"


@pytest.fixture
def rep(transactional_db: None) -> User:
    """Return a rep; a field of the company's own is in use."""
    CustomField.objects.create(key="shoe-size", label="鞋码", english_label="Shoe size", kind="number")
    rep = make_user("rep", Role.REP)
    rep.set_password(PASSWORD)
    rep.save()
    return rep


@pytest.fixture
def religion(rep: User) -> None:
    """Have a sensitive field in use."""
    admin = make_user("ada", Role.ADMIN)
    switch_field("person.religion", actor=admin, is_on=True, purpose="宴请安排", assessment="风险低")


@pytest.fixture
def person(rep: User, religion: None) -> Customer:
    """Return a person of whom only the name is known, and whose religion is kept sealed."""
    person = make_customer("P1", "陈国栋", kind="person", owner=rep)
    today = timezone.localdate()
    give_consent(person.pk, "person.religion", actor=rep, evidence="签字", given_on=today)
    store_sensitive(person.pk, "person.religion", "佛教", actor=rep)
    return person


@pytest.fixture
def session(rep: User) -> str:
    """Return the rep's session."""
    return sign_in(rep).cookies[settings.SESSION_COOKIE_NAME].value


@pytest.fixture
def visitor(browser_path: str, live_server: LiveServer, session: str, person: Customer) -> Iterator[Visitor]:
    """Return the rep's browser."""
    with visiting(browser_path, live_server.url, session) as somebody:
        yield somebody


def fill(page: Page, form: str = SECTION, **given: str) -> None:
    """Fill in every field of a form: with what is given, or with something that its field holds."""
    for field in page.locator(f"{form} :is(input, textarea, select):not([type=hidden])").all():
        name = field.get_attribute("name") or ""
        kind = field.evaluate("one => one.type")
        if kind == "checkbox":
            field.set_checked(name != "scoring_refused")
        elif kind == "select-one" and name in given:
            field.select_option(given[name])
        elif kind == "select-one":
            field.select_option(index=min(1, field.locator("option").count() - 1))
        elif kind == "number" and name not in PARTICULAR:
            field.fill("42")
        else:
            field.fill(given.get(name, PARTICULAR.get(name, f"{name} 很好")))


def enter(visitor: Visitor, customer_id: int, slugs: tuple[str, ...], *, scripts: bool) -> None:
    """Fill in section after section, in its place over htmx or on pages of their own."""
    page = visitor.open(f"/customers/{customer_id}/?tab=profile&open=all", scripts=scripts)
    for slug in slugs:
        card = page.locator(f"#section-{slug}")
        card.locator("a:has-text('Edit')").first.click()
        page.wait_for_selector("form[action*='/profile/']")
        fill(page)
        page.locator("form[action*='/profile/'] button[type=submit]").click()
        page.wait_for_selector("form[action*='/profile/']", state="detached")
        if not scripts:
            page.goto(f"{visitor.base}/customers/{customer_id}/?tab=profile&open=all")
    assert visitor.complaints == []


def unknown(profile: PersonProfile | CompanyProfile) -> set[str]:
    """Return the columns in which nothing stands."""
    kept = {each.name: getattr(profile, each.attname) for each in profile._meta.concrete_fields}
    return {name for name, value in kept.items() if value in (None, "")}


def begin(visitor: Visitor, kind: str, name: str) -> int:
    """Add a customer with all core facts, on the page for new ones; return its number."""
    page = visitor.open("/customers/new/")
    code = PARTICULAR["unified_social_credit_code"] if kind == "company" else ""
    fill(page, "main form.form", kind=kind, name=name, unified_social_credit_code=code)
    page.get_by_role("button", name="Save").click()
    page.wait_for_load_state()
    assert page.locator(".invalid-feedback").all_inner_texts() == []
    number = page.url.rstrip("/").rpartition("/")[2]
    page.context.close()
    return int(number)


def add(page: Page, base: str, customer_id: int, card: str, **given: str) -> None:
    """Add a row to one of the cards of a record, on the page of its form."""
    page.goto(f"{base}/customers/{customer_id}/parts/{card}/new/")
    fill(page, "form.part-form", **given)
    page.locator("form.part-form button[type=submit]").click()
    page.wait_for_selector(f"#part-{card} .part-title")


def keep_and_reveal(page: Page, url: str) -> None:
    """Record a consent, keep a value, read it once."""
    page.goto(url)
    page.get_by_label("How it was given").fill("签字的同意书")
    page.get_by_role("button", name="Record the consent").click()
    page.get_by_label("Religion").fill("佛教")
    page.get_by_role("button", name="Save").click()
    for _attempt in range(2):
        page.get_by_label("What do you need it for?").fill("安排素食宴请")
        page.get_by_role("button", name="Reveal").click()
        if "reauthenticate" not in page.url:
            break
        page.locator("input[type=password]").fill(PASSWORD)
        page.locator("main button[type=submit]").first.click()
        page.goto(url)
    assert page.locator(".revealed-value").inner_text() == "佛教"


def test_a_rep_enters_a_whole_person_from_the_beginning(
    browser_path: str, live_server: LiveServer, session: str, religion: None
) -> None:
    with visiting(browser_path, live_server.url, session) as visitor:
        pk = begin(visitor, "person", "陈国栋")
        enter(visitor, pk, PERSON, scripts=True)
        page = visitor.open(f"/customers/{pk}/", scripts=False)
        add(page, visitor.base, pk, "contacts", kind="phone", value="0512-67001234")
        for card in ("addresses", "family", "employments", "relations"):
            add(page, visitor.base, pk, card)
        keep_and_reveal(page, f"{visitor.base}/customers/{pk}/sensitive/person.religion/")
    person = Customer.objects.get(pk=pk)
    sealed = {"identity_number", "blood_type", "annual_income", "medical_history", "health_status"}
    profile = PersonProfile.objects.get(customer=person)
    assert unknown(profile) == sealed | {"political_activity", "identity_index", "employer"}
    assert profile.weight_kg == Decimal("71.5")
    assert (person.kind, person.reputation, person.contact_points.count()) == ("person", "reputation 很好", 3)
    for rows in (person.addresses, person.family, person.employments, person.relations):
        assert rows.count() == 1
    assert FieldProvenance.objects.filter(customer=person, channel="direct_response_ad").count() > 40


def test_a_rep_enters_a_whole_company_without_scripts(
    browser_path: str, live_server: LiveServer, session: str, person: Customer
) -> None:
    with visiting(browser_path, live_server.url, session) as visitor:
        pk = begin(visitor, "company", "苏州恒泰连锁")
        enter(visitor, pk, COMPANY, scripts=False)
        page = visitor.open(f"/customers/{pk}/", scripts=False)
        for role in ("owner", "manager", "legal_representative", "buyer", "finance"):
            add(page, visitor.base, pk, "key-people", person=person.code, role=role)
    assert unknown(CompanyProfile.objects.get(customer_id=pk)) == set()
    assert KeyPerson.objects.filter(customer_id=pk, person=person).count() == 5


def test_a_stranger_finds_the_place_of_a_field(visitor: Visitor, person: Customer) -> None:
    pk = person.pk
    page = visitor.open("/customers/fields/")
    page.fill("#field-search", "cuisine")
    page.press("#field-search", "Enter")
    page.wait_for_url("**q=cuisine")
    assert page.locator("main h2").first.inner_text() == "Person › Lifestyle"
    page = visitor.open(f"/customers/{pk}/?tab=profile")
    page.click("#section-lifestyle > summary")
    assert page.locator("dt:has-text('Favourite cuisine')").is_visible()


@pytest.mark.parametrize("size", SIZES)
def test_the_pages_of_a_profile_are_sound(visitor: Visitor, person: Customer, size: str) -> None:
    record = f"/customers/{person.pk}"
    theme = "dark" if size == "phone" else "light"
    for path in (
        f"{record}/?tab=profile&open=all",
        f"{record}/profile/basics/edit/",
        f"{record}/sensitive/person.religion/",
        f"{record}/export/",
        "/customers/fields/",
    ):
        page = visitor.open(path, size, theme=theme)
        assert page.evaluate("document.documentElement.scrollWidth") == SIZES[size]["width"], path
        assert visitor.complaints == [], path
        assert visitor.violations(page) == [], path
        page.context.close()
