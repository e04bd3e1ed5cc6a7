"""The verdict of a metric that counts units: how many pass, fail and are unknown, against a share."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from inventory.metrics.catalogue import catalogue
from inventory.rules import ONE_BP, unit_ratio
from inventory.verdict import Evidence, State, UnitCounts, Verdict


@dataclass(frozen=True, slots=True)
class Unit:
    """A room, a port, an access point: its state, why, and what proves it."""

    state: State
    reason: str = ""
    evidence: Evidence | None = None


def unit_verdict(
    metric: str,
    subject: str,
    units: Sequence[Unit],
    thr_bp: int | None,
    *,
    origin: str,
    level: str = "E3",
    window: tuple[int, int] | None = None,
    without: str = "",
) -> Verdict:
    """By the unit-ratio rule. ``thr_bp`` None: for information. ``without`` is the reason for unknown where
    there is no unit at all ("": it does not apply). The evidence is of the units that do not pass. The
    value is the share that passes for certain, None while nothing is known of any unit."""
    counts = count_units(units)
    ruling = unit_ratio(counts, 0 if thr_bp is None else thr_bp, never_filled_in=without)
    state, reason = ruling.state, ruling.reason
    if counts.n and thr_bp is None:
        state, reason = State.NA, "info_only"
    elif state in (State.FAIL, State.UNKNOWN) and counts.n:
        reasons = [unit.reason for unit in units if unit.state is state and unit.reason]
        reason = max(sorted(set(reasons)), key=reasons.count, default=reason)
    known = counts.p + counts.f
    return Verdict(
        metric=metric,
        subject=subject,
        state=state,
        reason=reason,
        value=None if not known or ruling.low_bp is None else ruling.low_bp / ONE_BP,
        unit=catalogue()[metric].unit,
        threshold=None if thr_bp is None else thr_bp / ONE_BP,
        thr_bp=thr_bp,
        origin=origin,
        level=level if known else "E0",
        window=window,
        units=counts,
        low_bp=ruling.low_bp,
        high_bp=ruling.high_bp,
        evidence=tuple(u.evidence for u in units if u.evidence and u.state is not State.PASS),
    )


def count_units(units: Sequence[Unit]) -> UnitCounts:
    """How many of each state."""
    states = [unit.state for unit in units]
    return UnitCounts(
        p=states.count(State.PASS),
        f=states.count(State.FAIL),
        u=states.count(State.UNKNOWN),
        na=states.count(State.NA),
    )
