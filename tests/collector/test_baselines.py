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
    assert (alarm.opened_at, alarm.closed_at, alarm.first.kind) == (10.0, None, "worse")


LOW, LOWER, FAILED = mark(mbps=5_000), mark(mbps=1_000), mark(State.FAIL, 100)
LONG_UNKNOWN = Mark(item="plan/t", state=State.UNKNOWN, reason="no_data", told_at=-30 * DAY_S)


@pytest.mark.parametrize(
    ("then", "kind", "now", "changed_at"),
    [
        ([LOW], "worse", "5000 Mbit/s", None),
        ([LOW, LOW], "worse", "5000 Mbit/s", None),
        ([LOW, LOWER], "worse", "1000 Mbit/s", 20.0),
        ([LOW, FAILED], "failed", "fail", 20.0),
        ([LOW, FAILED, FAILED], "failed", "fail", 20.0),
        ([LOW, FAILED, LOWER], "worse", "1000 Mbit/s", 30.0),
        ([LOW, FAILED, LONG_UNKNOWN], "failed", "fail", 20.0),
        ([LOW, LOWER, LOW], "worse", "5000 Mbit/s", 30.0),
    ],
)
def test_an_open_alarm_shows_the_fall_of_now_and_keeps_the_first(
    engine: Engine, then: list[Mark], kind: str, now: str, changed_at: float | None
) -> None:
    agree(engine, mark())
    opened = [measured(engine, 10.0 * n, each) for n, each in enumerate(then, 1)]
    (alarm,) = alarms(engine, also_closed=True)

    assert opened == [1] + [0] * (len(then) - 1)
    assert (alarm.fall.kind, alarm.fall.now, alarm.changed_at) == (kind, now, changed_at)
    assert (alarm.opened_at, alarm.first.kind, alarm.first.now) == (10.0, "worse", "5000 Mbit/s")


def test_what_nobody_could_tell_and_is_measured_low_at_last_shows_what_is_measured(engine: Engine) -> None:
    agree(engine, mark(), at=-30 * DAY_S)
    measured(engine, 10.0, LONG_UNKNOWN)
    measured(engine, 20.0, LOWER)
    (alarm,) = alarms(engine)

    assert (alarm.first.kind, alarm.fall.kind, alarm.changed_at) == ("unproved", "worse", 20.0)


def test_a_closed_alarm_keeps_how_it_began_and_how_it_was_at_last(engine: Engine) -> None:
    agree(engine, mark())
    for n, each in enumerate((LOW, FAILED, mark()), 1):
        measured(engine, 10.0 * n, each)
    (alarm,) = alarms(engine, also_closed=True)

    assert (alarm.first.kind, alarm.fall.kind, alarm.closed_at) == ("worse", "failed", 30.0)


def test_a_change_of_one_alarm_leaves_those_that_were_closed_before(engine: Engine) -> None:
    agree(engine, mark())
    for n, each in enumerate((FAILED, mark(), LOW, LOWER), 1):
        measured(engine, 10.0 * n, each)

    assert [each.fall.kind for each in alarms(engine, also_closed=True)] == ["failed", "worse"]


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
