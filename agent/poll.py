"""One device, read once: which parts, in which order, and what they add up to."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial

import msgspec

from agent.device import Device, Job, Part, with_note
from agent.identify import ENTERPRISES, Identity, enterprise_of, identified, identity
from agent.mibs.system import SCALARS, system
from agent.parts import (
    addresses,
    bridge,
    counters,
    entities,
    health,
    interfaces,
    ladder,
    lldp,
    neighbors,
    optics,
    power,
    routes,
    standby,
    ups,
    wireless,
)
from agent.privacy import Stations
from agent.reads import Reads
from agent.snmp.choose import engine_named
from agent.snmp.engine import Engine
from agent.snmp.learned import Learned
from agent.snmp.session import OutOfTime, Session
from agent.snmp.target import Target
from inventory.errors import NoAnswer
from inventory.log import get_logger
from inventory.reading import Reading, System, Table
from inventory.words import _

log = get_logger(__name__)

ALL_JOBS: frozenset[Job] = frozenset({"status", "counters", "environment", "topology", "inventory"})
STATUS_JOBS: frozenset[Job] = frozenset({"status"})
BUDGET_S = 240.0
"""Seconds for one device; what is not read by then is reported as partial or timeout."""

PARTS: tuple[Part, ...] = (
    Part("status", interfaces.read),
    Part("status", addresses.read_interfaces),
    Part("status", addresses.read),
    Part("status", routes.read),
    Part("status", wireless.read),
    Part("status", standby.read),
    Part("counters", counters.read),
    Part("counters", counters.read_versions),
    Part("topology", wireless.read_details),
    Part("topology", lldp.read),
    Part("topology", neighbors.read),
    Part("topology", bridge.read),
    Part("inventory", entities.read),
    Part("environment", health.read),
    Part("environment", optics.read),
    Part("environment", power.read),
    Part("environment", ups.read),
    Part("status", ladder.read),
)
"""The parts of a reading in the order in which they are read; a later one may use what earlier ones found."""


async def poll_device(
    target: Target,
    *,
    now: datetime,
    jobs: frozenset[Job] = ALL_JOBS,
    budget_s: float = BUDGET_S,
    engine: Engine | None = None,
    stations: Stations | None = None,
    wanted: frozenset[str] = frozenset(),
    prefixes: tuple[str, ...] = (),
    learned: Learned | None = None,
) -> Reading:
    """What one device says of itself now. A silent device is a "gap": alone it cannot be told from a
    broken cable of the agent's own. ``stations`` names people's machines; without it
    they get names that hold for this call alone. ``wanted`` are MAC addresses of access points, to be found
    among those that a switch has learnt. ``prefixes`` are IPv6 destinations whose routes are asked for
    beside ::/0. ``learned``: how devices like to be asked; this poll adds to it."""
    reading = Reading(address=target.address, polled_at=_iso(now), outcome="gap")
    try:
        async with Session(engine or engine_named("auto", target), target, budget_s) as session:
            asked = partial(
                Device, stations=stations or Stations.of_this_run(), wanted=wanted, prefixes=prefixes
            )
            return await _poll(session, reading, jobs, asked, learned)
    except NoAnswer as error:
        log.info("%s", error)
        return msgspec.structs.replace(
            reading, notes=[str(error)], tables={"system": Table(status="timeout")}
        )


async def _poll(
    session: Session,
    reading: Reading,
    jobs: frozenset[Job],
    asked: Callable[[Reads, Identity | None], Device],
    learned: Learned | None,
) -> Reading:
    about = await _first_contact(session)
    found = await _identity(Reads(session), about)
    told = bool(about.sys_object_id or about.sys_descr)
    about = identified(about, found, {}, [])
    keys = _learning_keys(session.target, about)
    if learned is not None:
        session.heed(learned.of(*keys))
    reads = Reads(session)
    tables = {"system": Table(status="ok" if told else "unsupported", rows=int(told))}
    reading = msgspec.structs.replace(reading, outcome="ok", system=about, tables=tables)
    if found is None:
        reading = with_note(reading, _("the maker of this device is not known to this version"))
    device = asked(reads, found)
    for part in PARTS:
        if part.job in jobs:
            reading = await part.read(device, reading)
    if learned is not None:
        learned.keep(session.lesson(), *keys)
    if await reads.restarted():
        reading = with_note(reading, _("the device restarted while it was read"))
    return _with_troubles(reads, reading)


def _learning_keys(target: Target, about: System) -> tuple[str, str]:
    """Under what a lesson is kept: the device, and its model with its software ("" if unknown)."""
    model = f"{about.vendor} {about.model} {about.software}" if about.model and about.software else ""
    return f"{target.where} {about.sys_object_id}", model


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
            do=_("check power and cable, the user, and the device's SNMP access list")
            if target.version == "3"
            else _("check power and cable, the community, and the device's SNMP access list"),
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


def _with_troubles(reads: Reads, reading: Reading) -> Reading:
    reading = msgspec.structs.replace(reading, tables={**reads.tables(), **reading.tables})
    for name, read in reads.found.items():
        if read.detail:
            reading = with_note(reading, f"{name}: {read.detail}")
    log.debug("%s: %d questions, %d values", reading.address, reads.session.questions, reads.session.varbinds)
    return reading


def _iso(now: datetime) -> str:
    return now.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
