"""表三 in print: a page for each school, or one school's page alone, from the lines of the report's table."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from itertools import groupby
from pathlib import Path

import jinja2
from markupsafe import Markup

from exporters.report.codes import state_word
from exporters.report.html import mark
from exporters.report.shown import shown
from exporters.report.tables import Cell, Column, Report
from exporters.report.texts import texts
from inventory.words import Language, say

_HERE = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class Printed:
    """A line as it is read: the item, its value, its state with reason and level, and when it was seen."""

    item: str
    campus: str
    value: str
    state: str
    """as the page shows it: shape and word"""
    code: str
    word: str
    why: str
    level: str
    at: str


@dataclass(slots=True)
class SchoolPage:
    """One school: its sections in order, each with its lines."""

    id: str
    name: str
    township: str = ""
    sections: list[tuple[str, str, list[Printed]]] = field(default_factory=list)
    """section code, its words, its lines"""
    campuses: int = 0


def school_pages(report: Report, language: Language, school: str = "") -> list[SchoolPage]:
    """The pages of all schools, or of one, in the order of the report."""
    table = report.table("schools")
    places = {column.id: place for place, column in enumerate(table.columns)}
    rows = (row for row in table.rows if school in ("", row[places["school"]]))
    pages = []
    for school_id, of_school in groupby(rows, key=lambda row: row[places["school"]]):
        lines = list(of_school)
        page = SchoolPage(str(school_id), str(lines[0][places["school_name"]]))
        told = (line[places["text"]] for line in lines if line[places["item"]] == "township")
        page.township = str(next(told, None) or "")
        page.campuses = len({line[places["campus"]] for line in lines} - {None})
        for section, own in groupby(lines, key=lambda row: row[places["section"]]):
            printed = list(_lines(own, table.columns, report.timezone, language))
            page.sections.append(
                (str(section), shown(section, table.columns[places["section"]], language, ""), printed)
            )
        page.sections = _merged(page.sections)
        pages.append(page)
    return pages


def to_school_pages(report: Report, digest: str, language: Language, school: str = "") -> bytes:
    """The pages as HTML 5 in UTF-8, a sheet of A4 each where they fit."""
    cover = report.table("cover").records()[0]
    page = _template().render(
        lang="zh-CN" if language == "zh" else "en",
        style=Markup(_style()),  # noqa: S704 - a file of this package
        t=texts(language),
        title=say(report.table("schools").title, language),
        county=report.county,
        plan=cover["plan"] or report.profile_id,
        profile=f"{report.profile_id} {report.profile_version}",
        as_of=shown(report.as_of, Column("as_of", "", "time"), language, report.timezone),
        digest=digest,
        pages=school_pages(report, language, school),
    )
    return page.encode("utf-8", "replace")


def _merged(sections: list[tuple[str, str, list[Printed]]]) -> list[tuple[str, str, list[Printed]]]:
    """The sections of several campuses together, in the order of their first lines."""
    found: dict[str, tuple[str, str, list[Printed]]] = {}
    for code, words, lines in sections:
        found.setdefault(code, (code, words, []))[2].extend(lines)
    return list(found.values())


def _lines(
    rows: Iterator[tuple[Cell, ...]], columns: tuple[Column, ...], timezone: str, language: Language
) -> Iterator[Printed]:
    for row in rows:
        cell = {
            column.id: shown(value, column, language, timezone)
            for column, value in zip(columns, row, strict=True)
        }
        number = f"{cell['number']} {cell['unit']}".strip() if cell["number"] else ""
        share = f"{cell['percent']} %" if cell["percent"] else ""
        state = row[[column.id for column in columns].index("state")]
        yield Printed(
            item=cell["item"],
            campus=cell["campus_name"] or cell["campus"],
            value=" · ".join(filter(None, (number, share, cell["words"], cell["text"]))),
            state=mark(str(state), language) if state else Markup(""),
            code=str(state or ""),
            word=state_word(str(state), language) if state else "",
            why=cell["reason_words"],
            level=cell["level"],
            at=cell["at"],
        )


@cache
def _template() -> jinja2.Template:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(_HERE),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template("schools.html")


@cache
def _style() -> str:
    return (_HERE / "report.css").read_text(encoding="utf-8")
