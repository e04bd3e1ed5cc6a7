"""The wire contract: the form in which what an agent learns travels.

``Batch`` is what an agent ships: poll outcomes and changed facts, in columns. Fields may be added,
never renamed; a reader ignores what it does not know.
"""

from __future__ import annotations

from typing import Literal

import msgspec

from inventory.reading import Outcome

BATCH_SCHEMA = "wanzhao.batch/1"
BATCH_MEDIA_TYPE = "application/vnd.wanzhao.batch+json;v=1"

FactValue = str | int | float | bool | list[str] | dict[str, str] | None


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
    "aps_licensed": "access points that the controller may serve",
    "ipv6_forwarding": "the device forwards IPv6 (ipv6IpForwarding)",
    "ipv6_dead_next_hops": "next hops of ::/0 whose neighbour entry is incomplete or invalid, a list",
    "ipv6_ladder": "rungs of the IPv6 ladder: configured, routed, neighbours, clients -> yes, no, unknown",
    "failed": "what the device reports as failed, 'fan: FAN1', a list; empty when it watches and all is well",
    "ups_battery": "battery of the UPS: normal, low, depleted, unknown",
    "ups_output": "source of the UPS's output: normal, bypass, battery, ...",
    "ups_test": "result of the last self-test of the UPS",
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
    "ipv6_managed": "M flag of the router advertisements: addresses by DHCPv6",
    "ipv6_heard": "machines with global or unique local addresses were heard here",
    "duplex": "half or full (dot3StatsDuplexStatus)",
    "lldp": "who is at the other end, 'system name port', a list",
    "optic_type": "transceiver: type as the device names it",
    "optic_vendor": "transceiver: maker",
    "optic_part": "transceiver: part number",
    "optic_serial": "transceiver: serial number",
    "optic_wavelength_nm": "transceiver: wavelength, nm",
    "optic_ddm": "transceiver: can measure light",
    "optic_rx_dbm": "received light, dBm; a new value when it moves by half a decibel",
    "optic_tx_dbm": "sent light, dBm; a new value when it moves by half a decibel",
    "optic_light": "'none' where the device says that no light arrives",
    "optic_unit": "'unknown unit' where the device's numbers for light cannot be read with certainty",
    "optic_rx_low_alarm_dbm": "the module's own limit for received light, dBm",
    "optic_rx_low_warn_dbm": "the module's own limit for received light, dBm",
    "optic_rx_high_warn_dbm": "the module's own limit for received light, dBm",
    "optic_rx_high_alarm_dbm": "the module's own limit for received light, dBm",
}
DEADBANDS: dict[str, float] = {"optic_rx_dbm": 0.5, "optic_tx_dbm": 0.5}
"""Facts that are measured: a new value counts as a change from this difference on."""
AP_KEYS: dict[str, str] = {
    "name": "name at the controller",
    "mac": "Ethernet MAC address",
    "serial": "serial number",
    "model": "model",
    "ip": "management address",
    "state": "online, offline, missing (no longer listed by the controller) or unknown",
    "missing_since": "when the controller first no longer listed it, ISO 8601 UTC",
    "software": "software version",
    "ipv6": "management address, IPv6",
    "generation": "Wi-Fi generation (4 n, 5 ac, 6 ax, 7 be), by model or radio mode",
    "wired_mbps": "speed of its wired uplink, Mbit/s",
    "switch_port": "where a switch of the campus has learnt it, 'device port'",
}
