"""One device, read once: which tables, in which order, and what they add up to."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

import msgspec

from agent.identify import ENTERPRISES, Identity, enterprise_of, identified, identity
from agent.mibs import addresses, aggregates, entities, interfaces, lldp, neighbors, private, routes
from agent.mibs.system import SCALARS, system
from agent.reads import Reads, combined
from agent.snmp.engine import Engine
from agent.snmp.session import OutOfTime, Session
from agent.snmp.target import Target
from agent.snmp.udp import UdpEngine
from agent.wireless import read_wireless
from inventory.errors import NoAnswer
from inventory.facts import Entity, Interface, Ipv6Route, LldpNeighbor, NeighborCounts, Reading, System, Table
from inventory.log import get_logger
from inventory.words import _

log = get_logger(__name__)

ALL_JOBS = frozenset({"status", "inventory"})
STATUS_JOBS = frozenset({"status"})
BUDGET_S = 240.0
"""Seconds for one device; what is not read by then is reported as partial or timeout."""


async def poll_device(
    target: Target,
    *,
    now: datetime,
    jobs: frozenset[str] = ALL_JOBS,
    budget_s: float = BUDGET_S,
    engine: Engine | None = None,
) -> Reading:
    """What one device says of itself now. A silent device is a "gap": alone it cannot be told from a
    broken cable of the agent's own. Of the ``jobs``, "status" is what changes by the minute."""
    reading = Reading(address=target.address, polled_at=_iso(now), outcome="gap")
    try:
        async with Session(engine or UdpEngine(), target, budget_s) as session:
            return await _poll(session, reading, jobs)
    except NoAnswer as error:
        log.info("%s", error)
        return msgspec.structs.replace(
            reading, notes=[str(error)], tables={"system": Table(status="timeout")}
        )


async def _poll(session: Session, reading: Reading, jobs: frozenset[str]) -> Reading:
    about = await _first_contact(session)
    reads = Reads(session)
    found = await _identity(reads, about)
    told = bool(about.sys_object_id or about.sys_descr)
    tables = {"system": Table(status="ok" if told else "unsupported", rows=int(told))}
    reading = msgspec.structs.replace(reading, outcome="ok", system=about, tables=tables)
    if found is None:
        reading = _with_note(reading, _("the maker of this device is not known to this version"))
    if "status" in jobs:
        reading = await _status(reads, reading, found)
    if "inventory" in jobs:
        reading = await _inventory(reads, reading)
    reading = await _identified(reads, reading, found, jobs)
    return _with_troubles(reads, reading)


async def _first_contact(session: Session) -> System:
    """The system group; raises NoAnswer for a device that is silent."""
    target = session.target
    try:
        return system(await session.get(SCALARS))
    except (TimeoutError, OutOfTime):
        raise NoAnswer(
            _("no SNMP answer in %(seconds).0f s (%(tries)d tries)")
            % {"seconds": sum(target.waits_s), "tries": len(target.waits_s)},
            where=target.where,
            do=_("check power and cable, the community, and the device's SNMP access list"),
        ) from None
    except OSError as error:
        raise NoAnswer(
            _("the SNMP port refuses (%(error)s)") % {"error": error.strerror or error},
            where=target.where,
            do=_("switch the SNMP service of the device on, and check the port"),
        ) from error


async def _identity(reads: Reads, about: System) -> Identity | None:
    """Who made the device; one without a system group is known by its first private object."""
    if about.sys_object_id:
        return identity(about.sys_object_id, about.sys_descr)
    return identity(enterprise_of(await reads.next_of(ENTERPRISES)), about.sys_descr)


async def _status(reads: Reads, reading: Reading, found: Identity | None) -> Reading:
    reading = await _interfaces(reads, reading)
    advert = await reads.table(neighbors.ROUTER_ADVERT_TABLE)
    reading = await _addresses(reads, reading, found)
    reading = await _routes(reads, reading)
    senders = neighbors.advertising(advert)
    told = reads.rows("ipv6RouterAdvertTable") is not None
    reading = _part(reading, "ipv6_ra_interfaces", reads.part(["ipv6RouterAdvertTable"], len(advert)))
    reading = msgspec.structs.replace(reading, ipv6_ra_interfaces=senders if told else None)
    return await _wireless(reads, reading, found)


async def _interfaces(reads: Reads, reading: Reading) -> Reading:
    if_table = await reads.table(interfaces.IF_TABLE)
    if_x_table = await reads.table(interfaces.IF_X_TABLE)
    agg_ports = await reads.table(aggregates.AGG_PORT_TABLE)
    plain = interfaces.interfaces(if_table, if_x_table, {})
    types = {item.if_index: item.type for item in plain}
    members = aggregates.attached(agg_ports, frozenset(types))
    if not members and aggregates.AGGREGATE_TYPE in types.values():
        members = aggregates.stacked(await reads.table(aggregates.IF_STACK_TABLE), types)
    merged = interfaces.interfaces(if_table, if_x_table, members)
    reading = _part(reading, "interfaces", reads.part(["ifTable", "ifXTable"], len(merged)))
    return msgspec.structs.replace(reading, interfaces=merged)


