"""A1 and A2: what the uplink port runs at, and what is bought (metric-catalogue 4.A)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

from inventory.facts import PORT, FactValue
from inventory.metrics.kinds import CampusMetrics
from inventory.metrics.look import Grid, Look, value_at
from inventory.metrics.params import Params
from inventory.metrics.ports import (
    AGGREGATE_TYPE,
    ETHERNET_TYPES,
    find_port,
    is_routed_name,
    members_of,
    same_port,
    short_name,
)
from inventory.metrics.truth import Tally, Truth, either, poll_verdict, unknown
from inventory.register import Campus, Contract, Uplink
from inventory.verdict import Evidence, State, Verdict

A1 = "access_port_speed_10g"
A2 = "access_contract_bandwidth_10g"
TEN_G_MBPS = 10_000
FIBRE_KINDS = ("dark_fibre", "owned_fibre")


@dataclass(slots=True)
class PortTruth:
    """An uplink over the window: true or false by poll, and the effective speeds it ran at (mask, Mbit/s)."""

    uplink: Uplink
    subject: str
    truth: Truth
    speeds: list[tuple[int, float]]


def port_speed(look: Look, campus: Campus, params: Params) -> Verdict:
    """A1: the campus's uplink is up at ``min_port_mbps`` or more, by ifHighSpeed, in enough polls."""
    roles = params.words("roles", ("wan_edu",))
    uplinks = [uplink for uplink in campus.uplinks if uplink.role in roles]
    origin = params.origin("min_port_mbps")
    if not uplinks:
        return unknown(A1, campus.id, "uplink_not_declared", origin=origin)
    grid = look.grid(params, campus)
    ports = [_port_truth(look, campus, uplink, grid, params) for uplink in _physical(look, uplinks)]
    tally = either(port.truth for port in ports).tally(grid)
    return poll_verdict(
        A1,
        campus.id,
        grid,
        tally,
        params,
        value=_median_of_best(ports),
        threshold=params.number("min_port_mbps", TEN_G_MBPS),
        decided_by="min_port_mbps",
        evidence=tuple(_port_evidence(look, port, grid) for port in ports),
    )


def contract_bandwidth(look: Look, campus: Campus, params: Params) -> Verdict:
    """A2: what is bought for the education network and valid on the date, Mbit/s."""
    limit = params.number("min_contract_mbps", TEN_G_MBPS)
    network = params.word("network", "edu")
    today = datetime.fromtimestamp(look.snapshot.as_of, ZoneInfo(look.snapshot.calendar.timezone)).date()
    rows = [
        row
        for row in (replace(each, evidence=look.proof.standing(each)) for each in campus.contracts)
        if row.network == network and row.evidence != "rejected"
    ]
    valid = [row for row in rows if _is_valid(row, today)]
    verdict = Verdict(
        metric=A2,
        subject=campus.id,
        state=State.UNKNOWN,
        reason="contract_missing",
        unit="Mbit/s",
        threshold=limit,
        origin=params.origin("min_contract_mbps"),
        evidence=tuple(_contract_evidence(row) for row in rows),
    )
    if any(row.kind in FIBRE_KINDS and row.evidence == "accepted" for row in valid):
        return _as_lit(look, campus, params, verdict)
    leased = [row for row in valid if row.kind not in FIBRE_KINDS]
    if leased:
        return _by_sum(leased, limit, verdict, symmetric=params.flag("symmetric", default=True))
    if valid:
        return replace(verdict, reason="evidence_unreviewed", level="E1")
    return _expired(rows, today, params.number("expired_grace_days", 30), verdict)


# A1: ports


def _physical(look: Look, uplinks: list[Uplink]) -> list[Uplink]:
    """The uplinks that are ports or aggregates; where none is, all: the verdict then says so.

    A routed interface may be declared beside the port, to say where the addresses are (C1). Its speed
    means nothing.
    """
    kept = [uplink for uplink in uplinks if not _is_logical(look, uplink)]
    return kept or uplinks


def _is_logical(look: Look, uplink: Uplink) -> bool:
    facts = look.facts(uplink.device)
    subject = find_port(facts, uplink.port)
    if subject is None:
        return is_routed_name(uplink.port)
    types = [span.value for span in facts[subject].get("type", ())]
    is_port = not types or types[-1] in ETHERNET_TYPES | {AGGREGATE_TYPE}
    return not is_port and not members_of(facts, subject)


