"""Which polls were known when: nothing is kept of those that came in time, little of the others.

A poll comes in time if it comes before any window counts it, two intervals after its slot began. One that
comes later is kept with what the slot was before, and by the end of the hour in which it came: an outage of
three days ends in some rows, not in thousands. So what was known at K is exact but for polls that came late
within the hour that K lies in: those count as known from the end of that hour. It is the same answer for
ever: whatever arrives after K has an hour that ends after K (docs/decisions/0011-as-of-and-as-known.md).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlalchemy import Connection

from collector.store import polls
from collector.store.statement import ask, fetch, run

HOUR_S = 3600
LEAST_GRACE_S = 10

PollRow = tuple[str, int, int, bytes]
"""Device, day, interval, states."""
LateRow = tuple[str, int, int, bytes]
"""Device, day, interval; of each slot what it was before, two bits: 0 untouched, 1 gap, 2 down."""

_WAS = {"gap": 1, "down": 2}


def grace_s(interval_s: int) -> int:
    """Seconds after the start of its slot within which a poll comes in time."""
    return max(2 * interval_s, LEAST_GRACE_S)


def is_late(slot: int, interval_s: int, known: float) -> bool:
    """Whether a poll that came at ``known`` came too late to be in time."""
    return known >= slot + grace_s(interval_s)


def mark(before: bytearray, place: int, was: str) -> None:
    """Note what a slot was before a late poll changed it; the first note stands."""
    byte, shift = place // 4, place % 4 * 2
    if not before[byte] >> shift & 3:
        before[byte] |= _WAS[was] << shift


_THERE = (
    "SELECT before FROM poll_late WHERE school_id = ? AND device_id = ? AND day = ? AND interval_s = ? "
    "AND known_hour = ?"
)
_KEEP = (
    "INSERT INTO poll_late (school_id, device_id, day, interval_s, known_hour, before) "
    "VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (school_id, device_id, day, interval_s, known_hour) "
    "DO UPDATE SET before = excluded.before"
)


def keep_late(connection: Connection, school_id: str, late: Iterable[LateRow], known: float) -> None:
    """Store which slots a batch changed late, with those of the same hour."""
    hour = int(-(-known // HOUR_S)) * HOUR_S
    rows = []
    for device, day, interval_s, before in late:
        key = (school_id, device, day, interval_s, hour)
        there = ask(connection, _THERE, key)
        rows.append((*key, _first(there[0][0], before) if there else before))
    run(connection, _KEEP, rows)


_LATE = (
    "SELECT device_id, day, interval_s, before FROM poll_late WHERE school_id = ? AND day >= ? AND day <= ? "
    "AND known_hour > ? ORDER BY known_hour DESC"
)


def as_known_at(
    connection: Connection, school_id: str, rows: Sequence[PollRow], first: int, last: int, at: float
) -> list[PollRow]:
    """Rows of polls of some days as they were known at a time."""
    known = {(device, day, grid): bytearray(states) for device, day, grid, states in rows}
    late: Sequence[LateRow] = fetch(connection, _LATE, (school_id, first, last, at))
    for device, day, grid, before in late:  # the newest first: what was first is what remains
        if (device, day, grid) in known:
            _undo(known[device, day, grid], before)
    for (_device, day, grid), states in known.items():
        _cut(states, day, grid, at)
    return [(device, day, grid, bytes(states)) for (device, day, grid), states in known.items()]


def _undo(states: bytearray, before: bytes) -> None:
    for place in range(4 * min(len(states), len(before))):
        byte, shift = place // 4, place % 4 * 2
        was = before[byte] >> shift & 3
        if was:
            states[byte] = states[byte] & ~(3 << shift) | (2 << shift if was == 2 else 0)


def _cut(states: bytearray, day: int, interval_s: int, at: float) -> None:
    """Clear the slots that were not yet counted."""
    end = at - grace_s(interval_s)
    for place in range(max(0, int((end - day * polls.DAY_S) // interval_s) + 1), 4 * len(states)):
        states[place // 4] &= ~(3 << place % 4 * 2)


def _first(older: bytes, newer: bytes) -> bytes:
    """What slots were before the first of two changes."""
    merged = bytearray(max(len(older), len(newer)))
    for at in range(4 * len(merged)):
        byte, shift = at // 4, at % 4 * 2
        told = [each[byte] >> shift & 3 for each in (older, newer) if byte < len(each)]
        merged[byte] |= next((was for was in told if was), 0) << shift
    return bytes(merged)
