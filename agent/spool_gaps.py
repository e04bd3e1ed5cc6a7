"""What the spool has lost: numbered, sent with a batch, and forgotten when that batch is confirmed."""

from __future__ import annotations

import sqlite3
from dataclasses import astuple, dataclass

from inventory.facts import GapColumns, GapWhat, GapWhy, Lane


@dataclass(frozen=True, slots=True)
class Lost:
    """Batches ``first_seq`` to ``last_seq`` (0 where no number was given), made between these times; 0.0
    where nobody knows any more."""

    epoch: str
    lane: Lane
    first_seq: int
    last_seq: int
    first_at: float
    last_at: float
    what: GapWhat
    why: GapWhy


def tell(db: sqlite3.Connection, lost: Lost) -> None:
    """Give a loss a number. One that goes on from the newest, for the same reason, becomes part of it."""
    row = db.execute(
        "SELECT number, last_seq FROM gap WHERE sent_in IS NULL AND epoch = ? AND lane = ? AND what = ? "
        "AND why = ? ORDER BY number DESC LIMIT 1",
        (lost.epoch, lost.lane, lost.what, lost.why),
    ).fetchone()
    if row and (lost.first_seq == row[1] + 1 or lost.first_seq == row[1] == 0):
        db.execute(
            "UPDATE gap SET last_seq = ?, last_at = max(last_at, ?) WHERE number = ?",
            (lost.last_seq, lost.last_at, row[0]),
        )
        return
    db.execute(
        "INSERT INTO gap (epoch, lane, first_seq, last_seq, first_at, last_at, what, why) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        astuple(lost),
    )


def unsent(db: sqlite3.Connection, batch: str) -> GapColumns:
    """The losses that are in no batch yet; from now on they are in this one."""
    rows = db.execute(
        "SELECT number, epoch, lane, first_seq, last_seq, first_at, last_at, what, why FROM gap "
        "WHERE sent_in IS NULL ORDER BY number"
    ).fetchall()
    db.execute("UPDATE gap SET sent_in = ? WHERE sent_in IS NULL", (batch,))
    if not rows:
        return GapColumns()
    return GapColumns(**dict(zip(_COLUMNS, map(list, zip(*rows, strict=True)), strict=True)))


_COLUMNS = ("number", "epoch", "lane", "first_seq", "last_seq", "first_at", "last_at", "what", "why")


def confirm(db: sqlite3.Connection, epoch: str, lane: Lane, seq: int) -> None:
    """The collector has the batch that told these losses."""
    db.execute("DELETE FROM gap WHERE sent_in = ?", (f"{epoch}/{lane}/{seq}",))


def release(db: sqlite3.Connection, epoch: str = "", lane: Lane = "backlog", seq: int = 0) -> None:
    """The batch that told these losses is lost itself (without arguments: every one), so tell them again.

    Under new numbers: it may have arrived all the same, and a number stands for one loss for ever."""
    where, values = ("sent_in IS NOT NULL", ()) if not seq else ("sent_in = ?", (f"{epoch}/{lane}/{seq}",))
    columns = ", ".join(_COLUMNS[1:])
    rows = db.execute(f"SELECT {columns} FROM gap WHERE {where} ORDER BY number", values).fetchall()  # noqa: S608
    db.execute(f"DELETE FROM gap WHERE {where}", values)  # noqa: S608 - constants
    marks = ", ".join("?" * len(_COLUMNS[1:]))
    db.executemany(f"INSERT INTO gap ({columns}) VALUES ({marks})", rows)  # noqa: S608 - constants
