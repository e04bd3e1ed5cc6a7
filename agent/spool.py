"""Batches on disk until the collector has them.

SQLite in WAL mode with full synchronisation: an appended batch survives kill -9 and power loss. Numbers are
given in the same transaction as the row, for each lane of an epoch from 1; a CRC stands beside each body. The
file is bounded by bytes, days and what the disk has left; what goes for that is told as numbered gaps, which
travel with the next batch. A file that cannot be read is set aside; the agent starts all the same.
"""

from __future__ import annotations

import os
import secrets
import sqlite3
import time
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from agent.spool_bounds import Bounds, make_room
from agent.spool_file import disk_errors, free_bytes, is_still_there, lock, open_or_set_aside, set_aside
from agent.spool_gaps import Lost, confirm, release, tell, unsent
from agent.spool_rescue import rescue, rescue_file
from inventory.errors import StoreError
from inventory.facts import GapColumns, GapWhy, Lane
from inventory.log import get_logger
from inventory.words import _

log = get_logger(__name__)

_DEAD_LETTERS_KEPT = 1000
_A_DAY = 86400.0


@dataclass(frozen=True, slots=True)
class Spooled:
    """One batch as it lies on disk; ``body`` is what goes over the wire, compressed."""

    seq: int
    made_at: float
    body: bytes
    lane: Lane = "backlog"
    epoch: str = ""


@dataclass(frozen=True, slots=True)
class Depth:
    """What waits (``batches`` of the backlog, ``body_bytes`` of both lanes), what was lost to the bounds or
    damage (``dropped``), what the collector will not take (``refused``), the gaps not yet confirmed, and the
    confirmed batches that are still ``kept``."""

    batches: int
    body_bytes: int
    oldest_made_at: float | None
    dropped: int
    refused: int
    now_batches: int = 0
    gaps: int = 0
    kept: int = 0


def _boottime() -> float:
    """Seconds since boot, sleep included; nobody sets this clock."""
    clock = getattr(time, "CLOCK_BOOTTIME", None)
    return time.monotonic() if clock is None else time.clock_gettime(clock)


