"""Files that are hostile or broken, a thousand of them, and what becomes of each: ``python -m …hostile COUNT``.

It runs in a process of its own, so that the memory that reading takes can be told from that of the tests. Its output is
a JSON object: how many files were read, refused or else, and the most memory that it or a process that it started ever
held, in bytes.
"""

import csv
import gzip
import io
import json
import random
import re
import resource
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from zoneinfo import ZoneInfo

from django.conf import settings

from customers.imports.context import ReadingContext
from customers.imports.kinds import Kind
from customers.imports.matching import match_columns
from customers.imports.parsing import RowResult, parse_rows
from customers.imports.problems import FileProblem
from customers.imports.readers import read_table
from customers.imports.tables import Table, is_blank
from tests.customers.imports.exports import EXPORTS
from tests.customers.imports.test_workbook_mutations import BOOKS, damaged, mutated

CONTEXT = ReadingContext(time_zone=ZoneInfo("Asia/Shanghai"))
ENCODINGS = ("utf-8", "utf-8-sig", "gb18030", "utf-16", "utf-32", "utf-16-le")
WORKBOOKS_OF_HUNDRED = 5
MEBIBYTE = 1 << 20
PEOPLE = "姓名,手机,邮箱,生日,身份证号,年收入\n" + "".join(
    f'张三{i},138{i:08d},u{i}@example.cn,0{i % 9 + 1}/0{i % 7 + 1}/198{i % 10},,"¥{i},000.50"\n'
    for i in range(12)
)
ORDERS = "订单号;下单日期;客户名称;商品名称;数量;单价\n" + "".join(
    f"S{i};2024年3月{i + 1}日;客户{i};茶;{i};（1,200）\n" for i in range(12)
)
CARDS = "".join(
    f"BEGIN:VCARD\r\nVERSION:2.1\r\nN;CHARSET=GBK;QUOTED-PRINTABLE:=D5=C5;=C8=FD={i:02X}\r\n"
    f"TEL;CELL:1380013800{i}\r\nADR;HOME:;;No {i};=\r\n;;;\r\nPHOTO;BASE64:\r\n  /9j/4A{i}\r\n\r\nEND:VCARD\r\n"
    for i in range(9)
)
TEXTS = (PEOPLE, ORDERS, CARDS, *(export.text for export in EXPORTS))


def broken_text(chance: random.Random) -> bytes:
    """A known file in some encoding, with a few of its bytes damaged; or its text, so that the encoding is whole."""
    text, encoding = chance.choice(TEXTS), chance.choice(ENCODINGS)
    if chance.random() < 0.5:
        return mutated(text.encode(encoding), chance)
    return mutated(text.encode(), chance).decode(errors="ignore").encode(encoding)


def broken_gzip(chance: random.Random) -> bytes:
    """A compressed file, damaged or cut off; sometimes it is what is inside that is damaged."""
    if chance.random() < 0.5:
        return gzip.compress(broken_text(chance))
    return mutated(gzip.compress(chance.choice(TEXTS).encode()), chance)


def noise(chance: random.Random) -> bytes:
    """Bytes that are anything, or of the characters that mean something to a reader."""
    if chance.random() < 0.3:
        return chance.randbytes(chance.randrange(1, 4000))
    marks = [
        *'",;|\t\n\r=\\:',
        "\r\n",
        "\0",
        "BEGIN:VCARD\n",
        "END:VCARD\n",
        "姓名",
        "1e999",
        "�",
        "\ud800",
        "10/11/12",
        "9" * 400,
    ]
    return "".join(chance.choices(marks, k=chance.randrange(1, 400))).encode("utf-8", "surrogatepass")


