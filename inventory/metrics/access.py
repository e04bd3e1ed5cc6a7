"""A1 and A2: what the uplink port runs at, and what is bought (metric-catalogue 4.A)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from msgspec.structs import replace

from inventory.metrics.kinds import CampusMetrics
from inventory.metrics.look import Look
from inventory.metrics.params import Params
from inventory.metrics.proof import REASON_OF, Proof, Standing
from inventory.metrics.truth import either, poll_verdict, unknown
from inventory.metrics.uplinks import (
    TEN_G_MBPS,
    median_of_best,
    physical,
    speed_evidence,
    speed_rule,
    speed_truth,
    uplinks_of,
)
from inventory.register import Campus, Contract
from inventory.verdict import Evidence, State, Verdict

__all__ = ["A1", "A2", "FIBRE_KINDS", "TEN_G_MBPS", "contract_bandwidth", "is_valid", "port_speed"]

A1 = "access_port_speed_10g"
A2 = "access_contract_bandwidth_10g"
FIBRE_KINDS = ("dark_fibre", "owned_fibre")
EXPIRED_GRACE_DAYS = 30
WARN_DAYS = 60


@dataclass(frozen=True, slots=True)
class Lease:
    """A contract, what it is worth today, and its bandwidth, Mbit/s (None: it does not say)."""

    row: Contract
    standing: Standing
    mbps: int | None


def port_speed(look: Look, campus: Campus, params: Params) -> Verdict:
    """A1: the campus's uplink is up at ``min_port_mbps`` or more, by ifHighSpeed, in enough polls."""
    uplinks = uplinks_of(campus, params)
    if not uplinks:
        return unknown(A1, campus.id, "uplink_not_declared", origin=params.origin("min_port_mbps"))
    grid, rule = look.grid(params, campus), speed_rule(params)
    ports = [speed_truth(look, campus, uplink, grid, rule) for uplink in physical(look, uplinks)]
    return poll_verdict(
        A1,
        campus.id,
        grid,
        either(port.truth for port in ports).tally(grid),
        params,
        value=median_of_best(ports),
        threshold=rule.minimum,
        decided_by="min_port_mbps",
        evidence=tuple(speed_evidence(look, port, grid) for port in ports),
    )


def contract_bandwidth(look: Look, campus: Campus, params: Params) -> Verdict:
    """A2: what is bought for the education network and valid on the date, Mbit/s."""
    limit = params.number("min_contract_mbps", TEN_G_MBPS)
    network = params.word("network", "edu")
    symmetric = params.flag("symmetric", default=True)
    rows = [row for row in campus.contracts if row.network == network]
    leases = [Lease(row, look.proof.standing(row), _mbps(row, symmetric=symmetric)) for row in rows]
    verdict = Verdict(
        metric=A2,
        subject=campus.id,
        state=State.UNKNOWN,
        reason="contract_missing",
        unit="Mbit/s",
        threshold=limit,
        origin=params.origin("min_contract_mbps"),
        evidence=tuple(_contract_evidence(look.proof, lease) for lease in leases),
    )
    kept = [lease for lease in leases if lease.standing != "rejected"]
    valid = [lease for lease in kept if is_valid(lease.row, look.today)]
    verdict = replace(verdict, evidence=(*verdict.evidence, *_warnings(look, valid, params)))
    if any(lease.row.kind in FIBRE_KINDS and lease.standing == "accepted" for lease in valid):
        return _as_lit(look, campus, params, verdict)
    leased = [lease for lease in valid if lease.row.kind not in FIBRE_KINDS]
    if leased:
        return _by_sum(leased, limit, verdict)
    if valid:
        return replace(verdict, reason=_why_open(valid), level=_best_level(look.proof, valid))
    if leases and not kept:
        return replace(verdict, reason=REASON_OF["rejected"])
    return _expired(kept, look.today, params.number("expired_grace_days", EXPIRED_GRACE_DAYS), verdict)


def is_valid(row: Contract, day: date) -> bool:
    """Whether a contract runs on a day."""
    return (row.start is None or row.start <= day) and (row.end is None or day <= row.end)


