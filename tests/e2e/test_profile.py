"""A rep enters a whole person and a whole company in a real browser; a stranger finds a field's place."""

from collections.abc import Iterator
from decimal import Decimal

import pytest
from django.conf import settings
from django.utils import timezone
from playwright.sync_api import Page
from pytest_django.live_server_helper import LiveServer

from crm.models import Role, User
from customers.models import CompanyProfile, Customer, CustomField, FieldProvenance, PersonProfile
from customers.services.privacy import give_consent, store_sensitive, switch_field
from tests.cast import make_customer, make_user, sign_in
from tests.e2e.visitor import SIZES, Visitor, visiting

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
}


@pytest.fixture
def rep(transactional_db: None) -> User:
    """Return a rep; a field of the company's own and one sensitive field are in use."""
    CustomField.objects.create(key="shoe-size", label="鞋码", english_label="Shoe size", kind="number")
    admin = make_user("ada", Role.ADMIN)
    switch_field("person.religion", actor=admin, is_on=True, purpose="宴请安排", assessment="风险低")
    return make_user("rep", Role.REP)


@pytest.fixture
def person(rep: User) -> Customer:
    """Return a person of whom only the name is known, and whose religion is kept sealed."""
    person = make_customer("P1", "陈国栋", kind="person", owner=rep)
    today = timezone.localdate()
    give_consent(person.pk, "person.religion", actor=rep, evidence="签字", given_on=today)
    store_sensitive(person.pk, "person.religion", "佛教", actor=rep)
    return person


@pytest.fixture
def company(rep: User) -> Customer:
    """Return a company of which only the name is known."""
    return make_customer("K1", "苏州恒泰连锁", owner=rep)


@pytest.fixture
def session(rep: User) -> str:
    """Return the rep's session."""
    return sign_in(rep).cookies[settings.SESSION_COOKIE_NAME].value


@pytest.fixture
def visitor(browser_path: str, live_server: LiveServer, session: str, person: Customer) -> Iterator[Visitor]:
    """Return the rep's browser."""
    with visiting(browser_path, live_server.url, session) as somebody:
        yield somebody


def fill(page: Page) -> None:
    """Fill in every field of the one form of a section."""
    form = "form[action*='/profile/']"
    for field in page.locator(f"{form} :is(input, textarea, select):not([type=hidden])").all():
        name = field.get_attribute("name") or ""
        kind = field.evaluate("one => one.type")
        if kind == "checkbox":
            field.check()
        elif kind == "select-one":
            field.select_option(index=1)
        elif kind == "number" and name not in PARTICULAR:
            field.fill("42")
        else:
            field.fill(PARTICULAR.get(name, f"{name} 很好"))


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


def test_a_rep_enters_a_whole_person_in_place(
    browser_path: str, live_server: LiveServer, session: str, person: Customer
) -> None:
    with visiting(browser_path, live_server.url, session) as visitor:
        enter(visitor, person.pk, PERSON, scripts=True)
    sealed = {"identity_number", "blood_type", "annual_income", "medical_history", "health_status"}
    profile = PersonProfile.objects.get(customer=person)
    assert unknown(profile) == sealed | {"political_activity", "identity_index", "employer"}
    assert profile.weight_kg == Decimal("71.5")
    assert FieldProvenance.objects.filter(customer=person, channel="direct_response_ad").count() > 40


def test_a_rep_enters_a_whole_company_without_scripts(
    browser_path: str, live_server: LiveServer, session: str, company: Customer
) -> None:
    with visiting(browser_path, live_server.url, session) as visitor:
        enter(visitor, company.pk, COMPANY, scripts=False)
    assert unknown(CompanyProfile.objects.get(customer=company)) == set()


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
