"""The files of an import set as rows: where each row stands, and its cells as they were written.

CSV may come from any spreadsheet: UTF-8 with or without mark, UTF-16, GB18030 (a superset of GBK); commas
or tabs. The same tables may stand in TOML files as arrays of tables, and in workbooks as sheets.
"""

from __future__ import annotations

import csv
import io
import tomllib
from collections.abc import Iterator
from pathlib import Path

from inventory.errors import Problem
from inventory.load_cells import Raw
from inventory.load_set import ImportSet, Line, Rows, Tell, add_table, place_of
from inventory.load_sheets import SHEET_FILES, read_workbook
from inventory.load_tables import TABLES, Table
from inventory.suggest import did_you_mean
from inventory.words import _

MAX_BYTES = 256 * 1024 * 1024
TOML_TABLES = {table.toml: table for table in TABLES}
CSV_TABLES = {name: table for table in TABLES for name in (table.file, *table.files)}
SETTINGS = ("county", "calendar")
DELIMITER_CHARS = 2000
"""As much of a file tells commas from tabs."""


def read_set(path: Path, table: Table | None = None, tell: Tell | None = None) -> ImportSet:
    """All tables of a folder, or of one file. ``table`` is the one that a CSV file holds whose name does not
    say it; ``tell`` is called now and then while rows are read."""
    found = ImportSet(tell=tell)
    if path.is_file():
        if path.suffix.casefold() not in (".csv", ".toml", *SHEET_FILES):
            what = _("is no file that holds a register")
            allowed = _("allowed: %(words)s") % {"words": ", ".join((".csv", ".toml", *SHEET_FILES))}
            found.problems.append(Problem(path.name, what, allowed))
        _read_file(path, table, found)
        return found
    if not path.is_dir():
        found.problems.append(
            Problem(str(path), _("there is no such folder"), _("give a folder of TOML and CSV files"))
        )
        return found
    for file in sorted(path.iterdir()):
        # A spreadsheet's lock files and hidden files are nobody's table.
        if file.is_file() and not file.name.startswith((".", "~")):
            _read_file(file, None, found)
    return found


def decode(content: bytes) -> str:
    """The text of a file in whichever encoding a spreadsheet chose; ValueError if it is none of them."""
    if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return content.decode("utf-16")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("gb18030")


def _read_file(file: Path, table: Table | None, found: ImportSet) -> None:
    suffix = file.suffix.casefold()
    try:
        if suffix not in (".csv", ".toml", *SHEET_FILES):
            return
        if file.stat().st_size > MAX_BYTES:
            raise ValueError(_("larger than %(n)d bytes") % {"n": MAX_BYTES})
        if suffix in SHEET_FILES:
            read_workbook(file.name, file.read_bytes(), found)
        elif suffix == ".toml":
            _read_toml(file.name, decode(file.read_bytes()), found)
        elif table := table or CSV_TABLES.get(file.name):
            _read_csv(file.name, decode(file.read_bytes()), table, found)
        else:
            do = did_you_mean(file.name, list(CSV_TABLES))
            found.problems.append(Problem(file.name, _("is no table of the register"), do))
    except OSError as error:
        found.problems.append(Problem(file.name, _("cannot be read: %(why)s") % {"why": error.strerror}))
    except UnicodeDecodeError:
        what = _("is neither UTF-8, UTF-16 nor GB18030 text")
        found.problems.append(Problem(file.name, what, _("save it as CSV UTF-8")))
    except ValueError as error:
        found.problems.append(Problem(file.name, str(error)))


def _read_csv(file: str, content: str, table: Table, found: ImportSet) -> None:
    if "\0" in content:
        what = _("contains null characters")
        found.problems.append(Problem(place_of(file, ""), what, _("save it as CSV UTF-8")))
        return
    add_table(found, file, "", table, csv_lines(file, content, found))


def csv_lines(file: str, content: str, found: ImportSet) -> Iterator[Line]:
    """The rows of a CSV file with their numbers; where it is not CSV they end, with a fault."""
    start = content[:DELIMITER_CHARS]
    reader = csv.reader(
        io.StringIO(content, newline=""), delimiter="\t" if start.count("\t") > start.count(",") else ","
    )
    number = 0
    try:
        for number, row in enumerate(reader, 1):
            yield number, list(row)
    except csv.Error as error:
        what = _("is not CSV: %(why)s") % {"why": error}
        found.problems.append(Problem(place_of(file, "", number + 1), what))


def _read_toml(file: str, content: str, found: ImportSet) -> None:
    try:
        data = tomllib.loads(content)
    except tomllib.TOMLDecodeError as error:
        found.problems.append(Problem(file, _("is not TOML: %(why)s") % {"why": error}))
        return
    for key, value in data.items():
        if key in SETTINGS and isinstance(value, dict):
            if key in found.settings:
                other = found.settings[key][0]
                found.problems.append(
                    Problem(f"{file} [{key}]", _("stands in %(file)s too") % {"file": other})
                )
            found.settings[key] = (file, value)
        elif key in TOML_TABLES and isinstance(value, list):
            _toml_rows(file, TOML_TABLES[key], value, found)
        else:
            do = did_you_mean(key, [*SETTINGS, *TOML_TABLES])
            found.problems.append(Problem(file, _("unknown table %(name)s") % {"name": key}, do))


def _toml_rows(file: str, table: Table, rows: list[object], found: ImportSet) -> None:
    keys = tuple(column.key for column in table.columns)
    kept: list[tuple[int, list[Raw]]] = []
    for number, row in enumerate(rows, 1):
        where = f"{file} [[{table.toml}]] {number}"
        if not isinstance(row, dict):
            found.problems.append(Problem(where, _("is not a table")))
            continue
        for key in row:
            if key not in keys:
                what = _("unknown key %(key)s") % {"key": key}
                found.problems.append(Problem(where, what, did_you_mean(key, keys)))
        kept.append((number, [row.get(key, "") for key in keys]))
    found.tables.append(Rows(file, table, table.columns, keys, iter(kept), is_csv=False))
