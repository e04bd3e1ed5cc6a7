"""The user's own file with its faults in it: bad cells coloured, with a comment that says what is allowed.

An .xlsx keeps its formats; what openpyxl cannot keep (pictures, drawings) is left out of the copy. The cells
of other files, and of very large ones, are written into a new .xlsx. The first sheet lists all faults.
"""

from __future__ import annotations

import io
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, datetime, time
from pathlib import Path

import openpyxl
from openpyxl.comments import Comment
from openpyxl.styles import Font, PatternFill
from openpyxl.utils import quote_sheetname
from openpyxl.worksheet.hyperlink import Hyperlink
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet as OwnSheet
from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from exporters.workbook.write import text_cell
from inventory.errors import Problem
from inventory.load_cells import Raw
from inventory.load_copy import Copied, copied_tables
from inventory.load_set import Line, Place, letter
from inventory.load_sheets import FAULTS_SHEET
from inventory.words import N_, Language, say

AUTHOR = "wanzhao"
COLOUR = "FFC7CE"
LARGE = 2 * 1024 * 1024
"""An .xlsx of more bytes is copied row by row; openpyxl takes a minute and a gigabyte for 7 MB."""
MAX_COMMENTS = 20_000
"""More cells than these are only coloured; spreadsheets become slow."""
HEADS = (N_("Sheet"), N_("Cell"), N_("What is wrong"), N_("What is allowed, what to do"))
WIDTHS = (18, 10, 60, 80)

Faults = dict[tuple[int, int], list[Problem]]
"""Row and column from 1 -> what is wrong there; column 0: with the whole row, row 0: with the sheet."""


def mark(path: Path, problems: Sequence[Problem], language: Language) -> bytes:
    """An .xlsx of what ``path`` holds, its faults marked."""
    by_sheet: dict[str, Faults] = defaultdict(lambda: defaultdict(list))
    for problem in problems:
        place = problem.where
        if isinstance(place, Place):
            by_sheet[sheet_of(place)][place.row, place.column].append(problem)
        else:
            by_sheet[""][0, 0].append(problem)
    if path.suffix.casefold() == ".xlsx" and path.stat().st_size <= LARGE:
        return _mark_own(path, by_sheet, language)
    return _mark_copy(copied_tables(path), by_sheet, language)


def sheet_of(place: Place) -> str:
    """The sheet of the marked workbook on which a place is; a CSV file becomes a sheet of its name."""
    return place.sheet or Path(place.file).stem[:31]


def _listed(by_sheet: dict[str, Faults], language: Language) -> Iterable[tuple[str, str, str, str]]:
    """The lines of the list of faults: sheet, cell, what, what to do."""
    yield tuple(say(head, language) for head in HEADS)  # type: ignore[misc]
    for sheet, faults in by_sheet.items():
        for (row, column), problems in sorted(faults.items()):
            cell = f"{letter(max(column - 1, 0))}{row}" if row else ""
            for problem in problems:
                where = sheet or (problem.where if not isinstance(problem.where, Place) else "")
                yield where, cell, problem.what, problem.do


def _comment(problems: Sequence[Problem]) -> str:
    return "\n".join(f"{p.what}\n{p.do}" if p.do else p.what for p in problems)


# The user's own workbook


