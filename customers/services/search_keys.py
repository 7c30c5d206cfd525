"""Pinyin and initials of a name: what people type to find it, and the order that lists are sorted in."""

import re
import unicodedata
from functools import lru_cache
from typing import NamedTuple

from pypinyin import lazy_pinyin
from pypinyin.seg.mmseg import seg

# Surnames that are read otherwise than the character commonly is, the likeliest reading first.
SURNAME_READINGS: dict[str, tuple[str, ...]] = {
    "万俟": ("mo qi",),
    "尉迟": ("yu chi",),
    "长孙": ("zhang sun",),
    "单于": ("chan yu",),
    "单": ("shan",),
    "解": ("xie",),
    "仇": ("qiu",),
    "曾": ("zeng",),
    "查": ("zha",),
    "任": ("ren",),
    "朴": ("piao",),
    "盖": ("ge", "gai"),
    "区": ("ou",),
    "缪": ("miao",),
    "宁": ("ning",),
    "翟": ("zhai", "di"),
    "乐": ("yue", "le"),
    "折": ("she",),
    "黑": ("he",),
    "冼": ("xian",),
    "洗": ("xian",),
    "覃": ("qin", "tan"),
    "种": ("chong",),
    "繁": ("po",),
    "员": ("yun",),
    "召": ("shao",),
    "秘": ("bi",),
    "祭": ("zhai",),
    "牟": ("mu", "mou"),
    "薄": ("bo",),
    "阚": ("kan",),
    "句": ("gou",),
    "都": ("du",),
    "乜": ("nie",),
    "颉": ("xie",),
    "莘": ("shen", "xin"),
    "隗": ("wei", "kui"),
    "郇": ("xun", "huan"),
    "佴": ("nai",),
    "卜": ("bu",),
    "么": ("yao",),
    "藏": ("zang",),
    "谌": ("chen", "shen"),
    "郗": ("xi", "chi"),
    "郄": ("qie", "xi"),
}
_WORD = re.compile(r"[a-z0-9]+|[\u3400-\u4dbf\u4e00-\u9fff]+")


# So many letters of initials are kept, as many as the column holds: nobody types more of them.
LONGEST_INITIALS = 200


class SearchKeys(NamedTuple):
    """``pinyin`` and ``initials`` in lower case without spaces; further readings follow after one space."""

    pinyin: str
    initials: str


def search_keys(name: str, english_name: str = "", *, is_person: bool = False) -> SearchKeys:
    """Return the keys of a name; those of the English name are added when they are others.

    单雄 as a person gives ``shanxiong danxiong``; 上海华新 Huaxin gives ``shanghaihuaxin huaxin``.
    """
    readings = _readings(name, is_person=is_person) + _readings(english_name, is_person=False)
    initials = dict.fromkeys("".join(part[0] for part in syllables) for syllables in readings)
    return SearchKeys(
        pinyin=" ".join(dict.fromkeys("".join(syllables) for syllables in readings)),
        initials=" ".join(initials)[:LONGEST_INITIALS].rstrip(),
    )


def plain(text: str) -> str:
    """Fold case, full-width forms and accents, as names are compared: ``Ｈｕá Xin`` is ``hua xin``."""
    folded = unicodedata.normalize("NFKD", text.strip()).casefold()
    return "".join(character for character in folded if not unicodedata.combining(character))


def _readings(name: str, *, is_person: bool) -> list[list[str]]:
    """Return the readings of a name, each a list of syllables and Latin words."""
    common = [syllable for word in _WORD.findall(plain(name)) for syllable in _syllables(word)]
    if not common:
        return []
    if not is_person:
        return [common]
    surname = next((name[:size] for size in (2, 1) if name[:size] in SURNAME_READINGS), "")
    given_name = common[len(surname) :]
    return [[*reading.split(), *given_name] for reading in SURNAME_READINGS.get(surname, ())] + [common]


def _syllables(word: str) -> list[str]:
    if word.isascii():
        return [word]
    return [syllable for phrase in seg.cut(word) for syllable in _phrase_syllables(phrase)]


@lru_cache(maxsize=1 << 14)
def _phrase_syllables(phrase: str) -> tuple[str, ...]:
    """Read one phrase of the dictionary, or one character: they recur from name to name, and reading them is slow."""
    return tuple(lazy_pinyin(phrase))
