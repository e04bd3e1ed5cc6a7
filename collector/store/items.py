"""Work items in the store: opened and moved by what is measured, assigned and closed by people."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import msgspec
from sqlalchemy import Connection

from collector.people import audit
from collector.people.audit import By
from collector.store.engine import lock_school
from collector.store.statement import fetch, run, values_lists
from inventory.errors import InputError
from inventory.items import STATUSES, Event, Key, Status, WorkItem, settled
from inventory.words import _, language, say

_READ = "SELECT doc FROM work_item WHERE school_id IN ({values}) ORDER BY school_id, kind, number"
_READ_ALL = "SELECT doc FROM work_item ORDER BY school_id, kind, number"
_PUT = (
    "INSERT INTO work_item (school_id, profile_id, kind, number, status, doc) VALUES (?, ?, ?, ?, ?, ?) "
    "ON CONFLICT (school_id, profile_id, kind, number) DO UPDATE SET status = excluded.status, "
    "doc = excluded.doc"
)

MAY: Mapping[str, tuple[Status, ...]] = {
    "assigned": ("open", "in_work", "to_review", "relapsed"),
    "started": ("open", "relapsed"),
    "closed": ("to_review",),
    "reopened": ("closed",),
}
"""Of which status an item has to be for what a person does."""


@dataclass(frozen=True, slots=True)
class Judgement:
    """The causes that a round found at a school under a plan, with their reasons."""

    profile_id: str
    school: str
    causes: Mapping[Key, str]


def read_items(connection: Connection, schools: Sequence[str] | None = None) -> dict[str, list[WorkItem]]:
    """The items of some schools (None: of all), by school, in the order of their numbers."""
    found: dict[str, list[WorkItem]] = {}
    for doc in _docs(connection, schools):
        item = msgspec.json.decode(doc, type=WorkItem)
        found.setdefault(item.school, []).append(item)
    return found


def settle_items(connection: Connection, judged: Sequence[Judgement], now: float) -> int:
    """Open, reopen and move the items of some schools to what was measured; how many changed."""
    known = read_items(connection, sorted({each.school for each in judged}))
    changed = 0
    for each in judged:
        school = each.school
        if any(settled(school, each.profile_id, known.get(school, ()), each.causes, now)):
            # Somebody may have closed one meanwhile: look again, from here on nobody can.
            lock_school(connection, school)
            own = read_items(connection, [school]).get(school, [])
            moved = list(settled(school, each.profile_id, own, each.causes, now))
            _put(connection, moved)
            names = {item.name for item in moved}
            known[school] = [item for item in own if item.name not in names] + moved
            changed += len(moved)
    return changed


def act(connection: Connection, name: str, event: Event, origin: str = "") -> WorkItem:
    """What a person does to an item; the item after it. InputError where there is no such item, or where
    its status does not allow it: only what is measured as gone can be closed. ``origin`` is that person's
    address, for the audit log."""
    known = _named(connection, name)
    lock_school(connection, known.school)
    item = _named(connection, name)  # as nobody else can change it now
    if item.status not in MAY[event.kind]:
        raise InputError(
            _("%(item)s is %(status)s") % {"item": name, "status": say(STATUSES[item.status], language())},
            do=_("an item is closed when its metric is measured as mended or known; see wanzhao items list"),
        )
    before, item = item.status, item.with_event(event)
    _put(connection, [item])
    told = {"status": item.status, "kind": event.kind, "note": event.note, "person": event.person}
    audit.write(connection, event.at, By(event.by, origin), "item_changed", name, {"status": before}, told)
    return item


def _named(connection: Connection, name: str) -> WorkItem:
    school = name[1:].rpartition("-")[0]
    for item in read_items(connection, [school]).get(school, ()) if school else ():
        if item.name == name:
            return item
    raise InputError(
        _("there is no item %(item)s") % {"item": name}, do=_("see wanzhao items list for their numbers")
    )


def _put(connection: Connection, items: Sequence[WorkItem]) -> None:
    rows = [
        (item.school, item.profile, item.kind, item.number, item.status, msgspec.json.encode(item))
        for item in items
    ]
    run(connection, _PUT, rows)


def _docs(connection: Connection, schools: Sequence[str] | None) -> Iterable[bytes]:
    if schools is None:
        yield from (row[0] for row in fetch(connection, _READ_ALL))
        return
    for values, flat in values_lists([(school,) for school in schools], 1, filled="-"):
        yield from (row[0] for row in fetch(connection, _READ.format(values=values), flat))
