"""One series over any time: from chunks, from what has landed since, and by the hour from roll-ups."""

from __future__ import annotations

import numpy as np
from sqlalchemy import Connection, select

from collector.store import codec, samples
from collector.store.codec import Matrix
from collector.store.rollups import Hour, read_hours_of
from collector.store.schema import chunk, landing, rollup
from inventory.errors import StoreError
from inventory.facts import SampleColumns
from inventory.log import get_logger

log = get_logger(__name__)


def read_series(
    connection: Connection, school_id: str, device_id: str, subject: str, key: str, start: int, end: int
) -> list[tuple[int, int | float]]:
    """(slot, true value) from ``start`` until before ``end``, oldest first; slots without a value are not
    in it. What is damaged in the store is logged and left out."""
    found: dict[int, int | float] = {}
    days = (start // samples.DAY_S, (end - 1) // samples.DAY_S)
    chunks = connection.execute(
        select(chunk.c.codec, chunk.c.body)
        .where(chunk.c.school_id == school_id, chunk.c.day.between(*days), chunk.c.device_id == device_id)
        .order_by(chunk.c.day)
    )
    for number, body in chunks:
        try:
            found |= _numbers(codec.decode_some(number, body, subject, key))
        except StoreError as error:
            log.error("%s %s: %s", school_id, device_id, error)
    landed = connection.execute(
        select(landing.c.codec, landing.c.body)
        .where(landing.c.school_id == school_id, landing.c.day.between(*days))
        .where(landing.c.codec != samples.DAMAGED)
        .order_by(landing.c.slot, landing.c.lane, landing.c.seq)
    )
    for number, body in landed:
        try:
            found |= _landed(samples.decode(number, body), device_id, subject, key)
        except StoreError as error:
            log.error("%s: %s", school_id, error)
    return sorted((slot, value) for slot, value in found.items() if start <= slot < end)


def read_subjects(
    connection: Connection, school_id: str, device_id: str, key: str, start: int, end: int
) -> list[str]:
    """The subjects that a key was measured of in the days from that of ``start`` to that before ``end``,
    sorted. What is damaged is logged and left out."""
    found: set[str] = set()
    days = (start // samples.DAY_S, (end - 1) // samples.DAY_S)
    chunks = connection.execute(
        select(chunk.c.codec, chunk.c.body).where(
            chunk.c.school_id == school_id, chunk.c.day.between(*days), chunk.c.device_id == device_id
        )
    )
    for number, body in chunks:
        try:
            found.update(subject for subject, name in codec.names(number, body) if name == key)
        except StoreError as error:
            log.error("%s %s: %s", school_id, device_id, error)
    landed = connection.execute(
        select(landing.c.codec, landing.c.body)
        .where(landing.c.school_id == school_id, landing.c.day.between(*days))
        .where(landing.c.codec != samples.DAMAGED)
    )
    for number, body in landed:
        try:
            batch = samples.decode(number, body)
        except StoreError as error:
            log.error("%s: %s", school_id, error)
            continue
        for device, subjects, keys in zip(batch.device, batch.subject, batch.key, strict=True):
            if device == device_id and key in keys:
                found.update(subjects)
    return sorted(found)


def read_hours(
    connection: Connection, school_id: str, device_id: str, subject: str, key: str, start: int, end: int
) -> list[Hour]:
    """The compacted hours that begin from ``start`` until before ``end``, oldest first."""
    days = (start // samples.DAY_S, (end - 1) // samples.DAY_S)
    rows = connection.execute(
        select(rollup.c.codec, rollup.c.body)
        .where(rollup.c.school_id == school_id, rollup.c.day.between(*days), rollup.c.device_id == device_id)
        .order_by(rollup.c.day)
    )
    hours: list[Hour] = []
    for number, body in rows:
        hours += read_hours_of(codec.decode(number, body), subject, key)
    return [hour for hour in hours if start <= hour.start < end]


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
