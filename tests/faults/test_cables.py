"""A real network between school and county: silence, one-way lines, loss, a narrow line, a cable pulled."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import netns
import pytest
from faults_bench import Agent, Bench, only_long, scaled, seeds
from faults_cable import COUNTY, Cable, cable

Make = Callable[[int], Bench]

pytestmark = [pytest.mark.netns, netns.need_namespaces()]


@dataclass(slots=True)
class Wired:
    """A bench whose collector is at the one end of a cable and whose agent is at the other."""

    bench: Bench
    cable: Cable
    agent: Agent

    @property
    def at_school(self) -> dict[str, str]:
        return {"netns": self.cable.school.name}

    def start(self, **changes: object) -> None:
        self.bench.start(self.agent, how=self.at_school, **changes)

    def finish(self, **changes: object) -> None:
        assert self.agent.child is not None
        self.agent.child.kill()
        last = self.agent.last_round() + 20
        status = self.bench.start(self.agent, how=self.at_school, until=last, **changes).wait(120)
        assert status == 0, self.agent.child.tail()
        self.bench.check()

    def settled(self, more: int, limit_s: float = 60) -> None:
        before = self.agent.story.events["settled"]
        self.bench.until(
            lambda: self.agent.story.events["settled"] >= before + more, "batches arrive", limit_s
        )

    def failed(self, more: int, limit_s: float = 60) -> None:
        before = self.agent.story.events["failed"]
        self.bench.until(
            lambda: self.agent.story.events["failed"] >= before + more, "the agent gives up", limit_s
        )


@pytest.fixture
def wired(bench: Make) -> Iterator[Wired]:
    one = bench(seeds(1, 1)[0])
    with cable(one.seed) as line:
        one.host = COUNTY
        one.write_config()
        one.start_collector(wait=False, how={"netns": line.county.name})
        agent = one.enrol(url=one.url, timeout_s=1.0, pace_s=0.02, at_most_waiting=20)
        yield Wired(one, line, agent)
        one.close()


def test_a_line_that_falls_silent_is_given_up_and_taken_up_again(wired: Wired) -> None:
    wired.start()
    wired.settled(3)

    wired.cable.set(1.0)
    wired.failed(scaled(1, 8), limit_s=900)
    wired.cable.set(0.0)

    wired.settled(3)
    wired.finish()


@only_long
def test_a_line_that_loses_only_answers_stores_once(wired: Wired) -> None:
    wired.start()
    wired.settled(3)

    wired.cable.set(0.0, 1.0)
    wired.failed(scaled(1, 8), limit_s=300)
    wired.cable.set(0.0)

    wired.finish()


@pytest.mark.parametrize(("loss", "batches"), scaled([(0.1, 3)], [(0.05, 100), (0.2, 30), (0.4, 2)]))
def test_a_line_that_loses_packets_still_gets_on(wired: Wired, loss: float, batches: int) -> None:
    """TCP backs off at each loss: at 40 % a handshake alone may take half a minute."""
    wired.start(timeout_s=30.0)
    wired.settled(2)

    wired.cable.set(loss)
    wired.settled(batches, limit_s=600)
    wired.bench.until(lambda: wired.cable.lost > 0, "packets are lost")
    wired.cable.set(0.0)

    wired.finish()


@only_long
def test_a_narrow_line_carries_batches_that_are_large_for_it(wired: Wired) -> None:
    wired.agent.options.weight = 10_000
    wired.cable.rate("64kbit")

    wired.start(timeout_s=30.0, pace_s=0.5)
    wired.settled(scaled(1, 30))
    wired.cable.widen()

    wired.finish()


def test_a_cable_pulled_in_the_middle_of_a_body_stores_all_of_it_or_nothing(wired: Wired) -> None:
    wired.agent.options.weight = 60_000
    wired.cable.rate("2mbit")
    wired.start(timeout_s=2.0)
    wired.bench.until(lambda: wired.agent.story.events["sent"] > 0, "a body is under way")

    for _pull in range(scaled(1, 20)):
        wired.cable.pull()
        wired.failed(1)
        wired.cable.plug()
        wired.settled(1)

    wired.cable.widen()
    wired.finish(timeout_s=30.0)
