"""The spool's file: opened, taken over from an older form, or set aside where it cannot be read."""

from __future__ import annotations

import fcntl
import os
import secrets
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

from inventory.errors import StoreBusy, StoreError
from inventory.log import get_logger
from inventory.words import _

log = get_logger(__name__)

_SCHEMA = """
CREATE TABLE IF NOT EXISTS meta (name TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS item (
  lane TEXT NOT NULL, seq INTEGER NOT NULL, epoch TEXT NOT NULL, made_at REAL NOT NULL, crc INTEGER NOT NULL,
  thin INTEGER NOT NULL DEFAULT 0, settled_at REAL, body BLOB NOT NULL, PRIMARY KEY (epoch, lane, seq));
CREATE TABLE IF NOT EXISTS gap (
  number INTEGER PRIMARY KEY AUTOINCREMENT, epoch TEXT NOT NULL, lane TEXT NOT NULL,
  first_seq INTEGER NOT NULL, last_seq INTEGER NOT NULL, first_at REAL NOT NULL, last_at REAL NOT NULL,
  what TEXT NOT NULL, why TEXT NOT NULL, sent_in TEXT);
CREATE TABLE IF NOT EXISTS dead_letter (
  epoch TEXT NOT NULL, seq INTEGER NOT NULL, made_at REAL NOT NULL, why TEXT NOT NULL, body BLOB NOT NULL,
  PRIMARY KEY (epoch, seq));
"""
_TAKE_OVER = """
BEGIN IMMEDIATE;
INSERT INTO item (lane, seq, epoch, made_at, crc, body)
  SELECT 'backlog', seq, coalesce((SELECT value FROM meta WHERE name = 'epoch'), ''), made_at, crc, body
  FROM batch;
INSERT OR REPLACE INTO meta (name, value)
  SELECT 'seq:backlog', seq FROM sqlite_sequence WHERE name = 'batch';
DROP TABLE batch;
COMMIT;
"""


def lock(path: Path) -> int:
    """A descriptor that holds the spool for this process. Raises StoreBusy where another has it."""
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


def open_or_set_aside(path: Path, most_bytes: int) -> tuple[sqlite3.Connection, Path | None]:
    """The database, and where a file that could not be read was set aside for it. Raises StoreError where
    the disk refuses: then nothing says that the file is damaged."""
    try:
        return _open(path, most_bytes), None
    except sqlite3.OperationalError as error:
        raise StoreError(
            _("the spool cannot be opened: %(why)s") % {"why": error},
            where=str(path),
            do=_("check the disk, the file's owner and its rights"),
        ) from error
    except sqlite3.DatabaseError as error:
        aside = set_aside(path, str(error))
        return _open(path, most_bytes), aside


def set_aside(path: Path, why: str) -> Path:
    """Rename a file that cannot be used, with what belongs to it, and give back its new name. Only the newest
    is kept: what could be read of the older ones has been."""
    for old in path.parent.glob(f"{path.name}.damaged-*"):
        old.unlink(missing_ok=True)
    aside = path.with_name(f"{path.name}.damaged-{secrets.token_hex(4)}")
    log.error("spool %s cannot be read (%s): set aside as %s, a new epoch begins", path, why, aside.name)
    for suffix in ("", "-wal", "-shm"):
        part = path.with_name(path.name + suffix)
        if part.exists():
            part.rename(aside.with_name(aside.name + suffix))
    return aside


def is_still_there(path: Path, opened: int) -> bool:
    """Whether the path still names the file with this inode number."""
    with suppress(OSError):
        return path.stat().st_ino == opened
    return False


@contextmanager
def disk_errors(path: Path, do: str = "") -> Iterator[None]:
    """What SQLite and the disk say, as StoreError."""
    try:
        yield
    except (sqlite3.Error, OSError) as error:
        raise StoreError(
            _("the spool cannot be written: %(why)s") % {"why": error},
            where=str(path),
            do=do or _("free disk space or check the file system"),
        ) from error


def free_bytes(path: Path) -> int:
    """What the file system has left for this process."""
    found = os.statvfs(path.parent)
    return found.f_bavail * found.f_frsize


def _open(path: Path, most_bytes: int) -> sqlite3.Connection:
    db = sqlite3.connect(path, isolation_level=None)
    try:
        db.execute("PRAGMA journal_mode = WAL")
        db.execute("PRAGMA synchronous = FULL")
        # On a full disk SQLite cannot even delete: it has to write the WAL first. Below its own bound it can.
        (page,) = db.execute("PRAGMA page_size").fetchone()
        db.execute(f"PRAGMA max_page_count = {max(64, most_bytes // page)}")
        db.executescript(_SCHEMA)
        with closing(db.execute("PRAGMA quick_check")) as check:
            if (verdict := check.fetchone()[0]) != "ok":
                raise sqlite3.DatabaseError(verdict)
        if db.execute("SELECT 1 FROM sqlite_master WHERE name = 'batch'").fetchone():
            db.executescript(_TAKE_OVER)
    except sqlite3.DatabaseError:
        db.close()
        raise
    return db
