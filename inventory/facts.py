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
