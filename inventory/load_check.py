"""What the rows of an import set say of each other: ids, references, provinces, dates."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from datetime import date

from inventory.errors import Problem
from inventory.load_rows import Parsed
from inventory.load_set import ImportSet
from inventory.load_settings import Settings
from inventory.load_tables import AREAS, CAMPUSES, CONTRACTS, DEVICES, SCHOOLS, UPLINKS, USER_VLANS, Table
from inventory.suggest import did_you_mean
from inventory.words import _

UPLINK_ROLES = ("gateway", "core", "distribution", "firewall")
MANY = 2000
"""Nothing is suggested among more ids than this; comparing them all takes too long."""

Tables = dict[Table, list[Parsed]]


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
