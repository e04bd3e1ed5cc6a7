"""The report for spreadsheets: UTF-8 with a byte order mark, so that Excel reads the Chinese, CRLF lines.

A cell from the register or a device may begin like a formula; it gets an apostrophe in front, because Excel,
WPS and LibreOffice would run it. A number is left alone.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator

from exporters.report.cover import NOTES
from exporters.report.shown import heading, shown
from exporters.report.tables import Report, Table
from inventory.words import N_, Language, say

_BOM = "\ufeff"
_NUMBER = re.compile(r"[+-]?\d+(\.\d+)?%?")
# The full-width forms count too: some spreadsheets in Chinese locales take them for the plain ones.
_FORMULA = tuple("=+-@＝＋－＠|%")


def safe(text: str) -> str:
    """The text as a cell that no spreadsheet runs."""
    if text.isalnum():
        return text
    if text[:1] in ("\t", "\r", "\n") or text.lstrip().startswith(_FORMULA):
        return text if _NUMBER.fullmatch(text) else "'" + text
    return text


def table_csv(table: Table, language: Language, timezone: str) -> bytes:
    """One table with its ids in the first row and its headings in the second."""
    return _bytes([_ids(table), *_printed(table, language, timezone)])


def to_csv(report: Report, digest: str, language: Language) -> bytes:
    """All tables in one file to be read from top to bottom, an empty line between them."""
    *_tables, whole = csv_files(report, digest, language)
    return whole[1]


def csv_files(report: Report, digest: str, language: Language) -> Iterator[tuple[str, bytes]]:
    """The id and the CSV of each table, then "" and all of them in one; each cell is put in words once."""
    text = _begun()
    writer = csv.writer(text)
    writer.writerow([say(N_("Verification report"), language), safe(report.county)])
    for table in report.tables:
        printed = _printed(table, language, report.timezone)
        yield table.id, _bytes([_ids(table), *printed])
        writer.writerow([])
        writer.writerow([say(table.title, language)])
        if table.id == "cover":
            # One row of many items: it reads better as one item a line.
            writer.writerows(zip(*printed, strict=True))
            writer.writerow(["SHA-256 (report.json)", digest])
        else:
            writer.writerows(printed)
    writer.writerow([])
    writer.writerows([say(note, language)] for note in NOTES)
    yield "", text.getvalue().encode("utf-8", "replace")


def _printed(table: Table, language: Language, timezone: str) -> list[list[str]]:
    lines = [[safe(heading(column, language)) for column in table.columns]]
    for row in table.rows:
        cells = zip(row, table.columns, strict=True)
        lines.append([safe(shown(cell, column, language, timezone)) for cell, column in cells])
    return lines


def _ids(table: Table) -> list[str]:
    return [safe(column.id) for column in table.columns]


def _begun() -> io.StringIO:
    text = io.StringIO(newline="")
    text.write(_BOM)
    return text


def _bytes(rows: Iterable[list[str]]) -> bytes:
    text = _begun()
    csv.writer(text).writerows(rows)
    return text.getvalue().encode("utf-8", "replace")