def monsters() -> Iterator[bytes]:
    """Files that are large where files are small: a cell, a line, columns, quotes, blanks, cards."""
    long = 20 * MEBIBYTE
    yield b"name,notes\nx," + b"y" * long + b"\n"
    yield b'name,notes\nx,"' + b"y\n" * (long // 2) + b'"\n'
    yield b"name\n" + b'"' * MEBIBYTE
    yield b",".join(b"column%d" % i for i in range(5000)) + b"\nx\n"
    yield b"name\n" + b"x" + b"," * 1_000_000 + b"\n"
    yield b"\n" * MEBIBYTE + b"name\nx\n"
    yield b"name\n" + b"\n" * (4 * MEBIBYTE) + b"x\n"
    yield b"BEGIN:VCARD\n" * 1000
    yield b"BEGIN:VCARD\nFN:x\n" + b" y\n" * MEBIBYTE + b"END:VCARD\n"
    yield b"BEGIN:VCARD\nAGENT:\n" + b"BEGIN:VCARD\n" * 100_000
    yield b"BEGIN:VCARD\nPHOTO;ENCODING=b:" + b"A" * long + b"\nEND:VCARD\n"
    yield b"BEGIN:VCARD\nNOTE;QUOTED-PRINTABLE:" + b"=\n" * MEBIBYTE + b"END:VCARD\n"
    yield gzip.compress(bytes(70 * MEBIBYTE), 1)
    yield gzip.compress(gzip.compress(PEOPLE.encode()))
    yield b"PK\x03\x04" + bytes(MEBIBYTE)
    yield b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(MEBIBYTE)


def files(count: int) -> Iterator[bytes]:
    """``count`` files: the monsters, then by turns workbooks, texts, compressed ones and noise, always the same."""
    made = 0
    for monster in monsters():
        yield monster
        made += 1
    chance = random.Random("hostile")  # noqa: S311 - repeatable, not secret
    others: tuple[Callable[[random.Random], bytes], ...] = (
        broken_text,
        broken_text,
        broken_text,
        broken_gzip,
        noise,
    )
    for number in range(count - made):
        if number % 100 < WORKBOOKS_OF_HUNDRED:
            yield damaged(chance.choice(list(BOOKS)), chance)
        else:
            yield chance.choice(others)(chance)


def fate(content: bytes) -> str:
    """What becomes of a file: refused in words, read with a fate for every row, or something that must not be."""
    try:
        table = read_table(io.BytesIO(content), name="upload")
        lines = [line for line, _cells in table]
        for kind in Kind:
            mapping = match_columns(kind, table)
            if not mapping.missing:
                results = list(parse_rows(table, mapping, CONTEXT))
                if [result.line for result in results] != lines or not all(map(has_one_fate, results)):
                    return "rows without a fate"
    except FileProblem as problem:
        return "refused" if str(problem) and problem.code else "refused without a word"
    return "read" if len(lines) == rows_of(content, table) else "rows lost"


def has_one_fate(result: RowResult) -> bool:
    """Whether a row is a record, or rejected with its reasons, or said to be no record."""
    return (result.row is not None) + bool(result.problems) + bool(result.aside) == 1


def rows_of(content: bytes, table: Table) -> int:
    """Count the rows of a text below its header by the csv module alone, the cards of cards by their ends."""
    source = table.source
    if source.is_spreadsheet:
        return sum(1 for _row in table)
    raw = gzip.decompress(content) if source.compressed else content
    text = raw.decode(source.encoding or "utf-8").removeprefix("\ufeff")
    if source.container == "vcard":
        return text.upper().count("END:VCARD")
    lines = io.StringIO(text, newline="")
    reader = csv.reader(lines, delimiter=source.delimiter or ",", skipinitialspace=source.skip_space)
    before = count = 0
    for cells in reader:
        count += before >= table.header_line and not is_blank(cells)
        before = reader.line_num
    return count


def main(count: int) -> None:
    """Let all of them be read, and print what became of them."""
    settings.configure(USE_I18N=False)
    fates = Counter(fate(content) for content in files(count))
    # What getrusage says of this process itself is also that of the one that started it.
    own = int(re.search(r"VmHWM:\s*(\d+)", Path("/proc/self/status").read_text())[1])  # type: ignore[index]
    others = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    sys.stdout.write(json.dumps({"fates": fates, "memory": max(own, others) * 1024}))


if __name__ == "__main__":
    main(int(sys.argv[1]))
