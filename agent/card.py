"""The capability card: which facts this model and firmware has just proved able to give.

The facts are those of the catalogue (F01 to F21). A fact is ``proved`` by a value, ``empty`` where the device
has the table and nothing in it, ``unsupported`` where it has no such table, and ``unread`` where the
reading failed, which proves nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

import msgspec

from agent.facts import is_port
from inventory.reading import Interface, Reading
from inventory.words import N_, _

Proof = Literal["proved", "empty", "unsupported", "unread"]


class Proved(msgspec.Struct, frozen=True, kw_only=True):
    """One line of a card. ``shown`` says what was seen, ``tables`` which tables showed it or should have."""

    fact: str
    title: str
    proof: Proof
    shown: str = ""
    tables: list[str] = []


class Card(msgspec.Struct, frozen=True, kw_only=True):
    """What one model with one software release can give."""

    vendor: str | None
    family: str | None
    model: str | None
    software: str | None
    sys_object_id: str | None
    read_at: str
    facts: list[Proved]


@dataclass(frozen=True, slots=True)
class _Ability:
    """A fact: the parts of a reading that hold it, the tables behind them, and what a reading shows of it
    ("" for nothing)."""

    fact: str
    title: str
    parts: tuple[str, ...]
    shown: Callable[[Reading], str]


def card(reading: Reading) -> Card:
    """The card of the device in a reading of all jobs."""
    system = reading.system
    return Card(
        vendor=system.vendor,
        family=system.family,
        model=system.model,
        software=system.software,
        sys_object_id=system.sys_object_id,
        read_at=reading.polled_at,
        facts=[_proved(ability, reading) for ability in ABILITIES],
    )


def _proved(ability: _Ability, reading: Reading) -> Proved:
    shown = ability.shown(reading)
    statuses = [reading.tables[part].status for part in ability.parts if part in reading.tables]
    proof: Proof = "unsupported"
    if shown:
        proof = "proved"
    elif any(status in ("timeout", "error", "partial") for status in statuses):
        proof = "unread"
    elif any(status in ("ok", "empty") for status in statuses):
        proof = "empty"
    return Proved(
        fact=ability.fact,
        title=_(ability.title),
        proof=proof,
        shown=shown,
        tables=[part for part in ability.parts if part in reading.tables],
    )


def _count(items: Iterable[object]) -> str:
    return str(total) if (total := sum(1 for _item in items)) else ""


def _ports(reading: Reading, wanted: Callable[[Interface], bool]) -> str:
    return _count(port for port in reading.interfaces if is_port(port) and wanted(port))


def _of_version(reading: Reading, version: int) -> str:
    return _count(item for item in reading.neighbors if item.version == version) or str(
        (reading.neighbor_counts.ipv4 if version == 4 else reading.neighbor_counts.ipv6) or ""
    )


def _known(*values: object) -> str:
    return ", ".join(str(value) for value in values if value is not None)


def _sensors(*kinds: str) -> Callable[[Reading], str]:
    return lambda reading: _count(sensor for sensor in reading.sensors if sensor.kind in kinds)


ABILITIES: Sequence[_Ability] = (
    _Ability("F01", N_("answers"), ("system",), lambda r: _known(r.system.uptime_s, r.system.sys_name)),
    _Ability(
        "F02",
        N_("ports up and down"),
        ("interfaces",),
        lambda r: _ports(r, lambda port: port.oper_status is not None),
    ),
    _Ability(
        "F03", N_("port speed"), ("interfaces",), lambda r: _ports(r, lambda port: bool(port.speed_mbps))
    ),
    _Ability(
        "F04",
        N_("octets, 64 bits"),
        ("counters",),
        lambda r: _count(port for port in r.counters if port.in_octets is not None),
    ),
    _Ability(
        "F05",
        N_("errors and discards"),
        ("counters",),
        lambda r: _count(port for port in r.counters if port.in_errors is not None),
    ),
    _Ability(
        "F06",
        N_("duplex"),
        ("interfaces", "dot3StatsTable"),
        lambda r: _ports(r, lambda port: port.duplex in ("half", "full")),
    ),
    _Ability(
        "F07",
        N_("members of aggregates"),
        ("dot3adAggPortTable", "ifStackTable"),
        lambda r: _count(port for port in r.interfaces if port.lag_if_index is not None),
    ),
    _Ability(
        "F08",
        N_("light of optics, dBm"),
        ("optics",),
        lambda r: _count(item for item in r.optics if item.rx_dbm is not None or item.light),
    ),
    _Ability("F09", N_("IPv4 addresses"), ("ipv4_addresses",), lambda r: _count(r.ipv4_addresses)),
    _Ability("F09", N_("IPv6 addresses"), ("ipv6_addresses",), lambda r: _count(r.ipv6_addresses)),
    _Ability(
        "F10",
        N_("IPv6 default route"),
        ("ipv6_default_routes",),
        lambda r: _known(*(route.next_hop for route in r.ipv6_default_routes)),
    ),
    _Ability("F11", N_("IPv4 neighbours"), ("neighbors", "neighbor_counts"), lambda r: _of_version(r, 4)),
    _Ability("F11", N_("IPv6 neighbours"), ("neighbors", "neighbor_counts"), lambda r: _of_version(r, 6)),
    _Ability(
        "F12",
        N_("IPv6 router advertisements"),
        ("ipv6_ra_interfaces",),
        lambda r: _count(r.ipv6_ra_interfaces or ()),
    ),
    _Ability(
        "F13",
        N_("octets by IP version"),
        ("version_counters",),
        lambda r: _count(item for item in r.version_counters if item.in_octets is not None),
    ),
    _Ability(
        "F14",
        N_("access points"),
        ("wireless",),
        lambda r: _count(r.wireless.aps) if r.wireless else "",
    ),
    _Ability(
        "F14",
        N_("radios"),
        ("wireless",),
        lambda r: _count(radio for ap in r.wireless.aps for radio in ap.radios) if r.wireless else "",
    ),
    _Ability(
        "F14",
        N_("wireless clients with IPv6"),
        ("wireless",),
        lambda r: _known(r.wireless.ipv6_clients) if r.wireless else "",
    ),
    _Ability(
        "F15", N_("neighbours by LLDP or CDP"), ("lldp_neighbors", "cdp_neighbors"), lambda r: _count(r.links)
    ),
    _Ability(
        "F20", N_("UPS"), ("ups",), lambda r: _known(r.ups.output, r.ups.charge_percent) if r.ups else ""
    ),
    _Ability("F21", N_("processor"), ("sensors",), _sensors("cpu")),
    _Ability("F21", N_("memory"), ("sensors",), _sensors("memory")),
    _Ability("", N_("temperature"), ("sensors",), _sensors("temperature")),
    _Ability("", N_("fans"), ("sensors",), _sensors("fan")),
    _Ability("", N_("power supplies"), ("sensors",), _sensors("power")),
    _Ability("", N_("power over Ethernet"), ("poe_ports",), lambda r: _count(r.poe_ports)),
    _Ability("", N_("VLANs"), ("vlans",), lambda r: _count(r.vlans)),
    _Ability("", N_("learnt MAC addresses by port"), ("fdb",), lambda r: _count(r.fdb)),
    _Ability(
        "",
        N_("model, serial number, software"),
        ("entities", "system"),
        lambda r: _known(r.system.model, r.system.serial, r.system.software),
    ),
)
