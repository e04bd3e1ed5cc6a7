"""From bytes to rows: what is left out, what is cleaned, what is refused, and that nothing else happens."""

from __future__ import annotations

import gzip
import json
import tracemalloc
from typing import Any

import msgspec
import pytest
import zstandard
from batches import T0, batch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from collector.ingest import Caps, check, decode, decoded, sifted
from collector.store.write import Sender
from inventory.errors import Refused
from inventory.facts import (
    Batch,
    DigestColumns,
    FactColumns,
    FrameColumns,
    GapColumns,
    PollColumns,
    Rejected,
    SampleColumns,
)

CAMPUS = "2133999001-01"
SENDER = Sender("2133999001", CAMPUS, CAMPUS)
NOW = T0 + 600.0
REPLACED = "�"


def sift(one: Batch, caps: Caps | None = None) -> tuple[Batch, list[Rejected]]:
    return sifted(one, SENDER, NOW, caps or Caps())


def with_facts(*rows: tuple[str, str, str, Any], slot: int = T0, **fields: Any) -> Batch:
    device, subject, key, value = zip(*rows, strict=True)
    facts = FactColumns(
        device=list(device), slot=[slot] * len(rows), subject=list(subject), key=list(key), value=list(value)
    )
    return msgspec.structs.replace(batch(1, T0), facts=facts, **fields)


def samples(numbers_: list[list[int | None]], **fields: Any) -> SampleColumns:
    block: dict[str, Any] = {
        "device": ["gw"],
        "slot": [T0],
        "subject": [["port:1", "port:2"]],
        "key": [["in_octets"]],
        "scale": [[0]],
        "value": [numbers_],
    }
    return SampleColumns(**(block | fields))


def test_a_good_batch_comes_through_as_it_is() -> None:
    one = batch(1, T0, changes={("gw", "port:1", "alias"): "校园网\n出口"}, frames=("gw",))

    kept, rejected = sift(msgspec.structs.replace(one, samples=samples([[1, None]])))

    assert rejected == []
    assert kept == msgspec.structs.replace(one, samples=samples([[1, None]]))
    check(one, SENDER, NOW)


BAD_FACTS = {
    "device-too-long": ("d" * 65, "", "model", "x"),
    "device-empty": ("", "", "model", "x"),
    "device-nul": ("g\0w", "", "model", "x"),
    "subject-too-long": ("gw", "s" * 129, "model", "x"),
    "key-too-long": ("gw", "", "k" * 33, "x"),
    "key-line-feed": ("gw", "", "a\nb", "x"),
    "text-too-long": ("gw", "", "serial", "x" * 1025),
    "10-MiB-text": ("gw", "", "serial", "x" * (10 * 2**20)),
    "list-too-long": ("gw", "", "serial", ["x"] * 257),
    "number-too-large": ("gw", "", "serial", 2**80),
}


@pytest.mark.parametrize("name", BAD_FACTS)
def test_one_bad_fact_costs_no_other(name: str) -> None:
    kept, rejected = sift(with_facts(("gw", "", "model", "S5731"), BAD_FACTS[name], ("gw", "", "speed", 1)))

    assert kept.facts.key == ["model", "speed"]
    assert [(one.part, one.rows) for one in rejected] == [("facts", 1)]


@pytest.mark.parametrize(
    ("dirty", "clean"),
    [
        ("a\0b", f"a{REPLACED}b"),
        ("\x1b[31mred", f"{REPLACED}[31mred"),
        ("a\u202eb", f"a{REPLACED}b"),
        ("a\u2028b", f"a{REPLACED}b"),
        (["ok", "\x07"], ["ok", REPLACED]),
        ({"\x9b": "\u2066"}, {REPLACED: REPLACED}),
        ("line\r\nline\t教育", "line\r\nline\t教育"),
    ],
)
def test_what_a_device_wrote_is_stored_without_signs_that_do_harm(dirty: Any, clean: Any) -> None:
    kept, rejected = sift(with_facts(("gw", "port:\x1bx", "alias", dirty)))

    assert kept.facts.value == [clean]
    assert kept.facts.subject == [f"port:{REPLACED}x"]
    assert rejected == []


