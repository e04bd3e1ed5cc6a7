"""The sheet of a test on site as it comes back from an inspector: rows become site tests, evidence of E5.

Whatever the sheet is kept in (.xlsx, .xls, .ods, .csv) and whichever of its languages, its columns are found
by their headings; everything around the table is left alone. A row without an answer was not looked at.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import cast

from inventory.errors import Problem, RegisterError
from inventory.load_cells import Bad, Raw, day, flag, plain, text
from inventory.load_files import csv_lines, decode
from inventory.load_guard import Unfit
from inventory.load_measures import decimal
from inventory.load_set import ImportSet, Line, place_of
from inventory.load_sheets import SHEET_FILES, sheet_lines
from inventory.load_table import heading
from inventory.load_words import SITE_TEST_WORDS
from inventory.papers import SiteTest
from inventory.register import Register
from inventory.words import N_, _, say

COLUMNS: dict[str, str] = {
    "school": N_("School code"),
    "campus": N_("Campus code"),
    "target": N_("Target"),
    "state": N_("State"),
    "site_value": N_("Value on site"),
    "method": N_("How to look"),
    "agrees": N_("Agrees (yes, no)"),
    "site_result": N_("Result on site (met, not met)"),
    "photo": N_("Photograph no."),
    "inspector": N_("Inspector"),
    "seen_on": N_("Date of the visit"),
}
"""Columns that are read, with their headings."""
NEEDED = ("school", "target", "site_result", "inspector", "seen_on")
RESULTS = {
    **{heading(word): state for word, state in SITE_TEST_WORDS.items()},
    "达标": "pass",
    "met": "pass",
    "pass": "pass",
    "未达标": "fail",
    "不达标": "fail",
    "notmet": "fail",
    "fail": "fail",
}
OPPOSITE = {"pass": "fail", "fail": "pass"}


@dataclass(frozen=True, slots=True)
class Entered:
    """One row that somebody filled in."""

    school: str
    test: SiteTest


def read_spot_sheet(file: Path) -> list[Entered]:
    """The rows of a sheet that hold an answer. RegisterError with every fault, none is read then."""
    found = ImportSet()
    rows: list[Entered] = []
    tables = 0
    for sheet, lines in _sheets(file, found):
        columns: dict[str, int] = {}
        for number, cells in lines:
            named = _columns(cells)
            if set(NEEDED) <= named.keys():
                columns, tables = named, tables + 1
            elif columns and (entered := _row(cells, columns, (file.name, sheet, number), found)):
                rows.append(entered)
    if not tables and not found.problems:
        names = ", ".join(say(COLUMNS[name], "zh") for name in NEEDED)
        what = _("holds no sheet of a test on site")
        found.problems.append(Problem(file.name, what, _("its headings are: %(names)s") % {"names": names}))
    if found.problems:
        raise RegisterError(
            _("%(n)d faults in the sheet") % {"n": len(found.problems)},
            where=str(file),
            do=_("mend them and read it again; nothing was changed"),
            problems=tuple(found.problems),
        )
    return rows


def with_tests(register: Register, entered: list[Entered]) -> Register:
    """The register with these site tests; one of the same metric, campus, day and inspector is replaced.
    RegisterError where a school is not in it."""
    by_school: dict[str, dict[tuple[str, ...], SiteTest]] = {}
    for each in entered:
        by_school.setdefault(each.school, {})[_key(each.test)] = each.test
    known = {school.id for school in register.schools}
    if strangers := by_school.keys() - known:
        raise RegisterError(
            _("schools that are not in the register: %(names)s") % {"names": ", ".join(sorted(strangers))},
            do=_("see wanzhao inventory export for the schools"),
        )
    schools = []
    for school in register.schools:
        fresh = by_school.get(school.id, {})
        kept = tuple(test for test in school.site_tests if _key(test) not in fresh)
        schools.append(replace(school, site_tests=(*kept, *fresh.values())) if fresh else school)
    return replace(register, schools=tuple(schools))


def _key(test: SiteTest) -> tuple[str, ...]:
    return (test.campus, test.metric, test.tested_on.isoformat(), test.inspector)


def _sheets(file: Path, found: ImportSet) -> Iterator[tuple[str, Iterator[Line]]]:
    try:
        content = file.read_bytes()
        if file.suffix.casefold() in SHEET_FILES:
            yield from sheet_lines(content)
        else:
            yield "", csv_lines(file.name, decode(content), found)
    except OSError as error:
        found.problems.append(Problem(str(file), str(error)))
    except Unfit as error:
        found.problems.append(Problem(file.name, str(error), error.do))


def _columns(cells: list[Raw]) -> dict[str, int]:
    """Which of our columns stand where, if these are headings."""
    return {_NAMES[name]: at for at, cell in enumerate(cells) if (name := heading(plain(cell))) in _NAMES}


_NAMES = {
    heading(name): column
    for column, message in COLUMNS.items()
    for name in (column, say(message, "zh"), say(message, "en"))
}

Where = tuple[str, str, int]
"""File, sheet, row."""


def _row(cells: list[Raw], columns: dict[str, int], where: Where, found: ImportSet) -> Entered | None:
    """A row that was filled in; None where it was not looked at, or has a fault."""

    def cell(name: str) -> Raw:
        at = columns.get(name)
        return cells[at] if at is not None and at < len(cells) else ""

    def fault(name: str, error: Bad) -> None:
        at = columns.get(name)
        title = say(COLUMNS[name], "zh")
        found.problems.append(
            Problem(place_of(*where, at, title), f"{plain(cell(name))!r} {error.what}", error.do)
        )

    if not plain(cell("site_result")) and not plain(cell("agrees")):
        return None
    try:
        name = "site_result"
        state = _result(cell("site_result"), cell("agrees"), plain(cell("state")))
        name = "seen_on"
        seen_on: date = day(cell(name))
        name = "site_value"
        value = cast(float, decimal(cell(name))) if plain(cell(name)) else None
        name = "inspector"
        inspector = text(cell(name))
        if not inspector:
            raise Bad(_("is empty"), _("write who was there"))
    except Bad as error:
        fault(name, error)
        return None
    test = SiteTest(
        metric=plain(cell("target")),
        state=state,
        tested_on=seen_on,
        inspector=inspector,
        campus=plain(cell("campus")),
        value=value,
        method=" ".join(filter(None, (text(cell("method")), text(cell("photo"))))),
    )
    return Entered(plain(cell("school")).removesuffix(".0"), test)


def _result(written: Raw, agrees: Raw, state: str) -> str:
    """Met or not met: as written, else what the system says or its opposite."""
    if plain(written):
        result = RESULTS.get(heading(plain(written)))
        if result is None:
            raise Bad(_("is neither met nor not met"), _("达标 or 未达标 (also met, not met)"))
        return result
    said = RESULTS.get(heading(state))
    if said is None:
        raise Bad(_("is empty, and the system does not know the state"), _("write what was found on site"))
    return said if flag(agrees) else OPPOSITE[said]
