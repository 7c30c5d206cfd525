"""Words for the names of people and companies, Chinese and English."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray
from pypinyin import lazy_pinyin

from customers.services.search_keys import SURNAME_READINGS, SearchKeys, search_keys


def _words(text: str) -> list[str]:
    return text.split()


# The commonest surnames, each as often as people bear it; then some that are read otherwise than written.
_SURNAMES = (
    "王王王王王王王李李李李李李李张张张张张张刘刘刘刘刘陈陈陈陈陈杨杨杨黄黄黄赵赵赵吴吴吴周周周徐徐孙孙马马朱朱"
    "胡胡郭郭何何林林高高罗罗郑郑梁梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔钟谭陆汪范"
    "金石廖贾夏韦付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤单解仇查翟"
)
_GIVEN = _words(
    "芳 敏 静 艳 娟 超 霞 建国 建华 建军 志明 海燕 海涛 晓东 晓燕 雪梅 丽华 丽娟 春梅 秀英 玉兰 "
    "桂英 国华 文博 文静 子轩 子涵 梓萱 浩然 宇航 雨桐 欣怡 佳怡 思远 思琪 嘉伟 家豪 永强 永红 "
    "金凤 凤英 振华 振宇 立新 新民 卫国 红梅 红霞 慧敏 慧玲 晨曦 晨阳 天佑 云飞 鹏飞 少华 少军 "
    "启明 启航 长青 庆丰 庆华 宏伟 宏图 泽宇 若曦 若琳 诗涵 诗琪 颖 婷 莉 波 辉 峰 "
    "旭东 旭阳 瑞 瑞芳 素珍 淑芬 淑华 爱民 爱华 世杰 世昌 光辉 景行 致远 怀瑾 清扬 清华 安然 安琪 "
    "玉梅 凤霞 秋菊 春燕 彩霞 文斌 文辉 建新 建平 建明 海峰 海波 晓峰 晓辉 永昌 永福 广平 广林 "
    "志鹏 志勇 志辉 思敏 思嘉 嘉欣 嘉怡 佩珊 佩华 明轩 明哲 伟杰 伟东 庆祥 庆国 学文 学军 振国 "
    "振东 树林 树人 素芳 素梅"
)
_WORDS = _words(
    "华新 恒信 瑞丰 宏达 鑫源 博雅 嘉禾 康泰 永盛 天成 金辉 德润 荣发 万通 泰和 顺达 兴隆 汇丰源 佳美 益民 家悦 "
    "安居 优品 尚品 美家 万家 惠家 润泽 清源 净源 碧水 甘泉 绿源 蓝海 远航 腾飞 启航 晨光 "
    "星辰 明珠 金鼎 银河 昆仑 泰山 金沙 玉龙 鸿运 鸿泰 福满堂 百福 千禧 万象 亿家 聚源 "
    "聚鑫 众诚 诚信达 信诚 德信 厚德 仁和 和谐 和美 同创 同心 共赢 创新达 科创 智联 智慧家 云尚 云联 "
    "优选 臻品 品优 雅居 雅致 良友 友邦达 中恒 中海源 盛世 盛达 盛和 昌隆 昌盛 恒昌 恒泰 "
    "恒源 隆盛 隆鑫 祥云 祥和 祥瑞 瑞祥 瑞安达 瑞源 凯达 凯旋 凯信 利达 利民 利群源 通达 通源 畅达 速达 宝利 宝丰 "
    "金桥 金海 海纳 海川 江南 江源 湖光 山水 松柏 竹韵 梅香 兰亭 菊韵 春晖 夏荷 秋实 冬青 南方达 北方源"
)
# Trade, its English, and which industries (see house.INDUSTRIES) it stands for.
_TRADES = (
    ("家电", "Home Appliances", "home appliances"),
    ("电器", "Electrical Appliances", "home appliances"),
    ("商贸", "Trading", "retail and wholesale"),
    ("贸易", "Trading", "retail and wholesale"),
    ("百货", "Department Store", "retail and wholesale"),
    ("厨卫", "Kitchen and Bath", "building materials"),
    ("家居", "Home Furnishing", "building materials"),
    ("净水科技", "Water Technology", "environmental protection"),
    ("环保科技", "Environmental Technology", "environmental protection"),
    ("酒店管理", "Hotel Management", "hotels and catering"),
    ("餐饮管理", "Catering Management", "hotels and catering"),
    ("置业", "Real Estate", "real estate"),
    ("电子商务", "E-Commerce", "e-commerce"),
    ("供应链管理", "Supply Chain Management", "logistics"),
    ("物业服务", "Property Services", "real estate"),
    ("教育科技", "Education Technology", "education"),
)
_FORMS = (
    ("有限公司", "Co., Ltd.", "private", 0.66),
    ("有限责任公司", "Co., Ltd.", "private", 0.1),
    ("股份有限公司", "Corporation", "private", 0.05),
    ("集团有限公司", "Group Co., Ltd.", "state_owned", 0.05),
    ("经营部", "Sales Department", "sole_trader", 0.08),
    ("商行", "Store", "sole_trader", 0.06),
)
# Shops deal in goods: a sole trader of real estate would be odd.
_TRADES_OF_SHOPS, _SHOP_FORMS = 6, (4, 5)
_ABROAD = (
    ("太平洋", "Pacific"), ("大洋", "Oceanic"), ("环球", "Global"), ("新世界", "New World"), ("金门", "Golden Gate"),
    ("皇冠", "Crown"), ("常青", "Evergreen"), ("北极星", "Polaris"), ("海港", "Harbour"), ("红杉", "Redwood"),
    ("南方之星", "Southern Star"), ("联合", "United"), ("蓝天", "Blue Sky"), ("橡树", "Oak"), ("三叶", "Trefoil"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class PersonName:
    """A generated name of a person, Chinese and in pinyin (单雪梅, "Shan Xuemei")."""

    name: str
    english_name: str
    keys: SearchKeys


@dataclass(frozen=True, slots=True)
class CompanyName:
    """A generated company name and what it tells of the company."""

    name: str
    english_name: str
    keys: SearchKeys
    industry: str
    ownership_type: str


def person_names(rng: np.random.Generator, count: int) -> list[PersonName]:
    """Return ``count`` names of people."""
    surnames = rng.integers(len(_SURNAMES), size=count).tolist()
    given = rng.integers(len(_GIVEN), size=count).tolist()
    return [_person_name(_SURNAMES[first], last) for first, last in zip(surnames, given, strict=True)]


def company_names(rng: np.random.Generator, cities: Sequence[tuple[str, str]]) -> list[CompanyName]:
    """Return a name for a company in each of ``cities`` (short Chinese name, English name)."""
    count = len(cities)
    words = rng.integers(len(_WORDS), size=count)
    trades = rng.choice(len(_TRADES), size=count, p=_TRADE_SHARES)
    forms = rng.choice(len(_FORMS), size=count, p=[form[3] for form in _FORMS])
    forms[(trades >= _TRADES_OF_SHOPS) & np.isin(forms, _SHOP_FORMS)] = 0
    return [
        _company_name(city, int(word), int(trade), int(form))
        for city, word, trade, form in zip(cities, words, trades, forms, strict=True)
    ]


def foreign_company_names(
    rng: np.random.Generator, countries: Sequence[tuple[str, str]]
) -> list[CompanyName]:
    """Return a name for an importer in each of ``countries`` (Chinese name, English name)."""
    words: NDArray[np.int64] = rng.integers(len(_ABROAD), size=len(countries))
    trades = rng.integers(3, size=len(countries))
    return [
        _named(
            (_ABROAD[word][0], _TRADES[trade][0], f"（{chinese}）", "有限公司"),
            f"{_ABROAD[word][1]} {_TRADES[trade][1]} ({english}) Ltd.",
            _TRADES[trade][2],
            "foreign",
        )
        for (chinese, english), word, trade in zip(countries, words, trades, strict=True)
    ]


@cache
def _person_name(surname: str, given: int) -> PersonName:
    name = surname + _GIVEN[given]
    latin = f"{_SURNAME_LATIN[surname]} {_GIVEN_LATIN[given]}"
    return PersonName(name, latin, search_keys(name, latin, is_person=True))


def _company_name(city: tuple[str, str], word: int, trade: int, form: int) -> CompanyName:
    chinese, english, industry = _TRADES[trade]
    form_name, form_english, ownership, _ = _FORMS[form]
    return _named(
        (city[0], _WORDS[word], chinese, form_name),
        f"{city[1]} {_WORDS_LATIN[word]} {english} {form_english}",
        industry,
        ownership,
    )


def _named(parts: Sequence[str], english_name: str, industry: str, ownership: str) -> CompanyName:
    """Put a name together, and its search keys from those of its parts: romanising is what costs time here."""
    chinese = [_part_keys(part) for part in parts]
    latin = search_keys("", english_name)
    keys = SearchKeys(
        pinyin=f"{''.join(key.pinyin for key in chinese)} {latin.pinyin}",
        initials=f"{''.join(key.initials for key in chinese)} {latin.initials}",
    )
    return CompanyName("".join(parts), english_name, keys, industry, ownership)


@cache
def _part_keys(part: str) -> SearchKeys:
    return search_keys(part)


def _latin(text: str) -> str:
    return "".join(lazy_pinyin(text)).capitalize()


_SURNAME_LATIN = {
    surname: SURNAME_READINGS.get(surname, (_latin(surname),))[0].capitalize() for surname in set(_SURNAMES)
}
_GIVEN_LATIN = [_latin(given) for given in _GIVEN]
_WORDS_LATIN = [_latin(word) for word in _WORDS]
_TRADE_WEIGHTS = np.linspace(2.0, 0.5, len(_TRADES))
_TRADE_SHARES = _TRADE_WEIGHTS / _TRADE_WEIGHTS.sum()
