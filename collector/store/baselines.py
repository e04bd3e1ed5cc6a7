"""What was accepted, and the alarms about it, in the store: rows end, nothing is taken out. Of an open alarm
the present fall is kept beside the first."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import msgspec
from sqlalchemy import Connection

from collector.people import audit
from collector.people.audit import By
from collector.store.engine import lock_school
from collector.store.statement import fetch, run, values_lists
from inventory.baseline import Fall, Mark, fallen
from inventory.verdict import State

MENDED = ""
"""Who closed an alarm that ended by itself: the accepted was measured again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Baseline:
    """A mark that somebody accepted; times in seconds since 1970."""

    school_id: str
    mark: Mark
    accepted_at: float
    accepted_by: str
    note: str = ""
    ended_at: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Alarm:
    """Something fell below what was accepted. ``fall`` is how it is below it now (of a closed alarm: was at
    last), ``first`` how it was when the alarm was opened, ``changed_at`` since when it has been as ``fall``
    says, None while that is the first. ``closed_by`` "": the accepted was measured again."""

    school_id: str
    item: str
    opened_at: float
    fall: Fall
    first: Fall
    changed_at: float | None = None
    closed_at: float | None = None
    closed_by: str = ""
    note: str = ""


class _Doc(msgspec.Struct, frozen=True, omit_defaults=True):
    """``first`` None: ``fall`` has not changed since the alarm was opened."""

    fall: Fall
    note: str = ""
    first: Fall | None = None
    changed_at: float | None = None


_ACCEPTED = (
    "SELECT school_id, accepted_at, ended_at, accepted_by, note, doc FROM baseline "
    "WHERE school_id IN ({values}) AND ended_at IS NULL ORDER BY school_id, item"
)
_ALL_ACCEPTED = (
    "SELECT school_id, accepted_at, ended_at, accepted_by, note, doc FROM baseline "
    "ORDER BY school_id, item, accepted_at"
)
_END = "UPDATE baseline SET ended_at = ? WHERE school_id = ? AND item = ? AND ended_at IS NULL"
_ACCEPT = (
    "INSERT INTO baseline (school_id, item, accepted_at, ended_at, accepted_by, note, doc) "
    "VALUES (?, ?, ?, ?, ?, ?, ?)"
)
_ALARMS = (
    "SELECT school_id, item, opened_at, closed_at, closed_by, doc FROM regression "
    "ORDER BY school_id, item, opened_at"
)
_OPEN_ALARMS = (
    "SELECT school_id, item, opened_at, closed_at, closed_by, doc FROM regression WHERE closed_at IS NULL "
    "ORDER BY school_id, item"
)
_OPEN = (
    "INSERT INTO regression (school_id, item, opened_at, closed_at, closed_by, doc) VALUES (?, ?, ?, ?, ?, ?)"
)
_CLOSE = (
    "UPDATE regression SET closed_at = ?, closed_by = ?, doc = ? WHERE school_id = ? AND item = ? "
    "AND closed_at IS NULL"
)
_CHANGE = (
    "UPDATE regression SET doc = ? WHERE school_id = ? AND item = ? AND opened_at = ? AND closed_at IS NULL"
)
_TOLD = (
    "SELECT school_id, MAX(known_to) FROM verdict WHERE school_id IN ({values}) AND profile_id = ? "
    "AND target_id = ? AND state <> 'unknown' GROUP BY school_id"
)


def accept(
    connection: Connection,
    school_id: str,
    marks: Sequence[Mark],
    *,
    by: str,
    note: str,
    at: float,
    origin: str = "",
) -> None:
    """Make marks the accepted state of their things; what was accepted of them before ends, and open alarms
    about them are closed by who accepts. ``origin`` is that person's address, for the audit log."""
    lock_school(connection, school_id)
    open_alarms = {alarm.item: alarm for alarm in read_alarms(connection) if alarm.school_id == school_id}
    for mark in marks:
        run(connection, _END, [(at, school_id, mark.item)])
        row = (school_id, mark.item, at, None, by[:128], note, msgspec.json.encode(mark))
        run(connection, _ACCEPT, [row])
        if mark.item in open_alarms:
            _close(connection, open_alarms[mark.item], by=by, note=note, at=at)
    items = sorted(mark.item for mark in marks)
    told = {"items": items, "note": note, "ended_alarms": sorted(open_alarms.keys() & set(items))}
    audit.write(connection, at, By(by, origin), "baseline_accepted", school_id, after=told)


def end(
    connection: Connection, school_id: str, item: str, *, by: str, note: str, at: float, origin: str = ""
) -> bool:
    """Nothing is accepted of a thing any more; False where nothing was."""
    known = [one.mark.item for one in read_baselines(connection, [school_id]).get(school_id, ())]
    if item not in known:
        return False
    run(connection, _END, [(at, school_id, item)])
    for alarm in read_alarms(connection):
        if (alarm.school_id, alarm.item) == (school_id, item):
            _close(connection, alarm, by=by, note=note, at=at)
    told = {"item": item, "note": note}
    audit.write(connection, at, By(by, origin), "baseline_ended", school_id, before=told)
    return True


