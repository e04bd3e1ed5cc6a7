"""Reference targets over TCP (A8, C8), and how IPv6 compares with IPv4 towards the same hosts (C9)."""

from __future__ import annotations

import asyncio
from collections import Counter
from dataclasses import dataclass
from statistics import median_low

from agent.mibs.inet import scope_of
from agent.probes.config import TcpTarget
from agent.probes.connect import Connected, connect
from agent.probes.names import Names
from agent.probes.route import own_ipv6
from inventory.probes import Family, ProbeResult

PARITY_TRIES = 10
PARITY_PAUSE_S = 0.2
"""Between two pairs of connections: a burst would measure the far end's defences."""


async def probe_tcp(target: TcpTarget, family: Family, at: str, names: Names) -> ProbeResult:
    """One connection to a target over one IP version; ``value`` is the handshake in milliseconds."""
    made = await connect(target.host, target.port, family, names)
    return ProbeResult(
        kind="tcp",
        name=target.name,
        family=family,
        target=f"{target.host} {target.port}/tcp",
        at=at,
        ok=made.reason is None,
        value=None if made.ms is None else round(made.ms, 3),
        unit="ms",
        reason=made.reason,
        details=made.details | (_own() if family == "ipv6" else {}),
    )


def _own() -> dict[str, str | int | float]:
    """How many global IPv6 addresses this computer has: without any, a failure says nothing of the network
    beyond its own."""
    return {"own_global": sum(scope_of(address) == "global" for address in own_ipv6())}


@dataclass(frozen=True, slots=True)
class _Side:
    """One family's part of a comparison."""

    ms: float | None
    loss: float
    reason: str | None


async def probe_parity(
    target: TcpTarget, at: str, names: Names, *, tries: int = PARITY_TRIES, pause_s: float = PARITY_PAUSE_S
) -> ProbeResult:
    """(time6 - time4) / time4 of the median handshake, with the loss of both families in the details.

    The families take turns, so that a moment's congestion meets both. ``ok`` is None where IPv4 gives
    nothing to compare with, or where the host has no IPv6 address at all.
    """
    made: dict[Family, list[Connected]] = {"ipv4": [], "ipv6": []}
    for number in range(tries):
        if number:
            await asyncio.sleep(pause_s)
        for family, list_of in made.items():
            list_of.append(await connect(target.host, target.port, family, names))
        if any(list_of[0].address is None for list_of in made.values()):
            break
    v4, v6 = _side(made["ipv4"]), _side(made["ipv6"])
    has_both = all(list_of[0].address for list_of in made.values())
    return ProbeResult(
        kind="parity",
        name=target.name,
        family="both",
        target=f"{target.host} {target.port}/tcp",
        at=at,
        ok=None if not has_both or v4.ms is None else v6.ms is not None,
        value=None if v4.ms is None or v6.ms is None else round((v6.ms - v4.ms) / v4.ms, 3),
        unit="ratio",
        reason=v6.reason or v4.reason,
        details=_details(v4, v6, len(made["ipv4"])),
    )


def _side(made: list[Connected]) -> _Side:
    times = [item.ms for item in made if item.ms is not None]
    reasons = Counter(item.reason for item in made if item.reason)
    return _Side(
        ms=median_low(times) if times else None,
        loss=1 - len(times) / len(made),
        reason=reasons.most_common(1)[0][0] if reasons and not times else None,
    )


def _details(v4: _Side, v6: _Side, tries: int) -> dict[str, str | int | float]:
    found: dict[str, str | int | float | None] = {
        "tries": tries,
        "ipv4_ms": None if v4.ms is None else round(v4.ms, 3),
        "ipv6_ms": None if v6.ms is None else round(v6.ms, 3),
        "ipv4_loss": round(v4.loss, 3),
        "ipv6_loss": round(v6.loss, 3),
        "ipv4_reason": v4.reason,
        "ipv6_reason": v6.reason,
    }
    return {name: value for name, value in found.items() if value is not None}
