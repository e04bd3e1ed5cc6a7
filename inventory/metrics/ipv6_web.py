"""C9 and C10: IPv6 against IPv4, and the school's websites (metric-catalogue 4.C).

Both rest on the agent's own tests (docs/probes.md): ``parity`` compares the two to the same names every hour,
``crawl`` visits a site once a week and ``http`` dials its home page every hour.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from statistics import median_low

from msgspec.structs import replace

from inventory.clock import UNIT_S, window_s
from inventory.facts import FactValue
from inventory.metrics.kinds import CampusMetrics, SchoolMetrics
from inventory.metrics.look import Grid, Look, value_at
from inventory.metrics.params import Params
from inventory.metrics.truth import unknown
from inventory.metrics.units import Unit, unit_verdict
from inventory.papers import Website
from inventory.probes import AGENT, PROBE
from inventory.register import Campus
from inventory.rules import ONE_BP
from inventory.snapshot import Span
from inventory.verdict import Evidence, State, Verdict

C9, C10 = "ipv6_v4_parity", "ipv6_website_support"
MAX_RATIO, MAX_EXTRA_MS, MAX_EXTRA_LOSS_BP = 1.2, 5.0, 100
MIN_SHARE_BP = 5000
"""Of the polls in which the agent was at work, so many have to have a comparison."""
SECOND_LEVEL_BP, THIRD_LEVEL_BP, DIAL_BP = 9000, 8000, 9500
MIN_DIALS_S = UNIT_S["d"]
"""24 dial tests, one an hour."""
_PARITY = ("ipv4_ms", "ipv6_ms", "ipv4_loss", "ipv6_loss")

Keys = Mapping[str, tuple[Span, ...]]


# C9


@dataclass(frozen=True, slots=True)
class Pair:
    """Medians over the window of what the two families took to the same names, milliseconds, and the mean
    share of connections that failed, basis points; over ``known`` of ``asked`` polls and names."""

    ms4: float
    ms6: float
    loss4_bp: int
    loss6_bp: int
    known: int
    asked: int


def parity(look: Look, campus: Campus, params: Params) -> Verdict:
    """C9: IPv6 takes at most 1.2 times what IPv4 does and 5 ms, and loses at most one connection in a hundred
    more. For information unless ``required``."""
    base = unknown(C9, campus.id, "no_probe", origin=params.origin("max_ratio"))
    agent = AGENT + campus.id
    tests = {s: keys for s, keys in look.facts(agent).items() if s.startswith(f"{PROBE}parity:")}
    tests = {s: keys for s, keys in tests.items() if any(_is_made(spans) for spans in keys.values())}
    if not tests:
        return base
    grid = look.grid(params, campus, clock="always")
    if not grid.slots:
        return replace(base, reason="holiday")
    pair = _pair(look, agent, tests, grid)
    base = replace(
        base, window=grid.window, reason="too_few_samples", evidence=_parity_evidence(agent, tests, grid)
    )
    if pair is None:
        return replace(base, reason="no_data")
    base = replace(base, level="E4", value=round((pair.ms6 - pair.ms4) / pair.ms4, 4) if pair.ms4 else None)
    if pair.known * ONE_BP < MIN_SHARE_BP * pair.asked:
        return base
    slowest = params.number("max_ratio", MAX_RATIO) * pair.ms4 + params.number("max_extra_ms", MAX_EXTRA_MS)
    is_as_good = pair.ms6 <= slowest and pair.loss6_bp <= pair.loss4_bp + params.bp(
        "max_extra_loss", MAX_EXTRA_LOSS_BP
    )
    if not params.flag("required", default=False):
        return replace(base, state=State.NA, reason="info_only")
    if is_as_good:
        return replace(base, state=State.PASS, reason="")
    return replace(base, state=State.FAIL, reason="ipv6_slower")


def _pair(look: Look, agent: str, tests: Mapping[str, Keys], grid: Grid) -> Pair | None:
    at_work = look.polls(agent, grid)[0]
    ms4: list[float] = []
    ms6: list[float] = []
    loss4 = loss6 = known = 0
    for keys in tests.values():
        for stretch, said in grid.pieces([keys.get(key, ()) for key in _PARITY]):
            n = (stretch & at_work).bit_count()
            figures = [_number(value) for value in said]
            if None in figures[:2]:
                continue
            ms4 += [figures[0] or 0.0] * n
            ms6 += [figures[1] or 0.0] * n
            loss4 += n * round((figures[2] or 0.0) * ONE_BP)
            loss6 += n * round((figures[3] or 0.0) * ONE_BP)
            known += n
    if not known:
        return None
    asked = at_work.bit_count() * len(tests)
    return Pair(median_low(ms4), median_low(ms6), loss4 // known, loss6 // known, known, asked)


def _parity_evidence(agent: str, tests: Mapping[str, Keys], grid: Grid) -> tuple[Evidence, ...]:
    last = grid.slots[-1]
    found = []
    for subject, keys in sorted(tests.items()):
        ms4, ms6 = (_number(value_at(keys.get(key, ()), last)) for key in ("ipv4_ms", "ipv6_ms"))
        value = "" if ms4 is None or ms6 is None else f"IPv4 {ms4:g} ms, IPv6 {ms6:g} ms"
        why = value_at(keys.get("reason", ()), last)
        found.append(
            Evidence(
                level="E4" if value else "E0",
                what="TCP connect",
                device=agent,
                subject=subject,
                value=value or str(why or ""),
                last=last,
            )
        )
    return tuple(found)


# C10


def websites(look: Look, params: Params) -> Verdict:
    """C10: sites that answer over IPv6 in 95 of 100 dial tests, nine tenths of whose second-level and eight
    tenths of whose third-level links do, too, over all sites of the school."""
    school = look.snapshot.school
    origin = params.origin("unit_ratio")
    if not school.websites:
        return replace(unknown(C10, school.id, "no_websites", origin=origin), state=State.NA)
    units = [_site(look, site, params) for site in school.websites]
    verdict = unit_verdict(
        C10,
        school.id,
        units,
        params.bp("unit_ratio", ONE_BP),
        origin=origin,
        level="E4",
        without="no_websites",
    )
    return replace(verdict, evidence=tuple(unit.evidence for unit in units if unit.evidence))


def _site(look: Look, site: Website, params: Params) -> Unit:
    """One site, by the newest crawl of any of the school's agents."""
    crawls = list(_crawls(look, site, window_s(params.word("stale_after", "14d"))))
    if not crawls:
        return Unit(State.UNKNOWN, "no_crawl", Evidence(level="E0", what="crawl", subject=site.host))
    agent, slot, crawl = max(crawls, key=lambda each: each[1])

    def said(key: str) -> FactValue:
        return value_at(crawl.get(key, ()), slot)

    dialled = _dialled(look, agent, site, params)
    links = {
        "links2_share": (_number(said("links2_share")), params.bp("second_level", SECOND_LEVEL_BP)),
        "links3_share": (_number(said("links3_share")), params.bp("third_level", THIRD_LEVEL_BP)),
    }
    status = _number(said("ipv6_status"))
    answers = bool(said("aaaa_global")) and status is not None and 200 <= status < 400
    is_low = any(share is not None and round(share * ONE_BP) < least for share, least in links.values())
    evidence = Evidence(
        level="E4",
        what="crawl",
        device=agent,
        subject=site.host,
        value=" ".join(_told(said, dialled)),
        first=slot,
        last=slot,
    )
    if not answers or is_low or dialled is False:
        return Unit(State.FAIL, "website_without_ipv6", evidence)
    if not said("complete") or dialled is None:
        return Unit(State.UNKNOWN, "no_crawl" if dialled is not None else "too_few_samples", evidence)
    return Unit(State.PASS, "", evidence)


