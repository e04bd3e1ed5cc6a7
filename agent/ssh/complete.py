"""A reading completed by what the command line told, where SNMP could not.

What SNMP read stays. A part that SNMP cannot tell (unsupported, empty, failed, not asked) is filled, and its
status then comes from the command; single fields that SNMP left empty are filled too. Where both speak of the
same thing and differ, a note says so, and SNMP's word counts.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from typing import Any, TypeVar

import msgspec

from agent.device import with_note, with_part
from agent.mibs.addresses import merged as merged_addresses
from agent.mibs.routes import merged as merged_routes
from agent.ssh.answers import filled
from agent.ssh.platform import Fact, platforms
from agent.ssh.ports import Ports, key
from agent.ssh.told import RaState, SshFacts
from agent.wifi.generation import with_generation
from inventory.hardware import Optic
from inventory.reading import Ipv6Interface, LldpNeighbor, NeighborCounts, Reading, Table, TableStatus
from inventory.wifi import AccessPoint
from inventory.words import _

R = TypeVar("R")


def complete(reading: Reading, told: SshFacts) -> Reading:
    """The reading with what was told over SSH. Pure: the same two always give the same."""
    reading = msgspec.structs.replace(reading, tables={**reading.tables, **told.tables})
    for note in told.notes:
        reading = with_note(reading, note)
    ports = Ports(reading.interfaces)
    for step in (_system, _routes, _addresses, _ra, _neighbors, _optics, _lldp, _wireless):
        reading = step(reading, told, ports)
    return reading


def _system(reading: Reading, told: SshFacts, _ports: Ports) -> Reading:
    serials = (reading.system.serial, told.system.serial)
    if all(serials) and serials[0] != serials[1]:
        reading = with_note(
            reading,
            _("serial number: SNMP says %(snmp)s, the command line %(ssh)s")
            % {"snmp": serials[0], "ssh": serials[1]},
        )
    return msgspec.structs.replace(reading, system=filled(reading.system, told.system))


def _routes(reading: Reading, told: SshFacts, ports: Ports) -> Reading:
    if told.routes is None:
        return reading
    found = [msgspec.structs.replace(route, if_index=ports.if_index(port)) for port, route in told.routes]
    known = reading.ipv6_default_routes
    if known:
        hops, told_hops = ({route.next_hop for route in routes} for routes in (known, found))
        if hops.isdisjoint(told_hops):
            reading = _differing(reading, "ipv6_default_routes", hops, told_hops)
        return reading
    return _part(reading, told, "ipv6_default_routes", "routes", merged_routes(found))


def _addresses(reading: Reading, told: SshFacts, ports: Ports) -> Reading:
    if told.addresses is None:
        return reading
    found = [msgspec.structs.replace(item, if_index=ports.if_index(port)) for port, item in told.addresses]
    known = reading.ipv6_addresses
    if not known or not _was_told(reading, "ipv6_addresses"):
        return _part(reading, told, "ipv6_addresses", "addresses", merged_addresses(known, found))
    extra = {item.address for item in found} - {item.address for item in known}
    if extra:
        reading = _differing(reading, "ipv6_addresses", {item.address for item in known}, extra)
    same = [item for item in found if item.address not in extra]
    return msgspec.structs.replace(reading, ipv6_addresses=merged_addresses(known, same))


def _ra(reading: Reading, told: SshFacts, ports: Ports) -> Reading:
    if told.ra is None:
        return reading
    states = [(index, state) for state in told.ra if (index := ports.if_index(state.interface)) is not None]
    if reading.ipv6_ra_interfaces is None or not _was_told(reading, "ipv6_ra_interfaces"):
        reading = _with_senders(reading, told, states)
    known = {item.if_index: item for item in reading.ipv6_interfaces}
    for index, state in states:
        more = Ipv6Interface(
            if_index=index,
            enabled=state.enabled,
            sends_ra=state.sends_ra,
            managed=state.managed,
            other_config=state.other_config,
        )
        known[index] = filled(known.get(index, Ipv6Interface(if_index=index)), more)
    found = [known[index] for index in sorted(known)]
    if reading.ipv6_interfaces and _was_told(reading, "ipv6_interfaces"):
        return msgspec.structs.replace(reading, ipv6_interfaces=found)
    return _part(reading, told, "ipv6_interfaces", "ra", found)


def _with_senders(reading: Reading, told: SshFacts, states: Sequence[tuple[int, RaState]]) -> Reading:
    """Which interfaces advertise: told only where every interface with an address of its own was asked."""
    spoken = {index for index, state in states if state.sends_ra is not None}
    addressed = {item.if_index for item in reading.ipv6_addresses if item.scope in ("global", "ula")}
    if (states and not spoken) or addressed - spoken - {None}:
        return reading
    senders = sorted(index for index, state in states if state.sends_ra)
    return _part(reading, told, "ipv6_ra_interfaces", "ra", senders)


def _neighbors(reading: Reading, told: SshFacts, ports: Ports) -> Reading:
    if told.neighbors is None or any(item.version == 6 for item in reading.neighbors):
        return reading
    found = [msgspec.structs.replace(item, if_index=ports.if_index(port)) for port, item in told.neighbors]
    counts = reading.neighbor_counts
    if counts.ipv6 in (None, 0):
        counts = NeighborCounts(ipv4=counts.ipv4, ipv6=len(found))
        reading = _part(reading, told, "neighbor_counts", "neighbors", counts, rows=len(found))
    return _part(reading, told, "neighbors", "neighbors", [*reading.neighbors, *found])


def _optics(reading: Reading, told: SshFacts, ports: Ports) -> Reading:
    if told.optics is None:
        return reading
    found = [msgspec.structs.replace(item, if_index=ports.if_index(item.name)) for item in told.optics]
    optics = _joined(reading.optics, found, _optic_key)
    if reading.optics and _was_told(reading, "optics"):
        return msgspec.structs.replace(reading, optics=optics)
    return _part(reading, told, "optics", "optics", optics)


def _optic_key(optic: Optic) -> object:
    return optic.if_index if optic.if_index is not None else key(optic.name or "")


def _lldp(reading: Reading, told: SshFacts, ports: Ports) -> Reading:
    if told.lldp is None:
        return reading
    found = [
        msgspec.structs.replace(item, local_if_index=ports.if_index(item.local_port)) for item in told.lldp
    ]
    links = _joined(reading.lldp_neighbors, found, _link_key) if reading.lldp_neighbors else found
    if reading.lldp_neighbors and _was_told(reading, "lldp_neighbors"):
        known = {_link_key(item) for item in reading.lldp_neighbors}
        links = [item for item in links if _link_key(item) in known]
        return msgspec.structs.replace(reading, lldp_neighbors=links)
    return _part(reading, told, "lldp_neighbors", "lldp", links)


def _link_key(link: LldpNeighbor) -> object:
    return link.local_if_index if link.local_if_index is not None else link.local_port, link.chassis_id


def _wireless(reading: Reading, told: SshFacts, _ports: Ports) -> Reading:
    if told.wireless is None or not (told.wireless.aps or told.wireless.aps_online is not None):
        return reading
    if reading.wireless is None or not reading.wireless.aps:
        whole = told.wireless if reading.wireless is None else filled(reading.wireless, told.wireless)
        known_models = with_generation(whole.aps, reading.system.vendor)
        whole = msgspec.structs.replace(whole, aps=known_models)
        return _part(reading, told, "wireless", "aps", whole, rows=len(whole.aps))
    aps = _joined(reading.wireless.aps, told.wireless.aps, _ap_key)
    known = {_ap_key(item) for item in reading.wireless.aps}
    kept = [item for item in aps if _ap_key(item) in known]
    whole = msgspec.structs.replace(filled(reading.wireless, told.wireless), aps=kept)
    return msgspec.structs.replace(reading, wireless=whole)


def _ap_key(ap: AccessPoint) -> object:
    return ap.mac or ap.serial or ap.name


def _joined(known: Iterable[R], more: Iterable[R], name_of: Callable[[R], object]) -> list[R]:
    """The known records, their empty fields filled, then those that only the other side has."""
    found: dict[object, R] = {}
    for item in (*known, *more):
        name = name_of(item)
        found[name] = filled(found[name], item) if name in found else item
    return list(found.values())


def _was_told(reading: Reading, part: str) -> bool:
    """Whether SNMP read this part to its end."""
    table = reading.tables.get(part)
    return table is not None and table.status == "ok"


def _part(
    reading: Reading, told: SshFacts, part: str, fact: Fact, value: Any, *, rows: int | None = None
) -> Reading:
    """A part of the reading that the command line filled, with the status of its commands."""
    sends = [command.send for command in platforms()[told.platform].commands(fact)]
    shapes = [re.sub(r"\\\{\w+\\\}", r"\\S+", re.escape(f"ssh: {send}")) for send in sends]
    asked = [
        (name, table)
        for name, table in told.tables.items()
        if any(re.fullmatch(shape, name) for shape in shapes)
    ]
    useful = [(name, table) for name, table in asked if table.status in ("ok", "empty", "partial")]
    if not useful:
        return reading
    count = rows if rows is not None else len(value)
    partial = any(table.status == "partial" for _name, table in useful)
    status: TableStatus = "partial" if partial else ("ok" if count else "empty")
    seconds = round(sum(table.seconds for _name, table in useful), 3)
    detail = ", ".join(name for name, _table in useful)
    table = Table(status=status, rows=count, seconds=seconds, detail=detail)
    return with_part(reading, part, table, **{part: value})


def _differing(reading: Reading, part: str, snmp: Iterable[object], ssh: Iterable[object]) -> Reading:
    values = {
        "part": part,
        "snmp": ", ".join(sorted(map(str, snmp))),
        "ssh": ", ".join(sorted(map(str, ssh))),
    }
    return with_note(reading, _("%(part)s: SNMP says %(snmp)s, the command line %(ssh)s") % values)
