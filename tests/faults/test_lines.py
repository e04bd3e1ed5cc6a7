"""Bad lines between school and county: lost answers, cuts, resets, delays, sessions that come twice."""

from __future__ import annotations

import signal
from collections.abc import Callable

import pytest
from faults_bench import Bench, only_long, scaled, seeds
from faults_proxy import Rules

Make = Callable[[int], Bench]

LINES = {
    "a few answers lost": Rules(lose_answer=0.03),
    "every second answer lost": Rules(lose_answer=0.5),
    "requests cut": Rules(cut=0.3),
    "resets": Rules(reset=0.5),
    "delay, sessions twice and late": Rules(delay_s=0.05, replay=0.7, replay_after_s=0.5),
    "all at once": Rules(lose_answer=0.2, cut=0.1, reset=0.1, delay_s=0.03, replay=0.3),
}


@pytest.mark.parametrize("name", scaled(["every second answer lost", "all at once"], list(LINES)))
@pytest.mark.parametrize("seed", seeds(1, 10))
def test_a_bad_line_loses_nothing(bench: Make, name: str, seed: int) -> None:
    one = bench(seed)
    one.start_collector()
    with one.proxy() as line:
        line.rules = LINES[name]
        agent = one.enrol(url=line.url)
        one.finish(agent, rounds=scaled(15, 300), longest_wait_s=0.05)

    one.check()
    assert sum(line.counts.values()) > 0 or name == "a few answers lost"


@only_long
def test_two_agents_with_a_long_delay_and_sessions_in_disorder(pg_bench: Make) -> None:
    one = pg_bench(seeds(1, 1)[0])
    one.start_collector()
    with one.proxy() as line:
        line.rules = Rules(delay_s=scaled(0.1, 2.0), replay=1.0, replay_after_s=2.0)
        agents = [one.enrol(n, url=line.url) for n in range(2)]
        for agent in agents:
            one.start(agent, until=scaled(5, 60))
        for agent in agents:
            assert agent.child is not None
            assert agent.child.wait(scaled(60, 900)) == 0
    one.check()


def test_a_collector_that_stands_still_and_goes_on_stores_once(bench: Make) -> None:
    one = bench(seeds(1, 1)[0])
    collector = one.start_collector()
    agent = one.enrol(pace_s=0.02, timeout_s=0.3)
    one.start(agent)
    one.until(lambda: agent.story.events["settled"] >= 3, "some batches are stored")

    collector.signal(signal.SIGSTOP)
    failed = agent.story.events["failed"]
    one.until(lambda: agent.story.events["failed"] >= failed + scaled(1, 6), "the agent gives up waiting")
    collector.signal(signal.SIGCONT)
    one.finish(agent, timeout_s=5.0)

    one.check()


@only_long
def test_a_silent_line_does_not_hold_the_agent_for_ever(bench: Make) -> None:
    one = bench(seeds(1, 1)[0])
    one.start_collector()
    with one.proxy() as line:
        agent = one.enrol(url=line.url, timeout_s=0.3, pace_s=0.02)
        one.start(agent)
        one.until(lambda: agent.story.events["settled"] >= 3, "some batches are stored")
        line.rules = Rules(silent=True)
        failed = agent.story.events["failed"]
        one.until(lambda: agent.story.events["failed"] >= failed + scaled(1, 4), "the agent tries again")
        line.rules = Rules()
        one.finish(agent, timeout_s=5.0)

    one.check()


@only_long
def test_a_storm_of_resets_does_not_make_the_agent_run_hot(bench: Make) -> None:
    one = bench(seeds(1, 1)[0])
    one.start_collector()
    with one.proxy() as line:
        line.rules = Rules(reset=1.0)
        agent = one.enrol(url=line.url, patient=True, until=10)
        child = one.start(agent)
        one.until(lambda: agent.story.events["failed"] >= 1, "the first reset")
        before = child.cpu_s()
        one.until(lambda: agent.story.events["failed"] >= 6, "six resets", limit_s=120)
        used = child.cpu_s() - before
        line.rules = Rules()
        one.finish(agent, patient=False)

    assert used < 0.5, "seconds of CPU for five tries"
    one.check()
