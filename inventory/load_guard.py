"""Looks at a workbook before it is opened: what is in it, and how large its sheets will be in memory.

A reader of workbooks takes memory for the whole rectangle that the cells span: one cell far to the right
and one far below, put there by accident or on purpose, are enough to end the process. A workbook is an
archive, and a small archive may hold a very large file. Both are found here without unpacking it.
"""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from html import unescape
from xml.parsers import expat

from inventory.words import _

MAX_UNPACKED = 1024 * 1024 * 1024
MAX_CELLS = 30_000_000
"""The rectangle of a sheet: rows times columns. 30 million take about one gigabyte."""
CHUNK = 1024 * 1024
OLD = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
"""How an .xls begins, and a workbook with a password."""

# Nearly every cell of a large sheet has a column of one letter, so that these find little and are fast.
_WIDE = re.compile(rb' r="([A-Z]{2,3})[0-9]')
_ROW = re.compile(rb'<(?:[a-z]+:)?row [^<>]*?\br="([0-9]+)"')
_FAR = re.compile(rb' r="[A-Z]{1,3}([0-9]{7,})"')
_CELL = re.compile(rb' r="[A-Z]{1,3}([0-9]+)"')
_REF = re.compile(rb' r="([A-Z]{1,3})([0-9]+)"')
_SHEET = re.compile(r'<(?:[a-z]+:)?sheet (?=[^<>]*?name="([^"]*)")[^<>]*?:id="([^"]*)"')
_TARGET = re.compile(r'<(?:[a-z]+:)?Relationship (?=[^<>]*?Id="([^"]*)")[^<>]*?Target="([^"]*)"')
_NARROW = 26
UNREADABLE = (
    zipfile.BadZipFile,
    OSError,
    EOFError,
    zlib.error,
    NotImplementedError,
    OverflowError,
    expat.ExpatError,
)

Failed = dict[str, list[tuple[int, int]]]
"""Sheet -> row and column, from 1, of the cells whose formula failed; readers give those as empty."""


class Unfit(ValueError):  # noqa: N818 - reads as what a workbook is
    """Why a workbook is not opened, and what to do."""

    def __init__(self, what: str, do: str = "") -> None:
        super().__init__(what)
        self.do = do


def look(content: bytes) -> Failed:
    """Raises ``Unfit`` if the workbook must not be opened. Failed formulas are found in .xlsx only; the
    sheets of .xls are small by their format."""
    if content.startswith(OLD):
        if "EncryptedPackage".encode("utf-16-le") in content:
            raise locked()
        return {}
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return _look(archive)
    except UNREADABLE as error:
        raise broken() from error


def broken() -> Unfit:
    """A file that is no workbook, or half of one."""
    return Unfit(_("cannot be opened as a workbook"), _("open it in a spreadsheet and save it as .xlsx"))


def locked() -> Unfit:
    """A workbook that asks for a password."""
    return Unfit(_("is protected by a password"), _("save it without a password"))


def _look(archive: zipfile.ZipFile) -> Failed:
    items = archive.infolist()
    if sum(item.file_size for item in items) > MAX_UNPACKED:
        raise Unfit(_("unpacks to more than %(n)d bytes") % {"n": MAX_UNPACKED})
    failed: dict[str, list[tuple[int, int]]] = {}
    for item in items:
        if item.flag_bits & 1:
            raise locked()
        if item.filename == "META-INF/manifest.xml" and b"encryption-data" in archive.read(item):
            raise locked()
        if item.filename == "content.xml":
            _Tables().read(archive, item)
        elif item.filename.endswith(".xml"):
            failed[item.filename] = _look_at_sheet(archive, item)
    return _by_sheet(archive, {name: cells for name, cells in failed.items() if cells})


def _chunks(archive: zipfile.ZipFile, item: zipfile.ZipInfo) -> Iterator[bytes]:
    """The file in pieces, each from the beginning of a tag. Its checksum is tried: no size can be a lie."""
    rest = b""
    with archive.open(item) as file:
        while piece := file.read(CHUNK):
            head, mark, rest_ = (rest + piece).rpartition(b"<")
            yield head
            rest = mark + rest_
    yield rest


def _look_at_sheet(archive: zipfile.ZipFile, item: zipfile.ZipInfo) -> list[tuple[int, int]]:
    width, height = 1, 1
    failed: list[tuple[int, int]] = []
    for chunk in _chunks(archive, item):
        width = max(width, max(map(_number, _WIDE.findall(chunk)), default=1))
        height = max(height, *map(int, _ROW.findall(chunk)), *map(int, _FAR.findall(chunk)), 1)
        if b' t="e"' in chunk:
            failed += _failures(chunk)
    if width > _NARROW:
        for chunk in _chunks(archive, item):
            height = max(height, *map(int, _CELL.findall(chunk)), 1)
    _check_size(height, max(width, _NARROW))
    return failed


def _check_size(height: int, width: int) -> None:
    if height * width > MAX_CELLS:
        raise Unfit(
            _("a sheet spans %(rows)d rows and %(columns)d columns") % {"rows": height, "columns": width},
            _("delete the cells far to the right and far below that hold no data, and save it again"),
        )


def _number(letters: bytes) -> int:
    """The number of a column: A is 1, AA is 27."""
    number = 0
    for char in letters:
        number = number * 26 + char - 64
    return number


def _failures(chunk: bytes) -> Iterator[tuple[int, int]]:
    at = chunk.find(b' t="e"')
    while at >= 0:
        if match := _REF.search(chunk, chunk.rfind(b"<", 0, at), chunk.find(b">", at)):
            yield int(match[2]), _number(match[1])
        at = chunk.find(b' t="e"', at + 1)


def _by_sheet(archive: zipfile.ZipFile, failed: dict[str, list[tuple[int, int]]]) -> Failed:
    if not failed:
        return {}
    names = archive.namelist()
    workbook, links = "xl/workbook.xml", "xl/_rels/workbook.xml.rels"
    if workbook not in names or links not in names:
        return {}
    targets = dict(_TARGET.findall(archive.read(links).decode("utf-8", "replace")))
    found: Failed = {}
    for name, link in _SHEET.findall(archive.read(workbook).decode("utf-8", "replace")):
        part = "xl/" + targets.get(link, "").removeprefix("/xl/")
        if part in failed:
            found[unescape(name)] = failed[part]
    return found


class _Tables:
    """The tables of an .ods: how far the cells with something in them reach, repetitions counted."""

    def __init__(self) -> None:
        self.row = self.column = self.repeat = self.width = 0
        self.filled = False

    def read(self, archive: zipfile.ZipFile, item: zipfile.ZipInfo) -> None:
        parser = expat.ParserCreate()
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.EntityDeclHandler = self._entity
        with archive.open(item) as file:
            parser.ParseFile(file)

    def _start(self, name: str, given: dict[str, str]) -> None:
        if name == "table:table":
            self.row = self.width = 0
        elif name == "table:table-row":
            self.column, self.filled = 0, False
            self.repeat = int(given.get("table:number-rows-repeated", 1))
        elif name in ("table:table-cell", "table:covered-table-cell"):
            self.column += int(given.get("table:number-columns-repeated", 1))
            if "office:value-type" in given:
                self.width, self.filled = max(self.width, self.column), True

    def _end(self, name: str) -> None:
        if name == "table:table-row":
            self.row += self.repeat
            if self.filled:
                _check_size(self.row, self.width)

    def _entity(self, *_given: object) -> None:
        raise broken()
