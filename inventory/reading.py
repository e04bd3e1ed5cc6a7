"""One device read once, as plain records: what ``wanzhao agent poll --json`` prints (docs/facts.md).

What is not known is None or an empty list, never a guess; ``Reading.tables`` says why. Fields may be added,
never renamed.
"""

from __future__ import annotations

from typing import Literal

import msgspec

from inventory.hardware import Entity, Optic, PoePort, PoeSupply, Sensor, Ups
from inventory.wifi import Wireless

READING_SCHEMA = "wanzhao.device/1"

Outcome = Literal["ok", "down", "gap"]
"""One poll of one device (metric-catalogue 3.2): it answered; it alone did not; nobody can tell."""

TableStatus = Literal["ok", "empty", "partial", "timeout", "error", "unsupported"]


class Table(msgspec.Struct, frozen=True, kw_only=True):
    """How the reading of one table went, and when (``read_at``, ISO 8601 UTC; None: in this reading)."""

    status: TableStatus
    rows: int = 0
    seconds: float = 0.0
    detail: str = ""
    read_at: str | None = None


class System(msgspec.Struct, frozen=True, kw_only=True):
    """SNMPv2-MIB system group, and who made the device. ``engine_boots`` is snmpEngineBoots (RFC 3411)."""

    sys_name: str | None = None
    sys_descr: str | None = None
    sys_object_id: str | None = None
    uptime_s: float | None = None
    engine_boots: int | None = None
    location: str | None = None
    vendor: str | None = None
    family: str | None = None
    model: str | None = None
    serial: str | None = None
    software: str | None = None


class Interface(msgspec.Struct, frozen=True, kw_only=True):
    """One row of ifTable and ifXTable. ``type`` is the IANAifType number, ``speed_mbps`` Mbit/s or null
    when the device does not say; ``lag_if_index`` is the aggregate that this port is a member of.
    ``if_speed`` and ``if_high_speed`` are what the device sent of them."""

    if_index: int
    name: str | None = None
    descr: str | None = None
    alias: str | None = None
    type: int | None = None
    admin_status: str | None = None
    oper_status: str | None = None
    speed_mbps: float | None = None
    if_speed: int | None = None
    if_high_speed: int | None = None
    mac: str | None = None
    duplex: str | None = None
    lag_if_index: int | None = None
    connector: bool | None = None


class PortCounters(msgspec.Struct, frozen=True, kw_only=True):
    """64-bit counters of one interface (ifXTable, RFC 2863) and its errors. Packets are unicast, multicast
    and broadcast together, and each by itself. ``discontinuity`` is ifCounterDiscontinuityTime in 1/100 s of
    sysUpTime."""

    if_index: int
    in_octets: int | None = None
    out_octets: int | None = None
    in_packets: int | None = None
    out_packets: int | None = None
    in_unicast: int | None = None
    in_multicast: int | None = None
    in_broadcast: int | None = None
    out_unicast: int | None = None
    out_multicast: int | None = None
    out_broadcast: int | None = None
    in_errors: int | None = None
    out_errors: int | None = None
    in_discards: int | None = None
    out_discards: int | None = None
    discontinuity: int | None = None


class VersionCounters(msgspec.Struct, frozen=True, kw_only=True):
    """Octets of one IP version (4 or 6) on one interface: ipIfStatsTable (RFC 4293), 64 bits; ``source``
    names the table. ``discontinuity`` is ipIfStatsDiscontinuityTime in 1/100 s."""

    if_index: int
    version: Literal[4, 6]
    in_octets: int | None = None
    out_octets: int | None = None
    discontinuity: int | None = None
    source: str | None = None


class Ipv4Address(msgspec.Struct, frozen=True, kw_only=True):
    address: str
    prefix_length: int | None = None
    if_index: int | None = None


Scope6 = Literal["global", "ula", "link_local", "other"]


class Ipv6Address(msgspec.Struct, frozen=True, kw_only=True):
    """``origin`` is ipAddressOrigin in words (manual, dhcp, linklayer, random, other) or null; ``source`` the
    table or command that told it."""

    address: str
    prefix_length: int | None = None
    if_index: int | None = None
    scope: Scope6 = "other"
    origin: str | None = None
    source: str | None = None


class Ipv6Route(msgspec.Struct, frozen=True, kw_only=True):
    """A default route, ::/0, or one to an aggregate. ``source`` names the table that proved it;
    ``next_hop_state`` is the state of the next hop's neighbour entry in words (ipNetToPhysicalState) where it
    was seen."""

    next_hop: str | None = None
    if_index: int | None = None
    source: str | None = None
    next_hop_state: str | None = None


