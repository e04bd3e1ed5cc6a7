"""What a sheet of the register looks like: for each column its heading, format, words and notes.

Everything comes from the import tables themselves; a new table or column needs nothing here. What people
are to write is told by notes.csv, which is made from docs/register.md.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Literal

from inventory import load_cells as cells
from inventory import load_measures as measures
from inventory.load_tables import Column, Table
from inventory.words import N_, Language, say

Kind = Literal["text", "whole", "day", "flag", "words", "several"]

KINDS: Mapping[cells.Parser, Kind] = {cells.whole: "whole", cells.day: "day", cells.flag: "flag"}
"""Whatever is not here is text, so that no spreadsheet makes a number of a code."""
HINTS: Mapping[cells.Parser, str] = {
    cells.code: N_("an identifier without blanks"),
    cells.codes: N_("identifiers separated by semicolons"),
    cells.school_code: N_("10 digits: kind of school (2), province (2), serial number (6)"),
    cells.adcode: N_("6 digits of GB/T 2260, such as 330522"),
    cells.mac: N_("12 hexadecimal digits, such as 02:00:00:00:01:01"),
    cells.whole: N_("a whole number"),
    cells.mbps: N_("Mbit/s, such as 1000, 1000M, 10G, 千兆 or 万兆"),
    cells.flag: N_("yes or no"),
    cells.day: N_("year-month-day, such as 2026-09-01"),
    cells.clock_time: N_("hours and minutes, such as 07:30"),
    cells.text: N_("text"),
    measures.decimal: N_("a number"),
    measures.lux: N_("in lux, such as 300 or 320.5"),
    measures.dbm: N_("in dBm with its minus sign, from -120 to -1, such as -58"),
    measures.snr_db: N_("in dB, from -20 to 100, such as 32"),
    measures.size_m2: N_("in square metres, such as 67"),
    measures.rendering: N_("Ra, a number from 0 to 100, such as 80"),
    measures.share: N_("a share: 0.7 or 70%"),
    measures.year: N_("a year, such as 2021"),
    measures.grade: N_("1 to 5, such as 2 or 二级"),
    measures.moment: N_("date, hours and minutes, such as 2026-08-01 08:00"),
    measures.host: N_("the name of a host, such as www.example.cn"),
    measures.sha256: N_("64 hexadecimal digits, as sha256sum prints them"),
}
SEVERAL = N_("one or more of the words, separated by semicolons")
ONE = N_("one of the words")
FLAGS: Mapping[Language, tuple[str, str]] = {"zh": ("是", "否"), "en": ("yes", "no")}


@dataclass(frozen=True, slots=True)
class Field:
    """A column as a sheet shows it. ``words`` is what may be chosen: value -> word shown."""

    column: Column
    title: str
    kind: Kind
    words: Mapping[str, str]
    hint: str
    """what kind of thing a cell holds"""
    note: str
    """what to write, where the heading does not say it all"""
    example: str

    @property
    def choices(self) -> list[str]:
        """What a cell may hold, where that is a closed list."""
        return list(self.words.values()) if self.kind in ("words", "flag") else []

    def shown(self, value: object) -> object:
        """A value of the register as a person writes it."""
        if isinstance(value, bool):
            return self.words["true" if value else "false"] if self.words else value
        if isinstance(value, list | tuple):
            return ";".join(str(self.shown(item)) for item in value)
        return self.words.get(value, value) if isinstance(value, str) else value


@cache
def sheet_name(table: Table, language: Language) -> str:
    """What the sheet of a table is called."""
    return (table.files[0] if language == "zh" else table.file).removesuffix(".csv")


@cache
def sheet_fields(table: Table, language: Language) -> tuple[Field, ...]:
    """The columns of a table in their order."""
    return tuple(_field(table, column, language) for column in table.columns)


def _field(table: Table, column: Column, language: Language) -> Field:
    parse = column.parse
    several = isinstance(parse, cells.WordList) and parse.several
    yes, no = FLAGS[language]
    words: Mapping[str, str] = {}
    if isinstance(parse, cells.WordList):
        shown = parse.shown()
        words = {value: shown[value] if language == "zh" else value for value in parse.allowed}
    elif parse is cells.flag:
        words = {"true": yes, "false": no}
    hint = (SEVERAL if several else ONE) if isinstance(parse, cells.WordList) else HINTS.get(parse, "")
    note, example = _notes().get((table.toml, column.key), ("", ""))
    return Field(
        column=column,
        title=column.headings[0] if language == "zh" and column.headings else column.key,
        kind=_kind(parse),
        words=words,
        hint=say(hint, language),
        note=note if language == "zh" else "",
        example=example,
    )


def _kind(parse: cells.Parser) -> Kind:
    if isinstance(parse, cells.WordList):
        return "several" if parse.several else "words"
    return KINDS.get(parse, "text")


@cache
def _notes() -> dict[tuple[str, str], tuple[str, str]]:
    text = files("exporters.workbook").joinpath("notes.csv").read_text("utf-8")
    rows = list(csv.reader(text.splitlines()))[1:]
    return {(table, column): (note, example) for table, column, note, example in rows}
