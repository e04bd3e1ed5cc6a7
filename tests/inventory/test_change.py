"""What it takes to turn a verdict, and when at the earliest."""

from __future__ import annotations

from datetime import UTC, date, datetime

from hypothesis import given
from hypothesis import strategies as st
from snapshots import AS_OF, INTERVAL_S

from inventory.change import (
    Coming,
    PollsNeeded,
    Room,
    UnitsNeeded,
    ValueNeeded,
    change_of,
    coming_slots,
    polls_needed,
    polls_to_spare,
    units_needed,
)
from inventory.register import Calendar
from inventory.rules import poll_ratio, unit_ratio
from inventory.verdict import PollCounts, State, UnitCounts, Verdict

MONDAY = datetime(2026, 9, 20, 23, 30, tzinfo=UTC).timestamp()
"""Monday 2026-09-21 07:30 in Shanghai, when school begins after the weekend of AS_OF."""
SCHOOL = Coming(AS_OF, INTERVAL_S, Calendar())
counts = st.builds(PollCounts, a=st.integers(0, 90), d=st.integers(0, 90), m=st.integers(0, 90))


def test_a_pass_can_bear_as_many_bad_polls_as_the_share_allows() -> None:
    # 600 polls at 0.95: 570 must be good.
    assert polls_to_spare(PollCounts(a=600, d=0, m=0), 9500) == 30
    assert polls_to_spare(PollCounts(a=570, d=30, m=0), 9500) == 0


def test_a_week_all_bad_needs_570_good_polls_and_gets_them_on_friday() -> None:
    needed = polls_needed(PollCounts(a=0, d=600, m=0), 9500, SCHOOL)

    assert needed is not None
    # 120 polls a day from Monday: 480 by Thursday night, 90 of Friday's: 07:30 + 7.5 h.
    friday = MONDAY + 4 * 86_400 + 90 * INTERVAL_S
    assert needed == PollsNeeded(570, 570, friday, friday)


def test_what_leaves_the_window_decides_how_soon() -> None:
    # 540 good, 60 bad: 30 good polls do if the bad ones leave first; 570 if they leave last.
    needed = polls_needed(PollCounts(a=540, d=60, m=0), 9500, SCHOOL)

    assert needed is not None
    assert (needed.at_least, needed.at_most) == (30, 570)
    assert needed.earliest == MONDAY + 30 * INTERVAL_S


def test_gaps_are_filled_until_the_window_is_covered() -> None:
    # 500 good, 100 gaps: 540 of 600 have to be known.
    needed = polls_needed(PollCounts(a=500, d=0, m=100), 9500, SCHOOL)

    assert needed is not None
    assert needed.at_least == 40


def test_without_any_poll_nothing_can_be_said() -> None:
    assert polls_needed(PollCounts(a=0, d=0, m=0), 9500, SCHOOL) is None


@given(counts, st.integers(1, 10_000))
def test_so_many_polls_do_and_one_fewer_does_not(found: PollCounts, thr: int) -> None:
    needed = polls_needed(found, thr, Coming(AS_OF, INTERVAL_S, Calendar(), "always"))
    if needed is None:
        return

    def best(k: int) -> bool:
        """Whether any choice of what leaves makes a pass."""
        return any(
            poll_ratio(
                PollCounts(a=found.a + bad + gaps, d=found.d - bad, m=found.m - gaps),
                thr,
            ).state
            is State.PASS
            for bad in range(min(k, found.d) + 1)
            for gaps in (min(k - bad, found.m),)
        )

    assert best(needed.at_least) or needed.at_least == found.n
    assert needed.at_least == 0 or not best(needed.at_least - 1)


@given(counts, st.integers(1, 10_000))
def test_the_worst_case_passes_whatever_leaves(found: PollCounts, thr: int) -> None:
    needed = polls_needed(found, thr, Coming(AS_OF, INTERVAL_S, Calendar(), "always"))
    if needed is None or poll_ratio(found, thr).state is State.PASS:
        return
    # The good ones leave first.
    left = max(0, needed.at_most - found.a)
    a = max(found.a, needed.at_most)
    for bad in range(min(left, found.d) + 1):
        gaps = min(left - bad, found.m)
        rest = PollCounts(a=a, d=found.d - bad, m=found.m - gaps)
        if rest.n == found.n:
            assert poll_ratio(rest, thr).state is State.PASS


def test_school_polls_come_on_school_days_only() -> None:
    calendar = Calendar(holidays=frozenset({date(2026, 9, 21)}), workdays=frozenset({date(2026, 9, 20)}))

    first = next(coming_slots(Coming(AS_OF, INTERVAL_S, calendar)))

    assert first == MONDAY - 86_400 + INTERVAL_S


def test_round_the_clock_the_next_poll_counts() -> None:
    assert next(coming_slots(Coming(AS_OF, INTERVAL_S, Calendar(), "always"))) == AS_OF + INTERVAL_S


@given(st.integers(0, 50), st.integers(0, 50), st.integers(1, 10_000))
def test_units_needed_are_just_enough(p: int, f: int, thr: int) -> None:
    needed = units_needed(UnitCounts(p=p, f=f, u=0), thr)
    for more, passes in ((needed, True), (needed - 1, False)):
        if 0 <= more <= f and p + f:
            state = unit_ratio(UnitCounts(p=p + more, f=f - more, u=0), thr).state
            assert (state is State.PASS) is passes


def verdict(**changes: object) -> Verdict:
    return Verdict(metric="m", subject="c", **{"state": State.FAIL, **changes})  # type: ignore[arg-type]


def test_each_kind_of_verdict_has_its_answer() -> None:
    rooms = UnitCounts(p=36, f=3, u=1)
    assert change_of(verdict(units=rooms, thr_bp=9500), SCHOOL) == UnitsNeeded(2, 4)
    assert change_of(verdict(units=rooms, thr_bp=8000, state=State.PASS), SCHOOL) == Room(units=4)
    polls = PollCounts(a=600, d=0, m=0)
    assert change_of(verdict(polls=polls, thr_bp=9500, state=State.PASS), SCHOOL) == Room(polls=30)
    short = verdict(value=1000.0, threshold=10_000.0, unit="Mbit/s")
    assert change_of(short, SCHOOL) == ValueNeeded(9000.0, "Mbit/s")


def test_a_paper_has_no_number_to_wait_for() -> None:
    assert change_of(verdict(state=State.UNKNOWN, reason="facility_missing"), SCHOOL) is None
    assert change_of(verdict(legs=(verdict(),)), SCHOOL) is None
