"""The facts of a batch into the store, and what they make of the state of each device.

In the usual batch, which comes in order, a changed fact costs the end of one row and a new row. Key frames
leave a mark of their own: a row with the name ("", "") and no duration, which is no fact.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection

from collector.store.spans import ABSENT, Line, Span
from collector.store.state import State, sum_of
from collector.store.statement import ask, run, values_lists
from inventory.digest import fact_number, value_text
from inventory.facts import Batch

Name = tuple[str, str, str]
"""Device, subject, key."""
FRAME = ("", "")
"""The subject and key of the mark that a key frame leaves."""

# Of each fact the span that covers the slot, or the last before it: one row by the whole primary key but its
# last column, so that no engine is tempted to read the history.
_COVERING = (
    "SELECT f.device_id, f.subject, f.key, f.valid_from, f.valid_to, f.value, f.known_from, f.ended_at "
    "FROM ({values}) v CROSS JOIN fact f WHERE f.school_id = ? "
    "AND f.device_id = v.column1 AND f.subject = v.column2 AND f.key = v.column3 AND f.known_to IS NULL "
    "AND f.valid_from = (SELECT g.valid_from FROM fact g WHERE g.school_id = ? "
    "AND g.device_id = v.column1 AND g.subject = v.column2 AND g.key = v.column3 AND g.known_to IS NULL "
    "AND g.valid_from <= ? ORDER BY g.valid_from DESC LIMIT 1)"
)
_LATER = (
    "SELECT f.device_id, f.subject, f.key, f.valid_from, f.valid_to, f.value, f.known_from, f.ended_at "
    "FROM ({values}) v CROSS JOIN fact f WHERE f.school_id = ? "
    "AND f.device_id = v.column1 AND f.subject = v.column2 AND f.key = v.column3 AND f.known_to IS NULL "
    "AND f.valid_from > ?"
)
_BY_DEVICE = (
    "SELECT f.device_id, f.subject, f.key, f.valid_from, f.valid_to, f.value, f.known_from, f.ended_at "
    "FROM ({values}) v CROSS JOIN fact f WHERE f.school_id = ? AND f.device_id = v.column1 "
    "AND f.known_to IS NULL AND (f.valid_to IS NULL OR f.valid_to >= ?)"
)
_END = (
    "UPDATE fact SET valid_to = ?, ended_at = ? WHERE school_id = ? AND device_id = ? AND subject = ? "
    "AND key = ? AND valid_from = ? AND known_from = ?"
)
_TAKE_BACK = (
    "UPDATE fact SET known_to = ? WHERE school_id = ? AND device_id = ? AND subject = ? AND key = ? "
    "AND valid_from = ? AND known_from = ?"
)
_DELETE = (
    "DELETE FROM fact WHERE school_id = ? AND device_id = ? AND subject = ? AND key = ? "
    "AND valid_from = ? AND known_from = ?"
)
_ADD = (
    "INSERT INTO fact (school_id, device_id, subject, key, valid_from, known_from, valid_to, ended_at, "
    "value) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"
)
_ADD_MARK = f"{_ADD} ON CONFLICT DO NOTHING"


@dataclass(slots=True)
class _Told:
    """What a batch says of facts, in the order of its slots."""

    news: list[tuple[int, Name, str]]
    frames: list[tuple[int, str]]
    first: int
    framed: set[str] = field(default_factory=set)


def store_facts(
    connection: Connection, school_id: str, batch: Batch, states: dict[str, State], known: float
) -> set[str]:
    """Store what a batch says of facts and bring the states of its devices up to date; gives back the devices
    that it changed. ``known`` is when the store learnt it."""
    told = _told(batch)
    if told is None:
        return set()
    lines, marks = _load(connection, school_id, told, states)
    before = {name: lines[name].current() for _slot, name, _text in told.news if name[0] not in told.framed}
    for slot, device in told.frames:
        marks[device] = sorted({*marks[device], slot})
    _apply(told, lines, marks, known)
    _save(connection, school_id, lines, known)
    # One moment of knowledge for all marks (0), so that the same frame leaves one.
    marked = [(school_id, device, *FRAME, slot, 0.0, slot, known, ABSENT) for slot, device in told.frames]
    run(connection, _ADD_MARK, marked)
    _follow(told, lines, before, states)
    return told.framed | {name[0] for _slot, name, _text in told.news}


def _told(batch: Batch) -> _Told | None:
    columns = batch.facts
    names = zip(columns.device, columns.subject, columns.key, strict=True)
    news = [
        (slot, name, ABSENT if value is None else value_text(value))
        for slot, name, value in zip(columns.slot, names, columns.value, strict=True)
    ]
    frames = sorted(set(zip(batch.frames.slot, batch.frames.device, strict=True)))
    if not news and not frames:
        return None
    first = min([*columns.slot, *batch.frames.slot])
    if columns.slot and min(columns.slot) != max(columns.slot):
        news.sort(key=lambda row: row[0])
    return _Told(news, frames, first, {device for _slot, device in frames})


def _apply(told: _Told, lines: dict[Name, Line], marks: dict[str, list[int]], known: float) -> None:
    if told.frames:
        said = {(slot, name) for slot, name, _text in told.news}
        by_device: dict[str, list[Name]] = defaultdict(list)
        for name in lines:
            by_device[name[0]].append(name)
        for slot, device in told.frames:
            for name in by_device[device]:
                if (slot, name) not in said:
                    lines[name].put(slot, ABSENT, marks[device], known, framed=True)
    framed = {(slot, device) for slot, device in told.frames}
    for slot, name, text in told.news:
        lines[name].put(slot, text, marks[name[0]], known, framed=(slot, name[0]) in framed)


def _load(
    connection: Connection, school_id: str, told: _Told, states: dict[str, State]
) -> tuple[dict[Name, Line], dict[str, list[int]]]:
    """The live rows that a batch may touch, and the key frames after its first slot."""
    lines: dict[Name, Line] = defaultdict(Line)
    marks: dict[str, list[int]] = defaultdict(list)
    names = {name for _slot, name, _text in told.news if name[0] not in told.framed}
    # Only of a device of which later slots are known can there be later spans, or a later frame.
    late = {name for name in names if states[name[0]].slot > told.first}
    late |= {(name[0], *FRAME) for name in late}
    for values, flat in values_lists(sorted(names), 3):
        rows = ask(connection, _COVERING.format(values=values), (*flat, school_id, school_id, told.first))
        _sort_in(rows, lines, marks)
    for values, flat in values_lists(sorted(late), 3):
        rows = ask(connection, _LATER.format(values=values), (*flat, school_id, told.first))
        _sort_in(rows, lines, marks)
    for values, flat in values_lists([(device,) for device in sorted(told.framed)], 1):
        rows = ask(connection, _BY_DEVICE.format(values=values), (*flat, school_id, told.first))
        _sort_in(rows, lines, marks)
    return lines, marks


def _sort_in(rows: Iterable[tuple[Any, ...]], lines: dict[Name, Line], marks: dict[str, list[int]]) -> None:
    for device, subject, key, start, end, value, known_from, ended_at in rows:
        if not key:
            marks[device].append(start)
        else:
            lines[(device, subject, key)].spans.append(Span(start, end, value, known_from, ended_at))
    for slots in marks.values():
        slots.sort()


def _save(connection: Connection, school_id: str, lines: dict[Name, Line], known: float) -> None:
    ends, adds, gone, never = [], [], [], []
    for (device, subject, key), line in lines.items():
        for span in line.retracted:
            row = (school_id, device, subject, key, span.valid_from, span.known_from)
            if span.known_from < known:
                gone.append((known, *row))
            else:
                never.append(row)
        for span in line.spans:
            if not span.changed:
                continue
            row = (school_id, device, subject, key, span.valid_from, span.known_from)
            if span.stored:
                ends.append((span.valid_to, span.ended_at, *row))
            else:
                adds.append((*row, span.valid_to, span.ended_at, span.value))
    run(connection, _DELETE, never)
    run(connection, _TAKE_BACK, gone)
    run(connection, _END, ends)
    run(connection, _ADD, adds)


def _follow(
    told: _Told, lines: dict[Name, Line], before: dict[Name, str | None], states: dict[str, State]
) -> None:
    """Bring states up to date: the digest of a framed device from its rows, of others by the changes."""
    whole: dict[str, list[tuple[str, str, str]]] = {device: [] for device in told.framed}
    for (device, subject, key), line in lines.items():
        if device in whole and (text := line.current()) is not None:
            whole[device].append((subject, key, text))
    for device, facts in whole.items():
        states[device].number = sum_of(facts)
    for name, old in before.items():
        new = lines[name].current()
        if new != old:
            number = 0 if new is None else fact_number(name[1], name[2], new)
            states[name[0]].number += number - (0 if old is None else fact_number(name[1], name[2], old))
    for slot, name, _text in told.news:
        states[name[0]].slot = max(states[name[0]].slot, slot)
    for slot, device in told.frames:
        states[device].slot = max(states[device].slot, slot)