async def _addresses(reads: Reads, reading: Reading, found: Identity | None) -> Reading:
    old = await reads.table(addresses.IP_ADDR_TABLE)
    new = await reads.table(addresses.IP_ADDRESS_TABLE)
    ipv6_mib = addresses.ipv6_of_ipv6_mib(await reads.table(addresses.IPV6_ADDR_TABLE))
    of_maker = []
    own_tables = found.file.address_table if found else []
    for table in own_tables:
        of_maker += private.ipv6_addresses(table, await reads.table(private.spec_of(table)))
    first = addresses.ipv6_of_ip_address_table(new, {})
    if any(item.prefix_length is None for item in first):
        first = addresses.ipv6_of_ip_address_table(new, await reads.table(addresses.IP_ADDRESS_PREFIX_TABLE))
    await reads.tell_empty_from_unsupported(list(reads.found))
    ipv4 = addresses.ipv4_addresses(old, new)
    ipv6 = addresses.merged(first, ipv6_mib, of_maker)
    names = ["ipAddressTable", "ipv6AddrTable", *(table.name for table in own_tables)]
    reading = _part(reading, "ipv4_addresses", reads.part(["ipAddrTable", "ipAddressTable"], len(ipv4)))
    reading = _part(reading, "ipv6_addresses", reads.part(names, len(ipv6)))
    return msgspec.structs.replace(reading, ipv4_addresses=ipv4, ipv6_addresses=ipv6)


async def _routes(reads: Reads, reading: Reading) -> Reading:
    inet = await reads.table(routes.INET_CIDR_ROUTE_TABLE)
    if not inet and reads.found["inetCidrRouteTable"].status == "unsupported":
        inet = await reads.table(routes.INET_CIDR_ROUTE_SHORT)
    ipv6_mib = await reads.table(routes.IPV6_ROUTE_TABLE)
    found: list[Ipv6Route] = routes.merged(routes.of_inet_cidr(inet), routes.of_ipv6_mib(ipv6_mib))
    statuses = [read.status for name, read in reads.found.items() if name in routes.TABLE_NAMES]
    status = combined(statuses, len(found))
    if status == "unsupported" and await _has_ipv6_routes(reads):
        status = "empty"
    reading = _part(reading, "ipv6_default_routes", Table(status=status, rows=len(found)))
    return msgspec.structs.replace(reading, ipv6_default_routes=found)


async def _has_ipv6_routes(reads: Reads) -> bool:
    """Whether a route table holds IPv6 routes at all: only then its lack of ::/0 proves something."""
    for place in routes.ANY_IPV6_ROUTE:
        if (await reads.next_of(place))[: len(place)] == place:
            return True
    return False


async def _wireless(reads: Reads, reading: Reading, found: Identity | None) -> Reading:
    controllers = found.file.wireless if found else []
    result = await read_wireless(reads, controllers)
    reading = _part(reading, "wireless", result.table)
    reading = msgspec.structs.replace(reading, wireless=result.wireless)
    return _with_note(reading, result.note) if result.note else reading


async def _inventory(reads: Reads, reading: Reading) -> Reading:
    duplex = await reads.table(interfaces.DOT3_STATS_TABLE)
    remote = await reads.table(lldp.LLDP_REM_TABLE)
    media = neighbors.NET_TO_MEDIA_TABLE, neighbors.NET_TO_PHYSICAL_TABLE, neighbors.IPV6_NET_TO_MEDIA_TABLE
    for spec in media:
        await reads.table(spec)
    parts = entities.entities(await reads.table(entities.ENT_PHYSICAL_TABLE))
    await reads.tell_empty_from_unsupported(
        ["lldpRemTable", *(spec.name for spec in media), "entPhysicalTable", "dot3StatsTable"]
    )
    links = await _lldp(reads, reading.interfaces) if remote else []
    counts: NeighborCounts = neighbors.neighbor_counts(*(reads.rows(spec.name) for spec in media))
    reading = _part(reading, "lldp_neighbors", reads.part(["lldpRemTable"], len(links)))
    reading = _part(reading, "entities", reads.part(["entPhysicalTable"], len(parts)))
    rows = (counts.ipv4 or 0) + (counts.ipv6 or 0)
    reading = _part(reading, "neighbor_counts", reads.part([spec.name for spec in media], rows))
    reading = _part(reading, "optics", Table(status="unsupported", detail="not read by this version"))
    return msgspec.structs.replace(
        reading,
        interfaces=interfaces.with_duplex(reading.interfaces, duplex),
        lldp_neighbors=links,
        entities=parts,
        neighbor_counts=counts,
    )


async def _lldp(reads: Reads, ports: Sequence[Interface]) -> list[LldpNeighbor]:
    remote = reads.found["lldpRemTable"].rows
    local = await reads.table(lldp.LLDP_LOC_PORT_TABLE)
    found = lldp.neighbors(remote, local, {}, ports)
    if all(item.local_if_index is not None for item in found):
        return found
    return lldp.neighbors(remote, local, await reads.table(lldp.BASE_PORT_TABLE), ports)


async def _identified(
    reads: Reads, reading: Reading, found: Identity | None, jobs: frozenset[str]
) -> Reading:
    scalars = await reads.scalars(found.scalars) if found and "inventory" in jobs else {}
    parts: Sequence[Entity] = reading.entities
    return msgspec.structs.replace(reading, system=identified(reading.system, found, scalars, parts))


def _with_troubles(reads: Reads, reading: Reading) -> Reading:
    reading = msgspec.structs.replace(reading, tables={**reads.tables(), **reading.tables})
    for name, read in reads.found.items():
        if read.detail:
            reading = _with_note(reading, f"{name}: {read.detail}")
    log.debug("%s: %d questions, %d values", reading.address, reads.session.questions, reads.session.varbinds)
    return reading


def _part(reading: Reading, name: str, table: Table) -> Reading:
    return msgspec.structs.replace(reading, tables={**reading.tables, name: table})


def _with_note(reading: Reading, note: str) -> Reading:
    return msgspec.structs.replace(reading, notes=[*reading.notes, note])


def _iso(now: datetime) -> str:
    return now.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
