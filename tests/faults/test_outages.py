"""Outages that last, queues that are long, and all of a county coming back at once."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Callable

import httpx
import pytest
from faults_bench import Agent, Bench, needs_gaps, scaled, seeds
from faults_checker import reported_lost
from faults_school import Clock, Teller, encoded

from agent.uplink import compress
from inventory.facts import BATCH_MEDIA_TYPE, GapColumns

Make = Callable[[int], Bench]


@pytest.mark.parametrize("seed", seeds(1, 3))
def test_seven_days_without_a_collector_arrive_afterwards(either_bench: Make, seed: int) -> None:
    bench = either_bench(seed)
    interval_s = scaled(3600, 300)
    rounds = 7 * 86400 // interval_s
    agent = bench.enrol(
        interval_s=interval_s, url="http://127.0.0.1:9", ahead=rounds, until=rounds, devices=scaled(1, 3)
    )
    bench.start(agent)
    bench.until(lambda: agent.story.events["failed"] > 0, "a week is spooled", limit_s=300)
    assert agent.child is not None
    agent.child.kill()

    bench.start_collector()
    agent.options.url = bench.url
    bench.finish(agent, limit_s=300)

    assert len(agent.story.promised) >= rounds
    bench.check()


@needs_gaps
@pytest.mark.parametrize("seed", seeds(1, 5))
def test_what_the_spool_could_not_hold_is_reported_and_nothing_else_is_missing(
    bench: Make, seed: int
) -> None:
    one = bench(seed)
    agent = one.enrol(url="http://127.0.0.1:9", ahead=120, until=120, max_bytes=60_000)
    one.start(agent)
    one.until(lambda: agent.story.events["failed"] > 0, "more is made than the spool holds")
    assert agent.child is not None
    agent.child.kill()

    one.start_collector()
    agent.options.url = one.url
    one.finish(agent)

    with one.connection() as connection:
        assert reported_lost(connection, [agent.story])
    one.check()


@pytest.mark.parametrize("seed", seeds(1, 1))
def test_a_county_that_comes_back_at_once_is_stored_whole(pg_bench: Make, seed: int) -> None:
    bench = pg_bench(seed)
    bench.start_collector()
    agents = [bench.enrol(n, devices=1) for n in range(scaled(25, 2000))]

    asyncio.run(_storm(bench, agents, rounds=3))

    with bench.connection() as connection:
        rows = connection.exec_driver_sql("SELECT agent, seq FROM faults_audit").all()
    wanted = {(agent.options.campus, seq) for agent in agents for seq in range(1, 4)}
    assert sorted(tuple(row) for row in rows) == sorted(wanted)
    assert bench.collector_rss_mib() < 400


async def _storm(bench: Bench, agents: list[Agent], rounds: int) -> None:
    """Every agent sends a few batches at once, over connections of its own, and obeys Retry-After loosely."""
    rng = random.Random(bench.seed)
    limits = httpx.Limits(max_connections=len(agents), max_keepalive_connections=len(agents))
    async with httpx.AsyncClient(base_url=bench.url, timeout=120, limits=limits, trust_env=False) as client:

        async def one(agent: Agent) -> None:
            teller = Teller(agent.school)
            token = (bench.folder / f"token-{agent.options.campus}").read_text().strip()
            heads = {"Authorization": f"Bearer {token}", "Content-Encoding": "zstd"}
            heads["Content-Type"] = BATCH_MEDIA_TYPE
            for number in range(1, rounds + 1):
                columns, keep = teller.columns(number)
                keep()
                clock = Clock(time.time())
                plain = encoded(
                    agent.school, columns, clock, lane="backlog", epoch="storm", seq=number, gaps=GapColumns()
                )
                await _until_taken(client, compress(plain), heads, rng)

        await asyncio.gather(*(one(agent) for agent in agents))


async def _until_taken(
    client: httpx.AsyncClient, body: bytes, heads: dict[str, str], rng: random.Random
) -> None:
    deadline = time.monotonic() + 300
    while time.monotonic() < deadline:
        try:
            answer = await client.post("/v1/batches", content=body, headers=heads)
        except httpx.TransportError:
            answer = None
        if answer is not None and answer.status_code == 200:
            return
        assert answer is None or answer.status_code in (429, 503), answer.text
        await asyncio.sleep(rng.uniform(0, 1))
    raise AssertionError("a batch was not taken in five minutes")
