"""The numbers of one device and day as a few bytes, and back, without loss.

A body is one zstd frame with a checksum. In it: a directory (MessagePack) of the series, the slots as runs of
equal steps, the first value of each series and which values are missing; then the differences from slot to
slot, or the differences of these where they are smaller, folded to positive numbers and laid out by byte
planes: all lowest bytes of all series, then all second ones. Differences wrap at 64 bits, so any 64-bit
number comes back. What is no 64-bit whole number is an odd one and stands in the directory as it is.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import NamedTuple

import msgspec
import numpy as np
import numpy.typing as npt
import zstandard

from collector.store.samples import unpacked
from inventory.errors import StoreError
from inventory.words import _

CODEC = 1
# Short matches in what is like noise cost more than they save.
_PARAMETERS = zstandard.ZstdCompressionParameters.from_level(6, min_match=7, write_checksum=True)
MOST_CELLS = 64 * 1024 * 1024
MOST_SLOTS = 86400
"""One a second."""

Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
_Words = npt.NDArray[np.uint64]
Number = int | float


class Series(NamedTuple):
    """What was measured; the true value is the stored one divided by 10**scale."""

    subject: str
    key: str
    scale: int


@dataclass(frozen=True, slots=True)
class Matrix:
    """``values[s, t]`` of ``series[s]`` at ``slots[t]`` (rising) counts where ``present[s, t]``; elsewhere
    it is 0. ``odd`` are the numbers that are not 64-bit whole ones, by place; they are not ``present``."""

    series: tuple[Series, ...]
    slots: Ints
    values: Ints
    present: Bools
    odd: dict[tuple[int, int], Number] = field(default_factory=dict)

    @property
    def n(self) -> int:
        return int(np.count_nonzero(self.present)) + len(self.odd)


class _Head(msgspec.Struct, array_like=True):
    version: int
    subjects: list[str]
    keys: list[str]
    subject: list[int]
    key: list[int]
    scale: list[int]
    first_slot: int
    steps: list[tuple[int, int]]
    """(seconds to the next slot, how often)"""
    twice: bytes
    """One bit a series: differences of differences."""
    holes: bytes
    """One bit a value, 1 where it is there; empty when all are."""
    planes: int
    odd: list[tuple[int, int, int | float | str]]


_head = msgspec.msgpack.Decoder(_Head)


def encode(matrix: Matrix) -> bytes:
    """The body of a chunk."""
    count, width = matrix.values.shape
    words = _filled(matrix).view(np.uint64)
    once, twice = _differences(words)
    # Where a counter only rises, its differences need no sign; their differences always do.
    rises = (once & np.uint64(1)).max(axis=1, initial=0) == 0
    double = _size(twice) + rises * (width - 1) < _size(once)
    folded = np.where(double[:, None], twice, once)
    planes = (int(folded.max()).bit_length() + 7) // 8 if folded.size else 0
    subjects = {one.subject: None for one in matrix.series}
    keys = {one.key: None for one in matrix.series}
    subject_at, key_at = _places(subjects), _places(keys)
    head = _Head(
        version=CODEC,
        subjects=list(subjects),
        keys=list(keys),
        subject=[subject_at[one.subject] for one in matrix.series],
        key=[key_at[one.key] for one in matrix.series],
        scale=[one.scale for one in matrix.series],
        first_slot=int(matrix.slots[0]) if width else 0,
        steps=_runs(np.diff(matrix.slots)),
        twice=np.packbits(double).tobytes(),
        holes=b"" if matrix.present.all() else np.packbits(matrix.present).tobytes(),
        planes=planes,
        odd=[(s, t, _portable(value)) for (s, t), value in sorted(matrix.odd.items())],
    )
    packed = msgspec.msgpack.encode(head)
    first = words[:, :1].astype("<u8").tobytes()
    by_plane = folded.astype("<u8").view(np.uint8).reshape(count, -1, 8)[:, :, :planes].transpose(2, 0, 1)
    plain = [len(packed).to_bytes(4, "little") + packed + first]
    plain += [plane[start:end].tobytes() for plane in by_plane for start, end in _alike(matrix.series)]
    return _compressed(plain)


def _compressed(parts: list[bytes]) -> bytes:
    """One frame, each part with a code of its own: the lowest bytes of octets are like noise, the highest of
    packets nearly all 0."""
    size = sum(map(len, parts))
    packer = zstandard.ZstdCompressor(compression_params=_PARAMETERS).compressobj(size=size)
    body = [packer.compress(part) + packer.flush(zstandard.COMPRESSOBJ_FLUSH_BLOCK) for part in parts]
    return b"".join(body) + packer.flush()


def _alike(series: Sequence[Series]) -> list[tuple[int, int]]:
    """Where the series of one key begin and end."""
    starts = [at for at, one in enumerate(series) if not at or one.key != series[at - 1].key]
    return list(zip(starts, [*starts[1:], len(series)], strict=True))


def decode(codec: int, body: bytes) -> Matrix:
    """All of a chunk. StoreError when it is damaged or of a later version."""
    return _decode(codec, body, None)


def decode_some(codec: int, body: bytes, subject: str, key: str) -> Matrix:
    """The series of one subject and key: of several only where the scale has changed within the day."""
    return _decode(codec, body, (subject, key))


def names(codec: int, body: bytes) -> list[tuple[str, str]]:
    """Subject and key of each series of a chunk, without their values. StoreError as ``decode``."""
    with _as_store_error(codec):
        plain = unpacked(body)
        head = _head.decode(plain[4 : 4 + int.from_bytes(plain[:4], "little")])
        return [
            (head.subjects[_index(s)], head.keys[_index(k)])
            for s, k in zip(head.subject, head.key, strict=True)
        ]


def _decode(codec: int, body: bytes, only: tuple[str, str] | None) -> Matrix:
    with _as_store_error(codec):
        return _read(unpacked(body), only)


@contextmanager
def _as_store_error(codec: int) -> Iterator[None]:
    """What is wrong with a chunk, as StoreError."""
    if codec != CODEC:
        raise StoreError(_("a chunk in the store has codec %(codec)d, unknown here") % {"codec": codec})
    try:
        yield
    except (zstandard.ZstdError, msgspec.MsgspecError, ValueError, IndexError, OverflowError) as error:
        raise StoreError(_("a chunk in the store is damaged: %(why)s") % {"why": error}) from error


def _read(plain: bytes, only: tuple[str, str] | None) -> Matrix:
    start = 4 + int.from_bytes(plain[:4], "little")
    head = _head.decode(plain[4:start])
    series = [
        Series(head.subjects[_index(s)], head.keys[_index(k)], scale)
        for s, k, scale in zip(head.subject, head.key, head.scale, strict=True)
    ]
    width = _width(head, len(series), len(plain) - start)
    wanted = [at for at, one in enumerate(series) if only is None or one[:2] == only]
    first = np.frombuffer(plain, "<u8", len(series), start).astype(np.uint64)
    rest = max(width - 1, 0)
    planes = np.frombuffer(plain, np.uint8, head.planes * len(series) * rest, start + 8 * len(series))
    chosen = planes.reshape(head.planes, len(series), rest)[:, wanted]
    words = np.zeros((len(wanted), rest, 8), np.uint8)
    words[:, :, : head.planes] = chosen.transpose(1, 2, 0)
    folded = words.view("<u8").reshape(len(wanted), rest).astype(np.uint64)
    double = np.unpackbits(np.frombuffer(head.twice, np.uint8), count=len(series)).astype(np.bool_)
    values = _summed(first[wanted], folded, double[wanted], width)
    present = np.ones(values.shape, np.bool_)
    if head.holes:
        bits = np.unpackbits(np.frombuffer(head.holes, np.uint8), count=len(series) * width)
        present = bits.astype(np.bool_).reshape(len(series), width)[wanted]
        values[~present] = 0
    place = {at: new for new, at in enumerate(wanted)}
    odd = {(place[s], _index(t, width)): _number(v) for s, t, v in head.odd if s in place}
    return Matrix(tuple(series[at] for at in wanted), _slots(head, width), values, present, odd)


def _width(head: _Head, count: int, room: int) -> int:
    """How many slots there are, after a look at whether the body has what the head promises."""
    if any(times < 1 or step < 1 for step, times in head.steps) or not 0 <= head.planes <= 8:
        raise ValueError("steps or planes that cannot be")
    width = sum(times for _step, times in head.steps) + (1 if count else 0)
    if width > MOST_SLOTS or width * count > MOST_CELLS:
        raise ValueError(f"{count} series of {width} slots")
    if room != 8 * count + head.planes * count * max(width - 1, 0):
        raise ValueError(f"{room} bytes for {count} series of {width} slots")
    return width


def _slots(head: _Head, width: int) -> Ints:
    if not width:
        return np.zeros(0, np.int64)
    steps = np.repeat([step for step, _n in head.steps], [n for _step, n in head.steps]).astype(np.int64)
    return head.first_slot + np.concatenate((np.zeros(1, np.int64), np.cumsum(steps)))


def _filled(matrix: Matrix) -> Ints:
    """The values with each hole as the value before it, or the first one, so that it costs nothing."""
    values, present = matrix.values, matrix.present
    if bool(present.all()):
        return np.ascontiguousarray(values)
    places = np.where(present, np.arange(values.shape[1]), -1)
    before = np.maximum.accumulate(places, axis=1)
    first = np.argmax(present, axis=1)[:, None]
    filled = np.take_along_axis(values, np.where(before < 0, first, before), axis=1)
    filled[np.count_nonzero(present, axis=1) == 0] = 0
    return filled


def _differences(words: _Words) -> tuple[_Words, _Words]:
    """Folded differences, and folded differences of differences (the first one counts from 0)."""
    once = np.diff(words, axis=1)
    twice = once.copy()
    twice[:, 1:] -= once[:, :-1]
    return _fold(once), _fold(twice)


def _summed(first: _Words, folded: _Words, double: Bools, width: int) -> Ints:
    steps = (folded >> np.uint64(1)) ^ (np.uint64(0) - (folded & np.uint64(1)))
    steps[double] = np.cumsum(steps[double], axis=1, dtype=np.uint64)
    words = np.zeros((len(first), width), np.uint64)
    if width:
        words[:, 0] = first
        words[:, 1:] = first[:, None] + np.cumsum(steps, axis=1, dtype=np.uint64)
    return words.view(np.int64)


def _fold(words: _Words) -> _Words:
    """0, -1, 1, -2, ... as 0, 1, 2, 3, ..."""
    signed = words.view(np.int64)
    return ((signed << 1) ^ (signed >> 63)).view(np.uint64)


def _size(folded: _Words) -> npt.NDArray[np.float64]:
    """About how many bits each series takes."""
    total: npt.NDArray[np.float64] = np.log2(folded.astype(np.float64) + 1).sum(axis=1)
    return total


def _runs(steps: Ints) -> list[tuple[int, int]]:
    if not len(steps):
        return []
    starts = np.concatenate(([0], np.flatnonzero(np.diff(steps)) + 1))
    lengths = np.diff(np.concatenate((starts, [len(steps)])))
    return list(zip(steps[starts].tolist(), lengths.tolist(), strict=True))


def _places(names: dict[str, None]) -> dict[str, int]:
    return {name: at for at, name in enumerate(names)}


def _portable(value: Number) -> int | float | str:
    """MessagePack ends at 64 bits; longer numbers go as text."""
    return str(value) if isinstance(value, int) and not -(2**63) <= value < 2**64 else value


def _number(value: int | float | str) -> Number:
    return int(value) if isinstance(value, str) else value


def _index(at: int, below: int = MOST_CELLS) -> int:
    if not 0 <= at < below:
        raise IndexError(f"place {at}")
    return at
