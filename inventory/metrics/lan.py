"""B1 and B2: the backbone of the buildings, and the sockets in the rooms (metric-catalogue 4.B)."""

from __future__ import annotations

from collections.abc import Iterator

from inventory.facts import PORT
from inventory.metrics.kinds import CampusMetrics
from inventory.metrics.look import Grid, Look
from inventory.metrics.params import Params
from inventory.metrics.ports import find_port
from inventory.metrics.truth import Tally, judge_polls, unknown
from inventory.metrics.units import Unit, unit_verdict
from inventory.metrics.uplinks import SpeedRule, speed_truth
from inventory.register import Building, Campus, Device, Port, Uplink
from inventory.verdict import Evidence, PollCounts, State, Verdict

B1 = "backbone_10g_ratio"
B2 = "classroom_port_gigabit_ratio"
SWITCHES = ("distribution", "access")
TOWARDS = ("core", "gateway", "distribution", "firewall")
"""Roles at the upper end of a backbone link."""
UP_SHARE_BP = 9500


def backbone(look: Look, campus: Campus, params: Params) -> Verdict:
    """B1: buildings whose switches have a link towards the core at 10G, over all buildings with a switch."""
    grid = look.grid(params, campus)
    if not grid.slots:
        return unknown(B1, campus.id, "holiday", origin=params.origin("min_port_mbps"))
    minimum = params.number("min_port_mbps", 10_000)
    rule = SpeedRule(minimum, min(minimum, 10_000))
    units = []
    for building in campus.buildings:
        switches = [
            device
            for device in campus.devices
            if device.building == building.id and device.role in SWITCHES and device.status == "in_service"
        ]
        if switches:
            units.append(_building(look, campus, building, switches, grid, rule, params))
    return unit_verdict(
        B1,
        campus.id,
        units,
        params.bp("unit_ratio", 10_000) if "unit_ratio" in params.values else None,
        origin=params.origin("unit_ratio"),
        window=grid.window,
        without="no_mapping",
    )


def _building(
    look: Look,
    campus: Campus,
    building: Building,
    switches: list[Device],
    grid: Grid,
    rule: SpeedRule,
    params: Params,
) -> Unit:
    ports = list(_backbone_ports(look, campus, building, switches))
    if not ports:
        evidence = Evidence(level="E0", what="building", subject=building.id, value="no_mapping")
        return Unit(State.UNKNOWN, "no_mapping", evidence)
    found = [(port, speed_truth(look, campus, port, grid, rule).truth.tally(grid)) for port in ports]
    judged = [(port, tally, *judge_polls(tally, params)[:2]) for port, tally in found]
    states = [state for *_rest, state, _reason in judged]
    least = max(1, int(params.number("min_links", 1)))
    if states.count(State.PASS) >= least:
        return Unit(State.PASS)
    is_open = states.count(State.PASS) + states.count(State.UNKNOWN) >= least
    state = State.UNKNOWN if is_open else State.FAIL
    port, tally, _state, reason = next(
        (one for one in judged if one[2] is state), (*judged[0][:3], "too_few")
    )
    return Unit(state, reason, _port_evidence(port.device, PORT + port.port, building.id, tally))


def _backbone_ports(
    look: Look, campus: Campus, building: Building, switches: list[Device]
) -> Iterator[Uplink]:
    """Ports that are declared for it; where none is, ports at whose other end LLDP names a device above."""
    ids = {device.id for device in switches}
    declared = [
        port
        for port in campus.ports
        if port.role == "backbone" and (port.device in ids or port.building == building.id)
    ]
    if declared:
        yield from (Uplink(device=p.device, port=p.port, medium="p2p_ethernet") for p in declared)
        return
    above = {
        name.casefold()
        for device in campus.devices
        if device.role in TOWARDS and device.id not in ids
        for name in (device.id, device.name, _sys_name(look, device.id))
        if name
    }
    for device in switches:
        for subject, keys in look.facts(device.id).items():
            spans = keys.get("lldp", ())
            ends = spans[-1].value if spans and spans[-1].end is None else None
            if isinstance(ends, list) and any(end.split(" ")[0].casefold() in above for end in ends):
                name = subject.removeprefix(PORT)
                yield Uplink(device=device.id, port=name, medium="p2p_ethernet")


def _sys_name(look: Look, device: str) -> str:
    spans = look.spans(device, "", "sys_name")
    return str(spans[-1].value) if spans and spans[-1].value else ""


def desktop_ports(look: Look, campus: Campus, params: Params) -> Verdict:
    """B2: sockets of rooms that were in use and ran at 1G full duplex, over all that were in use."""
    grid = look.grid(params, campus)
    if not grid.slots:
        return unknown(B2, campus.id, "holiday", origin=params.origin("min_port_mbps"))
    declared = [port for port in campus.ports if port.role == "desktop" and port.room]
    judged = [_socket(look, campus, port, grid, params) for port in declared]
    units = [unit for unit in judged if unit is not None]
    return unit_verdict(
        B2,
        campus.id,
        units,
        params.bp("unit_ratio", 9500),
        origin=params.origin("min_port_mbps"),
        window=grid.window,
        without="no_ports_used" if declared else "no_mapping",
    )


def _socket(look: Look, campus: Campus, port: Port, grid: Grid, params: Params) -> Unit | None:
    """One socket; None where it was never up: nobody uses it."""
    facts = look.facts(port.device)
    subject = find_port(facts, port.port)
    ok, _down = look.polls(port.device, grid)
    if subject is None or look.is_unread(port.device, campus, grid) or not ok:
        evidence = Evidence(level="E0", what="port", device=port.device, subject=PORT + port.port)
        return Unit(State.UNKNOWN, "port_unknown", evidence)
    wanted = params.number("min_port_mbps", 1000)
    good = bad = silent = 0
    keys = [facts[subject].get(key, ()) for key in ("oper", "speed_mbps", "duplex")]
    for stretch, (oper, speed, duplex) in grid.pieces(keys):
        n = (stretch & ok).bit_count()
        if oper != "up":
            continue
        if not isinstance(speed, int | float) or not speed:
            silent += n
        elif speed >= wanted and duplex != "half":
            good += n
        else:
            bad += n
    if good + bad + silent == 0:
        return None
    evidence = _port_evidence(port.device, subject, port.room, Tally(PollCounts(a=good, d=bad, m=silent)))
    share_bp = params.bp("thr", UP_SHARE_BP)
    if (good + silent) * 10_000 < share_bp * (good + bad + silent):
        return Unit(State.FAIL, "port_slow", evidence)
    if good * 10_000 >= share_bp * (good + bad + silent):
        return Unit(State.PASS, "", evidence)
    return Unit(State.UNKNOWN, "speed_not_reported", evidence)


def _port_evidence(device: str, subject: str, where: str, tally: Tally) -> Evidence:
    return Evidence(
        level="E3", what="ifHighSpeed", device=device, subject=subject, value=where, counts=tally.counts
    )


CAMPUS: CampusMetrics = {B1: backbone, B2: desktop_ports}
