"""The spool: numbers, order, bounds, damage."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from agent.spool import Spool
from inventory.errors import StoreBusy, StoreError

DAY = 86400.0


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "spool.db"


@pytest.fixture
def spool(path: Path) -> Iterator[Spool]:
    one = Spool(path, max_bytes=10_000, max_age_s=30 * DAY)
    yield one
    one.close()


def body(epoch: str, seq: int) -> bytes:
    return f"{epoch}:{seq}".encode()


def test_batches_come_out_in_order_and_only_once_deleted(spool: Spool) -> None:
    numbers = [spool.append(1000.0 + n, body) for n in range(3)]

    first = spool.oldest()
    assert first is not None
    assert spool.oldest() == first
    spool.delete(first.seq)

    assert numbers == [1, 2, 3]
    assert first.body == body(spool.epoch, 1)
    second = spool.oldest()
    assert second is not None
    assert second.seq == 2


def test_numbers_are_never_given_twice_even_after_a_restart(path: Path) -> None:
    spool = Spool(path, max_bytes=10_000, max_age_s=DAY)
    epoch = spool.epoch
    spool.delete(spool.append(1.0, body))
    spool.close()

    again = Spool(path, max_bytes=10_000, max_age_s=DAY)
    number = again.append(2.0, body)

    assert (again.epoch, number) == (epoch, 2)
    again.close()


def test_a_second_agent_on_the_same_spool_is_refused(spool: Spool, path: Path) -> None:
    with pytest.raises(StoreBusy, match=r"spool\.lock"):
        Spool(path, max_bytes=1, max_age_s=1)


def test_the_oldest_go_when_the_bytes_are_used_up_and_are_counted(path: Path) -> None:
    spool = Spool(path, max_bytes=1000, max_age_s=DAY)
    for n in range(10):
        spool.append(1000.0 + n, lambda _epoch, _seq: b"x" * 300)

    depth = spool.depth()
    oldest = spool.oldest()

    assert (depth.batches, depth.body_bytes, depth.dropped) == (3, 900, 7)
    assert oldest is not None
    assert oldest.seq == 8
    spool.close()


def test_what_is_too_old_goes_and_is_counted(path: Path) -> None:
    spool = Spool(path, max_bytes=10_000, max_age_s=DAY)
    spool.append(1000.0, body)
    spool.append(1000.0 + 2 * DAY, body)

    assert (spool.depth().batches, spool.depth().dropped) == (1, 1)
    spool.close()


def test_a_damaged_batch_is_passed_over_and_counted(spool: Spool, path: Path) -> None:
    spool.append(1.0, body)
    spool.append(2.0, body)
    with sqlite3.connect(path) as other:
        other.execute("UPDATE batch SET body = x'00ff' WHERE seq = 1")
    other.close()

    next_one = spool.oldest()

    assert next_one is not None
    assert next_one.seq == 2
    assert spool.depth().dropped == 1


@pytest.mark.parametrize("damage", [b"this is no database", b"\0" * 8192])
def test_a_file_that_cannot_be_read_is_set_aside_and_a_new_epoch_begins(path: Path, damage: bytes) -> None:
    spool = Spool(path, max_bytes=10_000, max_age_s=DAY)
    spool.append(1.0, body)
    old = spool.epoch
    spool.close()
    for part in path.parent.glob("spool.db*"):
        part.unlink()
    path.write_bytes(damage)

    again = Spool(path, max_bytes=10_000, max_age_s=DAY)

    assert again.epoch != old
    assert again.append(2.0, body) == 1
    assert [p.read_bytes() for p in path.parent.glob("*damaged-????????")] == [damage]
    again.close()


def test_a_new_epoch_gives_waiting_batches_their_new_address(spool: Spool) -> None:
    spool.append(1.0, body)
    old = spool.epoch

    spool.new_epoch(lambda text, epoch: text.replace(old.encode(), epoch.encode()))

    one = spool.oldest()
    assert one is not None
    assert one.body == body(spool.epoch, 1)
    assert spool.epoch != old


def test_a_refused_batch_is_set_aside_with_the_reason(spool: Spool, path: Path) -> None:
    spool.append(1.0, body)
    one = spool.oldest()
    assert one is not None

    spool.refuse(one, "HTTP 422")

    assert spool.oldest() is None
    assert spool.depth().refused == 1
    with sqlite3.connect(path) as other:
        assert other.execute("SELECT seq, why FROM dead_letter").fetchall() == [(1, "HTTP 422")]
    other.close()


def test_a_disk_that_refuses_is_an_error_and_frees_the_number(spool: Spool) -> None:
    spool._db.execute("PRAGMA query_only = ON")
    with pytest.raises(StoreError, match="spool cannot be written"):
        spool.append(1.0, body)
    spool._db.execute("PRAGMA query_only = OFF")

    assert spool.append(2.0, body) == 1


def test_what_was_appended_survives_a_kill(path: Path) -> None:
    program = (
        "import os, sys, pathlib; from agent.spool import Spool\n"
        "s = Spool(pathlib.Path(sys.argv[1]), max_bytes=10**6, max_age_s=1e9)\n"
        "[s.append(float(n), lambda e, q: b'%d' % q) for n in range(50)]\n"
        "os.kill(os.getpid(), 9)\n"
    )
    root = Path(__file__).resolve().parents[2]
    done = subprocess.run([sys.executable, "-c", program, str(path)], cwd=root, check=False)
    assert done.returncode == -9

    spool = Spool(path, max_bytes=10**6, max_age_s=1e9)

    assert spool.depth().batches == 50
    one = spool.oldest()
    assert one is not None
    assert one.body == b"1"
    spool.close()
