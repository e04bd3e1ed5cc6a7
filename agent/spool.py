"""Batches on disk until the collector has them.

SQLite in WAL mode with full synchronisation: an appended batch survives kill -9 and power loss. Numbers are
given in the same transaction as the row, a CRC stands beside each body, the file is bounded by bytes and
days. A file that cannot be read is set aside and a new epoch begins; the agent starts all the same.
"""

from __future__ import annotations

import fcntl
import os
import secrets
import sqlite3
import zlib
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from inventory.errors import StoreBusy, StoreError
from inventory.log import get_logger
from inventory.words import _

log = get_logger(__name__)

_SCHEMA = """
CREATE TABLE IF NOT EXISTS meta (name TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS batch (
  seq INTEGER PRIMARY KEY AUTOINCREMENT, made_at REAL NOT NULL, crc INTEGER NOT NULL, body BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS dead_letter (
  epoch TEXT NOT NULL, seq INTEGER NOT NULL, made_at REAL NOT NULL, why TEXT NOT NULL, body BLOB NOT NULL,
  PRIMARY KEY (epoch, seq));
"""
_DEAD_LETTERS_KEPT = 1000


@dataclass(frozen=True, slots=True)
class Spooled:
    """One batch as it lies on disk; ``body`` is what goes over the wire, compressed."""

    seq: int
    made_at: float
    body: bytes


@dataclass(frozen=True, slots=True)
class Depth:
    """What waits (``batches``, ``body_bytes``), what was lost to the bounds or damage (``dropped``), and what
    the collector will not take (``refused``)."""

    batches: int
    body_bytes: int
    oldest_made_at: float | None
    dropped: int
    refused: int


