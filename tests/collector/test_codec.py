"""Chunks: what goes in comes out, and damage is told."""

from __future__ import annotations

import numpy as np
import pytest
import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st

from collector.store import codec
from collector.store.codec import Matrix, Series
from inventory.errors import StoreError

INT64 = st.integers(-(2**63), 2**63 - 1)
ODD = st.one_of(st.integers(2**63, 2**80), st.floats(allow_nan=False))


@st.composite
def matrices(draw: st.DrawFn) -> Matrix:
    slots = sorted(draw(st.sets(st.integers(0, 2**40), min_size=1, max_size=12)))
    names = draw(
        st.lists(st.tuples(st.text(max_size=6), st.text(max_size=6), st.integers(-9, 9)), unique=True)
    )
    shape = (len(names), len(slots))
    size = shape[0] * shape[1]
    numbers = draw(st.lists(st.one_of(INT64, st.integers(0, 300)), min_size=size, max_size=size))
    present = np.array(draw(st.lists(st.booleans(), min_size=size, max_size=size)), np.bool_).reshape(shape)
    values = np.where(present, np.array(numbers, np.int64).reshape(shape), 0)
    holes = [(int(s), int(t)) for s, t in zip(*np.nonzero(~present), strict=True)]
    odd = draw(st.dictionaries(st.sampled_from(holes), ODD, max_size=3)) if holes else {}
    return Matrix(tuple(Series(*name) for name in names), np.array(slots, np.int64), values, present, odd)


def same(one: Matrix, other: Matrix) -> bool:
    arrays = ("slots", "values", "present")
    return (one.series, one.odd) == (other.series, other.odd) and all(
        np.array_equal(getattr(one, name), getattr(other, name)) for name in arrays
    )


def day(slots: int = 288) -> Matrix:
    counters = np.cumsum(np.full((6, slots), 12345, np.int64), axis=1)
    series = tuple(Series(f"port:{n}", "in_octets", 0) for n in range(6))
    times = np.arange(slots, dtype=np.int64) * 300
    return Matrix(series, times, counters, np.ones(counters.shape, np.bool_))


@given(matrices())
@settings(max_examples=150, deadline=None)
def test_every_matrix_comes_back_as_it_was(matrix: Matrix) -> None:
    if matrix.series:
        assert same(codec.decode(codec.CODEC, codec.encode(matrix)), matrix)


@given(matrices())
@settings(max_examples=50, deadline=None)
def test_one_series_read_alone_is_the_same_as_in_the_whole(matrix: Matrix) -> None:
    for at, one in enumerate(matrix.series):
        part = codec.decode_some(codec.CODEC, codec.encode(matrix), one.subject, one.key)

        place = part.series.index(one)
        assert np.array_equal(part.values[place], matrix.values[at])
        assert np.array_equal(part.present[place], matrix.present[at])


@given(st.data())
@settings(max_examples=150, deadline=None)
def test_a_flipped_bit_is_told_as_damage(data: st.DataObject) -> None:
    body = bytearray(codec.encode(day()))
    body[data.draw(st.integers(0, len(body) - 1))] ^= 1 << data.draw(st.integers(0, 7))

    try:
        found = codec.decode(codec.CODEC, bytes(body))
    except StoreError:
        return
    assert same(found, day())  # a bit of the frame's head that changes nothing


@given(st.binary(max_size=300))
@settings(max_examples=150, deadline=None)
def test_noise_in_a_good_frame_is_told_as_damage(noise: bytes) -> None:
    with pytest.raises(StoreError, match="damaged"):
        codec.decode(codec.CODEC, zstandard.ZstdCompressor().compress(noise))


def test_a_frame_that_promises_too_much_is_not_unpacked() -> None:
    plain = codec.encode(day())
    huge = plain[:4] + bytes([0xE0 | plain[4] & 0x1F]) + (2**50).to_bytes(8, "little") + plain[6:]

    with pytest.raises(StoreError, match="damaged"):
        codec.decode(codec.CODEC, huge)


def test_a_later_codec_is_told_apart_from_damage() -> None:
    with pytest.raises(StoreError, match="codec 9"):
        codec.decode(9, codec.encode(day()))


def test_a_steady_counter_costs_next_to_nothing() -> None:
    assert len(codec.encode(day())) < 200