def _port_truth(look: Look, campus: Campus, uplink: Uplink, grid: Grid, params: Params) -> PortTruth:
    facts = look.facts(uplink.device)
    subject = find_port(facts, uplink.port)
    ok, down = look.polls(uplink.device, grid)
    port = PortTruth(
        uplink, subject or PORT + uplink.port, Truth(excused=look.excused(uplink.device, campus, grid)), []
    )
    port.truth.add_false("device_down", down)
    if look.is_unread(uplink.device, campus, grid):
        port.truth.add_unknown("gateway_unmanaged", grid.full)
    elif _is_logical(look, uplink):
        port.truth.add_unknown("uplink_port_logical", ok)
    elif subject is None:
        port.truth.add_unknown(_missing_port_reason(look, uplink, grid), ok)
    else:
        _follow(look, port, grid, ok, params)
    return port


def _missing_port_reason(look: Look, uplink: Uplink, grid: Grid) -> str:
    if not grid.slots:
        return "no_data"
    status = look.table_status(uplink.device, "interfaces", grid.slots[-1])
    return "table_unreadable" if status in ("partial", "timeout", "error") else "uplink_port_not_found"


def _follow(look: Look, port: PortTruth, grid: Grid, ok: int, params: Params) -> None:
    """Judge the port in each stretch in which nothing about it changed."""
    facts = look.facts(port.uplink.device)
    members = members_of(facts, port.subject)
    watched = members or [port.subject]
    histories = [facts[port.subject].get(key, ()) for key in ("oper", "type")]
    for member in watched:
        histories += [facts[member].get(key, ()) for key in ("oper", "speed_mbps", "lag")]
    minimum = params.number("min_port_mbps", TEN_G_MBPS)
    least_member = params.number("min_member_mbps", min(minimum, TEN_G_MBPS))
    shared = port.uplink.medium == "pon" and not params.flag("allow_shared_medium", default=False)
    for stretch, values in grid.pieces(histories):
        mask = stretch & ok
        if not mask:
            continue
        rows = [(values[i], values[i + 1], values[i + 2]) for i in range(2, len(values), 3)]
        if members:
            speed, reason = _aggregate_speed(rows, port.subject, least_member, minimum)
        else:
            speed, reason = _single_speed(values[0], values[1], rows[0][1], minimum)
        if speed is not None:
            port.speeds.append((mask, speed))
        if shared and speed != 0:
            port.truth.add_false("shared_medium", mask)
        elif speed is None:
            port.truth.add_unknown(reason, mask)
        elif speed >= minimum:
            port.truth.true |= mask
        else:
            port.truth.add_false(reason, mask)


def _single_speed(
    oper: FactValue, if_type: FactValue, speed: FactValue, minimum: float
) -> tuple[float | None, str]:
    """Mbit/s of a port (None: cannot be told), and why it is less than wanted."""
    if oper is None:
        return None, "uplink_port_not_found"
    if oper == "unknown":  # ifOperStatus 4: the device itself cannot tell
        return None, "not_supported_by_device"
    if oper != "up":
        return 0.0, "uplink_down"
    if if_type == AGGREGATE_TYPE:
        return None, "not_supported_by_device"
    if not isinstance(speed, int | float) or not speed:
        return None, "speed_not_reported"
    return float(speed), _slow_reason(speed, minimum)


def _aggregate_speed(
    rows: Sequence[tuple[FactValue, FactValue, FactValue]], aggregate: str, least: float, minimum: float
) -> tuple[float | None, str]:
    """Sum of the members that are up and fast enough (metric-catalogue A1); the aggregate's own speed is
    left aside."""
    names = {aggregate.removeprefix(PORT).casefold(), short_name(aggregate.removeprefix(PORT))}
    up = [speed for oper, speed, lag in rows if oper == "up" and same_port(lag, names)]
    told = [float(speed) for speed in up if isinstance(speed, int | float) and speed]
    total = sum(speed for speed in told if speed >= least)
    if total < minimum and len(told) < len(up):
        return None, "speed_not_reported"
    if not up:
        return 0.0, "uplink_down"
    if any(speed < least for speed in told):
        return total, "lag_member_1g"
    return total, _slow_reason(total, minimum)


def _slow_reason(speed: float, minimum: float) -> str:
    return "negotiated_1000" if speed == 1000 and minimum > speed else "below_speed"


