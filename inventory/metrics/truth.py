"""What the polls of a window say about one question: true, false (and why), or not to be told (and why)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from inventory.metrics.catalogue import catalogue
from inventory.metrics.look import Grid
from inventory.metrics.params import Params
from inventory.rules import poll_ratio
from inventory.verdict import Evidence, PollCounts, State, Verdict


@dataclass(slots=True)
class Truth:
    """Masks over the slots of a grid. A slot in none of them is a gap; an ``excused`` one (announced work)
    does not count at all."""

    true: int = 0
    excused: int = 0
    false: dict[str, int] = field(default_factory=dict)
    unknown: dict[str, int] = field(default_factory=dict)

    def add_false(self, reason: str, mask: int) -> None:
        if mask:
            self.false[reason] = self.false.get(reason, 0) | mask

    def add_unknown(self, reason: str, mask: int) -> None:
        if mask:
            self.unknown[reason] = self.unknown.get(reason, 0) | mask

    @property
    def any_false(self) -> int:
        return _union(self.false.values())

    def tally(self, grid: Grid) -> Tally:
        """The polls counted."""
        full = grid.full
        kept = full & ~self.excused if self.excused else full
        a, d = (self.true & kept).bit_count(), (self.any_false & kept).bit_count()
        return Tally(
            PollCounts(a=a, d=d, m=kept.bit_count() - a - d),
            {reason: (mask & kept).bit_count() for reason, mask in self.false.items()},
            {reason: (mask & kept).bit_count() for reason, mask in self.unknown.items()},
            grid,
        )


@dataclass(frozen=True, slots=True)
class Tally:
    """Poll counts, and how many polls each reason explains."""

    counts: PollCounts
    false: dict[str, int] = field(default_factory=dict)
    unknown: dict[str, int] = field(default_factory=dict)
    grid: Grid | None = field(default=None, compare=False, repr=False)
    units: int = field(default=1, compare=False)
    """how many polls one slot adds: one, or one of each of many pooled units"""

    @property
    def fail_reason(self) -> str:
        """The most frequent reason among the false polls."""
        return max(self.false, key=lambda reason: self.false[reason], default="below_threshold")

    @property
    def unknown_reason(self) -> str:
        """The reason that explains more polls than plain gaps do, or "" when the gaps do."""
        gaps = self.counts.m - sum(self.unknown.values())
        reason = max(self.unknown, key=lambda reason: self.unknown[reason], default="")
        return reason if reason and self.unknown[reason] >= gaps else ""


def either(truths: Iterable[Truth]) -> Truth:
    """True where any is true, false where all are false; else not to be told. What is excused of one does not
    count where no other is true."""
    parts = list(truths)
    if len(parts) == 1:
        return parts[0]
    together = Truth(true=_union(part.true for part in parts))
    together.excused = _union(part.excused for part in parts) & ~together.true
    all_false = parts[0].any_false if parts else 0
    for part in parts[1:]:
        all_false &= part.any_false
    for part in parts:
        for reason, mask in part.false.items():
            together.add_false(reason, mask & all_false)
        for reason, mask in part.unknown.items():
            together.add_unknown(reason, mask & ~together.true & ~all_false)
    return together


def every(truths: Iterable[Truth]) -> Truth:
    """True where all are true, false where any is false; what is excused of one does not count."""
    parts = list(truths)
    whole = Truth(true=parts[0].true)
    bad = 0
    for part in parts:
        whole.true &= part.true
        whole.excused |= part.excused
        bad |= part.any_false
        for reason, mask in part.false.items():
            whole.add_false(reason, mask)
    for part in parts:
        for reason, mask in part.unknown.items():
            whole.add_unknown(reason, mask & ~bad)
    return whole


def pooled(tallies: Iterable[Tally]) -> Tally:
    """The polls of many units as one heap."""
    every = list(tallies)
    times = Counter(map(id, every))  # many units share one tally
    a = d = m = units = 0
    grid = None
    false: dict[str, int] = {}
    unknown: dict[str, int] = {}
    for tally in {id(tally): tally for tally in every}.values():
        each = times[id(tally)]
        counts, grid, units = tally.counts, tally.grid or grid, units + each * tally.units
        a, d, m = a + each * counts.a, d + each * counts.d, m + each * counts.m
        for reason, n in tally.false.items():
            false[reason] = false.get(reason, 0) + each * n
        for reason, n in tally.unknown.items():
            unknown[reason] = unknown.get(reason, 0) + each * n
    return Tally(PollCounts(a=a, d=d, m=m), false, unknown, grid, units)


def judge_polls(
    tally: Tally, params: Params, thr_bp: int = 9500
) -> tuple[State, str, int | None, int | None]:
    """State, reason and bounds by the poll-ratio rule with a target's parameters; ``thr_bp`` is the share
    that the metric asks for where they are silent."""
    counts, needed, coverage = tally.counts, params.bp("thr", thr_bp), params.bp("min_coverage", 9000)
    strict = params.flag("strict_gaps", default=False)
    if tally.grid is not None:
        tally.grid.judged.add((counts.a, counts.d, counts.m, needed, coverage, strict, tally.units))
    ruling = poll_ratio(counts, needed, min_coverage_bp=coverage, strict_gaps=strict)
    reason = ruling.reason
    if ruling.state is State.FAIL:
        reason = tally.fail_reason
    elif ruling.state is State.UNKNOWN:
        reason = tally.unknown_reason or reason
    return ruling.state, reason, ruling.low_bp, ruling.high_bp


def unknown(metric: str, subject: str, reason: str, *, origin: str = "product_default") -> Verdict:
    """The verdict that nobody can tell."""
    return Verdict(
        metric=metric,
        subject=subject,
        state=State.UNKNOWN,
        reason=reason,
        unit=catalogue()[metric].unit,
        origin=origin,
    )


def poll_verdict(
    metric: str,
    subject: str,
    grid: Grid,
    tally: Tally,
    params: Params,
    *,
    value: float | None = None,
    threshold: float | None = None,
    decided_by: str = "thr",
    thr_bp: int = 9500,
    level: str = "E3",
    evidence: tuple[Evidence, ...] = (),
) -> Verdict:
    """The verdict of a poll-ratio metric; without any slot the school days are too few."""
    if not grid.slots:
        return unknown(metric, subject, "holiday", origin=params.origin(decided_by))
    state, reason, low_bp, high_bp = judge_polls(tally, params, thr_bp)
    return Verdict(
        metric=metric,
        subject=subject,
        state=state,
        reason=reason,
        value=value,
        unit=catalogue()[metric].unit,
        threshold=threshold,
        origin=params.origin(decided_by),
        level=level if tally.counts.a + tally.counts.d else "E0",
        window=grid.window,
        polls=tally.counts,
        low_bp=low_bp,
        high_bp=high_bp,
        thr_bp=params.bp("thr", thr_bp),
        evidence=evidence,
    )


def _union(masks: Iterable[int]) -> int:
    union = 0
    for mask in masks:
        union |= mask
    return union
