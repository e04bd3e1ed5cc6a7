"""One TCP connection over one IP version: how long it took, or which way it failed."""

from __future__ import annotations

import asyncio
import errno
import socket
import ssl
import time
from collections.abc import Iterator
from dataclasses import dataclass
from ipaddress import IPv6Address, ip_address

from agent.mibs.inet import scope_of
from agent.probes.names import Names, family_of
from agent.probes.route import UNKNOWN, Route, route_to
from inventory.probes import Family

LIMIT_S = 5.0
ADDRESSES_TRIED = 3
"""Addresses of one name that are tried before it counts as failed."""

_REASONS = {
    errno.ECONNREFUSED: "refused",
    errno.ETIMEDOUT: "timeout",
    errno.ENETUNREACH: "unreachable",
    errno.EHOSTUNREACH: "unreachable",
    errno.EINVAL: "no_route",  # what connect() says of a blackhole route
    errno.EADDRNOTAVAIL: "no_source",
    errno.EACCES: "prohibited",
    errno.EPERM: "prohibited",
    errno.ECONNRESET: "reset",
    errno.EPIPE: "reset",
}


@dataclass(frozen=True, slots=True)
class Connected:
    """What became of it. ``ms`` is the time of the three-way handshake of the connection that succeeded."""

    ms: float | None = None
    reason: str | None = None
    address: str | None = None
    route: Route = UNKNOWN

    @property
    def details(self) -> dict[str, str | int | float]:
        """How the packets went: the other end, our own address and its scope, the interface."""
        found: dict[str, str | int | float | None] = {
            "address": self.address,
            "source": self.route.source,
            "source_scope": _scope(self.route.source),
            "interface": self.route.interface,
        }
        return {name: value for name, value in found.items() if value is not None}


async def connect(host: str, port: int, family: Family, names: Names, limit_s: float = LIMIT_S) -> Connected:
    """The first address of the host, of this family, that takes a connection."""
    found = await names.addresses(host, family)
    last = Connected(reason=found.reason)
    for address in found.addresses[:ADDRESSES_TRIED]:
        last = await connect_to(address, port, limit_s)
        if last.reason is None:
            return last
    return last


async def connect_to(address: str, port: int, limit_s: float = LIMIT_S) -> Connected:
    """One connection to one address, closed at once."""
    route = route_to(address)
    kind = socket.AF_INET6 if family_of(address) == "ipv6" else socket.AF_INET
    loop = asyncio.get_running_loop()
    with socket.socket(kind, socket.SOCK_STREAM) as sock:
        sock.setblocking(False)
        began = time.perf_counter()
        try:
            async with asyncio.timeout(limit_s):
                await loop.sock_connect(sock, (address, port))
        except (OSError, TimeoutError) as error:
            return Connected(reason=route.reason or reason_of(error), address=address, route=route)
        return Connected(ms=(time.perf_counter() - began) * 1000, address=address, route=route)


def reason_of(error: BaseException) -> str:
    """The reason code of an error of the network, found along its causes."""
    for cause in _causes(error):
        if isinstance(cause, ssl.SSLCertVerificationError):
            return "certificate"
        if isinstance(cause, ssl.SSLError):
            return "tls"
        if isinstance(cause, OSError) and cause.errno in _REASONS:
            return _REASONS[cause.errno]
        if isinstance(cause, TimeoutError):
            return "timeout"
    return "network_error"


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    for _depth in range(10):
        if error is None:
            return
        yield error
        error = error.__cause__ or error.__context__


def _scope(source: str | None) -> str | None:
    address = ip_address(source) if source else None
    return scope_of(address) if isinstance(address, IPv6Address) else None