def _mbps(row: Contract, *, symmetric: bool) -> int | None:
    """Mbit/s of one contract: the weaker direction. None where the contract does not say."""
    directions = (row.down_mbps, row.up_mbps) if symmetric else (row.down_mbps,)
    told = [mbps for mbps in directions if mbps is not None]
    return min(told) if len(told) == len(directions) else None


def _by_sum(leased: Sequence[Lease], limit: float, verdict: Verdict) -> Verdict:
    """Only accepted contracts count; one that does not stand yet, or has no figure, leaves the answer
    open."""
    accepted = [each.mbps for each in leased if each.standing == "accepted" and each.mbps is not None]
    if accepted:
        verdict = replace(verdict, value=float(sum(accepted)), level="E2")
    if sum(accepted) >= limit:
        return replace(verdict, state=State.PASS, reason="")
    if any(each.mbps is None for each in leased):
        return replace(verdict, reason="contract_missing")
    possible = sum(each.mbps for each in leased if each.mbps is not None)
    if not accepted or possible >= limit:
        return replace(verdict, reason=_why_open(leased))
    return replace(verdict, state=State.FAIL, reason="contract_below")


def _why_open(leases: Sequence[Lease]) -> str:
    """Why contracts prove nothing: first what is nearest to being proved."""
    found = {lease.standing for lease in leases}
    order: tuple[Standing, ...] = ("claimed", "expired", "none")
    return next((REASON_OF[each] for each in order if each in found), "evidence_missing")


def _best_level(proof: Proof, leases: Sequence[Lease]) -> str:
    return max((proof.level(lease.row) for lease in leases), default="E0")


def _as_lit(look: Look, campus: Campus, params: Params, verdict: Verdict) -> Verdict:
    """A leased or own fibre carries what the port lights it with: the value and the verdict are A1's. What
    passes says so; what does not has A1's reason, which tells what to mend."""
    port = port_speed(look, campus, params)
    is_pass = port.state is State.PASS
    return replace(
        port,
        metric=A2,
        reason="fibre_owned" if is_pass else port.reason,
        threshold=verdict.threshold,
        origin=verdict.origin,
        level="E2" if is_pass else port.level,
        evidence=verdict.evidence + port.evidence,
    )


def _expired(leases: Sequence[Lease], today: date, grace_days: float, verdict: Verdict) -> Verdict:
    """A lease that ended is unknown for some days, while its renewal is on the way, then fails."""
    ends = [lease.row.end for lease in leases if lease.row.end is not None and lease.row.end < today]
    if not ends:
        return verdict
    late = (today - max(ends)).days
    state = State.FAIL if late > grace_days else State.UNKNOWN
    return replace(verdict, state=state, reason="contract_expired")


def _warnings(look: Look, valid: Sequence[Lease], params: Params) -> tuple[Evidence, ...]:
    """Contracts that count today and end soon: a warning beside the verdict, which stays what it is."""
    last = look.today + timedelta(days=int(params.number("warn_days", WARN_DAYS)))
    return tuple(
        Evidence(
            level=look.proof.level(lease.row),
            what="contract end",
            subject=lease.row.circuit,
            value="contract_ends_soon",
            day=lease.row.end,
            document=lease.row.document,
        )
        for lease in valid
        if lease.row.end is not None and lease.row.end <= last
    )


def _contract_evidence(proof: Proof, lease: Lease) -> Evidence:
    row = lease.row
    document = proof.documents.get(row.document)
    period = f"{row.start or ''}..{row.end or ''}"
    mbps = "" if lease.mbps is None else f"{lease.mbps} Mbit/s"
    doubt = "" if lease.standing == "accepted" else lease.standing
    return Evidence(
        level=proof.level(row),
        what="contract",
        subject=row.circuit,
        value=" ".join(filter(None, [row.kind, row.carrier, mbps, period, doubt])),
        day=document.issued_on if document else row.start,
        document=row.document,
    )


CAMPUS: CampusMetrics = {A1: port_speed, A2: contract_bandwidth}