class Spool:
    """The spool of one agent; one process at a time.

    ``thin(body)`` gives a batch without its raw samples, None where it has none; ``keep_s`` is how long
    confirmed batches stay, should the collector lose them; ``mono`` is a clock that nobody sets."""

    def __init__(
        self,
        path: Path,
        *,
        max_bytes: int,
        max_age_s: float,
        min_free_bytes: int = 256 << 20,
        keep_s: float = 2 * _A_DAY,
        thin: Callable[[bytes], bytes | None] = lambda _body: None,
        mono: Callable[[], float] = _boottime,
    ) -> None:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.path = path
        self.bounds = Bounds(max_bytes, max_age_s, min_free_bytes, keep_s, thin)
        self._lock = lock(path.with_suffix(".lock"))
        self._mono = mono
        self._clock: tuple[float, float] | None = None
        self._not_told: list[Lost] = []
        try:
            with disk_errors(path):
                self._open(time.time())
        except StoreError:
            os.close(self._lock)
            raise

    def new_epoch(self, readdress: Callable[[bytes, str], bytes]) -> str:
        """Begin a new epoch: when the collector knows a number otherwise (409: a cloned disk, a restored
        backup). ``readdress(body, epoch)`` gives each waiting body its new address; numbers go on."""
        epoch = secrets.token_hex(8)
        with disk_errors(self.path), self._transaction():
            self._db.execute("DELETE FROM item WHERE settled_at IS NOT NULL")
            for rowid, old in self._db.execute("SELECT rowid, body FROM item").fetchall():
                body = readdress(old, epoch)
                self._db.execute(
                    "UPDATE item SET epoch = ?, body = ?, crc = ? WHERE rowid = ?",
                    (epoch, body, zlib.crc32(body), rowid),
                )
            release(self._db)
            self._set_meta("epoch", epoch)
            self._set_meta("confirmed", "0")
        self.epoch = epoch
        return epoch

    def append(
        self, made_at: float, build: Callable[[str, int, GapColumns], bytes], lane: Lane = "backlog"
    ) -> int:
        """Store one batch and give back its number. ``build(epoch, seq, gaps)`` makes the body; ``gaps`` are
        the losses that nobody confirmed yet. In the lane ``now`` it replaces those that were not sent.

        Raises StoreError when the disk refuses; nothing is stored then, the number is free again, and the
        loss is told later."""
        lost = _("free disk space or check the file system; the poll just made is lost")
        try:
            with disk_errors(self.path, lost):
                if not is_still_there(self.path, self._inode):
                    self._begin_anew(made_at)
                if self.bounds.min_free_bytes > free_bytes(self.path) and not self._shrunk(made_at):
                    raise sqlite3.OperationalError(_("the disk is nearly full"))
                return self._append(made_at, build, lane)
        except StoreError:
            if lane == "backlog":
                self._not_told.append(Lost("", lane, 0, 0, made_at, made_at, "everything", "disk_refused"))
            raise

    def oldest(self, lane: Lane | None = None) -> Spooled | None:
        """The next batch to ship, ``now`` before ``backlog``; damaged ones become gaps. A file that turns out
        to be damaged is set aside: nothing waits any more."""
        try:
            return self._oldest(lane)
        except sqlite3.OperationalError as error:
            raise StoreError(
                _("the spool cannot be opened: %(why)s") % {"why": error}, where=str(self.path)
            ) from error
        except sqlite3.DatabaseError as error:
            self._db.close()
            self._begin_anew(time.time(), set_aside(self.path, str(error)))
            return self._oldest(lane)

    def _oldest(self, lane: Lane | None) -> Spooled | None:
        lanes: tuple[Lane, ...] = ("now", "backlog") if lane is None else (lane,)
        for one in lanes:
            while row := self._db.execute(
                "SELECT epoch, seq, made_at, crc, body FROM item WHERE settled_at IS NULL AND lane = ? "
                "ORDER BY rowid LIMIT 1",
                (one,),
            ).fetchone():
                epoch, seq, made_at, crc, body = row
                if zlib.crc32(body) == crc:
                    return Spooled(seq, made_at, body, one, epoch)
                log.error("spool %s: batch %d is damaged on disk and is lost", self.path, seq)
                self._drop(epoch, one, seq, made_at, "damaged")
        return None

    def settle(self, batch: Spooled, have_seq: int = 0) -> None:
        """The collector has this batch, and everything up to ``have_seq``.

        What it confirmed earlier and lacks now (its database was set back) is sent again where it is still
        kept, and is a gap where not."""
        key = (batch.epoch or self.epoch, batch.lane, batch.seq)
        with disk_errors(self.path), self._transaction():
            if batch.lane == "backlog" and self.bounds.keep_s > 0:
                done = self._db.execute(
                    "UPDATE item SET settled_at = ? WHERE epoch = ? AND lane = ? AND seq = ?",
                    (self._own_now(batch.made_at), *key),
                )
            else:
                done = self._db.execute("DELETE FROM item WHERE epoch = ? AND lane = ? AND seq = ?", key)
            confirm(self._db, *key)
            if batch.lane == "backlog" and key[0] == self.epoch:
                self._resend_from(have_seq, batch.seq)
        self._check_found(done.rowcount, batch)

    def refuse(self, batch: Spooled, why: str) -> None:
        """Set a batch aside that the collector will never take; the newest thousand are kept for people."""
        epoch = batch.epoch or self.epoch
        with disk_errors(self.path), self._transaction():
            self._db.execute(
                "INSERT OR REPLACE INTO dead_letter (epoch, seq, made_at, why, body) VALUES (?, ?, ?, ?, ?)",
                (epoch, batch.seq, batch.made_at, why, batch.body),
            )
            self._db.execute(
                "DELETE FROM dead_letter WHERE rowid NOT IN "
                "(SELECT rowid FROM dead_letter ORDER BY made_at DESC LIMIT ?)",
                (_DEAD_LETTERS_KEPT,),
            )
            self._set_meta("refused", str(self._count("refused") + 1))
            found = self._forget(epoch, batch.lane, batch.seq, batch.made_at, "refused")
        self._check_found(found, batch)

    def depth(self) -> Depth:
        """What waits and what was lost."""
        row = self._db.execute(
            "SELECT coalesce(sum(lane = 'backlog'), 0), coalesce(sum(length(body)), 0), min(made_at), "
            "coalesce(sum(lane = 'now'), 0) FROM item WHERE settled_at IS NULL"
        ).fetchone()
        (gaps,) = self._db.execute("SELECT count(*) FROM gap").fetchone()
        (kept,) = self._db.execute("SELECT count(*) FROM item WHERE settled_at IS NOT NULL").fetchone()
        batches, size, oldest, now = row
        return Depth(batches, size, oldest, self._count("dropped"), self._count("refused"), now, gaps, kept)

    def close(self) -> None:
        self._db.close()
        os.close(self._lock)

    def _open(self, now: float) -> None:
        self._db, aside = open_or_set_aside(self.path, self.bounds.file_bytes)
        self._inode = self.path.stat().st_ino
        known = self._meta("epoch")
        self.epoch = known or secrets.token_hex(8)
        if known is None:
            with self._transaction():
                self._set_meta("epoch", self.epoch)
                if aside is not None:
                    rescue_file(aside, self._db, now)

    def _check_found(self, rows: int, batch: Spooled) -> None:
        """A batch that was read a moment ago and cannot be found by its number: the file's index is damaged.
        It would be shipped for ever."""
        if rows or batch.lane == "now":  # one of the present may have been replaced meanwhile
            return
        log.error("spool %s: batch %d cannot be found by its number", self.path, batch.seq)
        self._db.close()
        self._begin_anew(batch.made_at, set_aside(self.path, "a damaged index"))

    def _begin_anew(self, now: float, aside: Path | None = None) -> None:
        """The file was set aside, or deleted or replaced under us: then it can be read as long as it is
        open."""
        log.error("spool %s: a new one begins", self.path)
        old = self._db
        self._open(now)
        with self._transaction():
            if aside is None:
                rescue(old, self._db, now)
            else:
                rescue_file(aside, self._db, now)
        old.close()

    def _append(self, made_at: float, build: Callable[[str, int, GapColumns], bytes], lane: Lane) -> int:
        now = self._own_now(made_at)
        with self._transaction():
            for lost in self._not_told:
                tell(self._db, lost)
            seq = self._count(f"seq:{lane}") + 1
            if lane == "now":  # it may be replaced before it is sent, so it tells of no loss
                body = build(self.epoch, seq, GapColumns())
                self._db.execute("DELETE FROM item WHERE lane = 'now'")
            else:
                body = build(self.epoch, seq, unsent(self._db, f"{self.epoch}/{lane}/{seq}"))
            self._db.execute(
                "INSERT INTO item (lane, seq, epoch, made_at, crc, body) VALUES (?, ?, ?, ?, ?, ?)",
                (lane, seq, self.epoch, made_at, zlib.crc32(body), body),
            )
            self._set_meta(f"seq:{lane}", str(seq))
        self._not_told.clear()
        self._clock = (now, self._mono())
        try:
            self._shrunk(now)
        except (sqlite3.Error, OSError) as error:  # the batch is stored; room is made with the next one
            log.error("spool %s: cannot make room: %s", self.path, error)
        return seq

    def _shrunk(self, now: float) -> bool:
        """Keep the bounds; whether the disk has room again."""
        with self._transaction():
            dropped = make_room(self._db, self.bounds, now, free_bytes(self.path))
            if dropped:
                self._set_meta("dropped", str(self._count("dropped") + dropped))
        if dropped:
            log.error("spool %s: the %d oldest batches are lost to its bounds", self.path, dropped)
        return free_bytes(self.path) >= self.bounds.min_free_bytes

    def _own_now(self, made_at: float) -> float:
        """The time by which age is judged: the wall clock, but not where it was set by more than a day."""
        if self._clock is None:
            return made_at
        by_mono = self._clock[0] + self._mono() - self._clock[1]
        return made_at if abs(made_at - by_mono) <= _A_DAY else by_mono

    def _resend_from(self, have_seq: int, settled: int) -> None:
        """Send again what was confirmed after ``have_seq``, and tell what of it is no longer kept."""
        if have_seq >= settled:
            self._set_meta("confirmed", str(settled))
            return
        confirmed = self._count("confirmed")
        if not have_seq < confirmed:
            return  # the hole is what was lost and is told with a batch on its way
        self._db.execute(
            "UPDATE item SET settled_at = NULL WHERE epoch = ? AND lane = 'backlog' AND seq > ? AND seq < ?",
            (self.epoch, have_seq, settled),
        )
        (first,) = self._db.execute(
            "SELECT coalesce(min(seq), ?) FROM item WHERE epoch = ? AND lane = 'backlog' AND seq > ?",
            (settled, self.epoch, have_seq),
        ).fetchone()
        if first > have_seq + 1:
            lost = Lost(self.epoch, "backlog", have_seq + 1, first - 1, 0.0, 0.0, "everything", "overrun")
            tell(self._db, lost)
        log.warning("the collector was set back to batch %d: those kept are sent again", have_seq)
        self._set_meta("confirmed", str(have_seq))

    def _drop(self, epoch: str, lane: Lane, seq: int, made_at: float, why: GapWhy) -> None:
        with self._transaction():
            found = self._forget(epoch, lane, seq, made_at, why)
            self._set_meta("dropped", str(self._count("dropped") + 1))
        self._check_found(found, Spooled(seq, made_at, b"", lane, epoch))

    def _forget(self, epoch: str, lane: Lane, seq: int, made_at: float, why: GapWhy) -> int:
        key = (epoch, lane, seq)
        found = self._db.execute("DELETE FROM item WHERE epoch = ? AND lane = ? AND seq = ?", key).rowcount
        release(self._db, epoch, lane, seq)
        if lane == "backlog":
            tell(self._db, Lost(epoch, lane, seq, seq, made_at, made_at, "everything", why))
        return found

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
            self._db.execute("COMMIT")
        except BaseException:
            with suppress(sqlite3.Error):  # SQLite may have rolled back by itself
                self._db.execute("ROLLBACK")
            raise