def test_half_a_surrogate_pair_is_cleaned_as_well() -> None:
    plain = msgspec.json.encode(batch(1, T0, changes={("gw", "", "model"): "SURROGATE"}))

    one = decoded(plain.replace(b"SURROGATE", rb"a\ud800b"), "identity")
    kept, _rejected = sift(one.batch)

    assert kept.facts.value == [f"a{REPLACED}b"]


@pytest.mark.parametrize("slot", [T0 + 7, T0 - 401 * 86400, T0 + 2 * 86400, 2**80, -300])
def test_a_row_at_an_impossible_time_is_left_out(slot: int) -> None:
    polls = PollColumns(device=["gw", "sw"], slot=[slot, T0], outcome=["ok", "ok"])

    kept, rejected = sift(msgspec.structs.replace(batch(1, T0), polls=polls))

    assert kept.polls.device == ["sw"]
    assert [(one.part, one.device, one.rows) for one in rejected] == [("polls", "gw", 1)]


def test_facts_that_cannot_be_read_do_not_end_those_of_a_frame() -> None:
    facts = FactColumns(device=["gw", "gw"], slot=[T0], subject=[""], key=["model"], value=["x"])
    one = msgspec.structs.replace(
        batch(1, T0),
        facts=facts,
        frames=FrameColumns(device=["gw"], slot=[T0]),
        digests=DigestColumns(device=["gw"], slot=[T0], digest=["0f"]),
    )

    kept, rejected = sift(one)

    assert (kept.facts.device, kept.frames.device, kept.digests.device) == ([], [], [])
    assert kept.polls.device == ["gw"]
    assert {(one.part, one.rows) for one in rejected} == {("facts", 2), ("frames", 1), ("digests", 1)}


def test_the_digest_of_a_device_whose_facts_were_touched_is_passed_over() -> None:
    digests = DigestColumns(device=["gw", "sw", "x"], slot=[T0] * 3, digest=["0f", "1a", "no digest"])
    one = with_facts(("gw", "", "model", "a\0"), ("sw", "", "model", "b"), digests=digests)

    kept, rejected = sift(one)

    assert kept.digests.device == ["sw"]
    assert [(one.part, one.device) for one in rejected] == [("digests", "x")]


def test_a_number_that_no_column_holds_is_left_out_of_its_block() -> None:
    kept, rejected = sift(msgspec.structs.replace(batch(1, T0), samples=samples([[2**63, 2**63 - 1]])))

    assert kept.samples.value == [[[None, 2**63 - 1]]]
    assert [(one.part, one.device, one.rows) for one in rejected] == [("samples", "gw", 1)]


@pytest.mark.parametrize(
    "fields",
    [
        {"value": [[[1]]]},
        {"value": [[[1, 2], [3, 4]]]},
        {"scale": [[]]},
        {"scale": [[99]]},
        {"key": [["k" * 33]]},
        {"subject": [["a\0", "b"]]},
        {"slot": [T0 + 1]},
        {"device": [""]},
    ],
)
def test_a_bad_block_of_samples_is_left_out(fields: dict[str, Any]) -> None:
    kept, rejected = sift(msgspec.structs.replace(batch(1, T0), samples=samples([[1, 2]], **fields)))

    assert kept.samples.device == []
    assert [one.part for one in rejected] == ["samples"]
    assert kept.polls.device == ["gw"]


def test_a_gap_out_of_bounds_is_left_out() -> None:
    row: dict[str, list[Any]] = {
        "number": [1, 2],
        "epoch": ["e1", "e" * 33],
        "lane": ["backlog"] * 2,
        "first_seq": [1, 1],
        "last_seq": [2, 2],
        "first_at": [1.0, 1.0],
        "last_at": [2.0, 2.0],
        "what": ["samples"] * 2,
        "why": ["no_room"] * 2,
    }

    kept, rejected = sift(msgspec.structs.replace(batch(1, T0), gaps=GapColumns(**row)))

    assert kept.gaps.number == [1]
    assert [(one.part, one.rows) for one in rejected] == [("gaps", 1)]


