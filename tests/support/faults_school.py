"""A school that can be computed: what each of its devices was in each round follows from a seed.

The driver builds its batches from it, the checker knows from it what must be stored. Nothing is remembered.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache

import msgspec

from agent.changes import Columns, DeviceFacts, digest_after
from agent.samples import Block
from inventory.digest import digest_of
from inventory.facts import Batch, FactValue, GapColumns, Lane
from inventory.reading import Outcome

PORTS = 4
SERIES = (("in_octets", 0), ("rx_dbm", 2))
"""Sampled keys and their scale."""

_dice = lru_cache(maxsize=200_000)(
    lambda *what: int.from_bytes(hashlib.blake2b(repr(what).encode(), digest_size=8).digest())
)


@dataclass(frozen=True, slots=True)
class School:
    """``start`` is the slot of round 0; round n is ``interval_s`` later than round n - 1. ``weight`` is how
    many bytes of text each device carries beside, for large batches."""

    campus: str
    seed: int
    start: int
    interval_s: int = 60
    devices: int = 3
    weight: int = 0

    @property
    def names(self) -> list[str]:
        return [f"{self.campus}-d{n}" for n in range(self.devices)]

    def slot(self, number: int) -> int:
        return self.start + number * self.interval_s

    def outcome(self, number: int, device: str) -> Outcome:
        """Most devices answer most of the time."""
        return "down" if _dice(self.seed, device, number, "outcome") % 8 == 0 else "ok"

    def facts(self, number: int, device: str) -> dict[tuple[str, str], FactValue]:
        """The whole state of a device in a round: some facts stay, some change often, some come and go."""
        facts: dict[tuple[str, str], FactValue] = {("", "sys_name"): device, ("", "model"): "型号 S5720"}
        if self.weight:
            block = number // 5
            for n in range(max(1, self.weight // 1000)):
                text = hashlib.shake_128(f"{self.seed}{device}{block}{n}".encode()).hexdigest(500)
                facts[(f"port:weight{n}", "alias")] = text
        for port in range(PORTS):
            subject = f"port:GE0/0/{port}"
            facts[(subject, "oper")] = ("up", "down")[_dice(self.seed, device, port, number // 3) % 2]
            if _dice(self.seed, device, port, number // 5, "ipv6") % 3:
                facts[(subject, "ipv6")] = [f"2001:db8:{number // 5:x}::{port:x}/64"]
            facts[(subject, "speed_mbps")] = (1000, 10000, 2.5e3)[
                _dice(self.seed, device, port, number // 11) % 3
            ]
        return facts

    def sample(self, number: int, device: str, port: int, key: str) -> int | None:
        """The whole number that travels; None where nothing was measured."""
        if key == "in_octets":
            return 10**12 + number * 1_000_003 + _dice(self.seed, device, port, number) % 1000
        seen = _dice(self.seed, device, port, number, key) % 5000
        return None if seen < 500 else -seen

    def blocks(self, number: int, device: str) -> list[Block]:
        ports = range(PORTS)
        return [
            Block(
                subject=[f"port:GE0/0/{port}" for port in ports],
                key=[key for key, _scale in SERIES],
                scale=[scale for _key, scale in SERIES],
                value=[[self.sample(number, device, port, key) for port in ports] for key, _scale in SERIES],
            )
        ]


@dataclass(slots=True)
class Teller:
    """What an agent remembers of the states that it has told, as agent/rounds.py does it."""

    school: School
    told: dict[str, DeviceFacts] = field(default_factory=dict)
    digests: dict[str, str] = field(default_factory=dict)

    def columns(self, number: int) -> tuple[Columns, Callable[[], None]]:
        """The columns of a round, and what to call once they are safe."""
        school = self.school
        columns = Columns(school.slot(number))
        told, digests = dict(self.told), dict(self.digests)
        for device in school.names:
            outcome = school.outcome(number, device)
            columns.add_poll(device, outcome)
            if outcome != "ok":
                continue
            facts = school.facts(number, device)
            if device in told:
                columns.add_changes(device, told[device], facts)
                digests[device] = digest_after(digests[device], told[device], facts)
            else:
                columns.add_frame(device, facts)
                digests[device] = digest_of(facts)
            columns.add_digest(device, digests[device])
            columns.add_samples(device, school.blocks(number, device))
            told[device] = facts

        def keep() -> None:
            self.told, self.digests = told, digests

        return columns, keep

    def present(self, number: int) -> Columns:
        """Whole states for the lane that overtakes."""
        columns = Columns(self.school.slot(number))
        for device in self.school.names:
            outcome = self.school.outcome(number, device)
            columns.add_poll(device, outcome)
            if outcome == "ok":
                facts = self.school.facts(number, device)
                columns.add_frame(device, facts)
                columns.add_digest(device, digest_of(facts))
        return columns


@dataclass(frozen=True, slots=True)
class Clock:
    """When a batch is made, as the agent believes: wall, time since boot, which boot."""

    wall: float
    mono: float = 0.0
    boot: str = ""


def encoded(
    school: School, columns: Columns, clock: Clock, *, lane: Lane, epoch: str, seq: int, gaps: GapColumns
) -> bytes:
    """The plain bytes of a batch."""
    return msgspec.json.encode(
        Batch(
            agent=school.campus,
            campus=school.campus,
            epoch=epoch,
            lane=lane,
            seq=seq,
            made_at=clock.wall,
            made_mono=clock.mono,
            boot=clock.boot,
            interval_s=school.interval_s,
            agent_version="faults",
            polls=columns.polls,
            frames=columns.frames,
            facts=columns.facts,
            samples=columns.samples,
            digests=columns.digests,
            gaps=gaps,
        )
    )


def last_answer(school: School, device: str, rounds: Mapping[int, object]) -> int | None:
    """The newest of these rounds in which a device answered."""
    return max((n for n in rounds if school.outcome(n, device) == "ok"), default=None)
