"""The links of one level of a site, how fast they are asked for, and hosts that nobody outside reaches."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network

from agent.probes.names import Names
from inventory.probes import Family

REQUEST_PAUSE_S = (0.5, 0.7)
"""Between two requests, at random in this range: never more than two a second."""

# Addresses that only the school's own network can reach: RFC 1918, RFC 6598, RFC 3927, RFC 4193, loopback.
PRIVATE: Sequence[IPv4Network | IPv6Network] = tuple(
    ip_network(text)
    for text in (
        *("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "169.254.0.0/16", "127.0.0.0/8"),
        *("fc00::/7", "fe80::/10", "::1/128"),
    )
)
FAMILIES: tuple[Family, Family] = ("ipv4", "ipv6")


@dataclass(slots=True)
class Pace:
    """Waits before every request but the first. ``sleep`` and ``rng`` are given by tests."""

    rng: random.Random
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    least_s: float = REQUEST_PAUSE_S[0]
    requests: int = 0

    async def wait(self) -> None:
        """Until the next request may go."""
        self.requests += 1
        if self.requests > 1:
            most_s = max(REQUEST_PAUSE_S[1], self.least_s * 1.2)
            await self.sleep(self.rng.uniform(self.least_s, most_s))


@dataclass(slots=True)
class Level:
    """The links of one level. ``broken`` answer an error over both families: the site's fault, not IPv6's."""

    found: int = 0
    good: int = 0
    failing: list[str] = field(default_factory=list)
    private: list[str] = field(default_factory=list)
    broken: int = 0
    forbidden: int = 0

    @property
    def counted(self) -> int:
        """Links that IPv6 is judged by."""
        return self.good + len(self.failing) + len(self.private)

    @property
    def share(self) -> float | None:
        """The share that answers over IPv6; None without any."""
        return round(self.good / self.counted, 4) if self.counted else None


async def is_private(host: str, names: Names, private: Sequence[IPv4Network | IPv6Network]) -> bool:
    """Whether a host has addresses, and only such as cannot be reached from outside."""
    found = [address for family in FAMILIES for address in (await names.addresses(host, family)).addresses]
    addresses = [ip_address(address) for address in found]
    return bool(addresses) and all(any(at in net for net in private) for at in addresses)
