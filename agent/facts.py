"""What of a reading travels: (subject, key) -> value, as the tables in inventory/facts.py name them.

Ports of a gateway, core, distribution switch or firewall all matter; of any other device only those that
carry a school: fast ones, members of aggregates, links to neighbours, ports that lead to access points, and
whatever has an IPv6 address.
The link of a desk's port is nobody's verdict and would be most of the traffic.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import get_args

import msgspec

from agent.mibs.aggregates import AGGREGATE_TYPE
from inventory.facts import AP, PORT, FactValue
from inventory.hardware import Optic, Sensor
from inventory.reading import (
    Interface,
    Ipv6Address,
    Ipv6Route,
    LldpNeighbor,
    Reading,
    Rung,
    Table,
    TableStatus,
)
from inventory.wifi import AccessPoint

Facts = dict[tuple[str, str], FactValue]

WHOLE_ROLES = frozenset({"gateway", "core", "distribution", "firewall"})
PHYSICAL_TYPES = frozenset({6, 26, 62, 69, 117})
"""IANAifType of Ethernet ports: ethernetCsmacd and its older names for 100 Mbit/s and 1 Gbit/s."""
FAST_MBPS = 10_000
NAME_LIMIT = 100
"""Characters of a name in a subject; ifName and ifDescr may have 255, the collector takes 128 in all."""
_READ = ("ok", "partial", "empty")
_LASTING_RUNGS = frozenset({"configured", "routed", "neighbours", "clients"})
"""The other rungs, bytes and share, are numbers of one interval."""
_DEAD_STATES = frozenset({"invalid", "incomplete"})
_MOST_FAILED = 50
_TABLES = {status: Table(status=status) for status in get_args(TableStatus)}


def lasting(reading: Reading) -> Reading:
    """What of a reading facts are made of: without what moves in every poll. Equal ones make equal facts."""
    return msgspec.structs.replace(
        reading,
        polled_at="",
        tables={name: _TABLES[table.status] for name, table in reading.tables.items()},
        system=msgspec.structs.replace(reading.system, uptime_s=None, engine_boots=None),
        counters=[],
        version_counters=[],
        ipv6_ladder=[Rung(name=rung.name, reached=rung.reached) for rung in reading.ipv6_ladder],
        sensors=[Sensor(kind=item.kind, name=item.name, state=item.state) for item in reading.sensors],
        notes=[],
    )


def facts_of(
    reading: Reading,
    role: str,
    always: frozenset[str] = frozenset(),
    hangs: Mapping[str, str] | None = None,
) -> Facts:
    """The whole state of one device, from one reading of it; empty for a device that did not answer.

    A value that is not known is left out. ``role`` is the device's role in the register; ``always`` are names
    of ports that are sent whatever they do; ``hangs`` is where access points were learnt, by MAC address.
    """
    if reading.outcome != "ok":
        return {}
    reading = lasting(reading)
    names = port_names(reading.interfaces)
    facts: Facts = {}
    _put(facts, "", _device(reading, names))
    addresses = _by_port(reading.ipv6_addresses)
    optics = {item.if_index: item for item in reading.optics if item.if_index is not None}
    managed = {item.if_index: item.managed for item in reading.ipv6_interfaces}
    links = _links_by_port(reading.links)
    heard = {item.if_index for item in reading.neighbors if item.scope in ("global", "ula")}
    senders = reading.ipv6_ra_interfaces
    touched = {*addresses, *managed, *links, *heard, *(senders or ())}
    for item in ports_sent(reading, role, always):
        number, subject = item.if_index, PORT + names[item.if_index]
        facts.update(
            _port(subject, item, names.get(item.lag_if_index) if item.lag_if_index is not None else None)
        )
        if number in touched:
            _put(facts, subject, _ipv6(number, addresses, senders, managed.get(number)))
            _put(facts, subject, {"lldp": links.get(number), "ipv6_heard": number in heard or None})
        if number in optics:
            _put(facts, subject, _optic(optics[number]))
    for ap in reading.wireless.aps if reading.wireless else []:
        if ap_id := ap.mac or ap.serial or ap.name:
            _put(facts, AP + ap_id[:NAME_LIMIT], {**_ap(ap), "switch_port": (hangs or {}).get(ap.mac or "")})
    return facts


def port_names(interfaces: Sequence[Interface]) -> dict[int, str]:
    """ifIndex -> the name of the port. Names that several interfaces share get "#" and the ifIndex, all of
    them, so that none takes over the other's history (stacks with VRFs repeat ifName)."""
    plain = {item.if_index: (item.name or item.descr or "")[:NAME_LIMIT] for item in interfaces}
    counts = Counter(plain.values())
    return {
        if_index: name if name and counts[name] == 1 else f"{name}#{if_index}"
        for if_index, name in plain.items()
    }


