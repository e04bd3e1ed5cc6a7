"""What would change a verdict: how much is missing, how much room is left, and by when at the earliest.

Counts alone bound the answer: the window slides, and nobody says whether the polls that leave it were good.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from inventory.clock import is_school_day
from inventory.register import Calendar
from inventory.rules import ONE_BP, poll_ratio
from inventory.verdict import PollCounts, State, UnitCounts, Verdict

MIN_COVERAGE_BP = 9000
FAR_DAYS = 120
"""No answer is sought beyond: a window is at most 90 days long, and holidays lie between."""


@dataclass(frozen=True, slots=True)
class PollsNeeded:
    """Good polls until a pass, if every poll from now on is good: ``at_least`` if what leaves the window is
    bad, ``at_most`` if it is good. Times in seconds since 1970, None where they lie too far off."""

    at_least: int
    at_most: int
    earliest: float | None
    latest: float | None


@dataclass(frozen=True, slots=True)
class Room:
    """What a pass can bear: so many more bad polls or units before it is lost."""

    polls: int = 0
    units: int = 0


@dataclass(frozen=True, slots=True)
class UnitsNeeded:
    """Units that still have to pass, of those that ``could``: failing and unknown ones."""

    units: int
    could: int


@dataclass(frozen=True, slots=True)
class ValueNeeded:
    """How far the value is from its limit, in its own unit."""

    more: float
    unit: str


@dataclass(frozen=True, slots=True)
class Coming:
    """From when, how often and by which clock polls will count."""

    as_of: float
    interval_s: int
    calendar: Calendar
    clock: str = "school"


Change = PollsNeeded | Room | UnitsNeeded | ValueNeeded


def change_of(verdict: Verdict, coming: Coming, *, min_coverage_bp: int = MIN_COVERAGE_BP) -> Change | None:
    """What it takes to turn a fail or unknown into a pass, or what a pass can bear. None where no number says
    it: a paper has to be handed in, a part has to be looked at."""
    if verdict.legs:
        return None
    if verdict.polls is not None and verdict.thr_bp is not None:
        if verdict.state is State.PASS:
            return Room(polls=polls_to_spare(verdict.polls, verdict.thr_bp))
        return polls_needed(verdict.polls, verdict.thr_bp, coming, min_coverage_bp=min_coverage_bp)
    if verdict.units is not None and verdict.thr_bp is not None:
        needed = units_needed(verdict.units, verdict.thr_bp)
        if verdict.state is State.PASS:
            return Room(units=-needed)
        return UnitsNeeded(max(needed, 0), verdict.units.f + verdict.units.u)
    if verdict.state is State.FAIL and verdict.value is not None and verdict.threshold is not None:
        return ValueNeeded(verdict.threshold - verdict.value, verdict.unit)
    return None


def polls_to_spare(counts: PollCounts, thr_bp: int) -> int:
    """Good polls that may turn bad before the share is below ``thr_bp``."""
    return counts.a - -(-thr_bp * (counts.a + counts.d) // ONE_BP)


def units_needed(units: UnitCounts, thr_bp: int) -> int:
    """Units that have to pass beyond those that do; below 0: units that may still be lost."""
    return -(-thr_bp * units.n // ONE_BP) - units.p


def polls_needed(
    counts: PollCounts, thr_bp: int, coming: Coming, *, min_coverage_bp: int = MIN_COVERAGE_BP
) -> PollsNeeded | None:
    """Good polls until the window passes, and when that many have been made. None without any slot."""
    if counts.n == 0:
        return None
    at_least = next(
        (k for k in range(counts.n) if _passes_at_best(counts, k, thr_bp, min_coverage_bp)), counts.n
    )
    safe = -(-max(thr_bp, min_coverage_bp) * counts.n // ONE_BP)
    at_most = max(at_least, min(counts.n, safe))
    earliest = latest = None
    for made, end in enumerate(coming_slots(coming), 1):
        if made == at_least:
            earliest = end
        if made == at_most:
            latest = end
            break
    return PollsNeeded(at_least, at_most, coming.as_of if at_least == 0 else earliest, latest)


def _passes_at_best(counts: PollCounts, k: int, thr_bp: int, min_coverage_bp: int) -> bool:
    """Whether k good polls may do: as many bad ones as must leave the window first, then the gaps."""
    a = counts.a + min(k, counts.d + counts.m)
    bearable = a * (ONE_BP - thr_bp) // thr_bp if thr_bp else counts.d
    left = min(k, max(0, counts.d - bearable))
    m = max(0, counts.m - (k - left))
    after = PollCounts(a=a, d=counts.n - a - m, m=m)
    return poll_ratio(after, thr_bp, min_coverage_bp=min_coverage_bp).state is State.PASS


def coming_slots(coming: Coming) -> Iterator[float]:
    """The ends of the polls that will count, for some months."""
    calendar, interval_s, as_of = coming.calendar, coming.interval_s, coming.as_of
    zone = ZoneInfo(calendar.timezone)
    day = datetime.fromtimestamp(as_of, zone).date()
    for _n in range(FAR_DAYS):
        if coming.clock == "always":
            start = datetime.combine(day, datetime.min.time(), zone)
            first, after = start.timestamp(), (start + timedelta(days=1)).timestamp()
        elif is_school_day(day, calendar):
            first = datetime.combine(day, calendar.opens, zone).timestamp()
            after = datetime.combine(day, calendar.closes, zone).timestamp()
        else:
            first = after = 0.0
        slot = -(-int(max(first, as_of)) // interval_s) * interval_s
        while slot < after:
            yield float(slot + interval_s)
            slot += interval_s
        day += timedelta(days=1)