def polls_of(devices: list[str]) -> Batch:
    polls = PollColumns(device=devices, slot=[T0] * len(devices), outcome=["ok"] * len(devices))
    return msgspec.structs.replace(batch(1, T0), polls=polls)


def test_an_agent_that_invents_devices_comes_up_against_a_cap_and_others_do_not() -> None:
    caps = Caps(devices=100)
    kept = sum(
        len(sift(polls_of([f"d{n}" for n in range(50 * k, 50 * k + 50)]), caps)[0].polls.device)
        for k in range(20)
    )
    other = Sender("2133999002", CAMPUS, CAMPUS)

    old, _none = sift(polls_of(["d1", "d99"]), caps)
    others, _none = sifted(polls_of(["d5000"]), other, NOW, caps)

    assert kept == 100
    assert old.polls.device == ["d1", "d99"]
    assert others.polls.device == ["d5000"]


def test_devices_of_the_store_count_after_a_restart() -> None:
    caps = Caps(devices=2, known_devices=lambda _school: ["old1", "old2"])

    kept, rejected = sift(polls_of(["old1", "new"]), caps)

    assert kept.polls.device == ["old1"]
    assert rejected[0].rows == 1


def test_subjects_and_keys_have_caps_as_well() -> None:
    caps = Caps(subjects=10, keys=3)
    many = with_facts(*((("gw", f"port:{n}", "alias", "x")) for n in range(50)))
    keys = with_facts(*((("gw", "", f"k{n}", "x")) for n in range(50)))

    assert len(sift(many, caps)[0].facts.key) == 10
    assert len(sift(keys, caps)[0].facts.key) == 2
    assert (
        sift(msgspec.structs.replace(batch(1, T0), samples=samples([[1, 2]])), caps)[1][0].part == "samples"
    )


def test_a_batch_that_is_bad_everywhere_is_reported_in_few_lines() -> None:
    devices = [f"d{n}" for n in range(5000)]
    polls = PollColumns(device=devices, slot=[T0 + 1] * 5000, outcome=["ok"] * 5000)

    _kept, rejected = sift(msgspec.structs.replace(batch(1, T0), polls=polls))

    assert [(one.part, one.rows, one.device) for one in rejected] == [("polls", 5000, "")]


def document(**fields: Any) -> bytes:
    return json.dumps(json.loads(msgspec.json.encode(batch(1, T0))) | fields).encode()


def test_fields_of_a_newer_agent_are_counted_and_its_new_words_left_out() -> None:
    newer = document(
        polls={"device": ["gw", "sw"], "slot": [T0, T0], "outcome": ["ok", "tired"], "mood": [1, 2]},
        facts={"device": ["gw"], "slot": [T0], "subject": [""], "key": ["x"], "value": [[1, 2]]},
        samples={"device": "a new form"},
    )

    one = decoded(newer, "identity")

    assert one.batch.polls.device == ["gw"]
    assert {(r.part, r.rows) for r in one.rejected} == {("polls", 1), ("facts", 1), ("samples", 1)}
    assert decoded(document(weather=1, rain=2), "identity").unknown_fields == 2


