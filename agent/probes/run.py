"""One round of active tests: all that are due, side by side, each with its own end.

A load test would spoil what the others measure, so those come last, one after the other.
"""

from __future__ import annotations

import asyncio
import random
import ssl
from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial

import msgspec

from agent.probes.config import ProbesSettings, Resolver, TcpTarget
from agent.probes.crawl import probe_site
from agent.probes.delegation import asker
from agent.probes.links import FAMILIES
from agent.probes.names import Names, family_of, system_resolvers
from agent.probes.resolvers import probe_resolver
from agent.probes.tcp import probe_parity, probe_tcp
from agent.probes.throughput import probe_throughput, test_s
from agent.probes.web import Browser, probe_page, tls_context
from agent.probes.window import may_run
from inventory.log import get_logger
from inventory.probes import Family, ProbeKind, ProbeResult

log = get_logger(__name__)

Make = Callable[[], Awaitable[ProbeResult]]
_LIMITS_S: Mapping[ProbeKind, float] = {
    "tcp": 30.0,
    "dns": 60.0,
    "http": 60.0,
    "parity": 180.0,
    "throughput": 900.0,
}
SITES_AT_ONCE = 2
"""Sites crawled at the same time, beside the other tests; a crawl takes minutes."""
_CRAWL_EXTRA_S = 300.0
"""For the home page and the delegation, beside the crawl's own limit."""


@dataclass(frozen=True, slots=True)
class Due:
    """One test to be made; ``blank`` is its result when it cannot even end."""

    blank: ProbeResult
    limit_s: float
    make: Make


def due_kinds(
    settings: ProbesSettings, now: float, done_at: Mapping[ProbeKind, float]
) -> frozenset[ProbeKind]:
    """The kinds whose interval is over, the load test only in its hours. ``now`` and ``done_at`` are seconds
    since 1970."""
    every: dict[ProbeKind, int] = {
        "tcp": settings.intervals.tcp_s,
        "dns": settings.intervals.dns_s,
        "http": settings.intervals.http_s,
        "parity": settings.intervals.parity_s,
        "throughput": settings.intervals.throughput_s,
        "crawl": settings.intervals.crawl_s,
    }
    over = {kind for kind, seconds in every.items() if now - done_at.get(kind, 0.0) >= seconds}
    load = settings.throughput
    if load is None or not may_run(load, datetime.fromtimestamp(now, UTC), test_s(load)):
        over.discard("throughput")
    return frozenset(over)


async def run_probes(
    settings: ProbesSettings,
    due: Collection[ProbeKind],
    now: datetime,
    *,
    busy_ratio: float | None = None,
    rng: random.Random | None = None,
) -> list[ProbeResult]:
    """The results of all tests of these kinds, in the order of the configuration. Never raises for what a
    network does; returns when the slowest has ended, so a crawl or a load test is best called for alone.
    ``busy_ratio``: how busy the uplink was in the last minutes, 0..1, for the load test."""
    names = Names(settings.resolvers)
    gate, sites = asyncio.Semaphore(settings.at_once), asyncio.Semaphore(SITES_AT_ONCE)
    try:
        tests = tests_of(settings, due, now, names, rng or random.SystemRandom())
        gates = [sites if test.blank.kind == "crawl" else gate for test in tests]
        results = await asyncio.gather(*map(_ended, tests, gates))
        if "throughput" in due and settings.throughput:
            results += [await _ended(test, gate) for test in _load_tests(settings, now, names, busy_ratio)]
        return results
    finally:
        names.close()


def tests_of(
    settings: ProbesSettings, due: Collection[ProbeKind], now: datetime, names: Names, rng: random.Random
) -> list[Due]:
    """All tests that are due but those that load the link."""
    at = iso(now)
    tls = _tls(settings) if {"http", "crawl"} & set(due) else None
    tests: list[Due] = []
    if "tcp" in due:
        for target in settings.tcp:
            tests += [_tcp(target, family, at, names) for family in families_of(target.host)]
    if "dns" in due and settings.names:
        resolvers = settings.resolvers or tuple(system_resolvers())
        tests += [_dns(resolver, settings, at) for resolver in resolvers]
        present = {family_of(resolver.address) for resolver in resolvers}
        tests += [_no_resolver(family, at) for family in FAMILIES if family not in present]
    if "parity" in due:
        tests += [_parity(target, at, names) for target in settings.dual_stack]
    if tls and "http" in due:
        tests += _pages(settings, at, Browser(names, tls))
    if tls and "crawl" in due:
        tests += _sites(settings, at, Browser(names, tls), rng)
    return tests


