"""The region table is a closed tree, and the finder understands what imports bring."""

import csv

import pytest
from django.db.models import Q

from customers.models import Region, RegionLevel
from customers.selectors.regions import RegionFinder
from customers.services.regions import TABLE, load_regions

pytestmark = pytest.mark.django_db

ONLINE_RETAIL_COUNTRIES = {
    "Australia": "AU", "Austria": "AT", "Bahrain": "BH", "Belgium": "BE", "Brazil": "BR", "Canada": "CA",
    "Channel Islands": "X-CI", "Cyprus": "CY", "Czech Republic": "CZ", "Denmark": "DK", "EIRE": "IE",
    "European Community": "EU", "Finland": "FI", "France": "FR", "Germany": "DE", "Greece": "GR",
    "Hong Kong": "810000", "Iceland": "IS", "Israel": "IL", "Italy": "IT", "Japan": "JP", "Lebanon": "LB",
    "Lithuania": "LT", "Malta": "MT", "Netherlands": "NL", "Norway": "NO", "Poland": "PL", "Portugal": "PT",
    "RSA": "ZA", "Saudi Arabia": "SA", "Singapore": "SG", "Spain": "ES", "Sweden": "SE", "Switzerland": "CH",
    "USA": "US", "United Arab Emirates": "AE", "United Kingdom": "GB",
}  # fmt: skip


@pytest.fixture
def finder() -> RegionFinder:
    if not Region.objects.exists():  # tests that truncate tables lose what a migration loaded
        load_regions()
    return RegionFinder()


def code_of(region_id: int | None) -> str | None:
    return Region.objects.get(pk=region_id).code if region_id else None


def test_the_migration_loads_every_region_of_the_file() -> None:
    with TABLE.open(encoding="utf-8", newline="") as file:
        codes = {row["code"] for row in csv.DictReader(file)}
    assert set(Region.objects.values_list("code", flat=True)) == codes


def test_loading_again_changes_nothing() -> None:
    before = list(Region.objects.order_by("id").values())
    assert load_regions() == len(before)
    assert list(Region.objects.order_by("id").values()) == before


def test_every_path_is_its_parents_path_and_its_own_code() -> None:
    regions = {region.pk: region for region in Region.objects.all()}
    for region in regions.values():
        above = regions[region.parent_id].path if region.parent_id else ""
        assert region.path == f"{above}{region.code}/"


def test_all_provinces_of_the_mainland_stand_in_one_of_seven_areas() -> None:
    provinces = Region.objects.filter(level=RegionLevel.PROVINCE)
    assert provinces.count() == 34
    assert provinces.filter(parent__level=RegionLevel.AREA).values("parent").distinct().count() == 7
    outside = provinces.exclude(parent__level=RegionLevel.AREA)
    assert set(outside.values_list("code", flat=True)) == {"710000", "810000", "820000"}


def test_every_region_has_a_name_in_both_languages() -> None:
    assert not Region.objects.filter(Q(name="") | Q(english_name="")).exists()


def test_every_district_lies_in_the_province_of_its_code() -> None:
    districts = Region.objects.filter(level=RegionLevel.DISTRICT)
    placed = districts.values_list("code", "parent__parent__code")
    assert len(placed) > 2700
    assert all(district[:2] == province[:2] for district, province in placed)


@pytest.mark.parametrize(("country", "code"), ONLINE_RETAIL_COUNTRIES.items())
def test_countries_as_exports_write_them_are_found(finder: RegionFinder, country: str, code: str) -> None:
    assert code_of(finder.find(country)) == code
    assert code_of(finder.find_parts(country=f" {country.upper()} ")) == code


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("华东", "CN-E"), ("华东地区", "CN-E"), ("East China", "CN-E"),
        ("上海", "310000"), ("上海市", "310000"), ("SHANGHAI", "310000"), ("Shanghai Municipality", "310000"),
        ("广东", "440000"), ("广东省", "440000"), ("粤", "440000"), ("CN-HB", "420000"),
        ("内蒙古", "150000"), ("Inner Mongolia", "150000"), ("海南", "460000"), ("海南州", "632500"),
        ("吉林", "220000"), ("吉林市", "220200"), ("Xi’an", "610100"), ("310115", "310115"), ("浦东", "310115"),
        ("广东/深圳", "440300"), ("广东省深圳市南山区", "440305"), ("北京市朝阳区", "110105"),
        ("中国香港", "810000"), ("HKG", "810000"), ("台湾", "710000"), ("DEU", "DE"), ("捷克", "CZ"),
    ],
)  # fmt: skip
def test_chinese_places_are_found_as_people_write_them(finder: RegionFinder, text: str, code: str) -> None:
    assert code_of(finder.find(text)) == code


@pytest.mark.parametrize("text", ["", "Atlantis", "朝阳区", "Suzhou", "South", "广东/杭州", "中国人民"])
def test_the_unknown_and_the_ambiguous_are_nowhere(finder: RegionFinder, text: str) -> None:
    assert finder.find(text) is None
    assert not text or not finder.means_nothing(text)


def test_unspecified_is_no_region_and_no_mistake(finder: RegionFinder) -> None:
    assert finder.means_nothing("Unspecified")
    assert finder.find("Unspecified") is None


def test_parts_are_sought_below_one_another(finder: RegionFinder) -> None:
    assert code_of(finder.find_parts(province="江苏", city="Suzhou")) == "320500"
    assert code_of(finder.find_parts(province="吉林", city="吉林")) == "220200"
    assert code_of(finder.find_parts(province="上海市", city="上海市", district="浦东新区")) == "310115"
    assert code_of(finder.find_parts(country="US", province="California", city="Suzhou")) == "US"
    assert finder.find_parts(country="Atlantis", province="广东") is None
    assert code_of(finder.find_parts(country="Unspecified", name="华东")) == "CN-E"
