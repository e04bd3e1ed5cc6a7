"""What the current facts of each device add up to: kept by each change, compared with what its agent says."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import Connection

from collector.store.spans import ABSENT
from collector.store.statement import ask, run, values_lists
from inventory.digest import as_text, fact_number
from inventory.facts import Batch
from inventory.log import get_logger

log = get_logger(__name__)

_READ = "SELECT device_id, digest, slot FROM device_state WHERE school_id = ?"
_WRITE = (
    "INSERT INTO device_state (school_id, device_id, digest, slot) VALUES (?, ?, ?, ?) "
    "ON CONFLICT (school_id, device_id) DO UPDATE SET digest = excluded.digest, slot = excluded.slot"
)
_LIVE = (
    "SELECT f.device_id, f.subject, f.key, f.value, f.valid_from, f.valid_to FROM ({values}) v "
    "CROSS JOIN fact f WHERE f.school_id = ? AND f.device_id = v.column1 AND f.known_to IS NULL"
)


@dataclass(slots=True)
class State:
    """The digest of a device as a number, and the newest slot at which anything was told of its facts."""

    number: int = 0
    slot: int = 0


def sum_of(facts: Iterable[tuple[str, str, str]]) -> int:
    """The digest of (subject, key, text of the value) as a number."""
    return sum(fact_number(subject, key, text) for subject, key, text in facts)


def load_states(connection: Connection, school_id: str, batch: Batch) -> dict[str, State]:
    """The states of the devices of a batch; one that the store keeps none of is added up from its facts."""
    wanted = {*batch.facts.device, *batch.frames.device, *batch.digests.device}
    if not wanted:
        return {}
    kept = {
        device: State(int(digest, 16), slot)
        for device, digest, slot in ask(connection, _READ, (school_id,))
        if device in wanted
    }
    return kept | _add_up(connection, school_id, wanted - kept.keys())


def save_states(
    connection: Connection, school_id: str, states: dict[str, State], changed: Iterable[str]
) -> None:
    """Keep the states of these devices."""
    rows = [(school_id, d, as_text(states[d].number), states[d].slot) for d in sorted(changed)]
    run(connection, _WRITE, rows)


def differing(batch: Batch, states: dict[str, State], changed: set[str]) -> list[str]:
    """The devices whose state here is not what the batch says, and of which no later slot is known.

    After a key frame a difference can only be what this side cleaned or rejected. Then the agent's sum is
    taken over: each later change moves both sums alike, so that a new difference still shows, and the
    agent is not asked for the same frame for ever.
    """
    framed = set(batch.frames.device)
    wanted: list[str] = []
    columns = batch.digests
    for device, slot, digest in zip(columns.device, columns.slot, columns.digest, strict=True):
        state = states[device]
        if slot < state.slot or as_text(state.number) == digest:
            continue
        if device not in framed:
            wanted.append(device)
        elif (number := _number(digest)) is not None:
            log.warning("%s %s: not all of its whole state could be stored", batch.campus, device)
            state.number = number
            changed.add(device)
    if wanted:
        log.info("campus %s: asking for the whole state of %s", batch.campus, ", ".join(wanted[:20]))
    return wanted


def _add_up(connection: Connection, school_id: str, devices: set[str]) -> dict[str, State]:
    states = {device: State() for device in devices}
    for values, flat in values_lists([(device,) for device in sorted(devices)], 1):
        rows = ask(connection, _LIVE.format(values=values), (*flat, school_id))
        for device, subject, key, text, start, end in rows:
            state = states[device]
            state.slot = max(state.slot, start, end or 0)
            if end is None and text != ABSENT:
                state.number += fact_number(subject, key, text)
    return states


def _number(digest: str) -> int | None:
    try:
        return int(digest, 16)
    except ValueError:
        return None