def _median_of_best(ports: list[PortTruth]) -> float | None:
    """Lower-middle median over the polls that told a speed, of the fastest uplink's speed."""
    told = 0
    for port in ports:
        for mask, _speed in port.speeds:
            told |= mask
    n = told.bit_count()
    reached = 0
    for mask, speed in sorted((s for port in ports for s in port.speeds), key=lambda s: -s[1]):
        reached |= mask
        if reached.bit_count() >= n - (n - 1) // 2:
            return speed
    return None


def _port_evidence(look: Look, port: PortTruth, grid: Grid) -> Evidence:
    tally: Tally = port.truth.tally(grid)
    read = 0
    for mask, _speed in port.speeds:
        read |= mask
    first, last = grid.first_last(read)
    newest = max(port.speeds, key=lambda s: s[0].bit_length(), default=(0, None))[1]
    return Evidence(
        level="E3" if read else "E0",
        what="ifHighSpeed",
        device=port.uplink.device,
        subject=port.subject,
        value=_members_text(look, port, last) or ("" if newest is None else f"{newest:g}"),
        first=first,
        last=last,
        counts=tally.counts,
    )


def _members_text(look: Look, port: PortTruth, slot: int | None) -> str:
    """The members of an aggregate that were up, by speed: "10x1000"; "" for a single port."""
    facts = look.facts(port.uplink.device)
    if slot is None or not (members := members_of(facts, port.subject)):
        return ""
    speeds = Counter(
        value_at(facts[member].get("speed_mbps", ()), slot)
        for member in members
        if value_at(facts[member].get("oper", ()), slot) == "up"
    )
    told = sorted(((s, n) for s, n in speeds.items() if isinstance(s, int | float)), reverse=True)
    return "+".join(f"{n}x{speed:g}" for speed, n in told) or "0"


# A2: contracts


def _is_valid(row: Contract, day: date) -> bool:
    return (row.start is None or row.start <= day) and (row.end is None or day <= row.end)


def _contracted(row: Contract, *, symmetric: bool) -> int | None:
    """Mbit/s of one contract: the weaker direction. None where the contract does not say."""
    directions = (row.down_mbps, row.up_mbps) if symmetric else (row.down_mbps,)
    told = [mbps for mbps in directions if mbps is not None]
    return min(told) if len(told) == len(directions) else None


def _by_sum(leased: list[Contract], limit: float, verdict: Verdict, *, symmetric: bool) -> Verdict:
    """Only accepted contracts count; one that is not reviewed or has no figure leaves the answer open."""
    figures = [(_contracted(row, symmetric=symmetric), row.evidence == "accepted") for row in leased]
    accepted = [mbps for mbps, is_accepted in figures if is_accepted and mbps is not None]
    if accepted:
        verdict = replace(verdict, value=float(sum(accepted)), level="E2")
    if sum(accepted) >= limit:
        return replace(verdict, state=State.PASS, reason="")
    if any(mbps is None for mbps, _ in figures):
        return replace(verdict, reason="contract_missing")
    possible = sum(mbps for mbps, _ in figures if mbps is not None)
    if not accepted or possible >= limit:
        return replace(verdict, reason="evidence_unreviewed")
    return replace(verdict, state=State.FAIL, reason="contract_below")


def _as_lit(look: Look, campus: Campus, params: Params, verdict: Verdict) -> Verdict:
    """A leased or own fibre carries what the port lights it with: the value and the verdict are A1's."""
    port = port_speed(look, campus, params)
    return replace(
        port,
        metric=A2,
        threshold=verdict.threshold,
        origin=verdict.origin,
        level="E2" if port.state is State.PASS else port.level,
        evidence=verdict.evidence + port.evidence,
    )


def _expired(rows: list[Contract], today: date, grace_days: float, verdict: Verdict) -> Verdict:
    """A lease that ended is unknown for some days, while its renewal is on the way, then fails."""
    ends = [row.end for row in rows if row.end is not None and row.end < today]
    if not ends:
        return verdict
    late = (today - max(ends)).days
    state = State.FAIL if late > grace_days else State.UNKNOWN
    return replace(verdict, state=state, reason="contract_expired")


def _contract_evidence(row: Contract) -> Evidence:
    level = "E2" if row.evidence == "accepted" else "E1" if row.evidence == "claimed" else "E0"
    mbps = _contracted(row, symmetric=True)
    period = f"{row.start or ''}..{row.end or ''}"
    return Evidence(
        level=level,
        what="contract",
        subject=row.circuit,
        value=" ".join(filter(None, [row.kind, "" if mbps is None else f"{mbps} Mbit/s", period])),
    )


CAMPUS: CampusMetrics = {A1: port_speed, A2: contract_bandwidth}