ZSTD = zstandard.ZstdCompressor()
PLAIN = msgspec.json.encode(batch(1, T0))
BOMB = b" " * (64 * 2**20)
REFUSED: dict[str, tuple[bytes, str, int]] = {
    "declared-bomb": (ZSTD.compress(BOMB), "zstd", 413),
    "undeclared-bomb": (zstandard.ZstdCompressor(write_content_size=False).compress(BOMB), "zstd", 413),
    "nested": (ZSTD.compress(ZSTD.compress(PLAIN)), "zstd", 422),
    "two-frames": (ZSTD.compress(PLAIN) + ZSTD.compress(b" "), "zstd", 422),
    "tiny-frames": (ZSTD.compress(b"") * 400_000, "zstd", 422),
    "frame-and-rubbish": (ZSTD.compress(PLAIN) + b"x", "zstd", 422),
    "half-a-frame": (ZSTD.compress(PLAIN)[:-3], "zstd", 422),
    "gzip-bomb": (gzip.compress(BOMB), "gzip", 413),
    "two-members": (gzip.compress(PLAIN) + gzip.compress(b" "), "gzip", 422),
    "half-a-member": (gzip.compress(PLAIN)[:-9], "gzip", 422),
    "deep": (b'{"facts":' * 1 + b"[" * 100_000, "identity", 422),
    "deep-field": (
        document(x=0).replace(b'"x": 0', b'"x": ' + b"[" * 50_000 + b"]" * 50_000),
        "identity",
        422,
    ),
    "nan": (PLAIN.replace(b'"interval_s":300', b'"interval_s":NaN'), "identity", 422),
    "infinite": (PLAIN.replace(b'"interval_s":300', b'"interval_s":1e400'), "identity", 422),
    "not-utf-8": (PLAIN.replace(b"gw", b"\xff\xfe"), "identity", 422),
    "list": (b"[]", "identity", 422),
    "null": (b"null", "identity", 422),
    "unknown-lane": (document(lane="express"), "identity", 422),
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_body_that_is_no_batch_is_refused_and_costs_little_memory(name: str) -> None:
    body, encoding, status = REFUSED[name]
    tracemalloc.start()

    with pytest.raises(Refused) as caught:
        decode(body, encoding)

    _now, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert caught.value.status == status
    assert peak < 80 * 2**20


def test_of_a_field_given_twice_the_last_one_counts() -> None:
    twice = PLAIN[:-1] + b',"seq":7}'

    assert decode(twice, "identity")[0].seq == 7


def test_numbers_without_end_do_not_reach_the_store() -> None:
    with pytest.raises(Refused):
        sift(msgspec.structs.replace(batch(1, T0), seq=2**80))


names = st.sampled_from(["gw", "sw", "", "port:1", "a\0b", "x" * 200, "\u202e", "model"])
numbers = st.one_of(st.sampled_from([T0, T0 + 300, 0, -1, 2**63, 2**80]), st.integers())
values = st.recursive(
    st.one_of(st.none(), st.booleans(), numbers, st.floats(allow_nan=False, allow_infinity=False), names),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(names, inner, max_size=2)),
    max_leaves=4,
)
columns = st.dictionaries(
    st.sampled_from(
        ["device", "slot", "subject", "key", "value", "outcome", "scale", "digest", "number", "new"]
    ),
    st.one_of(values, st.lists(st.one_of(names, numbers, values), max_size=3)),
    max_size=7,
)
changes = st.dictionaries(
    st.sampled_from(
        [
            "polls",
            "facts",
            "frames",
            "samples",
            "digests",
            "gaps",
            "seq",
            "made_at",
            "lane",
            "epoch",
            "unheard",
        ]
    ),
    st.one_of(columns, values),
    max_size=4,
)


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(changes)
def test_whatever_is_sent_is_kept_or_refused_and_what_is_kept_can_be_stored(fields: dict[str, Any]) -> None:
    try:
        one = decoded(document(**fields), "identity")
        kept, _rejected = sift(one.batch)
    except Refused:
        return

    for group in (kept.polls, kept.facts, kept.frames, kept.samples, kept.digests):
        assert len({len(column) for column in msgspec.structs.astuple(group)}) == 1
        assert all(0 < len(device) <= 64 and "\0" not in device for device in group.device)
        assert all(slot % 300 == 0 and 0 < slot < 2**32 for slot in group.slot)
    numbers_kept = [value for value in kept.facts.value if isinstance(value, int)]
    assert all(-(2**63) <= number < 2**63 for number in numbers_kept)
    msgspec.json.encode(kept)
