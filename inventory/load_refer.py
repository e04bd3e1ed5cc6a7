"""What the rows of an import set are to each other: who owns whom, and the faults of names that lead
nowhere."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass

from inventory.errors import Problem
from inventory.load_rows import Parsed
from inventory.load_tables import AREAS, BUILDINGS, CAMPUSES, DEVICES, DOCUMENTS, SCHOOLS, Table
from inventory.suggest import did_you_mean
from inventory.words import _

MANY = 2000
"""Nothing is suggested among more ids than this; comparing them all takes too long."""

Tables = Mapping[Table, list[Parsed]]
Ids = Mapping[str, Collection[str]]


@dataclass(frozen=True, slots=True)
class Known:
    """What can be referred to. Rooms and buildings by campus; ``documents`` by school, "" for the county's.
    ``rooms_of`` gives for each school its rooms, each with the campuses that have one of this id."""

    schools: Mapping[str, Parsed]
    campuses: Mapping[str, Parsed]
    devices: Mapping[str, Parsed]
    school_of: Mapping[str, str]
    rooms: Ids
    rooms_of: Mapping[str, Mapping[str, list[str]]]
    buildings: Ids
    documents: Ids

    def campus_of(self, device: str) -> str:
        """The campus of a device, "" where there is none."""
        row = self.devices.get(device)
        return row.text("campus") if row else ""

    def owner_of(self, row: Parsed) -> str:
        """The school that a row belongs to, "" where it is the county's."""
        return row.text("school") or self.school_of.get(row.text("campus"), "")


def know(tables: Tables, problems: list[Problem]) -> Known:
    """What there is; a second use of a county-wide id is a fault."""
    schools, campuses, devices = (unique(tables[t], "id", problems) for t in (SCHOOLS, CAMPUSES, DEVICES))
    school_of = {name: row.text("school") for name, row in campuses.items()}
    rooms = _ids(tables[AREAS], "campus")
    rooms_of: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for campus, found in rooms.items():
        of_school = rooms_of[school_of.get(campus, "")]
        for room in found:
            of_school[room].append(campus)
    buildings = _ids(tables[BUILDINGS], "campus")
    for row in tables[BUILDINGS]:
        buildings[row.text("campus")].add(row.text("name"))
    documents = _ids(tables[DOCUMENTS], "school")
    return Known(schools, campuses, devices, school_of, rooms, rooms_of, buildings, documents)


def unique(
    rows: Iterable[Parsed], key: str, problems: list[Problem], form: Callable[[str], str] = str
) -> dict[str, Parsed]:
    """The rows by id; a second use of an id is a fault."""
    first: dict[str, Parsed] = {}
    for row in rows:
        name = form(row.text(key))
        if name and name in first:
            problems.append(again(row, key, row.text(key), first[name]))
        elif name:
            first[name] = row
    return first


def again(row: Parsed, key: str, name: str, first: Parsed) -> Problem:
    """The fault of a row that stands twice."""
    what = _("%(id)s stands here a second time") % {"id": name}
    return Problem(row.where(key), what, _("first: %(where)s") % {"where": first.where(key)})


def refer(
    rows: Iterable[Parsed], key: str, known: Collection[str], what: str, problems: list[Problem]
) -> None:
    """A fault for each name of something that is not there."""
    for row in rows:
        value = row.values.get(key)
        # Nearly every name is known: a province has millions of them.
        if value is None or (isinstance(value, str) and value in known):
            continue
        problems += [missing(row, key, n, known, what) for n in names_in(row, key) if n not in known]


def names_in(row: Parsed, key: str) -> tuple[str, ...]:
    """The names in a cell, one or several."""
    value = row.values.get(key, ())
    return value if isinstance(value, tuple) else (str(value),)


def missing(row: Parsed, key: str, name: str, known: Collection[str], what: str) -> Problem:
    """The fault of a name that is not there; what may have been meant is suggested."""
    do = did_you_mean(name, sorted(filter(None, known))) if len(known) <= MANY else ""
    return Problem(row.where(key), _("there is no %(what)s %(id)s") % {"what": what, "id": name}, do)


def _ids(rows: Iterable[Parsed], owner: str) -> dict[str, set[str]]:
    found: dict[str, set[str]] = defaultdict(set)
    for row in rows:
        found[row.text(owner)].add(row.text("id"))
    return found
