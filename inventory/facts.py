"""The wire contract: what an agent learns, and the form in which it travels.

``Reading`` is one device read once (``wanzhao agent poll --json``, documented in docs/facts.md).
``Batch`` is what an agent ships: poll outcomes and changed facts, in columns. Fields may be added,
never renamed; a reader ignores what it does not know.
"""

from __future__ import annotations

from typing import Literal

import msgspec

READING_SCHEMA = "wanzhao.device/1"
BATCH_SCHEMA = "wanzhao.batch/1"
BATCH_MEDIA_TYPE = "application/vnd.wanzhao.batch+json;v=1"

Outcome = Literal["ok", "down", "gap"]
"""One poll of one device (metric-catalogue 3.2): it answered; it alone did not; nobody can tell."""

TableStatus = Literal["ok", "empty", "partial", "timeout", "error", "unsupported"]

FactValue = str | int | float | bool | list[str] | dict[str, str] | None


class Table(msgspec.Struct, frozen=True, kw_only=True):
    """How the reading of one table went."""

    status: TableStatus
    rows: int = 0
    seconds: float = 0.0
    detail: str = ""


class System(msgspec.Struct, frozen=True, kw_only=True):
    """SNMPv2-MIB system group, and who made the device."""

    sys_name: str | None = None
    sys_descr: str | None = None
    sys_object_id: str | None = None
    uptime_s: float | None = None
    location: str | None = None
    vendor: str | None = None
    family: str | None = None
    model: str | None = None
    serial: str | None = None
    software: str | None = None


class Interface(msgspec.Struct, frozen=True, kw_only=True):
    """One row of ifTable and ifXTable. ``type`` is the IANAifType number, ``speed_mbps`` Mbit/s or null
    when the device does not say; ``lag_if_index`` is the aggregate that this port is a member of."""

    if_index: int
    name: str | None = None
    descr: str | None = None
    alias: str | None = None
    type: int | None = None
    admin_status: str | None = None
    oper_status: str | None = None
    speed_mbps: float | None = None
    mac: str | None = None
    duplex: str | None = None
    lag_if_index: int | None = None
    connector: bool | None = None


class Ipv4Address(msgspec.Struct, frozen=True, kw_only=True):
    address: str
    prefix_length: int | None = None
    if_index: int | None = None


Scope6 = Literal["global", "ula", "link_local", "other"]


class Ipv6Address(msgspec.Struct, frozen=True, kw_only=True):
    """``origin`` is ipAddressOrigin in words (manual, dhcp, linklayer, random, other) or null."""

    address: str
    prefix_length: int | None = None
    if_index: int | None = None
    scope: Scope6 = "other"
    origin: str | None = None


class Ipv6Route(msgspec.Struct, frozen=True, kw_only=True):
    """A default route, ::/0. ``source`` names the table that proved it."""

    next_hop: str | None = None
    if_index: int | None = None
    source: str | None = None


class NeighborCounts(msgspec.Struct, frozen=True, kw_only=True):
    """Rows of the neighbour tables (ARP and ND); null when the device offers no such table."""

    ipv4: int | None = None
    ipv6: int | None = None


class Optic(msgspec.Struct, frozen=True, kw_only=True):
    if_index: int | None = None
    name: str | None = None
    rx_dbm: float | None = None
    tx_dbm: float | None = None
    temperature_c: float | None = None
    vendor: str | None = None
    part: str | None = None
    serial: str | None = None
    wavelength_nm: float | None = None


class LldpNeighbor(msgspec.Struct, frozen=True, kw_only=True):
    """One row of lldpRemTable. ``local_port`` is the local port's name when it is known."""

    local_if_index: int | None = None
    local_port: str | None = None
    chassis_id: str | None = None
    port_id: str | None = None
    sys_name: str | None = None


class Entity(msgspec.Struct, frozen=True, kw_only=True):
    """One row of entPhysicalTable; ``class`` is PhysicalClass in words (chassis, module, port, ...)."""

    index: int
    class_: str | None = msgspec.field(name="class", default=None)
    name: str | None = None
    descr: str | None = None
    model: str | None = None
    serial: str | None = None
    hardware: str | None = None
    firmware: str | None = None
    software: str | None = None


ApState = Literal["online", "offline", "unknown"]


class Radio(msgspec.Struct, frozen=True, kw_only=True):
    """``band`` is "2.4", "5" or "6" (GHz)."""

    index: int
    band: str | None = None
    channel: int | None = None
    clients: int | None = None


class AccessPoint(msgspec.Struct, frozen=True, kw_only=True):
    name: str | None = None
    mac: str | None = None
    serial: str | None = None
    model: str | None = None
    ip: str | None = None
    state: ApState = "unknown"
    clients: int | None = None
    radios: list[Radio] = []


