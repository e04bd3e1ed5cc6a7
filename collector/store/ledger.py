"""What has arrived: the proof of each batch, the number up to which nothing is missing, and what is lost.

A number is settled when it is stored or reported as lost. The watermark of (agent, epoch, lane) is the newest
number up to which all are settled; below it the proofs are pruned, but for the newest and the young, which
still tell a cloned disk from a batch that was sent twice. In the lane ``now`` a newer batch replaces the
older ones that were not sent, so its watermark is simply its newest number.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection

from collector.store.statement import Later, ask, run, values_lists
from inventory.facts import Batch

KEEP_NUMBERS = 1000
KEEP_S = 40 * 86400
PRUNE_EVERY = 256
"""Batches of a lane from one pruning to the next."""
_STEP = 1000

_LOOK = (
    "SELECT v.column1, v.column2, v.column3, v.column4, v.column5, "
    "(SELECT l.sha256 FROM ledger l WHERE l.school_id = v.column1 AND l.agent_id = v.column2 "
    "AND l.epoch = v.column3 AND l.lane = v.column4 AND l.seq = CAST(v.column5 AS BIGINT)), "
    "(SELECT w.seq FROM watermark w WHERE w.school_id = v.column1 AND w.agent_id = v.column2 "
    "AND w.epoch = v.column3 AND w.lane = v.column4), "
    "(SELECT max(l.seq) FROM ledger l WHERE l.school_id = v.column1 AND l.agent_id = v.column2 "
    "AND l.epoch = v.column3 AND l.lane = v.column4), "
    "(SELECT count(*) FROM agent a WHERE a.school_id = v.column1 AND a.agent_id = v.column2 "
    "AND a.token_prefix = v.column6 AND a.revoked_at IS NULL) FROM ({values}) v"
)
_ENTER = (
    "INSERT INTO ledger (school_id, agent_id, epoch, lane, seq, sha256, received_at, made_at, offset_s, "
    "shift_s) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
)
_MARK = (
    "INSERT INTO watermark (school_id, agent_id, epoch, lane, seq, updated_at) VALUES (?, ?, ?, ?, ?, ?) "
    "ON CONFLICT (school_id, agent_id, epoch, lane) "
    "DO UPDATE SET seq = excluded.seq, updated_at = excluded.updated_at"
)
_PRUNE = (
    "DELETE FROM ledger WHERE school_id = ? AND agent_id = ? AND epoch = ? AND lane = ? AND seq <= ? "
    "AND received_at < ?"
)
_NEXT = (
    "SELECT seq FROM ledger WHERE school_id = ? AND agent_id = ? AND epoch = ? AND lane = ? AND seq > ? "
    "ORDER BY seq LIMIT ?"
)
_LOST = (
    "SELECT max(last_seq) FROM gap WHERE school_id = ? AND agent_id = ? AND epoch = ? AND lane = ? "
    "AND what = 'everything' AND first_seq <= ? AND last_seq >= ?"
)
_GAP = (
    "INSERT INTO gap (school_id, agent_id, number, epoch, lane, first_seq, last_seq, first_at, last_at, "
    "what, why, received_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING"
)
_DOUBTS = (
    "SELECT first_slot, last_slot FROM clock_doubt WHERE school_id = ? AND agent_id = ? AND shift_s = ? "
    "AND first_slot <= ? AND last_slot >= ?"
)
_FORGET_DOUBT = "DELETE FROM clock_doubt WHERE school_id = ? AND agent_id = ? AND first_slot = ?"
_DOUBT = (
    "INSERT INTO clock_doubt (school_id, agent_id, first_slot, last_slot, shift_s, offset_s) "
    "VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (school_id, agent_id, first_slot) DO UPDATE SET "
    "last_slot = excluded.last_slot, shift_s = excluded.shift_s, offset_s = excluded.offset_s"
)


@dataclass(frozen=True, slots=True)
class Entry:
    """The key of a batch, and what of it was known before it came."""

    lane: tuple[str, str, str, str]
    seq: int
    sha256: str | None
    mark: int | None
    newest: int
    token_is_valid: bool = True


def look_up(connection: Connection, asked: Sequence[tuple[str, Batch, str]]) -> list[Entry]:
    """What the ledger says of the numbers of batches and of their lanes; each is (school, batch, prefix of
    its token)."""
    keys = [
        (school_id, batch.agent, batch.epoch, batch.lane, str(batch.seq), prefix)
        for school_id, batch, prefix in asked
    ]
    found: dict[tuple[str, ...], tuple[Any, ...]] = {}
    for values, flat in values_lists(keys, 6, filled="0"):
        for row in ask(connection, _LOOK.format(values=values), flat):
            found[row[:5]] = row[5:]
    entries = []
    for key, (_school, batch, _prefix) in zip(keys, asked, strict=True):
        sha256, mark, newest, valid = found[key[:5]]
        entries.append(Entry(key[:4], batch.seq, sha256, mark, newest or 0, bool(valid)))
    return entries


def was_stored(connection: Connection, entry: Entry) -> bool:
    """Whether a number without a proof was stored long ago: its proof is pruned. One that was reported as
    lost and comes nevertheless was not; nor was one so new that its proof would still be there.

    In the lane ``now`` one that a newer one has overtaken on its way is nothing new either: all that it says
    is in the backlog."""
    if entry.lane[3] == "now":
        return entry.mark is not None and entry.seq <= entry.mark
    if entry.mark is None or entry.seq > entry.mark - KEEP_NUMBERS:
        return False
    return _lost_until(connection, entry.lane, entry.seq) is None


def enter(
    connection: Connection,
    later: Later,
    entry: Entry,
    batch: Batch,
    sha256: str,
    received_at: float,
    clock: tuple[float | None, int],
) -> int:
    """Write the proof and the gaps of a batch, and give back the watermark of its lane. ``clock`` is the
    offset of the clocks and what the slots were moved by."""
    proof = (*entry.lane, entry.seq, sha256, received_at, batch.made_at, *clock)
    before = entry.mark or 0
    _enter_gaps(connection, entry, batch, received_at)
    is_next = entry.seq == before + 1 and entry.newest <= before and not batch.gaps.number
    if is_next or batch.lane == "now":
        later.add(_ENTER, proof)
        mark = max(before, entry.seq)
    else:
        run(connection, _ENTER, [proof])
        mark = _advanced(connection, entry, before)
    if entry.mark is None or mark != before:
        later.add(_MARK, (*entry.lane, mark, received_at))
    if entry.seq % PRUNE_EVERY == 0:
        run(connection, _PRUNE, [(*entry.lane, mark - KEEP_NUMBERS, received_at - KEEP_S)])
    return mark


def keep_doubt(
    connection: Connection, school_id: str, batch: Batch, offset_s: float | None, shift_s: int
) -> None:
    """Remember the slots of a batch whose agent's clock was wrong; neighbours of one shift become one row."""
    slots = [*batch.polls.slot, *batch.facts.slot, *batch.frames.slot, *batch.samples.slot]
    if not shift_s or not slots:
        return
    first, last = min(slots), max(slots)
    reach = (last + batch.interval_s, first - batch.interval_s)
    near = ask(connection, _DOUBTS, (school_id, batch.agent, shift_s, *reach))
    run(connection, _FORGET_DOUBT, [(school_id, batch.agent, start) for start, _end in near])
    first, last = min([first, *(n[0] for n in near)]), max([last, *(n[1] for n in near)])
    run(connection, _DOUBT, [(school_id, batch.agent, first, last, shift_s, offset_s or 0.0)])


