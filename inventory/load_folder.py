"""A register as the files of a folder, county.toml and a CSV a table; read in again it is the same."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping, Sequence

from inventory.load import register_tables
from inventory.load_base import without_empty
from inventory.load_cells import FORMULA
from inventory.load_settings import written_settings
from inventory.load_tables import TABLES
from inventory.register import Register


def folder_files(register: Register) -> dict[str, str]:
    """Every file's name and text."""
    tables = register_tables(register)
    return {
        "county.toml": settings_toml(written_settings(register)),
        **{
            table.file: _csv(
                [column.key for column in table.columns], tables[table.file.removesuffix(".csv")]
            )
            for table in TABLES
        },
    }


def settings_toml(settings: Mapping[str, Mapping[str, object]]) -> str:
    """The settings as TOML: text, whole numbers and lists of text."""
    lines: list[str] = []
    for table, values in settings.items():
        lines.append(f"[{table}]")
        for key, value in without_empty(values.items()).items():
            # What JSON writes of text, numbers and lists of text is TOML, too.
            lines.append(f"{key} = {json.dumps(value, ensure_ascii=False)}")
        lines.append("")
    return "\n".join(lines)


def _csv(keys: Sequence[str], rows: Sequence[Mapping[str, object]]) -> str:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(keys)
    writer.writerows([_cell(row.get(key)) for key in keys] for row in rows)
    return out.getvalue()


def _cell(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int | float):
        return str(value)
    found = ";".join(map(str, value)) if isinstance(value, list) else "" if value is None else str(value)
    # A spreadsheet would take it for a formula; what reads the cell takes the mark away.
    return f"'{found}" if FORMULA.match(found) else found
