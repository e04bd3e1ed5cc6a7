"""What an import set is made of: its tables, with every place in words and in numbers, settings and faults.

Readers of files (``load_files``, ``load_sheets``) give rows; ``add_table`` finds the headings among them.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import chain, islice

from inventory.errors import Problem
from inventory.load_cells import Raw
from inventory.load_tables import Column, Table, heading
from inventory.suggest import did_you_mean
from inventory.words import _

HEADING_ROWS = 10
"""The headings stand within the first ten rows; titles and notes may stand above them."""
EXAMPLE = re.compile(r"[(\[【]?(?:示例|example)(?:[)\]】:\s]|\Z)", re.IGNORECASE)
"""How the first cell of a template's example row begins."""
EXAMPLE_STARTS = "示[(（【eE"
MAX_ROWS = 2_000_000
TELL_EVERY = 50_000

Line = tuple[int, list[Raw]]
Tell = Callable[[str, int], None]
"""Called now and then with the name of a table and the number of a row: progress."""


class Place(str):
    """A place in words; and in numbers where it is a cell (rows and columns from 1, 0: the whole of it)."""

    file: str
    sheet: str
    row: int
    column: int

    def __new__(cls, words: str, file: str, sheet: str, row: int = 0, column: int = 0) -> Place:
        made = super().__new__(cls, words)
        made.file, made.sheet, made.row, made.column = file, sheet, row, column
        return made


@dataclass(frozen=True, slots=True)
class Rows:
    """One table of one file. ``names[i]`` is what the file calls column i, for messages."""

    file: str
    table: Table
    columns: tuple[Column | None, ...]
    names: tuple[str, ...]
    rows: Iterator[Line]
    """number of the row as a spreadsheet or a reader counts, and the cells"""
    is_csv: bool = True
    """rows and columns are counted as spreadsheets do"""
    sheet: str = ""

    def where(self, number: int, index: int | None = None) -> str:
        """The place of a cell (or of a row) in words."""
        if not self.is_csv:
            place = f"{self.file} [[{self.table.toml}]] {number}"
            return place if index is None else f"{place} {self.names[index]}"
        return place_of(self.file, self.sheet, number, index, "" if index is None else self.names[index])


@dataclass(slots=True)
class ImportSet:
    """What was found in a folder: settings (with the file each stands in), tables and faults.

    ``examples`` counts the example rows of templates, which are nobody's data."""

    settings: dict[str, tuple[str, dict[str, object]]] = field(default_factory=dict)
    tables: list[Rows] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    places: dict[tuple[str, str], Place] = field(default_factory=dict)
    """where a setting stands, if it stands in a cell"""
    examples: int = 0
    tell: Tell | None = None


def place_of(file: str, sheet: str, row: int = 0, index: int | None = None, name: str = "") -> Place:
    """A place: the file, the sheet where there is one, the row and the column (index from 0, its heading)."""
    words = _("%(file)s sheet %(sheet)s") % {"file": file, "sheet": sheet} if sheet else file
    if row:
        words = _("%(file)s row %(row)d") % {"file": words, "row": row}
    if index is not None and name:
        words += _(", column %(letter)s (%(heading)s)") % {"letter": letter(index), "heading": name.strip()}
    elif index is not None:
        words += _(", column %(letter)s") % {"letter": letter(index)}
    return Place(words, file, sheet, row, 0 if index is None else index + 1)


def letter(index: int) -> str:
    """The letter of a column: 0 is A, 26 is AA."""
    head, tail = divmod(index, 26)
    return (letter(head - 1) if head else "") + chr(ord("A") + tail)


def add_table(
    found: ImportSet,
    file: str,
    sheet: str,
    table: Table,
    lines: Iterator[Line],
    only: Mapping[str, Column] | None = None,
) -> None:
    """One table of a file: its headings are found, the rows under them read when they are asked for. With
    ``only`` those headings are known, and others are left alone."""
    first = list(islice((line for line in lines if not _empty(line[1])), HEADING_ROWS))
    if not first:
        found.problems.append(
            Problem(place_of(file, sheet), _("is empty"), _("the first row holds the headings"))
        )
        return
    known = table.headings if only is None else only
    at = max(range(len(first)), key=lambda n: (_known(first[n][1], known), -n))
    row, cells = first[at]
    names = _trimmed([cell if isinstance(cell, str) else str(cell) for cell in cells])
    columns = tuple(known.get(heading(name)) for name in names)
    _check_columns(found, place_of(file, sheet, row), table, columns)
    for index, name in enumerate(names):
        if only is None and columns[index] is None and name.strip():
            _unknown(found, place_of(file, sheet, row, index), table, name.strip())
    rows = _rows(found, place_of(file, sheet), chain(first[at + 1 :], lines))
    found.tables.append(Rows(file, table, columns, names, rows, sheet=sheet))


def _rows(found: ImportSet, where: Place, lines: Iterable[Line]) -> Iterator[Line]:
    for count, (number, row) in enumerate(lines, 1):
        if count > MAX_ROWS:
            found.problems.append(Problem(where, _("more than %(n)d rows") % {"n": MAX_ROWS}))
            return
        if found.tell and count % TELL_EVERY == 0:
            found.tell(where.sheet or where.file, number)
        first = next((cell for cell in row if cell != ""), "")
        if isinstance(first, str):
            if not first.strip() and _empty(row):
                continue
            if first[:1] in EXAMPLE_STARTS and EXAMPLE.match(unicodedata.normalize("NFKC", first.strip())):
                found.examples += 1
                continue
        yield number, row


def _unknown(found: ImportSet, where: Place, table: Table, name: str) -> None:
    names = [name for column in table.columns for name in (column.key, *column.headings)]
    allowed = _("allowed: %(words)s") % {"words": ", ".join(column.title for column in table.columns)}
    what = _("unknown heading %(name)s") % {"name": name}
    found.problems.append(Problem(where, what, did_you_mean(name, names) or allowed))


def _check_columns(found: ImportSet, where: Place, table: Table, columns: tuple[Column | None, ...]) -> None:
    keys = [column.key for column in columns if column]
    for key in sorted({key for key in keys if keys.count(key) > 1}):
        found.problems.append(Problem(where, _("two columns are %(key)s") % {"key": key}))
    for column in table.columns:
        if column.required and column.key not in keys:
            names = " / ".join((column.key, *column.headings))
            found.problems.append(Problem(where, _("the column %(names)s is missing") % {"names": names}))


def _known(cells: list[Raw], known: Mapping[str, Column]) -> int:
    return sum(isinstance(cell, str) and heading(cell) in known for cell in cells)


def _trimmed(names: list[str]) -> tuple[str, ...]:
    """Without the empty cells at the end, which a sheet has where another row is longer."""
    while names and not names[-1].strip():
        names.pop()
    return tuple(names)


def _empty(row: list[Raw]) -> bool:
    return not any(cell != "" and (not isinstance(cell, str) or cell.strip()) for cell in row)
