"""Disks that are cloned, and databases that are set back: what was said twice or forgotten is noticed."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from faults_bench import Agent, Bench, needs_gaps, scaled, seeds

Make = Callable[[int], Bench]


def copy_spool(agent: Agent, folder: Path) -> None:
    folder.mkdir(exist_ok=True)
    for part in agent.folder.glob("spool.db*"):
        shutil.copy(part, folder / part.name)


@pytest.mark.parametrize("seed", seeds(1, 5))
def test_an_agent_and_its_clone_both_arrive_whole(either_bench: Make, seed: int) -> None:
    bench = either_bench(seed)
    bench.start_collector()
    agent = bench.enrol(stride=2)
    bench.finish(agent, rounds=5)
    clone = Agent(replace(agent.options, folder=f"{agent.folder}-clone", first=101))
    copy_spool(agent, clone.folder)
    (clone.folder / "history").touch()
    bench.agents.append(clone)

    for _turn in range(scaled(2, 20)):
        bench.finish(agent, rounds=3)
        bench.finish(clone, rounds=3)

    assert clone.story.epochs - agent.story.epochs, "the clone has taken an epoch of its own"
    bench.agents.remove(clone)
    bench.agents.remove(agent)
    found = bench.complaints(agent, clone, history=False, states=False)
    assert not found, f"seed {seed}: {found}"


@pytest.mark.parametrize("seed", seeds(1, 5))
def test_an_agent_set_back_to_an_older_backup_goes_on_under_a_new_epoch(bench: Make, seed: int) -> None:
    one = bench(seed)
    one.start_collector()
    agent = one.enrol()
    one.finish(agent, rounds=4)
    backup = one.folder / "backup"
    copy_spool(agent, backup)
    one.finish(agent, rounds=6)

    for part in agent.folder.glob("spool.db*"):
        part.unlink()
    for part in backup.iterdir():
        shutil.copy(part, agent.folder / part.name)
    one.finish(agent, rounds=10)

    assert len(agent.story.epochs) > 1
    one.check()


@needs_gaps
@pytest.mark.parametrize("seed", seeds(1, 5))
@pytest.mark.parametrize("keep_s", [2 * 86400.0, 0.0])
def test_a_database_set_back_to_yesterday_is_filled_again_or_the_gap_is_told(
    either_bench: Make, seed: int, keep_s: float
) -> None:
    bench = either_bench(seed)
    bench.start_collector()
    agent = bench.enrol(keep_s=keep_s)
    bench.finish(agent, rounds=6)
    collector = bench.collector
    assert collector is not None
    collector.kill()
    yesterday = bench.copy_database()
    collector = bench.start_collector()
    bench.finish(agent, rounds=12)
    collector.kill()

    bench.set_back(yesterday)
    bench.start_collector()
    bench.finish(agent, rounds=20)
    bench.finish(agent, rounds=20)

    bench.check(order=False)
