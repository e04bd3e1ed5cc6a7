"""A registered site as a client with nothing but IPv6 sees it, down to the third level (C10).

The home page over both families, then the links of the same site: those of the home page (second level), then
those of these pages (third). At most 200 a level and two requests a second, robots.txt obeyed, no other site
touched, and an end by the clock.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field, replace
from ipaddress import IPv4Network, IPv6Address, IPv6Network
from urllib.parse import urljoin, urlsplit
from urllib.robotparser import RobotFileParser

from agent.mibs.inet import scope_of
from agent.probes.config import Page
from agent.probes.delegation import Ask, Delegation, delegation
from agent.probes.links import FAMILIES, PRIVATE, Level, Pace, is_private
from agent.probes.pages import decoded, is_html, links_of, same_site, similarity, text_of
from agent.probes.web import USER_AGENT, Browser, Fetched
from inventory.probes import Family, ProbeResult

LINKS_A_LEVEL = 200
LONGEST_PAUSE_S = 10.0
DELEGATION_LIMIT_S = 60.0
LISTED = 20
"""Failing links that are named in the result."""


@dataclass(slots=True)
class Visit:
    """One site while it is crawled."""

    home: str
    browser: Browser
    pace: Pace
    robots: RobotFileParser
    seen: set[str]
    levels: tuple[Level, Level] = field(default_factory=lambda: (Level(), Level()))
    private: Sequence[IPv4Network | IPv6Network] = PRIVATE
    finished: bool = False

    async def fetch(self, url: str, family: Family) -> Fetched:
        return await self.browser.get(url, family, follow=same_site(self.home))


async def probe_site(
    site: Page,
    at: str,
    browser: Browser,
    question: Ask | None,
    *,
    rng: random.Random,
    limit_s: float,
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    private: Sequence[IPv4Network | IPv6Network] = PRIVATE,
) -> ProbeResult:
    """One site. ``value`` is the share of second-level links that answer over IPv6. ``ok``: it has an IPv6
    address and its home page answers over it; the finer steps are in the details."""
    host = urlsplit(site.url).hostname or ""
    pace = Pace(rng, sleep)
    slow = replace(browser, before=pace.wait)
    visit = Visit(site.url, slow, pace, RobotFileParser(), {site.url}, private=private)
    six = await browser.names.addresses(host, "ipv6")
    way = await _delegation(host, question)
    pages = {family: await visit.fetch(site.url, family) for family in FAMILIES}
    try:
        async with asyncio.timeout(limit_s):
            await _crawl(visit, pages)
            visit.finished = True
    except TimeoutError:
        pass
    home6 = pages["ipv6"]
    wrong = home6.reason or (None if visit.finished else "crawl_unfinished")
    return ProbeResult(
        kind="crawl",
        name=site.name,
        family="ipv6",
        target=site.url,
        at=at,
        ok=home6.ok,
        value=visit.levels[0].share,
        unit="ratio",
        reason=wrong or ("links_failing" if any(level.failing for level in visit.levels) else None),
        details=await asyncio.to_thread(_of_home, six.addresses, way, pages) | _of_links(visit),
    )


async def _delegation(host: str, question: Ask | None) -> Delegation:
    try:
        async with asyncio.timeout(DELEGATION_LIMIT_S):
            return await delegation(host, question) if question else Delegation()
    except TimeoutError:
        return Delegation()


async def _crawl(visit: Visit, pages: dict[Family, Fetched]) -> None:
    home = pages["ipv6"] if pages["ipv6"].ok else pages["ipv4"]
    if home.status is None:
        return
    await _read_robots(visit, "ipv6" if pages["ipv6"].ok else "ipv4")
    links = await _links(home, visit)
    for level in visit.levels:
        level.found = len(links)
        onward: list[str] = []
        for link in links[:LINKS_A_LEVEL]:
            onward += await _one_link(visit, level, link)
        links = onward


async def _read_robots(visit: Visit, family: Family) -> None:
    """RFC 9309: no file allows everything, a server in trouble (5xx) forbids everything."""
    got = await visit.fetch(urljoin(visit.home, "/robots.txt"), family)
    status = got.status or 0
    if 200 <= status < 300:
        visit.robots.parse(decoded(got.body, got.content_type).splitlines())
    elif status >= 500:
        visit.robots.parse(["User-agent: *", "Disallow: /"])
    else:
        visit.robots.parse([])
    asked = visit.robots.crawl_delay(USER_AGENT)
    if asked:
        visit.pace.least_s = min(max(visit.pace.least_s, float(asked)), LONGEST_PAUSE_S)


async def _links(page: Fetched, visit: Visit) -> list[str]:
    """Links of a page to its own site that were not seen before. Read in a thread: a large page takes longer
    than an SNMP answer may wait."""
    if page.reason or not is_html(page.content_type, page.body):
        return []
    found = await asyncio.to_thread(links_of, page.url, page.body, page.content_type, same_site(visit.home))
    fresh = [link for link in found if link not in visit.seen]
    visit.seen.update(fresh)
    return fresh


async def _one_link(visit: Visit, level: Level, link: str) -> list[str]:
    """Try one link and give back the links of its page."""
    if not visit.robots.can_fetch(USER_AGENT, link):
        level.forbidden += 1
        return []
    if await is_private(urlsplit(link).hostname or "", visit.browser.names, visit.private):
        level.private.append(link)
        return []
    page = await visit.fetch(link, "ipv6")
    if page.ok:
        level.good += 1
        return await _links(page, visit)
    if page.status is not None and not (await visit.fetch(link, "ipv4")).ok:
        level.broken += 1
    else:
        level.failing.append(link)
    return []


def _of_home(
    six: tuple[str, ...], way: Delegation, pages: dict[Family, Fetched]
) -> dict[str, str | int | float]:
    alike = None
    if all(page.ok for page in pages.values()):
        alike = similarity(*(text_of(page.body, page.content_type) for page in pages.values()))
    found: dict[str, str | int | float | None] = {
        "aaaa": len(six),
        "aaaa_global": sum(scope_of(IPv6Address(at)) == "global" for at in six),
        "ipv4_status": pages["ipv4"].status,
        "ipv6_status": pages["ipv6"].status,
        "ipv4_reason": pages["ipv4"].reason,
        "ipv6_reason": pages["ipv6"].reason,
        "similarity": None if alike is None else round(alike, 4),
        "zones": " ".join(way.zones) or None,
        "zones_ok": None if way.ok is None else int(way.ok),
        "zones_without_ipv6": " ".join(way.without) or None,
        "zones_unknown": " ".join(way.unknown) or None,
    }
    return {name: value for name, value in found.items() if value is not None}


def _of_links(visit: Visit) -> dict[str, str | int | float]:
    found: dict[str, str | int | float] = {"complete": int(visit.finished), "requests": visit.pace.requests}
    for number, level in enumerate(visit.levels, 2):
        counts = {
            "found": level.found,
            "counted": level.counted,
            "ok": level.good,
            "private": len(level.private),
            "broken": level.broken,
            "forbidden": level.forbidden,
        }
        found |= {f"links{number}_{name}": value for name, value in counts.items()}
        if level.share is not None:
            found[f"links{number}_share"] = level.share
    for name in ("failing", "private"):
        if listed := [link for level in visit.levels for link in getattr(level, name)][:LISTED]:
            found[f"{name}_links"] = " ".join(listed)
    return found