class Spool:
    """The spool of one agent; one process at a time."""

    def __init__(self, path: Path, *, max_bytes: int, max_age_s: float) -> None:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.path = path
        self.max_bytes = max_bytes
        self.max_age_s = max_age_s
        self._lock = _lock(path.with_suffix(".lock"))
        self._db = _open_or_set_aside(path)
        self.epoch = self._meta("epoch") or self.new_epoch()

    def new_epoch(self, readdress: Callable[[bytes, str], bytes] = lambda body, _epoch: body) -> str:
        """Begin a new epoch: at first, after a damaged file, or when the collector knows a number otherwise
        (409: a cloned disk, a restored backup). ``readdress(body, epoch)`` gives each waiting body its new
        address.
        """
        self.epoch = secrets.token_hex(8)
        with self._transaction():
            self._set_meta("epoch", self.epoch)
            for seq, old in self._db.execute("SELECT seq, body FROM batch").fetchall():
                body = readdress(old, self.epoch)
                self._db.execute(
                    "UPDATE batch SET body = ?, crc = ? WHERE seq = ?", (body, zlib.crc32(body), seq)
                )
        return self.epoch

    def append(self, made_at: float, build: Callable[[str, int], bytes]) -> int:
        """Store one batch and give back its number. ``build(epoch, seq)`` makes the body.

        Raises StoreError when the disk refuses; nothing is stored then and the number is free again.
        """
        try:
            with self._transaction():
                row = self._db.execute("SELECT seq FROM sqlite_sequence WHERE name = 'batch'").fetchone()
                seq = (row[0] if row else 0) + 1
                body = build(self.epoch, seq)
                self._db.execute(
                    "INSERT INTO batch (seq, made_at, crc, body) VALUES (?, ?, ?, ?)",
                    (seq, made_at, zlib.crc32(body), body),
                )
        except sqlite3.Error as error:
            raise StoreError(
                _("the spool cannot be written: %(why)s") % {"why": error},
                where=str(self.path),
                do=_("free disk space or check the file system; the poll just made is lost"),
            ) from error
        self._bound(made_at)
        return seq

    def oldest(self) -> Spooled | None:
        """The next batch to ship; damaged ones are counted and passed over."""
        query = "SELECT seq, made_at, crc, body FROM batch ORDER BY seq LIMIT 1"
        while row := self._db.execute(query).fetchone():
            seq, made_at, crc, body = row
            if zlib.crc32(body) == crc:
                return Spooled(seq, made_at, body)
            log.error("spool %s: batch %d is damaged on disk and is lost", self.path, seq)
            self._drop([seq])
        return None

    def delete(self, seq: int) -> None:
        """Forget a batch: the collector has it."""
        with self._transaction():
            self._db.execute("DELETE FROM batch WHERE seq = ?", (seq,))

    def refuse(self, batch: Spooled, why: str) -> None:
        """Set a batch aside that the collector will never take; the newest thousand are kept for people."""
        with self._transaction():
            self._db.execute(
                "INSERT OR REPLACE INTO dead_letter (epoch, seq, made_at, why, body) VALUES (?, ?, ?, ?, ?)",
                (self.epoch, batch.seq, batch.made_at, why, batch.body),
            )
            self._db.execute("DELETE FROM batch WHERE seq = ?", (batch.seq,))
            self._db.execute(
                "DELETE FROM dead_letter WHERE rowid NOT IN "
                "(SELECT rowid FROM dead_letter ORDER BY made_at DESC LIMIT ?)",
                (_DEAD_LETTERS_KEPT,),
            )
            self._set_meta("refused", str(self._count("refused") + 1))

    def depth(self) -> Depth:
        """What waits and what was lost."""
        batches, size, oldest = self._db.execute(
            "SELECT count(*), coalesce(sum(length(body)), 0), min(made_at) FROM batch"
        ).fetchone()
        return Depth(batches, size, oldest, self._count("dropped"), self._count("refused"))

    def close(self) -> None:
        self._db.close()
        os.close(self._lock)

    def _bound(self, now: float) -> None:
        too_old = self._db.execute(
            "SELECT seq FROM batch WHERE made_at < ?", (now - self.max_age_s,)
        ).fetchall()
        self._drop([seq for (seq,) in too_old])
        excess = self.depth().body_bytes - self.max_bytes
        if excess <= 0:
            return
        oldest_first = self._db.execute("SELECT seq, length(body) FROM batch ORDER BY seq")
        victims = []
        for seq, size in oldest_first:
            if excess <= 0:
                break
            victims.append(seq)
            excess -= size
        log.error("spool %s is full: the %d oldest batches are lost", self.path, len(victims))
        self._drop(victims)

    def _drop(self, seqs: list[int]) -> None:
        if not seqs:
            return
        with self._transaction():
            self._db.executemany("DELETE FROM batch WHERE seq = ?", [(seq,) for seq in seqs])
            self._set_meta("dropped", str(self._count("dropped") + len(seqs)))

    def _meta(self, name: str) -> str | None:
        row = self._db.execute("SELECT value FROM meta WHERE name = ?", (name,)).fetchone()
        return str(row[0]) if row else None

    def _count(self, name: str) -> int:
        return int(self._meta(name) or 0)

    def _set_meta(self, name: str, value: str) -> None:
        self._db.execute("INSERT OR REPLACE INTO meta (name, value) VALUES (?, ?)", (name, value))

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        self._db.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self._db.execute("ROLLBACK")
            raise
        self._db.execute("COMMIT")


def _lock(path: Path) -> int:
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        os.close(descriptor)
        raise StoreBusy(
            _("another agent uses this spool"),
            where=str(path),
            do=_("stop the other agent, or give this one its own state_dir"),
        ) from error
    return descriptor


def _open_or_set_aside(path: Path) -> sqlite3.Connection:
    try:
        return _open(path)
    except sqlite3.DatabaseError as error:
        aside = path.with_name(f"{path.name}.damaged-{secrets.token_hex(4)}")
        log.error(
            "spool %s cannot be read (%s): set aside as %s, a new epoch begins", path, error, aside.name
        )
        for suffix in ("", "-wal", "-shm"):
            part = path.with_name(path.name + suffix)
            if part.exists():
                part.rename(aside.with_name(aside.name + suffix))
        return _open(path)


def _open(path: Path) -> sqlite3.Connection:
    db = sqlite3.connect(path, isolation_level=None)
    try:
        db.execute("PRAGMA journal_mode = WAL")
        db.execute("PRAGMA synchronous = FULL")
        db.executescript(_SCHEMA)
        with closing(db.execute("PRAGMA quick_check")) as check:
            if (verdict := check.fetchone()[0]) != "ok":
                raise sqlite3.DatabaseError(verdict)
    except sqlite3.DatabaseError:
        db.close()
        raise
    return db
