"""Agents, collector and database are killed, again and again: nothing is lost, nothing is there twice."""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable

import pytest
from faults_bench import Bench, scaled, seeds

Make = Callable[[int], Bench]
ORDERS = list(itertools.permutations(("agent", "collector", "database")))


def pause(bench: Bench, longest_s: float) -> None:
    """How long the next process may live: chance, not synchronisation."""
    time.sleep(bench.rng.uniform(0.02, longest_s))


@pytest.mark.parametrize("seed", seeds(1, 3))
def test_agents_that_are_killed_at_any_moment_lose_nothing(any_bench: Make, seed: int) -> None:
    bench = any_bench(seed)
    bench.start_collector()
    agents = [bench.enrol(n, pace_s=0.005, at_most_waiting=30) for n in range(2)]

    for _kill in range(scaled(5, 250)):
        for agent in agents:
            if not (agent.child and agent.child.running()):
                bench.start(agent)
        pause(bench, 0.3)
        victim = bench.rng.choice(agents)
        assert victim.child is not None
        victim.child.kill()
    for agent in agents:
        bench.finish(agent)

    bench.check()


@pytest.mark.parametrize("seed", seeds(1, 3))
def test_a_collector_that_is_killed_at_any_moment_keeps_what_it_answered(any_bench: Make, seed: int) -> None:
    bench = any_bench(seed)
    agents = [bench.enrol(n, pace_s=0.01, at_most_waiting=30) for n in range(2)]
    for agent in agents:
        bench.start(agent)

    for _kill in range(scaled(2, 100)):
        collector = bench.start_collector()
        pause(bench, 0.6)
        collector.kill()
    bench.start_collector()
    for agent in agents:
        bench.finish(agent)

    bench.check()


@pytest.mark.postgres
@pytest.mark.parametrize("seed", seeds(1, 3))
def test_a_database_that_crashes_keeps_what_it_committed(pg_bench: Make, seed: int) -> None:
    bench = pg_bench(seed)
    assert bench.server is not None
    bench.start_collector()
    agent = bench.enrol(pace_s=0.01, at_most_waiting=30)
    bench.start(agent)

    for _crash in range(scaled(1, 20)):
        pause(bench, 0.8)
        bench.server.restart()
    bench.finish(agent)

    bench.check()


@pytest.mark.parametrize("order", scaled(ORDERS[-1:], ORDERS))
@pytest.mark.postgres
def test_the_order_in_which_they_come_back_does_not_matter(pg_bench: Make, order: tuple[str, ...]) -> None:
    bench = pg_bench(seeds(1, 1)[0])
    assert bench.server is not None
    agent = bench.enrol(pace_s=0.01, at_most_waiting=30)
    collector = bench.start_collector()
    child = bench.start(agent)
    bench.until(lambda: agent.story.events["settled"] >= 3, "some batches are stored")
    for one in (child, collector):
        one.kill()
    bench.server.crash()
    start = {
        "agent": lambda: bench.start(agent),
        "collector": lambda: bench.start_collector(wait=False),
        "database": bench.server.start,
    }

    for name in order:
        start[name]()
        pause(bench, 0.1)
    # Without its database the collector may end.
    bench.supervise_collector()
    bench.finish(agent)

    bench.check()
