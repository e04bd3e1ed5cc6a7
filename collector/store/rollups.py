"""The hours of a device and day: what stays when the samples themselves are too old to keep.

A roll-up is a matrix like a chunk, with an hour for a slot and ``key/what`` for a key. A counter keeps how
far it rose; a gauge its least, largest, sum and last value. All are whole numbers with the scale of the
series.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from collector.store.codec import Ints, Matrix, Series
from inventory.facts import SAMPLE_KEYS

HOUR_S = 3600
COUNTERS = frozenset(key for key, meaning in SAMPLE_KEYS.items() if meaning.endswith("counter"))
_SUMMABLE = 2**50
"""Numbers beyond this have no mean: their sum might not fit into 64 bits."""
_GAUGE = ("count", "last", "min", "max", "sum")
_COUNTER = ("count", "last", "rise")


@dataclass(frozen=True, slots=True)
class Hour:
    """One hour of one series in true values. ``rise`` is of counters, the three before it are of gauges."""

    start: int
    count: int
    last: float
    minimum: float | None = None
    maximum: float | None = None
    mean: float | None = None
    rise: float | None = None


def hours_of(day: Matrix) -> Matrix:
    """The roll-up of a day. Odd numbers (see codec) are left out: no device counts beyond 64 bits."""
    hours = np.unique(day.slots // HOUR_S * HOUR_S)
    edges = np.searchsorted(day.slots, hours)
    series: list[Series] = []
    rows: list[Ints] = []
    count = np.add.reduceat(day.present, edges, axis=1, dtype=np.int64)
    last = _last(day, edges)
    low = np.minimum.reduceat(np.where(day.present, day.values, np.iinfo(np.int64).max), edges, axis=1)
    high = np.maximum.reduceat(np.where(day.present, day.values, np.iinfo(np.int64).min), edges, axis=1)
    total = np.add.reduceat(day.values, edges, axis=1)
    rise = np.add.reduceat(_rises(day), edges, axis=1)
    columns = {"count": count, "last": last, "min": low, "max": high, "sum": total, "rise": rise}
    for at, one in enumerate(day.series):
        for what in _whats(one):
            series.append(Series(one.subject, f"{one.key}/{what}", one.scale))
            rows.append(columns[what][at])
    summable = (low > -_SUMMABLE) & (high < _SUMMABLE)
    shown = dict.fromkeys(columns, count > 0) | {"sum": (count > 0) & summable}
    present = np.array([shown[what][at] for at, one in enumerate(day.series) for what in _whats(one)])
    values = np.where(present, np.array(rows), 0)
    order = sorted(range(len(series)), key=lambda at: (series[at][1], series[at][0], series[at][2]))
    return Matrix(tuple(series[at] for at in order), hours, values[order], present[order])


def read_hours_of(rolled: Matrix, subject: str, key: str) -> list[Hour]:
    """The hours of one series, oldest first."""
    found: dict[tuple[int, int], dict[str, int]] = {}
    for at, one in enumerate(rolled.series):
        name, _slash, what = one.key.rpartition("/")
        if (one.subject, name) != (subject, key):
            continue
        for t in np.flatnonzero(rolled.present[at]).tolist():
            found.setdefault((int(rolled.slots[t]), one.scale), {})[what] = int(rolled.values[at, t])
    return [_hour(start, scale, numbers) for (start, scale), numbers in sorted(found.items())]


def _hour(start: int, scale: int, numbers: dict[str, int]) -> Hour:
    one = 10.0**scale
    if "rise" in numbers:
        return Hour(start, numbers["count"], numbers["last"] / one, rise=numbers["rise"] / one)
    return Hour(
        start,
        numbers["count"],
        numbers["last"] / one,
        numbers["min"] / one,
        numbers["max"] / one,
        numbers["sum"] / numbers["count"] / one if "sum" in numbers else None,
    )


def _whats(one: Series) -> tuple[str, ...]:
    return _COUNTER if one.key in COUNTERS else _GAUGE


def _last(day: Matrix, edges: Ints) -> Ints:
    """The last number of each hour; where there is none, one that does not count."""
    places = np.where(day.present, np.arange(len(day.slots)), 0)
    newest = np.maximum.reduceat(places, edges, axis=1)
    return np.take_along_axis(day.values, newest, axis=1)


def _rises(day: Matrix) -> Ints:
    """How far each number is above the one before it in the day. A counter that fell has begun anew at 0."""
    values, present = day.values, day.present
    places = np.where(present, np.arange(values.shape[1]), -1)
    before = np.maximum.accumulate(places, axis=1)
    before = np.concatenate((np.full((len(values), 1), -1), before[:, :-1]), axis=1)
    earlier = np.take_along_axis(values, np.maximum(before, 0), axis=1)
    step = np.where(values >= earlier, values - earlier, values)
    return np.where(present & (before >= 0), step, 0)
