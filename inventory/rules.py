"""The rules of a verdict: polls, units, counts, values, legs, and the county's roll-up.

All comparisons are in integers. A ratio is in basis points, 1/100 of a percent, and truncated: 99.96 % is
never shown as 100 %. What is not known keeps a bound open; it never helps to pass.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import msgspec

from inventory.verdict import PollCounts, State, TargetState, UnitCounts, Verdict

ONE_BP = 10_000


class Ruling(msgspec.Struct, frozen=True, gc=False):
    """What a rule says. ``low_bp`` and ``high_bp`` bound the ratio whatever the unknowns turn out to be."""

    state: State
    reason: str = ""
    low_bp: int | None = None
    high_bp: int | None = None


def to_bp(ratio: float) -> int:
    """Basis points of a threshold written as a ratio 0..1."""
    return round(ratio * ONE_BP)


def percent_to_bp(percent: float) -> int:
    """Basis points of a threshold written in percent."""
    return round(percent * 100)


def poll_ratio(
    counts: PollCounts, thr_bp: int = 9500, *, min_coverage_bp: int = 9000, strict_gaps: bool = False
) -> Ruling:
    """True in at least ``thr`` of the polls (metric-catalogue 3.4)."""
    a, d, m, n = counts.a, counts.d, counts.m, counts.n
    low, high = bounds(a, m, n)
    if a + d == 0:
        return Ruling(State.UNKNOWN, "no_data", low, high)
    if (a + m) * ONE_BP < thr_bp * n:
        return Ruling(State.FAIL, "below_threshold", low, high)
    if (a + d) * ONE_BP < min_coverage_bp * n:
        return Ruling(State.UNKNOWN, "low_coverage", low, high)
    if a * ONE_BP < thr_bp * (a + d):
        return Ruling(State.FAIL, "below_threshold", low, high)
    if strict_gaps and a * ONE_BP < thr_bp * n:
        return Ruling(State.UNKNOWN, "low_coverage", low, high)
    return Ruling(State.PASS, "", low, high)


def unit_ratio(units: UnitCounts, thr_bp: int, *, never_filled_in: str = "") -> Ruling:
    """At least ``thr`` of the units pass. Without units: na, or unknown for the reason given."""
    if units.n == 0:
        return Ruling(State.UNKNOWN, never_filled_in) if never_filled_in else Ruling(State.NA)
    low, high = bounds(units.p, units.u, units.n)
    if units.p * ONE_BP >= thr_bp * units.n:
        return Ruling(State.PASS, "", low, high)
    if (units.p + units.u) * ONE_BP < thr_bp * units.n:
        return Ruling(State.FAIL, "below_threshold", low, high)
    return Ruling(State.UNKNOWN, "leg_unknown", low, high)


def count(units: UnitCounts, k: int) -> Ruling:
    """At least ``k`` units pass."""
    low, high = bounds(units.p, units.u, units.n)
    if units.p >= k:
        return Ruling(State.PASS, "", low, high)
    if units.p + units.u < k:
        return Ruling(State.FAIL, "below_threshold", low, high)
    return Ruling(State.UNKNOWN, "leg_unknown", low, high)


def value(
    measured: float | None, limit: float, *, age_s: float = 0.0, stale_after_s: float | None = None
) -> Ruling:
    """A number that has to reach a limit; unknown when it was never measured or too long ago."""
    if measured is None:
        return Ruling(State.UNKNOWN, "no_data")
    if stale_after_s is not None and age_s > stale_after_s:
        return Ruling(State.UNKNOWN, "stale")
    return Ruling(State.PASS) if measured >= limit else Ruling(State.FAIL, "below_threshold")


def composite(legs: Iterable[Verdict]) -> Ruling:
    """All legs that apply have to pass. A lone reason among the legs is the reason of the whole."""
    return together(legs, mixed_fail="leg_failed", mixed_unknown="leg_unknown")


def together(parts: Iterable[Verdict], *, mixed_fail: str, mixed_unknown: str) -> Ruling:
    """Fail if any part fails, pass if every part passes, else unknown; parts that are na are dropped."""
    kept = [part for part in parts if part.state is not State.NA]
    if not kept:
        return Ruling(State.NA)
    if len(kept) == 1:
        state = kept[0].state
        return Ruling(state, "" if state is State.PASS else kept[0].reason)
    for state, mixed in ((State.FAIL, mixed_fail), (State.UNKNOWN, mixed_unknown)):
        reasons = {part.reason for part in kept if part.state is state}
        if reasons:
            return Ruling(state, reasons.pop() if len(reasons) == 1 else mixed)
    return Ruling(State.PASS)


def roll_up(units: UnitCounts, goal_bp: int, *, op: str = ">=") -> TargetState:
    """A county target as a share of the units, judged by its bounds."""
    if units.n == 0:
        return TargetState.UNDETERMINED
    if _reaches(units.p * ONE_BP, goal_bp * units.n, op):
        return TargetState.MET
    if not _reaches((units.p + units.u) * ONE_BP, goal_bp * units.n, op):
        return TargetState.NOT_MET
    return TargetState.UNDETERMINED


def roll_up_count(units: UnitCounts, goal: int, *, op: str = ">=") -> TargetState:
    """A county target as a number of units."""
    if _reaches(units.p, goal, op):
        return TargetState.MET
    return TargetState.UNDETERMINED if _reaches(units.p + units.u, goal, op) else TargetState.NOT_MET


def bounds(p: int, u: int, n: int) -> tuple[int | None, int | None]:
    """p/n and (p+u)/n in basis points, truncated; None without units."""
    return (p * ONE_BP // n, (p + u) * ONE_BP // n) if n else (None, None)


def tally(states: Iterable[State]) -> UnitCounts:
    """How many units pass, fail, are unknown, and do not apply."""
    found = list(states)
    return UnitCounts(
        p=found.count(State.PASS),
        f=found.count(State.FAIL),
        u=found.count(State.UNKNOWN),
        na=found.count(State.NA),
    )


def percentile(ascending: Sequence[float], share_bp: int) -> float:
    """The nearest-rank percentile of sorted values: index ceil(share * n), from 1."""
    return ascending[max(0, -(-share_bp * len(ascending) // ONE_BP) - 1)]


def _reaches(left: int, right: int, op: str) -> bool:
    return left > right if op == ">" else left >= right
