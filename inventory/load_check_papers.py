"""What the rows of the papers, and of what the county itself has, say of each other."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from inventory.errors import Problem
from inventory.load_refer import Known, Tables, missing, names_in, refer
from inventory.load_rows import Parsed
from inventory.load_tables import (
    DOCUMENTS,
    EXEMPTIONS,
    FACILITIES,
    LIGHT_TESTS,
    LINKS,
    SECURITY,
    SITE_TESTS,
    SURVEY_POINTS,
    SYSTEMS,
    TABLES,
    Table,
)
from inventory.words import _

IN_ORDER: tuple[tuple[Table, str, str], ...] = (
    (DOCUMENTS, "issued_on", "valid_until"),
    (DOCUMENTS, "issued_on", "reviewed_on"),
    (FACILITIES, "completed_on", "expires_on"),
    (SITE_TESTS, "tested_on", "valid_until"),
    (SYSTEMS, "filed_on", "assessed_on"),
    (EXEMPTIONS, "start", "end"),
)
"""Columns of which the second is never before the first."""


def check_papers(tables: Tables, known: Known, problems: list[Problem]) -> None:
    """Adds every fault in what the papers say of each other and of the network."""
    for table in TABLES:
        if table.owner == "school" or table is LINKS:
            refer(tables[table], "school", known.schools, _("school"), problems)
        if any(column.key == "document" for column in table.columns):
            _check_documents(tables[table], known, problems)
    _check_county_ids(tables[DOCUMENTS], known, problems)
    for table in (FACILITIES, SITE_TESTS):
        _check_campuses(tables[table], known, problems)
    for table in (SECURITY, LINKS):
        refer(tables[table], "device", known.devices, _("device"), problems)
        _check_devices(tables[table], known, problems)
    for table, key in ((LIGHT_TESTS, "room"), (SURVEY_POINTS, "area"), (FACILITIES, "rooms")):
        _check_rooms(tables[table], key, known, problems)
    for table, first, last in IN_ORDER:
        _check_order(tables[table], first, last, problems)
    problems += [
        Problem(row.where("absent"), _("declares that there is none but names rooms"))
        for row in tables[FACILITIES]
        if row.values.get("absent") and row.values.get("rooms")
    ]
    for row in tables[LINKS]:
        _check_link(row, problems)


def _check_documents(rows: Iterable[Parsed], known: Known, problems: list[Problem]) -> None:
    """A document is the school's own, or the county's."""
    countys = known.documents.get("", ())
    for row in rows:
        if name := row.text("document"):
            own = known.documents.get(known.owner_of(row), ())
            if name not in own and name not in countys:
                problems.append(missing(row, "document", name, {*own, *countys}, _("document")))


def _check_county_ids(rows: Iterable[Parsed], known: Known, problems: list[Problem]) -> None:
    countys = known.documents.get("", ())
    for row in rows:
        if row.text("school") and row.text("id") in countys:
            what = _("the county has a document %(id)s, too") % {"id": row.text("id")}
            problems.append(Problem(row.where("id"), what, _("give one of them another id")))


def _check_campuses(rows: Iterable[Parsed], known: Known, problems: list[Problem]) -> None:
    refer_to = [row for row in rows if "campus" in row.values]
    refer(refer_to, "campus", known.campuses, _("campus"), problems)
    for row in refer_to:
        school = known.school_of.get(row.text("campus"), "")
        if school and school != row.text("school"):
            what = _("campus %(campus)s belongs to school %(school)s")
            problems.append(
                Problem(row.where("campus"), what % {"campus": row.text("campus"), "school": school})
            )


def _check_devices(rows: Iterable[Parsed], known: Known, problems: list[Problem]) -> None:
    """A device of another school is not read when this one is judged."""
    for row in rows:
        school = known.school_of.get(known.campus_of(row.text("device")), "")
        if school and row.text("school") in known.schools and school != row.text("school"):
            what = _("device %(device)s belongs to school %(school)s")
            problems.append(
                Problem(row.where("device"), what % {"device": row.text("device"), "school": school})
            )


def _check_rooms(rows: Iterable[Parsed], key: str, known: Known, problems: list[Problem]) -> None:
    """A room of the row's campus, or of its school, where only one campus may have a room of this id."""
    for row in rows:
        school, campus = row.text("school"), row.text("campus")
        if school and school not in known.schools:
            continue
        here = known.rooms.get(campus, ()) if campus else known.rooms_of.get(school, {})
        for room in names_in(row, key):
            if room not in here:
                problems.append(missing(row, key, room, here, _("room")))
            elif not campus and len(at := known.rooms_of[school][room]) > 1:
                what = _("%(n)d campuses have a room %(room)s: %(campuses)s")
                values = {"n": len(at), "room": room, "campuses": ", ".join(sorted(at))}
                problems.append(Problem(row.where(key), what % values, _("give one of them another id")))


def _check_order(rows: Iterable[Parsed], first: str, last: str, problems: list[Problem]) -> None:
    for row in rows:
        before, after = row.values.get(first), row.values.get(last)
        if isinstance(before, date) and isinstance(after, date) and after < before:
            what = _("is before %(first)s (%(day)s)") % {"first": first, "day": before}
            problems.append(Problem(row.where(last), what))


def _check_link(row: Parsed, problems: list[Problem]) -> None:
    """A link that an agent reads names the school of the agent, the device and its port: all or none."""
    keys = ("school", "device", "port")
    empty = [key for key in keys if key not in row.values]
    if 0 < len(empty) < len(keys):
        what = _("is empty, though the link is read by an agent")
        do = _("school, device and port together, or none of them and a document")
        problems.append(Problem(row.where(empty[0]), what, do))