def _crawls(look: Look, site: Website, fresh_s: int) -> Iterator[tuple[str, int, Keys]]:
    """(agent, slot, facts) of each agent's newest crawl of a site that is not too old."""
    as_of = look.snapshot.as_of
    for campus in look.snapshot.school.campuses:
        agent = AGENT + campus.id
        for name in filter(None, dict.fromkeys((site.name, site.host))):
            keys = look.facts(agent).get(f"{PROBE}crawl:{name}:ipv6", {})
            spans = keys.get("tested_at", ())
            at = _moment(spans[-1].value) if spans and spans[-1].end is None else None
            if at is not None and as_of - at <= fresh_s:
                yield agent, spans[-1].start, keys


def _dialled(look: Look, agent: str, site: Website, params: Params) -> bool | None:
    """Whether the home page answered in enough of the dial tests of a week; None: there were too few."""
    grid = look.grid_of("7d", "always")
    at_work = look.polls(agent, grid)[0]
    good = bad = 0
    for name in filter(None, dict.fromkeys((site.name, site.host))):
        keys = look.facts(agent).get(f"{PROBE}http:{name}:ipv6", {})
        for stretch, (ok,) in grid.pieces([keys.get("ok", ())]):
            n = (stretch & at_work).bit_count()
            good, bad = good + n * (ok is True), bad + n * (ok is False)
    if (good + bad) * grid.interval_s < MIN_DIALS_S:
        return None
    return good * ONE_BP >= params.bp("dial_ratio", DIAL_BP) * (good + bad)


def _told(said: Callable[[str], FactValue], dialled: bool | None) -> Iterator[str]:
    """What the seven checks found, the advisory ones too."""
    yield f"AAAA {said('aaaa_global') or 0}"
    yield f"HTTP {said('ipv6_status') or '-'}"
    yield "dial " + {True: "ok", False: "low", None: "-"}[dialled]
    for name, key in (("links2", "links2_share"), ("links3", "links3_share"), ("text", "similarity")):
        share = _number(said(key))
        if share is not None:
            yield f"{name} {int(share * 1000) / 10:g} %"
    if said("zones_without_ipv6"):
        yield f"DNS -: {said('zones_without_ipv6')}"
    if said("private_links"):
        yield f"private: {said('private_links')}"


def _is_made(spans: tuple[Span, ...]) -> bool:
    return bool(spans) and spans[-1].end is None


def _moment(value: FactValue) -> float | None:
    try:
        return datetime.fromisoformat(value).timestamp() if isinstance(value, str) else None
    except ValueError:
        return None


def _number(value: FactValue) -> float | None:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


CAMPUS: CampusMetrics = {C9: parity}
SCHOOL: SchoolMetrics = {C10: websites}
