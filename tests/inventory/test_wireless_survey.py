"""D2: the signal in the rooms, by a walk test."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from snapshots import CAMPUS, GATEWAY, Scene

from inventory.metrics.compute import compute
from inventory.metrics.look import Look
from inventory.metrics.params import DEFAULTS, Params, ParamValue
from inventory.overrides import as_tested_on_site
from inventory.papers import SiteTest, SurveyPoint
from inventory.profile import Target
from inventory.register import Area, Device
from inventory.snapshot import Span
from inventory.verdict import State, UnitCounts, Verdict

D2 = "wifi_signal_survey"
DAY = date(2026, 3, 2)
"""Of the survey; the scene is judged on 2026-09-18."""
AP = Device(id="ap0", role="ap", mac="02:00:00:00:00:00", controller="ac")
SUBJECT = "ap:02:00:00:00:00:00"


def room(i: int = 1, *, size: float | None = 60, main: bool = True) -> Area:
    return Area(id=f"R{i}", name=f"{i}", kind="classroom", main=main, aps=("ap0",), size_m2=size)


def point(n: int, rssi: float = -58, snr: float = 30, **row: object) -> SurveyPoint:
    values = {"area": "R1", "surveyed_on": DAY, "by": "inspector", **row}
    return SurveyPoint(point=str(n), rssi_dbm=rssi, snr_db=snr, **values)  # type: ignore[arg-type]


def scene(*areas: Area, ap: Device = AP) -> Scene:
    made = Scene(
        replace(
            CAMPUS,
            devices=(GATEWAY, Device(id="ac", role="wlan_controller"), ap),
            areas=areas or (room(),),
            areas_confirmed=True,
        )
    )
    made.polled("ac", (600, "ok"))
    return made.fact("ac", SUBJECT, "mac", AP.mac).fact("ac", SUBJECT, "state", "online")


def judge(points: tuple[SurveyPoint, ...], made: Scene | None = None, **values: ParamValue) -> Verdict:
    made = made or scene()
    look = Look(made.snapshot(survey_points=points))
    return compute(D2, look, made.campus, Params(values) if values else DEFAULTS)


GOOD = (point(1), point(2), point(3))


def test_three_good_points_of_an_inspector_in_sixty_square_metres_pass() -> None:
    verdict = judge(GOOD)

    assert (verdict.state, verdict.value, verdict.level) == (State.PASS, 1.0, "E5")
    assert (verdict.units, verdict.thr_bp) == (UnitCounts(p=3, f=0, u=0), 9500)


@pytest.mark.parametrize(
    ("rssi", "snr", "outdoor", "state"),
    [
        (-65, 20, False, State.PASS),
        (-65.1, 20, False, State.FAIL),
        (-65, 19.9, False, State.FAIL),
        (-70, 20, True, State.PASS),
        (-70.1, 40, True, State.FAIL),
        (-66, 40, False, State.FAIL),
        (-40, 10, True, State.FAIL),
    ],
)
def test_a_point_is_judged_by_signal_and_noise(rssi: float, snr: float, outdoor: bool, state: State) -> None:
    verdict = judge((point(1, rssi, snr, outdoor=outdoor),), scene(room(size=20)))

    assert verdict.state is state
    assert verdict.reason == ("signal_weak" if state is State.FAIL else "")


@pytest.mark.parametrize(("weak", "state"), [(1, State.PASS), (2, State.FAIL)])
def test_one_weak_point_of_twenty_is_just_enough(weak: int, state: State) -> None:
    points = tuple(point(n, -80 if n < weak else -50) for n in range(20))

    verdict = judge(points, scene(room(size=400)))

    assert verdict.state is state
    assert [(e.subject, e.value) for e in verdict.evidence] == [
        (f"R1/{n}", "-80 dBm, 30 dB") for n in range(weak)
    ]


@pytest.mark.parametrize(
    ("size", "units"),
    [
        (60, UnitCounts(p=3, f=0, u=0)),
        (60.5, UnitCounts(p=3, f=0, u=1)),
        (200, UnitCounts(p=3, f=0, u=7)),
        (10, UnitCounts(p=3, f=0, u=0)),
    ],
)
def test_a_room_needs_a_point_for_every_twenty_square_metres(size: float, units: UnitCounts) -> None:
    verdict = judge(GOOD, scene(room(size=size)))

    assert verdict.units == units
    assert verdict.reason == ("survey_missing" if units.u else "")


def test_a_county_may_ask_for_fewer_points() -> None:
    assert judge(GOOD, scene(room(size=200)), m2_per_point=70).state is State.PASS


def test_a_room_without_any_point_is_unknown_and_named() -> None:
    verdict = judge(GOOD, scene(room(1), room(2)))

    assert (verdict.state, verdict.reason) == (State.UNKNOWN, "survey_missing")
    assert (verdict.low_bp, verdict.high_bp) == (5000, 10_000)
    assert [(e.subject, e.value) for e in verdict.evidence] == [("R2", "0/3")]


def test_no_survey_at_all_is_unknown() -> None:
    assert (judge(()).state, judge(()).reason, judge(()).level) == (State.UNKNOWN, "survey_missing", "E0")


def test_a_room_of_unknown_size_may_fail_but_not_pass() -> None:
    made = scene(room(size=None))

    assert (judge(GOOD, made).state, judge(GOOD, made).reason) == (State.UNKNOWN, "area_size_missing")
    assert judge((point(1, -80),), made).reason == "signal_weak"
    assert judge(GOOD, made, m2_per_point=0).state is State.PASS


def test_only_main_rooms_count() -> None:
    corridor = room(2, main=False)

    assert judge((*GOOD, point(1, -90, area="R2")), scene(room(1), corridor)).state is State.PASS


@pytest.mark.parametrize("row", [{"areas_confirmed": False}, {"areas": ()}])
def test_a_list_of_rooms_that_nobody_confirmed_proves_nothing(row: dict[str, object]) -> None:
    made = scene()
    made.campus = replace(made.campus, **row)  # type: ignore[arg-type]

    assert judge(GOOD, made).reason == "area_register_empty"


def test_a_schools_own_walk_test_proves_nothing_unless_the_county_accepts_it() -> None:
    own = tuple(replace(each, by="school") for each in GOOD)

    assert (judge(own).state, judge(own).reason) == (State.UNKNOWN, "self_tested")
    accepted = judge(own, accept_self_test=True)
    assert (accepted.state, accepted.level) == (State.PASS, "E4")


def test_a_schools_own_later_test_does_not_replace_the_inspectors() -> None:
    own = tuple(replace(each, by="school", rssi_dbm=-50, surveyed_on=date(2026, 9, 1)) for each in GOOD)
    weak = tuple(replace(each, rssi_dbm=-80) for each in GOOD)

    assert judge((*weak, *own)).reason == "signal_weak"
    assert judge((*weak, *own), accept_self_test=True).state is State.PASS


def test_the_newest_test_of_a_point_counts() -> None:
    before = (point(1, -80, surveyed_on=date(2025, 9, 1)), point(2, -80, surveyed_on=date(2025, 9, 1)))

    assert judge((*GOOD, *before)).state is State.PASS
    assert judge((*GOOD, point(1, -80, surveyed_on=date(2026, 9, 18)))).reason == "signal_weak"


def test_a_test_of_a_day_to_come_is_not_counted() -> None:
    assert judge((*GOOD, point(1, -80, surveyed_on=date(2026, 9, 19)))).state is State.PASS


@pytest.mark.parametrize(
    ("day", "state"), [(date(2023, 9, 19), State.PASS), (date(2023, 9, 18), State.UNKNOWN)]
)
def test_a_survey_holds_for_36_months(day: date, state: State) -> None:
    verdict = judge(tuple(replace(each, surveyed_on=day) for each in GOOD))

    assert verdict.state is state
    assert verdict.reason == ("stale" if state is State.UNKNOWN else "")


@pytest.mark.parametrize("status", ["retired", "spare"])
def test_a_survey_holds_until_an_access_point_of_the_room_is_retired(status: str) -> None:
    verdict = judge(GOOD, scene(ap=replace(AP, status=status)))

    assert (verdict.state, verdict.reason) == (State.UNKNOWN, "survey_outdated")


def noon(day: date) -> int:
    return int(datetime(day.year, day.month, day.day, 12, tzinfo=ZoneInfo("Asia/Shanghai")).timestamp())


@pytest.mark.parametrize(
    ("days", "ports", "state"),
    [
        ((-9,), ("sw1 GE1",), State.PASS),
        ((-9, 9), ("sw1 GE1", "sw1 GE2"), State.UNKNOWN),  # moved after it
        ((-9, -3), ("sw1 GE1", "sw1 GE2"), State.PASS),  # moved before it
        ((-9, 9, 12), ("sw1 GE1", "sw1 GE2", "sw1 GE1"), State.PASS),  # and back again
        ((9,), ("sw1 GE2",), State.PASS),  # nobody knows where it was
        ((-9, 0), ("sw1 GE1", "sw1 GE2"), State.PASS),  # on the day itself
    ],
)
def test_a_survey_holds_until_an_access_point_of_the_room_is_on_another_port(
    days: tuple[int, ...], ports: tuple[str, ...], state: State
) -> None:
    made = scene()
    starts = [noon(DAY + timedelta(days=n)) for n in days]
    made.facts["ac", SUBJECT, "switch_port"] = tuple(
        Span(start, end, port) for start, end, port in zip(starts, [*starts[1:], None], ports, strict=True)
    )

    assert judge(GOOD, made).state is state


@pytest.mark.parametrize(("days", "state"), [(9, State.UNKNOWN), (-9, State.PASS)])
def test_an_access_point_that_its_controller_no_longer_lists_is_gone(days: int, state: State) -> None:
    made = scene()
    gone = noon(DAY + timedelta(days=days))
    made.facts["ac", SUBJECT, "state"] = (Span(gone - 86400, gone, "online"), Span(gone, None, "missing"))

    assert judge(GOOD, made).state is state


def test_an_inspectors_verdict_on_the_whole_stands_above_the_points() -> None:
    made = scene()
    test = SiteTest(metric=D2, state="fail", tested_on=date(2026, 9, 10), inspector="李四")
    look = Look(made.snapshot(survey_points=GOOD, site_tests=(test,)))
    target = Target(id="t", metric=D2, quote="无线", aggregate="school_rate")

    verdict = as_tested_on_site(look, target, compute(D2, look, made.campus, DEFAULTS))

    assert (verdict.state, verdict.reason, verdict.level) == (State.FAIL, "failed_on_site", "E5")


ROWS = st.tuples(st.integers(-90, -40), st.integers(0, 40), st.booleans(), st.sampled_from([2022, 2025]))


@given(st.lists(ROWS, max_size=8), st.integers(20, 200))
@settings(max_examples=80, deadline=None)
def test_points_that_prove_nothing_never_help_to_pass(
    rows: list[tuple[int, int, bool, int]], size: int
) -> None:
    points = tuple(
        point(n, rssi, snr, by="inspector" if independent else "school", surveyed_on=date(year, 9, 1))
        for n, (rssi, snr, independent, year) in enumerate(rows)
    )

    verdict = judge(points, scene(room(size=size)))

    counted = [(rssi, snr) for rssi, snr, independent, year in rows if independent and year == 2025]
    good = sum(rssi >= -65 and snr >= 20 for rssi, snr in counted)
    n = max(len(rows), -(-size // 20))
    assert verdict.units == UnitCounts(p=good, f=len(counted) - good, u=n - len(counted))
    if verdict.state is State.PASS:
        assert good * 100 >= 95 * n
    if verdict.state is State.FAIL:
        assert (n - len(counted) + good) * 100 < 95 * n
