"""Ten and more examples of each rule, worked out by hand, beside those of the catalogue (test_rules.py)."""

from __future__ import annotations

import pytest

from inventory.rules import composite, count, poll_ratio, roll_up, roll_up_count, unit_ratio, value
from inventory.verdict import PollCounts, State, TargetState, UnitCounts, Verdict

PASS, FAIL, UNKNOWN, NA = State.PASS, State.FAIL, State.UNKNOWN, State.NA
MET, NOT_MET, OPEN = TargetState.MET, TargetState.NOT_MET, TargetState.UNDETERMINED


@pytest.mark.parametrize(
    ("a", "d", "m", "thr_bp", "coverage_bp", "strict", "state", "reason", "low", "high"),
    [
        # 570 of 600 is 0.95 to the poll: reached.
        (570, 30, 0, 9500, 9000, False, PASS, "", 9500, 9500),
        # One poll fewer.
        (569, 31, 0, 9500, 9000, False, FAIL, "below_threshold", 9483, 9483),
        # 540 of 600 answered is 0.90 to the poll: covered.
        (540, 0, 60, 9500, 9000, False, PASS, "", 9000, 10_000),
        (539, 0, 61, 9500, 9000, False, UNKNOWN, "low_coverage", 8983, 10_000),
        # 513/540 = 0.95; strict needs 570 of 600.
        (513, 27, 60, 9500, 9000, False, PASS, "", 8550, 9550),
        (513, 27, 60, 9500, 9000, True, UNKNOWN, "low_coverage", 8550, 9550),
        # (a + m) / N = 569/600 < 0.95: no gap can help, although coverage is poor.
        (300, 31, 269, 9500, 9000, False, FAIL, "below_threshold", 5000, 9483),
        # ... and 570/600 can be helped: then coverage decides.
        (300, 30, 270, 9500, 9000, False, UNKNOWN, "low_coverage", 5000, 9500),
        # One poll, good; one poll, bad; one gap.
        (1, 0, 0, 9500, 9000, False, PASS, "", 10_000, 10_000),
        (0, 1, 0, 9500, 9000, False, FAIL, "below_threshold", 0, 0),
        (0, 0, 1, 9500, 9000, False, UNKNOWN, "no_data", 0, 10_000),
        # Availability at 0.99 over a month of 2,640 polls: 26 bad ones may be, 27 may not.
        (2614, 26, 0, 9900, 9000, False, PASS, "", 9901, 9901),
        (2613, 27, 0, 9900, 9000, False, FAIL, "below_threshold", 9897, 9897),
        # A threshold of 1 bears no bad poll, but gaps.
        (550, 0, 50, 10_000, 9000, False, PASS, "", 9166, 10_000),
        (599, 1, 0, 10_000, 9000, False, FAIL, "below_threshold", 9983, 9983),
        (550, 0, 50, 10_000, 9000, True, UNKNOWN, "low_coverage", 9166, 10_000),
        # A county that wants 0.98 coverage.
        (580, 0, 20, 9500, 9800, False, UNKNOWN, "low_coverage", 9666, 10_000),
    ],
)
def test_polls(
    a: int,
    d: int,
    m: int,
    thr_bp: int,
    coverage_bp: int,
    *,
    strict: bool,
    state: State,
    reason: str,
    low: int,
    high: int,
) -> None:
    ruling = poll_ratio(PollCounts(a=a, d=d, m=m), thr_bp, min_coverage_bp=coverage_bp, strict_gaps=strict)

    assert (ruling.state, ruling.reason, ruling.low_bp, ruling.high_bp) == (state, reason, low, high)


@pytest.mark.parametrize(
    ("p", "f", "u", "thr_bp", "state", "low", "high"),
    [
        (19, 1, 0, 9500, PASS, 9500, 9500),
        (18, 1, 1, 9500, UNKNOWN, 9000, 9500),
        (18, 2, 0, 9500, FAIL, 9000, 9000),
        (0, 0, 5, 9500, UNKNOWN, 0, 10_000),
        (5, 0, 0, 10_000, PASS, 10_000, 10_000),
        (4, 0, 1, 10_000, UNKNOWN, 8000, 10_000),
        (4, 1, 0, 10_000, FAIL, 8000, 8000),
        # 2/3 is 6666 truncated, and not 0.67.
        (2, 1, 0, 6700, FAIL, 6666, 6666),
        (2, 1, 0, 6666, PASS, 6666, 6666),
        (1, 0, 0, 9800, PASS, 10_000, 10_000),
        # 39 + 1 of 40 with one unknown: the worst is 0.95, which does.
        (38, 1, 1, 9500, PASS, 9500, 9750),
        (0, 1, 0, 1, FAIL, 0, 0),
        (849, 150, 1, 8500, UNKNOWN, 8490, 8500),
    ],
)
def test_units(p: int, f: int, u: int, thr_bp: int, state: State, low: int, high: int) -> None:
    ruling = unit_ratio(UnitCounts(p=p, f=f, u=u), thr_bp)

    assert (ruling.state, ruling.low_bp, ruling.high_bp) == (state, low, high)


