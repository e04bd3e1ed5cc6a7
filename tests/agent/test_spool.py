"""The spool: numbers, lanes, order, bounds, gaps, damage."""

from __future__ import annotations

import random
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from agent import spool_file
from agent.spool import Spool, Spooled
from inventory.errors import StoreBusy, StoreError
from inventory.facts import GapColumns

DAY = 86400.0
NOW = 1_790_000_000.0
OLD_SCHEMA = """
CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE batch (
  seq INTEGER PRIMARY KEY AUTOINCREMENT, made_at REAL NOT NULL, crc INTEGER NOT NULL, body BLOB NOT NULL);
CREATE TABLE dead_letter (
  epoch TEXT NOT NULL, seq INTEGER NOT NULL, made_at REAL NOT NULL, why TEXT NOT NULL, body BLOB NOT NULL,
  PRIMARY KEY (epoch, seq));
INSERT INTO meta VALUES ('epoch', 'old');
INSERT INTO batch VALUES (7, 1790000000.0, 2212294583, x'31');
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "spool.db"


def opened(path: Path, **more: Any) -> Spool:
    settings: dict[str, Any] = {"max_bytes": 10_000, "max_age_s": 30 * DAY, "min_free_bytes": 0}
    return Spool(path, **(settings | more))


@pytest.fixture
def spool(path: Path) -> Iterator[Spool]:
    one = opened(path)
    yield one
    one.close()


class Writer:
    """Makes bodies of a size, and remembers the gaps that each was given."""

    def __init__(self, size: int = 0) -> None:
        self.size = size
        self.gaps: list[GapColumns] = []

    def __call__(self, epoch: str, seq: int, gaps: GapColumns) -> bytes:
        self.gaps.append(gaps)
        return body(epoch, seq).ljust(self.size, b".")

    def told(self) -> list[tuple[Any, ...]]:
        """(first_seq, last_seq, what, why) of the gaps in the newest body."""
        gaps = self.gaps[-1]
        return list(zip(gaps.first_seq, gaps.last_seq, gaps.what, gaps.why, strict=True))


def body(epoch: str, seq: int) -> bytes:
    return f"{epoch}:{seq}".encode()


def next_of(spool: Spool) -> Spooled:
    one = spool.oldest()
    assert one is not None
    return one


def test_batches_come_out_in_order_and_only_until_settled(spool: Spool) -> None:
    numbers = [spool.append(NOW + n, Writer()) for n in range(3)]

    first = next_of(spool)
    assert next_of(spool) == first
    spool.settle(first, 1)

    assert numbers == [1, 2, 3]
    assert (first.body, first.epoch, first.lane) == (body(spool.epoch, 1), spool.epoch, "backlog")
    assert next_of(spool).seq == 2


def test_numbers_are_never_given_twice_even_after_a_restart(path: Path) -> None:
    spool = opened(path)
    epoch = spool.epoch
    spool.append(NOW, Writer())
    spool.settle(next_of(spool), 1)
    spool.close()

    again = opened(path)
    number = again.append(NOW + 1, Writer())

    assert (again.epoch, number) == (epoch, 2)
    again.close()


def test_each_lane_has_its_numbers_and_the_present_goes_first(spool: Spool) -> None:
    for n in range(3):
        spool.append(NOW + n, Writer())
    assert [spool.append(NOW + n, Writer(), lane="now") for n in (3, 4)] == [1, 2]

    shipped = []
    while one := spool.oldest():
        shipped.append((one.lane, one.seq))
        spool.settle(one, one.seq)

    assert shipped == [("now", 2), ("backlog", 1), ("backlog", 2), ("backlog", 3)]


def test_a_second_agent_on_the_same_spool_is_refused(spool: Spool, path: Path) -> None:
    with pytest.raises(StoreBusy, match=r"spool\.lock"):
        opened(path)


def test_the_oldest_go_when_the_bytes_are_used_up_and_are_told(path: Path) -> None:
    spool, write = opened(path, max_bytes=1000), Writer(300)
    for n in range(10):
        spool.append(NOW + n, write)
    depth = spool.depth()
    seq = next_of(spool).seq
    spool.append(NOW + 10, write)

    assert (depth.batches, depth.body_bytes, depth.dropped) == (3, 900, 7)
    assert seq == 8
    while one := spool.oldest():
        spool.settle(one, one.seq)
    spool.append(NOW + 11, write)  # what was told by a batch that is lost itself is told again
    told = {
        number
        for gaps in write.gaps[-4:]
        for first, last in zip(gaps.first_seq, gaps.last_seq, strict=True)
        for number in range(first, last + 1)
    }
    assert told == set(range(1, 9))
    assert {why for gaps in write.gaps for why in gaps.why} == {"no_room"}
    spool.close()


def test_a_loss_is_told_until_the_batch_that_tells_it_is_confirmed(path: Path) -> None:
    spool, write = opened(path, max_bytes=1000), Writer(300)
    for n in range(4):
        spool.append(NOW + n, write)
    spool.append(NOW + 4, write)
    assert write.told() == [(1, 1, "everything", "no_room")]

    for n in range(5, 9):  # the one that told of it is lost itself
        spool.append(NOW + n, write)

    waiting = [one for gaps in write.gaps[5:] for one in gaps.first_seq]
    assert 1 in waiting
    while one := spool.oldest():
        spool.settle(one, one.seq)
    spool.append(NOW + 9, write)
    spool.settle(next_of(spool), 10)
    assert spool.depth().gaps == 0
    spool.close()


def test_samples_go_before_batches_and_confirmed_batches_before_samples(path: Path) -> None:
    spool = opened(path, max_bytes=1000, thin=lambda text: text[:40] if len(text) > 40 else None)
    write = Writer(300)
    for n in range(3):
        spool.append(NOW + n, write)
    spool.settle(next_of(spool), 1)
    spool.append(NOW + 3, write)
    assert (spool.depth().kept, spool.depth().batches, spool.depth().body_bytes) == (0, 3, 900)

    spool.append(NOW + 4, write)
    spool.append(NOW + 5, write)

    assert (spool.depth().batches, spool.depth().dropped) == (5, 0)
    assert write.told() == [(3, 3, "samples", "no_room")]
    assert len(next_of(spool).body) == 300, "the very oldest may be on its way"
    spool.close()


def test_what_is_too_old_goes_and_is_told(path: Path) -> None:
    mono = iter([0.0, 2 * DAY, 2 * DAY, 2 * DAY, 2 * DAY])
    spool, write = opened(path, max_age_s=DAY, mono=lambda: next(mono)), Writer()
    spool.append(NOW, write)
    spool.append(NOW + 2 * DAY, write)
    spool.append(NOW + 2 * DAY + 1, write)

    assert (spool.depth().batches, spool.depth().dropped) == (2, 1)
    assert write.told() == [(1, 1, "everything", "too_old")]
    spool.close()


@pytest.mark.parametrize("first", [100.0, NOW - 400 * DAY])
def test_a_clock_that_is_set_while_batches_wait_makes_none_of_them_old(path: Path, first: float) -> None:
    spool = opened(path, mono=lambda: 5.0)

    for n, at in enumerate((first, first + 300, NOW, NOW + 300)):
        spool.append(at + n, Writer())

    assert (spool.depth().batches, spool.depth().dropped) == (4, 0)
    spool.close()


def test_a_collector_that_was_set_back_gets_what_is_kept_and_hears_of_the_rest(path: Path) -> None:
    spool, write = opened(path, keep_s=2 * DAY), Writer()
    for n in range(6):
        spool.append(NOW + n, write)
        spool.settle(next_of(spool), n + 1)
    with sqlite3.connect(path) as other:
        other.execute("DELETE FROM item WHERE seq <= 3")  # kept long enough
    other.close()
    spool.append(NOW + 6, write)

    spool.settle(next_of(spool), 1)  # yesterday's database: it has the first, and now the seventh

    again = []
    while one := spool.oldest():
        again.append(one.seq)
        spool.settle(one, 7 if one.seq == 6 else 1)
    spool.append(NOW + 7, write)
    assert again == [4, 5, 6]
    assert write.told() == [(2, 3, "everything", "overrun")]
    spool.close()


def test_a_hole_that_is_told_by_a_batch_on_its_way_sends_nothing_again(path: Path) -> None:
    spool, write = opened(path, max_bytes=1000), Writer(300)
    spool.append(NOW, write)
    spool.settle(next_of(spool), 1)
    for n in range(5):
        spool.append(NOW + n, write)

    first = next_of(spool)
    spool.settle(first, 1)  # the numbers before it are lost, and a later batch says so

    assert next_of(spool).seq == first.seq + 1
    spool.close()


def test_a_damaged_batch_is_passed_over_and_told(spool: Spool, path: Path) -> None:
    write = Writer()
    spool.append(NOW, write)
    spool.append(NOW + 1, write)
    with sqlite3.connect(path) as other:
        other.execute("UPDATE item SET body = x'00ff' WHERE seq = 1")
    other.close()

    assert next_of(spool).seq == 2
    spool.append(NOW + 2, write)

    assert spool.depth().dropped == 1
    assert write.told() == [(1, 1, "everything", "damaged")]


@pytest.mark.parametrize("damage", [b"this is no database", b"\0" * 8192])
def test_a_file_that_cannot_be_read_is_set_aside_and_a_new_epoch_begins(path: Path, damage: bytes) -> None:
    spool = opened(path)
    spool.append(NOW, Writer())
    old = spool.epoch
    spool.close()
    for part in path.parent.glob("spool.db*"):
        part.unlink()
    path.write_bytes(damage)

    again, write = opened(path), Writer()

    assert again.epoch != old
    assert again.append(NOW + 2, write) == 1
    assert [gap[3] for gap in write.told()] == ["set_aside"]
    assert [p.read_bytes() for p in path.parent.glob("*damaged-????????")] == [damage]
    again.close()


@pytest.mark.parametrize("seed", range(20))
def test_flipped_bits_cost_what_they_hit_and_the_agent_starts_all_the_same(path: Path, seed: int) -> None:
    rng = random.Random(seed)
    spool = opened(path, max_bytes=10**6)
    for n in range(30):
        spool.append(NOW + n, Writer(2000))
    spool.close()
    image = bytearray(path.read_bytes())
    for _flip in range(rng.choice((1, 10, 100))):
        image[rng.randrange(100, len(image))] ^= 1 << rng.randrange(8)
    path.write_bytes(image)

    again, write = opened(path, max_bytes=10**6), Writer()
    found = []
    while one := again.oldest():
        found.append(one.seq)
        again.settle(one, one.seq)
    again.append(NOW + 99, write)

    told = write.told()
    lost = {n for gap in told for n in range(gap[0], gap[1] + 1)}
    # A bit in the address of a row may make it come twice, or be told as lost as well; never be passed over.
    assert sorted(found) == found
    assert set(found) | lost == set(range(1, 31)) or (0, 0, "everything", "set_aside") in told
    again.close()


def test_a_spool_with_a_damaged_page_loses_what_lies_on_it_and_keeps_the_rest(path: Path) -> None:
    spool = opened(path, max_bytes=10**7)
    for n in range(200):
        spool.append(NOW + n, Writer(2000))
    first = next_of(spool)
    spool.settle(first, 1)
    old = spool.epoch
    spool.close()
    image = bytearray(path.read_bytes())
    at = image.index(body(old, 100))
    image[at // 4096 * 4096 : (at // 4096 + 1) * 4096] = bytes(4096)
    path.write_bytes(image)

    again, write = opened(path, max_bytes=10**7), Writer()
    found = []
    while one := again.oldest():
        found.append((one.epoch, one.seq))
        again.settle(one, 0)
    again.append(NOW + 300, write)

    lost = {n for gap in write.told() for n in range(gap[0], gap[1] + 1)}
    assert again.epoch != old
    assert 100 in lost
    assert len(lost) < 10
    assert found == [(old, n) for n in range(2, 201) if n not in lost]
    assert {why for *_numbers, why in write.told()} == {"set_aside"}
    again.close()


def test_a_file_that_is_deleted_under_a_running_agent_is_begun_anew_with_what_it_held(path: Path) -> None:
    spool, write = opened(path), Writer()
    spool.append(NOW, write)
    old = spool.epoch
    for part in path.parent.glob("spool.db*"):
        part.unlink()

    assert spool.append(NOW + 1, write) == 1
    assert spool.epoch != old
    assert write.told() == []
    found = [next_of(spool)]
    spool.settle(found[0], 1)
    found.append(next_of(spool))
    assert [(one.epoch, one.seq) for one in found] == [(old, 1), (spool.epoch, 1)]
    spool.close()


def test_the_spool_of_an_older_version_is_taken_over(path: Path) -> None:
    with sqlite3.connect(path) as old:
        old.executescript(OLD_SCHEMA)
    old.close()

    spool = opened(path)

    one = next_of(spool)
    assert (one.epoch, one.lane, one.seq, one.body) == ("old", "backlog", 7, b"1")
    assert (spool.epoch, spool.append(NOW + 1, Writer())) == ("old", 8)
    spool.close()


def test_a_new_epoch_gives_waiting_batches_their_new_address(spool: Spool) -> None:
    for n in range(3):
        spool.append(NOW + n, Writer())
    spool.settle(next_of(spool), 1)
    old = spool.epoch

    spool.new_epoch(lambda text, epoch: text.replace(old.encode(), epoch.encode()))

    one = next_of(spool)
    assert (one.body, one.seq) == (body(spool.epoch, 2), 2)
    assert spool.epoch != old
    assert spool.append(NOW + 3, Writer()) == 4


def test_a_refused_batch_is_set_aside_with_the_reason_and_told(spool: Spool, path: Path) -> None:
    write = Writer()
    spool.append(NOW, write)

    spool.refuse(next_of(spool), "HTTP 422")
    spool.append(NOW + 1, write)

    assert next_of(spool).seq == 2
    assert spool.depth().refused == 1
    assert write.told() == [(1, 1, "everything", "refused")]
    with sqlite3.connect(path) as other:
        assert other.execute("SELECT seq, why FROM dead_letter").fetchall() == [(1, "HTTP 422")]
    other.close()


def test_a_disk_that_refuses_is_an_error_frees_the_number_and_is_told(spool: Spool) -> None:
    write = Writer()
    spool._db.execute("PRAGMA query_only = ON")
    for n in range(2):
        with pytest.raises(StoreError, match="spool cannot be written"):
            spool.append(NOW + n, write)
    spool._db.execute("PRAGMA query_only = OFF")

    assert spool.append(NOW + 2, write) == 1
    assert write.told() == [(0, 0, "everything", "disk_refused")]
    assert (write.gaps[-1].first_at, write.gaps[-1].last_at) == ([NOW], [NOW + 1])


def test_a_disk_that_is_nearly_full_is_left_alone(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    spool, write = opened(path, min_free_bytes=1000), Writer(100)
    for n in range(5):
        spool.append(NOW + n, write)

    with monkeypatch.context() as patched:
        patched.setattr("agent.spool.free_bytes", lambda _path: 750)
        with pytest.raises(StoreError, match="nearly full"):
            spool.append(NOW + 5, write)
    number = spool.append(NOW + 6, write)

    told = write.told()
    assert number == 6
    assert ("everything", "no_room") in {gap[2:] for gap in told}
    assert ("everything", "disk_refused") in {gap[2:] for gap in told}
    spool.close()


class Failing:
    """A database whose statements fail from the nth on, as a disk does."""

    def __init__(self, db: sqlite3.Connection, after: int) -> None:
        self._db, self._left = db, after

    def execute(self, *arguments: Any) -> sqlite3.Cursor:
        self._left -= 1
        if self._left < 0 and not str(arguments[0]).startswith("ROLLBACK"):
            raise sqlite3.OperationalError("disk I/O error")
        return self._db.execute(*arguments)


@pytest.mark.parametrize("after", range(14))
def test_a_disk_that_fails_at_any_statement_leaves_all_or_nothing(path: Path, after: int) -> None:
    spool, write = opened(path), Writer()
    spool.append(NOW, write)
    real = spool._db
    spool._db = Failing(real, after)  # type: ignore[assignment]
    stored = True
    try:
        spool.append(NOW + 1, write)
    except StoreError:
        stored = False
    spool._db = real
    spool.close()

    again = opened(path)
    numbers = []
    while one := again.oldest():
        numbers.append(one.seq)
        again.settle(one, one.seq)
    assert numbers in ([1], [1, 2])
    assert not stored or numbers == [1, 2]
    again.close()


@pytest.mark.parametrize("after", range(6))
def test_a_disk_that_fails_while_a_batch_is_settled_is_an_error_that_the_uplink_knows(
    path: Path, after: int
) -> None:
    spool = opened(path)
    spool.append(NOW, Writer())
    batch, real = next_of(spool), spool._db
    spool._db = Failing(real, after)  # type: ignore[assignment]
    settled = True
    try:
        spool.settle(batch, 1)
    except StoreError:
        settled = False
    spool._db = real

    assert (spool.oldest() is None) is settled
    spool.close()


def test_a_disk_that_fails_while_opening_sets_nothing_aside(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened(path).close()

    def refuse(*_arguments: Any) -> None:
        raise sqlite3.OperationalError("disk I/O error")

    with monkeypatch.context() as patched:
        patched.setattr(spool_file, "_open", refuse)
        with pytest.raises(StoreError, match="cannot be opened"):
            opened(path)

    assert not list(path.parent.glob("*damaged*"))
    opened(path).close()


def test_what_was_appended_survives_a_kill(path: Path) -> None:
    program = (
        "import os, sys, pathlib; from agent.spool import Spool\n"
        "s = Spool(pathlib.Path(sys.argv[1]), max_bytes=10**6, max_age_s=1e9)\n"
        "[s.append(float(n), lambda e, q, g: b'%d' % q) for n in range(50)]\n"
        "os.kill(os.getpid(), 9)\n"
    )
    root = Path(__file__).resolve().parents[2]
    done = subprocess.run([sys.executable, "-c", program, str(path)], cwd=root, check=False)
    assert done.returncode == -9

    spool = opened(path, max_bytes=10**6)

    assert spool.depth().batches == 50
    assert next_of(spool).body == b"1"
    spool.close()


def test_gaps_are_columns_that_the_wire_carries(path: Path) -> None:
    spool, write = opened(path, max_bytes=500), Writer(300)
    for n in range(4):
        spool.append(NOW + n, write)

    gaps = write.gaps[-1]

    assert msgspec.json.decode(msgspec.json.encode(gaps), type=GapColumns) == gaps
    assert len({len(column) for column in msgspec.structs.astuple(gaps)}) == 1
    spool.close()
