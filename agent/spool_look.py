"""A look at a spool beside the running agent: what waits, what was lost, and whether all of it can be read.

Nothing is written and no lock is taken, so it is as good while the agent runs as when it is off.
"""

from __future__ import annotations

import sqlite3
import zlib
from contextlib import closing
from pathlib import Path

import msgspec

from agent.uplink_body import key_of
from inventory.errors import StoreError
from inventory.words import _


class SpoolState(msgspec.Struct, frozen=True, kw_only=True):
    """``waiting`` and ``now`` are batches of the two lanes, ``kept`` those that the collector has confirmed,
    ``gaps`` losses not yet confirmed, ``dead_letters`` batches that the collector will not take. Times are
    seconds since 1970, None where nothing waits."""

    path: str
    epoch: str
    waiting: int
    now: int
    kept: int
    body_bytes: int
    file_bytes: int
    oldest_made_at: float | None
    newest_made_at: float | None
    gaps: int
    dropped: int
    refused: int
    dead_letters: int


def state_of(path: Path) -> SpoolState:
    """What lies in a spool. Raises StoreError where it cannot be read."""
    with closing(_opened(path)) as db:
        try:
            return _state(db, path)
        except sqlite3.Error as error:
            raise _unreadable(path, error) from error


def faults_of(path: Path) -> list[str]:
    """Everything that is wrong with a spool: its pages, a body's CRC, a body that is no batch or another one,
    numbers that are neither there nor confirmed nor told as lost."""
    with closing(_opened(path)) as db:
        try:
            return [*_damaged_pages(db), *_bad_bodies(db), *_holes(db)]
        except sqlite3.Error as error:
            return [str(error)]


def _state(db: sqlite3.Connection, path: Path) -> SpoolState:
    meta = dict(db.execute("SELECT name, value FROM meta").fetchall())
    waiting, now, kept, size, oldest, newest = db.execute(
        "SELECT coalesce(sum(settled_at IS NULL AND lane = 'backlog'), 0), "
        "coalesce(sum(settled_at IS NULL AND lane = 'now'), 0), coalesce(sum(settled_at IS NOT NULL), 0), "
        "coalesce(sum(length(body)), 0), min(CASE WHEN settled_at IS NULL THEN made_at END), max(made_at) "
        "FROM item"
    ).fetchone()
    (gaps,) = db.execute("SELECT count(*) FROM gap").fetchone()
    (letters,) = db.execute("SELECT count(*) FROM dead_letter").fetchone()
    parts = [path.with_name(path.name + suffix) for suffix in ("", "-wal")]
    return SpoolState(
        path=str(path),
        epoch=meta.get("epoch", ""),
        waiting=waiting,
        now=now,
        kept=kept,
        body_bytes=size,
        file_bytes=sum(part.stat().st_size for part in parts if part.exists()),
        oldest_made_at=oldest,
        newest_made_at=newest,
        gaps=gaps,
        dropped=int(meta.get("dropped", 0)),
        refused=int(meta.get("refused", 0)),
        dead_letters=letters,
    )


def _damaged_pages(db: sqlite3.Connection) -> list[str]:
    return [str(line) for (line,) in db.execute("PRAGMA quick_check") if line != "ok"]


def _bad_bodies(db: sqlite3.Connection) -> list[str]:
    faults = []
    for epoch, lane, seq, crc, body in db.execute("SELECT epoch, lane, seq, crc, body FROM item"):
        name = f"{epoch}/{lane}/{seq}"
        if zlib.crc32(body) != crc:
            faults.append(f"{name}: CRC")
        elif (key := key_of(body)) is None or (key.epoch, key.lane, key.seq) != (epoch, lane, seq):
            faults.append(f"{name}: body")
    return faults


def _holes(db: sqlite3.Connection) -> list[str]:
    """Missing numbers between those that wait; what was confirmed before them is gone by right."""
    numbers = [
        seq
        for (seq,) in db.execute(
            "SELECT seq FROM item WHERE settled_at IS NULL AND lane = 'backlog' ORDER BY seq"
        )
    ]
    if not numbers:
        return []
    told = db.execute("SELECT first_seq, last_seq FROM gap WHERE what = 'everything'").fetchall()
    absent = set(range(numbers[0], numbers[-1])) - set(numbers)
    untold = [seq for seq in sorted(absent) if not any(first <= seq <= last for first, last in told)]
    return [f"backlog/{seq}: missing" for seq in untold]


def _opened(path: Path) -> sqlite3.Connection:
    try:
        return sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, timeout=10)
    except sqlite3.Error as error:
        raise _unreadable(path, error) from error


def _unreadable(path: Path, error: sqlite3.Error) -> StoreError:
    return StoreError(
        _("the spool cannot be opened: %(why)s") % {"why": error},
        where=str(path),
        do=_("check the disk, the file's owner and its rights"),
    )
