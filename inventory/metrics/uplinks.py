"""What a port that carries a campus (or a county's link) did over a window: up or not, and how fast."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import cast

from inventory.facts import PORT, FactValue
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
from inventory.metrics.truth import Tally, Truth
from inventory.register import Campus, Uplink
from inventory.verdict import Evidence

TEN_G_MBPS = 10_000
OWN_FIBRE = "dark_fibre"
"""The one medium through which the far end's port is the same link: a carrier's box makes two of it."""

Row = tuple[FactValue, FactValue, FactValue]
"""oper, speed and aggregate of a physical port"""
Said = tuple[float | None, str]
"""Mbit/s that counts (None: cannot be told), and why it is none or not to be told"""


@dataclass(frozen=True, slots=True)
class SpeedRule:
    """What A1 asks of a port, Mbit/s."""

    minimum: float = TEN_G_MBPS
    least_member: float = TEN_G_MBPS
    allows_shared: bool = False


@dataclass(slots=True)
class PortTruth:
    """A port over the window: true or false by poll, and the effective speeds it ran at (mask, Mbit/s)."""

    uplink: Uplink
    subject: str
    truth: Truth
    speeds: list[tuple[int, float]]


def speed_rule(params: Params) -> SpeedRule:
    """A1's rule with a target's parameters."""
    minimum = params.number("min_port_mbps", TEN_G_MBPS)
    return SpeedRule(
        minimum,
        params.number("min_member_mbps", min(minimum, TEN_G_MBPS)),
        params.flag("allow_shared_medium", default=False),
    )


def uplinks_of(campus: Campus, params: Params) -> list[Uplink]:
    """The uplinks in the roles that count."""
    roles = params.words("roles", ("wan_edu",))
    return [uplink for uplink in campus.uplinks if uplink.role in roles]


def physical(look: Look, uplinks: list[Uplink]) -> list[Uplink]:
    """The uplinks that are ports or aggregates; where none is, all: the verdict then says so.

    A routed interface may be declared beside the port, to say where the addresses are (C1). Its speed
    means nothing.
    """
    kept = [uplink for uplink in uplinks if not _is_logical(look, uplink)]
    return kept or uplinks


def speed_truth(look: Look, campus: Campus, uplink: Uplink, grid: Grid, rule: SpeedRule) -> PortTruth:
    """Up at the rule's speed, by ifHighSpeed (A1). What is alike is made once a look; nobody changes it."""
    subject = find_port(look.facts(uplink.device), uplink.port)
    if subject is None or not members_of(look.facts(uplink.device), subject):
        rule = replace(rule, least_member=0)  # says nothing of a single port
    asked = ("speed", campus.id, uplink, grid.key, rule)
    return cast(PortTruth, look.keep(asked, lambda: _speed_truth(look, campus, uplink, grid, rule)))


def _speed_truth(look: Look, campus: Campus, uplink: Uplink, grid: Grid, rule: SpeedRule) -> PortTruth:
    def judge(port: PortTruth, ok: int) -> None:
        shared = uplink.medium == "pon" and not rule.allows_shared
        for mask, (speed, reason) in _said(look, port, grid, ok, rule):
            if speed is not None:
                port.speeds.append((mask, speed))
            if shared and speed != 0:
                port.truth.add_false("shared_medium", mask)
            elif speed is None:
                port.truth.add_unknown(reason, mask)
            elif speed >= rule.minimum:
                port.truth.true |= mask
            else:
                port.truth.add_false(reason, mask)

    return port_truth(look, campus, uplink, grid, judge)


def up_truth(look: Look, campus: Campus, uplink: Uplink, grid: Grid) -> PortTruth:
    """Up at any speed, told or not (A5, A8)."""

    def judge(port: PortTruth, ok: int) -> None:
        facts = look.facts(uplink.device)
        members = members_of(facts, port.subject)
        names = _names(port.subject)
        histories = [facts[port.subject].get("oper", ())]
        for member in members:
            histories += [facts[member].get("oper", ()), facts[member].get("lag", ())]
        for stretch, values in grid.pieces(histories):
            pairs = zip(values[1::2], values[2::2], strict=True)
            states = [oper for oper, lag in pairs if same_port(lag, names)] if members else values[:1]
            mask = stretch & ok
            if "up" in states:
                port.truth.true |= mask
            elif None in states or not states:
                port.truth.add_unknown("uplink_port_not_found", mask)
            elif "unknown" in states:
                port.truth.add_unknown("not_supported_by_device", mask)
            else:
                port.truth.add_false("uplink_down", mask)

    return port_truth(look, campus, uplink, grid, judge)


def median_of_best(ports: list[PortTruth]) -> float | None:
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


def speed_evidence(look: Look, port: PortTruth, grid: Grid) -> Evidence:
    """What ifHighSpeed of a port said: the newest speed, or an aggregate's members."""
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


