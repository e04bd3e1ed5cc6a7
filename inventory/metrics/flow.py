"""Rates of ports from their counters, by the counter rules (metric-catalogue 3.2): what is doubtful is left
out, never 0.

A rate is the mean over one poll interval, in whole bit/s, and named by the slot in which the interval begins.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from typing import cast

from inventory.facts import PORT
from inventory.metrics.look import Look, value_at
from inventory.metrics.ports import members_of, same_port, short_name

IN, OUT = "in_octets", "out_octets"
OVER_SPEED_BP = 10_500
"""A port may seem this much faster than it is: its clock and its counters are not read at the same moment."""
LEAST_SLACK_S, MOST_SLACK_S = 5.0, 30.0
"""How far the times of two polls may be off from their slots."""

Number = int | float
Samples = Sequence[tuple[int, Number]]
Rates = list[tuple[int, int]]
"""(slot, bit/s), oldest first."""


def rates(look: Look, device: str, subject: str, key: str, start: int, end: int) -> Rates:
    """What a port or aggregate carried in each interval that begins from ``start`` until before ``end``.

    ``subject`` is that of the port ("port:<name>") and ``key`` a counter of octets (inventory.facts); of an
    aggregate the sum of its members in the intervals in which every one of them tells."""
    members = members_of(look.facts(device), subject)
    if not members:
        return port_rates(look, device, subject, key, start, end)
    parts = {member: dict(port_rates(look, device, member, key, start, end)) for member in members}
    told = {slot for part in parts.values() for slot in part}
    if not told:
        return port_rates(look, device, subject, key, start, end)
    return summed(_as_member(look, device, member, subject, part, told) for member, part in parts.items())


def port_rates(look: Look, device: str, subject: str, key: str, start: int, end: int) -> Rates:
    """The same of one port by its own counter, and within its own speed."""
    where = ("rates", device, subject, key, start, end)
    return cast(Rates, look.keep(where, lambda: _port_rates(look, device, subject, key, start, end)))


def counter_rates(
    samples: Samples, uptimes: Mapping[int, Number], interval_s: int, *, per_count: int = 8
) -> Rates:
    """Rates of a counter's samples: ``per_count`` bits for each count. Void (left out) are intervals in which
    a sample is missing, sysUpTime went back or began anew, or the counter went back."""
    found: Rates = []
    for (t0, n0), (t1, n1) in pairwise(_one_a_slot(samples, interval_s)):
        slot = t0 // interval_s * interval_s
        if t1 // interval_s * interval_s != slot + interval_s or n1 < n0:
            continue
        seconds = elapsed_s(t1 - t0, uptimes.get(t0), uptimes.get(t1))
        if seconds is not None:
            found.append((slot, round((n1 - n0) * per_count / seconds)))
    return found


def elapsed_s(clock_s: float, before: Number | None, after: Number | None) -> float | None:
    """Seconds between two samples by the device's own clock (sysUpTime), else by their slots; None where it
    began anew in between."""
    if before is None or after is None or before == after == 0:
        return clock_s
    slack = min(max(LEAST_SLACK_S, clock_s / 10), MOST_SLACK_S)
    if after <= before or after < clock_s - slack:
        return None
    return after - before


def summed(parts: Iterable[Mapping[int, int]]) -> Rates:
    """Sums over the slots that all parts have."""
    kept = list(parts)
    shared = set(kept[0]).intersection(*kept[1:]) if kept else set()
    return [(slot, sum(part[slot] for part in kept)) for slot in sorted(shared)]


def uptimes(look: Look, device: str, start: int, end: int) -> Mapping[int, Number]:
    """sysUpTime of a device by slot, seconds."""

    def read() -> Mapping[int, Number]:
        return dict(look.snapshot.series.values(device, "", "uptime_s", start, end))

    return cast("Mapping[int, Number]", look.keep(("uptimes", device, start, end), read))


def _port_rates(look: Look, device: str, subject: str, key: str, start: int, end: int) -> Rates:
    interval_s = look.snapshot.interval_s
    after = end + interval_s
    samples = look.snapshot.series.values(device, subject, key, start, after)
    if not samples:
        return []
    found = counter_rates(samples, uptimes(look, device, start, after), interval_s)
    return [(slot, rate) for slot, rate in found if slot < end and _fits(look, device, subject, slot, rate)]


def _fits(look: Look, device: str, subject: str, slot: int, rate: int) -> bool:
    """Not more than the port can carry, by its speed at either end of the interval."""
    spans = look.spans(device, subject, "speed_mbps")
    known = [value_at(spans, at) for at in (slot, slot + look.snapshot.interval_s)]
    speed = max((mbps for mbps in known if isinstance(mbps, int | float)), default=0)
    return not speed or rate * 10_000 <= round(speed * 1_000_000) * OVER_SPEED_BP


def _one_a_slot(samples: Samples, interval_s: int) -> list[tuple[int, Number]]:
    """The first sample of each poll interval: an agent may poll more often than polls are counted."""
    kept: dict[int, tuple[int, Number]] = {}
    for at, number in samples:
        kept.setdefault(at // interval_s, (at, number))
    return list(kept.values())


def _as_member(
    look: Look, device: str, port: str, aggregate: str, part: Mapping[int, int], told: Iterable[int]
) -> dict[int, int]:
    """What a port carried for an aggregate: nothing while it was no member of it."""
    names = {aggregate.removeprefix(PORT).casefold(), short_name(aggregate.removeprefix(PORT))}
    spans = look.spans(device, port, "lag")
    carried = {slot: part.get(slot) if same_port(value_at(spans, slot), names) else 0 for slot in told}
    return {slot: rate for slot, rate in carried.items() if rate is not None}