def _enter_gaps(connection: Connection, entry: Entry, batch: Batch, received_at: float) -> None:
    gaps = batch.gaps
    names = zip(gaps.number, gaps.epoch, gaps.lane, gaps.first_seq, gaps.last_seq, strict=True)
    kinds = zip(gaps.first_at, gaps.last_at, gaps.what, gaps.why, strict=True)
    rows = [(*entry.lane[:2], *name, *kind, received_at) for name, kind in zip(names, kinds, strict=True)]
    run(connection, _GAP, rows)


def _advanced(connection: Connection, entry: Entry, mark: int) -> int:
    """The watermark now that this number and its gaps are settled, too."""
    if entry.seq == mark + 1:
        mark = entry.seq
    while True:
        before = mark
        mark = _lost_until(connection, entry.lane, mark + 1) or mark
        mark = _held_until(connection, entry.lane, mark)
        if mark == before:
            return mark


def _lost_until(connection: Connection, lane: tuple[str, ...], seq: int) -> int | None:
    """The end of the gap that a number lies in, or None."""
    ((last,),) = ask(connection, _LOST, (*lane, seq, seq))
    return None if last is None else int(last)


def _held_until(connection: Connection, lane: tuple[str, ...], mark: int) -> int:
    """The newest number above ``mark`` that the ledger has without a hole."""
    size = 1
    while True:
        rows = ask(connection, _NEXT, (*lane, mark, size))
        for (seq,) in rows:
            if seq != mark + 1:
                return mark
            mark = seq
        if len(rows) < size:
            return mark
        size = _STEP
