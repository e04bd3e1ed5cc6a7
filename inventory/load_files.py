"""The files of an import set as rows: where each row stands, and its cells as they were written.

CSV may come from any spreadsheet: UTF-8 with or without mark, UTF-16, GB18030 (a superset of GBK); commas
or tabs. The same tables may stand in TOML files as arrays of tables.
"""

from __future__ import annotations

import csv
import io
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from inventory.errors import Problem
from inventory.load_cells import Raw
from inventory.load_tables import TABLES, Column, Table, heading
from inventory.suggest import did_you_mean
from inventory.words import _

MAX_BYTES = 256 * 1024 * 1024
MAX_ROWS = 2_000_000
TOML_TABLES = {table.toml: table for table in TABLES}
CSV_TABLES = {name: table for table in TABLES for name in (table.file, *table.files)}
SETTINGS = ("county", "calendar")


@dataclass(frozen=True, slots=True)
class Rows:
    """One table of one file. ``names[i]`` is what the file calls column i, for messages."""

    file: str
    table: Table
    columns: tuple[Column | None, ...]
    names: tuple[str, ...]
    rows: Iterator[tuple[int, list[Raw]]]
    """number of the row as a spreadsheet or a reader counts, and the cells"""
    is_csv: bool = True

    def where(self, number: int, index: int | None = None) -> str:
        """The place of a cell (or of a row) in words."""
        if not self.is_csv:
            place = f"{self.file} [[{self.table.toml}]] {number}"
            return place if index is None else f"{place} {self.names[index]}"
        place = _("%(file)s row %(row)d") % {"file": self.file, "row": number}
        if index is None:
            return place
        return place + _(", column %(letter)s (%(heading)s)") % {
            "letter": letter(index),
            "heading": self.names[index].strip(),
        }


@dataclass(slots=True)
class ImportSet:
    """What was found in a folder: settings (with the file each stands in), tables and faults."""

    settings: dict[str, tuple[str, dict[str, object]]] = field(default_factory=dict)
    tables: list[Rows] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)


def read_set(path: Path) -> ImportSet:
    """All tables of a folder, or of one TOML file."""
    found = ImportSet()
    if path.is_file():
        _read_file(path, found)
        return found
    if not path.is_dir():
        found.problems.append(
            Problem(str(path), _("there is no such folder"), _("give a folder of TOML and CSV files"))
        )
        return found
    for file in sorted(path.iterdir()):
        # A spreadsheet's lock files and hidden files are nobody's table.
        if file.is_file() and not file.name.startswith((".", "~")):
            _read_file(file, found)
    return found


def decode(content: bytes) -> str:
    """The text of a file in whichever encoding a spreadsheet chose; ValueError if it is none of them."""
    if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return content.decode("utf-16")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("gb18030")


def letter(index: int) -> str:
    """The letter of a column: 0 is A, 26 is AA."""
    head, tail = divmod(index, 26)
    return (letter(head - 1) if head else "") + chr(ord("A") + tail)


def _read_file(file: Path, found: ImportSet) -> None:
    suffix = file.suffix.casefold()
    if suffix not in (".csv", ".toml"):
        return
    if suffix == ".csv" and file.name not in CSV_TABLES:
        do = did_you_mean(file.name, list(CSV_TABLES))
        found.problems.append(Problem(file.name, _("is no table of the register"), do))
        return
    try:
        if file.stat().st_size > MAX_BYTES:
            raise ValueError(_("larger than %(n)d bytes") % {"n": MAX_BYTES})
        content = decode(file.read_bytes())
    except OSError as error:
        found.problems.append(Problem(file.name, _("cannot be read: %(why)s") % {"why": error.strerror}))
    except UnicodeDecodeError:
        what = _("is neither UTF-8, UTF-16 nor GB18030 text")
        found.problems.append(Problem(file.name, what, _("save it as CSV UTF-8")))
    except ValueError as error:
        found.problems.append(Problem(file.name, str(error)))
    else:
        read = _read_csv if suffix == ".csv" else _read_toml
        read(file.name, content, found)


def _read_csv(file: str, content: str, found: ImportSet) -> None:
    table = CSV_TABLES[file]
    if "\0" in content:
        found.problems.append(Problem(file, _("contains null characters"), _("save it as CSV UTF-8")))
        return
    first = content.partition("\n")[0]
    reader = csv.reader(
        io.StringIO(content, newline=""), delimiter="\t" if first.count("\t") > first.count(",") else ","
    )
    try:
        names = tuple(next(reader, []))
    except csv.Error as error:
        found.problems.append(Problem(file, _("is not CSV: %(why)s") % {"why": error}))
        return
    if not any(name.strip() for name in names):
        found.problems.append(Problem(file, _("is empty"), _("the first row holds the headings")))
        return
    columns = tuple(_column(file, table, index, name, found) for index, name in enumerate(names))
    _check_columns(file, table, columns, found)
    found.tables.append(Rows(file, table, columns, names, _csv_rows(file, reader, found)))


def _csv_rows(file: str, reader: Iterator[list[str]], found: ImportSet) -> Iterator[tuple[int, list[Raw]]]:
    number = 1
    try:
        for number, row in enumerate(reader, 2):
            if number > MAX_ROWS:
                found.problems.append(Problem(file, _("more than %(n)d rows") % {"n": MAX_ROWS}))
                return
            if any(row):
                yield number, list(row)
    except csv.Error as error:
        where = _("%(file)s row %(row)d") % {"file": file, "row": number + 1}
        found.problems.append(Problem(where, _("is not CSV: %(why)s") % {"why": error}))


def _column(file: str, table: Table, index: int, name: str, found: ImportSet) -> Column | None:
    known = table.headings
    column = known.get(heading(name))
    if column is None and name.strip():
        where = _("%(file)s row 1, column %(letter)s") % {"file": file, "letter": letter(index)}
        names = [name for c in table.columns for name in (c.key, *c.headings)]
        found.problems.append(
            Problem(
                where,
                _("unknown heading %(name)s") % {"name": name.strip()},
                did_you_mean(name.strip(), names)
                or _("allowed: %(words)s") % {"words": ", ".join(c.key for c in table.columns)},
            )
        )
    return column


def _check_columns(file: str, table: Table, columns: tuple[Column | None, ...], found: ImportSet) -> None:
    keys = [column.key for column in columns if column]
    for key in {key for key in keys if keys.count(key) > 1}:
        found.problems.append(Problem(file, _("two columns are %(key)s") % {"key": key}))
    for column in table.columns:
        if column.required and column.key not in keys:
            names = " / ".join((column.key, *column.headings))
            found.problems.append(Problem(file, _("the column %(names)s is missing") % {"names": names}))


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
