"""The report as a workbook (XLSX): a sheet a table, to filter, to count and to print.

Every word is written as a word, never as a formula; a code stays text, so that no digit is lost; a time is a
real date and time in the county's zone. Percentages are cut to one decimal as in every other format.
"""

from __future__ import annotations

import io
import re
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.workbook import Workbook
from xlsxwriter.worksheet import Worksheet

from exporters.report import xlsx_look as look
from exporters.report.codes import state_word
from exporters.report.cover import NOTES
from exporters.report.plain import plain, shortened
from exporters.report.shown import figure, heading, shown
from exporters.report.tables import Cell, Column, Report, Table
from exporters.report.texts import texts
from exporters.report.xlsx_chart import add_chart
from inventory.words import Language, say

CELL_LIMIT = 32_767
"""Characters that a cell holds."""
ROWS_IN_MEMORY = 20_000
"""A report with more rows is written row by row to a temporary file: its memory does not grow with it."""
HEAD = 2
"""The row of the headings, from 0; above them the title and the note."""

_CODE = re.compile(r"\d{6,}(-\d+)?")
_Write = Callable[[int, Cell], None]


@dataclass(frozen=True, slots=True)
class _Book:
    """A workbook being written."""

    book: Workbook
    report: Report
    language: Language
    looks: Mapping[str, Format]
    large: bool

    def printed(self, cell: Cell, column: Column) -> str:
        return _written(shown(cell, column, self.language, self.report.timezone))


def _written(text: str) -> str:
    """The text as a cell holds it."""
    text = shortened(plain(text), CELL_LIMIT)
    # XlsxWriter takes this form for marked-up text that it made itself, and would write it as XML.
    return f"{text} " if text.startswith("<r>") and text.endswith("</r>") else text


def to_xlsx(report: Report, digest: str, language: Language) -> bytes:
    """The report as XLSX, the same bytes for the same report; ``digest`` is the SHA-256 of its JSON."""
    out = io.BytesIO()
    large = sum(len(table.rows) for table in report.tables) > ROWS_IN_MEMORY
    with tempfile.TemporaryDirectory(prefix="wanzhao-xlsx-") as folder:
        options = {"constant_memory": True, "tmpdir": folder} if large else {"in_memory": True}
        workbook = xlsxwriter.Workbook(
            out,
            {**options, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False},
        )
        _write_all(workbook, report, digest, language, large)
        workbook.close()
    return out.getvalue()


def _write_all(workbook: Workbook, report: Report, digest: str, language: Language, large: bool) -> None:
    made = datetime.fromtimestamp(report.as_of, UTC).replace(tzinfo=None, microsecond=0)
    title = f"{plain(report.county)} {texts(language)['title']}"
    workbook.set_properties({"title": shortened(title, 255), "author": "wanzhao", "created": made})
    book = _Book(workbook, report, language, _looks(workbook), large)
    taken: set[str] = set()
    for table in report.tables:
        name = look.sheet_name(plain(say(table.title, language) or table.id), taken)
        sheet = workbook.add_worksheet(name)
        if table.id == "cover":
            _cover_sheet(book, sheet, table, digest)
            _print_set_up(book, sheet, table, 0)
        else:
            _print_set_up(book, sheet, table, _table_sheet(book, sheet, table))


def _looks(book: Workbook) -> dict[str, Format]:
    cell = {"font_name": look.FONT, "font_size": 10, "valign": "top"}
    boxed = {**cell, "border": 1, "border_color": "#A6A6A6"}
    ground = {"bold": True, "bg_color": "#DCE6F1", "text_wrap": True, "valign": "vcenter"}
    wrapped = {**cell, "text_wrap": True}
    return {
        "title": book.add_format({**cell, "bold": True, "font_size": 16}),
        "note": book.add_format({**cell, "font_color": "#595959"}),
        "head": book.add_format({**boxed, **ground}),
        "text": book.add_format(wrapped),
        "code": book.add_format({**cell, "num_format": "@"}),
        "figure": book.add_format(cell),
        "state": book.add_format({**cell, "align": "center"}),
        **{kind: book.add_format({**cell, "num_format": n}) for kind, n in look.NUMBER_FORMATS.items()},
        "left": book.add_format({**wrapped, "align": "left"}),
        **{
            f"left_{kind}": book.add_format({**cell, "num_format": n, "align": "left"})
            for kind, n in look.NUMBER_FORMATS.items()
        },
        **{f"is_{state}": book.add_format(shade.options) for state, shade in look.SHADES.items()},
    }


def _cover_sheet(book: _Book, sheet: Worksheet, table: Table, digest: str) -> None:
    """The cover: an item and its value a line, then how to read the report and who signs."""
    looks, language, t = book.looks, book.language, texts(book.language)
    sheet.set_column(0, 0, 30)
    sheet.set_column(1, 1, 88)
    sheet.write_string(0, 0, _written(f"{book.report.county} {t['title']}"), looks["title"])
    sheet.set_row(0, 26)
    row = HEAD
    for cells in table.rows:
        for column, cell in zip(table.columns, cells, strict=True):
            sheet.write_string(row, 0, _written(heading(column, language)), looks["head"])
            look_of = f"left_{column.kind}" if f"left_{column.kind}" in looks else "left"
            _writer(book, sheet, column, 1, look_of)(row, cell)
            row += 1
    sheet.write_string(row, 0, t["digest"], looks["head"])
    sheet.write_string(row, 1, digest, looks["left"])
    for note in NOTES:
        sheet.write_string(row := row + 1, 0, say(note, language), looks["note"])
    row += 2
    for who in (t["signed_made"], t["signed_checked"], t["signed_approved"]):
        sheet.set_row(row, 28)
        sheet.write_string(row, 0, who, looks["head"])
        sheet.write_string(row, 1, f"{'　' * 24}{t['date']}", looks["left"])
        row += 1