class Wireless(msgspec.Struct, frozen=True, kw_only=True):
    """``clients`` is the controller's own count, or the sum over APs where it has none; the scalars are
    the controller's own words, which may differ from the rows: a walk is not atomic."""

    aps: list[AccessPoint] = []
    clients: int | None = None
    aps_online: int | None = None
    aps_offline: int | None = None
    aps_total: int | None = None


class Reading(msgspec.Struct, frozen=True, kw_only=True):
    """One device, read once."""

    schema: str = READING_SCHEMA
    address: str
    polled_at: str
    outcome: Outcome
    tables: dict[str, Table] = {}
    system: System = System()
    interfaces: list[Interface] = []
    ipv4_addresses: list[Ipv4Address] = []
    ipv6_addresses: list[Ipv6Address] = []
    ipv6_default_routes: list[Ipv6Route] = []
    ipv6_ra_interfaces: list[int] | None = None
    neighbor_counts: NeighborCounts = NeighborCounts()
    optics: list[Optic] = []
    lldp_neighbors: list[LldpNeighbor] = []
    entities: list[Entity] = []
    wireless: Wireless | None = None
    notes: list[str] = []


class PollColumns(msgspec.Struct, frozen=True, kw_only=True):
    """Poll outcomes: device id, slot (start of the poll's interval, seconds since 1970 UTC), outcome."""

    device: list[str] = []
    slot: list[int] = []
    outcome: list[Outcome] = []


class FactColumns(msgspec.Struct, frozen=True, kw_only=True):
    """Changed facts: value from this slot on; null means that the fact is no longer true."""

    device: list[str] = []
    slot: list[int] = []
    subject: list[str] = []
    key: list[str] = []
    value: list[FactValue] = []


class FrameColumns(msgspec.Struct, frozen=True, kw_only=True):
    """Key frames: for this device and slot, the facts in this batch are its whole state."""

    device: list[str] = []
    slot: list[int] = []


class Batch(msgspec.Struct, frozen=True, kw_only=True):
    """One agent's polls of one slot. The key (agent, epoch, lane, seq) is unique for ever."""

    schema: str = BATCH_SCHEMA
    agent: str
    campus: str
    epoch: str
    lane: Literal["now", "backlog"] = "backlog"
    seq: int
    made_at: float
    interval_s: int
    agent_version: str = ""
    polls: PollColumns = PollColumns()
    frames: FrameColumns = FrameColumns()
    facts: FactColumns = FactColumns()


class Receipt(msgspec.Struct, frozen=True, kw_only=True):
    """The collector's answer after commit: ``stored``, or ``duplicate`` of what it already has."""

    status: Literal["stored", "duplicate"]
    agent: str
    epoch: str
    lane: str
    seq: int


# The facts that a batch carries, by subject and key. The agent writes them (agent/facts.py), the
# metrics read them (inventory/metrics). A subject is "" for the device itself, "port:<name>" or "ap:<id>".
PORT = "port:"
AP = "ap:"
DEVICE_KEYS: dict[str, str] = {
    "sys_name": "sysName (SNMPv2-MIB)",
    "vendor": "maker, by sysObjectID and sysDescr",
    "family": "operating system family",
    "model": "model",
    "serial": "serial number of the chassis (ENTITY-MIB or the maker's)",
    "software": "software version",
    "tables": "status of each table read: name -> ok, empty, partial, timeout, error, unsupported",
    "ipv6_default_route": "next hops of ::/0, a list; empty when the route table was read and has none",
    "aps_online": "access points that the controller itself counts as online",
    "aps_total": "access points that the controller itself counts",
}
PORT_KEYS: dict[str, str] = {
    "if_index": "ifIndex, an attribute of the port that may change at a restart",
    "descr": "ifDescr where it differs from ifName",
    "alias": "ifAlias",
    "type": "ifType, IANAifType number",
    "connector": "ifConnectorPresent",
    "admin": "ifAdminStatus in words",
    "oper": "ifOperStatus in words",
    "speed_mbps": "ifHighSpeed, Mbit/s (ifSpeed only where it cannot saturate)",
    "lag": "name of the aggregate that this port is a member of",
    "ipv6": "addresses but link-local, 'address/prefix length' sorted; '/?' where the length is not told",
    "ipv6_ra": "router advertisements are sent (ipv6RouterAdvertSendAdverts)",
}
AP_KEYS: dict[str, str] = {
    "name": "name at the controller",
    "mac": "Ethernet MAC address",
    "serial": "serial number",
    "model": "model",
    "ip": "management address",
    "state": "online, offline or unknown",
}
