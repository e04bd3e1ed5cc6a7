"""C7 and C8: resolvers that give AAAA, and IPv6 that works, as the agent tried it (metric-catalogue 4.C).

The agent ships each test's result as facts of its own, under a device of its name; they hold from one test
to the next, and count in the slots in which the agent was at work.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from msgspec.structs import replace

from inventory.facts import FactValue
from inventory.metrics.ipv6 import lan_prefix_coverage
from inventory.metrics.kinds import CampusMetrics
from inventory.metrics.look import Grid, Look, value_at
from inventory.metrics.params import Params
from inventory.metrics.truth import Truth, poll_verdict, unknown
from inventory.probes import AGENT, PROBE
from inventory.register import Campus
from inventory.snapshot import Span
from inventory.verdict import Evidence, State, Verdict

C7 = "ipv6_dns_aaaa"
C8 = "ipv6_active_reachability"
MIN_TARGETS = 3
"""Reference targets that must be configured, so that one host's trouble is not taken for the school's."""
MIN_REACHED = 2
AAAA_SHARE = 0.8
NO_RESOLVER = "none"

Tests = Mapping[str, Mapping[str, tuple[Span, ...]]]
"""Subject of a test -> key -> spans."""


def dns_aaaa(look: Look, campus: Campus, params: Params) -> Verdict:
    """C7: true in a slot if every resolver gave a global AAAA for at least 80 % of the names. Whether one is
    reached over IPv6 itself stands in the evidence and decides nothing."""
    made = _tests(look, campus, "dns")
    # "none" says of a family that clients are handed no resolver of it: no resolver, no test.
    tests = {subject: keys for subject, keys in made.items() if subject.split(":")[2] != NO_RESOLVER}
    if not tests:
        return unknown(C7, campus.id, "no_probe", origin=params.origin("thr"))
    grid = look.grid(params, campus)

    def judge(truth: Truth, shares: Sequence[FactValue], mask: int) -> None:
        known = [share for share in shares if isinstance(share, int | float)]
        if any(share < AAAA_SHARE for share in known):
            truth.add_false("aaaa_missing", mask)
        elif known and len(known) == len(shares):
            truth.true |= mask

    truth = _truth(look, campus, grid, tests, "aaaa_share", judge)
    verdict = _verdict(C7, "AAAA", campus, params, grid, truth, tests)
    return replace(verdict, evidence=(*verdict.evidence, _transport(campus, grid, tests)))


def _transport(campus: Campus, grid: Grid, tests: Tests) -> Evidence:
    """Whether a resolver answered over IPv6 at the newest test."""
    over6 = [keys for subject, keys in tests.items() if subject.endswith(":ipv6")]
    slot = grid.slots[-1] if grid.slots else 0
    reached = [value_at(keys.get("aaaa_share", ()), slot) is not None for keys in over6]
    value = "no_resolver" if not over6 else "reached" if any(reached) else "resolver_unreachable"
    level = "E4" if over6 else "E0"
    return Evidence(
        level=level, what="DNS over IPv6", device=AGENT + campus.id, value=value, last=slot or None
    )


def active_reachability(look: Look, campus: Campus, params: Params) -> Verdict:
    """C8: true in a slot if TCP reached at least two of three or more reference targets over IPv6.

    An agent without a global address fails where its networks have a prefix, and proves nothing where nobody
    knows whether they have."""
    wanted = params.words("targets", ())
    tests = {
        subject: keys
        for subject, keys in _tests(look, campus, "tcp").items()
        if subject.endswith(":ipv6") and (not wanted or subject.split(":")[2] in wanted)
    }
    if not tests:
        return unknown(C8, campus.id, "no_probe", origin=params.origin("thr"))
    if len(tests) < MIN_TARGETS:
        return unknown(C8, campus.id, "probe_targets_few", origin=params.origin("thr"))
    grid = look.grid(params, campus)
    bare = _without_address(grid, tests)
    in_lan = lan_prefix_coverage(look, campus, params).state if bare else State.UNKNOWN

    def judge(truth: Truth, reached: Sequence[FactValue], mask: int) -> None:
        yes, no = reached.count(True), reached.count(False)
        if yes >= MIN_REACHED:
            truth.true |= mask
        elif len(reached) - no < MIN_REACHED:
            alone = mask & bare
            truth.add_false("ipv6_unreachable", mask & ~bare)
            if in_lan is State.UNKNOWN:
                truth.add_unknown("probe_no_address", alone)
            else:
                truth.add_false("no_address_on_lan", alone)

    truth = _truth(look, campus, grid, tests, "ok", judge)
    return _verdict(C8, "TCP connect", campus, params, grid, truth, tests)


def _tests(look: Look, campus: Campus, kind: str) -> Tests:
    """The tests of one kind that the campus's agent makes now."""
    found = look.facts(AGENT + campus.id)
    begin = f"{PROBE}{kind}:"
    return {s: keys for s, keys in found.items() if s.startswith(begin) and _is_made(keys)}


def _is_made(keys: Mapping[str, tuple[Span, ...]]) -> bool:
    """A test that was taken out of the configuration ends all its facts."""
    return any(spans and spans[-1].end is None for spans in keys.values())


def _truth(
    look: Look,
    campus: Campus,
    grid: Grid,
    tests: Tests,
    key: str,
    judge: Callable[[Truth, Sequence[FactValue], int], None],
) -> Truth:
    truth = Truth()
    at_work, _down = look.polls(AGENT + campus.id, grid)
    if not grid.slots:
        return truth
    for stretch, values in grid.pieces([keys.get(key, ()) for keys in tests.values()]):
        judge(truth, values, stretch & at_work)
    return truth


def _without_address(grid: Grid, tests: Tests) -> int:
    """The slots in which the agent's computer had no global IPv6 address of its own."""
    if not grid.slots:
        return 0
    mask = 0
    for stretch, counts in grid.pieces([keys.get("own_global", ()) for keys in tests.values()]):
        known = [count for count in counts if count is not None]
        if known and not any(known):
            mask |= stretch
    return mask


def _verdict(
    metric: str, what: str, campus: Campus, params: Params, grid: Grid, truth: Truth, tests: Tests
) -> Verdict:
    agent = AGENT + campus.id
    first, last = grid.first_last(truth.true | truth.any_false)
    evidence = tuple(
        Evidence(
            level="E4" if last is not None else "E0",
            what=what,
            device=agent,
            subject=subject,
            value="" if last is None else _said(keys, last),
            first=first,
            last=last,
        )
        for subject, keys in sorted(tests.items())
    )
    tally = truth.tally(grid)
    return poll_verdict(metric, campus.id, grid, tally, params, level="E4", evidence=evidence)


def _said(keys: Mapping[str, tuple[Span, ...]], slot: int) -> str:
    """The newest result in a word: the share, or reached, or why not."""
    share = value_at(keys.get("aaaa_share", ()), slot)
    if share is not None:
        return f"{share}"
    if value_at(keys.get("ok", ()), slot) is True:
        return "reached"
    return str(value_at(keys.get("reason", ()), slot) or "")


CAMPUS: CampusMetrics = {C7: dns_aaaa, C8: active_reachability}
