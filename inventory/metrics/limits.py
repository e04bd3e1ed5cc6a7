"""Shares that are for information until a plan sets them a limit."""

from __future__ import annotations

from msgspec.structs import replace

from inventory.metrics.params import Params
from inventory.rules import ONE_BP
from inventory.verdict import State, Verdict


def with_limit(verdict: Verdict, params: Params) -> Verdict:
    """The verdict with the target's ``limit`` (a ratio), if it sets one."""
    if "limit" not in params.values:
        return verdict
    limit_bp = params.bp("limit", ONE_BP)
    return replace(verdict, threshold=limit_bp / ONE_BP, thr_bp=limit_bp, origin=params.origin("limit"))


def against_limit(verdict: Verdict, too_low: str) -> Verdict:
    """A share judged by its bounds ``low_bp`` and ``high_bp`` against the limit ``thr_bp``; without one it is
    for information. ``verdict`` comes as unknown, with the reason for which the bounds are apart."""
    if verdict.thr_bp is None:
        return replace(verdict, state=State.NA, reason="info_only")
    if verdict.low_bp is not None and verdict.low_bp >= verdict.thr_bp:
        return replace(verdict, state=State.PASS, reason="")
    if verdict.high_bp is not None and verdict.high_bp < verdict.thr_bp:
        return replace(verdict, state=State.FAIL, reason=too_low)
    return verdict
