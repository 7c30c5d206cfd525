"""A contact list as companies have them: codes, names, a mobile number and a mail address each."""

from __future__ import annotations

import csv
import random
from pathlib import Path

_PLACES = ("上海", "北京", "广州", "深圳", "杭州", "成都", "武汉", "南京", "西安", "苏州")
_WORDS = "华新瑞丰恒达盛泰金茂宏远嘉诚永兴德利安信通联合创世纪东方海天明光国正和顺"
_TRADES = ("贸易", "科技", "电子", "食品", "建材", "服饰", "医疗", "物流", "机械", "家具")
_EVERY_TOO_SHORT = 25


def write_contacts(path: Path, rows: int, *, first: int = 0) -> None:
    """Write a file of ``rows`` contacts, the same each time; one in 25 has a phone number that is none.

    Their codes count from ``first``: another one gives customers that none of the others is.
    """
    chance = random.Random(20250101)  # noqa: S311 - the same file each time, no secret
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["客户编号", "客户名称", "客户类型", "手机", "邮箱", "建档日期"])
        for number in range(first, first + rows):
            name = "".join(chance.choices(_WORDS, k=4))
            is_bad = number % _EVERY_TOO_SHORT == _EVERY_TOO_SHORT - 1
            writer.writerow(
                [
                    f"C{number:07d}",
                    f"{chance.choice(_PLACES)}{name}{chance.choice(_TRADES)}有限公司",
                    "企业",
                    "123" if is_bad else f"13{number % 1_000_000_000:09d}",
                    f"contact{number}@example.com",
                    f"{2015 + number % 10}-{number % 12 + 1:02d}-{number % 28 + 1:02d}",
                ]
            )
