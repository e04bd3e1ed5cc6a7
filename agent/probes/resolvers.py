"""Whether the resolvers that clients are given answer AAAA, over the transport of their own address (C7).

Each name has two seconds. A question is sent again after half of that: one lost datagram is no verdict. An
answer that was cut short is asked for over TCP.
"""

from __future__ import annotations

import asyncio
import socket
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import IPv6Address, ip_address
from statistics import median_low

import dns.asyncbackend
import dns.asyncquery
import dns.exception
import dns.flags
import dns.inet
import dns.message
import dns.rcode
import dns.rdatatype

from agent.mibs.inet import scope_of
from agent.probes.config import Resolver
from agent.probes.connect import reason_of
from agent.probes.names import family_of
from inventory.probes import ProbeResult

LIMIT_S = 2.0
NAMES_AT_ONCE = 4

_RCODES = {
    dns.rcode.NXDOMAIN: "no_such_name",
    dns.rcode.SERVFAIL: "servfail",
    dns.rcode.REFUSED: "dns_refused",
}


@dataclass(frozen=True, slots=True)
class Told:
    """What a resolver said of one name. ``reason`` None: at least one address of the kind asked for."""

    addresses: tuple[str, ...] = ()
    reason: str | None = None
    ms: float | None = None
    truncated: bool = False


async def probe_resolver(
    resolver: Resolver, names: Sequence[str], at: str, limit_s: float = LIMIT_S
) -> ProbeResult:
    """The share of names for which a resolver gives a global IPv6 address in time. ``ok``: of all of them."""
    gate = asyncio.Semaphore(NAMES_AT_ONCE)

    async def one(name: str) -> Told:
        async with gate:
            return with_global(await ask(resolver, name, "AAAA", limit_s))

    told = await asyncio.gather(*(one(name) for name in names))
    good = [item for item in told if item.reason is None]
    reasons = Counter(item.reason for item in told if item.reason)
    return ProbeResult(
        kind="dns",
        name=resolver.name,
        family=family_of(resolver.address),
        target=resolver.address,
        at=at,
        ok=len(good) == len(told) if told else None,
        value=round(len(good) / len(told), 4) if told else None,
        unit="ratio",
        reason=reasons.most_common(1)[0][0] if reasons else None,
        details=_details(names, told),
    )


def with_global(told: Told) -> Told:
    """The answer, failed where none of its addresses is global (2000::/3)."""
    if told.reason or any(_is_global(address) for address in told.addresses):
        return told
    return Told(told.addresses, "not_global", told.ms, told.truncated)


async def ask(resolver: Resolver, name: str, record: str, limit_s: float = LIMIT_S) -> Told:
    """The addresses (A, AAAA) or names (NS) that a resolver knows under a name."""
    began = time.perf_counter()
    truncated = False
    try:
        question = dns.message.make_query(name, record, use_edns=0, payload=1232)
        async with asyncio.timeout(limit_s):
            answer = await _over_udp(question, resolver, limit_s)
            if truncated := bool(answer.flags & dns.flags.TC):
                answer = await dns.asyncquery.tcp(question, resolver.address, port=resolver.port)
    except (TimeoutError, dns.exception.Timeout):
        return Told(reason="truncated" if truncated else "dns_timeout", truncated=truncated)
    except OSError as error:
        return Told(reason="truncated" if truncated else reason_of(error), truncated=truncated)
    except (dns.exception.DNSException, EOFError, ValueError):
        return Told(reason="truncated" if truncated else "dns_error", truncated=truncated)
    ms = (time.perf_counter() - began) * 1000
    return _read(answer, ms, truncated)


async def _over_udp(
    question: dns.message.QueryMessage, resolver: Resolver, limit_s: float
) -> dns.message.Message:
    """The first answer to two sendings; a refusal (ICMP) counts at once."""
    tries = {asyncio.create_task(_one_datagram(question, resolver))}
    try:
        done, _waiting = await asyncio.wait(tries, timeout=limit_s / 2)
        if not done:
            tries.add(asyncio.create_task(_one_datagram(question, resolver)))
            done, _waiting = await asyncio.wait(tries, return_when=asyncio.FIRST_COMPLETED)
        return done.pop().result()
    finally:
        for task in tries:
            task.cancel()
        await asyncio.gather(*tries, return_exceptions=True)


async def _one_datagram(question: dns.message.QueryMessage, resolver: Resolver) -> dns.message.Message:
    """Over a connected socket, so that the kernel reports a closed port and drops strangers' datagrams."""
    kind = dns.inet.af_for_address(resolver.address)
    there = (resolver.address, resolver.port)
    backend = dns.asyncbackend.get_default_backend()
    # The library leaves this one function without types.
    made = await backend.make_socket(kind, socket.SOCK_DGRAM, 0, None, there)  # type: ignore[no-untyped-call]
    async with made as sock:
        return await dns.asyncquery.udp(
            question, resolver.address, port=resolver.port, sock=sock, ignore_errors=True
        )


def _read(answer: dns.message.Message, ms: float, truncated: bool) -> Told:
    code = answer.rcode()
    if code not in (dns.rcode.NOERROR, dns.rcode.NXDOMAIN):
        return Told(reason=_RCODES.get(code, "dns_error"), ms=ms, truncated=truncated)
    if not isinstance(answer, dns.message.QueryMessage):
        return Told(reason="dns_error", ms=ms, truncated=truncated)
    try:
        rows = answer.resolve_chaining().answer
    except dns.exception.DNSException:
        return Told(reason="dns_error", ms=ms, truncated=truncated)
    if not rows:
        reason = "no_such_name" if code == dns.rcode.NXDOMAIN else "no_address"
        return Told(reason=reason, ms=ms, truncated=truncated)
    return Told(tuple(sorted(row.to_text() for row in rows)), ms=ms, truncated=truncated)


def _is_global(address: str) -> bool:
    found = ip_address(address)
    return isinstance(found, IPv6Address) and scope_of(found) == "global"


def _details(names: Sequence[str], told: Sequence[Told]) -> dict[str, str | int | float]:
    times = [item.ms for item in told if item.ms is not None]
    found: dict[str, str | int | float] = {"names": len(told)}
    if times:
        found["median_ms"] = round(median_low(times), 3)
    if over_tcp := sum(item.truncated for item in told):
        found["truncated"] = over_tcp
    return found | {f"answer {name}": item.reason or "ok" for name, item in zip(names, told, strict=True)}
