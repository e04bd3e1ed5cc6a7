"""Names to addresses, one family at a time, without blocking: a dead resolver must not hold the other tests.

The C library's lookup would run in the process's few worker threads and stay there for half a minute each;
so the hosts file is read and the resolvers are asked here.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path

import dns.asyncresolver
import dns.exception
import dns.message
import dns.nameserver
import dns.resolver

from agent.probes.config import Resolver
from inventory.probes import Family

HOSTS = Path("/etc/hosts")
LIMIT_S = 5.0
RECORDS: dict[Family, str] = {"ipv4": "A", "ipv6": "AAAA"}


@dataclass(frozen=True, slots=True)
class Found:
    """The addresses of a name, or why there are none."""

    addresses: tuple[str, ...] = ()
    reason: str | None = None


class Names:
    """Looks up each name and family once while it lives (one round of tests).

    ``resolvers`` empty: those of /etc/resolv.conf. Search domains are not tried: names are whole.
    """

    def __init__(self, resolvers: Sequence[Resolver] = (), hosts: Path = HOSTS) -> None:
        self._resolvers = resolvers
        self._hosts = _hosts(hosts)
        self._asked: dict[tuple[str, Family], asyncio.Task[Found]] = {}

    async def addresses(self, host: str, family: Family) -> Found:
        """The addresses of this family; an address stands for itself."""
        host = host.strip("[]").rstrip(".").lower()
        if literal := _literal(host):
            fits = literal == family
            return Found((host,)) if fits else Found(reason="no_address")
        key = (host, family)
        if key not in self._asked:
            self._asked[key] = asyncio.create_task(self._look_up(host, family))
        return await asyncio.shield(self._asked[key])

    def close(self) -> None:
        """Give up what is still being looked up."""
        for task in self._asked.values():
            task.cancel()

    async def _look_up(self, host: str, family: Family) -> Found:
        if known := [address for address in self._hosts.get(host, ()) if _literal(address) == family]:
            return Found(tuple(known))
        try:
            resolver = self._stub()
            answer = await resolver.resolve(host, RECORDS[family], lifetime=LIMIT_S, search=False)
        except dns.resolver.NoAnswer:
            return Found(reason="no_address")
        except dns.exception.DNSException as error:
            return Found(reason=_reason(error))
        except (OSError, ValueError):
            return Found(reason="dns_error")
        return Found(tuple(sorted(row.address for row in answer)))

    def _stub(self) -> dns.asyncresolver.Resolver:
        if not self._resolvers:
            return dns.asyncresolver.Resolver()
        stub = dns.asyncresolver.Resolver(configure=False)
        stub.nameservers = [
            dns.nameserver.Do53Nameserver(item.address, item.port) for item in self._resolvers
        ]
        stub.timeout = 2.0
        return stub


def system_resolvers() -> list[Resolver]:
    """The resolvers of this computer (/etc/resolv.conf)."""
    try:
        found = dns.resolver.Resolver().nameservers
    except dns.exception.DNSException:
        return []
    return [Resolver(name=str(at).replace(":", "_"), address=str(at)) for at in found if _literal(str(at))]


def family_of(address: str) -> Family:
    """The family of an address."""
    return "ipv6" if ip_address(address.partition("%")[0]).version == 6 else "ipv4"


def _literal(host: str) -> Family | None:
    try:
        return family_of(host)
    except ValueError:
        return None


def _hosts(path: Path) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    try:
        lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return found
    for line in lines:
        address, *names = line.partition("#")[0].split() or [""]
        for name in names:
            found.setdefault(name.lower(), []).append(address)
    return found


def _reason(error: dns.exception.DNSException) -> str:
    reasons: dict[type[dns.exception.DNSException], str] = {
        dns.resolver.NXDOMAIN: "no_such_name",
        dns.resolver.NoNameservers: "servfail",
        dns.resolver.NoResolverConfiguration: "no_resolver",
        dns.exception.Timeout: "dns_timeout",
    }
    return next((reason for kind, reason in reasons.items() if isinstance(error, kind)), "dns_error")
