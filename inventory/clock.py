"""Which polls count: windows ("7d", "30s") on the school clock or on the clock round the day.

A slot is the start of a poll interval, seconds since 1970 UTC, a multiple of the interval. Ten thousand
schools share a handful of windows, so a window is laid out once and kept.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from inventory.register import Calendar

CLOCKS = ("school", "always")
UNIT_S = {"s": 1, "m": 60, "h": 3600, "d": 86400}
SCHOOL_DAYS_NEEDED = 3
"""A week with fewer is a holiday: the window reaches back for the last school days (metric-catalogue 3.2)."""
REACH_BACK_DAYS = 60

_WINDOW = re.compile(r"([1-9][0-9]{0,5})([smhd])")


def window_s(text: str) -> int:
    """Seconds of a window such as "7d", "12h", "10m" or "30s"; ValueError on anything else."""
    match = _WINDOW.fullmatch(text)
    if not match:
        raise ValueError(text)
    return int(match[1]) * UNIT_S[match[2]]


def slots(window: str, clock: str, as_of: float, interval_s: int, calendar: Calendar) -> Sequence[int]:
    """The slots that count, oldest first; none at all when the school clock finds too few school days.

    Only slots that ended at least one interval before ``as_of`` are in: a poll under way is not a gap.
    """
    until = (int(as_of) // interval_s - 1) * interval_s
    if clock == "always":
        first = -(-(until - window_s(window)) // interval_s) * interval_s
        return range(first, until, interval_s)
    return _school_slots(window_s(window), until, interval_s, calendar)


def is_school_day(day: date, calendar: Calendar) -> bool:
    """Monday to Friday less holidays, plus make-up days (调休)."""
    return day in calendar.workdays or (day.weekday() < 5 and day not in calendar.holidays)


def finished_school_days(
    as_of: float, calendar: Calendar, reach_back_days: int = REACH_BACK_DAYS
) -> Iterator[tuple[date, int, int]]:
    """School days whose hours are over by ``as_of``, the newest first: the day, and the local midnights at
    which it begins and ends (seconds since 1970)."""
    return iter(_finished(as_of, calendar, reach_back_days))


@lru_cache(maxsize=64)
def _finished(as_of: float, calendar: Calendar, reach_back_days: int) -> tuple[tuple[date, int, int], ...]:
    zone = ZoneInfo(calendar.timezone)
    days = _school_days_back(int(as_of) - reach_back_days * UNIT_S["d"], int(as_of), calendar)
    return tuple(
        (day, _midnight(day, zone), _midnight(day + timedelta(days=1), zone))
        for day in days
        if datetime.combine(day, calendar.closes, zone).timestamp() <= as_of
    )


def _midnight(day: date, zone: ZoneInfo) -> int:
    return int(datetime.combine(day, time(0), zone).timestamp())


@lru_cache(maxsize=256)
def _school_slots(length_s: int, until: int, interval_s: int, calendar: Calendar) -> tuple[int, ...]:
    needed = min(SCHOOL_DAYS_NEEDED, max(1, length_s // UNIT_S["d"]))
    start = until - length_s
    oldest = min(start, until - REACH_BACK_DAYS * UNIT_S["d"])
    days: list[list[int]] = []
    for day in _school_days_back(oldest, until, calendar):
        day_slots = [slot for slot in _slots_of(day, interval_s, calendar) if oldest <= slot < until]
        if len(days) >= needed and (not day_slots or day_slots[-1] < start):
            break
        if day_slots:
            days.append(day_slots)
    if len(days) < needed:
        return ()
    inside = [[slot for slot in day_slots if slot >= start] for day_slots in days]
    if sum(map(bool, inside)) < needed:
        # Days reached back for count whole, so that the answer stays the same through the holiday.
        inside = days[:needed]
    return tuple(slot for day_slots in reversed(inside) for slot in day_slots)


def _school_days_back(oldest: int, until: int, calendar: Calendar) -> Iterator[date]:
    """School days from the day of ``until`` back to the day of ``oldest``."""
    zone = ZoneInfo(calendar.timezone)
    day = datetime.fromtimestamp(until, zone).date()
    last = datetime.fromtimestamp(oldest, zone).date()
    while day >= last:
        if is_school_day(day, calendar):
            yield day
        day -= timedelta(days=1)


def _slots_of(day: date, interval_s: int, calendar: Calendar) -> range:
    """The slots of a school day that begin in school hours."""
    zone = ZoneInfo(calendar.timezone)
    opens = int(datetime.combine(day, calendar.opens, zone).timestamp())
    closes = int(datetime.combine(day, calendar.closes, zone).timestamp())
    return range(-(-opens // interval_s) * interval_s, closes, interval_s)
