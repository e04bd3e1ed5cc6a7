"""Room in the spool: what goes when days, bytes or the disk are used up, and in which order.

Confirmed batches go first, then the raw samples of the oldest, then the oldest batches whole. Facts are worth
more than samples, and what is young more than what is old.
"""

from __future__ import annotations

import sqlite3
import zlib
from collections.abc import Callable
from dataclasses import dataclass

from agent.spool_gaps import Lost, release, tell
from inventory.facts import GapWhy

_SLACK = 16 * 2**20
_CLOCKS_BEGIN = 1_577_836_800.0
"""2020: a batch made "before" was made while the clock was not set, and its age is not known."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """What the spool may take: bytes of bodies, seconds of age, bytes of the disk that it leaves alone."""

    max_bytes: int
    max_age_s: float
    min_free_bytes: int
    keep_s: float
    thin: Callable[[bytes], bytes | None]

    @property
    def file_bytes(self) -> int:
        """What the file may grow to: the bodies, a quarter more for pages half used, and the small tables."""
        return self.max_bytes + self.max_bytes // 4 + _SLACK


def make_room(db: sqlite3.Connection, bounds: Bounds, now: float, free: int) -> int:
    """Bring the spool within its bounds, in the caller's transaction; how many batches were lost for it."""
    db.execute("DELETE FROM item WHERE settled_at < ?", (now - bounds.keep_s,))
    dropped = _drop(
        db,
        "too_old",
        "SELECT epoch, lane, seq, made_at FROM item WHERE settled_at IS NULL AND made_at < ? AND made_at > ?",
        (now - bounds.max_age_s, _CLOCKS_BEGIN),
    )
    excess = max(_bytes(db) - bounds.max_bytes, bounds.min_free_bytes - free)
    if excess <= 0:
        return dropped
    excess -= _drop_confirmed(db, excess)
    if excess > 0:
        excess -= _thin(db, bounds, excess)
    if excess > 0:
        victims = _oldest(db, excess)
        dropped += _drop(db, "no_room", *victims)
    return dropped


def _bytes(db: sqlite3.Connection) -> int:
    (size,) = db.execute("SELECT coalesce(sum(length(body)), 0) FROM item").fetchone()
    return int(size)


def _drop_confirmed(db: sqlite3.Connection, excess: int) -> int:
    freed = 0
    rows = db.execute(
        "SELECT rowid, length(body) FROM item WHERE settled_at IS NOT NULL ORDER BY settled_at, seq"
    ).fetchall()
    for rowid, size in rows:
        if freed >= excess:
            break
        db.execute("DELETE FROM item WHERE rowid = ?", (rowid,))
        freed += size
    return freed


def _thin(db: sqlite3.Connection, bounds: Bounds, excess: int) -> int:
    """Take the samples out of the oldest batches. The very oldest is left alone: it may be on its way, and
    its number must not stand for two contents."""
    freed = 0
    rows = db.execute(
        "SELECT rowid FROM item WHERE settled_at IS NULL AND lane = 'backlog' AND NOT thin "
        "ORDER BY seq LIMIT -1 OFFSET 1"
    )
    for (rowid,) in rows.fetchall():
        if freed >= excess:
            break
        epoch, lane, seq, made_at, body = db.execute(
            "SELECT epoch, lane, seq, made_at, body FROM item WHERE rowid = ?", (rowid,)
        ).fetchone()
        small = bounds.thin(body)
        db.execute("UPDATE item SET thin = 1 WHERE rowid = ?", (rowid,))
        if small is None or len(small) >= len(body):
            continue
        db.execute("UPDATE item SET body = ?, crc = ? WHERE rowid = ?", (small, zlib.crc32(small), rowid))
        tell(db, Lost(epoch, lane, seq, seq, made_at, made_at, "samples", "no_room"))
        freed += len(body) - len(small)
    return freed


def _oldest(db: sqlite3.Connection, excess: int) -> tuple[str, tuple[object, ...]]:
    """The query for the oldest batches that together are as large as that; the newest always stays."""
    rows = db.execute(
        "SELECT seq, length(body) FROM item WHERE settled_at IS NULL AND lane = 'backlog' ORDER BY seq"
    ).fetchall()
    last = 0
    for seq, size in rows[:-1]:
        if excess <= 0:
            break
        last, excess = seq, excess - size
    query = "SELECT epoch, lane, seq, made_at FROM item WHERE settled_at IS NULL AND lane = 'backlog'"
    return query + " AND seq <= ?", (last,)


def _drop(db: sqlite3.Connection, why: GapWhy, query: str, values: tuple[object, ...]) -> int:
    rows = db.execute(query + " ORDER BY lane, seq", values).fetchall()
    for epoch, lane, seq, made_at in rows:
        db.execute("DELETE FROM item WHERE epoch = ? AND lane = ? AND seq = ?", (epoch, lane, seq))
        release(db, epoch, lane, seq)
        if lane == "backlog":
            tell(db, Lost(epoch, lane, seq, seq, made_at, made_at, "everything", why))
    return len(rows)
