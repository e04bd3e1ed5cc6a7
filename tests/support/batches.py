"""Batches made by hand, for the tests of the way from the agent to the store."""

from __future__ import annotations

from typing import Any

import msgspec
import zstandard

from agent.changes import Columns
from inventory.facts import Batch, FactValue
from inventory.reading import Outcome

INTERVAL_S = 300
T0 = 1_790_000_100 // INTERVAL_S * INTERVAL_S

PORT = "port:GigabitEthernet0/0/1"


def batch(
    seq: int,
    slot: int,
    polls: dict[str, Outcome] | None = None,
    changes: dict[tuple[str, str, str], FactValue] | None = None,
    frames: tuple[str, ...] = (),
    **fields: Any,
) -> Batch:
    """A batch of campus 2133999001-01; ``changes`` is keyed by (device, subject, key)."""
    columns = Columns(slot)
    for device, outcome in (polls or {"gw": "ok"}).items():
        columns.add_poll(device, outcome)
    for device in frames:
        columns.add_frame(device, {(s, k): v for (d, s, k), v in (changes or {}).items() if d == device})
    for (device, subject, key), value in (changes or {}).items():
        if device not in frames:
            columns.add_changes(device, {(subject, key): "something else"}, {(subject, key): value})
    defaults: dict[str, Any] = {
        "agent": "2133999001-01",
        "campus": "2133999001-01",
        "epoch": "e1",
        "seq": seq,
        "made_at": float(slot),
        "interval_s": INTERVAL_S,
        "polls": columns.polls,
        "frames": columns.frames,
        "facts": columns.facts,
    }
    return Batch(**(defaults | fields))


def packed(one: Batch) -> bytes:
    """The wire form of a batch."""
    return zstandard.ZstdCompressor().compress(msgspec.json.encode(one))
