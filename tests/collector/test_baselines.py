"""Accepted states and their alarms in the store: an alarm stays, none is raised twice, rows only end."""

from __future__ import annotations

import random
from collections.abc import Mapping

import pytest
from sqlalchemy import Engine

from collector.store.baselines import (
    MENDED,
    Alarm,
    accept,
    end,
    read_alarms,
    read_all_baselines,
    read_baselines,
    settle,
)
from inventory.baseline import Figure, Mark
from inventory.verdict import State

SCHOOL, OTHER = "2133999001", "2133999002"
DAY_S = 86400.0


def mark(state: State = State.PASS, mbps: float = 10_000, item: str = "plan/t") -> Mark:
    figures = (Figure(subject="c", metric="m", value=mbps, unit="Mbit/s", best=mbps),)
    return Mark(item=item, state=state, figures=figures if state in (State.PASS, State.FAIL) else ())


def agree(engine: Engine, *marks: Mark, at: float = 1.0, school: str = SCHOOL, by: str = "李") -> None:
    with engine.begin() as connection:
        accept(connection, school, marks, by=by, note="验收 3 号", at=at)


def measured(engine: Engine, now: float, *marks: Mark, school: str = SCHOOL) -> int:
    found: Mapping[str, Mark] = {each.item: each for each in marks}
    with engine.begin() as connection:
        return settle(connection, [school], lambda _school: found, "plan", now)


def alarms(engine: Engine, *, also_closed: bool = False) -> list[Alarm]:
    with engine.connect() as connection:
        return read_alarms(connection, also_closed=also_closed)


def test_what_was_accepted_can_be_read_with_who_when_and_why(engine: Engine) -> None:
    agree(engine, mark(), at=7.0)
    with engine.connect() as connection:
        (one,) = read_baselines(connection, [SCHOOL, OTHER])[SCHOOL]
    assert (one.mark, one.accepted_at, one.accepted_by, one.note) == (mark(), 7.0, "李", "验收 3 号")
    assert one.ended_at is None


def test_a_fall_opens_an_alarm_that_stays_and_is_not_opened_twice(engine: Engine) -> None:
    agree(engine, mark())
    assert measured(engine, 10.0, mark(mbps=1_000)) == 1
    for now in range(20, 100, 10):
        assert measured(engine, float(now), mark(State.FAIL, 100)) == 0
    (alarm,) = alarms(engine, also_closed=True)
    assert (alarm.opened_at, alarm.closed_at, alarm.fall.kind) == (10.0, None, "worse")


def test_not_knowing_does_not_close_an_alarm_and_measuring_again_does(engine: Engine) -> None:
    agree(engine, mark())
    measured(engine, 10.0, mark(State.FAIL, 0))
    measured(engine, 20.0, mark(State.UNKNOWN))
    measured(engine, 25.0)
    assert len(alarms(engine)) == 1

    measured(engine, 30.0, mark())

    assert alarms(engine) == []
    (closed,) = alarms(engine, also_closed=True)
    assert (closed.opened_at, closed.closed_at, closed.closed_by) == (10.0, 30.0, MENDED)
    assert measured(engine, 40.0, mark(State.FAIL, 0)) == 1, "a second fall is a second alarm"


def test_accepting_anew_closes_the_alarm_and_ends_the_old_acceptance(engine: Engine) -> None:
    agree(engine, mark())
    measured(engine, 10.0, mark(mbps=1_000))
    agree(engine, mark(mbps=1_000), at=20.0, by="王")

    assert alarms(engine) == []
    (closed,) = alarms(engine, also_closed=True)
    assert (closed.closed_at, closed.closed_by, closed.note) == (20.0, "王", "验收 3 号")
    assert measured(engine, 30.0, mark(mbps=1_000)) == 0
    with engine.connect() as connection:
        kept = [(one.accepted_at, one.ended_at, one.accepted_by) for one in read_all_baselines(connection)]
    assert kept == [(1.0, 20.0, "李"), (20.0, None, "王")]


def test_what_is_accepted_no_more_does_not_alarm(engine: Engine) -> None:
    agree(engine, mark())
    measured(engine, 10.0, mark(State.FAIL, 0))
    with engine.begin() as connection:
        assert end(connection, SCHOOL, "plan/t", by="王", note="停用", at=20.0)
        assert not end(connection, SCHOOL, "plan/t", by="王", note="停用", at=21.0)
    assert alarms(engine) == []
    assert measured(engine, 30.0, mark(State.FAIL, 0)) == 0


def test_one_school_says_nothing_of_another(engine: Engine) -> None:
    agree(engine, mark())
    agree(engine, mark(), school=OTHER)
    measured(engine, 10.0, mark(State.FAIL, 0), school=OTHER)
    assert [alarm.school_id for alarm in alarms(engine)] == [OTHER]
    agree(engine, mark(), at=20.0)
    assert [alarm.school_id for alarm in alarms(engine)] == [OTHER]


def test_what_nobody_accepted_never_alarms(engine: Engine) -> None:
    assert measured(engine, 10.0, mark(State.FAIL, 0)) == 0
    agree(engine, mark(item="plan/other"))
    assert measured(engine, 20.0, mark(State.FAIL, 0), mark(item="plan/other")) == 0


@pytest.mark.parametrize("told_at", [10 * DAY_S, None])
def test_an_accepted_thing_that_nobody_measures_for_a_week_alarms(
    engine: Engine, told_at: float | None
) -> None:
    agree(engine, mark(), at=10 * DAY_S)
    silent = Mark(item="plan/t", state=State.UNKNOWN, reason="no_data", told_at=told_at)
    assert measured(engine, 16.9 * DAY_S, silent) == 0
    assert measured(engine, 17.0 * DAY_S, silent) == 1
    assert alarms(engine)[0].fall.kind == "unproved"


@pytest.mark.parametrize("seed", range(5))
def test_an_alarm_is_open_exactly_while_the_accepted_is_not_reached(engine: Engine, seed: int) -> None:
    """Against the plainest model: fallen opens, mended closes, unknown changes nothing."""
    chance = random.Random(seed)
    agree(engine, mark())
    is_open, opened = False, 0
    for step in range(60):
        state = chance.choice([State.PASS, State.FAIL, State.UNKNOWN])
        mbps = chance.choice([10_000, 9_600, 1_000, 40_000])
        is_low = state is State.FAIL or (state is State.PASS and mbps < 9_500)
        if state is not State.UNKNOWN:
            opened += is_low and not is_open
            is_open = is_low
        measured(engine, 10.0 + step, mark(state, mbps))
        assert bool(alarms(engine)) == is_open, step
    assert len(alarms(engine, also_closed=True)) == opened