def ports_sent(reading: Reading, role: str, always: frozenset[str] = frozenset()) -> list[Interface]:
    """The interfaces whose facts are sent for a device of this role."""
    with_ipv6 = {item.if_index for item in reading.ipv6_addresses} | set(reading.ipv6_ra_interfaces or ())
    linked = {item.local_if_index for item in reading.links} | {row.if_index for row in reading.ap_ports}
    aggregates = {item.lag_if_index for item in reading.interfaces if item.lag_if_index is not None}
    whole = role in WHOLE_ROLES
    return [
        item
        for item in reading.interfaces
        if item.if_index in with_ipv6
        or (is_port(item) and (whole or (item.speed_mbps or 0) >= FAST_MBPS))
        or item.lag_if_index is not None
        or item.if_index in aggregates
        or item.if_index in linked
        or item.name in always
        or item.descr in always
    ]


def is_port(item: Interface) -> bool:
    """A physical port or an aggregate of them; VLAN and loopback interfaces claim 10 Gbit/s too."""
    return item.connector is True or item.type in PHYSICAL_TYPES or item.type == AGGREGATE_TYPE


def _device(reading: Reading, names: dict[int, str]) -> dict[str, FactValue]:
    about, aps = reading.system, reading.wireless
    return {
        "sys_name": about.sys_name,
        "vendor": about.vendor,
        "family": about.family,
        "model": about.model,
        "serial": about.serial,
        "software": about.software,
        "tables": {name: table.status for name, table in sorted(reading.tables.items())},
        "ipv6_default_route": _default_routes(reading, names),
        "ipv6_aggregate_routes": _aggregates(reading, names),
        "aps_online": aps.aps_online if aps else None,
        "aps_total": aps.aps_total if aps else None,
        "aps_licensed": aps.aps_licensed if aps else None,
        "standby": aps.standby if aps else None,
        "ipv6_forwarding": reading.ipv6_forwarding,
        "ipv6_dead_next_hops": _dead_next_hops(
            [
                *reading.ipv6_default_routes,
                *(route for each in reading.ipv6_aggregates for route in each.routes),
            ]
        ),
        "ipv6_ladder": {
            rung.name: {True: "yes", False: "no", None: "unknown"}[rung.reached]
            for rung in reading.ipv6_ladder
            if rung.name in _LASTING_RUNGS
        }
        or None,
        "failed": _failed(reading.sensors),
        "ups_battery": reading.ups.battery if reading.ups else None,
        "ups_output": reading.ups.output if reading.ups else None,
        "ups_test": reading.ups.test_result if reading.ups else None,
    }


def _dead_next_hops(routes: Sequence[Ipv6Route]) -> list[str] | None:
    """None where the neighbour table was not asked: then nobody knows whether a next hop lives."""
    if all(route.next_hop_state is None for route in routes):
        return None
    return sorted(
        {route.next_hop for route in routes if route.next_hop and route.next_hop_state in _DEAD_STATES}
    )


def _failed(sensors: Sequence[Sensor]) -> list[str] | None:
    watched = [sensor for sensor in sensors if sensor.state not in (None, "unknown", "absent")]
    if not watched:
        return None
    names = {f"{sensor.kind}: {sensor.name or '?'}" for sensor in watched if sensor.state == "failed"}
    return sorted(name[:NAME_LIMIT] for name in names)[:_MOST_FAILED]


def _default_routes(reading: Reading, names: dict[int, str]) -> list[str] | None:
    """Next hops; a route straight out of an interface (PPPoE, point to point) shows that interface."""
    table = reading.tables.get("ipv6_default_routes")
    if table is None or table.status not in _READ:
        return None
    if table.status == "partial" and not reading.ipv6_default_routes:
        return None
    return _ways(reading.ipv6_default_routes, names)


