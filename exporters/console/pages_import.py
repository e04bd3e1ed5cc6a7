"""The page of an import: faults cell by cell, and changes in the words that people write into the tables."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from exporters.console.pages_network import Context, network_words
from exporters.workbook.layout import sheet_fields
from exporters.workbook.write import export, template
from inventory.diff import TableDiff
from inventory.load_set import Place, letter
from inventory.load_settings import SETTING_SHEET, setting_name
from inventory.load_tables import TABLES
from inventory.words import Language

FEW = 50
"""As many rows of a table are shown."""


def import_page(data: Context, language: Language) -> Context:
    """The words; each fault as (sheet or file, row, column, what, what to do); each table that changes with
    its name and the first rows of it."""
    tables: list[TableDiff] = data["tables"] or []
    return {
        **network_words(data, language),
        "faults": [(*_place(one.where), one.what, one.do) for one in data["problems"]],
        "changes": [
            (table_name(table.table, language), table, list(_rows(table, language)))
            for table in tables
            if table.same or not table.empty
        ],
        "few": FEW,
    }


def _register(data: Mapping[str, Any], language: Language) -> bytes:
    return export(data["register"], language)


WORKBOOKS: dict[str, Callable[[Mapping[str, Any], Language], bytes]] = {
    "template.xlsx": lambda _data, language: template(language),
    "register.xlsx": _register,
}
"""Workbooks that people take from the page, fill in and send back."""


def table_name(table: str, language: Language) -> str:
    """What a table is called."""
    names = {one.name: one.files[0].removesuffix(".csv") for one in TABLES} | {"county": SETTING_SHEET}
    return names[table] if language == "zh" else table


def _place(where: str) -> tuple[str, str, str]:
    if not isinstance(where, Place):
        return where, "", ""
    column = letter(where.column - 1) if where.column else ""
    return where.sheet or where.file, str(where.row) if where.row else "", column


def _rows(table: TableDiff, language: Language) -> Iterator[tuple[str, str, list[tuple[str, str, str]]]]:
    """(added, changed or removed; which row; its cells as title, was, becomes)."""
    rows: list[tuple[str, str, list[tuple[str, str, str]]]] = []
    rows += [("added", _key(key), []) for key in table.added[:FEW]]
    rows += [
        ("changed", _key(change.key), [_cell(table.table, cell, language) for cell in change.cells])
        for change in table.changed[:FEW]
    ]
    rows += [("removed", _key(key), []) for key in table.removed[:FEW]]
    yield from rows[:FEW]


def _key(key: tuple[str, ...]) -> str:
    return " ".join(filter(None, key))


def _cell(table: str, cell: tuple[str, object, object], language: Language) -> tuple[str, str, str]:
    key, before, after = cell
    known: dict[str, Any] = {
        field.column.key: field
        for one in TABLES
        if one.name == table
        for field in sheet_fields(one, language)
    }
    if key in known:
        return known[key].title, _shown(known[key].shown(before)), _shown(known[key].shown(after))
    return setting_name(key), _shown(before), _shown(after)


def _shown(value: object) -> str:
    if value is None or value in ("", []):
        return "-"
    return ";".join(map(str, value)) if isinstance(value, list) else str(value)
