"""E4, E5 and E9: lessons held together, light, multimedia."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from snapshots import AS_OF, CAMPUS, INTERVAL_S, Scene

from inventory.judge import judge_county, judge_school
from inventory.metrics.classrooms import E4, E5, E9, months_between
from inventory.metrics.compute import SCHOOL
from inventory.metrics.look import Look
from inventory.metrics.params import Params, ParamValue
from inventory.papers import Exemption, Facility, LightTest
from inventory.plan import builtin_profiles, load_profile
from inventory.register import Area, Calendar, Campus, Device, Register
from inventory.snapshot import SchoolSnapshot
from inventory.verdict import State, TargetState, UnitCounts, Verdict

PASS, FAIL, UNKNOWN = State.PASS, State.FAIL, State.UNKNOWN
TERMS = (
    (date(2025, 9, 1), date(2026, 1, 20)),
    (date(2026, 2, 20), date(2026, 7, 5)),
    (date(2026, 9, 1), date(2027, 1, 20)),
)
GOOD = LightTest(
    room="r0",
    tested_on=date(2025, 1, 1),
    desk_lx=300,
    desk_uniformity=0.7,
    board_lx=500,
    board_uniformity=0.8,
    control="dimming",
    evidence="accepted",
)


def rooms(n: int, *, confirmed: bool = True) -> Campus:
    areas = tuple(Area(id=f"r{k}", name=f"{k}", kind="classroom", main=True) for k in range(n))
    office = Area(id="office", name="office", kind="teacher_office", main=True)
    return replace(CAMPUS, areas=(*areas, office), areas_confirmed=confirmed)


def snapshot(campus: Campus, **school: Any) -> SchoolSnapshot:
    return Scene(campus, calendar=Calendar(terms=TERMS)).snapshot(**school)


def judge(metric: str, campus: Campus, params: dict[str, ParamValue] | None = None, **school: Any) -> Verdict:
    return SCHOOL[metric](Look(snapshot(campus, **school)), Params(params or {}))


@pytest.mark.parametrize(
    ("changes", "state", "reason"),
    [
        ({}, PASS, ""),
        ({"desk_lx": 299}, FAIL, "lighting_low"),
        ({"desk_uniformity": 0.69}, FAIL, "lighting_low"),
        ({"board_lx": 499}, FAIL, "lighting_low"),
        ({"board_uniformity": 0.79}, FAIL, "lighting_low"),
        ({"ra": 79}, FAIL, "lighting_low"),
        ({"ra": 80}, PASS, ""),
        ({"control": ""}, FAIL, "lighting_low"),
        ({"evidence": "claimed"}, UNKNOWN, "evidence_unreviewed"),
        ({"evidence": "rejected"}, UNKNOWN, "evidence_rejected"),
        # 36 months on 2026-09-18: a report of 2023-09-18 is too old, one of the day after is not.
        ({"tested_on": date(2023, 9, 18)}, UNKNOWN, "evidence_expired"),
        ({"tested_on": date(2023, 9, 19)}, PASS, ""),
        ({"tested_on": date(2026, 9, 19)}, UNKNOWN, "evidence_missing"),
        ({"room": "office"}, UNKNOWN, "evidence_missing"),
    ],
)
def test_a_classroom_is_lit_well_by_an_accepted_report(
    changes: dict[str, Any], state: State, reason: str
) -> None:
    verdict = judge(E5, rooms(1), light_tests=(replace(GOOD, **changes),))

    assert (verdict.state, verdict.reason) == (state, reason)


def test_a_profile_may_do_without_a_control() -> None:
    assert (
        judge(E5, rooms(1), {"require_control": False}, light_tests=(replace(GOOD, control=""),)).state
        is PASS
    )


def test_the_newest_report_of_a_room_counts() -> None:
    bad = replace(GOOD, tested_on=date(2026, 1, 1), desk_lx=100)

    assert judge(E5, rooms(1), light_tests=(bad, GOOD)).state is FAIL


def test_rooms_that_nobody_has_confirmed_cannot_be_counted() -> None:
    verdict = judge(E5, rooms(1, confirmed=False), light_tests=(GOOD,))

    assert (verdict.state, verdict.reason, verdict.units) == (UNKNOWN, "area_register_empty", None)


def test_a_thousand_classrooms_of_ten_schools_are_rolled_up_as_in_the_worked_example() -> None:
    profile = load_profile(builtin_profiles()["linping-145"])
    target = next(target for target in profile.targets if target.metric == E5)
    views = []
    for n in range(10):
        tests = [replace(GOOD, room=f"r{k}", desk_lx=300 if k < 84 else 200) for k in range(94)]
        school = snapshot(rooms(100), id=f"21330000{n:02}", light_tests=tuple(tests))
        views.append(judge_school(school, profile))
    register = Register(county="县", schools=tuple(view.school for view in views))
    found = judge_county(register, profile, views, (), AS_OF)

    (county,) = [each for each in found.targets if each.target == target.id]
    assert county.counts == UnitCounts(p=840, f=100, u=60)
    assert (county.low_bp, county.high_bp, county.state) == (8400, 9000, TargetState.UNDETERMINED)


def test_rooms_of_a_school_that_is_let_off_are_in_no_sum() -> None:
    profile = load_profile(builtin_profiles()["linping-145"])
    (target,) = [target for target in profile.targets if target.metric == E5]
    off = Exemption(target=target.id, evidence="accepted", reason="拆迁")
    views = [
        judge_school(snapshot(rooms(n), id=f"213300000{n}", exemptions=let_off), profile)
        for n, let_off in ((3, ()), (4, (off,)))
    ]
    register = Register(county="县", schools=tuple(view.school for view in views))
    found = judge_county(register, profile, views, (), AS_OF)

    (county,) = [each for each in found.targets if each.target == target.id]
    assert county.counts == UnitCounts(p=0, f=0, u=3)


@pytest.mark.parametrize(
    ("rows", "state", "units"),
    [
        (
            (Facility(kind="multimedia", rooms=("r0", "r1"), evidence="accepted"),),
            PASS,
            UnitCounts(p=2, f=0, u=0),
        ),
        (
            (Facility(kind="multimedia", rooms=("r0",), evidence="accepted"),),
            UNKNOWN,
            UnitCounts(p=1, f=0, u=1),
        ),
        ((), UNKNOWN, UnitCounts(p=0, f=0, u=2)),
        ((Facility(kind="multimedia", absent=True),), FAIL, UnitCounts(p=0, f=2, u=0)),
        (
            (
                Facility(kind="multimedia", rooms=("r0",), evidence="accepted"),
                Facility(kind="multimedia", rooms=("r1",), evidence="claimed"),
            ),
            UNKNOWN,
            UnitCounts(p=1, f=0, u=1),
        ),
    ],
)
def test_classrooms_with_multimedia_are_counted(
    rows: tuple[Facility, ...], state: State, units: UnitCounts
) -> None:
    campus = replace(CAMPUS, areas=_two(), areas_confirmed=True)
    verdict = judge(E9, campus, facilities=rows)

    assert (verdict.state, verdict.units) == (state, units)


def _two() -> tuple[Area, ...]:
    return tuple(Area(id=f"r{k}", name=f"{k}", kind="classroom", main=True) for k in range(2))


BUILT = Facility(kind="sync_classroom", evidence="accepted")


def sessions(n: float, day: date | None = date(2026, 7, 1), evidence: str = "accepted") -> Facility:
    return Facility(kind="sync_sessions", value=n, completed_on=day, evidence=evidence)


@pytest.mark.parametrize(
    ("rows", "state", "reason"),
    [
        ((BUILT, sessions(16)), PASS, ""),
        ((BUILT, sessions(15)), FAIL, "too_few"),
        ((BUILT, sessions(10), sessions(6)), PASS, ""),
        # A list that nobody has looked at may hold what is lacking.
        ((BUILT, sessions(10), sessions(6, evidence="claimed")), UNKNOWN, "evidence_unreviewed"),
        ((BUILT, sessions(10), sessions(5, evidence="claimed")), FAIL, "too_few"),
        ((BUILT, sessions(10), sessions(6, evidence="rejected")), FAIL, "too_few"),
        ((BUILT,), UNKNOWN, "sessions_missing"),
        ((BUILT, sessions(16, evidence="claimed")), UNKNOWN, "evidence_unreviewed"),
        # Of the term before, and of none that anybody knows.
        ((BUILT, sessions(16, date(2026, 1, 10))), UNKNOWN, "sessions_missing"),
        ((BUILT, sessions(16, None)), UNKNOWN, "sessions_missing"),
        ((sessions(16),), UNKNOWN, "facility_missing"),
        ((Facility(kind="sync_classroom", absent=True), sessions(16)), FAIL, "declared_none"),
        ((BUILT, Facility(kind="sync_sessions", absent=True)), FAIL, "declared_none"),
    ],
)
def test_a_sync_classroom_is_built_and_used(rows: tuple[Facility, ...], state: State, reason: str) -> None:
    verdict = judge(E4, CAMPUS, facilities=rows)

    assert (verdict.state, verdict.reason) == (state, reason)
    assert [leg.leg for leg in verdict.legs] == ["built", "used"]


def test_without_terms_nobody_knows_which_lessons_count() -> None:
    look = Look(Scene().snapshot(facilities=(BUILT, sessions(16))))

    assert SCHOOL[E4](look, Params()).reason == "term_not_declared"


def codec(busy_slots: int, lessons: int) -> Scene:
    """A codec that was busy for so many slots in the morning of so many school days of the last term."""
    campus = replace(CAMPUS, devices=(*CAMPUS.devices, Device(id="codec", role="classroom_codec")))
    scene = Scene(campus, calendar=Calendar(terms=TERMS)).port("codec", "eth0", speed_mbps=1000)
    monday = int(AS_OF) - 20 * 3600 - 4 * 86_400 - 15 * 7 * 86_400  # 2026-06-01, 00:00 in Shanghai
    total, found = 0, []
    for lesson in range(lessons):
        day = monday + (lesson // 5) * 7 * 86_400 + (lesson % 5) * 86_400
        for n in range(busy_slots + 2):
            found.append((day + 9 * 3600 + n * INTERVAL_S, total))
            total += 60_000_000 if n < busy_slots else 0
    for key in ("in_octets", "out_octets"):
        scene.samples["codec", "port:eth0", key] = found
    return scene


@pytest.mark.parametrize(
    ("busy_slots", "lessons", "state"), [(6, 16, PASS), (6, 15, UNKNOWN), (5, 16, UNKNOWN), (12, 16, PASS)]
)
def test_what_the_codec_sent_may_prove_the_use_but_never_disprove_it(
    busy_slots: int, lessons: int, state: State
) -> None:
    look = Look(codec(busy_slots, lessons).snapshot(facilities=(BUILT,)))

    assert SCHOOL[E4](look, Params()).state is state


def test_what_the_codec_sent_proves_the_use_beside_a_list_that_is_too_short() -> None:
    look = Look(codec(6, 16).snapshot(facilities=(BUILT, sessions(3))))

    assert SCHOOL[E4](look, Params()).state is PASS


@given(st.dates(date(2020, 1, 1), date(2030, 1, 1)), st.integers(0, 48))
def test_months_are_whole_ones(day: date, months: int) -> None:
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    if day.day <= 28:
        assert months_between(day, date(year, month + 1, day.day)) == months
        if day.day > 1:
            assert months_between(day, date(year, month + 1, day.day - 1)) == months - 1


@pytest.mark.parametrize(("metric", "known"), [(E5, {"light_tests": (GOOD,)}), (E9, {"facilities": (
    Facility(kind="multimedia", rooms=("r0",), evidence="accepted"),
)})])  # fmt: skip
def test_of_rooms_of_which_nothing_is_known_there_is_no_figure(metric: str, known: dict[str, Any]) -> None:
    nothing, one = judge(metric, rooms(2)), judge(metric, rooms(2), **known)

    assert (nothing.state, nothing.value, nothing.units) == (UNKNOWN, None, UnitCounts(p=0, f=0, u=2))
    assert (one.state, one.value, one.units) == (UNKNOWN, 0.5, UnitCounts(p=1, f=0, u=1))
