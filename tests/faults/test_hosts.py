"""Hosts at their limits: a disk that fails, no memory, no file descriptors, agents older and newer."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import uuid
from collections.abc import Callable, Iterator
from dataclasses import asdict, replace
from pathlib import Path

import pytest
from faults_bench import Bench, needs_gaps, only_long, scaled, seeds
from faults_fork import ROOT

Make = Callable[[int], Bench]

MEMORY = Path("/sys/fs/cgroup/memory")


@needs_gaps
@pytest.mark.skipif(shutil.which("strace") is None, reason="no strace here; apt-get install strace")
@pytest.mark.parametrize("call", scaled([2], [*range(1, 40)]))
def test_a_disk_that_fails_to_sync_ends_the_agent_or_costs_only_what_was_not_promised(
    bench: Make, call: int
) -> None:
    one = bench(seeds(1, 1)[0])
    one.start_collector()
    agent = one.enrol()
    options = asdict(replace(agent.options, until=8))
    path = os.pathsep.join([str(ROOT), str(ROOT / "tests/support")])
    done = subprocess.run(
        [
            *("strace", "-f", "-qq", "-o", "/dev/null", "-e", "trace=fdatasync,fsync"),
            *("-e", f"inject=fdatasync,fsync:error=EIO:when={call}+"),
            *(sys.executable, str(ROOT / "tests/support/faults_agent.py"), json.dumps(options)),
        ],
        env=os.environ | {"PYTHONPATH": path},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode in (0, 5), done.stderr[-2000:]

    one.finish(agent)

    one.check()


@pytest.fixture
def small_memory() -> Iterator[Path]:
    """A memory cgroup; its limit is set by the test."""
    group = MEMORY / f"wanzhao-{uuid.uuid4().hex[:8]}"
    try:
        group.mkdir()
    except OSError as error:
        pytest.skip(f"no memory cgroup (version 1) can be made here: {error}")
    yield group
    group.rmdir()


@pytest.mark.parametrize("which", scaled(["agent"], ["agent", "collector"]))
def test_what_runs_out_of_memory_is_killed_and_loses_nothing(
    bench: Make, small_memory: Path, which: str
) -> None:
    one = bench(seeds(1, 1)[0])
    (small_memory / "memory.limit_in_bytes").write_text("8M")
    how = {"cgroups": [str(small_memory / "cgroup.procs")]}
    agent = one.enrol(weight=400_000, at_most_waiting=20)
    if which == "agent":
        one.start_collector()
        status = one.start(agent, how=how).wait()
    else:
        collector = one.start_collector(how=how, wait=False)
        one.start(agent)
        status = collector.wait()
        one.start_collector()
    assert status == -9

    one.finish(agent)

    one.check()


def test_a_collector_without_file_descriptors_refuses_and_recovers(bench: Make) -> None:
    one = bench(seeds(1, 1)[0])
    one.start_collector(how={"limits": {"RLIMIT_NOFILE": 64}})
    agent = one.enrol(timeout_s=0.5)
    one.finish(agent, rounds=3)

    crowd = [socket.create_connection(("127.0.0.1", one.port)) for _n in range(80)]
    one.start(agent, until=agent.last_round() + 10)
    one.until(
        lambda: agent.story.events["failed"] > 0 or agent.story.events["drained"] > 1, "the agent tries"
    )
    for one_of_them in crowd:
        one_of_them.close()
    one.finish(agent, timeout_s=5.0)

    one.check()


@pytest.mark.parametrize("shapes", [("", "future"), ("old", "future", "old", "")])
def test_agents_older_and_newer_than_the_collector_are_stored(bench: Make, shapes: tuple[str, ...]) -> None:
    one = bench(seeds(1, 1)[0])
    one.start_collector()
    agent = one.enrol()

    for shape in shapes:
        one.finish(agent, rounds=6, shape=shape)

    one.check(samples="old" not in shapes)


@only_long
def test_a_soak_leaves_memory_and_files_as_they_were(either_bench: Make) -> None:
    one = either_bench(seeds(1, 1)[0])
    one.start_collector()
    agent = one.enrol(interval_s=10)
    one.finish(agent, rounds=scaled(50, 500), limit_s=600)
    rss, files = one.collector_rss_mib(), one.collector_files()

    one.finish(agent, rounds=scaled(150, 5000), limit_s=3600)

    assert one.collector_rss_mib() < rss + 30
    assert one.collector_files() <= files + 8
    wal = one.folder / "collector.db-wal"
    assert not wal.exists() or wal.stat().st_size < 32 * 2**20
    one.check()
