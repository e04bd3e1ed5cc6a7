"""SNMPv2-MIB system group (RFC 3418), with the restarts that SNMP-FRAMEWORK-MIB counts (RFC 3411)."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from agent.mibs.text import number, text
from agent.snmp.engine import Oid, Value, oid
from inventory.reading import System

SCALARS: dict[str, Oid] = {
    "sysDescr": oid("1.3.6.1.2.1.1.1.0"),
    "sysObjectID": oid("1.3.6.1.2.1.1.2.0"),
    "sysUpTime": oid("1.3.6.1.2.1.1.3.0"),
    "sysName": oid("1.3.6.1.2.1.1.5.0"),
    "sysLocation": oid("1.3.6.1.2.1.1.6.0"),
}
CLOCK_SCALARS: dict[str, Oid] = {
    "sysUpTime": SCALARS["sysUpTime"],
    "snmpEngineBoots": oid("1.3.6.1.6.3.10.2.1.2.0"),
}
"""What time it is on the device when its counters are read. The boots are asked apart from the system group:
an agent that refuses a whole question for one unknown variable must not lose its name over them."""


def system(found: Mapping[str, Value]) -> System:
    """The device about itself; who made it is filled in later."""
    ticks = number(found.get("sysUpTime"))
    return System(
        sys_name=text(found.get("sysName")),
        sys_descr=text(found.get("sysDescr")),
        sys_object_id=text(found.get("sysObjectID")),
        uptime_s=None if ticks is None else uptime_s(ticks),
        location=text(found.get("sysLocation")),
    )


def clocked(known: System, found: Mapping[str, Value]) -> System:
    """The same device with the time of its clock at this moment and the starts of its SNMP engine."""
    ticks, boots = number(found.get("sysUpTime")), number(found.get("snmpEngineBoots"))
    return msgspec.structs.replace(
        known,
        uptime_s=known.uptime_s if ticks is None else uptime_s(ticks),
        engine_boots=boots if boots is not None and boots >= 0 else None,
    )


def uptime_s(ticks: int) -> float:
    """Seconds since the agent's management part restarted.

    From TimeTicks, hundredths of a second (RFC 2578, 7.1.8); SNMPv2-MIB::sysUpTime (RFC 3418).
    Wraps after about 497 days: compare with the previous value before reading it as a reboot.
    """
    return ticks / 100
