"""The report for spreadsheets: UTF-8 with a byte order mark, so that Excel reads the Chinese, CRLF lines.

A cell from the register or a device may begin like a formula; it gets an apostrophe in front, because Excel,
WPS and LibreOffice would run it. A number is left alone.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable

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
    if text[:1] in ("\t", "\r", "\n") or text.lstrip().startswith(_FORMULA):
        return text if _NUMBER.fullmatch(text) else "'" + text
    return text


def table_csv(table: Table, language: Language, timezone: str) -> bytes:
    """One table with its ids in the first row and its headings in the second."""
    rows = [[column.id for column in table.columns], *_printed(table, language, timezone)]
    return _write(rows)


def to_csv(report: Report, digest: str, language: Language) -> bytes:
    """All tables in one file to be read from top to bottom, an empty line between them."""
    rows: list[list[str]] = [[say(N_("Verification report"), language), report.county]]
    for table in report.tables:
        rows += [[], [say(table.title, language)]]
        printed = _printed(table, language, report.timezone)
        # The cover is one row of many items: it reads better as one item a line.
        rows += map(list, zip(*printed, strict=True)) if table.id == "cover" else printed
    rows.insert(3 + len(report.table("cover").columns), ["SHA-256 (report.json)", digest])
    rows += [[], *([say(note, language)] for note in NOTES)]
    return _write(rows)


def _printed(table: Table, language: Language, timezone: str) -> list[list[str]]:
    lines = [[heading(column, language) for column in table.columns]]
    for row in table.rows:
        cells = zip(row, table.columns, strict=True)
        lines.append([shown(cell, column, language, timezone) for cell, column in cells])
    return lines


def _write(rows: Iterable[list[str]]) -> bytes:
    text = io.StringIO(newline="")
    text.write(_BOM)
    writer = csv.writer(text)
    for row in rows:
        writer.writerow([safe(cell) for cell in row])
    return text.getvalue().encode("utf-8", "replace")
