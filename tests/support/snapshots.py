"""A school built by hand: facts and polls over a week of school hours."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from inventory.clock import slots
from inventory.facts import FactValue
from inventory.reading import Outcome
from inventory.register import Calendar, Campus, Device, School, Uplink
from inventory.snapshot import AgentSeen, FactKey, Polls, SchoolSnapshot, Span

AS_OF = datetime(2026, 9, 18, 12, 0, tzinfo=UTC).timestamp()
"""Friday 2026-09-18 20:00 in Shanghai: the last seven days hold five school days, 600 polls."""
INTERVAL_S = 300
WEEK = list(slots("7d", "school", AS_OF, INTERVAL_S, Calendar()))
LONG_AGO = WEEK[0] - 30 * 86400

GATEWAY = Device(id="gw", role="gateway")
CAMPUS = Campus(
    id="2133000001-01",
    devices=(GATEWAY, Device(id="sw", role="core")),
    uplinks=(Uplink(device="gw", port="XGE0/0/1", medium="p2p_ethernet"),),
)

SampleKey = tuple[str, str, str]


@dataclass(frozen=True)
class Samples:
    """Samples by (device, subject, key): see inventory.snapshot.Series."""

    kept: Mapping[SampleKey, Sequence[tuple[int, int | float]]]

    def values(
        self, device: str, subject: str, key: str, start: int, end: int
    ) -> Sequence[tuple[int, int | float]]:
        return [(slot, n) for slot, n in self.kept.get((device, subject, key), ()) if start <= slot < end]

    def subjects(self, device: str, key: str, start: int, end: int) -> Sequence[str]:
        return sorted(
            s for d, s, k in self.kept if (d, k) == (device, key) and self.values(d, s, k, start, end)
        )


@dataclass
class Scene:
    """Collects facts, polls and samples, then gives the snapshot."""

    campus: Campus = CAMPUS
    as_of: float = AS_OF
    calendar: Calendar = field(default_factory=Calendar)
    facts: dict[FactKey, tuple[Span, ...]] = field(default_factory=dict)
    polls: dict[str, dict[int, Outcome]] = field(default_factory=dict)
    agents: tuple[AgentSeen, ...] = ()
    samples: dict[SampleKey, Sequence[tuple[int, int | float]]] = field(default_factory=dict)

    def polled(self, device: str, *runs: tuple[int, Outcome], grid: Iterable[int] = WEEK) -> Scene:
        """Outcomes in runs of (how many, outcome) from the start of the week; gaps after that."""
        outcomes = [outcome for n, outcome in runs for _ in range(n)]
        self.polls[device] = dict(zip(grid, outcomes, strict=False))
        return self

    def fact(self, device: str, subject: str, key: str, value: FactValue) -> Scene:
        """A fact that always held."""
        self.facts[device, subject, key] = (Span(LONG_AGO, None, value),)
        return self

    def changed(self, device: str, subject: str, key: str, *runs: tuple[int, FactValue]) -> Scene:
        """A fact that held for so many polls of the week with each value."""
        starts = [0]
        for n, _ in runs:
            starts.append(starts[-1] + n)
        ends = [*starts[1:-1], len(WEEK)]
        self.facts[device, subject, key] = tuple(
            Span(WEEK[start], WEEK[end] if end < len(WEEK) else None, value)
            for start, end, (_, value) in zip(starts, ends, runs, strict=False)
        )
        return self

    def port(self, device: str, name: str, **facts: FactValue) -> Scene:
        """A port that is up at 10G unless said otherwise."""
        ready: Mapping[str, FactValue] = {"oper": "up", "speed_mbps": 10_000, "type": 6, **facts}
        for key, value in ready.items():
            self.fact(device, f"port:{name}", key, value)
        return self

    def snapshot(self, **school: object) -> SchoolSnapshot:
        row = {"id": "2133000001", "name": "第一小学", "kind": "primary", "stages": ("primary",), **school}
        return SchoolSnapshot(
            as_of=self.as_of,
            school=School(campuses=(self.campus,), **row),  # type: ignore[arg-type]
            calendar=self.calendar,
            interval_s=INTERVAL_S,
            facts=self.facts,
            polls={device: Polls(outcomes) for device, outcomes in self.polls.items()},
            agents=self.agents,
            series=Samples(self.samples),
        )
