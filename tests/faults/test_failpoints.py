"""The process is killed at each step of a batch's way, once: no step is an unlucky one."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import pytest
from faults_bench import Agent, Bench, scaled, seeds
from faults_fork import Child

Make = Callable[[int], Bench]

AGENT = (
    "build_backlog:3",
    "spooled_backlog:3",
    "send:3",
    "answered:3",
    "settled:3",
    "build_now",
    "spooled_now",
)
COLLECTOR = (
    *(
        f"{when}:{table}"
        for table in ("ledger", "fact", "poll_day", "landing")
        for when in ("before", "after")
    ),
    *("before:device_state", "after:agent_seen", "before:commit", "after:commit", "after:answer"),
)


def test_an_agent_that_dies_at_any_step_loses_nothing(bench: Make) -> None:
    one = bench(seeds(1, 1)[0])
    one.start_collector()
    agent = one.enrol(at_most_waiting=8, ahead=6)

    for point in AGENT:
        armed = agent.arm()
        last = agent.last_round() + 12
        status = one.start(agent, failpoint=point, until=last).wait()
        assert status == -9 or "now" in point, point
        assert not armed.exists() or "now" in point, point
    one.finish(agent)

    one.check()


@pytest.mark.parametrize("seed", seeds(1, 2))
def test_an_agent_that_dies_at_any_statement_of_its_spool_loses_nothing(bench: Make, seed: int) -> None:
    one = bench(seed)
    one.start_collector()
    agent = one.enrol(at_most_waiting=8, ahead=2)

    reached = 0
    for statement in range(1, scaled(60, 200), scaled(6, 1)):
        agent.arm()
        one.start(agent, failpoint=f"sql:{statement}", until=agent.last_round() + 4).wait()
        reached += not (agent.folder / "armed").exists()
    one.finish(agent)

    assert reached >= scaled(6, 40)
    one.check()


def dead_or_useless(collector: Child, agent: Agent, enough: int) -> bool:
    """The collector has died, or has stored so much that it never will."""
    return not collector.running() or agent.story.events["settled"] > enough


@pytest.mark.parametrize("seed", seeds(1, 5))
def test_a_collector_that_dies_at_any_step_stores_once(either_bench: Make, seed: int) -> None:
    one = either_bench(seed)
    agent = one.enrol(pace_s=0.01, at_most_waiting=10)
    one.start(agent)
    missed = []

    for point in scaled(COLLECTOR[1:2] + COLLECTOR[-3:], COLLECTOR):
        (one.folder / "armed").touch()
        collector = one.start_collector(failpoint=point, wait=False)
        enough = agent.story.events["settled"] + 30
        one.until(partial(dead_or_useless, collector, agent, enough), f"the collector dies at {point}")
        if collector.running():
            missed.append(point)
            collector.kill()
    one.start_collector()
    one.finish(agent)

    one.check()
    # What the store sends in another way, or not for each batch, may be missed; the frame must not.
    assert not set(missed) & {
        "before:ledger",
        "after:ledger",
        "before:commit",
        "after:commit",
        "after:answer",
    }