@pytest.mark.parametrize(
    ("p", "f", "u", "k", "state"),
    [
        (3, 0, 0, 3, PASS),
        (3, 9, 9, 3, PASS),
        (2, 0, 1, 3, UNKNOWN),
        (2, 1, 0, 3, FAIL),
        (0, 0, 3, 3, UNKNOWN),
        (0, 0, 2, 3, FAIL),
        (0, 0, 0, 1, FAIL),
        (0, 0, 0, 0, PASS),
        (0, 5, 0, 1, FAIL),
        (1, 0, 0, 1, PASS),
        (7, 0, 1, 8, UNKNOWN),
        (8, 0, 0, 8, PASS),
    ],
)
def test_count(p: int, f: int, u: int, k: int, state: State) -> None:
    assert count(UnitCounts(p=p, f=f, u=u), k).state is state


@pytest.mark.parametrize(
    ("measured", "limit", "age_s", "stale_s", "state", "reason"),
    [
        (10_000.0, 10_000.0, 0.0, None, PASS, ""),
        (9_999.9, 10_000.0, 0.0, None, FAIL, "below_threshold"),
        (None, 10_000.0, 0.0, None, UNKNOWN, "no_data"),
        (0.0, 0.0, 0.0, None, PASS, ""),
        (180.0, 180.0, 0.0, None, PASS, ""),
        (179.0, 180.0, 0.0, None, FAIL, "below_threshold"),
        # Exactly as old as allowed is not stale; a second more is.
        (12.0, 2.0, 93_600.0, 93_600.0, PASS, ""),
        (12.0, 2.0, 93_601.0, 93_600.0, UNKNOWN, "stale"),
        (1.0, 2.0, 93_601.0, 93_600.0, UNKNOWN, "stale"),
        (-1.5, 2.0, 0.0, None, FAIL, "below_threshold"),
        (None, 0.0, 93_601.0, 93_600.0, UNKNOWN, "no_data"),
    ],
)
def test_value(
    measured: float | None, limit: float, age_s: float, stale_s: float | None, state: State, reason: str
) -> None:
    ruling = value(measured, limit, age_s=age_s, stale_after_s=stale_s)

    assert (ruling.state, ruling.reason) == (state, reason)


@pytest.mark.parametrize(
    ("legs", "state", "reason"),
    [
        ("p", PASS, ""),
        ("pp", PASS, ""),
        ("pn", PASS, ""),
        ("n", NA, ""),
        ("nn", NA, ""),
        ("", NA, ""),
        ("pf", FAIL, "below_threshold"),
        ("uf", FAIL, "below_threshold"),
        ("pu", UNKNOWN, "no_data"),
        ("nu", UNKNOWN, "no_data"),
        ("puu", UNKNOWN, "no_data"),
        ("nf", FAIL, "below_threshold"),
        ("ppn", PASS, ""),
    ],
)
def test_composite(legs: str, state: State, reason: str) -> None:
    states = {
        "p": (PASS, ""),
        "f": (FAIL, "below_threshold"),
        "u": (UNKNOWN, "no_data"),
        "n": (NA, ""),
    }
    found = [Verdict(metric="m", subject="c", state=states[leg][0], reason=states[leg][1]) for leg in legs]

    ruling = composite(found)

    assert (ruling.state, ruling.reason) == (state, reason)


@pytest.mark.parametrize(
    ("p", "f", "u", "goal_bp", "op", "state"),
    [
        (60, 0, 0, 10_000, ">=", MET),
        (59, 0, 1, 10_000, ">=", OPEN),
        (59, 1, 0, 10_000, ">=", NOT_MET),
        (0, 0, 0, 10_000, ">=", OPEN),
        (36, 24, 0, 6000, ">=", MET),
        (35, 25, 0, 6000, ">=", NOT_MET),
        (35, 24, 1, 6000, ">=", OPEN),
        # "more than 70 %": 7 of 10 is not more.
        (7, 3, 0, 7000, ">", NOT_MET),
        (7, 2, 1, 7000, ">", OPEN),
        (8, 2, 0, 7000, ">", MET),
        # 9,999 of 10,000 is not all of them.
        (9_999, 1, 0, 10_000, ">=", NOT_MET),
        (9_999, 0, 1, 10_000, ">=", OPEN),
        (1, 2, 0, 3333, ">=", MET),
    ],
)
def test_county(p: int, f: int, u: int, goal_bp: int, op: str, state: TargetState) -> None:
    assert roll_up(UnitCounts(p=p, f=f, u=u), goal_bp, op=op) is state


@pytest.mark.parametrize(
    ("p", "f", "u", "goal", "op", "state"),
    [
        (3, 0, 0, 3, ">=", MET),
        (3, 0, 0, 3, ">", NOT_MET),
        (3, 0, 1, 3, ">", OPEN),
        (4, 0, 0, 3, ">", MET),
        (40, 0, 0, 40, ">", NOT_MET),
        (41, 0, 0, 40, ">", MET),
        (0, 0, 0, 1, ">=", NOT_MET),
        (0, 0, 1, 1, ">=", OPEN),
        (8, 3, 5, 8, ">=", MET),
        (7, 3, 1, 8, ">=", OPEN),
        (7, 4, 0, 8, ">=", NOT_MET),
    ],
)
def test_county_count(p: int, f: int, u: int, goal: int, op: str, state: TargetState) -> None:
    assert roll_up_count(UnitCounts(p=p, f=f, u=u), goal, op=op) is state