def read_baselines(connection: Connection, schools: Sequence[str]) -> dict[str, list[Baseline]]:
    """What is accepted now of some schools."""
    found: dict[str, list[Baseline]] = {}
    for values, flat in values_lists([(school,) for school in schools], 1, filled="-"):
        for row in fetch(connection, _ACCEPTED.format(values=values), flat):
            found.setdefault(row[0], []).append(_baseline(row))
    return found


def read_all_baselines(connection: Connection) -> list[Baseline]:
    """Everything that was ever accepted, with what has ended."""
    return [_baseline(row) for row in fetch(connection, _ALL_ACCEPTED)]


def read_alarms(connection: Connection, *, also_closed: bool = False) -> list[Alarm]:
    """The open alarms, or all that ever were."""
    return [_alarm(*row) for row in fetch(connection, _ALARMS if also_closed else _OPEN_ALARMS)]


def settle(
    connection: Connection,
    schools: Sequence[str],
    marks: Callable[[str], Mapping[str, Mark]],
    profile_id: str,
    now: float,
) -> int:
    """Compare what is measured of some schools with what was accepted: open alarms for what has fallen, close
    those whose accepted state is measured again. ``marks`` gives a school's by item; the answer is how many
    alarms were opened. An alarm that is open is not opened again, whatever else happens to the thing: it
    shows the fall of now, and keeps since when and the first. That nobody can tell any more changes no alarm
    about what was measured."""
    accepted = read_baselines(connection, schools)
    if not accepted:
        return 0
    open_alarms = {(alarm.school_id, alarm.item): alarm for alarm in read_alarms(connection)}
    opened = 0
    for school_id, baselines in accepted.items():
        measured = marks(school_id)
        for one in baselines:
            mark = measured.get(one.mark.item)
            alarm = open_alarms.get((school_id, one.mark.item))
            unknown_s = None
            if mark is not None and mark.state is State.UNKNOWN:
                told_at = mark.told_at
                if told_at is None:
                    told_at = _told_until(connection, school_id, mark, profile_id)
                unknown_s = now - max(told_at, one.accepted_at)
            fall = fallen(one.mark, mark, unknown_s)
            if fall is not None and alarm is None and _still_stands(connection, one):
                doc = msgspec.json.encode(_Doc(fall))
                run(connection, _OPEN, [(school_id, one.mark.item, now, None, "", doc)])
                opened += 1
            elif fall is not None and alarm is not None:
                if fall != alarm.fall and fall.kind != "unproved":
                    _change(connection, alarm, fall, now)
            elif fall is None and alarm is not None and mark is not None and mark.state is not State.UNKNOWN:
                _close(connection, alarm, by=MENDED, note="", at=now)
    return opened


def _still_stands(connection: Connection, one: Baseline) -> bool:
    """Whether nobody has accepted anew meanwhile; from here on nobody can until the transaction ends."""
    lock_school(connection, one.school_id)
    now = read_baselines(connection, [one.school_id]).get(one.school_id, [])
    return any(each.mark.item == one.mark.item and each.accepted_at == one.accepted_at for each in now)


def _told_until(connection: Connection, school_id: str, mark: Mark, profile_id: str) -> float:
    """Until when the answer to a target was last known; 0 where it never was."""
    target = mark.item.removeprefix(f"{profile_id}/")
    for values, flat in values_lists([(school_id,)], 1, filled="-"):
        rows = fetch(connection, _TOLD.format(values=values), (*flat, profile_id, target))
        return rows[0][1] or 0.0 if rows else 0.0
    return 0.0


def _change(connection: Connection, alarm: Alarm, fall: Fall, at: float) -> None:
    doc = msgspec.json.encode(_Doc(fall, first=alarm.first, changed_at=at))
    run(connection, _CHANGE, [(doc, alarm.school_id, alarm.item, alarm.opened_at)])


def _close(connection: Connection, alarm: Alarm, *, by: str, note: str, at: float) -> None:
    first = None if alarm.changed_at is None else alarm.first
    doc = msgspec.json.encode(_Doc(alarm.fall, note, first, alarm.changed_at))
    run(connection, _CLOSE, [(at, by[:128], doc, alarm.school_id, alarm.item)])


def _baseline(row: tuple[str, float, float | None, str, str, bytes]) -> Baseline:
    school_id, accepted_at, ended_at, by, note, doc = row
    return Baseline(
        school_id=school_id,
        mark=msgspec.json.decode(doc, type=Mark),
        accepted_at=accepted_at,
        accepted_by=by,
        note=note,
        ended_at=ended_at,
    )


def _alarm(
    school_id: str, item: str, opened_at: float, closed_at: float | None, closed_by: str, doc: bytes
) -> Alarm:
    told = msgspec.json.decode(doc, type=_Doc)
    return Alarm(
        school_id=school_id,
        item=item,
        opened_at=opened_at,
        fall=told.fall,
        first=told.first or told.fall,
        changed_at=told.changed_at,
        closed_at=closed_at,
        closed_by=closed_by,
        note=told.note,
    )
