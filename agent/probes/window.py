"""When a load test may run: the hours that the school allows, and never on the days that it rules out."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from agent.probes.config import Throughput, days_of, window_of


def may_run(settings: Throughput, now: datetime, lasts_s: float) -> bool:
    """Whether a test that begins now and lasts so long stays within one of the allowed windows.

    A window over midnight belongs to the day that it begins on: ruling out the first day of an examination
    rules out the night before it too, since the test could still run when the doors open.
    """
    zone = ZoneInfo(settings.timezone)
    begins, ends = now.astimezone(zone), (now + timedelta(seconds=lasts_s)).astimezone(zone)
    if _ruled_out(settings, begins) or _ruled_out(settings, ends):
        return False
    return any(
        opens <= begins and ends <= closes
        for text in settings.windows
        for opens, closes in _around(text, begins)
    )


def _around(text: str, at: datetime) -> list[tuple[datetime, datetime]]:
    """The window as it stands yesterday and today; an end before its beginning is on the next day."""
    opens, closes = window_of(text)
    found = []
    for day in (at.date() - timedelta(days=1), at.date()):
        beginning = datetime.combine(day, opens, at.tzinfo)
        over = closes is None or closes <= opens
        end = datetime.combine(day + timedelta(days=over), closes or time.min, at.tzinfo)
        found.append((beginning, end))
    return found


def _ruled_out(settings: Throughput, at: datetime) -> bool:
    """The days named, and the evening before each."""
    days = (at.date(), at.date() + timedelta(days=1) if at.hour >= 12 else at.date())
    return any(first <= day <= last for first, last in map(days_of, settings.not_on) for day in days)
