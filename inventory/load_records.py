"""Rows of the import tables into records, and records back into rows.

``PARTS`` says which table fills which field of which record; both ways go by it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from functools import cache

from inventory import papers
from inventory.load_measures import seconds_of, written_moment
from inventory.load_refer import Tables
from inventory.load_rows import Parsed, Values
from inventory.load_settings import Settings
from inventory.load_tables import (
    AREAS,
    BUILDINGS,
    CAMPUSES,
    CONTRACTS,
    DEVICES,
    DOCUMENTS,
    EXEMPTIONS,
    FACILITIES,
    LIGHT_TESTS,
    LINKS,
    MAINTENANCE,
    PLATFORMS,
    PORTS,
    SCHOOLS,
    SECURITY,
    SITE_TESTS,
    SURVEY_POINTS,
    SYSTEMS,
    TABLES,
    UPLINKS,
    USER_VLANS,
    WEBSITES,
    Table,
)
from inventory.load_words import STAGES_OF_KIND
from inventory.register import (
    MAIN_AREA_KINDS,
    Area,
    Building,
    Calendar,
    Campus,
    Contract,
    CountyLink,
    Device,
    Maintenance,
    Port,
    Register,
    School,
    Uplink,
    UserVlan,
)

Row = dict[str, object]
Make = Callable[..., object]
Rows = Mapping[tuple[Table, str], list[Parsed]]


@dataclass(frozen=True, slots=True)
class Part:
    """The field of a campus, a school or the register that holds the rows of a table."""

    table: Table
    field: str
    make: Make


def _area(**values: object) -> Area:
    """A room; where its row is silent, its kind decides whether it is a main area."""
    return Area(**{"main": values.get("kind") in MAIN_AREA_KINDS, **values})  # type: ignore[arg-type]


_DOCUMENTS = Part(DOCUMENTS, "documents", papers.Document)
_FACILITIES = Part(FACILITIES, "facilities", papers.Facility)
PARTS: Mapping[type, tuple[Part, ...]] = {
    Campus: (
        Part(BUILDINGS, "buildings", Building),
        Part(DEVICES, "devices", Device),
        Part(UPLINKS, "uplinks", Uplink),
        Part(CONTRACTS, "contracts", Contract),
        Part(AREAS, "areas", _area),
        Part(USER_VLANS, "user_vlans", UserVlan),
        Part(PORTS, "ports", Port),
        Part(MAINTENANCE, "maintenance", Maintenance),
    ),
    School: (
        _DOCUMENTS,
        _FACILITIES,
        Part(LIGHT_TESTS, "light_tests", papers.LightTest),
        Part(SURVEY_POINTS, "survey_points", papers.SurveyPoint),
        Part(SITE_TESTS, "site_tests", papers.SiteTest),
        Part(SECURITY, "security", papers.SecurityService),
        Part(SYSTEMS, "systems", papers.MlpsSystem),
        Part(WEBSITES, "websites", papers.Website),
        Part(EXEMPTIONS, "exemptions", papers.Exemption),
    ),
    Register: (
        _DOCUMENTS,
        _FACILITIES,
        Part(PLATFORMS, "platforms", papers.Platform),
        Part(LINKS, "links", CountyLink),
    ),
}
PLAIN = frozenset({str, int, float, bool, type(None)})
"""What a row holds as it is."""
MOMENTS = {"start", "end"}
"""Of announced work: seconds in the record, local time in the row."""


# Rows into records


def register_of(tables: Tables, settings: Settings) -> Register:
    """The register of rows in which no fault was found."""
    calendar = Calendar(**settings.calendar)  # type: ignore[arg-type]
    rows: dict[tuple[Table, str], list[Parsed]] = defaultdict(list)
    for table in TABLES:
        for row in tables[table] if table.owner else ():
            rows[table, row.text(table.owner)].append(row)
    for table in (PLATFORMS, LINKS):
        rows[table, ""] = tables[table]
    county = {"county" if key == "name" else key: value for key, value in settings.county.items()}
    values = {**county, **_parts(Register, "", rows, {})}
    schools = tuple(_school(row, rows, calendar) for row in tables[SCHOOLS])
    return Register(calendar=calendar, schools=schools, **values)  # type: ignore[arg-type]


def _school(row: Parsed, rows: Rows, calendar: Calendar) -> School:
    name = row.text("id")
    campuses = tuple(_campus(each, rows, calendar) for each in rows.get((CAMPUSES, name), ()))
    values = {"stages": STAGES_OF_KIND[row.text("kind")], **row.values, "campuses": campuses}
    return School(**values, **_parts(School, name, rows, {}))  # type: ignore[arg-type]


def _campus(row: Parsed, rows: Rows, calendar: Calendar) -> Campus:
    name = row.text("id")
    for work in rows.get((MAINTENANCE, name), ()):
        _in_seconds(work.values, calendar.timezone)
    called = {each.text("name"): each.text("id") for each in rows.get((BUILDINGS, name), ())}
    values = {key: value for key, value in row.values.items() if key != "school"}
    return Campus(**values, **_parts(Campus, name, rows, called))  # type: ignore[arg-type]


def _parts(owner: type, name: str, rows: Rows, called: Mapping[str, str]) -> dict[str, tuple[object, ...]]:
    return {
        part.field: tuple(
            part.make(**_values(row.values, part.table.owner, called))
            for row in rows.get((part.table, name), ())
        )
        for part in PARTS[owner]
    }


def _values(values: Values, owner: str, called: Mapping[str, str]) -> Values:
    """Without the owner; a building by its id, however the row calls it."""
    found = {key: value for key, value in values.items() if key != owner}
    if called and (building := found.get("building")):
        found["building"] = called.get(str(building), building)
    return found


def _in_seconds(values: Values, timezone: str) -> None:
    for key in MOMENTS:
        if isinstance(moment := values.get(key), datetime):
            values[key] = seconds_of(moment, timezone)


# Records into rows


def register_tables(register: Register) -> dict[str, list[Row]]:
    """The register as rows of the import tables; written out and read again it is the same register."""
    tables: dict[str, list[Row]] = {table.name: [] for table in TABLES}
    zone = register.calendar.timezone
    for table, row in _part_rows(register, "", zone):
        tables[table.name].append(row)
    for school in register.schools:
        for table, row in school_rows(school, zone):
            tables[table.name].append(row)
    return tables


def school_rows(school: School, timezone: str) -> Iterator[tuple[Table, Row]]:
    """The rows of a school with their tables; times of announced work as they are in ``timezone``."""
    yield SCHOOLS, _row(school, SCHOOLS, {})
    for campus in school.campuses:
        yield CAMPUSES, _row(campus, CAMPUSES, {"school": school.id})
        yield from _part_rows(campus, campus.id, timezone)
    yield from _part_rows(school, school.id, timezone)


def county_rows(register: Register) -> Iterator[tuple[Table, Row]]:
    """The rows of the county itself with their tables."""
    yield from _part_rows(register, "", register.calendar.timezone)


def _part_rows(record: object, name: str, timezone: str) -> Iterator[tuple[Table, Row]]:
    for part in PARTS[type(record)]:
        owner = {part.table.owner: name} if part.table.owner else {}
        for each in getattr(record, part.field):
            row = _row(each, part.table, owner)
            if part.table is MAINTENANCE:
                row |= {key: written_moment(getattr(each, key), timezone) for key in MOMENTS}
            yield part.table, row


def _row(record: object, table: Table, owner: Mapping[str, str]) -> Row:
    """One record as a row, its cells in the order of the columns."""
    row = {key: owner[key] if key in owner else getattr(record, key) for key in _keys(table)}
    for key, value in row.items():
        if type(value) not in PLAIN:
            row[key] = _cell(value)
    return row


@cache
def _keys(table: Table) -> tuple[str, ...]:
    return tuple(column.key for column in table.columns)


def _cell(value: object) -> object:
    if isinstance(value, tuple):
        return list(value)
    return value.isoformat() if isinstance(value, date | time) else value
