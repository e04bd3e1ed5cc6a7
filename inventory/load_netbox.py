"""Sites, devices and interfaces from NetBox's CSV, put into a register that there is already.

A cell that NetBox leaves empty changes nothing, nothing is removed, and no school is made: NetBox does not
know what kind of school one is. What has no place in the register is left alone, and counted.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from inventory.errors import Problem
from inventory.load_base import Row, as_parsed, with_settings
from inventory.load_cells import Bad, WordList
from inventory.load_files import csv_lines, decode
from inventory.load_rows import Parsed, Values, parse
from inventory.load_set import ImportSet, add_table
from inventory.load_tables import CAMPUSES, DEVICES, UPLINKS, Table, heading
from inventory.netbox import DEVICES as NETBOX_DEVICES
from inventory.netbox import INTERFACES as NETBOX_INTERFACES
from inventory.netbox import (
    NETBOX_TABLES,
    ROLE_OF,
    UNKNOWN,
    UPLINK_ROLE_OF,
    group_names,
    site_names,
)
from inventory.netbox import SITES as NETBOX_SITES
from inventory.register import Register
from inventory.words import N_, _

NO_SCHOOL = N_("sites of no school of the register")
NO_SITE = N_("devices of sites that were left alone")
NO_ROLE = N_("devices of a role for which the register has no word")
NO_NAME = N_("devices without a name")
NO_UPLINK = N_("interfaces that are no uplink: their label is neither wan_edu nor wan_internet")

Tables = dict[Table, list[Parsed]]
Left = Counter[str]


def read_netbox(
    folder: Path, base: Register, rows: Mapping[str, Sequence[Row]]
) -> tuple[Tables, ImportSet, Left]:
    """The rows of ``base`` (``register_tables``) changed by NetBox's, the faults, and what was left alone."""
    found = ImportSet()
    for table in NETBOX_TABLES:
        for path in _files(folder, table):
            _read(path, table, found)
    if not found.tables and not found.problems:
        what = _("no CSV file of NetBox is here")
        names = ", ".join(table.file for table in NETBOX_TABLES)
        found.problems.append(Problem(str(folder), what, _("allowed: %(words)s") % {"words": names}))
    given = parse(found)
    left: Left = Counter()
    tables = as_parsed(rows)
    with_settings(found, base)
    sites = _put_sites(tables, given.get(NETBOX_SITES, ()), base, left)
    devices = _put_devices(tables, given.get(NETBOX_DEVICES, ()), sites, left)
    _put_uplinks(tables, given.get(NETBOX_INTERFACES, ()), devices, left)
    return tables, found, left


def _files(folder: Path, table: Table) -> Iterator[Path]:
    """sites.csv, 6-sites.csv or netbox_sites.csv."""
    end = table.file.removesuffix(".csv")
    for path in sorted(folder.glob("*.csv")):
        if path.stem.casefold().replace("_", "-").rpartition("-")[2] == end:
            yield path


def _read(path: Path, table: Table, found: ImportSet) -> None:
    known = {heading(name): column for column in table.columns for name in column.headings}
    try:
        content = decode(path.read_bytes())
    except (OSError, UnicodeDecodeError) as error:
        found.problems.append(Problem(path.name, _("cannot be read: %(why)s") % {"why": error}))
        return
    add_table(found, path.name, "", table, csv_lines(path.name, content, found), known)


def _put_sites(tables: Tables, rows: Iterable[Parsed], base: Register, left: Left) -> dict[str, str]:
    """Campuses from sites; gives the campus of every site's name."""
    of_name = {name: campus for campus, name in site_names(base).items()}
    groups = {name: school for school, name in group_names(base).items()}
    schools = {school.id: school.name for school in base.schools}
    campuses = _Known(tables[CAMPUSES], ("id",))
    sites = dict(of_name)
    for row in rows:
        name = row.text("name")
        campus = row.text("id") or of_name.get(name, "")
        before = campuses.get(campus)
        school = row.text("school") or (before.text("school") if before else "")
        school = school or groups.get(row.text("group"), "") or campus[:10]
        if not campus or school not in schools:
            left[NO_SCHOOL] += 1
            continue
        sites[name] = campus
        called = name.removeprefix(schools[school]).strip()
        values = {"id": campus, "school": school, "address": row.values.get("address")}
        if of_name.get(name) != campus:
            values["name"] = called
        campuses.put(row, values)
    return sites


def _put_devices(
    tables: Tables, rows: Iterable[Parsed], sites: Mapping[str, str], left: Left
) -> dict[str, tuple[str, str]]:
    """Devices; gives id and campus of every device's name in NetBox."""
    devices = _Known(tables[DEVICES], ("id",))
    names = {row.text("id"): (row.text("id"), row.text("campus")) for row in tables[DEVICES]}
    for row in rows:
        role = _word(ROLE_OF, row.text("netbox_role"))
        campus = sites.get(row.text("site"), "")
        called = row.text("netbox_name")
        name = row.text("id") or called
        if not (campus and role and name):
            left[NO_SITE if not campus else NO_ROLE if not role else NO_NAME] += 1
            continue
        names[called] = (name, campus)
        own = {key: row.values.get(key) for key in ("serial", "status", "mac", "controller")}
        model = row.text("model")
        values: Values = {
            "id": name,
            "campus": campus,
            "role": role,
            "name": row.text("name") or (called if called != name else ""),
            "model": "" if model == UNKNOWN else model,
            **own,
        }
        devices.put(row, values)
    return names


def _put_uplinks(
    tables: Tables, rows: Iterable[Parsed], names: Mapping[str, tuple[str, str]], left: Left
) -> None:
    uplinks = _Known(tables[UPLINKS], ("device", "port"))
    for row in rows:
        role = _word(UPLINK_ROLE_OF, row.text("label"))
        device, campus = names.get(row.text("netbox_device"), ("", ""))
        if not role or not device:
            left[NO_UPLINK if not role else NO_SITE] += 1
            continue
        before = uplinks.get(device, row.text("port"))
        values: Values = {
            "campus": row.text("campus") or (before.text("campus") if before else campus),
            "device": device,
            "port": row.text("port"),
            "role": role,
            "medium": row.values.get("medium"),
            "carrier": row.values.get("carrier"),
        }
        uplinks.put(row, values)


class _Known:
    """The rows of a table by some of their columns; ``put`` lays what NetBox says over what was known."""

    def __init__(self, rows: list[Parsed], keys: tuple[str, ...]) -> None:
        self.rows = rows
        self.keys = keys
        self.at = {tuple(row.text(key) for key in keys): n for n, row in enumerate(rows)}

    def get(self, *key: str) -> Parsed | None:
        at = self.at.get(key)
        return None if at is None else self.rows[at]

    def put(self, row: Parsed, values: Values) -> None:
        said = {key: value for key, value in values.items() if value not in ("", None)}
        at = self.at.get(tuple(str(said.get(key, "")) for key in self.keys))
        if at is None:
            # A second row of the same name is added, too: the check tells of both.
            self.rows.append(Parsed(row.rows, row.number, said))
        else:
            self.rows[at] = Parsed(row.rows, row.number, {**self.rows[at].values, **said})


def _word(words: WordList, written: str) -> str:
    """The value of a word, "" where it is none."""
    try:
        return str(words(written)) if written else ""
    except Bad:
        return ""
