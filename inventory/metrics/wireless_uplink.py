"""D8: whether the access points' cables carry a gigabit (metric-catalogue 4.D)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import cast

from msgspec.structs import replace

from inventory.facts import PORT
from inventory.metrics.ap_book import ap_subject
from inventory.metrics.kinds import CampusMetrics
from inventory.metrics.look import Grid, Look
from inventory.metrics.params import Params
from inventory.metrics.ports import find_port
from inventory.metrics.truth import Truth, judge_polls, unknown
from inventory.metrics.units import Unit, count_units, unit_verdict
from inventory.metrics.wireless import registered_aps
from inventory.metrics.wireless_radio import generation_of
from inventory.register import Campus, Device
from inventory.verdict import Evidence, State, Verdict

D8 = "wifi_ap_uplink_gigabit_ratio"
MIN_PORT_MBPS = 1000
FAST_PORT_MBPS, FAST_GENERATION = 2500, 6
"""IEEE 802.3bz, and the generation (802.11ax) from which one gigabit is too little; shown, never judged."""
UP = ("up", "online")
PORT_FACTS = ("oper", "speed_mbps", "duplex")
WIRED_FACTS = ("state", "wired_mbps", "duplex")
"""Of a port, and of an access point at its controller: whether it is up, Mbit/s, and duplex, which no
controller tells."""
AP_PORT = "ap"
"""The role of a register row that names a port of an access point."""


@dataclass(frozen=True, slots=True)
class Place:
    """A port of a switch, and which access point (or room) is said to hang on it."""

    device: str
    port: str
    what: str


def ap_uplinks(look: Look, campus: Campus, params: Params) -> Verdict:
    """D8: access points whose switch port ran at 1 Gbit/s and more, full duplex, in the polls in which it was
    up, over all whose port is known: learnt by a switch, told by LLDP or named in the register. Where no
    switch tells of a port, the controller's word on the speed of the wired side stands for it. One that was
    never up is left to D3."""
    origin = params.origin("min_port_mbps")
    aps = registered_aps(campus)
    declared = [Place(p.device, p.port, p.room) for p in campus.ports if p.role == AP_PORT]
    if not aps and not declared:
        return unknown(D8, campus.id, "ap_register_empty", origin=origin)
    grid = look.grid(params, campus)
    if not grid.slots:
        return unknown(D8, campus.id, "holiday", origin=origin)
    places = _own_places(look, {ap.id: _place(look, campus, ap) for ap in aps})
    units = [_ap(look, campus, ap, places.get(ap.id), grid, params) for ap in aps]
    taken = {_key(look, place) for place in places.values()}
    units += [_port(look, campus, p, grid, params) for p in declared if _key(look, p) not in taken]
    verdict = unit_verdict(
        D8,
        campus.id,
        units,
        params.bp("unit_ratio", 9800),
        origin=origin,
        window=grid.window,
        without="port_unknown",
    )
    info = _faster(look, campus, {ap.id: places.get(ap.id) for ap in aps}, grid, params)
    return replace(verdict, evidence=(*verdict.evidence, *info))


def _faster(
    look: Look, campus: Campus, places: Mapping[str, Place | None], grid: Grid, params: Params
) -> Iterator[Evidence]:
    """For information: how many access points of Wi-Fi 6 and newer have a cable at 2.5 Gbit/s, by the same
    rule, of those that it can be told of."""
    asked = Params({**params.values, "min_port_mbps": FAST_PORT_MBPS}, params.origins)
    new = [ap for ap in registered_aps(campus) if (generation_of(look, ap)[0] or 0) >= FAST_GENERATION]
    counts = count_units([_ap(look, campus, ap, places[ap.id], grid, asked) for ap in new])
    if counts.p + counts.f:
        value = f"{counts.p}/{counts.p + counts.f}"
        yield Evidence(level="E3", what=f"Wi-Fi 6 and newer at {FAST_PORT_MBPS} Mbit/s", value=value)


def _key(look: Look, place: Place) -> tuple[str, str]:
    return place.device, find_port(look.facts(place.device), place.port) or place.port


def _own_places(look: Look, places: Mapping[str, Place | None]) -> dict[str, Place]:
    """Without the ports that several access points were learnt on: these lead to a switch that nobody
    reads."""
    keys = {ap: _key(look, place) for ap, place in places.items() if place}
    times = Counter(keys.values())
    return {ap: place for ap, place in places.items() if place and times[keys[ap]] == 1}


def _place(look: Look, campus: Campus, ap: Device) -> Place | None:
    """Where an access point hangs: by the switch that learnt its address, else by what it says of itself."""
    device, subject = ap_subject(look, ap)
    spans = look.spans(device, subject, "switch_port") if subject else ()
    told = spans[-1].value if spans and spans[-1].end is None else None
    if isinstance(told, str) and " " in told:
        switch, _, port = told.partition(" ")
        return Place(switch, port, ap.name or ap.id)
    neighbours = cast(
        dict[str, set[tuple[str, str]]], look.keep(("lldp", campus.id), lambda: _neighbours(look, campus))
    )
    names = (_newest(look, device, subject, "name"), ap.name, _newest(look, device, subject, "mac"), ap.mac)
    for name in filter(None, names):
        found = neighbours.get(name.strip().casefold(), set())
        if len(found) == 1:
            switch, port = next(iter(found))
            return Place(switch, port, ap.name or ap.id)
    return None


def _newest(look: Look, device: str, subject: str | None, key: str) -> str:
    spans = look.spans(device, subject, key) if subject else ()
    return str(spans[-1].value or "") if spans else ""


def _neighbours(look: Look, campus: Campus) -> dict[str, set[tuple[str, str]]]:
    """Name -> the ports at whose other end LLDP shows it alone. The fact is "name port", and both may hold
    spaces: every beginning of it is a name."""
    found: dict[str, set[tuple[str, str]]] = {}
    for device in campus.devices:
        for subject, keys in look.facts(device.id).items():
            spans = keys.get("lldp", ())
            ends = spans[-1].value if spans and spans[-1].end is None else None
            if isinstance(ends, list) and len(ends) == 1:
                words = ends[0].casefold().split(" ")
                for n in range(1, len(words)):
                    place = device.id, subject.removeprefix(PORT)
                    found.setdefault(" ".join(words[:n]), set()).add(place)
    return found


def _ap(look: Look, campus: Campus, ap: Device, place: Place | None, grid: Grid, params: Params) -> Unit:
    by_port = _port(look, campus, place, grid, params) if place else None
    if by_port is not None and by_port.state is not State.UNKNOWN:
        return by_port
    device, subject = ap_subject(look, ap)
    if subject and look.spans(device, subject, "wired_mbps"):
        evidence = Evidence(level="E3", what="wired_mbps", device=device, subject=subject)
        return _judge(look, campus, evidence, WIRED_FACTS, grid, params)
    if by_port is not None:
        return by_port
    name = f"ap:{ap.name or ap.id}"
    return Unit(
        State.NA, "port_unknown", Evidence(level="E0", what="port_unknown", device=device, subject=name)
    )


def _port(look: Look, campus: Campus, place: Place, grid: Grid, params: Params) -> Unit:
    subject = find_port(look.facts(place.device), place.port)
    if subject is None:
        evidence = Evidence(level="E0", what="port", device=place.device, subject=PORT + place.port)
        return Unit(State.UNKNOWN, "port_unknown", evidence)
    evidence = Evidence(
        level="E3", what="ifHighSpeed", device=place.device, subject=subject, value=place.what
    )
    return _judge(look, campus, evidence, PORT_FACTS, grid, params)


def _judge(
    look: Look, campus: Campus, evidence: Evidence, facts: Sequence[str], grid: Grid, params: Params
) -> Unit:
    """Over the polls in which the link was up. One that was never up, though the device told, is no unit.
    Half duplex fails; where the device does not tell, a gigabit is full: nobody builds the other."""
    ok, _down = look.polls(evidence.device, grid)
    ok &= ~look.excused(evidence.device, campus, grid)
    histories = [look.spans(evidence.device, evidence.subject, key) for key in facts]
    least = params.number("min_port_mbps", MIN_PORT_MBPS)
    truth, told, up = Truth(), 0, 0
    for stretch, (state, speed, duplex) in grid.pieces(histories):
        mask = stretch & ok
        told |= mask if state is not None else 0
        if state not in UP:
            continue
        up |= mask
        if not isinstance(speed, int | float) or not speed:
            truth.add_unknown("speed_not_reported", mask)
        elif speed >= least and duplex != "half":
            truth.true |= mask
        else:
            truth.add_false("port_slow", mask)
    truth.excused = grid.full & ~up
    tally = truth.tally(grid)
    first, last = grid.first_last(up)
    evidence = replace(evidence, level="E3" if up else "E0", first=first, last=last, counts=tally.counts)
    if not up and not (histories[0] and histories[0][-1].value in UP):
        return Unit(State.NA if told else State.UNKNOWN, "port_unknown", evidence)
    state, reason, _low, _high = judge_polls(tally, params)
    return Unit(state, reason if up else "port_unknown", evidence)


CAMPUS: CampusMetrics = {D8: ap_uplinks}
