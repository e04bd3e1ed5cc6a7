"""A batch into the store: ledger, facts, polls, samples and the agent's last word, in one transaction."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from sqlalchemy import Connection

from collector.store import known, polls
from collector.store.engine import lock_schools
from collector.store.facts import store_facts
from collector.store.ledger import Entry, enter, keep_doubt, look_up, was_stored
from collector.store.samples import land
from collector.store.state import differing, load_states, save_states
from collector.store.statement import Later, ask, run, values_lists
from inventory.errors import Refused
from inventory.facts import Batch, Receipt, Rejected
from inventory.reading import Outcome
from inventory.words import _


@dataclass(frozen=True, slots=True)
class Sender:
    """Who a token belongs to; every row that a batch writes carries this school. ``token_prefix`` is the
    public part of the token ("" where none was needed)."""

    school_id: str
    agent_id: str
    campus_id: str
    token_prefix: str = ""


@dataclass(frozen=True, slots=True)
class Arrival:
    """A checked batch and what is known of its coming; ``shift_s`` is what its slots were moved by, ``sent``
    its body in zstd, where the samples are as they were in it."""

    sender: Sender
    batch: Batch
    sha256: str
    received_at: float
    offset_s: float | None = None
    shift_s: int = 0
    rejected: tuple[Rejected, ...] = ()
    sent: bytes = b""
    measured: int | None = None
    """numbers in its samples, where they need not be counted"""


def look_up_all(connection: Connection, arrivals: Sequence[Arrival]) -> list[Entry]:
    """What is known of each of some arrivals, whose schools are locked."""
    asked = [(one.sender.school_id, one.batch, one.sender.token_prefix) for one in arrivals]
    return look_up(connection, asked)


def store_batch(
    connection: Connection, arrival: Arrival, entry: Entry | None = None, later: Later | None = None
) -> Receipt:
    """Store a batch once. With ``entry`` its school is locked and it was looked up already; what can wait is
    put into ``later``, where that is given. Raises Refused(409) when its number was used for other content,
    Refused(401) when its token was revoked meanwhile."""
    batch = arrival.batch
    if entry is None:
        lock_schools(connection, [arrival.sender.school_id])
        (entry,) = look_up_all(connection, [arrival])
    if arrival.sender.token_prefix and not entry.token_is_valid:
        raise Refused(_("the token is missing, wrong or revoked"), status=401)
    if entry.sha256 is not None and entry.sha256 != arrival.sha256:
        raise Refused(_("batch %(seq)d was stored with other content") % {"seq": batch.seq}, status=409)
    if entry.sha256 is not None or was_stored(connection, entry):
        return _receipt(arrival, "duplicate", entry.mark or 0, [])
    rest = Later() if later is None else later
    wanted, mark = _store(connection, rest, arrival, entry)
    if later is None:
        rest.write(connection)
    return _receipt(arrival, "stored", mark, wanted)


def _receipt(
    arrival: Arrival, status: Literal["stored", "duplicate"], have_seq: int, wanted: list[str]
) -> Receipt:
    batch = arrival.batch
    return Receipt(
        status=status,
        agent=batch.agent,
        epoch=batch.epoch,
        lane=batch.lane,
        seq=batch.seq,
        rejected=list(arrival.rejected),
        frames_wanted=wanted,
        have_seq=have_seq,
        received_at=arrival.received_at,
        clock_offset_s=arrival.offset_s,
    )


def _store(connection: Connection, later: Later, arrival: Arrival, entry: Entry) -> tuple[list[str], int]:
    """Everything that a new batch writes; gives back the devices whose frames are wanted, the watermark."""
    sender, batch, received_at = arrival.sender, arrival.batch, arrival.received_at
    clock = (arrival.offset_s, arrival.shift_s)
    mark = enter(connection, later, entry, batch, arrival.sha256, received_at, clock)
    keep_doubt(connection, sender.school_id, batch, *clock)
    states = load_states(connection, sender.school_id, batch)
    changed = store_facts(connection, sender.school_id, batch, states, received_at)
    wanted = differing(batch, states, changed)
    save_states(connection, sender.school_id, states, changed)
    is_news = _store_polls(connection, sender.school_id, batch, received_at) or bool(changed)
    land(later, sender.school_id, batch, arrival.sent, arrival.measured)
    _store_seen(later, sender, batch, received_at, is_news)
    return wanted, mark


_POLLS = (
    "SELECT p.device_id, p.day, p.states FROM ({values}) v CROSS JOIN poll_day p WHERE p.school_id = ? "
    "AND p.device_id = v.column1 AND p.day >= ? AND p.day <= ? AND p.interval_s = ?"
)
_KEEP_POLLS = (
    "INSERT INTO poll_day (school_id, device_id, day, interval_s, states) VALUES (?, ?, ?, ?, ?) "
    "ON CONFLICT (school_id, device_id, day, interval_s) DO UPDATE SET states = excluded.states"
)
_SEEN = (
    "INSERT INTO agent_seen (school_id, agent_id, campus_id, last_report, newest_slot, interval_s, "
    "agent_version, changes) VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (school_id, agent_id) DO UPDATE SET "
    "campus_id = excluded.campus_id, last_report = excluded.last_report, interval_s = excluded.interval_s, "
    "agent_version = excluded.agent_version, changes = agent_seen.changes + excluded.changes, "
    "newest_slot = CASE "
    "WHEN excluded.newest_slot > agent_seen.newest_slot THEN excluded.newest_slot "
    "ELSE agent_seen.newest_slot END"
)


def _store_polls(connection: Connection, school_id: str, batch: Batch, received_at: float) -> bool:
    """Whether they tell more than that all is as before: a poll that was not ok, or one that came late."""
    interval_s = batch.interval_s
    by_day: dict[tuple[str, int], list[tuple[int, Outcome]]] = defaultdict(list)
    for device, slot, outcome in zip(batch.polls.device, batch.polls.slot, batch.polls.outcome, strict=True):
        day, second = divmod(slot, polls.DAY_S)
        by_day[(device, day)].append((second // interval_s, outcome))
    if not by_day:
        return False
    is_late = known.is_late(min(batch.polls.slot), interval_s, received_at)
    late: list[known.LateRow] = []
    devices = sorted({device for device, _day in by_day})
    bounds = (min(day for _device, day in by_day), max(day for _device, day in by_day))
    stored: dict[tuple[str, int], bytes] = {}
    for values, flat in values_lists([(device,) for device in devices], 1):
        found = ask(connection, _POLLS.format(values=values), (*flat, school_id, *bounds, interval_s))
        stored |= {(device, day): states for device, day, states in found}
    rows = []
    for (device, day), outcomes in by_day.items():
        before = stored.get((device, day))
        states = bytearray(before or polls.empty(interval_s))
        if is_late and (was := _write_late(states, day, outcomes, interval_s, received_at)):
            late.append((device, day, interval_s, was))
        for place, outcome in outcomes:
            polls.write(states, place, outcome)
        if before is None or bytes(states) != before:
            rows.append((school_id, device, day, interval_s, bytes(states)))
    run(connection, _KEEP_POLLS, rows)
    if late:
        known.keep_late(connection, school_id, late, received_at)
    return is_late or any(outcome != "ok" for outcome in batch.polls.outcome)


def _write_late(
    states: bytearray, day: int, outcomes: list[tuple[int, Outcome]], interval_s: int, received_at: float
) -> bytes:
    """What late polls change, as it was before; empty where they change nothing."""
    after, before = bytearray(states), bytearray(len(states))
    for place, outcome in outcomes:
        was = polls.read(bytes(after), place)
        polls.write(after, place, outcome)
        slot = day * polls.DAY_S + place * interval_s
        if known.is_late(slot, interval_s, received_at) and polls.read(bytes(after), place) != was:
            known.mark(before, place, was)
    return bytes(before) if any(before) else b""


def _store_seen(later: Later, sender: Sender, batch: Batch, received_at: float, is_news: bool) -> None:
    newest = max(batch.polls.slot, default=0)
    word = (received_at, newest, batch.interval_s, batch.agent_version[:32], int(is_news))
    later.add(_SEEN, (sender.school_id, sender.agent_id, sender.campus_id, *word))
