"""The collector dies in the middle: afterwards every poll is there, once."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from devices import answering
from line import Box, Line, line, until

from collector.store.polls import read
from inventory.load import load_register
from wanzhao.demo.county import simulated_devices
from wanzhao.demo.run import PLAN, REGISTER

pytestmark = pytest.mark.slow


@pytest.fixture
def running(tmp_path: Path) -> Iterator[tuple[Line, str, list[str]]]:
    """One campus of the demo county, polled every second."""
    campus = load_register(REGISTER).schools[0].campuses[0]
    devices = [device for device in simulated_devices() if device.campus == campus.id]
    with answering(devices) as ports, line(tmp_path, interval_s=1) as one:
        one.set_up(REGISTER, PLAN)
        one.start_collector()
        roles = {device.id: device.role for device in campus.devices}
        one.start_agent(campus.id, [Box(d.id, ports[d.id], roles[d.id]) for d in devices])
        yield one, campus.id, [d.id for d in devices]


def ask(line: Line, query: str, *values: Any) -> list[Any]:
    with closing(sqlite3.connect(line.folder / "state" / "collector.db", timeout=30)) as db:
        return db.execute(query, values).fetchall()


def spool(line: Line, campus: str, query: str) -> list[Any]:
    with closing(sqlite3.connect(line.folder / campus / "spool.db", timeout=30)) as db:
        return db.execute(query).fetchall()


def numbered(line: Line, campus: str) -> int:
    """The last number that the agent gave. (Lane ``now`` only repeats the present beside a backlog.)"""
    ((made,),) = spool(line, campus, "SELECT value FROM meta WHERE name = 'seq:backlog'")
    return int(made)


def arrived(line: Line) -> list[int]:
    """The numbers that the collector keeps, lane ``now`` apart."""
    return [seq for (seq,) in ask(line, "SELECT seq FROM ledger WHERE lane = 'backlog' ORDER BY seq")]


def test_killing_the_collector_loses_nothing_and_doubles_nothing(
    running: tuple[Line, str, list[str]],
) -> None:
    one, campus, devices = running
    until(lambda: len(ask(one, "SELECT 1 FROM ledger")) >= 3, "three batches before the outage")

    one.kill("collector")
    until(
        lambda: len(spool(one, campus, "SELECT 1 FROM item WHERE settled_at IS NULL")) >= 5,
        "five batches wait in the spool",
    )
    one.start_collector()
    until(
        lambda: len(spool(one, campus, "SELECT 1 FROM item WHERE settled_at IS NULL")) <= 1,
        "the spool is empty again",
    )
    one.kill(campus)

    made = numbered(one, campus)
    waiting = {seq for (seq,) in spool(one, campus, "SELECT seq FROM item WHERE lane = 'backlog'")}
    stored = arrived(one)
    assert len(stored) == len(set(stored))
    assert set(stored) | waiting == set(range(1, made + 1))
    assert len(stored) >= 8
    assert spool(one, campus, "SELECT 1 FROM dead_letter") == []
    # One batch is one round, and each round is one slot: as many polls arrived as batches. What still waits
    # may be known all the same, by lane ``now``.
    known = len(set(stored) | waiting)
    for device in devices:
        polls = ask(one, "SELECT day, interval_s, states FROM poll_day WHERE device_id = ?", device)
        seen = sum(read(states, n) != "gap" for _day, grid, states in polls for n in range(86400 // grid))
        assert len(stored) <= seen <= known, device


def test_an_agent_that_is_killed_goes_on_where_it_was(running: tuple[Line, str, list[str]]) -> None:
    one, campus, _devices = running
    until(lambda: len(ask(one, "SELECT 1 FROM ledger")) >= 3, "three batches before the kill")
    one.kill("collector")
    until(
        lambda: len(spool(one, campus, "SELECT 1 FROM item WHERE settled_at IS NULL")) >= 3,
        "three batches wait in the spool",
    )

    one.kill(campus)
    made = numbered(one, campus)
    one.start_collector()
    one._start(campus, "agent", "run", "--config", str(one.folder / campus / "agent.toml"))
    until(lambda: len(arrived(one)) >= made + 3, "old and new batches have arrived")

    stored = arrived(one)
    assert stored == list(range(1, len(stored) + 1))
    assert len(ask(one, "SELECT DISTINCT epoch FROM ledger")) == 1