def _table_sheet(book: _Book, sheet: Worksheet, table: Table) -> int:
    """A table: title, note, headings, rows; from top to bottom, as a workbook on disk must be written.

    Gives back its width in characters.
    """
    looks, columns, widths = book.looks, table.columns, list[int]()
    heads = [_written(heading(column, book.language)) for column in columns]
    for place, (head, column) in enumerate(zip(heads, columns, strict=True)):
        printed = (book.printed(row[place], column) for row in table.rows[: look.SAMPLED])
        widths.append(look.width(column.kind, [head[:20], *printed]))
        sheet.set_column(place, place, widths[-1])
    sheet.set_row(0, 26)
    sheet.write_string(0, 0, _written(say(table.title, book.language) or table.id), looks["title"])
    if table.note:
        sheet.write_string(1, 0, _written(say(table.note, book.language)), looks["note"])
    for place, head in enumerate(heads):
        sheet.write_string(HEAD, place, head, looks["head"])
    heights = look.Heights(widths, columns, book.printed)
    writers = [_writer(book, sheet, column, place, column.kind) for place, column in enumerate(columns)]
    for number, cells in enumerate(table.rows, start=HEAD + 1):
        if not book.large and (height := heights.of(cells)):
            sheet.set_row(number, height)
        for write, cell in zip(writers, cells, strict=True):
            write(number, cell)
    last = HEAD + max(len(table.rows), 1)
    sheet.autofilter(HEAD, 0, last, len(columns) - 1)
    sheet.freeze_panes(HEAD + 1, look.frozen_columns(table))
    sheet.ignore_errors({"number_stored_as_text": f"A1:XFD{last + 1}"})
    _colour_states(book, sheet, table, last)
    if table.id == "county":
        add_chart(book.book, sheet, table, HEAD, book.language)
    return sum(widths)


def _writer(book: _Book, sheet: Worksheet, column: Column, place: int, look_of: str) -> _Write:
    """What writes a cell of a column: by its kind, with the look of that kind."""
    chosen = book.looks.get(look_of, book.looks["text"])
    as_code = book.looks["code"] if look_of == "text" else chosen
    zone = ZoneInfo(book.report.timezone)
    words: dict[Cell, tuple[str, Format]] = {}

    def write_words(row: int, cell: Cell) -> None:
        known = words.get(cell)
        if known is None:
            text = book.printed(cell, column)
            known = text, as_code if _CODE.fullmatch(text) else chosen
            if len(words) < ROWS_IN_MEMORY:
                words[cell] = known
        sheet.write_string(row, place, *known)

    def write(row: int, cell: Cell) -> None:
        if cell is None or cell == "":
            return  # half of all cells; the grid is printed without them
        if isinstance(cell, str):
            day = _day(cell) if column.kind == "date" else None
            if day is None:
                write_words(row, cell)
            else:
                sheet.write_datetime(row, place, day, chosen)
        elif column.kind == "time":
            local = datetime.fromtimestamp(cell, zone).replace(tzinfo=None, microsecond=0)
            sheet.write_datetime(row, place, local, chosen)
        elif column.kind == "percent":
            sheet.write_number(row, place, int(cell) // 10 / 1000, chosen)
        else:
            sheet.write_number(row, place, float(figure(cell)), chosen)

    return write


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _colour_states(book: _Book, sheet: Worksheet, table: Table, last: int) -> None:
    """Colours by word, so that a state written in later by hand gets them too."""
    for place, column in enumerate(table.columns):
        if column.kind != "state":
            continue
        held = {row[place] for row in table.rows[: look.SAMPLED]} | {"pass", "fail", "unknown"}
        for state in sorted(look.SHADES.keys() & held):
            word = state_word(state, book.language)
            rule = {
                "type": "cell",
                "criteria": "==",
                "value": f'"{word}"',
                "format": book.looks[f"is_{state}"],
            }
            sheet.conditional_format(HEAD + 1, place, last, place, rule)


def _print_set_up(book: _Book, sheet: Worksheet, table: Table, width: int) -> None:
    """A4 across; the heads again on each page, the frozen columns again on each page beside it."""
    report, t = book.report, texts(book.language)
    sheet.set_paper(look.A4)
    sheet.hide_gridlines(0)
    sheet.set_margins(left=0.5, right=0.5, top=0.75, bottom=0.6)
    county = look.page_text(plain(report.county), 60)
    sheet.set_header(
        f"&L&9{county} {t['title']}&R&9{look.page_text(plain(say(table.title, book.language)), 60)}"
    )
    sheet.set_footer("&C&9&P / &N")
    if table.id == "cover":
        sheet.fit_to_pages(1, 0)
        return
    sheet.set_landscape()
    sheet.repeat_rows(HEAD)
    if (frozen := look.frozen_columns(table)) < len(table.columns):
        sheet.repeat_columns(0, frozen - 1)
    sheet.fit_to_pages(-(-width // look.PAGE_WIDTH), 0)
