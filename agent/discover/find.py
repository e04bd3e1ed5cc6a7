"""Discovery from end to end: sweep, poll each box once, guess its role, compare. A person adds."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime

import msgspec

from agent.device import Job
from agent.discover.boxes import Box, boxes, merged, same_box
from agent.discover.known import Known, State, compare
from agent.discover.neighbors import heard_addresses, named_by_lldp
from agent.discover.pace import Pace
from agent.discover.ranges import Ranges, declared
from agent.discover.roles import guess_role
from agent.discover.sweep import Answer, Credential, sweep
from agent.poll import poll_device
from agent.snmp.choose import engine_named
from agent.snmp.engine import Engine
from inventory.errors import InputError
from inventory.log import get_logger
from inventory.reading import Reading
from inventory.words import _

log = get_logger(__name__)

JOBS: frozenset[Job] = frozenset({"status", "environment", "topology", "inventory"})
POLLS_AT_ONCE = 4
POLL_BUDGET_S = 120.0
ROUNDS = 8
"""How far neighbours of neighbours are followed."""


class Proposal(msgspec.Struct, frozen=True, kw_only=True):
    """A device that was found. ``address`` is the one to poll it by, ``credential`` the name of the one that
    it answers to, ``changes`` what differs from the register, ``sure`` as in the role's guess."""

    state: State
    address: str
    addresses: list[str]
    credential: str
    role: str
    reasons: list[str]
    sure: bool = False
    known_id: str | None = None
    changes: list[str] = []
    sys_name: str | None = None
    sys_descr: str | None = None
    location: str | None = None
    vendor: str | None = None
    model: str | None = None
    serial: str | None = None
    mac: str | None = None
    software: str | None = None
    notes: list[str] = []


async def discover(
    ranges: Sequence[str],
    credentials: Sequence[Credential],
    *,
    known: Sequence[Known] = (),
    engine: Engine | None = None,
    force: bool = False,
    allow_loopback: bool = False,
    neighbors_only: bool = False,
    pace: Pace | None = None,
    now: datetime | None = None,
) -> list[Proposal]:
    """Every device that answers within the ranges, known ones too, in the order of their addresses.

    With ``neighbors_only`` no range is swept: it starts from the known devices and follows what they have
    heard (LLDP, ARP, ND), within the ranges. Raises InputError for ranges that are refused; never raises for
    what a network does. Nothing is added anywhere."""
    if not credentials:
        raise InputError(_("no credential to ask with"), do=_("name at least one community or SNMPv3 user"))
    within = declared(ranges, force=force, allow_loopback=allow_loopback)
    if neighbors_only:
        within = Ranges((), (*within.swept, *within.scopes))
    search = _Search(within, credentials, known, engine, pace or Pace(random.SystemRandom()))
    await search.run(now or datetime.now(UTC))
    return search.proposals()


def not_found(proposals: Sequence[Proposal], known: Sequence[Known]) -> list[Known]:
    """Known devices with an address that no proposal is about: off, moved away, or with another password."""
    seen = {item.known_id for item in proposals}
    return [one for one in known if one.address and one.id not in seen]


class _Search:
    """One discovery under way: who was asked, which boxes answered, what they said."""

    def __init__(
        self,
        within: Ranges,
        credentials: Sequence[Credential],
        known: Sequence[Known],
        engine: Engine | None,
        pace: Pace,
    ) -> None:
        self.within = within
        self.credentials = credentials
        self.known = known
        self.engine = engine
        self.pace = pace
        self.tried: set[str] = set()
        self.answers: list[Answer] = []
        self.readings: dict[str, Reading] = {}
        self.outside = 0
        self._polls = asyncio.Semaphore(POLLS_AT_ONCE)

    async def run(self, now: datetime) -> None:
        seeds = [one.address for one in self.known if one.address and one.address in self.within]
        fresh: list[str] = [*seeds, *self.within.addresses()]
        for _round in range(ROUNDS):
            fresh = [address for address in dict.fromkeys(fresh) if address not in self.tried]
            if not fresh:
                return
            self.tried.update(fresh)
            self.answers += await sweep(fresh, self.credentials, self.pace, self.engine)
            polled = await self._poll_new(now)
            fresh = await self._named(polled)

    def boxes(self) -> list[Box]:
        """The boxes behind all answers so far; a known address stays the address of its box."""
        preferred = frozenset(one.address for one in self.known if one.address)
        return boxes(self.answers, preferred)

    def proposals(self) -> list[Proposal]:
        """What was found, each box once; two that have one serial number are one box after all."""
        found = self.boxes()
        readings = [next(self.readings[at] for at in box.addresses if at in self.readings) for box in found]
        return [
            _proposal(merged([found[at] for at in group]), readings[group[0]], self.known)
            for group in same_box(readings)
        ]

    async def _poll_new(self, now: datetime) -> list[Box]:
        """Poll the boxes that no address of theirs was polled for."""
        new = [box for box in self.boxes() if not any(at in self.readings for at in box.addresses)]
        done = await asyncio.gather(*(self._poll(box, now) for box in new))
        self.readings.update({box.first.address: reading for box, reading in zip(new, done, strict=True)})
        return new

    async def _poll(self, box: Box, now: datetime) -> Reading:
        answer = box.first
        target = answer.credential.target(answer.address, retries=2, timeout_s=3.0)
        async with self._polls:
            reading = await poll_device(
                target, now=now, jobs=JOBS, budget_s=POLL_BUDGET_S, engine=self.engine
            )
        if reading.outcome == "ok":
            return reading
        # It answered a moment ago: propose it with what it said then.
        return msgspec.structs.replace(reading, system=answer.system)

    async def _named(self, polled: Sequence[Box]) -> list[str]:
        """Addresses that new devices name, within the ranges. ARP and ND are asked for only where a range
        could not be swept: in a swept one every address was tried."""
        readings = [self.readings[box.first.address] for box in polled]
        by_lldp = named_by_lldp(readings)
        inside = [address for address in by_lldp if address in self.within]
        if strangers := len(by_lldp) - len(inside):
            log.info("%d LLDP neighbours are managed outside the ranges and were not asked", strangers)
        if not self.within.scopes:
            return inside
        for box in polled:
            target = box.first.credential.target(box.first.address, retries=2, timeout_s=3.0)
            inside += await heard_addresses(target, self.engine or engine_named("auto", target), self.within)
        return inside


def _proposal(box: Box, reading: Reading, known: Sequence[Known]) -> Proposal:
    about, mac = reading.system, next((one.chassis for one in box.answers if one.chassis), None)
    addresses = box.addresses
    compared = compare(known, addresses, about.serial, mac)
    guess = guess_role(reading)
    role = next((one.role for one in known if one.id == compared.id and one.role), None)
    if role and role != guess.role and guess.sure:
        compared = replace(
            compared,
            state="changed",
            changes=(*compared.changes, _("the register says %(role)s") % {"role": role}),
        )
    return Proposal(
        state=compared.state,
        address=box.first.address,
        addresses=addresses,
        credential=box.first.credential.name,
        role=guess.role,
        reasons=guess.reasons,
        sure=guess.sure,
        known_id=compared.id,
        changes=list(compared.changes),
        sys_name=about.sys_name,
        sys_descr=about.sys_descr,
        location=about.location,
        vendor=about.vendor,
        model=about.model,
        serial=about.serial,
        mac=mac,
        software=about.software,
        notes=reading.notes,
    )
