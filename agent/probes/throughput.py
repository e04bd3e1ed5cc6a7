"""What the link carries (A3): iperf3 to the county's server, both ways, and what the number proves.

A number is always a lower bound of what the link can do. It is valid, "not more than this" too, only when
nothing but the link can have held it back: card, processors and other traffic. Otherwise ``ok`` is None with
the reason, and ``details["bound"]`` says "lower".
"""

from __future__ import annotations

import asyncio
from collections.abc import Set
from dataclasses import dataclass
from datetime import datetime

import msgspec

from agent.probes.config import Throughput
from agent.probes.cpu import Load, load_between, ticks
from agent.probes.iperf import OMIT_S, Direction, Run, program, run_iperf
from agent.probes.names import Names
from agent.probes.route import nic_mbps, route_to
from agent.probes.window import may_run
from inventory.probes import Family, ProbeResult

_SETUP_S = 10
_AGAIN_AFTER_S = (1.0, 2.0, 4.0, 8.0)
_MAY_PASS = frozenset({"server_busy"})
_MAY_PASS_AFTER_OURS = frozenset({"server_busy", "no_server", "test_failed"})
"""A server serves one test at a time. After ours it may be busy with its rest for a moment, or be between
closing its port and opening it again (seen with iperf3 3.12 on a slow line)."""
CORE_FULL = 0.98
"""Share above which one processor counts as the end of the test."""


@dataclass(frozen=True, slots=True)
class Conditions:
    """What a test is made under. ``busy_ratio`` is the uplink's use before, 0..1; None: not known."""

    address: str
    interface: str | None
    nic_mbps: float | None
    busy_ratio: float | None


@dataclass(frozen=True, slots=True)
class Way:
    """One direction: iperf3's own word, and this computer's processors meanwhile."""

    run: Run
    load: Load | None


def test_s(settings: Throughput) -> float:
    """Seconds that a test of one family takes at the most, when nothing goes wrong."""
    return 2 * (settings.seconds + OMIT_S) + _SETUP_S


async def probe_throughput(
    settings: Throughput,
    family: Family,
    now: datetime,
    at: str,
    names: Names,
    *,
    busy_ratio: float | None = None,
    binary: str | None = None,
) -> ProbeResult:
    """The weaker direction in Mbit/s of TCP payload. ``busy_ratio``: how busy the uplink was before, 0..1."""
    blank = ProbeResult(
        kind="throughput",
        name=settings.name,
        family=family,
        target=f"{settings.server} {settings.port}/tcp",
        at=at,
        ok=None,
        unit="Mbit/s",
    )
    if not may_run(settings, now, test_s(settings)):
        return _not_made(blank, "outside_window")
    if busy_ratio is not None and busy_ratio >= settings.max_busy_ratio:
        return _not_made(blank, "link_busy", busy_ratio=round(busy_ratio, 3))
    if (binary := binary or program()) is None:
        return _not_made(blank, "iperf3_missing")
    found = await names.addresses(settings.server, family)
    if not found.addresses:
        return _not_made(blank, found.reason or "no_address")
    route = route_to(found.addresses[0])
    if route.reason:
        return _not_made(blank, route.reason)
    nic = settings.nic_mbps or nic_mbps(route.interface)
    under = Conditions(found.addresses[0], route.interface, nic, busy_ratio)
    ways: dict[Direction, Way] = {}
    for direction in ("up", "down"):
        ways[direction] = await _way(
            settings, binary, under.address, direction, _MAY_PASS_AFTER_OURS if ways else _MAY_PASS
        )
        if ways[direction].run.mbps is None:
            break
    return judged(blank, settings, under, ways)


async def _way(
    settings: Throughput, binary: str, address: str, direction: Direction, may_pass: Set[str]
) -> Way:
    """One direction, tried again a few times while the server says what may pass by itself."""
    for wait_s in (*_AGAIN_AFTER_S, None):
        before = ticks()
        run = await run_iperf(
            binary, address, settings.port, direction, streams=settings.streams, seconds=settings.seconds
        )
        if run.reason not in may_pass or wait_s is None:
            break
        await asyncio.sleep(wait_s)
    return Way(run, load_between(before, ticks()))


def judged(
    blank: ProbeResult, settings: Throughput, under: Conditions, ways: dict[Direction, Way]
) -> ProbeResult:
    """The result with its validity."""
    failed = next((way.run.reason for way in ways.values() if way.run.mbps is None), None)
    details = _details(settings, under, ways)
    if failed or len(ways) < 2:
        return msgspec.structs.replace(blank, reason=failed or "test_failed", details=details)
    doubt = _doubt(settings, under, list(ways.values()))
    return msgspec.structs.replace(
        blank,
        ok=None if doubt else True,
        value=round(min(way.run.mbps or 0.0 for way in ways.values()), 1),
        reason=doubt,
        details=details | {"bound": "lower" if doubt else "exact"},
    )


def _not_made(blank: ProbeResult, reason: str, **details: str | int | float) -> ProbeResult:
    """A test that was not made, and why."""
    return msgspec.structs.replace(blank, reason=reason, details=dict(details))


def _doubt(settings: Throughput, under: Conditions, ways: list[Way]) -> str | None:
    """Why the number may be less than what the link can do; the first reason that applies."""
    full = settings.max_cpu_ratio
    used = [share for way in ways for share in (way.run.host_cpu, way.run.server_cpu) if share is not None]
    loads = [way.load for way in ways if way.load is not None]
    doubts = (
        ("probe_nic_unknown", under.nic_mbps is None),
        ("probe_nic_too_slow", (under.nic_mbps or 0) < settings.reference_mbps),
        ("cpu_bound", any(share >= full for share in used)),
        ("cpu_bound", any(load.whole >= full or load.busiest >= CORE_FULL for load in loads)),
        ("link_load_unknown", under.busy_ratio is None),
    )
    return next((reason for reason, applies in doubts if applies), None)


def _details(
    settings: Throughput, under: Conditions, ways: dict[Direction, Way]
) -> dict[str, str | int | float]:
    found: dict[str, str | int | float | None] = {
        "server": under.address,
        "streams": settings.streams,
        "seconds": settings.seconds,
        "reference_mbps": settings.reference_mbps,
        "interface": under.interface,
        "nic_mbps": under.nic_mbps,
        "busy_ratio": None if under.busy_ratio is None else round(under.busy_ratio, 3),
    }
    for name, way in ways.items():
        found |= {
            "iperf3": way.run.version or None,
            f"{name}_mbps": _rounded(way.run.mbps, 1),
            f"{name}_retransmits": way.run.retransmits,
            f"{name}_iperf_cpu": _rounded(way.run.host_cpu),
            f"{name}_server_cpu": _rounded(way.run.server_cpu),
            f"{name}_cpu": _rounded(way.load.whole if way.load else None),
            f"{name}_busiest_core": _rounded(way.load.busiest if way.load else None),
        }
    return {name: value for name, value in found.items() if value is not None}


def _rounded(value: float | None, places: int = 3) -> float | None:
    return None if value is None else round(value, places)
