"""Clocks that are wrong, and time zones: what was measured stands where it was measured."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest
from faults_bench import Agent, Bench, needs_gaps, seeds

Make = Callable[[int], Bench]

DAY_S = 86400
SKEWS = {
    "two days slow": -2 * DAY_S,
    "400 days fast": 400 * DAY_S,
    "1970": -(int(time.time()) // DAY_S * DAY_S),
}


def of_now(bench: Bench) -> Agent:
    """An agent whose rounds are of the last minutes."""
    return bench.enrol(start=int(time.time()) // 60 * 60 - 1200)


@pytest.mark.parametrize("name", SKEWS)
def test_a_wrong_clock_is_corrected_and_nothing_is_lost(bench: Make, name: str) -> None:
    one = bench(seeds(1, 1)[0])
    one.start_collector()
    agent = of_now(one)

    one.finish(agent, rounds=20, skew_s=float(SKEWS[name]))

    one.check()


@needs_gaps
def test_what_was_spooled_before_the_clock_was_set_is_corrected_too(bench: Make) -> None:
    one = bench(seeds(1, 1)[0])
    agent = of_now(one)
    one.start(agent, until=8, ahead=8, skew_s=float(SKEWS["1970"]), url="http://127.0.0.1:9")
    one.until(lambda: agent.story.events["failed"] > 0, "eight rounds of 1970 are spooled")
    assert agent.child is not None
    agent.child.kill()

    one.start_collector()
    one.finish(agent, rounds=12)

    one.check()


@pytest.mark.parametrize(("agent_zone", "zone"), [("Pacific/Kiritimati", "America/New_York")])
def test_a_time_zone_changes_nothing(bench: Make, agent_zone: str, zone: str) -> None:
    one = bench(seeds(1, 1)[0])
    one.start_collector(how={"env": {"TZ": zone}})
    agent = of_now(one)
    one.start(agent, until=20, how={"env": {"TZ": agent_zone}}).wait()
    one.finish(agent, rounds=2)

    one.check()
