"""The county of the demo, 示例县: the devices of its schools as configured, and what should be judged.

The county's code is one that nobody has, addresses are from the ranges for documentation. ``EXPECTED`` says
what an honest verdict is, from how the devices were made, not from what the product answers.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from inventory.verdict import UPLINK_ITEM, State
from wanzhao.demo.devices import Box, SimDevice, lag_name, port_names, view_of, vlan_name
from wanzhao.demo.responder import View
from wanzhao.demo.schools import SCHOOLS, DemoCampus, DemoSchool
from wanzhao.demo.wireless import AccessPoint

COUNTY, ADCODE = "示例县", "339999"
POLL_INTERVAL_S = 3
VLANS = {
    100: ("教学", "teaching"),
    110: ("办公", "office"),
    120: ("教师无线", "wifi_staff"),
    130: ("学生无线", "wifi_student"),
}
MANAGEMENT_VLAN = 10

# Target by target, school by school in the order above.
_P, _F, _U = State.PASS, State.FAIL, State.UNKNOWN
_STATES = {
    "demo-access-10g": (_P, _P, _F, _F, _P, _U, _F, _P),
    "demo-ipv6": (_P, _P, _P, _F, _F, _U, _P, _P),
    "demo-wifi": (_P, _P, _P, _P, _P, _U, _P, _F),
    "demo-library": (_U,) * 8,
}
EXPECTED: dict[tuple[str, str], State] = {
    (target, school.id): state
    for target, states in _STATES.items()
    for school, state in zip(SCHOOLS, states, strict=True)
}
"""(target of plan.toml, school) -> what an honest verdict is once the agents have polled for a window."""


def campus_id(school: DemoSchool, campus: DemoCampus) -> str:
    return f"{school.id}-{school.campuses.index(campus) + 1:02d}"


def all_campuses() -> list[tuple[DemoSchool, DemoCampus]]:
    return [(school, campus) for school in SCHOOLS for campus in school.campuses]


SILENT_AGENTS: frozenset[str] = frozenset(
    campus_id(school, campus) for school, campus in all_campuses() if campus.agent_silent
)
"""Campuses whose agent is not started."""


def simulated_devices() -> list[SimDevice]:
    """Every managed device of the county; access points stand in their controllers' tables."""
    devices = []
    for number, (school, campus) in enumerate(all_campuses(), 1):
        for device, box in boxes(campus, number).items():
            silent = campus.gateway_silent and device == f"{campus.key}-gw"
            devices.append(
                SimDevice(campus=campus_id(school, campus), id=device, view=view_of(box), silent=silent)
            )
    return devices


@dataclass(frozen=True, slots=True, kw_only=True)
class Fall:
    """An uplink that was accepted and runs slower since: ``before`` is what its device answered then."""

    school: str
    device: str
    item: str
    before: View


def falls() -> list[Fall]:
    """The uplinks that fall while the demo runs."""
    found = []
    for number, (school, campus) in enumerate(all_campuses(), 1):
        if campus.accepted_at:
            device = f"{campus.key}-gw"
            then = boxes(replace(campus, uplink_runs_at=campus.accepted_at), number)[device]
            item = f"{UPLINK_ITEM}{campus_id(school, campus)}:{device}:{uplink_port(campus)}"
            found.append(Fall(school=school.id, device=device, item=item, before=view_of(then)))
    return found


def boxes(campus: DemoCampus, number: int) -> dict[str, Box]:
    """The configured devices of a campus by device id; ``number`` counts the county's campuses from 1."""
    below = {
        f"{campus.key}-ac": _controller(campus, number),
        **{f"{campus.key}-sw{n}": _switch(campus, number, n) for n in range(1, len(campus.switches) + 1)},
    }
    if campus.firewall:
        below[f"{campus.key}-fw"] = _firewall(campus, number)
    return {f"{campus.key}-gw": _gateway(campus, number, list(below.values())), **below}


def uplink_port(campus: DemoCampus) -> str:
    """The declared uplink, by ifDescr: a 10G port or the aggregate."""
    return lag_name(campus.gateway) if campus.lag_ports else port_names(campus.gateway, 10000)[0]


