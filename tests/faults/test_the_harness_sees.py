"""Negative controls: where a guarantee is taken away, the checker must say so."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from functools import partial

import pytest
from faults_bench import Agent, Bench, seeds
from faults_checker import read_series
from faults_proxy import Rules
from faults_school import School

Make = Callable[[int], Bench]


def more_settled(agent: Agent, wanted: int) -> bool:
    return agent.story.events["settled"] >= wanted


@pytest.mark.parametrize("seed", seeds(1, 3))
def test_a_collector_that_answers_before_it_commits_is_found_to_lose(either_bench: Make, seed: int) -> None:
    bench = either_bench(seed)
    agent = bench.enrol(pace_s=0.005, at_most_waiting=30)
    bench.start(agent)

    for _kill in range(2):
        settled = agent.story.events["settled"]
        collector = bench.start_collector(variant="ack_before_commit")
        bench.until(partial(more_settled, agent, settled + 5), "some batches are answered")
        collector.kill()
    bench.start_collector()
    bench.finish(agent)

    found = "\n".join(bench.complaints(agent))
    assert "ANSWERED AND NOT STORED" in found
    assert "LOST without a word" in found


@pytest.mark.parametrize("seed", seeds(1, 3))
def test_a_collector_without_a_ledger_is_found_to_store_twice(either_bench: Make, seed: int) -> None:
    bench = either_bench(seed)
    bench.start_collector(variant="no_ledger")
    with bench.proxy() as line:
        line.rules = Rules(lose_answer=0.5)
        agent = bench.enrol(url=line.url)
        bench.finish(agent, rounds=10, longest_wait_s=0.02)

    found = "\n".join(bench.complaints(agent))
    assert line.counts["lose_answer"] > 0
    assert "DUPLICATED" in found


@pytest.mark.parametrize("table", ["fact", "poll_day", "landing", "chunk"])
def test_a_row_that_is_gone_is_missed(bench: Make, table: str) -> None:
    if table in ("landing", "chunk") and read_series is None:
        pytest.skip("there is no way yet to read samples")
    one = bench(seeds(1, 1)[0])
    one.start_collector()
    agent = one.enrol()
    one.finish(agent, rounds=10)
    assert one.complaints(agent) == []

    with one.connection() as connection:
        # Key frames and absences have rows of their own, which are no facts.
        which = "WHERE value <> 'null'" if table == "fact" else ""
        row = connection.exec_driver_sql(f"SELECT rowid FROM {table} {which} LIMIT 1").scalar()
        if row is None:
            pytest.skip(f"nothing is in the table {table} after so short a time")
        connection.exec_driver_sql(f"DELETE FROM {table} WHERE rowid = {row}")
        connection.commit()

    assert one.complaints(agent) != []


def test_a_school_of_another_seed_is_not_taken_for_this_one(bench: Make) -> None:
    one = bench(seeds(1, 1)[0])
    one.start_collector()
    agent = one.enrol()
    one.finish(agent, rounds=5)

    agent.options = replace(agent.options, seed=agent.options.seed + 1)

    assert one.complaints(agent) != []


def test_a_school_is_the_same_whenever_it_is_asked() -> None:
    start = int(time.time()) // 60 * 60

    one, other = (School("c", 7, start) for _n in range(2))

    assert [one.facts(n, "c-d1") for n in range(50)] == [other.facts(n, "c-d1") for n in range(50)]
    assert len({str(one.facts(n, "c-d1")) for n in range(50)}) > 10
