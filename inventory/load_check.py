"""What the rows and settings of an import set say of each other: ids, references, provinces, dates."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from datetime import date, time, timedelta
from zoneinfo import ZoneInfo

from inventory import load_cells as cells
from inventory.errors import Problem
from inventory.load_files import ImportSet
from inventory.load_rows import Parsed, Values, fault
from inventory.load_tables import AREAS, CAMPUSES, CONTRACTS, DEVICES, SCHOOLS, UPLINKS, USER_VLANS, Table
from inventory.suggest import did_you_mean
from inventory.words import _

MIN_INTERVAL_S, MAX_INTERVAL_S = 1, 86_400
UPLINK_ROLES = ("gateway", "core", "distribution", "firewall")
MANY = 2000
"""Nothing is suggested among more ids than this; comparing them all takes too long."""

Tables = dict[Table, list[Parsed]]


@dataclass(frozen=True, slots=True)
class Settings:
    """The tables [county] and [calendar]."""

    county: Values
    calendar: Values


def read_settings(found: ImportSet) -> Settings:
    """Settings understood; faults are added to those of the set."""
    county = _table(
        found, "county", {"name": cells.text, "adcode": cells.adcode, "poll_interval_s": cells.whole}
    )
    calendar = _table(
        found,
        "calendar",
        {
            "timezone": _timezone,
            "holidays": _days,
            "workdays": _days,
            "opens": cells.clock_time,
            "closes": cells.clock_time,
        },
    )
    _check_county(found, county)
    _check_calendar(found, calendar)
    return Settings(county, calendar)


def check(found: ImportSet, tables: Tables, settings: Settings) -> None:
    """Adds every fault in what the rows say of each other."""
    problems = found.problems
    schools = _unique(tables[SCHOOLS], "id", problems)
    campuses = _unique(tables[CAMPUSES], "id", problems)
    devices = _unique(tables[DEVICES], "id", problems)
    aps = {name for name, row in devices.items() if row.text("role") == "ap"}
    _check_province(schools.values(), str(settings.county.get("adcode", "")), problems)
    _refer(tables[CAMPUSES], "school", schools, _("school"), problems)
    for table in (DEVICES, UPLINKS, CONTRACTS, AREAS, USER_VLANS):
        _refer(tables[table], "campus", campuses, _("campus"), problems)
    _refer(tables[DEVICES], "controller", devices, _("device"), problems)
    _refer(tables[AREAS], "aps", aps, _("access point"), problems)
    school_of = {name: row.text("school") for name, row in campuses.items()}
    for table in (UPLINKS, USER_VLANS):
        _refer(tables[table], "device", devices, _("device"), problems)
        _check_same_school(tables[table], devices, school_of, problems)
    _check_uplink_roles(tables[UPLINKS], devices, problems)
    _unique(tables[DEVICES], "mac", problems, form=_bare)
    _unique(tables[DEVICES], "serial", problems, form=str.casefold)
    _check_areas(tables[AREAS], devices, problems)
    _check_contracts(tables[CONTRACTS], problems)


def _table(found: ImportSet, name: str, parsers: dict[str, cells.Parser]) -> Values:
    file, given = found.settings.get(name, ("", {}))
    values: Values = {}
    for key, raw in given.items():
        where = f"{file} [{name}] {key}"
        if key not in parsers:
            what = _("unknown key %(key)s") % {"key": key}
            found.problems.append(Problem(where, what, did_you_mean(key, list(parsers))))
            continue
        try:
            values[key] = parsers[key](raw)
        except cells.Bad as bad:
            found.problems.append(fault(where, raw, bad))
    return values


def _check_county(found: ImportSet, county: Values) -> None:
    file = found.settings.get("county", ("county.toml", {}))[0]
    nothing_read = bool(found.problems) and not (found.settings or found.tables)
    if not nothing_read and not county.get("name"):
        where = f"{file} [county]"
        found.problems.append(
            Problem(where, _("the county has no name"), _('write name = "…" under [county]'))
        )
    interval = county.get("poll_interval_s")
    if isinstance(interval, int) and not MIN_INTERVAL_S <= interval <= MAX_INTERVAL_S:
        limits = {"low": MIN_INTERVAL_S, "high": MAX_INTERVAL_S}
        what = _("has to be from %(low)d to %(high)d seconds") % limits
        found.problems.append(Problem(f"{file} [county] poll_interval_s", what))
    elif isinstance(interval, int) and 86_400 % interval:
        what = _("must divide a day (86400 s) without rest")
        found.problems.append(Problem(f"{file} [county] poll_interval_s", what))


def _check_calendar(found: ImportSet, calendar: Values) -> None:
    where = found.settings.get("calendar", ("", {}))[0] + " [calendar]"
    opens, closes = calendar.get("opens", time(7, 30)), calendar.get("closes", time(17, 30))
    if isinstance(opens, time) and isinstance(closes, time) and opens >= closes:
        found.problems.append(Problem(where, _("school closes before it opens")))
    holidays, workdays = calendar.get("holidays"), calendar.get("workdays")
    if isinstance(holidays, frozenset) and isinstance(workdays, frozenset):
        for day in sorted(holidays & workdays):
            what = _("%(day)s is both a holiday and a workday") % {"day": day}
            found.problems.append(Problem(where, what))


def _unique(
    rows: Iterable[Parsed], key: str, problems: list[Problem], form: Callable[[str], str] = str
) -> dict[str, Parsed]:
    """The rows by id; a second use of an id is a fault."""
    first: dict[str, Parsed] = {}
    for row in rows:
        name = form(row.text(key))
        if name and name in first:
            what = _("%(id)s stands here a second time") % {"id": row.text(key)}
            where = _("first: %(where)s") % {"where": first[name].where(key)}
            problems.append(Problem(row.where(key), what, where))
        elif name:
            first[name] = row
    return first


def _refer(
    rows: Iterable[Parsed], key: str, known: Collection[str], what: str, problems: list[Problem]
) -> None:
    """A fault for each name of something that is not there."""
    for row in rows:
        value = row.values.get(key, ())
        for name in value if isinstance(value, tuple) else (str(value),):
            if name not in known:
                do = did_you_mean(name, sorted(known)) if len(known) <= MANY else ""
                text = _("there is no %(what)s %(id)s") % {"what": what, "id": name}
                problems.append(Problem(row.where(key), text, do))


def _check_province(schools: Iterable[Parsed], adcode: str, problems: list[Problem]) -> None:
    for row in schools if adcode else ():
        if row.text("id")[2:4] != adcode[:2]:
            what = _("%(id)s is a school of another province than the county %(adcode)s")
            problems.append(Problem(row.where("id"), what % {"id": row.text("id"), "adcode": adcode}))


def _check_same_school(
    rows: Iterable[Parsed], devices: dict[str, Parsed], school_of: dict[str, str], problems: list[Problem]
) -> None:
    """A device of another school is not looked at when this one is judged."""
    for row in rows:
        device = devices.get(row.text("device"))
        other = school_of.get(device.text("campus") if device else "")
        own = school_of.get(row.text("campus"))
        if own and other and own != other:
            what = _("device %(device)s belongs to school %(school)s")
            problems.append(
                Problem(row.where("device"), what % {"device": row.text("device"), "school": other})
            )


def _check_uplink_roles(rows: Iterable[Parsed], devices: dict[str, Parsed], problems: list[Problem]) -> None:
    """Agents report every port of these roles; of an access switch only the fast ones, so that an uplink
    that falls to a slower speed would vanish instead of failing."""
    for row in rows:
        device = devices.get(row.text("device"))
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


def _check_areas(rows: Iterable[Parsed], devices: dict[str, Parsed], problems: list[Problem]) -> None:
    first: dict[tuple[str, str], Parsed] = {}
    for row in rows:
        name = (row.text("campus"), row.text("id"))
        if first.setdefault(name, row) is not row:
            what = _("%(id)s stands here a second time") % {"id": name[1]}
            where = _("first: %(where)s") % {"where": first[name].where("id")}
            problems.append(Problem(row.where("id"), what, where))
        if row.values.get("no_ap") and row.values.get("aps"):
            problems.append(Problem(row.where("no_ap"), _("declares no access point but names some")))
        aps = row.values.get("aps", ())
        for ap in aps if isinstance(aps, tuple) else ():
            other = devices[ap].text("campus") if ap in devices else name[0]
            if other != name[0]:
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


def _period(row: Parsed) -> tuple[date, date]:
    start, end = row.values.get("start"), row.values.get("end")
    return (
        start if isinstance(start, date) else date.min,
        end if isinstance(end, date) else date.max,
    )


def _bare(mac: str) -> str:
    return "".join(digit for digit in mac.casefold() if digit.isalnum())


def _timezone(raw: cells.Raw) -> str:
    try:
        return ZoneInfo(cells.plain(raw)).key
    except (ValueError, OSError, KeyError) as error:
        raise cells.Bad(_("is not a time zone"), _("a name such as Asia/Shanghai")) from error


def _days(raw: cells.Raw) -> frozenset[date]:
    """Dates, and spans of dates written "2026-10-01..2026-10-07"."""
    if not isinstance(raw, list):
        raise cells.Bad(_("is not a list of dates"), '["2026-10-01..2026-10-07", "2027-01-01"]')
    days: set[date] = set()
    for item in raw:
        first, _dots, last = cells.plain(item).partition("..")
        start, end = cells.day(first), cells.day(last or first)
        if not 0 <= (end - start).days <= 366:
            raise cells.Bad(_("is not a span of days"), _("first day..last day, one year at most"))
        days.update(start + timedelta(days=n) for n in range((end - start).days + 1))
    return frozenset(days)