def access_points_of(campus: DemoCampus, number: int) -> list[AccessPoint]:
    """The registered access points; the last two numbers of name, MAC and serial are the same."""
    return [
        AccessPoint(
            name=f"{campus.key.upper()}-AP{n:02d}",
            mac=bytes((0x02, 0x41, 0x50, 0, number, n)),
            serial=f"DEMO{number:02d}AP{n:04d}",
            model=campus.ap_model,
            address=bytes((10, number, 200, n)),
            clients=(n * 7) % 23,
            online=n not in campus.offline | campus.forgotten,
            listed=n not in campus.forgotten,
        )
        for n in range(1, campus.aps + 1)
    ]


def _gateway(campus: DemoCampus, number: int, below: list[Box]) -> Box:
    members = tuple(port_names(campus.gateway, campus.lag_mbps)[: campus.lag_ports])
    uplink = uplink_port(campus)
    copper = [port for port in port_names(campus.gateway, 1000) if port not in members]
    free = copper or port_names(campus.gateway, 10000)[1:]
    lans = tuple(zip(free, below, strict=False))
    return Box(
        model=campus.gateway,
        number=number * 16,
        name=f"{campus.key.upper()}-GW",
        location=campus.address,
        up=(*(() if members else (uplink,)), *(port for port, _ in lans)),
        runs_at={uplink: campus.uplink_runs_at},
        aliases={uplink: "TO-EDU-NET"},
        lag=members,
        vlans=tuple(VLANS),
        addresses=_gateway_addresses(campus, number, uplink),
        next_hops=_next_hops(campus, number, uplink),
        heard=tuple((port, box, box.up[0]) for port, box in lans),
        bytes_per_s=30_000_000,
        days_up=120 + number,
    )


def _gateway_addresses(campus: DemoCampus, number: int, uplink: str) -> tuple[tuple[str, str], ...]:
    lans = {vlan: vlan_name(campus.gateway, vlan) for vlan in VLANS}
    ipv4 = [
        (uplink, f"10.200.{number}.2/30"),
        *((lan, f"10.{number}.{vlan}.1/24") for vlan, lan in lans.items()),
    ]
    if not campus.ipv6:
        return tuple(ipv4)
    ipv6 = [(lan, f"2001:db8:{number:x}:{vlan}::1/64") for vlan, lan in lans.items()]
    return (*ipv4, (uplink, f"2001:db8:fff0:{number:x}::2/64"), *ipv6)


def _next_hops(campus: DemoCampus, number: int, uplink: str) -> tuple[tuple[str, str], ...]:
    ipv4 = (uplink, f"10.200.{number}.1/30")
    return (ipv4, (uplink, f"2001:db8:fff0:{number:x}::1/64")) if campus.ipv6 else (ipv4,)


def _switch(campus: DemoCampus, number: int, n: int) -> Box:
    model = campus.switches[n - 1]
    ports = port_names(model, 1000)
    return _managed(
        model, number, n, f"{campus.key.upper()}-SW{n}", campus, up=(ports[-1], *ports[: campus.aps])
    )


def _controller(campus: DemoCampus, number: int) -> Box:
    model = campus.controller
    port = (port_names(model, 1000) or port_names(model, 10000))[0]
    aps = tuple(access_points_of(campus, number))
    return _managed(model, number, 8, f"{campus.key.upper()}-AC", campus, up=(port,), aps=aps)


def _firewall(campus: DemoCampus, number: int) -> Box:
    ports = tuple(port_names(campus.firewall, 1000)[:2])
    return _managed(campus.firewall, number, 9, f"{campus.key.upper()}-FW", campus, up=ports)


def _managed(
    model: str,
    number: int,
    n: int,
    name: str,
    campus: DemoCampus,
    *,
    up: tuple[str, ...],
    aps: tuple[AccessPoint, ...] = (),
) -> Box:
    """A device behind the gateway: one management VLAN with an address, IPv6 where the campus has it."""
    vlan = vlan_name(model, MANAGEMENT_VLAN)
    ipv6 = ((vlan, f"2001:db8:{number:x}:10::{n:x}0/64"),) if campus.ipv6 else ()
    return Box(
        model=model,
        number=number * 16 + n,
        name=name,
        location=campus.address,
        up=up,
        vlans=(MANAGEMENT_VLAN,),
        addresses=((vlan, f"10.{number}.10.{n * 10}/24"), *ipv6),
        aps=aps,
        days_up=60 + n,
    )
