"""What the agents of the sixty schools ship: batches in the order made, one an hour."""

from __future__ import annotations

from collections.abc import Iterator

from sixty_types import HOURS, CampusTruth, part

from agent.changes import Columns
from agent.samples import Block
from inventory.facts import Batch, FactValue
from inventory.probes import AGENT

INTERVAL_S = 3600
TABLES = {"interfaces": "ok", "ipv6_addresses": "ok", "ipv6_default_routes": "ok", "ipv6_ra_interfaces": "ok"}
Facts = dict[tuple[str, str], FactValue]


def batches_of(campus: CampusTruth) -> Iterator[Batch]:
    """One batch an hour, of the hours in which the agent was there."""
    sent: dict[str, Facts] = {}
    counters = _counters(campus)
    for seq, n in enumerate((n for n in range(len(HOURS)) if campus.agent[n] == "ok"), 1):
        slot = int(HOURS[n].timestamp())
        columns = Columns(slot)
        states = {
            f"{campus.id}-gw": (campus.gateway[n], _gateway(campus, n)),
            f"{campus.id}-ac": (campus.controller[n], _controller(campus, n)),
            f"{campus.id}-sw": (campus.switch[n], _switch(campus, n)),
            AGENT + campus.id: ("ok", _tests(campus, n)),
            **{box.id: (box.polls[n], {}) for box in campus.boxes if box.polls[n] != "gap"},
        }
        for device, (outcome, facts) in states.items():
            columns.add_poll(device, outcome)  # type: ignore[arg-type]
            if outcome == "ok":
                columns.add_changes(device, sent.get(device, {}), facts)
                sent[device] = facts
        if campus.gateway[n] == "ok":
            columns.add_samples(f"{campus.id}-gw", _samples(campus, n, counters[n]))
        yield Batch(
            agent=campus.id,
            campus=campus.id,
            epoch="e1",
            seq=seq,
            made_at=float(slot + 60),
            interval_s=INTERVAL_S,
            polls=columns.polls,
            frames=columns.frames,
            facts=columns.facts,
            samples=columns.samples,
        )


def _gateway(campus: CampusTruth, n: int) -> Facts:
    facts: Facts = {
        ("", "tables"): dict(TABLES),
        ("", "ipv6_default_route"): list(campus.next_hops[n]),
    }
    if campus.is_aggregate:
        facts |= {("port:Eth-Trunk1", "type"): 161, ("port:Eth-Trunk1", "oper"): "up"}
        facts["port:Eth-Trunk1", "ipv6"] = list(campus.addresses[n])
    for number, (oper, mbps) in enumerate(campus.members[n], 1):
        subject = member(number)
        facts |= {(subject, "type"): 6, (subject, "oper"): oper, (subject, "speed_mbps"): mbps}
        if campus.is_aggregate:
            facts[subject, "lag"] = "Eth-Trunk1"
        else:
            facts[subject, "ipv6"] = list(campus.addresses[n])
    for number, lan in enumerate(campus.lans, 10):
        facts[f"port:Vlanif{number}", "ipv6"] = [f"2409:8a28:{number}::1/64"] if lan.prefix[n] else []
        facts[f"port:Vlanif{number}", "ipv6_ra"] = lan.adverts[n]
    return facts


def member(number: int) -> str:
    """A port of the uplink, from 1."""
    return f"port:XGigabitEthernet0/0/{number}"


def _controller(campus: CampusTruth, n: int) -> Facts:
    facts: Facts = {("", "tables"): {"wireless": "ok"}}
    for number, ap in enumerate(campus.aps):
        mac = mac_of(number)
        facts |= {(f"ap:{mac}", "state"): ap.states[n], (f"ap:{mac}", "mac"): mac}
    return facts


def mac_of(number: int) -> str:
    """The address of an access point, from 0."""
    return f"02:00:00:00:00:{number:02x}"


def _switch(campus: CampusTruth, n: int) -> Facts:
    facts: Facts = {("", "tables"): {"interfaces": "ok"}}
    for number, socket in enumerate(campus.sockets, 1):
        oper, mbps, duplex = socket.states[n]
        subject = f"port:GigabitEthernet0/0/{number}"
        facts |= {(subject, "type"): 6, (subject, "oper"): oper, (subject, "duplex"): duplex}
        if mbps is not None:
            facts[subject, "speed_mbps"] = mbps
    return facts


def _tests(campus: CampusTruth, n: int) -> Facts:
    facts: Facts = {}
    for number, reached in enumerate(campus.reached[n]):
        subject = f"probe:tcp:t{number}:ipv6"
        facts[subject, "ok"] = reached and campus.own_address
        facts[subject, "own_global"] = 1 if campus.own_address else 0
    return facts


def _counters(campus: CampusTruth) -> list[tuple[int, int, int]]:
    """The gateway's clock (seconds) and the octets in and out of each member of its uplink, as they stand
    at each hour."""
    found = [(7_000_000, 10**12, 10**12)]
    for n in range(1, len(HOURS)):
        clock, into, out = found[-1]
        seconds = int((HOURS[n] - HOURS[n - 1]).total_seconds())
        if n in campus.restarts:
            clock, into, out = 1200 - seconds, 0, 0
        bps_in, bps_out = campus.load[n - 1]
        found.append((clock + seconds, into + bps_in // 8 * seconds, out + bps_out // 8 * seconds))
    return found


def _samples(campus: CampusTruth, n: int, counters: tuple[int, int, int]) -> list[Block]:
    clock, into, out = counters
    blocks = [Block([""], ["uptime_s"], [0], [[clock]])]
    if campus.tells_octets:
        ports = [member(number) for number, _state in enumerate(campus.members[n], 1)]
        values: list[list[int | None]] = [[into] * len(ports), [out] * len(ports)]
        blocks.append(Block(ports, ["in_octets", "out_octets"], [0, 0], values))
    counts = campus.stations.get(HOURS[n].date())
    if counts:
        heard = [(part(whole, n), part(six, n)) for whole, six in counts]
        ports = [f"port:Vlanif{number}" for number, _lan in enumerate(campus.lans, 10)]
        values = [[whole for whole, _six in heard], [six for _whole, six in heard]]
        blocks.append(Block(ports, ["stations", "stations_ipv6"], [0, 0], values))
    return blocks
