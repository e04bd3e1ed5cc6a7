"""A3, A6 and A11: what the uplink carries, and for how many (metric-catalogue 4.A)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from msgspec.structs import replace

from inventory.clock import window_s
from inventory.metrics.entitlement import Entitlement, entitlement
from inventory.metrics.flow import IN, OUT, Rates, rates
from inventory.metrics.kinds import CampusMetrics
from inventory.metrics.load_tests import LAST, LoadTest, load_tests, median_of_last, share_bp
from inventory.metrics.look import Grid, Look
from inventory.metrics.params import Params
from inventory.metrics.ports import find_port
from inventory.metrics.truth import unknown
from inventory.metrics.uplinks import physical, uplinks_of
from inventory.register import Campus, Uplink
from inventory.rules import ONE_BP, percentile
from inventory.verdict import Evidence, PollCounts, State, Verdict

A3 = "access_throughput_ratio"
A6 = "access_utilisation_p95"
A11 = "bandwidth_per_user"
P95_BP = 9500
_MILLION = 1_000_000
_BILLION = 1_000_000_000
_PPB_IN_BP = _BILLION // ONE_BP
"""Utilisation is counted in parts per billion, rounded up: what is above a limit is never taken for at it."""
_COUNTERS = {IN: "ifHCInOctets", OUT: "ifHCOutOctets"}

Flow = dict[int, tuple[int, int]]
"""slot -> bit/s in and out"""


@dataclass(frozen=True, slots=True)
class Peak:
    """The highest mean rate over one poll interval: bit/s, its slot, and whose counter."""

    bps: int
    slot: int
    device: str
    subject: str
    key: str


# A3


def throughput_ratio(look: Look, campus: Campus, params: Params) -> Verdict:
    """A3: what the tests found (median of the last three valid ones, weaker direction) or the highest rate
    seen in the window (a lower bound only), whichever is more, over the reference."""
    return _throughput(look, campus, params, _passive_peak(look, campus, params))


def tested_throughput(look: Look, campus: Campus, params: Params) -> Verdict:
    """A3 by its tests alone, for where it is printed and decides nothing: three months of samples are not
    read for that."""
    return _throughput(look, campus, params, None)


def _throughput(look: Look, campus: Campus, params: Params, peak: Peak | None) -> Verdict:
    end = int(look.snapshot.as_of)
    start = end - window_s(params.word("window", "90d"))
    made = load_tests(look, campus)
    tests = {s: kept for s, all_ in made.items() if (kept := [t for t in all_ if start <= t.slot <= end])}
    right = entitlement(look, campus, params)
    verdict = Verdict(
        metric=A3,
        subject=campus.id,
        state=State.UNKNOWN,
        reason="reference_unknown",
        unit="ratio",
        threshold=params.bp("thr", 8000) / ONE_BP,
        origin=params.origin("thr"),
        window=(start, end),
        thr_bp=params.bp("thr", 8000),
    )
    if right.bps is None:
        return verdict
    valid = {s: [t for t in own if not t.doubt(right.bps or 0)] for s, own in tests.items()}
    active = max((median_of_last(own) for own in valid.values() if own), default=None)
    # A test that was held back by something else is a lower bound, as the peak is: it can prove, never fail.
    bounds = [median_of_last(own) for s, own in tests.items() if not valid[s]]
    tested = max([*bounds, *([] if active is None else [active])], default=None)
    best = max([bps for bps in (tested, None if peak is None else peak.bps) if bps is not None], default=None)
    verdict = replace(
        verdict,
        level="E0" if best is None else "E4" if best == tested else "E3",
        evidence=(right.evidence(), *_test_evidence(made, right.bps), *_peak_evidence(peak)),
    )
    if best is not None:
        low = share_bp(best, right.bps)
        verdict = replace(verdict, value=low / ONE_BP, low_bp=low, high_bp=None if active is None else low)
        if best * ONE_BP >= (verdict.thr_bp or 0) * right.bps:
            return replace(verdict, state=State.PASS, reason="")
    if active is not None:
        if right.is_whole:
            return replace(verdict, state=State.FAIL, reason="throughput_low")
        return replace(verdict, high_bp=None)  # the reference may be less
    return _untested(verdict, made, tests, right.bps)


def _untested(
    verdict: Verdict, made: dict[str, list[LoadTest]], tests: dict[str, list[LoadTest]], reference: int
) -> Verdict:
    """Why no test says "not more than this"."""
    if tests:
        newest = max((own[-1] for own in tests.values()), key=lambda test: test.slot)
        return replace(verdict, reason=newest.doubt(reference))
    old = [own[-1] for own in made.values() if own]
    if not old:
        return replace(verdict, reason="no_test_node")
    newest = max(old, key=lambda test: test.slot)
    value = verdict.value
    return replace(
        verdict, reason="stale", value=share_bp(newest.bps, reference) / ONE_BP if value is None else value
    )


def _passive_peak(look: Look, campus: Campus, params: Params) -> Peak | None:
    end = int(look.snapshot.as_of)
    start = end - window_s(params.word("window", "90d"))
    peaks = [
        Peak(bps, slot, uplink.device, subject, key)
        for uplink in physical(look, uplinks_of(campus, params))
        if (subject := find_port(look.facts(uplink.device), uplink.port))
        for key in _COUNTERS
        for slot, bps in _highest(rates(look, uplink.device, subject, key, start, end))
    ]
    return max(peaks, key=lambda peak: (peak.bps, -peak.slot), default=None)


def _highest(found: Rates) -> Rates:
    return [max(found, key=lambda each: (each[1], -each[0]))] if found else []


def _test_evidence(made: dict[str, list[LoadTest]], reference: int) -> Iterator[Evidence]:
    for own in made.values():
        for test in own[-LAST:]:
            yield Evidence(
                level="E4",
                what=" ".join(filter(None, ["iperf3", test.doubt(reference)])),
                device=test.device,
                subject=test.subject,
                value=_mbps(test.bps),
                first=test.slot,
                last=test.slot,
            )


def _peak_evidence(peak: Peak | None) -> Iterator[Evidence]:
    if peak is not None:
        yield Evidence(
            level="E3",
            what=_COUNTERS[peak.key],
            device=peak.device,
            subject=peak.subject,
            value=_mbps(peak.bps),
            first=peak.slot,
            last=peak.slot,
        )


# A6


def utilisation(look: Look, campus: Campus, params: Params) -> Verdict:
    """A6: 95th percentile of how full the link was in school hours: the busiest uplink by the port's speed,
    or all together by the contract, whichever is fuller. Without a port that is known to run, the link may be
    less than the contract: then nothing is said."""
    uplinks = physical(look, uplinks_of(campus, params))
    grid = look.grid(params, campus, window="30d")
    right = entitlement(look, campus, params)
    faults = (
        ("uplink_not_declared", not uplinks),
        ("holiday", not grid.slots),
        ("reference_unknown", right.port_bps is None or right.port_bps <= 0),
    )
    for reason, applies in faults:
        if applies:
            return unknown(A6, campus.id, reason, origin=params.origin("limit"))
    flows = [_flow(look, uplink, grid) for uplink in uplinks]
    counted = _counted(look, campus, uplinks, grid)
    full = [_fullness([flow[slot] for flow in flows], right) for slot in counted if _all_tell(flows, slot)]
    limit_bp = params.bp("limit", 7000)
    evidence = [
        _flow_evidence(look, uplink, flow, counted) for uplink, flow in zip(uplinks, flows, strict=True)
    ]
    verdict = Verdict(
        metric=A6,
        subject=campus.id,
        state=State.UNKNOWN,
        reason="too_few_samples",
        unit="ratio",
        threshold=limit_bp / ONE_BP,
        origin=params.origin("limit"),
        level="E3" if full else "E0",
        window=grid.window,
        evidence=(right.evidence(), *evidence),
    )
    if not full:
        answered = any(look.polls(uplink.device, grid)[0] for uplink in uplinks)
        return replace(verdict, reason="no_counters" if answered else "no_data")
    p95 = int(percentile(sorted(full), P95_BP))
    verdict = replace(verdict, value=p95 // _PPB_IN_BP / ONE_BP)
    if len(full) * ONE_BP < params.bp("min_samples", 6000) * len(counted):
        return verdict
    if p95 > params.bp("warn", 5000) * _PPB_IN_BP:
        warning = Evidence(level="E3", what="p95", value="link_filling")
        verdict = replace(verdict, evidence=(*verdict.evidence, warning))
    if p95 > limit_bp * _PPB_IN_BP:
        return replace(verdict, state=State.FAIL, reason="above_limit")
    return replace(verdict, state=State.PASS, reason="")


def _flow(look: Look, uplink: Uplink, grid: Grid) -> Flow:
    """What an uplink carried in the intervals in which both directions tell."""
    subject = find_port(look.facts(uplink.device), uplink.port)
    if subject is None or grid.window is None:
        return {}
    into, out = (dict(rates(look, uplink.device, subject, key, *grid.window)) for key in _COUNTERS)
    return {slot: (rate, out[slot]) for slot, rate in into.items() if slot in out}


def _counted(look: Look, campus: Campus, uplinks: Sequence[Uplink], grid: Grid) -> list[int]:
    """The slots of the window, less announced work at a device of the uplinks."""
    excused = 0
    for uplink in uplinks:
        excused |= look.excused(uplink.device, campus, grid)
    return list(grid.of(grid.full & ~excused))


def _all_tell(flows: Sequence[Flow], slot: int) -> bool:
    return all(slot in flow for flow in flows)


def _fullness(carried: Sequence[tuple[int, int]], right: Entitlement) -> int:
    """How full the link was in one interval, parts per billion, rounded up."""
    busiest = max(max(pair) for pair in carried)
    together = max(sum(into for into, _out in carried), sum(out for _in, out in carried))
    shares = ((busiest, right.port_bps), (together, right.contract_bps))
    return max(-(-bps * _BILLION // whole) for bps, whole in shares if whole)


def _flow_evidence(look: Look, uplink: Uplink, flow: Flow, counted: Sequence[int]) -> Evidence:
    """An uplink's own 95th percentile of the stronger direction."""
    told = [slot for slot in counted if slot in flow]
    subject = find_port(look.facts(uplink.device), uplink.port) or uplink.port
    return Evidence(
        level="E3" if told else "E0",
        what="p95 ifHCInOctets, ifHCOutOctets",
        device=uplink.device,
        subject=subject,
        value=_mbps(int(percentile(sorted(max(flow[slot]) for slot in told), P95_BP))) if told else "",
        first=told[0] if told else None,
        last=told[-1] if told else None,
        counts=PollCounts(a=len(told), d=0, m=len(counted) - len(told)),
    )