def _mark_own(path: Path, by_sheet: dict[str, Faults], language: Language) -> bytes:
    book = openpyxl.load_workbook(path)
    if FAULTS_SHEET in book.sheetnames:
        del book[FAULTS_SHEET]
    left = MAX_COMMENTS
    fill = PatternFill("solid", fgColor=COLOUR)
    for sheet in book.worksheets:
        _clean(sheet)
        for (row, column), problems in by_sheet.get(sheet.title, {}).items():
            if row:
                cell = sheet.cell(row, max(column, 1))
                cell.fill = fill
                if left > 0 and hasattr(cell, "comment"):
                    left -= 1
                    before = f"{cell.comment.text}\n" if cell.comment else ""
                    cell.comment = Comment(before + _comment(problems), AUTHOR, width=320, height=120)
    listing = book.create_sheet(FAULTS_SHEET, 0)
    for number, line in enumerate(_listed(by_sheet, language), 1):
        for column, text in enumerate(line, 1):
            cell = listing.cell(number, column, text)
            cell.data_type = "s"
            if number == 1:
                cell.font = Font(bold=True)
        if number > 1 and line[0] in book.sheetnames:
            target = f"{quote_sheetname(line[0])}!{line[1] or 'A1'}"
            listing.cell(number, 2).hyperlink = Hyperlink(ref=f"B{number}", location=target)
    for column, width in enumerate(WIDTHS):
        listing.column_dimensions[letter(column)].width = width
    listing.page_setup.orientation = "landscape"
    listing.page_setup.fitToHeight = 0
    listing.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    for sheet in book.worksheets:
        sheet.sheet_view.tabSelected = sheet is listing
    book.active = 0
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _clean(sheet: OwnSheet) -> None:
    """Takes away what an earlier marking left."""
    for row in sheet.iter_rows():
        for cell in row:
            if cell.comment and cell.comment.author == AUTHOR:
                cell.comment = None
                cell.fill = PatternFill()


# A copy of the cells


def _mark_copy(tables: Iterable[Copied], by_sheet: dict[str, Faults], language: Language) -> bytes:
    out = io.BytesIO()
    with Workbook(out, {"constant_memory": True}) as book:
        bold, bad = book.add_format({"bold": True}), book.add_format({"bg_color": f"#{COLOUR}"})
        listing = book.add_worksheet(FAULTS_SHEET)
        copies = [(book.add_worksheet(table.sheet[:31]), table) for table in tables]
        names = {table.sheet for _sheet, table in copies}
        for column, width in enumerate(WIDTHS):
            listing.set_column(column, column, width)
        for number, line in enumerate(_listed(by_sheet, language)):
            for column, text in enumerate(line):
                text_cell(listing, number, column, text, bold if number == 0 else None)
            if number and line[0] in names and line[1]:
                target = f"internal:{quote_sheetname(line[0])}!{line[1]}"
                listing.write_url(number, 1, target, string=line[1])
        left = MAX_COMMENTS
        for sheet, table in copies:
            left -= _copy(sheet, table.lines, by_sheet.get(table.sheet, {}), bad, left)
    return out.getvalue()


def _copy(sheet: Worksheet, lines: Iterable[Line], faults: Faults, bad: Format, left: int) -> int:
    by_row: dict[int, dict[int, list[Problem]]] = defaultdict(dict)
    for (row, column), problems in faults.items():
        by_row[row].setdefault(max(column, 1), []).extend(problems)
    written = 0
    for number, cells in lines:
        wrong = by_row.get(number, {})
        for column, value in enumerate(cells, 1):
            _cell(sheet, number - 1, column - 1, value, bad if column in wrong else None)
        for column, problems in wrong.items():
            if column > len(cells):
                sheet.write_blank(number - 1, column - 1, None, bad)
            if written < left:
                options = {"author": AUTHOR, "x_scale": 2.5, "y_scale": 1.6}
                sheet.write_comment(number - 1, column - 1, _comment(problems), options)
                written += 1
    return written


def _cell(sheet: Worksheet, row: int, column: int, value: Raw, style: Format | None) -> None:
    if value == "" or value is None:
        if style:
            sheet.write_blank(row, column, None, style)
    elif isinstance(value, bool):
        sheet.write_boolean(row, column, value, style)
    elif isinstance(value, int | float):
        sheet.write_number(row, column, value, style)
    elif isinstance(value, datetime | date | time):
        text_cell(sheet, row, column, value.isoformat(), style)
    else:
        text_cell(sheet, row, column, str(value), style)
