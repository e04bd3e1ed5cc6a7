"""What the agent keeps of how devices like to be asked, and that a damaged file is never fatal."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from pathlib import Path

import pytest
from snmprec_device import FakeDevice, Question, table

from agent.reads import Reads
from agent.snmp.engine import Oid, Value
from agent.snmp.learned import POLLS_BEFORE_DOUBT, Hint, Learned
from agent.snmp.session import Session
from agent.snmp.target import Target
from agent.snmp.walk import Rows, TableSpec

ENTRY = (1, 3, 6, 1, 9, 1)
SPEC = TableSpec(name="texts", entry=ENTRY, columns={"a": 1, "b": 2})
FIFTY = table(ENTRY, {1: {(i,): i for i in range(50)}, 2: {(i,): i for i in range(50)}})


def polled(
    objects: dict[Oid, Value],
    hint: Hint | None = None,
    twist: Callable[[Question], None] | None = None,
    version: str = "2c",
) -> tuple[FakeDevice, Rows, Hint]:
    """A device read once: what was asked, what was found, the lesson."""
    device = FakeDevice(objects, twist=twist)
    target = Target("192.0.2.1", community="c", version=version, max_varbinds=40)  # type: ignore[arg-type]

    async def run() -> tuple[FakeDevice, Rows, Hint]:
        async with Session(device, target, 60, hint) as session:
            rows = await Reads(session).table(SPEC)
            return device, rows, session.lesson()

    return asyncio.run(run())


def lose_over(size: int) -> Callable[[Question], None]:
    def lose(question: Question) -> None:
        if question.repetitions * len(question.oids) > size:
            raise TimeoutError

    return lose


def test_a_lesson_comes_back_from_the_disk(tmp_path: Path) -> None:
    hint = Hint(varbinds=40, bulk=True, too_big={"ifXTable": 20}, rows={"1.3.6": 7}, polls=3)
    learned = Learned(tmp_path / "state" / "learned.json")
    learned.keep(hint, "sw-01", "huawei S5735 V600")
    learned.save()

    again = Learned(tmp_path / "state" / "learned.json")

    assert again.of("sw-01") == hint
    assert again.of("sw-02", "huawei S5735 V600") == hint
    assert again.of("sw-02") == Hint()


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\0\xff\x13",
        b"[" * 100_000,
        b'{"format": 1, "hints": {"a": {"rows": {"not an oid": 3}}}}',
        b'{"format": 1, "hints": {"a": {"varbinds": -4}}}',
        b'{"format": 99, "hints": {}}',
        b'{"format": 1, "hints": {"\xff": {}}}',
    ],
)
def test_a_damaged_file_is_set_aside_and_learning_begins_again(
    tmp_path: Path, content: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    path = tmp_path / "learned.json"
    path.write_bytes(content)

    with caplog.at_level(logging.WARNING):
        learned = Learned(path)

    assert learned.of("a") == Hint()
    assert "set aside" in caplog.text
    assert (tmp_path / "learned.json.damaged").read_bytes() == content
    learned.keep(Hint(varbinds=8), "a")
    learned.save()
    assert Learned(path).of("a") == Hint(varbinds=8)


def test_a_disk_that_refuses_is_logged_and_tried_again(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "file").write_text("in the way")
    learned = Learned(tmp_path / "file" / "learned.json")
    learned.keep(Hint(varbinds=8), "a")

    with caplog.at_level(logging.WARNING):
        learned.save()

    assert "cannot be written" in caplog.text
    assert learned.of("a") == Hint(varbinds=8)


def test_a_save_that_is_cut_off_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "learned.json"
    learned = Learned(path)
    learned.keep(Hint(varbinds=8), "a")
    learned.save()
    learned.keep(Hint(varbinds=16), "a")

    def full(_descriptor: int) -> None:
        raise OSError("no space left on device")

    monkeypatch.setattr("os.fsync", full)
    learned.save()

    assert Learned(path).of("a") == Hint(varbinds=8)


def test_the_devices_used_longest_ago_are_forgotten_first(tmp_path: Path) -> None:
    learned = Learned(tmp_path / "learned.json")
    for number in range(5_001):
        learned.keep(Hint(varbinds=number + 1), f"sw-{number}")

    assert learned.of("sw-0") == Hint()
    assert learned.of("sw-5000") == Hint(varbinds=5_001)


def test_a_size_that_is_too_big_is_not_tried_at_the_next_poll() -> None:
    first, rows, hint = polled(FIFTY, twist=lose_over(12))
    assert len(rows) == 50

    second, rows, _hint = polled(FIFTY, hint, twist=lose_over(12))

    assert len(rows) == 50
    assert max(q.repetitions * len(q.oids) for q in first.asked) > 12
    assert max(q.repetitions * len(q.oids) for q in second.asked) <= 12


def test_a_device_without_getbulk_is_not_asked_for_one_at_the_next_poll() -> None:
    def no_bulk(question: Question) -> None:
        if question.kind == "bulk":
            raise TimeoutError

    _first, _rows, hint = polled(FIFTY, twist=no_bulk)
    second, rows, _hint = polled(FIFTY, hint, twist=no_bulk)

    assert len(rows) == 50
    assert hint.bulk is False
    assert {q.kind for q in second.asked} == {"next"}


def test_a_limit_found_while_datagrams_are_lost_by_chance_is_not_passed_on() -> None:
    many = table(ENTRY, {1: {(i,): i for i in range(900)}, 2: {(i,): i for i in range(900)}})

    def lossy(question: Question) -> None:
        if question.number in (3, 9):
            raise TimeoutError

    _device, rows, hint = polled(many, twist=lossy)

    assert len(rows) == 900
    assert hint.too_big == {}
    assert hint.varbinds == 40


def test_after_many_polls_a_device_is_learnt_anew() -> None:
    old = Hint(varbinds=2, bulk=False, rows={"1.3.6.1.9.1": 0}, polls=POLLS_BEFORE_DOUBT)

    device, _rows, hint = polled(FIFTY, old)

    assert any(q.kind == "bulk" for q in device.asked)
    assert (hint.bulk, hint.polls) == (True, 1)


def test_what_version_1_cannot_is_not_held_against_the_device() -> None:
    _device, _rows, hint = polled(FIFTY, version="1")

    assert hint.bulk is None


def test_a_table_that_was_missing_is_seen_as_soon_as_it_has_a_row() -> None:
    _device, rows, hint = polled({(1, 3, 6, 1, 9, 7): 1})
    assert (rows, hint.rows["1.3.6.1.9.1"]) == ({}, 0)

    _device, rows, hint = polled({**FIFTY, (1, 3, 6, 1, 9, 7): 1}, hint)

    assert len(rows) == 50
    assert hint.rows["1.3.6.1.9.1"] == 50