def up_evidence(port: PortTruth, grid: Grid) -> Evidence:
    """What ifOperStatus of a port said: the polls in which it was up and was not."""
    known = port.truth.true | port.truth.any_false
    first, last = grid.first_last(known)
    tally = port.truth.tally(grid)
    return Evidence(
        level="E3" if known else "E0",
        what="ifOperStatus",
        device=port.uplink.device,
        subject=port.subject,
        value="up" if tally.counts.a else tally.fail_reason if known else tally.unknown_reason,
        first=first,
        last=last,
        counts=tally.counts,
    )


def _is_logical(look: Look, uplink: Uplink) -> bool:
    facts = look.facts(uplink.device)
    subject = find_port(facts, uplink.port)
    if subject is None:
        return is_routed_name(uplink.port)
    types = [span.value for span in facts[subject].get("type", ())]
    is_port = not types or types[-1] in ETHERNET_TYPES | {AGGREGATE_TYPE}
    return not is_port and not members_of(facts, subject)


def _is_far_end(look: Look, uplink: Uplink) -> bool:
    """The port is none of the school's own: it proves nothing of those, unless the fibre is dark."""
    campuses = look.snapshot.school.campuses
    own = any(device.id == uplink.device for campus in campuses for device in campus.devices)
    return not own and uplink.medium != OWN_FIBRE


def port_truth(
    look: Look, campus: Campus, uplink: Uplink, grid: Grid, judge: Callable[[PortTruth, int], None]
) -> PortTruth:
    """What is the same of every question about a port; ``judge`` puts the answers into its truth where the
    device answered and the port is there."""
    subject = find_port(look.facts(uplink.device), uplink.port)
    ok, down = look.polls(uplink.device, grid)
    port = PortTruth(
        uplink, subject or PORT + uplink.port, Truth(excused=look.excused(uplink.device, campus, grid)), []
    )
    if _is_far_end(look, uplink):
        port.truth.add_unknown("far_end_port", grid.full)
        return port
    port.truth.add_false("device_down", down)
    if look.is_unread(uplink.device, campus, grid):
        port.truth.add_unknown("gateway_unmanaged", grid.full)
    elif _is_logical(look, uplink):
        port.truth.add_unknown("uplink_port_logical", ok)
    elif subject is None:
        port.truth.add_unknown(_missing_port_reason(look, uplink, grid), ok)
    else:
        judge(port, ok)
    return port


def _missing_port_reason(look: Look, uplink: Uplink, grid: Grid) -> str:
    if not grid.slots:
        return "no_data"
    status = look.table_status(uplink.device, "interfaces", grid.slots[-1])
    return "table_unreadable" if status in ("partial", "timeout", "error") else "uplink_port_not_found"


def _said(look: Look, port: PortTruth, grid: Grid, ok: int, rule: SpeedRule) -> list[tuple[int, Said]]:
    """The effective speed in each stretch in which nothing about the port changed."""
    facts = look.facts(port.uplink.device)
    members = members_of(facts, port.subject)
    histories = [facts[port.subject].get(key, ()) for key in ("oper", "type")]
    for member in members or [port.subject]:
        histories += [facts[member].get(key, ()) for key in ("oper", "speed_mbps", "lag")]
    found = []
    for stretch, values in grid.pieces(histories):
        if mask := stretch & ok:
            rows = [(values[i], values[i + 1], values[i + 2]) for i in range(2, len(values), 3)]
            if members:
                said = _aggregate_speed(rows, port.subject, rule)
            else:
                said = _single_speed(values[0], values[1], rows[0][1], rule.minimum)
            found.append((mask, said))
    return found


def _single_speed(oper: FactValue, if_type: FactValue, speed: FactValue, minimum: float) -> Said:
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


def _aggregate_speed(rows: Sequence[Row], aggregate: str, rule: SpeedRule) -> Said:
    """Sum of the members that are up and fast enough (metric-catalogue A1); the aggregate's own speed is
    left aside."""
    names = _names(aggregate)
    up = [speed for oper, speed, lag in rows if oper == "up" and same_port(lag, names)]
    told = [float(speed) for speed in up if isinstance(speed, int | float) and speed]
    total = sum(speed for speed in told if speed >= rule.least_member)
    if total < rule.minimum and len(told) < len(up):
        return None, "speed_not_reported"
    if not up:
        return 0.0, "uplink_down"
    if any(speed < rule.least_member for speed in told):
        return total, "lag_member_1g"
    return total, _slow_reason(total, rule.minimum)


def _names(aggregate: str) -> set[str]:
    return {aggregate.removeprefix(PORT).casefold(), short_name(aggregate.removeprefix(PORT))}


def _slow_reason(speed: float, minimum: float) -> str:
    return "negotiated_1000" if speed == 1000 and minimum > speed else "below_speed"


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
