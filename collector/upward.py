"""A collector as the agent of one above it: what it has judged travels as facts, by the agents' protocol.

There a school is a device of the county's campus. Its state are its verdicts that hold now: the subject
``plan:<plan>/<target>`` has the keys ``state`` and ``reason``. The county itself, under the campus's own id,
has for each plan how many schools are in which state. The raw data stays below.

Nothing needs to be remembered between two batches: each carries the digests of all states, the receipt names
those that differ above, and the next batch carries these as a whole.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from sqlalchemy import Connection, select

from collector.store.schema import verdict
from inventory.digest import digest_of
from inventory.facts import Batch, DigestColumns, FactColumns, FactValue, FrameColumns, PollColumns
from inventory.version import VERSION

States = Mapping[str, Mapping[tuple[str, str], FactValue]]
"""Device id -> (subject, key) -> value."""

INTERVAL_S = 300


@dataclass(frozen=True, slots=True)
class Number:
    """The key of a batch, and the clock when it is made."""

    campus: str
    epoch: str
    seq: int
    now: float


def states_of(connection: Connection, campus: str) -> States:
    """The verdicts that hold now, by school, and the county's counts under the id of its campus."""
    states: dict[str, dict[tuple[str, str], FactValue]] = defaultdict(dict)
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    query = select(
        verdict.c.school_id, verdict.c.profile_id, verdict.c.target_id, verdict.c.state, verdict.c.reason
    ).where(verdict.c.known_to.is_(None), verdict.c.school_id != "")
    for school, plan, target, state, reason in connection.execute(query):
        subject = f"plan:{plan}/{target}"
        states[school][(subject, "state")] = state
        if reason:
            states[school][(subject, "reason")] = reason
        counts[subject][state] += 1
    states[campus] = {
        (subject, "schools"): {state: str(count) for state, count in sorted(found.items())}
        for subject, found in counts.items()
    }
    return states


def batch_of(states: States, number: Number, wanted: Collection[str] = ()) -> Batch:
    """A batch with the digests of all states, and whole those that the last receipt wanted.

    It says what is now, so it goes by the lane of that name: one that got lost is not missed, and numbers
    need only grow.
    """
    slot = int(number.now) // INTERVAL_S * INTERVAL_S
    devices = sorted(states)
    whole = [device for device in devices if device in wanted]
    facts = [(device, *name, value) for device in whole for name, value in sorted(states[device].items())]
    return Batch(
        agent=number.campus,
        campus=number.campus,
        epoch=number.epoch,
        lane="now",
        seq=number.seq,
        made_at=number.now,
        interval_s=INTERVAL_S,
        agent_version=VERSION,
        polls=PollColumns(device=devices, slot=[slot] * len(devices), outcome=["ok"] * len(devices)),
        frames=FrameColumns(device=whole, slot=[slot] * len(whole)),
        facts=FactColumns(
            device=[fact[0] for fact in facts],
            slot=[slot] * len(facts),
            subject=[fact[1] for fact in facts],
            key=[fact[2] for fact in facts],
            value=[fact[3] for fact in facts],
        ),
        digests=DigestColumns(
            device=devices,
            slot=[slot] * len(devices),
            digest=[digest_of(states[device]) for device in devices],
        ),
    )
