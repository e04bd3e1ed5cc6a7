"""When an answer that was given may change by the passing of time alone.

What arrives makes a school due at once. Between arrivals only time passes: the windows slide, a newest poll
grows too old, a day ends. Of each answer by polls the counts are known, and of each window how many polls
will have left it and how many will have come in at a later time; so it can be told from which time on some
outcomes of those polls would make another answer. Up to that time none does, whatever comes.

Answers by samples (rates, percentiles) are not followed here: they are judged anew every ``at_most_s``.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from inventory.clock import slots
from inventory.metrics.look import Judged, Look
from inventory.register import Calendar
from inventory.rules import ONE_BP

Slide = tuple[float, int, int]
"""A later time, and how many polls of now have left the window by then, and how many new ones it has."""


def next_due(look: Look, at_most_s: int) -> float:
    """The time (seconds since 1970) before which judging the same facts again gives the same states, however
    the polls to come turn out; at most ``at_most_s`` from now, and never past midnight."""
    as_of = look.snapshot.as_of
    times = [as_of + at_most_s, midnight_after(look), *(at for at in look.stale_at if at > as_of)]
    for window, clock, calendar, grid in look.windows:
        if not grid.judged and grid.slots:
            continue
        found = slides(window, clock, int(as_of), look.snapshot.interval_s, calendar, at_most_s)
        _at, gone, new = found[-1] if found else (0.0, 0, 0)
        if grid.slots and not any(could_change(one, gone, new) for one in grid.judged):
            continue  # what no later polls can change, fewer of them cannot either
        for at, gone, new in found:
            if (new and not grid.slots) or any(could_change(one, gone, new) for one in grid.judged):
                times.append(at)
                break
    return min(times)


def could_change(judged: Judged, gone: int, new: int) -> bool:
    """Whether some outcomes of ``gone`` polls that leave a window and ``new`` ones that come in would give
    another state by the poll-ratio rule (rules.poll_ratio). Yes where that cannot be told."""
    a, d, m, thr_bp, coverage_bp, strict, units = judged
    gone, new = gone * units, new * units
    if not gone and not new:
        return False
    n = a + d + m
    hope_low, hope_high = _bounds(a + m, n, gone, new)
    told_low, told_high = _bounds(a + d, n, gone, new)
    share_low, share_high = _bounds(a, a + d, gone, new)
    if a + d == 0:  # nothing is known: unknown, while what comes in cannot decide
        fails, passes = not _reaches(hope_low, thr_bp), _reaches(told_high, coverage_bp)
        return bool(new) and (fails or passes)
    if a + d <= gone:
        return True
    if not _reaches((a + m, n), thr_bp):
        return _reaches(hope_high, thr_bp)
    if not _reaches((a + d, n), coverage_bp):
        return _reaches(told_high, coverage_bp) or not _reaches(hope_low, thr_bp)
    if not _reaches(told_low, coverage_bp):
        return True
    if not _reaches((a, a + d), thr_bp):
        return _reaches(share_high, thr_bp)
    if not _reaches(share_low, thr_bp) or not _reaches(hope_low, thr_bp):
        return True
    if not strict:
        return False
    low, high = _bounds(a, n, gone, new)
    return not _reaches(low, thr_bp) if _reaches((a, n), thr_bp) else _reaches(high, thr_bp)


Share = tuple[int, int]
"""A part, and the whole."""


def _bounds(part: int, whole: int, gone: int, new: int) -> tuple[Share, Share]:
    """The least and the greatest share after up to ``gone`` have left and up to ``new`` have come."""
    kept = max(0, part - gone)
    others = max(0, whole - part - gone)
    return (kept, kept + whole - part + new), (part + new, part + new + others)


def _reaches(share: Share, bp: int) -> bool:
    part, whole = share
    return part * ONE_BP >= bp * whole


@lru_cache(maxsize=512)
def _slides(
    window: str, clock: str, step: int, interval_s: int, calendar: Calendar, steps: int
) -> tuple[Slide, ...]:
    now = slots(window, clock, step * interval_s, interval_s, calendar)
    return tuple(
        _slide(now, window, clock, (step + n) * interval_s, interval_s, calendar) for n in range(1, steps + 1)
    )


def _slide(
    now: Sequence[int], window: str, clock: str, at: int, interval_s: int, calendar: Calendar
) -> Slide:
    then = slots(window, clock, at, interval_s, calendar)
    if isinstance(now, range) and isinstance(then, range):
        both = len(range(max(now.start, then.start), min(now.stop, then.stop), interval_s))
    else:
        both = len(set(now).intersection(then))
    return float(at), len(now) - both, len(then) - both


def slides(
    window: str, clock: str, as_of: int, interval_s: int, calendar: Calendar, within_s: int
) -> Sequence[Slide]:
    """How a window moves on, at each poll interval to come within some seconds."""
    step, steps = as_of // interval_s, -(-within_s // interval_s)
    return _slides(window, clock, step, interval_s, calendar, steps)


def midnight_after(look: Look) -> float:
    """The end of the local day of a look, seconds since 1970."""
    zone = ZoneInfo(look.snapshot.calendar.timezone)
    return datetime.combine(look.today + timedelta(days=1), time(0), zone).timestamp()
