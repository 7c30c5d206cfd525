"""Where customers are: districts of China in proportion to the economy, and a few countries abroad."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from customers.models import Region, RegionLevel

# Shares of gross domestic product, in rough per cent.
_PROVINCES = {
    "110000": 3.5, "120000": 1.3, "130000": 3.5, "140000": 2.0, "150000": 1.9, "210000": 2.4, "220000": 1.1,
    "230000": 1.3, "310000": 5.0, "320000": 10.2, "330000": 6.6, "340000": 3.7, "350000": 4.3, "360000": 2.6,
    "370000": 7.3, "410000": 4.7, "420000": 4.4, "430000": 4.0, "440000": 10.8, "450000": 2.2, "460000": 0.6,
    "500000": 2.4, "510000": 4.8, "520000": 1.7, "530000": 2.4, "540000": 0.2, "610000": 2.7, "620000": 0.9,
    "630000": 0.3, "640000": 0.4, "650000": 1.5, "710000": 0.3, "810000": 0.9, "820000": 0.2,
}  # fmt: skip
# Cities beside their province's others; a city that isn't named here weighs 1.
_CITIES = {
    "130100": 3, "130200": 3, "210100": 5, "210200": 6, "220100": 6, "230100": 5, "320100": 7, "320200": 6,
    "320500": 10, "320400": 4, "320600": 5, "330100": 8, "330200": 7, "330300": 4, "340100": 6, "350100": 5,
    "350200": 5, "350500": 5, "360100": 5, "370100": 5, "370200": 7, "370600": 4, "410100": 7, "420100": 12,
    "430100": 8, "440100": 13, "440300": 15, "440400": 2, "440600": 6, "441900": 6, "450100": 4, "460100": 4,
    "510100": 14, "520100": 4, "530100": 6, "610100": 9, "620100": 4, "640100": 3, "650100": 5,
}  # fmt: skip
_ABROAD = {"US": 5, "VN": 4, "TH": 3, "MY": 3, "SG": 3, "AE": 3, "RU": 3, "DE": 2, "AU": 2, "JP": 2, "KR": 2}
ABROAD_SHARE = 0.03
# Hong Kong, Macao and Taiwan are looked after by the southern branch.
_AREA_OF_THE_OTHERS = "CN-S"
_KIND_OF_PLACE = re.compile(
    r"(?<=..)(?:特别行政区|地区|林区|市|省|盟|县"
    r"|(?:朝鲜族|土家族|苗族|藏族|羌族|彝族|布依族|侗族|哈尼族|壮族|傣族|白族|景颇族|傈僳族|回族|黎族|蒙古族|蒙古|哈萨克|柯尔克孜)"
    r"*自治[州县])$"
)
ABROAD = "abroad"
"""The area of whoever is not in China."""


@dataclass(frozen=True, slots=True)
class Place:
    """A place that customers are in."""

    region_id: int
    area: str
    """Code of the area, or ABROAD."""
    city: str
    """Short Chinese name for company names; abroad the country's."""
    city_english: str
    district: str
    """What an address begins with."""


@dataclass(frozen=True, slots=True)
class Places:
    """All places and how likely each is."""

    all: list[Place]
    share: NDArray[np.float64]

    def choose(self, rng: np.random.Generator, count: int) -> NDArray[np.int64]:
        """Return indexes of ``count`` places."""
        return rng.choice(len(self.all), size=count, p=self.share)


def read_places() -> Places:
    """Return the places of the region table."""
    regions = {region.pk: region for region in Region.objects.all()}
    above = {region.parent_id for region in regions.values()}
    weights: dict[int, float] = {}
    places: dict[int, Place] = {}
    for region in regions.values():
        if region.code in _ABROAD:
            places[region.pk] = Place(region.pk, ABROAD, region.name, region.english_name, region.name)
            weights[region.pk] = _ABROAD[region.code]
        elif region.path.startswith("CN/") and region.pk not in above:
            places[region.pk] = _place_in_china(region, regions)
    weights.update(_weights_in_china(places, regions))
    share = np.array([weights[pk] for pk in places])
    abroad = np.array([place.area == ABROAD for place in places.values()])
    share[abroad] *= ABROAD_SHARE / share[abroad].sum()
    share[~abroad] *= (1 - ABROAD_SHARE) / share[~abroad].sum()
    return Places(list(places.values()), share)


def _place_in_china(region: Region, regions: dict[int, Region]) -> Place:
    """Return the place of a region without others below it."""
    by_level = {one.level: one for one in _chain(region, regions)}
    province = by_level[RegionLevel.PROVINCE]
    city = by_level.get(RegionLevel.CITY, province)
    if city.name.startswith(province.name):  # 上海市市辖区: the municipality is the city
        city = province
    area = by_level.get(RegionLevel.AREA)
    return Place(
        region_id=region.pk,
        area=area.code if area else _AREA_OF_THE_OTHERS,
        city=_short(city.name),
        city_english=city.english_name.removesuffix(" Prefecture").removesuffix(" League").split(" ")[0]
        if city is not province
        else city.english_name,
        district="".join(dict.fromkeys(one.name for one in (province, city, region))),
    )


def _weights_in_china(places: dict[int, Place], regions: dict[int, Region]) -> dict[int, float]:
    """Share each province's weight among its cities, and each city's among its districts."""
    leaves = [pk for pk, place in places.items() if place.area != ABROAD]
    city_of, province_of = {}, {}
    for pk in leaves:
        chain = _chain(regions[pk], regions)
        province_of[pk] = next(one for one in chain if one.level == RegionLevel.PROVINCE).code
        city_of[pk] = next((one for one in chain if one.level == RegionLevel.CITY), chain[0]).code
    districts = Counter(city_of.values())
    cities: dict[str, set[str]] = {}
    for pk in leaves:
        cities.setdefault(province_of[pk], set()).add(city_of[pk])
    of_all = {name: sum(_CITIES.get(city, 1) for city in members) for name, members in cities.items()}
    return {
        pk: _PROVINCES[province_of[pk]]
        * _CITIES.get(city_of[pk], 1)
        / of_all[province_of[pk]]
        / districts[city_of[pk]]
        for pk in leaves
    }


def _chain(region: Region, regions: dict[int, Region]) -> list[Region]:
    """Return a region and all above it."""
    chain = [region]
    while chain[-1].parent_id is not None:
        chain.append(regions[chain[-1].parent_id])
    return chain


def _short(name: str) -> str:
    """Return a place's name as company names begin with it: 上海 for 上海市."""
    return _KIND_OF_PLACE.sub("", name)
