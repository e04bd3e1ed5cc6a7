"""Whether every zone on the way to a name has a name server with an IPv6 address (C10, 4).

A client without IPv4 follows the delegation itself, or its resolver does: one zone that is served over IPv4
alone cuts the name off.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import dns.exception
import dns.name

from agent.probes.config import Resolver
from agent.probes.resolvers import Told, ask, with_global

SERVERS_ASKED = 8
"""Name servers of one zone that are asked for; zones have at most 13."""
ZONES_ASKED = 8
LIMIT_S = 5.0

Ask = Callable[[str, str], Awaitable[Told]]
_NOTHING_THERE = frozenset({"no_address", "no_such_name"})


@dataclass(frozen=True, slots=True)
class Delegation:
    """The zones on the way, from the top; those without IPv6; those of which nobody could tell."""

    zones: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()

    @property
    def ok(self) -> bool | None:
        """Every zone has one; None where that is not known of some."""
        if self.without:
            return False
        return None if self.unknown or not self.zones else True


def asker(resolver: Resolver) -> Ask:
    """Questions to one resolver."""

    async def question(name: str, record: str) -> Told:
        return await ask(resolver, name, record, LIMIT_S)

    return question


async def delegation(host: str, question: Ask) -> Delegation:
    """The delegation of a host name, the root aside. A name that has no NS records is no zone."""
    zones: list[str] = []
    without: list[str] = []
    unknown: list[str] = []
    for zone in _suffixes(host):
        told = await question(zone, "NS")
        if told.reason in _NOTHING_THERE:
            continue
        zones.append(zone)
        reachable = None if told.reason else await _has_ipv6(told.addresses, question)
        if reachable is None:
            unknown.append(zone)
        elif not reachable:
            without.append(zone)
    return Delegation(tuple(zones), tuple(without), tuple(unknown))


async def _has_ipv6(servers: tuple[str, ...], question: Ask) -> bool | None:
    certain = True
    for server in servers[:SERVERS_ASKED]:
        told = with_global(await question(server, "AAAA"))
        if told.reason is None:
            return True
        certain = certain and told.reason in (*_NOTHING_THERE, "not_global")
    return False if certain else None


def _suffixes(host: str) -> list[str]:
    """cn, edu.cn, school.edu.cn, www.school.edu.cn."""
    try:
        labels = dns.name.from_text(host).labels[:-1]
    except dns.exception.DNSException:
        return []
    names = [
        dns.name.Name((*labels[start:], b"")).to_text(omit_final_dot=True) for start in range(len(labels))
    ]
    return names[::-1][:ZONES_ASKED]