class Ipv6Aggregate(msgspec.Struct, frozen=True, kw_only=True):
    """A destination that the agent was told to ask for, "2001:db8::/32": how that went, and the routes to
    it."""

    prefix: str
    status: TableStatus
    routes: list[Ipv6Route] = []


class Ipv6Interface(msgspec.Struct, frozen=True, kw_only=True):
    """One row of ipv6InterfaceTable and ipv6RouterAdvertTable (RFC 4293). ``managed`` and ``other_config``
    are the M and O flags of its router advertisements (RFC 4861)."""

    if_index: int
    enabled: bool | None = None
    forwarding: bool | None = None
    sends_ra: bool | None = None
    managed: bool | None = None
    other_config: bool | None = None


class NeighborCounts(msgspec.Struct, frozen=True, kw_only=True):
    """Rows of the neighbour tables (ARP and ND); null when the device offers no such table."""

    ipv4: int | None = None
    ipv6: int | None = None


class Neighbor(msgspec.Struct, frozen=True, kw_only=True):
    """One living entry of ipNetToPhysicalTable or its like. ``station`` is the keyed hash of the MAC address;
    neither MAC nor IP address of anybody's machine is kept. ``scope`` only for IPv6."""

    if_index: int | None = None
    version: Literal[4, 6]
    station: str
    scope: Scope6 | None = None
    state: str | None = None


class FdbCount(msgspec.Struct, frozen=True, kw_only=True):
    """How many MAC addresses a switch has learnt on one port (dot1dTpFdbTable, dot1qTpFdbTable)."""

    if_index: int
    stations: int


class ApPort(msgspec.Struct, frozen=True, kw_only=True):
    """A MAC address that was asked for (an access point's), and the port where the switch learnt it."""

    mac: str
    if_index: int
    vlan: int | None = None


class Vlan(msgspec.Struct, frozen=True, kw_only=True):
    """One VLAN (dot1qVlanStaticTable or dot1qVlanCurrentTable) with the ports that carry it."""

    vlan: int
    name: str | None = None
    ports: list[int] = []
    untagged: list[int] = []


class LldpNeighbor(msgspec.Struct, frozen=True, kw_only=True):
    """One row of lldpRemTable. ``local_port`` is the local port's name when it is known; ``address`` the
    neighbour's management address (lldpRemManAddrTable), ``capabilities`` LldpSystemCapabilitiesMap in words;
    ``source`` names the table, which for makers without LLDP-MIB is one of theirs."""

    local_if_index: int | None = None
    local_port: str | None = None
    chassis_id: str | None = None
    port_id: str | None = None
    port_descr: str | None = None
    sys_name: str | None = None
    sys_descr: str | None = None
    address: str | None = None
    capabilities: list[str] = []
    source: str | None = None


RungName = Literal["configured", "routed", "neighbours", "clients", "bytes", "share"]


class Rung(msgspec.Struct, frozen=True, kw_only=True):
    """One step of the IPv6 ladder: is it reached, how much, and which table proved it (or could not)."""

    name: RungName
    reached: bool | None = None
    value: float | None = None
    unit: str | None = None
    proof: str | None = None
    detail: str = ""


class Reading(msgspec.Struct, frozen=True, kw_only=True):
    """One device, read once."""

    schema: str = READING_SCHEMA
    address: str
    polled_at: str
    outcome: Outcome
    tables: dict[str, Table] = {}
    system: System = System()
    interfaces: list[Interface] = []
    counters: list[PortCounters] = []
    ipv4_addresses: list[Ipv4Address] = []
    ipv6_addresses: list[Ipv6Address] = []
    ipv6_default_routes: list[Ipv6Route] = []
    ipv6_aggregates: list[Ipv6Aggregate] = []
    ipv6_ra_interfaces: list[int] | None = None
    ipv6_interfaces: list[Ipv6Interface] = []
    ipv6_forwarding: bool | None = None
    version_counters: list[VersionCounters] = []
    neighbor_counts: NeighborCounts = NeighborCounts()
    neighbors: list[Neighbor] = []
    ipv6_ladder: list[Rung] = []
    optics: list[Optic] = []
    sensors: list[Sensor] = []
    poe_ports: list[PoePort] = []
    poe_supplies: list[PoeSupply] = []
    ups: Ups | None = None
    vlans: list[Vlan] = []
    fdb: list[FdbCount] = []
    ap_ports: list[ApPort] = []
    lldp_neighbors: list[LldpNeighbor] = []
    cdp_neighbors: list[LldpNeighbor] = []
    entities: list[Entity] = []
    wireless: Wireless | None = None
    notes: list[str] = []

    @property
    def links(self) -> list[LldpNeighbor]:
        """Who is at the other end of the ports, by whatever protocol."""
        return [*self.lldp_neighbors, *self.cdp_neighbors]
