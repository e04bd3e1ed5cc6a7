"""Names that were read before are used again, and nothing else is."""

from __future__ import annotations

import msgspec
import pytest
from batches import T0, batch
from hypothesis import given
from hypothesis import strategies as st

from collector.ingest import Caps, decoded, sifted
from collector.ingest_names import NameCache
from collector.store.write import Sender
from inventory.facts import Batch, SampleColumns

CAMPUS = "2133999001-01"
SENDER = Sender("2133999001", CAMPUS, CAMPUS)
texts = st.text(max_size=6)


def samples(ports: int = 2, value: int | None = 7, device: str = "gw") -> SampleColumns:
    return SampleColumns(
        device=[device, "sw"],
        slot=[T0, T0],
        subject=[[f"port:{n}" for n in range(ports)], [""]],
        key=[["in_octets", "out_octets"], ["uptime_s"]],
        scale=[[0, 0], [2]],
        value=[[[value] * ports, [8] * ports], [[9]]],
    )


def body(columns: SampleColumns, seq: int = 1) -> bytes:
    return msgspec.json.encode(batch(seq, T0, samples=columns))


def test_the_same_names_are_the_same_objects_the_second_time() -> None:
    first, second = decoded(body(samples()), ""), decoded(body(samples(value=1), 2), "")

    assert first.names is second.names
    assert first.batch.samples.subject is second.batch.samples.subject
    assert second.batch.samples.value[0][0] == [1, 1]


def test_a_batch_read_so_is_the_batch_that_was_sent() -> None:
    found = decoded(body(samples()), "").batch

    assert msgspec.convert(found, Batch, from_attributes=True) == batch(1, T0, samples=samples())


def test_numbers_are_counted_only_where_there_may_be_holes() -> None:
    assert decoded(body(samples(ports=3)), "").measured == 7
    assert decoded(body(samples(value=None)), "").measured is None


def test_names_are_good_again_only_with_as_many_values() -> None:
    caps = Caps()
    good = decoded(body(samples()), "")
    sifted(good.batch, SENDER, T0 + 1.0, caps, good.names)
    uneven = samples()
    uneven.value[0][1].append(1)
    bad = decoded(body(uneven, 2), "")

    _kept, rejected = sifted(bad.batch, SENDER, T0 + 1.0, caps, bad.names)

    assert bad.names is good.names
    assert [(one.part, one.device) for one in rejected] == [("samples", "gw")]


@pytest.mark.parametrize("columns", ["subject", "key", "device", "scale"])
def test_names_that_are_none_go_the_careful_way(columns: str) -> None:
    plain = msgspec.json.decode(body(samples()))
    plain["samples"][columns] = 3

    found = decoded(msgspec.json.encode(plain), "")

    assert found.names is None
    assert found.rejected


@given(st.lists(st.lists(texts, max_size=4), max_size=4), st.lists(texts, max_size=4))
def test_what_comes_out_is_what_went_in(subjects: list[list[str]], devices: list[str]) -> None:
    cache = NameCache()
    told = [msgspec.json.encode(one) for one in (devices, subjects, subjects, [[1], [2, 3]])]

    for _again in range(2):
        names = cache.names(*told)
        assert (names.device, names.subject, names.key) == (devices, subjects, subjects)
        assert names.total == sum(len(each) ** 2 for each in subjects)


def test_a_flood_of_names_does_not_fill_the_memory() -> None:
    cache = NameCache(cost_limit=100_000)
    for n in range(1000):
        cache.names(b"[]", msgspec.json.encode([[f"port:{n}:{k}" for k in range(50)]]), b"[[]]", b"[[]]")
        assert len(cache._known) * 50 * 80 <= 100_000
    huge = msgspec.json.encode([[f"p{k}" for k in range(5000)]])

    assert len(cache.names(b"[]", huge, b"[[]]", b"[[]]").subject[0]) == 5000
    assert cache.names(b"[]", huge, b"[[]]", b"[[]]") is not cache.names(b"[]", huge, b"[[]]", b"[[]]")
