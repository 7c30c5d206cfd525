"""Workbooks written by hand, so that tests say to the byte what is in a cell."""

import io
import zipfile
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from xml.sax.saxutils import escape

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
TYPES = "http://schemas.openxmlformats.org/package/2006/content-types"
SHEET_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml"
STYLES = (
    f'<styleSheet xmlns="{MAIN}"><numFmts count="1"><numFmt numFmtId="164" formatCode="yyyy\\-mm\\-dd hh:mm:ss"/>'
    '</numFmts><fonts count="1"><font/></fonts><fills count="1"><fill/></fills><borders count="1"><border/></borders>'
    '<cellStyleXfs count="1"><xf/></cellStyleXfs><cellXfs count="3"><xf numFmtId="0"/>'
    '<xf numFmtId="14" applyNumberFormat="1"/><xf numFmtId="164" applyNumberFormat="1"/></cellXfs></styleSheet>'
)
Cell = str | float | date | datetime | None


def xlsx(rows: Sequence[Sequence[Cell]], *, more_sheets: int = 0, date_1904: bool = False) -> bytes:
    """An XLSX workbook whose first sheet has ``rows``; an empty row is left out, as Excel does."""
    names = ["First", *(f"Other {i}" for i in range(more_sheets))]
    sheets = "".join(f'<sheet name="{n}" sheetId="{i}" r:id="rId{i}"/>' for i, n in enumerate(names, start=1))
    flag = '<workbookPr date1904="1"/>' if date_1904 else ""
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{TYPES}"><Default Extension="rels" ContentType='
        '"application/vnd.openxmlformats-package.relationships+xml"/><Override PartName="/xl/workbook.xml" '
        f'ContentType="{SHEET_TYPE}.sheet.main+xml"/></Types>',
        "_rels/.rels": _relations([("officeDocument", "xl/workbook.xml")]),
        "xl/workbook.xml": f'<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}">{flag}<sheets>{sheets}</sheets></workbook>',
        "xl/_rels/workbook.xml.rels": _relations(
            [("worksheet", f"worksheets/sheet{i}.xml") for i in range(1, len(names) + 1)]
            + [("styles", "styles.xml")]
        ),
        "xl/styles.xml": STYLES,
        "xl/worksheets/sheet1.xml": _sheet(rows, date_1904=date_1904),
    }
    parts |= {f"xl/worksheets/sheet{i}.xml": _sheet([["empty"]]) for i in range(2, len(names) + 1)}
    return pack(parts)


def ods(rows: Sequence[Sequence[str]]) -> bytes:
    """An ODS workbook of text cells."""
    spaces = 'xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
    spaces += 'xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" '
    spaces += 'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"'
    body = "".join(
        "<table:table-row>"
        + "".join(
            f'<table:table-cell office:value-type="string"><text:p>{escape(c)}</text:p></table:table-cell>'
            for c in row
        )
        + "</table:table-row>"
        for row in rows
    )
    content = (
        f"<office:document-content {spaces}><office:body><office:spreadsheet>"
        f'<table:table table:name="Sheet">{body}</table:table>'
        "</office:spreadsheet></office:body></office:document-content>"
    )
    kind = "application/vnd.oasis.opendocument.spreadsheet"
    manifest = '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"/>'
    return pack({"mimetype": kind, "content.xml": content, "META-INF/manifest.xml": manifest})


def sheet_of(xml: str, *, before: str = "") -> bytes:
    """An XLSX workbook whose sheet data are these rows, with ``before`` ahead of them."""
    sheet = f'<worksheet xmlns="{MAIN}">{before}<sheetData>{xml}</sheetData></worksheet>'
    return with_part(xlsx([]), "xl/worksheets/sheet1.xml", sheet)


def parts_of(book: bytes) -> dict[str, bytes]:
    """The parts of a workbook by their names."""
    with zipfile.ZipFile(io.BytesIO(book)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def with_part(book: bytes, name: str, content: str | bytes) -> bytes:
    """A workbook with one part more, or another in the place of the one it had."""
    return pack({**parts_of(book), name: content})


def _relations(targets: list[tuple[str, str]]) -> str:
    items = "".join(
        f'<Relationship Id="rId{i}" Type="{OFFICE}/{kind}" Target="{target}"/>'
        for i, (kind, target) in enumerate(targets, start=1)
    )
    return f'<Relationships xmlns="{RELATIONS}">{items}</Relationships>'


def _sheet(rows: Sequence[Sequence[Cell]], *, date_1904: bool = False) -> str:
    body = "".join(
        f'<row r="{number}">'
        + "".join(_cell(number, place, cell, date_1904) for place, cell in enumerate(row))
        + "</row>"
        for number, row in enumerate(rows, start=1)
        if row
    )
    return f'<worksheet xmlns="{MAIN}"><sheetData>{body}</sheetData></worksheet>'


def _cell(number: int, place: int, cell: Cell, date_1904: bool) -> str:
    reference = f"{column_letters(place)}{number}"
    match cell:
        case None:
            return ""
        case str():
            return f'<c r="{reference}" t="inlineStr"><is><t xml:space="preserve">{escape(cell)}</t></is></c>'
        case date():
            moment = cell if isinstance(cell, datetime) else datetime.combine(cell, datetime.min.time())
            epoch = datetime.fromisoformat("1904-01-01" if date_1904 else "1899-12-30")
            days = (moment - epoch).total_seconds() / 86400
            return f'<c r="{reference}" s="{2 if isinstance(cell, datetime) else 1}"><v>{days!r}</v></c>'
        case _:
            return f'<c r="{reference}"><v>{cell!r}</v></c>'


def column_letters(place: int) -> str:
    """The name of a column by its place from 0: A, B … Z, AA, AB …"""
    first, last = divmod(place, 26)
    return (column_letters(first - 1) if first else "") + chr(ord("A") + last)


def pack(parts: Mapping[str, str | bytes]) -> bytes:
    """A ZIP archive of these parts."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return packed.getvalue()
