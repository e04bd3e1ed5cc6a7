"""A9: whether the gateway forwards what the link carries, with its services on (metric-catalogue 4.A)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from inventory.metrics.entitlement import entitlement
from inventory.metrics.look import Grid, Look
from inventory.metrics.params import Params
from inventory.metrics.truth import unknown
from inventory.metrics.uplinks import uplinks_of
from inventory.register import Campus, Device
from inventory.rules import ONE_BP, percentile
from inventory.verdict import Evidence, PollCounts, State, Verdict

A9 = "gateway_capacity_sufficient"
ROLES = ("gateway", "firewall")
"""Devices that everything passes through."""
P95_BP = 9500
HOUR_S = 3600
DATA_SHEET = "data_sheet"


@dataclass(frozen=True, slots=True)
class Load:
    """A device's busiest processor: its 95th percentile in thousandths of a percent (None: too few
    readings), and where that is from."""

    p95: int | None
    evidence: Evidence


def gateway_capacity(look: Look, campus: Campus, params: Params) -> Verdict:
    """A9: every gateway and firewall of the campus is rated for ``share`` of the reference with its services
    on, and its busiest processor is below ``max_cpu`` at the 95th percentile of school hours."""
    origin = params.origin("share")
    devices = _in_line(campus, params)
    grid = look.grid(params, campus)
    right = entitlement(look, campus, params)
    faults = (("rating_missing", not devices), ("holiday", not grid.slots))
    for reason, applies in faults:
        if applies:
            return unknown(A9, campus.id, reason, origin=origin)
    share_bp = params.bp("share", ONE_BP)
    loads = {device.id: _load(look, device.id, grid, params.bp("min_samples", 6000)) for device in devices}
    rated = [device.rated_mbps for device in devices if device.rated_mbps is not None]
    least_bps = min(rated) * 1_000_000 if rated else None
    findings = [
        *(_rating(device, right.bps, share_bp, is_whole=right.is_whole) for device in devices),
        *(_busy(load, params.bp("max_cpu", 8000)) for load in loads.values()),
    ]
    state, reason = _decide(findings)
    value = least_bps * ONE_BP // right.bps / ONE_BP if least_bps is not None and right.bps else None
    return Verdict(
        metric=A9,
        subject=campus.id,
        state=state,
        reason=reason,
        value=value,
        unit="ratio",
        threshold=share_bp / ONE_BP,
        origin=origin,
        level=_level(look, devices, loads),
        window=grid.window,
        thr_bp=share_bp,
        evidence=(
            right.evidence(),
            *(_rating_evidence(look, device) for device in devices),
            *(load.evidence for load in loads.values()),
        ),
    )


def _in_line(campus: Campus, params: Params) -> list[Device]:
    """The gateways and firewalls in service; where there is none, the devices that the uplinks stand on."""
    used = [device for device in campus.devices if device.status == "in_service"]
    ends = {uplink.device for uplink in uplinks_of(campus, params)}
    return [device for device in used if device.role in ROLES] or [d for d in used if d.id in ends]


Finding = tuple[State, str]


def _decide(findings: Sequence[Finding]) -> Finding:
    """Fail if anything fails, unknown if anything is, else pass; the first reason is given."""
    for state in (State.FAIL, State.UNKNOWN):
        for finding in findings:
            if finding[0] is state:
                return finding
    return State.PASS, ""


def _rating(device: Device, reference_bps: int | None, share_bp: int, *, is_whole: bool) -> Finding:
    if device.rated_mbps is None:
        return State.UNKNOWN, "rating_missing"
    if reference_bps is None:
        return State.UNKNOWN, "reference_unknown"
    if device.rated_mbps * 1_000_000 * ONE_BP >= share_bp * reference_bps:
        return State.PASS, ""
    # Where only one of port and contract is known, the reference may be less.
    return (State.FAIL, "capacity_low") if is_whole else (State.UNKNOWN, "reference_unknown")


def _busy(load: Load, max_bp: int) -> Finding:
    if load.p95 is None:
        return State.UNKNOWN, "cpu_unknown"
    return (State.PASS, "") if load.p95 <= max_bp * 10 else (State.FAIL, "cpu_high")


def _load(look: Look, device: str, grid: Grid, min_bp: int) -> Load:
    """The load of a device's busiest processor in the hours of the window; agents read it several times an
    hour, so that hours without a reading are counted and not polls."""
    assert grid.window is not None
    hours = {slot // HOUR_S for slot in grid.slots}
    found = [
        _processor(look, device, subject, grid, hours)
        for subject in look.snapshot.series.subjects(device, "cpu_percent", *grid.window)
    ]
    told = [load for load in found if _is_covered(load, min_bp)]
    if told:
        return max(told, key=lambda load: load.p95 or 0)
    nothing = Load(None, Evidence(level="E0", what="cpu_percent", device=device, value="cpu_unknown"))
    few = max(found, key=lambda load: load.evidence.counts.a if load.evidence.counts else 0, default=nothing)
    return replace(few, p95=None)


def _processor(look: Look, device: str, subject: str, grid: Grid, hours: set[int]) -> Load:
    assert grid.window is not None
    step, slots = grid.interval_s, set(grid.slots)
    readings = [
        (at, round(percent * 1000))
        for at, percent in look.snapshot.series.values(device, subject, "cpu_percent", *grid.window)
        if at // step * step in slots
    ]
    p95 = int(percentile(sorted(value for _at, value in readings), P95_BP)) if readings else None
    covered = {at // HOUR_S for at, _value in readings}
    evidence = Evidence(
        level="E3",
        what="p95 cpu_percent",
        device=device,
        subject=subject,
        value="" if p95 is None else f"{p95 / 1000:g} %",
        first=readings[0][0] if readings else None,
        last=readings[-1][0] if readings else None,
        counts=PollCounts(a=len(covered), d=0, m=len(hours - covered)),
    )
    return Load(p95, evidence)


def _is_covered(load: Load, min_bp: int) -> bool:
    """Enough hours of the window have a reading."""
    counts = load.evidence.counts
    return load.p95 is not None and counts is not None and counts.a * ONE_BP >= min_bp * counts.n


def _sheets(look: Look, device: Device) -> Iterator[str]:
    """The accepted data sheets that name the device's model or the device itself."""
    names = [name.casefold() for name in (device.model, device.id) if name]
    sheets = (document for document in look.proof.documents.values() if document.kind == DATA_SHEET)
    for document in sheets:
        is_named = any(name in document.title.casefold() for name in names)
        if is_named and look.proof.of(document) == "accepted":
            yield document.id


def _rating_evidence(look: Look, device: Device) -> Evidence:
    sheet = next(_sheets(look, device), "")
    told = device.rated_mbps is not None
    return Evidence(
        level="E0" if not told else "E2" if sheet else "E1",
        what="rated_mbps",
        device=device.id,
        value=f"{device.rated_mbps} Mbit/s" if told else "rating_missing",
        document=sheet,
    )


def _level(look: Look, devices: Sequence[Device], loads: dict[str, Load]) -> str:
    """The weakest of what was found; nothing is E0."""
    found = [_rating_evidence(look, device).level for device in devices if device.rated_mbps is not None]
    found += ["E3" for load in loads.values() if load.p95 is not None]
    return min(found, default="E0")
