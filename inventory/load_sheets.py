"""The sheets of a workbook as tables of the register: .xlsx, .xls and .ods by python-calamine.

A sheet is a table when its name is the table's, in Chinese or English. What a spreadsheet makes of codes
(2133000001.0) is turned back; dates, times and truth values come as what they are.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING

from inventory.errors import Problem
from inventory.load_cells import Raw
from inventory.load_guard import Failed, Unfit, broken, locked, look
from inventory.load_set import ImportSet, Line, add_table, place_of
from inventory.load_settings import SETTING_SHEETS, read_setting_sheet
from inventory.load_tables import TABLES, Table, heading
from inventory.suggest import did_you_mean
from inventory.words import _

if TYPE_CHECKING:
    from python_calamine import CalamineSheet, CalamineWorkbook, SheetMetadata

SHEET_FILES = (".xlsx", ".xlsm", ".xls", ".ods")
NOTES_SHEET, FAULTS_SHEET, WORDS_SHEET = "填表说明", "错误", "_词表"
"""Sheets that this program writes and does not read."""
NO_TABLE = ("填表说明", "说明", "错误", "备注", "_", "notes", "faults")
"""How the names of sheets begin that hold no data."""
MIDNIGHT = datetime(1900, 1, 1)  # noqa: DTZ001 - a time of day has no zone
EXACT = 10**15
"""A spreadsheet keeps 15 digits; of a longer number it forgot the rest."""


def sheet_tables() -> dict[str, Table]:
    """Every name of a sheet in plain form -> its table."""
    return {
        heading(name): table
        for table in TABLES
        for name in (table.toml, *(file.removesuffix(".csv") for file in (table.file, *table.files)))
    }


def read_workbook(file: str, content: bytes, found: ImportSet) -> None:
    """Adds the tables of a workbook; what cannot be read is added to the faults."""
    try:
        failed = look(content)
        workbook = _open(content)
    except Unfit as error:
        found.problems.append(Problem(place_of(file, ""), str(error), error.do))
        return
    known = sheet_tables()
    before = len(found.tables)
    for data in workbook.sheets_metadata:
        sheet = workbook.get_sheet_by_name(data.name) if _may_hold_data(data) else None
        if sheet is None or sheet.start is None:
            continue
        name = heading(data.name.casefold().removesuffix(".csv"))
        _add_failures(file, data.name, failed, found)
        if name in SETTING_SHEETS:
            read_setting_sheet(file, data.name, _lines(sheet), found)
        elif table := known.get(name):
            add_table(found, file, data.name, table, _lines(sheet))
        elif _is_visible(data):
            _unknown(file, data.name, found)
    if len(found.tables) == before and not found.problems:
        names = ", ".join(table.files[0].removesuffix(".csv") for table in TABLES)
        do = _("name the sheets after the tables: %(names)s") % {"names": names}
        found.problems.append(Problem(place_of(file, ""), _("no sheet holds a table of the register"), do))


def sheet_lines(content: bytes) -> Iterator[tuple[str, Iterator[Line]]]:
    """The cells of every worksheet as they are; ``Unfit`` (a ValueError) if it must not be opened."""
    look(content)
    workbook = _open(content)
    for data in workbook.sheets_metadata:
        if _may_be_read(data):
            yield data.name, _lines(workbook.get_sheet_by_name(data.name))


def _open(content: bytes) -> CalamineWorkbook:
    try:
        from python_calamine import CalamineError, PasswordError, load_workbook
    except ImportError as error:
        what = _("this command needs more libraries: %(why)s") % {"why": error}
        do = _("install the extra: pip install 'wanzhao[%(name)s]'") % {"name": "collector"}
        raise Unfit(what, do) from error
    try:
        return load_workbook(io.BytesIO(content))
    except PasswordError as error:
        raise locked() from error
    except (CalamineError, OSError) as error:
        raise broken() from error


def _may_be_read(data: SheetMetadata) -> bool:
    from python_calamine import SheetTypeEnum

    return data.typ is SheetTypeEnum.WorkSheet


def _may_hold_data(data: SheetMetadata) -> bool:
    return _may_be_read(data) and not data.name.casefold().startswith(NO_TABLE)


def _is_visible(data: SheetMetadata) -> bool:
    from python_calamine import SheetVisibleEnum

    return data.visible is SheetVisibleEnum.Visible


def _unknown(file: str, sheet: str, found: ImportSet) -> None:
    names = [table.files[0].removesuffix(".csv") for table in TABLES]
    known = [*names, *(table.file.removesuffix(".csv") for table in TABLES)]
    ignored = _("or let its name begin with %(start)s if it holds no data") % {"start": "说明"}
    do = did_you_mean(sheet, known, names)
    what = _("is no table of the register")
    found.problems.append(Problem(place_of(file, sheet), what, f"{do}; {ignored}" if do else ignored))


def _add_failures(file: str, sheet: str, failed: Failed, found: ImportSet) -> None:
    for row, column in failed.get(sheet, ()):
        what = _("is a formula that failed")
        where = place_of(file, sheet, row, column - 1)
        found.problems.append(Problem(where, what, _("write the value itself")))


def _lines(sheet: CalamineSheet) -> Iterator[Line]:
    """Rows with their numbers; columns before the first that holds anything are put back."""
    left: list[Raw] = [""] * (sheet.start or (0, 0))[1]
    for number, row in enumerate(sheet.iter_rows(), 1):
        yield number, left + [_cell(value) if type(value) is not str else value for value in row]


def _cell(value: float | str | bool | date | time | timedelta) -> Raw:
    """A cell as a person would have written it."""
    if isinstance(value, float):
        if abs(value) >= EXACT:
            return f"{value:.6E}"
        return int(value) if value.is_integer() else value
    if isinstance(value, timedelta) and timedelta() <= value < timedelta(days=1):
        return (MIDNIGHT + value).time()
    return value
