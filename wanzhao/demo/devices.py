"""Simulated devices: a box as its engineer configured it, the MIB view it shows, the socket that answers.

What a model looks like is data (models.toml); what a device is used for is a ``Box``.
"""

from __future__ import annotations

import asyncio
import time
import tomllib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from ipaddress import ip_interface
from pathlib import Path
from typing import Any

from wanzhao.demo import ip, mib
from wanzhao.demo.ip import Address
from wanzhao.demo.mib import Neighbour, Part, Port, Rows
from wanzhao.demo.responder import Responder, UdpAgent, View
from wanzhao.demo.wireless import AccessPoint, access_points

HERE = Path(__file__).parent
COMMUNITY = "public"
ADDRESS_TABLES: dict[str, Callable[[Iterable[Address]], Rows]] = {
    "rfc4293": ip.ip_addresses,
    "zoned": ip.ip_addresses_zoned,
    "no_length": ip.ip_addresses_without_length,
    "rfc2465": ip.ipv6_addresses_2465,
    "rfc2465_length": ip.ipv6_addresses_2465_with_length,
}
ROUTE_TABLES: dict[str, Callable[[Iterable[Address]], Rows]] = {
    "inet_cidr": ip.routes,
    "rfc2465": ip.routes_2465,
}
CHASSIS, POWER_SUPPLY = 3, 6  # PhysicalClass (RFC 6933)
LAG_NUMBER = 1

Model = Mapping[str, Any]
"""One table of models.toml; what it may hold is said there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """One configured device. Ports are named by ifDescr, ``{lag}`` is the aggregate.

    ``number`` is unique in the county: MAC addresses and the serial number come from it. ``up`` are ports
    with a link, ``runs_at`` what they run at where it is not their own speed, Mbit/s. ``addresses`` and
    ``next_hops`` are (port, address). ``heard`` is (port, the other box, its port).
    """

    model: str
    number: int
    name: str
    location: str
    up: tuple[str, ...] = ()
    runs_at: Mapping[str, int] = field(default_factory=dict)
    aliases: Mapping[str, str] = field(default_factory=dict)
    lag: tuple[str, ...] = ()
    vlans: tuple[int, ...] = ()
    addresses: tuple[tuple[str, str], ...] = ()
    next_hops: tuple[tuple[str, str], ...] = ()
    heard: tuple[tuple[str, Box, str], ...] = ()
    aps: tuple[AccessPoint, ...] = ()
    bytes_per_s: int = 2_000_000
    days_up: int = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class SimDevice:
    """A device to be served. A silent one has a socket and never answers."""

    campus: str
    id: str
    view: View
    silent: bool = False
    community: str = COMMUNITY


class Ports(dict[str, int]):
    """UDP port by device id; ``close`` ends the service."""

    def __init__(self) -> None:
        super().__init__()
        self._transports: list[asyncio.DatagramTransport] = []
        self._agents: dict[str, UdpAgent] = {}

    def add(self, device: str, transport: asyncio.DatagramTransport, agent: UdpAgent) -> None:
        self[device] = transport.get_extra_info("sockname")[1]
        self._transports.append(transport)
        self._agents[device] = agent

    def change(self, device: SimDevice) -> None:
        """From now on the device answers what this view says."""
        self._agents[device.id].responder = Responder(device.view, device.community)

    def close(self) -> None:
        for transport in self._transports:
            transport.close()


async def serve(devices: Iterable[SimDevice], host: str = "127.0.0.1") -> Ports:
    """Answer for every device on a free port of its own; gives the ports by device id."""
    began = time.monotonic()
    ports = Ports()
    for device in devices:
        responder = None if device.silent else Responder(device.view, device.community)
        protocol = UdpAgent(responder, lambda: time.monotonic() - began)
        transport, _ = await asyncio.get_running_loop().create_datagram_endpoint(
            lambda protocol=protocol: protocol,  # type: ignore[misc]
            local_addr=(host, 0),
        )
        ports.add(device.id, transport, protocol)
    return ports


@cache
def models() -> Mapping[str, Model]:
    """models.toml, by model."""
    return tomllib.loads((HERE / "models.toml").read_text(encoding="utf-8"))


@cache
def layouts() -> Mapping[str, Model]:
    """wireless.toml, by layout."""
    return tomllib.loads((HERE / "wireless.toml").read_text(encoding="utf-8"))


def mac_of(number: int, port: int = 0) -> bytes:
    """A locally administered MAC address (second bit of the first octet, IEEE 802c)."""
    return bytes((0x02, 0x57, 0x5A, *number.to_bytes(2, "big"), port & 0xFF))


def lag_name(model: str) -> str:
    """ifDescr of the one aggregate that a demo device has."""
    return str(models()[model]["lag"]["descr"]).format(n=LAG_NUMBER)


def vlan_name(model: str, vlan: int) -> str:
    """What finds a routed VLAN interface: its ifDescr, or its ifName where all share one ifDescr."""
    called = models()[model]["vlan"]
    return str(called["descr" if "{n}" in called["descr"] else "name"]).format(n=vlan)


def port_names(model: str, speed_mbps: int) -> list[str]:
    """ifDescr of the model's real ports of a speed."""
    return [port.descr for port in _real_ports(models()[model], 0) if port.speed_mbps == speed_mbps]


