"""What the rows of the network say of each other: references, provinces, owners, dates."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, time

from inventory.errors import Problem
from inventory.load_check_papers import check_papers
from inventory.load_measures import seconds_of
from inventory.load_refer import Known, Tables, again, know, missing, names_in, refer, unique
from inventory.load_rows import Parsed
from inventory.load_set import ImportSet
from inventory.load_settings import Settings
from inventory.load_tables import (
    AREAS,
    BUILDINGS,
    CAMPUSES,
    CONTRACTS,
    DEVICES,
    MAINTENANCE,
    PORTS,
    TABLES,
    UPLINKS,
    USER_VLANS,
    Table,
)
from inventory.register import Calendar
from inventory.words import _

_MAC_MARKS = str.maketrans("", "", "-:. ")
UPLINK_ROLES = ("gateway", "core", "distribution", "firewall")


def check(found: ImportSet, tables: Tables, settings: Settings) -> None:
    """Adds every fault in what the rows say of each other."""
    problems = found.problems
    known = know(tables, problems)
    aps = {name for name, row in known.devices.items() if row.text("role") == "ap"}
    _check_province(known.schools.values(), str(settings.county.get("adcode", "")), problems)
    refer(tables[CAMPUSES], "school", known.schools, _("school"), problems)
    for table in TABLES:
        if table.owner == "campus":
            refer(tables[table], "campus", known.campuses, _("campus"), problems)
    refer(tables[DEVICES], "controller", known.devices, _("device"), problems)
    refer(tables[AREAS], "aps", aps, _("access point"), problems)
    for table in (UPLINKS, USER_VLANS, PORTS, MAINTENANCE):
        refer(tables[table], "device", known.devices, _("device"), problems)
    for table in (UPLINKS, USER_VLANS):
        _check_same_school(tables[table], known, problems)
    _check_uplink_roles(tables[UPLINKS], known, problems)
    unique(tables[DEVICES], "mac", problems, form=_bare)
    unique(tables[DEVICES], "serial", problems, form=str.casefold)
    _check_power(tables[DEVICES], known, problems)
    _check_buildings(tables, known, problems)
    _check_areas(tables[AREAS], known, problems)
    _check_contracts(tables[CONTRACTS], problems)
    for table in (PORTS, MAINTENANCE):
        _check_same_campus(tables[table], known, problems)
    for row in tables[PORTS]:
        for room in names_in(row, "room"):
            if room not in (here := known.rooms.get(row.text("campus"), ())):
                problems.append(missing(row, "room", room, here, _("room")))
    _check_maintenance(tables[MAINTENANCE], settings, problems)
    _check_hours(tables[CAMPUSES], known, settings, problems)
    for table in TABLES:
        if table.distinct and not table.county_wide:
            _check_distinct(table, tables[table], problems)
    check_papers(tables, known, problems)


def _check_province(schools: Iterable[Parsed], adcode: str, problems: list[Problem]) -> None:
    """A school's own county code counts; the county's where it has none."""
    for row in schools:
        own = row.text("adcode")
        code = own or adcode
        if code and row.text("id")[2:4] != code[:2]:
            what = _("%(id)s is a school of another province than the county %(adcode)s")
            where = row.where("adcode" if own else "id")
            problems.append(Problem(where, what % {"id": row.text("id"), "adcode": code}))


def _check_same_school(rows: Iterable[Parsed], known: Known, problems: list[Problem]) -> None:
    """A device of another school is not looked at when this one is judged."""
    for row in rows:
        other = known.school_of.get(known.campus_of(row.text("device")))
        own = known.school_of.get(row.text("campus"))
        if own and other and own != other:
            what = _("device %(device)s belongs to school %(school)s")
            problems.append(
                Problem(row.where("device"), what % {"device": row.text("device"), "school": other})
            )


def _check_same_campus(
    rows: Iterable[Parsed], known: Known, problems: list[Problem], key: str = "device"
) -> None:
    for row in rows:
        other = known.campus_of(row.text(key))
        if other and other != row.text("campus"):
            what = _("device %(device)s belongs to campus %(campus)s")
            problems.append(Problem(row.where(key), what % {"device": row.text(key), "campus": other}))


def _check_uplink_roles(rows: Iterable[Parsed], known: Known, problems: list[Problem]) -> None:
    """Agents report every port of these roles; of an access switch only the fast ones, so that an uplink
    that falls to a slower speed would vanish instead of failing."""
    for row in rows:
        device = known.devices.get(row.text("device"))
        if device and device.text("role") not in UPLINK_ROLES:
            what = _("an uplink stands on %(device)s, whose role is %(role)s")
            do = _("give the device that carries the uplink one of the roles %(roles)s")
            problems.append(
                Problem(
                    row.where("device"),
                    what % {"device": row.text("device"), "role": device.text("role")},
                    do % {"roles": ", ".join(UPLINK_ROLES)},
                )
            )


def _check_power(rows: Iterable[Parsed], known: Known, problems: list[Problem]) -> None:
    powered = [row for row in rows if "ups" in row.values]
    if not powered:
        return
    supplies = {name for name, row in known.devices.items() if row.text("role") == "ups"}
    refer(powered, "ups", supplies, _("UPS"), problems)
    _check_same_campus((row for row in powered if row.text("ups") in supplies), known, problems, "ups")


def _check_buildings(tables: Tables, known: Known, problems: list[Problem]) -> None:
    """Rooms may name a building as they like, until the buildings of their campus are listed."""
    _check_names(tables[BUILDINGS], problems)
    for table in (DEVICES, PORTS, AREAS):
        for row in tables[table]:
            if "building" in row.values and row.text("campus") in known.campuses:
                name = row.text("building")
                here = known.buildings.get(row.text("campus"), ())
                if name not in here and (here or table is not AREAS):
                    problems.append(missing(row, "building", name, here, _("building")))


def _check_names(buildings: Iterable[Parsed], problems: list[Problem]) -> None:
    """A building may be called by its id or its name, so that no two share one."""
    first: dict[tuple[str, str], Parsed] = {}
    for row in buildings:
        for key in ("id", "name"):
            name = row.text(key)
            other = first.setdefault((row.text("campus"), name), row) if name else row
            # Two of one id are told by _check_distinct.
            if other is not row and {row.text("id"), other.text("id")} != {name}:
                problems.append(again(row, key, name, other))


def _check_areas(rows: Iterable[Parsed], known: Known, problems: list[Problem]) -> None:
    campuses = {name: row.text("campus") for name, row in known.devices.items() if row.text("role") == "ap"}
    for row in rows:
        if row.values.get("no_ap") and row.values.get("aps"):
            problems.append(Problem(row.where("no_ap"), _("declares no access point but names some")))
        aps = row.values.get("aps", ())
        for ap in aps if isinstance(aps, tuple) else ():
            other = campuses.get(ap)
            if other and other != row.text("campus"):
                what = _("access point %(ap)s belongs to campus %(campus)s") % {"ap": ap, "campus": other}
                problems.append(Problem(row.where("aps"), what))


def _check_contracts(rows: Iterable[Parsed], problems: list[Problem]) -> None:
    """Dates in order, and no contract twice at one time: bandwidths are added up."""
    seen: dict[tuple[str, ...], list[Parsed]] = {}
    for row in rows:
        start, end = _period(row)
        if end < start:
            problems.append(Problem(row.where("end"), _("ends before it starts")))
        circuit = row.text("circuit") or repr(sorted(row.values.items(), key=str))
        others = seen.setdefault((row.text("campus"), row.text("network"), circuit), [])
        twice = [other for other in others if _period(other)[0] <= end and start <= _period(other)[1]]
        if twice:
            where = _("first: %(where)s") % {"where": twice[0].where()}
            problems.append(Problem(row.where(), _("the same contract stands here a second time"), where))
        others.append(row)


def _check_maintenance(rows: Iterable[Parsed], settings: Settings, problems: list[Problem]) -> None:
    zone = str(settings.calendar.get("timezone", Calendar().timezone))
    for row in rows:
        start, end = row.values.get("start"), row.values.get("end")
        if not isinstance(start, datetime) or not isinstance(end, datetime):
            continue
        if seconds_of(end, zone) <= seconds_of(start, zone):
            problems.append(Problem(row.where("end"), _("ends before it starts")))


def _check_hours(rows: Iterable[Parsed], known: Known, settings: Settings, problems: list[Problem]) -> None:
    """The hours of a campus; where it names only one end, the other is that of its school."""
    calendar = Calendar(**settings.calendar)  # type: ignore[arg-type]
    for row in rows:
        if "opens" not in row.values and "closes" not in row.values:
            continue
        school = known.schools.get(row.text("school"))
        prefix = "boarding_" if school and school.values.get("boarding") else ""
        opens, closes = (row.values.get(key, getattr(calendar, prefix + key)) for key in ("opens", "closes"))
        if isinstance(opens, time) and isinstance(closes, time) and opens >= closes:
            where = row.where("closes" if "closes" in row.values else "opens")
            problems.append(Problem(where, _("school closes before it opens")))


def _check_distinct(table: Table, rows: Iterable[Parsed], problems: list[Problem]) -> None:
    """Two rows of one thing: which of them holds nobody knows."""
    first: dict[tuple[object, ...], Parsed] = {}
    needed = [column.key for column in table.columns if column.required and column.key in table.key]
    shown = "id" if "id" in table.key else needed[-1] if len(needed) < 2 else needed[1]
    for row in rows:
        key = tuple(map(row.values.get, table.key))
        if first.setdefault(key, row) is not row and all(map(row.text, needed)):
            name = " ".join(filter(None, map(row.text, table.key[1:] if table.owner else table.key)))
            problems.append(again(row, shown, name, first[key]))


def _period(row: Parsed) -> tuple[date, date]:
    start, end = row.values.get("start"), row.values.get("end")
    return (
        start if isinstance(start, date) else date.min,
        end if isinstance(end, date) else date.max,
    )


def _bare(mac: str) -> str:
    return mac.casefold().translate(_MAC_MARKS)
