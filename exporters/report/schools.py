"""表三 分校一页表, as one table of lines: a page a school in print, a sheet in a workbook."""

from __future__ import annotations

from collections.abc import Iterator

from exporters.report.school_lines import Line, school_lines
from exporters.report.tables import Cell, Column, Table
from inventory.dossier import all_of
from inventory.report_basis import BARE, ReportBasis
from inventory.verdict import CountyView, local_day
from inventory.words import N_

QUOTE_CHARS = 24
COLUMNS = (
    Column("school", N_("School code")),
    Column("school_name", N_("School")),
    Column("campus", N_("Campus code")),
    Column("campus_name", N_("Campus")),
    Column("section", N_("Section"), "code"),
    Column("item", N_("Item"), "item"),
    Column("number", N_("Number"), "figure"),
    Column("unit", N_("Unit"), "unit"),
    Column("percent", N_("Share %"), "percent"),
    Column("words", N_("Words"), "code"),
    Column("text", N_("Text")),
    Column("state", N_("State"), "state"),
    Column("reason", N_("Reason code")),
    Column("reason_words", N_("Reason"), "reason"),
    Column("level", N_("Evidence level")),
    Column("at", N_("Seen at"), "time"),
)


def schools_table(view: CountyView, basis: ReportBasis = BARE) -> Table:
    """All schools, in the order of the view; what is not known has its line, and an empty value."""
    return Table(
        id="schools",
        title=N_("Table 3: school by school"),
        columns=COLUMNS,
        rows=tuple(_rows(view, basis)),
        note=N_("Signatures: confirmed by the school, checked by, date."),
    )


def _rows(view: CountyView, basis: ReportBasis) -> Iterator[tuple[Cell, ...]]:
    today = local_day(view)
    quotes = {text.id: _short(text.quote[0]) for text in view.texts if text.quote}
    for school in view.schools:
        names = {line.campus: line.name for line in school.campuses}
        items = basis.items.get(school.school.id, ())
        own = tuple(item for item in items if item.profile == view.profile.id)
        for line in school_lines(school, all_of(school), own, today, quotes):
            yield (
                school.school.id,
                school.school.name,
                line.campus or None,
                names.get(line.campus) or None,
                *_cells(line),
            )


def _short(quote: str) -> str:
    return quote if len(quote) <= QUOTE_CHARS else quote[:QUOTE_CHARS] + "…"


def _cells(line: Line) -> tuple[Cell, ...]:
    return (
        line.section,
        line.item,
        line.number,
        line.unit or None,
        line.share_bp,
        line.words or None,
        line.text or None,
        line.state or None,
        line.reason or None,
        line.reason or None,
        line.level or None,
        line.at,
    )