# A11


def bandwidth_per_user(look: Look, campus: Campus, params: Params) -> Verdict:
    """A11: what the school's campuses are entitled to together, over its students and staff, kbit/s each:
    enrolment is known of the school, not of its campuses."""
    school = look.snapshot.school
    limit = params.number("limit_kbps", 0)
    verdict = Verdict(
        metric=A11,
        subject=campus.id,
        state=State.UNKNOWN,
        reason="enrolment_missing",
        unit="kbit/s",
        threshold=limit if "limit_kbps" in params.values else None,
        origin=params.origin("limit_kbps"),
    )
    if school.students is None or school.staff is None or school.students + school.staff <= 0:
        return verdict
    users = school.students + school.staff
    each = [entitlement(look, place, params) for place in school.campuses]
    verdict = replace(verdict, reason="reference_unknown", evidence=tuple(e.evidence() for e in each))
    if not all(own.is_whole for own in each):
        return verdict
    bps = sum(own.bps or 0 for own in each)
    users_evidence = Evidence(level="E1", what="students, staff", value=f"{school.students} + {school.staff}")
    verdict = replace(
        verdict,
        state=State.NA,
        reason="info_only",
        value=bps // users / 1000,
        level="E2",
        evidence=(*verdict.evidence, users_evidence),
    )
    if verdict.threshold is None:
        return verdict
    if bps >= round(limit * 1000) * users:
        return replace(verdict, state=State.PASS, reason="")
    return replace(verdict, state=State.FAIL, reason="below_threshold")


def _mbps(bps: int) -> str:
    return f"{bps / _MILLION:.1f} Mbit/s"


CAMPUS: CampusMetrics = {A3: throughput_ratio, A6: utilisation, A11: bandwidth_per_user}
