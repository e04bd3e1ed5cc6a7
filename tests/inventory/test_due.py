"""Until when an answer stands, whatever comes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from itertools import product

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from snapshots import AS_OF, INTERVAL_S, LONG_AGO, WEEK, Scene

from inventory.due import could_change, next_due, slides
from inventory.facts import FactValue
from inventory.metrics.compute import compute
from inventory.metrics.look import Look
from inventory.metrics.params import Params, ParamValue
from inventory.reading import Outcome
from inventory.register import Area, Calendar, Campus, Device, Maintenance, School, Uplink, UserVlan
from inventory.rules import poll_ratio
from inventory.snapshot import Polls, SchoolSnapshot, Span
from inventory.verdict import PollCounts, State

HOUR_S = 3600
DAY_S = 86400
STEP_S = 1800
"""Polls every half hour keep the examples small."""
CAMPUS = Campus(
    id="2133000001-01",
    areas_confirmed=True,
    uplinks=(Uplink(device="gw", port="XGE0/0/1", medium="p2p_ethernet"),),
    devices=(
        Device(id="gw", role="gateway"),
        Device(id="ac", role="wlan_controller"),
        Device(id="ap0", role="ap", mac="02:00:00:00:00:00", controller="ac"),
        Device(id="ap1", role="ap", mac="02:00:00:00:00:01", controller="ac"),
    ),
    areas=(
        Area(id="r0", name="r0", kind="classroom", main=True, aps=("ap0",)),
        Area(id="r1", name="r1", kind="classroom", main=True, aps=("ap1",)),
    ),
    user_vlans=(UserVlan(name="教学", kind="teaching", device="gw", port="Vlanif10"),),
)
METRICS = (
    "access_port_speed_10g",
    "ipv6_wan_address",
    "ipv6_default_route",
    "ipv6_lan_prefix_coverage",
    "wifi_area_coverage",
    "wifi_ap_online_ratio",
    "wifi_ap_uplink_gigabit_ratio",
    "wifi_controller_health",
)
FACTS: dict[tuple[str, str, str], tuple[FactValue, ...]] = {
    ("gw", "port:XGE0/0/1", "oper"): ("up", "down"),
    ("gw", "port:XGE0/0/1", "speed_mbps"): (10_000, 1000),
    ("gw", "port:XGE0/0/1", "type"): (6,),
    ("gw", "port:XGE0/0/1", "ipv6"): (["2001:db8::2/64"], []),
    ("gw", "port:Vlanif10", "ipv6"): (["2001:db8:1::1/64"], []),
    ("gw", "port:Vlanif10", "ipv6_ra"): (True, False),
    ("gw", "", "ipv6_default_route"): (["fe80::1"], []),
    ("ac", "ap:0", "mac"): ("02:00:00:00:00:00",),
    ("ac", "ap:1", "mac"): ("02:00:00:00:00:01",),
    ("ac", "ap:0", "state"): ("online", "offline"),
    ("ac", "ap:0", "switch_port"): ("gw XGE0/0/1",),
    ("ac", "ap:0", "wired_mbps"): (1000,),
    ("ac", "ap:1", "wired_mbps"): (1000, 100),
    ("ac", "", "aps_licensed"): (2, 1),
    ("ac", "ap:1", "state"): ("online", "offline", "unknown"),
}


@dataclass(frozen=True)
class World:
    """What is known at a time, and what comes after it."""

    as_of: float
    changes: Mapping[tuple[str, str, str], int]
    """how many hours before ``as_of`` a fact took its second value for half of them"""
    polls: Mapping[str, list[Outcome]]
    to_come: Mapping[str, list[Outcome]]
    calendar: Calendar
    work: tuple[Maintenance, ...]

    def snapshot(self, at: float) -> SchoolSnapshot:
        now = int(self.as_of) // STEP_S * STEP_S
        polls: dict[str, Polls] = {}
        for device, past in self.polls.items():
            outcomes = {now - (n + 1) * STEP_S: outcome for n, outcome in enumerate(past)}
            coming = self.to_come[device]
            outcomes |= {
                now + n * STEP_S: coming[n % len(coming)] for n in range(int(at - now) // STEP_S + 1)
            }
            polls[device] = Polls(outcomes)
        facts = {}
        for name, values in FACTS.items():
            began = now - self.changes.get(name, 0) * HOUR_S
            ended = now - self.changes.get(name, 0) * HOUR_S // 2
            facts[name] = (
                (Span(LONG_AGO, None, values[0]),)
                if name not in self.changes
                else (
                    Span(LONG_AGO, began, values[0]),
                    Span(began, ended, values[-1]),
                    Span(ended, None, values[0]),
                )
            )
        campus = Campus(
            **{name: getattr(CAMPUS, name) for name in CAMPUS.__slots__} | {"maintenance": self.work}
        )
        school = School(
            id="2133000001", name="第一小学", kind="primary", stages=("primary",), campuses=(campus,)
        )
        return SchoolSnapshot(
            as_of=at, school=school, calendar=self.calendar, interval_s=STEP_S, facts=facts, polls=polls
        )

    def look(self, at: float) -> Look:
        return Look(self.snapshot(at))


def states(look: Look, params: Params) -> dict[str, State]:
    campus = look.snapshot.school.campuses[0]
    return {metric: compute(metric, look, campus, params).state for metric in METRICS}


OUTCOMES: list[Outcome] = ["ok", "down", "gap"]
runs = st.lists(
    st.tuples(st.sampled_from(["ok", "ok", "ok", "down", "gap"]), st.integers(1, 240)), min_size=1, max_size=6
).map(lambda some: [outcome for outcome, n in some for _at in range(n)])
worlds = st.builds(
    World,
    as_of=st.integers(int(AS_OF) - 4 * DAY_S, int(AS_OF) + 4 * DAY_S).map(float),
    changes=st.dictionaries(st.sampled_from(sorted(FACTS)), st.integers(1, 9 * 24), max_size=4),
    polls=st.fixed_dictionaries({"gw": runs, "ac": runs}),
    to_come=st.fixed_dictionaries(
        {name: st.lists(st.sampled_from(OUTCOMES), min_size=1, max_size=3) for name in ("gw", "ac")}
    ),
    calendar=st.sets(st.integers(7, 24), max_size=8).map(
        lambda days: Calendar(holidays=frozenset(date(2026, 9, day) for day in days))
    ),
    work=st.lists(st.integers(-40, 20), max_size=1).map(
        lambda hours: tuple(
            Maintenance(start=AS_OF + hour * HOUR_S, end=AS_OF + (hour + 5) * HOUR_S) for hour in hours
        )
    ),
)
params = st.fixed_dictionaries(
    {},
    optional={
        "thr": st.sampled_from([0.5, 0.9, 0.99]),
        "window": st.sampled_from(["1d", "3d", "7d"]),
        "clock": st.sampled_from(["school", "always"]),
        "strict_gaps": st.booleans(),
        "min_coverage": st.sampled_from([0.5, 0.97]),
        "unit_ratio": st.sampled_from([0.5]),
    },
)


@given(worlds, params)
@settings(max_examples=300, deadline=None)
def test_until_it_is_due_no_outcome_of_the_polls_to_come_changes_a_state(
    world: World, chosen: dict[str, ParamValue]
) -> None:
    reading = Params(chosen)
    now = world.look(world.as_of)
    before = states(now, reading)

    due = next_due(now, 8 * HOUR_S)

    assert world.as_of < due <= world.as_of + 8 * HOUR_S
    at = world.as_of
    while at < due:
        assert states(world.look(at), reading) == before, datetime.fromtimestamp(at, UTC)
        at = min(at // STEP_S * STEP_S + STEP_S, due) if at < due - 1 else due


@given(
    st.tuples(st.integers(0, 8), st.integers(0, 8), st.integers(0, 8)),
    st.integers(0, 3),
    st.integers(0, 3),
    st.sampled_from([3000, 5000, 9000]),
    st.sampled_from([2500, 6000, 9000]),
    st.booleans(),
)
@example((4, 0, 0), 0, 1, 5000, 9000, False)
@settings(max_examples=500)
def test_what_cannot_change_does_not_change_for_any_outcomes(
    counts: tuple[int, int, int], gone: int, new: int, thr: int, coverage: int, strict: bool
) -> None:
    def state(a: int, d: int, m: int) -> State:
        polls = PollCounts(a=a, d=d, m=m)
        return poll_ratio(polls, thr, min_coverage_bp=coverage, strict_gaps=strict).state

    now = state(*counts)
    left = [
        tuple(have - lost for have, lost in zip(counts, some, strict=True))
        for some in product(range(gone + 1), repeat=3)
        if sum(some) <= gone and all(lost <= have for lost, have in zip(some, counts, strict=True))
    ]
    reachable = {
        state(*(have + got for have, got in zip(kept, some, strict=True)))
        for kept in left
        for some in product(range(new + 1), repeat=3)
        if sum(some) <= new
    }

    if not could_change((*counts, thr, coverage, strict, 1), gone, new):
        assert reachable == {now}


@pytest.mark.parametrize(
    ("counts", "n", "changes"),
    [
        ((600, 0, 0), 6, False),
        ((570, 30, 0), 1, True),  # exactly at 95 %
        ((572, 28, 0), 2, False),
        ((572, 28, 0), 3, True),
        ((500, 100, 0), 6, False),  # fails, and six polls do not mend it
        ((0, 0, 600), 6, False),  # no agent: six polls are no coverage
        ((0, 0, 600), 40, True),  # but forty bad ones are a fail
        ((540, 0, 60), 1, True),  # at the edge of the coverage
    ],
)
def test_how_many_polls_an_answer_can_bear(counts: tuple[int, int, int], n: int, changes: bool) -> None:
    assert could_change((*counts, 9500, 9000, False, 1), n, n) is changes


def test_many_units_in_one_heap_change_by_as_many_polls_a_slot() -> None:
    assert not could_change((950, 30, 0, 9500, 9000, False, 1), 10, 10)
    assert could_change((950, 30, 0, 9500, 9000, False, 10), 10, 10)


def steady() -> Scene:
    return Scene().polled("gw", (600, "ok")).port("gw", "XGE0/0/1")


def test_a_steady_school_is_due_by_the_clock_alone() -> None:
    look = Look(steady().snapshot())
    states_of = compute(METRICS[0], look, look.snapshot.school.campuses[0], Params())

    assert states_of.state is State.PASS
    assert next_due(look, 1800) == AS_OF + 1800


def test_after_midnight_every_school_is_due_for_its_papers() -> None:
    look = Look(steady().snapshot())

    assert next_due(look, 12 * HOUR_S) == AS_OF + 4 * HOUR_S  # 20:00 in Shanghai


def test_an_answer_at_its_edge_is_due_at_the_next_poll() -> None:
    as_of = datetime(2026, 9, 18, 0, 0, tzinfo=UTC).timestamp()  # 08:00: school has begun
    scene = Scene(as_of=as_of).port("gw", "XGE0/0/1")
    scene.polled("gw", (570, "ok"), (30, "down"), grid=_week(as_of))
    look = Look(scene.snapshot())
    compute(METRICS[0], look, look.snapshot.school.campuses[0], Params())

    assert next_due(look, 1800) == as_of + INTERVAL_S


def _week(as_of: float) -> list[int]:
    return list(Look(Scene(as_of=as_of).snapshot()).grid_of("7d", "school").slots)


def test_a_reading_is_due_when_it_will_be_too_old_or_followed_by_another_one() -> None:
    look = Look(steady().snapshot())
    newest = look.newest_ok("gw", 4 * HOUR_S)

    assert newest == WEEK[-1]
    assert next_due(look, 8 * HOUR_S) == AS_OF + INTERVAL_S, "it is silent: its next answer counts at once"
    look.stale_at.pop()
    due = next_due(look, 8 * HOUR_S)
    assert due == newest + 4 * HOUR_S + INTERVAL_S
    later = steady()
    for at, found in ((due - 1, newest), (due, None)):
        later.as_of = at
        assert Look(later.snapshot()).newest_ok("gw", 4 * HOUR_S) == found


def test_a_window_that_reaches_back_over_a_holiday_does_not_move() -> None:
    calendar = Calendar(holidays=frozenset(date(2026, 10, day) for day in range(1, 31)))
    as_of = int(datetime(2026, 10, 20, tzinfo=UTC).timestamp())

    found = list(slides("7d", "school", as_of, INTERVAL_S, calendar, 3600))

    assert len(found) == 12
    assert {(gone, new) for _at, gone, new in found} == {(0, 0)}


def test_a_window_round_the_day_loses_a_poll_and_gets_one_at_each_interval() -> None:
    found = list(slides("7d", "always", int(AS_OF), INTERVAL_S, Calendar(), 900))

    assert found == [(AS_OF + INTERVAL_S * n, n, n) for n in (1, 2, 3)]
