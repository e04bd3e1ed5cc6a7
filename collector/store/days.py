"""Samples of batches, and chunks of days, put together to one matrix a device."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

import numpy as np

from collector.store.codec import Bools, Ints, Matrix, Number, Series
from inventory.facts import SampleColumns

_INT64 = 2**63


def matrices(batches: Iterable[SampleColumns]) -> dict[str, list[Matrix]]:
    """By device, a matrix for each block of series that came again and again."""
    found: dict[tuple[str, tuple[Series, ...]], list[tuple[int, list[list[int | None]]]]] = defaultdict(list)
    for one in batches:
        rows = zip(one.device, one.slot, one.subject, one.key, one.scale, one.value, strict=True)
        for device, slot, subjects, keys, scales, values in rows:
            series = tuple(
                Series(subject, key, scale)
                for key, scale in zip(keys, scales, strict=True)
                for subject in subjects
            )
            found[(device, series)].append((slot, values))
    by_device: dict[str, list[Matrix]] = defaultdict(list)
    for (device, series), blocks in found.items():
        by_device[device].append(_matrix(series, blocks))
    return by_device


def merged(parts: Sequence[Matrix]) -> Matrix:
    """One matrix of all: where several have a number, the last one's counts. Series are in the order of
    their keys, so that like stands by like."""
    series = sorted({one for part in parts for one in part.series}, key=lambda one: (one[1], one[0], one[2]))
    slots = np.unique(np.concatenate([part.slots for part in parts]))
    place = {one: at for at, one in enumerate(series)}
    values = np.zeros((len(series), len(slots)), np.int64)
    present = np.zeros(values.shape, np.bool_)
    odd: dict[tuple[int, int], Number] = {}
    for part in parts:
        rows = np.array([place[one] for one in part.series], np.int64)
        columns = np.searchsorted(slots, part.slots)
        where = np.ix_(rows, columns)
        values[where] = np.where(part.present, part.values, values[where])
        present[where] |= part.present
        for at in list(odd):
            if present[at]:
                del odd[at]
        for (s, t), number in part.odd.items():
            at = (int(rows[s]), int(columns[t]))
            odd[at], present[at], values[at] = number, False, 0
    return Matrix(tuple(series), slots, values, present, odd)


def _matrix(series: tuple[Series, ...], blocks: list[tuple[int, list[list[int | None]]]]) -> Matrix:
    """A block that came in several slots; of one slot the last counts."""
    by_slot = dict(blocks)
    slots = sorted(by_slot)
    flat = [[value for column in by_slot[slot] for value in column] for slot in slots]
    values, present, odd = _numbers(flat)
    turned = {(s, t): number for (t, s), number in odd.items()}
    return Matrix(series, np.array(slots, np.int64), values.T, present.T, turned)


def _numbers(
    rows: list[list[int | None]],
) -> tuple[Ints, Bools, dict[tuple[int, int], Number]]:
    """The numbers of rows of one length, which of them there are, and those that have no 64 bits."""
    try:
        values = np.array(rows, np.int64)
        return values, np.ones(values.shape, np.bool_), {}
    except (TypeError, OverflowError):
        pass  # holes, or larger numbers
    odd: dict[tuple[int, int], Number] = {
        (at, s): value
        for at, row in enumerate(rows)
        for s, value in enumerate(row)
        if value is not None and not -_INT64 <= value < _INT64
    }
    present = np.array([[value is not None for value in row] for row in rows], np.bool_)
    for place in odd:
        present[place] = False
    plain = [[0 if value is None else value for value in row] for row in rows]
    for at, s in odd:
        plain[at][s] = 0
    return np.array(plain, np.int64), present, odd