def view_of(box: Box) -> View:
    """Everything that the box answers."""
    model = models()[box.model]
    ports = ports_of(box)
    addresses = _addresses(box, ports)
    hops = [Address(at=ip_interface(at), if_index=_index(ports, port)) for port, at in box.next_hops]
    rows = mib.system(
        descr=model["descr"],
        object_id=mib.parsed(model["object_id"]),
        name=box.name,
        location=box.location,
        days_up=box.days_up,
    )
    rows |= mib.interfaces(ports) | ip.ipv4_addresses(addresses) | ip.ipv6_interfaces(addresses)
    for dialect in model["addresses"]:
        rows |= ADDRESS_TABLES[dialect](addresses)
    for table in model["routes"]:
        rows |= ROUTE_TABLES[table](hops)
    if model["adverts"]:
        rows |= _adverts(addresses, box, ports)
    if "lag" in model:
        rows |= mib.lag_attached(ports) | mib.if_stack(ports)
    rows |= _lldp(box, model, ports) | _entities(box, model)
    rows |= ip.neighbours((hop, mac_of(0xFF00 + n)) for n, hop in enumerate(hops))
    rows |= {mib.parsed(oid): mib.text(value) for oid, value in model.get("scalars", {}).items()}
    if "wireless" in model:
        rows |= access_points(box.aps, layouts()[model["wireless"]])
    return rows


def ports_of(box: Box) -> list[Port]:
    """The rows of the interface table, in order of ifIndex."""
    model = models()[box.model]
    real = [_as_used(port, box, model) for port in _real_ports(model, box.number)]
    ports = [*real, *_logical_ports(model, box)]
    if box.lag:
        ports.append(_aggregate(model, box, [port for port in real if port.descr in box.lag]))
    return sorted(ports, key=lambda port: port.if_index)


def _real_ports(model: Model, number: int) -> list[Port]:
    ports: list[Port] = []
    for group in model["ports"]:
        first = group.get("first", 1)
        for n in range(group["count"]):
            ports.append(
                Port(
                    if_index=group["index"] + n,
                    descr=group["descr"].format(n=first + n),
                    name=group["name"].format(n=first + n),
                    type=group.get("type", 6),
                    speed_mbps=group["speed_mbps"],
                    mac=mac_of(number, len(ports) + 1),
                    connector=model.get("connector"),
                )
            )
    return ports


