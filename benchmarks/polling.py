"""One agent's rounds, measured: simulated devices, SNMP to facts to a batch on disk."""

from __future__ import annotations

import asyncio
import gc
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from agent.config import AgentSettings, DeviceSettings
from agent.device import Job
from agent.poll import poll_device
from agent.privacy import Stations
from agent.rounds import Memory, run_round
from agent.snmp.choose import EngineName, engine_named
from agent.snmp.engine import Answer, Engine, Kind, Link, Oid
from agent.snmp.learned import Learned
from agent.snmp.target import Target
from agent.spool import Spool
from inventory.reading import Reading

FIRST = "127.1.0."
PORT = 21161
DEVICES = 100
PORTS = 52


@dataclass
class Counts:
    """What was asked of one device, and what came back."""

    questions: int = 0
    varbinds: int = 0


class Counting:
    """A real engine, with a count for each device."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self.devices: dict[str, Counts] = {}

    async def connect(self, target: Target) -> Link:
        counts = self.devices.setdefault(target.address, Counts())
        return CountingLink(await self._engine.connect(target), counts)


class CountingLink:
    def __init__(self, link: Link, counts: Counts) -> None:
        self._link, self._counts = link, counts

    async def ask(
        self, kind: Kind, oids: Sequence[Oid], waits_s: Sequence[float], repetitions: int = 0
    ) -> Answer:
        self._counts.questions += 1
        answer = await self._link.ask(kind, oids, waits_s, repetitions)
        self._counts.varbinds += len(answer.varbinds)
        return answer

    def close(self) -> None:
        self._link.close()


@dataclass(frozen=True)
class Round:
    """One round of ours."""

    wall_s: float
    cpu_s: float
    answered: int
    complete: int
    questions: int
    """Of the device that was asked most."""
    varbinds: int
    facts: int
    batch_octets: int


class Ours:
    """An agent with 100 devices, a memory and a spool; ``round`` is one interval of its life."""

    def __init__(self, folder: Path, name: EngineName, timeout_s: float = 3.0) -> None:
        self._settings = _settings(folder, timeout_s)
        self._memory = Memory()
        self._spool = Spool(folder / f"{name}.spool", max_bytes=1 << 30, max_age_s=86400.0)
        self._stations = Stations.of_this_run()
        self._learned = Learned(folder / f"{name}.learned.json")
        self._name: EngineName = name
        self._now = 1_800_000_000.0

    def round(self) -> Round:
        self._now += self._settings.poll_interval_s
        probe = Target(f"{FIRST}1", community="public")
        engine = Counting(engine_named(self._name, probe))
        wall, cpu = time.perf_counter(), time.process_time()
        answered = asyncio.run(self._run(engine))
        wall_s = time.perf_counter() - wall
        gc.collect()  # as the daemon does, when the round is over
        cpu_s = time.process_time() - cpu
        batch = self._spool.oldest()
        assert batch is not None
        self._spool.settle(batch, batch.seq)
        readings = self._memory.readings.values()
        return Round(
            wall_s,
            cpu_s,
            answered,
            sum(_is_complete(reading) for reading in readings),
            max(counts.questions for counts in engine.devices.values()),
            sum(counts.varbinds for counts in engine.devices.values()),
            sum(len(facts) for facts in self._memory.shipped.values()),
            len(batch.body),
        )

    def close(self) -> None:
        self._spool.close()

    async def _run(self, engine: Counting) -> int:
        async def poll(device: DeviceSettings, jobs: frozenset[Job], limit_s: float) -> Reading:
            target = Target(
                device.address, port=device.port, community="public", timeout_s=device.timeout_s, retries=3
            )
            now = datetime.fromtimestamp(self._now, UTC)
            return await poll_device(
                target,
                now=now,
                jobs=jobs,
                budget_s=limit_s,
                engine=engine,
                stations=self._stations,
                learned=self._learned,
            )

        return await run_round(self._settings, self._memory, self._spool, self._now, poll)


def _settings(folder: Path, timeout_s: float) -> AgentSettings:
    """Status and counters at each round, the other jobs at the first one alone."""
    rarely = 10**6
    device = {"port": PORT, "role": "gateway", "community": "env:UNUSED", "timeout_s": timeout_s}
    values: dict[str, Any] = {
        "campus": "bench",
        "state_dir": folder,
        "collector": {"url": "http://127.0.0.1:1", "token": "env:UNUSED"},
        "environment_interval_s": rarely,
        "topology_interval_s": rarely,
        "inventory_interval_s": rarely,
        "devices_at_once": DEVICES,
        "device": [
            {**device, "id": f"sw-{number}", "address": f"{FIRST}{number}"}
            for number in range(1, DEVICES + 1)
        ],
    }
    return AgentSettings(**values)


def _is_complete(reading: Reading) -> bool:
    return len(reading.interfaces) == len(reading.counters) == PORTS and all(
        port.name and port.speed_mbps for port in reading.interfaces
    )
