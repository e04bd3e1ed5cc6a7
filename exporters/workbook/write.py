"""The register as an .xlsx workbook: a template to fill in, or an export that reads in again unchanged.

Codes are text, so that no spreadsheet rounds them; coded columns have drop-down lists; a cell that begins
like a formula is written as text, never as a formula.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.utility import xl_range_abs
from xlsxwriter.worksheet import Worksheet

from exporters.workbook.layout import Field, sheet_fields, sheet_name
from exporters.workbook.notes import note_rows, setting_rows
from inventory.load import register_tables
from inventory.load_cells import FORMULA
from inventory.load_set import TELL_EVERY, Tell
from inventory.load_settings import SETTING_SHEET, written_settings
from inventory.load_sheets import NOTES_SHEET, WORDS_SHEET
from inventory.load_tables import TABLES
from inventory.register import Register
from inventory.words import N_, Language, say

MADE = datetime(2026, 1, 1)  # noqa: DTZ001 - the same register gives the same bytes
HEAD_ROW, FIRST_ROW, LAST_ROW = 1, 2, 1_048_575
"""Rows from 0: the title stands in the first one."""
MAX_TEXT = 32_767
"""A cell of a workbook holds no more."""
NOTE_WIDTHS = (12, 18, 18, 10, 50, 50, 24, 40)
LINE = 15
"""Height of a line of text, points."""
EXAMPLE_MARK = "示例"
TITLE = N_("%(table)s: columns with * are required. Codes are text. Explanations: sheet %(notes)s.")
EXAMPLE = N_("The grey example row is not imported; leave it or delete it.")
CHOOSE = N_("Choose from the list; the sheet %(notes)s explains the words.")
FORMATS: Mapping[str, Mapping[str, object]] = {
    "title": {"bold": True, "font_color": "#1F3864"},
    "head": {"bold": True, "bg_color": "#D9E2F3", "border": 1, "text_wrap": True, "valign": "vcenter"},
    "required": {"bold": True, "bg_color": "#FFE699", "border": 1, "text_wrap": True, "valign": "vcenter"},
    "example": {"italic": True, "font_color": "#7F7F7F", "num_format": "@"},
    "text": {"num_format": "@"},
    "wrap": {"num_format": "@", "text_wrap": True, "valign": "top"},
    "whole": {"num_format": "0"},
    "day": {"num_format": "yyyy-mm-dd"},
}
OF_KIND = {"whole": "whole", "day": "day"}

Row = Mapping[str, object]


@dataclass(slots=True)
class _Book:
    book: Workbook
    language: Language
    formats: dict[str, Format]
    words: dict[tuple[str, ...], str] = field(default_factory=dict)
    """lists of words -> where they stand on the sheet of words"""


def template(language: Language = "zh") -> bytes:
    """An empty workbook with an example row in each sheet."""
    return _write(language, {}, {}, None)


def export(register: Register, language: Language = "zh", tell: Tell | None = None) -> bytes:
    """The register as a workbook; read in again it is the same register."""
    return _write(language, register_tables(register), written_settings(register), tell)


def text_cell(sheet: Worksheet, row: int, column: int, text: str, style: Format | None = None) -> None:
    """Text as text, whatever it begins with."""
    sheet.write_string(row, column, text[:MAX_TEXT], style)


def _write(
    language: Language,
    tables: Mapping[str, Sequence[Row]],
    settings: Mapping[str, Mapping[str, object]],
    tell: Tell | None,
) -> bytes:
    out = io.BytesIO()
    with Workbook(
        out, {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    ) as book:
        book.set_properties({"title": "wanzhao", "created": MADE})
        formats = {name: book.add_format(dict(given)) for name, given in FORMATS.items()}
        made = _Book(book, language, formats)
        _notes_sheet(made)
        _settings_sheet(made, settings)
        sheets = [(table, book.add_worksheet(sheet_name(table, language))) for table in TABLES]
        # The words come first: lists have to stand somewhere before a cell can refer to them.
        _words_sheet(made, [sheet_fields(table, language) for table in TABLES])
        for table, sheet in sheets:
            fields = sheet_fields(table, language)
            rows = tables.get(table.file.removesuffix(".csv"))
            _table_sheet(made, sheet, sheet_name(table, language), fields, rows, tell)
        book.worksheets()[0].activate()
    return out.getvalue()


def _notes_sheet(made: _Book) -> None:
    sheet = made.book.add_worksheet(NOTES_SHEET)
    _for_print(sheet)
    sheet.hide_gridlines(2)
    for column, width in enumerate(NOTE_WIDTHS):
        sheet.set_column(column, column, width)
    for row, (style, texts) in enumerate(note_rows(made.language)):
        if style == "wrap":
            sheet.set_row(row, LINE * max(map(_lines, texts, NOTE_WIDTHS)))
        for column, text in enumerate(texts):
            text_cell(sheet, row, column, text, made.formats[style])


def _settings_sheet(made: _Book, settings: Mapping[str, Mapping[str, object]]) -> None:
    sheet = made.book.add_worksheet(SETTING_SHEET)
    _for_print(sheet)
    sheet.set_column(0, 0, 22)
    sheet.set_column(1, 1, 40, made.formats["text"])
    sheet.set_column(2, 2, 70)
    for row, (style, texts) in enumerate(setting_rows(settings, made.language)):
        for column, text in enumerate(texts):
            text_cell(sheet, row, column, text, made.formats[style])


def _words_sheet(made: _Book, sheets: Iterable[Sequence[Field]]) -> None:
    lists = dict.fromkeys(tuple(field.choices) for fields in sheets for field in fields if field.choices)
    sheet = made.book.add_worksheet(WORDS_SHEET)
    sheet.hide()
    for row in range(max(map(len, lists), default=0)):
        for column, words in enumerate(lists):
            if row < len(words):
                text_cell(sheet, row, column, words[row])
    for column, words in enumerate(lists):
        span = xl_range_abs(0, column, len(words) - 1, column)
        made.words[words] = f"='{WORDS_SHEET}'!{span}"


def _table_sheet(
    made: _Book,
    sheet: Worksheet,
    name: str,
    fields: Sequence[Field],
    rows: Sequence[Row] | None,
    tell: Tell | None,
) -> None:
    formats = made.formats
    for column, field_ in enumerate(fields):
        sheet.set_column(column, column, _width(field_), formats[OF_KIND.get(field_.kind, "text")])
        sheet.data_validation(FIRST_ROW, column, LAST_ROW, column, _validation(made, field_))
    title = say(TITLE, made.language) % {"table": name, "notes": NOTES_SHEET}
    if rows is None:
        title += " " + say(EXAMPLE, made.language)
    text_cell(sheet, 0, 0, title, formats["title"])
    sheet.set_row(HEAD_ROW, 32)
    for column, field_ in enumerate(fields):
        required = field_.column.required
        style = formats["required" if required else "head"]
        text_cell(sheet, HEAD_ROW, column, field_.title + ("*" if required else ""), style)
    sheet.freeze_panes(FIRST_ROW, 1)
    sheet.repeat_rows(0, HEAD_ROW)
    _for_print(sheet)
    for column, field_ in enumerate(fields if rows is None else ()):
        mark = f"{EXAMPLE_MARK}:" if column == 0 else ""
        text_cell(sheet, FIRST_ROW, column, mark + field_.example, formats["example"])
    for number, row in enumerate(rows or (), FIRST_ROW):
        if tell and number % TELL_EVERY == 0:
            tell(name, number)
        for column, field_ in enumerate(fields):
            value = row.get(field_.column.key)
            if value is not None and value not in ("", []):
                _value(sheet, number, column, field_.shown(value), field_, formats)


def _lines(text: str, width: float) -> int:
    """How many lines a text takes in a column; Chinese characters are two wide."""
    wide = sum(2 if ord(char) > 0x2000 else 1 for char in text)
    return max(1, -int(-wide // (width - 2)))


def _for_print(sheet: Worksheet) -> None:
    """A4, landscape, as wide as the page."""
    sheet.set_paper(9)
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)


def _value(
    sheet: Worksheet, row: int, column: int, value: object, field_: Field, formats: Mapping[str, Format]
) -> None:
    style = formats[OF_KIND.get(field_.kind, "text")]
    if field_.kind == "day":
        sheet.write_datetime(row, column, date.fromisoformat(str(value)), style)
    elif isinstance(value, int | float):
        sheet.write_number(row, column, value, style)
    else:
        text = str(value)
        # What reads it takes one such mark away.
        marked = text[:1] == "'" and FORMULA.match(text)
        text_cell(sheet, row, column, f"'{text}" if marked else text, style)


def _validation(made: _Book, field_: Field) -> dict[str, object]:
    """What may be entered, and what is told when the cell is chosen."""
    told = field_.note or field_.hint
    help_ = {"input_title": field_.title[:32], "input_message": told[:255]} if told else {}
    choose = say(CHOOSE, made.language) % {"notes": NOTES_SHEET}
    if field_.choices:
        source = made.words[tuple(field_.choices)]
        return {"validate": "list", "source": source, "error_message": choose, **help_}
    return {"validate": "any", **help_}


def _width(field_: Field) -> float:
    longest = max(map(len, (field_.title, *field_.choices, "一二三四五六")))
    return max(12.0, min(24.0, 2.2 * longest + 2), min(30.0, 1.2 * len(field_.example) + 6))
