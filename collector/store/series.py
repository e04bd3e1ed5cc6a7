"""One series over any time: from chunks, from what has landed since, and by the hour from roll-ups."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from sqlalchemy import Connection

from collector.store import codec, samples
from collector.store.codec import Matrix
from collector.store.rollups import Hour, read_hours_of
from collector.store.statement import fetch
from inventory.errors import StoreError
from inventory.facts import SampleColumns
from inventory.log import get_logger

log = get_logger(__name__)

_CHUNKS = (
    "SELECT codec, body FROM chunk WHERE school_id = ? AND day >= ? AND day <= ? AND device_id = ? "
    "ORDER BY day"
)
_LANDED = (
    "SELECT codec, body FROM landing WHERE school_id = ? AND day >= ? AND day <= ? AND codec <> ? "
    "ORDER BY slot, lane, seq"
)
_HOURS = (
    "SELECT codec, body FROM rollup WHERE school_id = ? AND day >= ? AND day <= ? AND device_id = ? "
    "ORDER BY day"
)


def read_series(
    connection: Connection,
    school_id: str,
    device_id: str,
    subject: str,
    key: str,
    start: int,
    end: int,
    landed: Sequence[SampleColumns] | None = None,
) -> list[tuple[int, int | float]]:
    """(slot, true value) from ``start`` until before ``end``, oldest first; slots without a value are not
    in it. What is damaged in the store is logged and left out. ``landed`` is what ``read_landed`` gives for
    the days, where the caller has it."""
    found: dict[int, int | float] = {}
    days = days_of(start, end)
    for number, body in fetch(connection, _CHUNKS, (school_id, *days, device_id)):
        try:
            found |= _numbers(codec.decode_some(number, body, subject, key))
        except StoreError as error:
            log.error("%s %s: %s", school_id, device_id, error)
    for batch in read_landed(connection, school_id, *days) if landed is None else landed:
        found |= _landed(batch, device_id, subject, key)
    return sorted((slot, value) for slot, value in found.items() if start <= slot < end)


def read_subjects(
    connection: Connection,
    school_id: str,
    device_id: str,
    key: str,
    start: int,
    end: int,
    landed: Sequence[SampleColumns] | None = None,
) -> list[str]:
    """The subjects that a key was measured of in the days from that of ``start`` to that before ``end``,
    sorted. What is damaged is logged and left out."""
    found: set[str] = set()
    days = days_of(start, end)
    for number, body in fetch(connection, _CHUNKS, (school_id, *days, device_id)):
        try:
            found.update(subject for subject, name in codec.names(number, body) if name == key)
        except StoreError as error:
            log.error("%s %s: %s", school_id, device_id, error)
    for batch in read_landed(connection, school_id, *days) if landed is None else landed:
        for device, subjects, keys in zip(batch.device, batch.subject, batch.key, strict=True):
            if device == device_id and key in keys:
                found.update(subjects)
    return sorted(found)


def read_names(
    connection: Connection, school_id: str, device_id: str, start: int, end: int
) -> set[tuple[str, str]]:
    """Subject and key of everything that was measured of a device in the days from that of ``start`` to that
    before ``end``. What is damaged is logged and left out."""
    found: set[tuple[str, str]] = set()
    days = days_of(start, end)
    for number, body in fetch(connection, _CHUNKS, (school_id, *days, device_id)):
        try:
            found.update(codec.names(number, body))
        except StoreError as error:
            log.error("%s %s: %s", school_id, device_id, error)
    for batch in read_landed(connection, school_id, *days):
        for device, subjects, keys in zip(batch.device, batch.subject, batch.key, strict=True):
            if device == device_id:
                found.update((subject, key) for subject in subjects for key in keys)
    return found


def read_landed(connection: Connection, school_id: str, first: int, last: int) -> list[SampleColumns]:
    """The batches of some days that nobody has compacted yet, the oldest first. What is damaged is logged and
    left out."""
    found = []
    for number, body in fetch(connection, _LANDED, (school_id, first, last, samples.DAMAGED)):
        try:
            found.append(samples.decode(number, body))
        except StoreError as error:
            log.error("%s: %s", school_id, error)
    return found


def read_hours(
    connection: Connection, school_id: str, device_id: str, subject: str, key: str, start: int, end: int
) -> list[Hour]:
    """The compacted hours that begin from ``start`` until before ``end``, oldest first."""
    rows = fetch(connection, _HOURS, (school_id, *days_of(start, end), device_id))
    hours: list[Hour] = []
    for number, body in rows:
        hours += read_hours_of(codec.decode(number, body), subject, key)
    return [hour for hour in hours if start <= hour.start < end]


def days_of(start: int, end: int) -> tuple[int, int]:
    """The first and the last day of a time."""
    return start // samples.DAY_S, (end - 1) // samples.DAY_S


def _numbers(matrix: Matrix) -> dict[int, int | float]:
    found: dict[int, int | float] = {}
    slots = matrix.slots.tolist()
    for at, one in enumerate(matrix.series):
        values = matrix.values[at].tolist()
        for t in np.flatnonzero(matrix.present[at]).tolist():
            found[slots[t]] = _true(values[t], one.scale)
    for (s, t), number in matrix.odd.items():
        found[slots[t]] = _true(number, matrix.series[s].scale)
    return found


def _landed(batch: SampleColumns, device_id: str, subject: str, key: str) -> dict[int, int | float]:
    found: dict[int, int | float] = {}
    for at, device in enumerate(batch.device):
        if device != device_id or subject not in batch.subject[at]:
            continue
        place = batch.subject[at].index(subject)
        for k, name in enumerate(batch.key[at]):
            value = batch.value[at][k][place]
            if name == key and value is not None:
                found[batch.slot[at]] = _true(value, batch.scale[at][k])
    return found


def _true(value: int | float, scale: int) -> int | float:
    """Whole where the scale is 0; dividing, not multiplying, gives 21.5 and not 21.500000000000004."""
    if scale == 0:
        return value
    return value / 10.0**scale if scale > 0 else value * int(10**-scale)
