"""The printable report: one file that needs nothing else, on screen and on A4 paper.

No script and no outside address is in it, and its own security policy forbids them. States are told by word
and shape, never by colour alone: schools print in grey.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from pathlib import Path

import jinja2
from markupsafe import Markup

from exporters.report.bars import bar
from exporters.report.campuses import IPV6_METRICS, TARGET
from exporters.report.charts import TOWNSHIPS, tally_chart, townships_of
from exporters.report.codes import state_word
from exporters.report.cover import NOTES
from exporters.report.gather import together
from exporters.report.history import history_charts
from exporters.report.shown import amount, heading, percent, shown
from exporters.report.tables import Cell, Column, Report, Table
from exporters.report.texts import texts
from inventory.words import Language, say

Printed = dict[str, str]
"""One row by column id, each cell as people read it; a state is a mark (shape and word)."""

_HERE = Path(__file__).parent
_MARK = Markup('<span class="s {state}"><svg aria-hidden="true"><use href="#{state}"/></svg>{word}</span>')
_SHAPES = {"met": "pass", "not_met": "fail", "undetermined": "unknown", "report": "na", "not_due": "na"}
SOURCES = 6
"""So many sources of a verdict are printed; CSV and JSON have them all."""
_SHAPED = frozenset({"cover", "county", "campuses", "groups", "to_mend", "to_prove", "schools", "evidence"})
"""Tables whose place in the page is made by hand; every other is printed as it is, behind them. The schools
have pages of their own (school_pages.py); the evidence, thousands of rows, is in the workbook and in CSV."""
_HIDDEN = {"spot_check": frozenset({"school", "campus", "metric_id"})}
"""Columns that are not printed: there is a name beside them."""
_NOT_ON_COVER = frozenset({"last_report", "last_sha256", "spot_seed"})
"""They are printed where they are about."""
_OWN_PAGE = frozenset({"spot_check"})
WIDE = 8
"""With more targets than this, table 2 prints its figures as a table of their own."""


def to_html(report: Report, digest: str, language: Language) -> bytes:
    """The report as HTML 5 in UTF-8; ``digest`` is the SHA-256 of the same report's JSON."""
    prints = {table.id: _printed(table, report, language) for table in report.tables}
    _add_amounts(report.table("to_mend"), prints["to_mend"])
    for name in ("to_mend", "to_prove"):
        _shorten_sources(prints[name])
    to_prove = prints["to_prove"]
    few, many = together(report.table("to_prove"), to_prove)
    county = report.table("county")
    page = _template().render(
        lang="zh-CN" if language == "zh" else "en",
        style=Markup(_style()),  # noqa: S704 - a file of this package
        t=texts(language),
        county=report.county,
        digest=digest,
        cover=_cover(report, prints["cover"][0], language),
        facts=prints["cover"][0],
        notes=[say(note, language) for note in NOTES],
        titles={table.id: say(table.title, language) for table in report.tables},
        table_notes={table.id: say(table.note, language) for table in report.tables},
        summary=_summary(county, prints["county"]),
        targets=_school_targets(report),
        wide=len(county.rows) > WIDE,
        ipv6=[name for name, _ in IPV6_METRICS.values()],
        rows=prints,
        groups=_pivot(prints["groups"]),
        townships=tally_chart(townships_of(report.table("campuses")), "townships", say(TOWNSHIPS, language)),
        townships_key=say(TOWNSHIPS, language),
        history=history_charts(report),
        prove_one=_by_place([to_prove[number] for number in few]),
        prove_together=[{**to_prove[number], "places": places} for number, places in many],
        plain=[table.id for table in report.tables if table.id not in _SHAPED],
        own_page=_OWN_PAGE,
        columns={table.id: _printed_columns(table, language) for table in report.tables},
    )
    return page.encode("utf-8", "replace")


@cache
def _template() -> jinja2.Template:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(_HERE),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template("report.html")


@cache
def _style() -> str:
    return (_HERE / "report.css").read_text(encoding="utf-8")


