"""The agent's own tests: short ones belong to the round, long ones never hold it up."""

from __future__ import annotations

import asyncio
from collections.abc import Collection
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from agent.config import AgentSettings, DeviceSettings
from agent.device import Job
from agent.probes.config import ProbesSettings
from agent.probing import Probing
from agent.rounds import Memory, busy_ratio, run_round
from agent.spool import Spool
from collector import ingest
from inventory.facts import Batch
from inventory.probes import ProbeKind, ProbeResult
from inventory.reading import Interface, PortCounters, Reading, System, Table

T0 = 1_790_000_100 // 300 * 300
DEVICE = {"id": "gw", "role": "access", "address": "127.0.0.1", "community": "plain:c", "ports": ["XGE1"]}
PROBES = ProbesSettings.model_validate({"tcp": [{"name": "county", "host": "192.0.2.1"}]})


def settings(folder: Path) -> AgentSettings:
    return AgentSettings.model_validate(
        {
            "campus": "c1",
            "state_dir": folder,
            "collector": {"url": "http://127.0.0.1:1", "token": "plain:t"},
            "device": [DEVICE],
        }
    )


def result(kind: ProbeKind = "tcp", ok: bool | None = True) -> ProbeResult:
    return ProbeResult(kind=kind, name="county", family="ipv6", target="t", at="2026-09-01T00:00:00Z", ok=ok)


class Network:
    """Answers what the test says; a kind in ``slow`` waits until it is let go."""

    def __init__(self, slow: Collection[ProbeKind] = ()) -> None:
        self.asked: list[tuple[set[ProbeKind], float | None]] = []
        self.slow = slow
        self.let_go = asyncio.Event()
        self.ok: bool | None = True

    async def __call__(
        self, _settings: ProbesSettings, due: Collection[ProbeKind], _now: datetime, busy: float | None
    ) -> list[ProbeResult]:
        self.asked.append((set(due), busy))
        if set(due) & set(self.slow):
            await self.let_go.wait()
        return [result(kind, self.ok) for kind in due]


def test_a_short_test_is_made_within_the_round() -> None:
    async def go() -> Probing:
        probing = Probing(PROBES, Network())
        await probing.round(T0, None)
        await probing.close()
        return probing

    facts = asyncio.run(go()).facts

    assert facts["probe:tcp:county:ipv6", "ok"] is True


def test_a_long_test_goes_on_beside_the_rounds_and_is_not_started_twice() -> None:
    async def go() -> tuple[list[set[ProbeKind]], bool, bool]:
        network = Network(slow={"crawl"})
        probing = Probing(PROBES, network)
        await probing.round(T0, None)
        await probing.round(T0 + 700_000, None)
        before = ("probe:crawl:county:ipv6", "ok") in probing.facts
        network.let_go.set()
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        after = ("probe:crawl:county:ipv6", "ok") in probing.facts
        await probing.close()
        return [kinds for kinds, _busy in network.asked], before, after

    asked, before, after = asyncio.run(go())

    assert sum("crawl" in kinds for kinds in asked) == 1
    assert (before, after) == (False, True)


def test_a_test_still_running_ends_with_the_agent() -> None:
    async def go() -> int:
        probing = Probing(PROBES, Network(slow={"crawl", "dns"}))
        await probing.round(T0, None)
        await probing.close()
        return len([task for task in asyncio.all_tasks() if task is not asyncio.current_task()])

    assert asyncio.run(go()) == 0


def test_what_is_no_longer_so_leaves_the_facts() -> None:
    async def go() -> tuple[object, object]:
        network = Network()
        probing = Probing(PROBES, network)
        await probing.round(T0, None)
        before = probing.facts.get(("probe:tcp:county:ipv6", "ok"))
        network.ok = None
        await probing.round(T0 + 300, None)
        await probing.close()
        return before, probing.facts.get(("probe:tcp:county:ipv6", "ok"))

    assert asyncio.run(go()) == (True, None)


def reading(octets: int, uptime_s: float, at: str) -> Reading:
    port = Interface(if_index=1, name="XGE1", type=6, oper_status="up", speed_mbps=10_000)
    return Reading(
        address="192.0.2.1",
        polled_at=at,
        outcome="ok",
        tables={name: Table(status="ok") for name in ("interfaces", "counters")},
        system=System(sys_object_id="1.3.6.1.4.1.9", uptime_s=uptime_s),
        interfaces=[port],
        counters=[PortCounters(if_index=1, in_octets=octets, out_octets=0)],
    )


@pytest.fixture
def spool(tmp_path: Path) -> Any:
    made = Spool(tmp_path / "spool.db", max_bytes=10**6, max_age_s=1e9)
    yield made
    made.close()


def last(spool: Spool) -> Batch:
    rows = spool._db.execute("SELECT body FROM item ORDER BY seq DESC LIMIT 1").fetchall()
    return ingest.decode(rows[0][0], "zstd")[0]


def test_a_load_test_hears_how_busy_the_named_uplink_is(tmp_path: Path, spool: Spool) -> None:
    config = settings(tmp_path)
    memory, network = Memory(), Network()
    answers = [
        reading(0, 1000.0, "2026-09-01T00:00:00Z"),
        reading(300 * 10**9 // 16, 1300.0, "2026-09-01T00:05:00Z"),
        reading(300 * 10**9 // 16, 1600.0, "2026-09-01T00:10:00Z"),
    ]

    async def poll(_device: DeviceSettings, _jobs: frozenset[Job], _limit_s: float) -> Reading:
        return answers.pop(0)

    async def go() -> None:
        probing = Probing(PROBES, network)
        for turn in range(3):
            await run_round(config, memory, spool, T0 + 300 * turn, poll, probing)
        await probing.close()

    asyncio.run(go())

    assert [busy for kinds, busy in network.asked if "tcp" in kinds] == [None, None, pytest.approx(0.05)]
    assert busy_ratio(config, memory) == 0.0


def test_the_results_travel_as_facts_of_the_agent(tmp_path: Path, spool: Spool) -> None:
    async def silent(_device: DeviceSettings, _jobs: frozenset[Job], _limit_s: float) -> Reading:
        return Reading(address="127.0.0.1", polled_at="2026-09-01T00:00:00Z", outcome="gap")

    async def go() -> None:
        probing = Probing(PROBES, Network())
        await run_round(settings(tmp_path), Memory(), spool, T0, silent, probing)
        await probing.close()

    asyncio.run(go())
    batch = last(spool)

    assert dict(zip(batch.polls.device, batch.polls.outcome, strict=True))["agent@c1"] == "ok"
    rows = zip(batch.facts.device, batch.facts.subject, batch.facts.key, batch.facts.value, strict=True)
    assert ("agent@c1", "probe:tcp:county:ipv6", "ok", True) in rows
