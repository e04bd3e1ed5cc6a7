"""The cells of a file as they are, sheet by sheet: for giving them back with their faults marked."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from inventory.load_files import csv_lines, decode
from inventory.load_set import ImportSet, Line
from inventory.load_sheets import FAULTS_SHEET, SHEET_FILES, WORDS_SHEET, sheet_lines


@dataclass(frozen=True, slots=True)
class Copied:
    """One sheet of a workbook, or one CSV file under its name."""

    sheet: str
    lines: Iterator[Line]


def copied_tables(path: Path) -> Iterator[Copied]:
    """The sheets of a workbook, or the CSV files of a folder or of one path; what cannot be read has none."""
    files = sorted(path.iterdir()) if path.is_dir() else [path]
    for file in files:
        suffix = file.suffix.casefold()
        if file.name.startswith((".", "~")) or not file.is_file():
            continue
        try:
            if suffix == ".csv":
                lines = csv_lines(file.name, decode(file.read_bytes()), ImportSet())
                yield Copied(file.stem[:31], lines)
            elif suffix in SHEET_FILES:
                for name, rows in sheet_lines(file.read_bytes()):
                    if name not in (FAULTS_SHEET, WORDS_SHEET):
                        yield Copied(name, rows)
        except (OSError, ValueError):
            continue