def _printed(table: Table, report: Report, language: Language) -> list[Printed]:
    columns = table.columns
    return [
        {column.id: _cell(cell, column, report, language) for column, cell in zip(columns, row, strict=True)}
        for row in table.rows
    ]


def _cell(cell: Cell, column: Column, report: Report, language: Language) -> str:
    if column.kind == "state" and isinstance(cell, str):
        return mark(cell, language)
    return shown(cell, column, language, report.timezone)


@cache
def mark(state: str, language: Language) -> Markup:
    """A state as shape and word."""
    return _MARK.format(state=_SHAPES.get(state, state), word=state_word(state, language))


def _add_amounts(table: Table, rows: Sequence[Printed]) -> None:
    """Add to each row the value and the required value with their unit."""
    for record, row in zip(table.records(), rows, strict=True):
        for name in ("value", "threshold"):
            number = record[name]
            row[name] = amount(number, row["unit"]) if isinstance(number, int | float) else "?"


def _shorten_sources(rows: Sequence[Printed]) -> None:
    for row in rows:
        sources = row["source"].split("; ")
        if len(sources) > SOURCES:
            row["source"] = "; ".join(sources[:SOURCES]) + f" … (+{len(sources) - SOURCES})"


def _school_targets(report: Report) -> list[tuple[int, str]]:
    """Number and column of the targets that any school has a state for; the others are the county's own."""
    campuses = report.table("campuses")
    used = {
        column.id
        for place, column in enumerate(campuses.columns)
        if any(row[place] is not None for row in campuses.rows)
    }
    columns = [TARGET + str(record["target"]) for record in report.table("county").records()]
    return [(number, column) for number, column in enumerate(columns, start=1) if column in used]


def _pivot(rows: Sequence[Printed]) -> dict[str, dict[str, str]]:
    """Target -> group -> met / not met / unknown; the groups in the order of their first use."""
    groups = dict.fromkeys(row["group"] for row in rows)
    found: dict[str, dict[str, str]] = {}
    for row in rows:
        by_group = found.setdefault(row["target"], dict.fromkeys(groups, ""))
        by_group[row["group"]] = f"{row['met']} / {row['failed']} / {row['unknown']}"
    return found


def _printed_columns(table: Table, language: Language) -> list[tuple[str, str]]:
    """Id and heading of the columns of a table that is printed as it is."""
    hidden = _HIDDEN.get(table.id, frozenset())
    return [(each.id, heading(each, language)) for each in table.columns if each.id not in hidden]


def _by_place(rows: Sequence[Printed]) -> list[list[Printed]]:
    """The rows of one campus that have the same reason, together: a silent agent is one thing to do."""
    places: dict[tuple[str, str, str], list[Printed]] = {}
    for row in rows:
        places.setdefault((row["school"], row["campus"], row["reason"]), []).append(row)
    return list(places.values())


def _cover(report: Report, row: Printed, language: Language) -> list[tuple[str, str]]:
    """Heading and value of what is known; the hashes last, they are long."""
    columns = sorted(report.table("cover").columns, key=lambda column: "sha256" in column.id)
    return [
        (heading(column, language), row[column.id])
        for column in columns
        if row[column.id] and column.id not in _NOT_ON_COVER
    ]


def _summary(county: Table, rows: Sequence[Printed]) -> list[dict[str, str]]:
    """The rows of the first page: those of table 1 with a bar."""
    return [{**row, "bar": _bar(record)} for row, record in zip(rows, county.records(), strict=True)]


def _bar(record: dict[str, Cell]) -> Markup:
    low, high, goal = record["low_percent"], record["high_percent"], record["goal_value"]
    if not isinstance(low, int) or not isinstance(high, int):
        return Markup("")
    in_percent = record["goal_unit"] == "percent" and isinstance(goal, int | float)
    return bar(low, high, float(goal or 0) if in_percent else None, f"{percent(low)} %–{percent(high)} %")
