"""How a campus is now, for screens and alarms: figures beside the verdicts, by its newest polls.

Nothing here is compared with a target. What is old is left out by who shows it: a campus whose agent has been
silent for three polls has no figures of now (metric-catalogue 3.4, live gauges).
"""

from __future__ import annotations

from collections import Counter

from inventory.metrics.look import Look
from inventory.register import Campus

NOW_POLLS = 3
"""Within so many polls a device answers, or does not answer, "now"."""

DEVICE_STATES = ("answering", "silent", "unread")
"""The newest poll was answered; it was not, while others were; no poll told."""

DevicesNow = tuple[str, str, int]
"""role, state, how many"""


def devices_now(look: Look, campus: Campus) -> tuple[DevicesNow, ...]:
    """Devices in service that agents poll by themselves, counted by role and state; access points are their
    controllers' to tell of (``aps_online_now``)."""
    states = Counter(
        (device.role, _state(look, device.id))
        for device in campus.devices
        if device.status == "in_service" and device.role != "ap"
    )
    return tuple((role, state, count) for (role, state), count in sorted(states.items()))


def _state(look: Look, device: str) -> str:
    view = look.snapshot
    if device not in view.polls:
        return "unread"
    step = view.interval_s
    newest = int(view.as_of) // step * step
    oldest = newest - (NOW_POLLS - 1) * step
    slots = range(oldest, newest + step, step)
    ok, down = view.polls_of(device).masks(slots, ((oldest, NOW_POLLS),))
    if ok > down:
        return "answering"
    look.stale_at.append(newest + step)  # its next answer is no news to whoever waits for changes
    return "silent" if down else "unread"
