"""The rules, by the worked examples of the catalogue and by properties."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inventory.rules import (
    bounds,
    composite,
    count,
    percent_to_bp,
    percentile,
    poll_ratio,
    roll_up,
    roll_up_count,
    unit_ratio,
    value,
)
from inventory.verdict import PollCounts, State, TargetState, UnitCounts, Verdict

PASS, FAIL, UNKNOWN, NA = State.PASS, State.FAIL, State.UNKNOWN, State.NA
RANK = {FAIL: 0, UNKNOWN: 1, PASS: 2}

few = st.integers(0, 700)
polls = st.builds(PollCounts, a=few, d=few, m=few)
units = st.builds(UnitCounts, p=st.integers(0, 60), f=st.integers(0, 60), u=st.integers(0, 60))
thresholds = st.integers(1, 10_000)


@pytest.mark.parametrize(
    ("a", "d", "m", "state", "reason"),
    [
        (580, 10, 10, PASS, ""),
        (500, 0, 100, UNKNOWN, "low_coverage"),
        (540, 40, 20, FAIL, "below_threshold"),
        (560, 30, 10, FAIL, "below_threshold"),
        (0, 0, 600, UNKNOWN, "no_data"),
        (535, 10, 55, PASS, ""),
    ],
)
def test_polls_are_judged_as_in_the_worked_examples(
    a: int, d: int, m: int, state: State, reason: str
) -> None:
    ruling = poll_ratio(PollCounts(a=a, d=d, m=m), 9500)

    assert (ruling.state, ruling.reason) == (state, reason)


def test_strict_gaps_leave_a_pass_open_that_only_gaps_stand_against() -> None:
    counts = PollCounts(a=535, d=10, m=55)

    assert poll_ratio(counts, 9500, strict_gaps=True).reason == "low_coverage"


def test_strict_gaps_do_not_touch_a_pass_that_gaps_cannot_undo() -> None:
    assert poll_ratio(PollCounts(a=580, d=10, m=10), 9500, strict_gaps=True).state is PASS


@pytest.mark.parametrize(
    ("p", "f", "u", "state", "low", "high"),
    [
        (37, 1, 2, UNKNOWN, 9250, 9750),
        (38, 2, 0, PASS, 9500, 9500),
        (36, 3, 1, FAIL, 9000, 9250),
    ],
)
def test_rooms_are_judged_as_in_the_worked_examples(
    p: int, f: int, u: int, state: State, low: int, high: int
) -> None:
    ruling = unit_ratio(UnitCounts(p=p, f=f, u=u), 9500)

    assert (ruling.state, ruling.low_bp, ruling.high_bp) == (state, low, high)


@pytest.mark.parametrize(
    ("percent", "state"),
    [(100.0, TargetState.NOT_MET), (90.0, TargetState.MET), (95.0, TargetState.UNDETERMINED)],
)
def test_sixty_schools_are_rolled_up_as_in_the_worked_examples(percent: float, state: TargetState) -> None:
    assert roll_up(UnitCounts(p=54, f=2, u=4), percent_to_bp(percent)) is state


def test_the_upper_bound_of_the_worked_example_is_truncated() -> None:
    assert bounds(54, 4, 60) == (9000, 9666)


@pytest.mark.parametrize(("u", "state"), [(3, TargetState.UNDETERMINED), (1, TargetState.NOT_MET)])
def test_demo_schools_are_counted_as_in_the_worked_examples(u: int, state: TargetState) -> None:
    assert roll_up_count(UnitCounts(p=6, f=0, u=u), 8) is state


def test_a_thousand_classrooms_are_rolled_up_as_in_the_worked_example() -> None:
    counts = UnitCounts(p=840, f=100, u=60)

    assert roll_up(counts, percent_to_bp(85)) is TargetState.UNDETERMINED
    assert bounds(counts.p, counts.u, counts.n) == (8400, 9000)


def test_more_than_is_not_reached_by_as_much() -> None:
    assert roll_up(UnitCounts(p=9, f=1, u=0), 9000, op=">") is TargetState.NOT_MET


def test_nearly_all_is_never_shown_as_all() -> None:
    assert bounds(9996, 0, 10_000) == (9996, 9996)
    assert bounds(99_999, 0, 100_000) == (9999, 9999)


def test_no_units_by_rule_do_not_apply_and_no_units_by_neglect_are_unknown() -> None:
    none = UnitCounts(p=0, f=0, u=0)

    assert unit_ratio(none, 9500).state is NA
    assert unit_ratio(none, 9500, never_filled_in="register_empty").reason == "register_empty"


def test_a_stale_value_is_unknown_whatever_it_says() -> None:
    assert value(20_000, 10_000, age_s=100, stale_after_s=60).reason == "stale"


def test_a_value_reaches_its_limit_by_equality() -> None:
    assert value(10_000, 10_000).state is PASS
    assert value(9_999, 10_000).state is FAIL


def verdict(state: State, reason: str = "") -> Verdict:
    return Verdict(metric="access_port_speed_10g", subject="c", state=state, reason=reason)


def test_a_leg_that_does_not_apply_is_dropped() -> None:
    assert composite([verdict(NA), verdict(PASS)]).state is PASS
    assert composite([verdict(NA)]).state is NA


def test_one_failing_leg_fails_the_whole_for_its_reason() -> None:
    ruling = composite([verdict(PASS), verdict(UNKNOWN, "no_data"), verdict(FAIL, "uplink_down")])

    assert (ruling.state, ruling.reason) == (FAIL, "uplink_down")


def test_legs_that_fail_for_different_reasons_are_not_reduced_to_one() -> None:
    assert composite([verdict(FAIL, "uplink_down"), verdict(FAIL, "ap_offline")]).reason == "leg_failed"


@pytest.mark.parametrize(("n", "expected"), [(1, 1), (20, 19), (100, 95), (101, 96)])
def test_the_percentile_is_the_nearest_rank(n: int, expected: int) -> None:
    assert percentile(list(range(1, n + 1)), 9500) == expected


@given(polls, thresholds, few)
def test_more_gaps_never_make_a_pass(counts: PollCounts, thr: int, more: int) -> None:
    wider = PollCounts(a=counts.a, d=counts.d, m=counts.m + more)

    if poll_ratio(wider, thr).state is PASS:
        assert poll_ratio(counts, thr).state is PASS


@given(units, thresholds, few)
def test_more_unknown_units_never_make_a_pass(counts: UnitCounts, thr: int, more: int) -> None:
    wider = UnitCounts(p=counts.p, f=counts.f, u=counts.u + more)

    if wider.n and unit_ratio(wider, thr).state is PASS:
        assert unit_ratio(counts, thr).state is PASS


@given(units, st.integers(0, 60))
def test_bounds_hold_the_truth_however_the_unknowns_turn_out(counts: UnitCounts, good: int) -> None:
    if not counts.n:
        return
    low, high = bounds(counts.p, counts.u, counts.n)
    truth = (counts.p + min(good, counts.u)) * 10_000 // counts.n

    assert low is not None
    assert high is not None
    assert low <= truth <= high


@given(units, thresholds, st.integers(0, 60))
def test_a_decided_target_stays_decided_however_the_unknowns_turn_out(
    counts: UnitCounts, goal: int, good: int
) -> None:
    good = min(good, counts.u)
    settled = UnitCounts(p=counts.p + good, f=counts.f + counts.u - good, u=0)
    before = roll_up(counts, goal)

    if before is not TargetState.UNDETERMINED:
        assert roll_up(settled, goal) is before


@given(polls, thresholds, st.booleans())
def test_a_false_poll_turned_true_never_lowers_the_verdict(
    counts: PollCounts, thr: int, strict: bool
) -> None:
    if not counts.d:
        return
    better = PollCounts(a=counts.a + 1, d=counts.d - 1, m=counts.m)

    before = poll_ratio(counts, thr, strict_gaps=strict)
    after = poll_ratio(better, thr, strict_gaps=strict)

    assert RANK[after.state] >= RANK[before.state]


@given(polls, thresholds)
def test_a_gap_turned_true_never_takes_a_pass_away(counts: PollCounts, thr: int) -> None:
    if not counts.m:
        return
    better = PollCounts(a=counts.a + 1, d=counts.d, m=counts.m - 1)

    if poll_ratio(counts, thr).state is PASS:
        assert poll_ratio(better, thr).state is PASS


@given(polls, thresholds, few)
def test_a_strict_pass_holds_however_the_gaps_turn_out(counts: PollCounts, thr: int, good: int) -> None:
    good = min(good, counts.m)
    settled = PollCounts(a=counts.a + good, d=counts.d + counts.m - good, m=0)

    if poll_ratio(counts, thr, strict_gaps=True).state is PASS:
        assert poll_ratio(settled, thr).state is PASS


@given(units, st.integers(1, 100))
def test_a_count_turns_from_fail_to_pass_only_through_units(counts: UnitCounts, k: int) -> None:
    ruling = count(counts, k)

    assert (ruling.state is PASS) == (counts.p >= k)
    assert (ruling.state is FAIL) == (counts.p + counts.u < k)