def _aggregates(reading: Reading, names: dict[int, str]) -> dict[str, str] | None:
    """Prefix -> next hops; only prefixes of which the device has told whether it has a route."""
    told = {
        each.prefix: " ".join(_ways(each.routes, names))
        for each in reading.ipv6_aggregates
        if each.status in ("ok", "empty") or each.routes
    }
    return told or None


def _ways(routes: Sequence[Ipv6Route], names: dict[int, str]) -> list[str]:
    return sorted({route.next_hop or names.get(route.if_index or 0, "::") for route in routes})


@lru_cache(maxsize=8192)
def _port(subject: str, item: Interface, lag: str | None) -> tuple[tuple[tuple[str, str], FactValue], ...]:
    """The facts of the interface's own row; most are the same poll after poll."""
    values: dict[str, FactValue] = {
        "if_index": item.if_index,
        "descr": item.descr if item.descr != item.name else None,
        "alias": item.alias,
        "type": item.type,
        "connector": item.connector,
        "admin": item.admin_status,
        "oper": item.oper_status,
        "speed_mbps": item.speed_mbps,
        "lag": lag,
        "duplex": item.duplex if item.duplex != "unknown" and item.oper_status == "up" else None,
    }
    return tuple(((subject, key), value) for key, value in values.items() if value is not None)


def _ipv6(
    if_index: int, addresses: Mapping[int, list[str]], senders: Sequence[int] | None, managed: bool | None
) -> dict[str, FactValue]:
    speaks_ipv6 = if_index in addresses or if_index in (senders or ())
    return {
        "ipv6": list(addresses.get(if_index, ())) or None,
        "ipv6_ra": if_index in senders if senders is not None and speaks_ipv6 else None,
        "ipv6_managed": managed,
    }


def _links_by_port(links: Sequence[LldpNeighbor]) -> dict[int | None, list[str]]:
    """ifIndex -> the neighbours of the port; at most ten, since a hub or a chatty phone may bring many."""
    found: dict[int | None, set[str]] = {}
    for link in links:
        words = f"{link.sys_name or link.chassis_id or '?'} {link.port_id or '?'}"
        found.setdefault(link.local_if_index, set()).add(words)
    return {if_index: sorted(word[:NAME_LIMIT] for word in words)[:10] for if_index, words in found.items()}


def _optic(optic: Optic) -> dict[str, FactValue]:
    return {
        "optic_type": optic.type,
        "optic_vendor": optic.vendor,
        "optic_part": optic.part,
        "optic_serial": optic.serial,
        "optic_wavelength_nm": optic.wavelength_nm,
        "optic_ddm": optic.ddm,
        "optic_rx_dbm": optic.rx_dbm,
        "optic_tx_dbm": optic.tx_dbm,
        "optic_light": optic.light,
        "optic_unit": optic.raw_unit if optic.raw_unit == "unknown unit" else None,
        "optic_rx_low_alarm_dbm": optic.rx_low_alarm_dbm,
        "optic_rx_low_warn_dbm": optic.rx_low_warn_dbm,
        "optic_rx_high_warn_dbm": optic.rx_high_warn_dbm,
        "optic_rx_high_alarm_dbm": optic.rx_high_alarm_dbm,
    }


def _by_port(addresses: Sequence[Ipv6Address]) -> dict[int, list[str]]:
    """ifIndex -> its addresses with prefix length, sorted, without the link-local ones."""
    found: dict[int, list[str]] = {}
    for item in addresses:
        if item.if_index is not None and item.scope != "link_local":
            length = "?" if item.prefix_length is None else str(item.prefix_length)
            found.setdefault(item.if_index, []).append(f"{item.address}/{length}")
    return {if_index: sorted(texts) for if_index, texts in found.items()}


def _ap(ap: AccessPoint) -> dict[str, FactValue]:
    return {
        "name": ap.name,
        "mac": ap.mac,
        "serial": ap.serial,
        "model": ap.model,
        "ip": ap.ip,
        "state": ap.state,
        "missing_since": ap.missing_since,
        "software": ap.software,
        "ipv6": ap.ipv6,
        "generation": ap.generation,
        "wired_mbps": ap.wired_mbps,
    }


def _put(facts: Facts, subject: str, values: dict[str, FactValue]) -> None:
    for key, value in values.items():
        if value is not None:
            facts[subject, key] = value
