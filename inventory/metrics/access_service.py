"""A5, A8 and A9: a second way out, the network in school hours, and the gateway behind it (metric-catalogue
4.A)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

from msgspec.structs import replace

from inventory.clock import UNIT_S
from inventory.metrics.access import FIBRE_KINDS, is_valid
from inventory.metrics.gateway import A9, gateway_capacity
from inventory.metrics.kinds import CampusMetrics
from inventory.metrics.look import Grid, Look, value_at
from inventory.metrics.params import REDUNDANCY_CLASSES, Params
from inventory.metrics.ports import find_port
from inventory.metrics.truth import Truth, either, judge_polls, poll_verdict, unknown
from inventory.metrics.uplinks import OWN_FIBRE, physical, up_evidence, up_truth, uplinks_of
from inventory.probes import AGENT, PROBE
from inventory.register import Campus, Uplink
from inventory.rules import ONE_BP
from inventory.snapshot import Span
from inventory.verdict import Evidence, State, Verdict

A5 = "access_uplink_redundancy"
A8 = "access_uplink_availability"
NONE, SINGLE, SAME_PATH, DIVERSE = range(len(REDUNDANCY_CLASSES))
FAILOVER_DAYS = 365
MIN_TARGETS = 3
"""Reference targets: one host's trouble is not the school's."""

Spans = tuple[Span, ...]
Targets = Mapping[str, list[Spans]]
"""Reference target -> what came of its tests, by address family."""


# A5


@dataclass(frozen=True, slots=True)
class Way:
    """An uplink, and whether it was usable in the window."""

    uplink: Uplink
    state: State
    reason: str
    evidence: Evidence


def uplink_redundancy(look: Look, campus: Campus, params: Params) -> Verdict:
    """A5: 0 no uplink is usable, 1 one, 2 two on one path, 3 two on diverse paths. One is usable that was
    up, at any speed, in enough polls; paths are diverse where both routes are declared and differ and paper
    stands behind them."""
    uplinks, origin = uplinks_of(campus, params), params.origin("min_class")
    if not uplinks:
        return unknown(A5, campus.id, "uplink_not_declared", origin=origin)
    grid = look.grid(params, campus, clock="always")
    if not grid.slots:
        return unknown(A5, campus.id, "holiday", origin=origin)
    ways = [_way(look, campus, uplink, grid, params) for uplink in physical(look, uplinks)]
    usable = [way.uplink for way in ways if way.state is State.PASS]
    maybe = [way.uplink for way in ways if way.state is not State.FAIL]
    pairs = {_diversity(look, campus, *pair) for pair in combinations(maybe, 2)}
    is_diverse = any(_diversity(look, campus, *pair) == "proved" for pair in combinations(usable, 2))
    low = DIVERSE if is_diverse else min(len(usable), SAME_PATH)
    high = DIVERSE if pairs - {"same"} else min(len(maybe), SAME_PATH)
    is_counted = min(len(usable), SAME_PATH) == min(len(maybe), SAME_PATH)
    verdict = Verdict(
        metric=A5,
        subject=campus.id,
        state=State.UNKNOWN,
        reason=_why_open(ways, pairs, is_counted=is_counted),
        value=float(low) if is_counted else None,
        unit="class",
        origin=origin,
        level="E2" if is_diverse else "E3" if is_counted else "E0",
        window=grid.window,
        evidence=(
            *(way.evidence for way in ways),
            Evidence(level="E1", what="routes", value=", ".join(sorted(pairs))),
            *_failover(look, campus, ways[0].uplink),
        ),
    )
    if "min_class" not in params.values:
        return replace(verdict, state=State.NA, reason="info_only") if is_counted else verdict
    wanted = REDUNDANCY_CLASSES.index(params.word("min_class", REDUNDANCY_CLASSES[SAME_PATH]))
    verdict = replace(verdict, threshold=float(wanted))
    if low >= wanted:
        return replace(verdict, state=State.PASS, reason="")
    if high < wanted:
        return replace(verdict, state=State.FAIL, reason="redundancy_low")
    return verdict


def _way(look: Look, campus: Campus, uplink: Uplink, grid: Grid, params: Params) -> Way:
    port = up_truth(look, campus, uplink, grid)
    state, reason, _low, _high = judge_polls(port.truth.tally(grid), params)
    return Way(uplink, state, reason, up_evidence(port, grid))


def _diversity(look: Look, campus: Campus, one: Uplink, other: Uplink) -> str:
    """Whether one digger cuts both: "same", or not by papers ("proved"), by their own word ("claimed"), or
    nobody says ("undeclared")."""
    if not one.route or not other.route:
        return "undeclared"
    if one.route.casefold() == other.route.casefold():
        return "same"
    return "proved" if all(_has_paper(look, campus, each) for each in (one, other)) else "claimed"


def _has_paper(look: Look, campus: Campus, uplink: Uplink) -> bool:
    """An accepted contract of today with its carrier, or of a fibre where that is what it is."""
    rows = [row for row in campus.contracts if is_valid(row, look.today)]
    rows = [row for row in rows if look.proof.standing(row) == "accepted"]
    by_carrier = any(uplink.carrier and row.carrier == uplink.carrier for row in rows)
    return by_carrier or (uplink.medium == OWN_FIBRE and any(row.kind in FIBRE_KINDS for row in rows))


def _why_open(ways: Sequence[Way], pairs: set[str], *, is_counted: bool) -> str:
    if not is_counted:
        return next(way.reason for way in ways if way.state is State.UNKNOWN)
    return "route_undeclared" if "undeclared" in pairs else "evidence_missing"


def _failover(look: Look, campus: Campus, primary: Uplink) -> Iterator[Evidence]:
    """The newest time of the last year in which the first uplink was down and the network was there all the
    same, as an agent at work told some polls later: what it told before is no proof."""
    until, step = int(look.snapshot.as_of), look.snapshot.interval_s
    oldest = until - FAILOVER_DAYS * UNIT_S["d"]
    subject = find_port(look.facts(primary.device), primary.port)
    reached = [spans for families in targets_of(look, campus).values() for spans in families]
    for span in reversed(look.spans(primary.device, subject, "oper") if subject else ()):
        if span.value in (None, "up", "unknown"):
            continue
        first = max(span.start, oldest) // step * step + 2 * step
        for slot in range(first, min(until if span.end is None else span.end, first + 12 * step), step):
            at_work = look.polls(AGENT + campus.id, look.at(slot))[0]
            if at_work and any(value_at(spans, slot) is True for spans in reached):
                yield Evidence(level="E4", what="failover", device=primary.device, first=slot, last=slot)
                return


# A8


def uplink_availability(look: Look, campus: Campus, params: Params) -> Verdict:
    """A8: in a poll an uplink was up and a reference target answered the agent over TCP. A gateway that does
    not answer while a target does leaves the poll open: its management is silent, not the network."""
    uplinks, origin = uplinks_of(campus, params), params.origin("thr")
    named = params.words("targets", ())
    targets = {name: tests for name, tests in targets_of(look, campus).items() if not named or name in named}
    faults = (
        ("uplink_not_declared", not uplinks),
        ("no_probe", not targets),
        ("probe_targets_few", len(targets) < (len(set(named)) or MIN_TARGETS)),
    )
    for reason, applies in faults:
        if applies:
            return unknown(A8, campus.id, reason, origin=origin)
    grid = look.grid(params, campus, window="30d")
    ports = [up_truth(look, campus, uplink, grid) for uplink in physical(look, uplinks)]
    reach = _reach(look, campus, targets, grid, params.number("min_reached", 1))
    truth = _both(either(port.truth for port in ports), reach)
    tally = truth.tally(grid)
    polled = tally.counts.a + tally.counts.d
    verdict = poll_verdict(
        A8,
        campus.id,
        grid,
        tally,
        params,
        value=tally.counts.a * ONE_BP // polled / ONE_BP if polled else None,
        threshold=params.bp("thr", 9900) / ONE_BP,
        thr_bp=9900,
        level="E4",
    )
    evidence = (
        *(up_evidence(port, grid) for port in ports),
        *(_target_evidence(campus, name, tests, grid, reach) for name, tests in sorted(targets.items())),
        *_outages(truth, grid),
    )
    return replace(verdict, evidence=evidence)


def targets_of(look: Look, campus: Campus) -> Targets:
    """The reference targets that the campus's agent connects to now; a test that is no longer made has ended
    all its facts."""
    found: dict[str, list[Spans]] = {}
    for subject, keys in look.facts(AGENT + campus.id).items():
        is_made = any(spans and spans[-1].end is None for spans in keys.values())
        if subject.startswith(f"{PROBE}tcp:") and is_made:
            found.setdefault(subject.split(":")[2], []).append(keys.get("ok", ()))
    return found


def _reach(look: Look, campus: Campus, targets: Targets, grid: Grid, wanted: float) -> Truth:
    """Whether enough targets answered, over either family, in the polls in which the agent was at work."""
    truth = Truth()
    at_work = look.polls(AGENT + campus.id, grid)[0]
    tests = [(name, spans) for name, families in targets.items() for spans in families]
    for stretch, values in grid.pieces([spans for _name, spans in tests]):
        said: dict[str, list[object]] = {}
        for (name, _spans), value in zip(tests, values, strict=True):
            said.setdefault(name, []).append(value)
        yes = sum(True in each for each in said.values())
        maybe = sum(True in each or None in each for each in said.values())
        if yes >= wanted:
            truth.true |= stretch & at_work
        elif maybe < wanted:
            truth.add_false("targets_unreachable", stretch & at_work)
    return truth


def _both(up: Truth, reach: Truth) -> Truth:
    """True where both are, false where one is; a silent gateway proves nothing against an answer."""
    truth = Truth(true=up.true & reach.true, excused=up.excused)
    for reason, mask in up.false.items():
        if reason == "device_down":
            truth.add_unknown(reason, mask & reach.true)
        truth.add_false(reason, mask & ~reach.true if reason == "device_down" else mask)
    for reason, mask in reach.false.items():
        truth.add_false(reason, mask & ~up.any_false)
    for reason, mask in up.unknown.items():
        truth.add_unknown(reason, mask & ~reach.any_false)
    return truth


def _target_evidence(campus: Campus, name: str, tests: list[Spans], grid: Grid, reach: Truth) -> Evidence:
    known = reach.true | reach.any_false
    first, last = grid.first_last(known)
    answered = last is not None and any(value_at(spans, last) is True for spans in tests)
    return Evidence(
        level="E4" if last is not None else "E0",
        what="TCP connect",
        device=AGENT + campus.id,
        subject=name,
        value="reached" if answered else "targets_unreachable" if last is not None else "",
        first=first,
        last=last,
    )


def _outages(truth: Truth, grid: Grid) -> Iterator[Evidence]:
    """How many outages, and the longest: school time in which the network was known to be away."""
    false = truth.any_false & grid.full & ~truth.excused
    runs = [match.span() for match in re.finditer("1+", f"{false:b}"[::-1])]
    if runs:
        start, after = max(runs, key=lambda run: run[1] - run[0])
        yield Evidence(
            level="E4",
            what="outages, longest",
            value=f"{len(runs)}, {(after - start) * grid.interval_s // 60} min",
            first=grid.slots[start],
            last=grid.slots[after - 1],
        )


CAMPUS: CampusMetrics = {A5: uplink_redundancy, A8: uplink_availability, A9: gateway_capacity}
