"""Rows of a list that say the same of many places, as one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from exporters.report.tables import Cell, Table

TOGETHER_FROM = 4
"""So many places with the same cause and nothing measured are printed as one line."""


def together(
    table: Table, rows: Sequence[Mapping[str, str]]
) -> tuple[list[int], list[tuple[int, list[str]]]]:
    """The rows to print one by one, and for each cause that many share one of its rows with all places.

    ``rows`` are the table's rows in words. A target that nothing measures would else fill page after page
    with one line for each school.
    """
    causes: dict[tuple[Cell, ...], list[int]] = {}
    for number, record in enumerate(table.records()):
        measured = record.get("polls_true") is not None or record.get("units_met") is not None
        own = number if measured else None
        key = (record.get("target"), record.get("metric_id"), record.get("reason"), own)
        causes.setdefault(key, []).append(number)
    many = [
        (same[0], [_place(rows[number]) for number in same])
        for same in causes.values()
        if len(same) >= TOGETHER_FROM
    ]
    few = sorted(number for same in causes.values() if len(same) < TOGETHER_FROM for number in same)
    return few, many


def _place(row: Mapping[str, str]) -> str:
    return f"{row['school_name']} {row['campus_name']}".strip()
