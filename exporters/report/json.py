"""The report for machines: ids in English, codes as codes, and nothing rounded but the percentages."""

from __future__ import annotations

import hashlib
from datetime import datetime
from zoneinfo import ZoneInfo

import msgspec

from exporters.report.tables import Cell, Column, Report, Table

SCHEMA = "wanzhao.report/1"


def to_json(report: Report) -> bytes:
    """UTF-8, indented by one space, the same bytes for the same report.

    Columns that print a code in other words (the reason's words, its advice) are left out: the code is there.
    """
    cover = report.table("cover")
    data = {
        "schema": SCHEMA,
        "county": _clean(report.county),
        "adcode": _clean(report.adcode),
        "as_of": report.as_of,
        "as_of_local": datetime.fromtimestamp(report.as_of, ZoneInfo(report.timezone)).isoformat(),
        "timezone": report.timezone,
        "profile": {
            "id": _clean(report.profile_id),
            "version": _clean(report.profile_version),
            "sha256": report.profile_sha256,
        },
        "cover": _records(cover)[0],
        "tables": {table.id: _records(table) for table in report.tables if table is not cover},
    }
    return msgspec.json.format(msgspec.json.encode(data), indent=1) + b"\n"


def sha256(json_bytes: bytes) -> str:
    """The hash that the cover shows: ``sha256sum report.json`` gives the same."""
    return hashlib.sha256(json_bytes).hexdigest()


def _records(table: Table) -> list[dict[str, Cell]]:
    columns = [column for column in table.columns if column.kind not in _ECHOES]
    places = {column.id: place for place, column in enumerate(table.columns)}
    return [{column.id: _plain(row[places[column.id]], column) for column in columns} for row in table.rows]


_ECHOES = frozenset({"reason", "advice", "helper", "pen"})


def _plain(cell: Cell, column: Column) -> Cell:
    if column.kind == "percent" and isinstance(cell, int):
        return cell // 10 / 10
    return _clean(cell) if isinstance(cell, str) else cell


def _clean(text: str) -> str | None:
    """The text as UTF-8 can carry it; a lone surrogate from a broken file becomes "?". Empty is null."""
    return text.encode("utf-8", "replace").decode() or None