def families_of(host: str) -> tuple[Family, ...]:
    """The IP versions that a target can be tried over: one for an address, both for a name."""
    try:
        return (family_of(host),)
    except ValueError:
        return FAMILIES


def iso(now: datetime) -> str:
    """UTC, to the second, as in a reading."""
    return now.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def _tls(settings: ProbesSettings) -> ssl.SSLContext:
    """With the county's own CA where its file can be read; else its sites fail by their certificates."""
    try:
        return tls_context(settings.ca_file)
    except OSError as error:
        log.error("%s: the certificate authority cannot be read: %s", settings.ca_file, error)
        return tls_context(None)


def _tcp(target: TcpTarget, family: Family, at: str, names: Names) -> Due:
    blank = _blank("tcp", target.name, family, target.host, at)
    return Due(blank, _LIMITS_S["tcp"], partial(probe_tcp, target, family, at, names))


def _dns(resolver: Resolver, settings: ProbesSettings, at: str) -> Due:
    blank = _blank("dns", resolver.name, family_of(resolver.address), resolver.address, at)
    return Due(blank, _LIMITS_S["dns"], partial(probe_resolver, resolver, settings.names, at))


def _no_resolver(family: Family, at: str) -> Due:
    """Clients are handed no resolver of this family: worth knowing, and no failure by itself."""
    blank = _blank("dns", "none", family, "", at)

    async def told() -> ProbeResult:
        return msgspec.structs.replace(blank, reason="no_resolver")

    return Due(blank, _LIMITS_S["dns"], told)


def _parity(target: TcpTarget, at: str, names: Names) -> Due:
    blank = _blank("parity", target.name, "both", target.host, at)
    return Due(blank, _LIMITS_S["parity"], partial(probe_parity, target, at, names))


def _pages(settings: ProbesSettings, at: str, browser: Browser) -> list[Due]:
    """Pages over both families; registered sites are pages too: that is their daily dial test."""
    return [
        Due(
            _blank("http", page.name, family, page.url, at),
            _LIMITS_S["http"],
            partial(probe_page, page, family, at, browser),
        )
        for page in (*settings.http, *settings.site)
        for family in FAMILIES
    ]


def _sites(settings: ProbesSettings, at: str, browser: Browser, rng: random.Random) -> list[Due]:
    resolver = next(iter(settings.resolvers or system_resolvers()), None)
    question, limit_s = asker(resolver) if resolver else None, settings.crawl_limit_s
    return [
        Due(
            _blank("crawl", site.name, "ipv6", site.url, at),
            limit_s + _CRAWL_EXTRA_S,
            partial(probe_site, site, at, browser, question, rng=rng, limit_s=limit_s),
        )
        for site in settings.site
    ]


def _load_tests(settings: ProbesSettings, now: datetime, names: Names, busy_ratio: float | None) -> list[Due]:
    load = settings.throughput
    if load is None:
        return []
    return [
        Due(
            _blank("throughput", load.name, family, load.server, iso(now)),
            _LIMITS_S["throughput"] + 2 * load.seconds,
            partial(probe_throughput, load, family, now, iso(now), names, busy_ratio=busy_ratio),
        )
        for family in families_of(load.server)
    ]


def _blank(kind: ProbeKind, name: str, family: Family, target: str, at: str) -> ProbeResult:
    return ProbeResult(
        kind=kind, name=name, family=family, target=target, at=at, ok=None, reason="probe_error"
    )


async def _ended(test: Due, gate: asyncio.Semaphore) -> ProbeResult:
    """The result, at the latest when the test's own time is over. A fault of ours costs this test alone."""
    async with gate:
        try:
            async with asyncio.timeout(test.limit_s):
                return await test.make()
        except TimeoutError:
            proves = test.blank.kind not in ("throughput", "parity")
            return msgspec.structs.replace(test.blank, ok=False if proves else None, reason="timeout")
        except Exception:
            log.exception("%s: the test failed by a fault of ours", test.blank.subject)
            return test.blank