def _as_used(port: Port, box: Box, model: Model) -> Port:
    lag = model["lag"]["index"] + LAG_NUMBER if port.descr in box.lag else None
    up = port.descr in box.up or lag is not None
    return replace(
        port,
        up=up,
        lag=lag,
        speed_mbps=box.runs_at.get(port.descr, port.speed_mbps),
        alias=box.aliases.get(port.descr, ""),
        bytes_per_s=box.bytes_per_s if up else 0,
    )


def _logical_ports(model: Model, box: Box) -> list[Port]:
    ports = [
        Port(if_index=index, descr=name, name=name, type=kind, speed_mbps=0, connector=False)
        for name, index, kind in model["extra"]
    ]
    vlan = model["vlan"]
    ports += [
        Port(
            if_index=vlan["index"] + number,
            descr=vlan["descr"].format(n=number),
            name=vlan["name"].format(n=number),
            type=vlan["type"],
            speed_mbps=1000,
            mac=mac_of(box.number),
            connector=False,
        )
        for number in box.vlans
    ]
    return ports


def _aggregate(model: Model, box: Box, members: list[Port]) -> Port:
    name = model["lag"]["descr"].format(n=LAG_NUMBER)
    return Port(
        if_index=model["lag"]["index"] + LAG_NUMBER,
        descr=name,
        name=model["lag"]["name"].format(n=LAG_NUMBER),
        type=model["lag"]["type"],
        speed_mbps=sum(port.speed_mbps for port in members if port.up),
        mac=mac_of(box.number),
        alias=box.aliases.get(name, ""),
        connector=False,
        bytes_per_s=box.bytes_per_s * len(members),
    )


def _addresses(box: Box, ports: list[Port]) -> list[Address]:
    """The configured addresses, and a link-local one on each interface that has any other IPv6 address."""
    given = [Address(at=ip_interface(at), if_index=_index(ports, port)) for port, at in box.addresses]
    with_ipv6 = dict.fromkeys(address.if_index for address in given if address.at.version == 6)
    local = [Address(at=ip.link_local(mac_of(box.number)), if_index=index) for index in with_ipv6]
    return [*given, *local]


def _adverts(addresses: list[Address], box: Box, ports: list[Port]) -> Rows:
    """Routed VLANs with IPv6 advertise themselves, the uplink does not."""
    with_ipv6 = dict.fromkeys(address.if_index for address in addresses if address.at.version == 6)
    vlans = {_index(ports, vlan_name(box.model, vlan)) for vlan in box.vlans}
    return ip.router_adverts(with_ipv6, frozenset(with_ipv6) & vlans)


def _lldp(box: Box, model: Model, ports: list[Port]) -> Rows:
    if model["lldp"] == "none":
        return {}
    real = [port for port in ports if port.type == 6 and port.mac]
    ordinal = model["lldp"] == "ordinal"
    numbers = {port.descr: n if ordinal else port.if_index for n, port in enumerate(real, 1)}
    names = {numbers[port.descr]: port.name for port in real}
    heard = [
        Neighbour(
            port=numbers[port],
            chassis=mac_of(other.number),
            remote_port=remote,
            name=other.name,
            descr=models()[other.model]["descr"],
        )
        for port, other, remote in box.heard
    ]
    return mib.lldp(chassis=mac_of(box.number), name=box.name, ports=names, heard=heard)


def _entities(box: Box, model: Model) -> Rows:
    if "chassis" not in model:
        return {}
    chassis = Part(
        index=model["chassis"],
        klass=CHASSIS,
        descr=model["model"],
        name=model["model"],
        serial=model["serial"].format(number=box.number),
        model=model["model"],
        software=model["software"],
    )
    power = Part(index=model["chassis"] + 1, klass=POWER_SUPPLY, descr="Power supply", name="PWR1")
    return mib.entities([chassis, power])


def _index(ports: list[Port], name: str) -> int:
    """ifIndex of a port by ifDescr or ifName."""
    return next(port.if_index for port in ports if name in (port.descr, port.name))
