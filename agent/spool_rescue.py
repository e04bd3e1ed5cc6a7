"""What can still be read of a spool's file that was set aside or deleted, brought into the new one.

Batches keep their epoch and number, so the collector takes them for what they are. What is missing between
what it has confirmed and the newest number is told as lost; where even that cannot be read, as a loss without
a number.
"""

from __future__ import annotations

import sqlite3
import zlib
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

from agent.spool_gaps import Lost, tell
from inventory.log import get_logger

log = get_logger(__name__)

_MOST_UNREADABLE = 10_000
"""Rows passed over, one by one: more than 30 days of batches."""
_MOST_LOST = 1_000_000
"""Numbers; a file that says more says nothing."""
_ITEM = "SELECT rowid, lane, seq, epoch, made_at, crc, thin, settled_at, body FROM item "
_LETTER = "SELECT rowid, epoch, seq, made_at, why, body FROM dead_letter "
_GAP = "SELECT rowid, epoch, lane, first_seq, last_seq, first_at, last_at, what, why FROM gap "


def rescue_file(aside: Path, new: sqlite3.Connection, now: float) -> None:
    """``rescue`` from a file that was set aside; one that is no database at all has only its loss told."""
    try:
        with closing(sqlite3.connect(aside, isolation_level=None)) as old:
            rescue(old, new, now)
    except sqlite3.DatabaseError:
        tell(new, Lost("", "backlog", 0, 0, 0.0, now, "everything", "set_aside"))


def rescue(old: sqlite3.Connection, new: sqlite3.Connection, now: float) -> None:
    """Copy the readable rows of ``old`` into ``new``, in the caller's transaction, and tell what is missing.

    Gaps are numbered from ``now`` (seconds) on: a number stands for one loss of this agent for ever."""
    new.execute("INSERT INTO sqlite_sequence (name, seq) VALUES ('gap', ?)", (int(now),))
    found: dict[str, set[int]] = {}
    for lane, seq, epoch, made_at, crc, thin, settled_at, body in _rows(old, _ITEM):
        if lane != "backlog" or not isinstance(body, bytes) or zlib.crc32(body) != crc:
            continue
        new.execute(
            "INSERT OR IGNORE INTO item (lane, seq, epoch, made_at, crc, thin, settled_at, body) "
            "VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            (lane, seq, epoch, made_at, crc, thin, settled_at, body),
        )
        found.setdefault(epoch, set()).add(seq)
    new.executemany(
        "INSERT OR IGNORE INTO dead_letter (epoch, seq, made_at, why, body) VALUES (?, ?, ?, ?, ?)",
        _rows(old, _LETTER),
    )
    gaps = [Lost(*gap) for gap in _rows(old, _GAP)]
    for gap in gaps:
        tell(new, gap)
    log.warning("spool: %d batches of the old file could be read", sum(map(len, found.values())))
    its_epoch, confirmed, last = _told_of_itself(old)
    if its_epoch not in found and found:
        its_epoch = max(found, key=lambda epoch: len(found[epoch]))
    if not 0 < last - confirmed < _MOST_LOST:
        if last != confirmed or not last:
            tell(new, Lost("", "backlog", 0, 0, 0.0, now, "everything", "set_aside"))
        return
    missing = set(range(confirmed + 1, last + 1)) - found.get(its_epoch, set())
    for gap in gaps:
        if (gap.epoch, gap.lane, gap.what) == (its_epoch, "backlog", "everything"):
            missing.difference_update(range(max(gap.first_seq, confirmed), min(gap.last_seq, last) + 1))
    for seq in sorted(missing):
        tell(new, Lost(its_epoch, "backlog", seq, seq, 0.0, now, "everything", "set_aside"))


def _told_of_itself(old: sqlite3.Connection) -> tuple[str, int, int]:
    """The epoch, the number up to which the collector has confirmed, and the last number given; 0 where the
    file cannot say."""
    try:
        meta = dict(old.execute("SELECT name, value FROM meta").fetchall())
        return meta["epoch"], int(meta.get("confirmed", 0)), int(meta["seq:backlog"])
    except (sqlite3.DatabaseError, KeyError, ValueError):
        return "", 0, 0


def _rows(old: sqlite3.Connection, select: str) -> Iterator[tuple[Any, ...]]:
    """The rows of a table in the order in which they were written, without those on a damaged page."""
    at, unreadable = 0, 0
    while unreadable < _MOST_UNREADABLE:
        try:
            row = old.execute(
                f"{select} NOT INDEXED WHERE rowid > ? ORDER BY rowid LIMIT 1", (at,)
            ).fetchone()
        except (sqlite3.DatabaseError, OverflowError, UnicodeDecodeError):
            at, unreadable = at + 1, unreadable + 1
            continue
        if row is None:
            return
        at = row[0]
        yield row[1:]
