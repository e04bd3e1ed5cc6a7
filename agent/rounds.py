"""One round: every device of the campus polled once, understood, and written to the spool as one batch."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field

import msgspec

from agent.ap_ports import places
from agent.changes import Columns, DeviceFacts, digest_after, settled
from agent.config import AgentSettings, DeviceSettings
from agent.device import Job
from agent.facts import facts_of, lasting, port_names
from agent.ladder import ipv6_ladder
from agent.merge import merge
from agent.outcome import any_alive, outcomes
from agent.probing import Probing
from agent.rates import Drop, Rates, rates
from agent.samples import samples_of
from agent.spool import Spool
from agent.stations_today import StationsToday
from agent.uplink import clock, compress
from agent.wifi.kept import KnownAps
from inventory.digest import digest_of
from inventory.errors import StoreError
from inventory.facts import Batch, GapColumns, Lane, Receipt
from inventory.log import get_logger
from inventory.probes import AGENT
from inventory.reading import Outcome, Reading
from inventory.version import VERSION

log = get_logger(__name__)

Build = Callable[[str, int, GapColumns], bytes]
Poll = Callable[[DeviceSettings, frozenset[Job], float], Awaitable[Reading]]
"""The seam to the devices: (device, jobs, limit in seconds) -> Reading; never raises for a silent device."""

SHARE_OF_INTERVAL = 0.8
"""A device's poll ends by itself after this share of the interval, so it never eats the next round."""

SHORT_QUEUE = 3
"""Batches that may wait before the present overtakes them."""


@dataclass(slots=True)
class Memory:
    """What the agent remembers between rounds; only the access points and the machines heard today are needed
    after a restart."""

    readings: dict[str, Reading] = field(default_factory=dict)
    aps: KnownAps | None = None
    stations: StationsToday | None = None
    polled: dict[str, Reading] = field(default_factory=dict)
    """The last reading of each device as it was, without what earlier ones found."""
    rates: dict[str, Rates] = field(default_factory=dict)
    dropped: Counter[Drop] = field(default_factory=Counter)
    """Intervals of counters left out since the start, by reason."""
    shipped: dict[str, DeviceFacts] = field(default_factory=dict)
    bases: dict[str, Reading] = field(default_factory=dict)
    """What the shipped facts were made of."""
    done_at: dict[tuple[str, Job], float] = field(default_factory=dict)
    digests: dict[str, str] = field(default_factory=dict)
    """What each shipped state adds up to."""
    frames_wanted: set[str] = field(default_factory=set)
    """Devices of which the collector has another state than was shipped."""
    polls: Counter[tuple[str, Outcome]] = field(default_factory=Counter)
    """Outcomes since the start, by device."""
    seconds: dict[str, float] = field(default_factory=dict)
    """How long the last poll of each device took."""
    frame_day: int = -1
    losses: tuple[str, int, int] = ("", 0, 0)

    def heed(self, receipt: Receipt) -> None:
        """Remember what a receipt asks for."""
        self.frames_wanted.update(receipt.frames_wanted)


@dataclass(slots=True)
class _Round:
    """One round while it goes on: the batch that grows, and the states that its receipt will confirm."""

    settings: AgentSettings
    memory: Memory
    now: float
    columns: Columns
    kept: dict[str, DeviceFacts]
    digests: dict[str, str]

    def add_reading(self, device: DeviceSettings, hangs: Mapping[str, str]) -> None:
        """Put what is known of a device into the batch. ``hangs`` is where access points were learnt."""
        reading = self.memory.readings[device.id]
        basis, before = lasting(reading), self.memory.bases.get(device.id)
        facts = self.memory.shipped.get(device.id)
        if facts is None or basis != before or basis.wireless:
            facts = facts_of(basis, device.role, frozenset(device.ports), hangs)
        self.memory.bases[device.id] = basis
        self.add(device.id, facts)

    def add(self, device: str, facts: DeviceFacts) -> None:
        """Put a device's facts into the batch: changes where the collector has the state, else all of it."""
        shipped, digest = self.memory.shipped.get(device), self.memory.digests.get(device)
        if shipped is None or digest is None:
            self.columns.add_frame(device, facts)
            self.digests[device] = digest_of(facts)
        elif facts is not shipped and facts != shipped:
            facts = settled(shipped, facts)
            self.columns.add_changes(device, shipped, facts)
            self.digests[device] = digest_after(digest, shipped, facts)
        self.columns.add_digest(device, self.digests[device])
        self.kept[device] = facts


async def run_round(
    settings: AgentSettings,
    memory: Memory,
    spool: Spool,
    now: float,
    poll: Poll,
    probing: Probing | None = None,
) -> int:
    """Poll, understand and spool one round; gives back the number of devices that answered.

    ``now`` is seconds since 1970; the slot is the start of its interval.
    """
    slot = int(now) // settings.poll_interval_s * settings.poll_interval_s
    _want_frames(memory, spool, slot)
    this = _Round(settings, memory, now, Columns(slot), dict(memory.shipped), dict(memory.digests))
    tests = probing.round(now, busy_ratio(settings, memory)) if probing else _nothing()
    readings, _tested = await asyncio.gather(_poll_all(this, poll), tests)
    alive = not _anyone(readings) and await any_alive(settings.references)
    for device, outcome in outcomes(readings, reference_alive=alive).items():
        this.columns.add_poll(device, outcome)
        memory.polls[device, outcome] += 1
    hangs = ports_of_aps(memory.readings) if any(map(_has_aps, readings.values())) else {}
    for asked in settings.device:
        if _has_aps(readings[asked.id]):
            this.add_reading(asked, hangs)
    if probing:
        agent = AGENT + settings.campus
        this.columns.add_poll(agent, "ok")
        this.add(agent, probing.facts)
    _append(this, spool)
    if spool.depth().batches > SHORT_QUEUE:
        _append_now(this, spool)
    if memory.aps:
        memory.aps.save()
    if memory.stations:
        memory.stations.save()
    return sum(reading.outcome == "ok" for reading in readings.values())


async def _poll_all(this: _Round, poll: Poll) -> dict[str, Reading]:
    """The readings of all devices. Each is understood here, while others are still waited for; only a
    controller's facts wait for the switches, which know the ports of its access points."""
    settings, memory = this.settings, this.memory
    gate = asyncio.Semaphore(settings.devices_at_once)
    limit_s = settings.poll_interval_s * SHARE_OF_INTERVAL

    async def one(device: DeviceSettings) -> Reading:
        async with gate:
            jobs = _due(settings, memory, device.id, this.now)
            started = time.monotonic()
            reading = await poll(device, jobs, limit_s)
            memory.seconds[device.id] = time.monotonic() - started
            log.debug("%s: %s in %.2f s", device.id, reading.outcome, memory.seconds[device.id])
        if reading.outcome == "ok":
            memory.done_at.update({(device.id, job): this.now for job in jobs})
            this.columns.add_samples(device.id, samples_of(reading))
            polled, reading = reading, _understood(memory, device.id, reading)
            if memory.stations and "topology" in jobs:
                counts = memory.stations.add(device.id, polled, reading, this.columns.slot)
                this.columns.add_samples(device.id, counts)
            if not _has_aps(reading):
                this.add_reading(device, {})
        return reading

    readings = await asyncio.gather(*(one(device) for device in settings.device))
    return {device.id: reading for device, reading in zip(settings.device, readings, strict=True)}


def _due(settings: AgentSettings, memory: Memory, device: str, now: float) -> frozenset[Job]:
    """The jobs of this round: a device that did not answer is still owed what it missed."""
    intervals: dict[Job, int] = {
        "status": 0,
        "counters": 0,
        "environment": settings.environment_interval_s,
        "topology": settings.topology_interval_s,
        "inventory": settings.inventory_interval_s,
    }
    done = memory.done_at
    return frozenset(job for job, every in intervals.items() if now - done.get((device, job), 0.0) >= every)


def _anyone(readings: dict[str, Reading]) -> bool:
    return any(reading.outcome == "ok" for reading in readings.values())


def _has_aps(reading: Reading) -> bool:
    return reading.outcome == "ok" and reading.wireless is not None


def _understood(memory: Memory, device: str, reading: Reading) -> Reading:
    """The state of a device: this reading, what earlier ones found, and what moved in between."""
    before = memory.polled.get(device)
    moved = rates(before, reading) if before else None
    if moved:
        memory.rates[device] = moved
        memory.dropped.update(moved.dropped)
    known = memory.readings.get(device)
    if known is None and memory.aps:
        reading = memory.aps.completed(device, reading)
    whole = merge(known, reading)
    whole = msgspec.structs.replace(whole, ipv6_ladder=ipv6_ladder(whole, moved))
    memory.polled[device], memory.readings[device] = reading, whole
    if memory.aps:
        memory.aps.keep(device, whole)
    return whole


def ports_of_aps(readings: Mapping[str, Reading]) -> dict[str, str]:
    """MAC address of an access point -> "device port", where a switch of the campus has learnt it."""
    names = {device: port_names(reading.interfaces) for device, reading in readings.items()}
    return {
        mac: f"{device} {names[device].get(if_index, if_index)}"
        for mac, (device, if_index) in places(readings).items()
    }


def busy_ratio(settings: AgentSettings, memory: Memory) -> float | None:
    """How full the fullest of the ports named in the configuration was in the last interval, 0..1; None when
    none is named or none was measured."""
    full = [
        max(rate.in_bps or 0.0, rate.out_bps or 0.0) / (speed * 1e6)
        for device in settings.device
        if device.id in memory.rates and device.id in memory.readings
        for rate in memory.rates[device.id].ports
        if rate.port in device.ports and (speed := _speeds(memory.readings[device.id]).get(rate.if_index))
    ]
    return max(full, default=None)


def _speeds(reading: Reading) -> dict[int, float]:
    return {port.if_index: port.speed_mbps for port in reading.interfaces if port.speed_mbps}


async def _nothing() -> None:
    """No tests are configured."""


def _want_frames(memory: Memory, spool: Spool, slot: int) -> None:
    """Begin with whole states again: each UTC day, and whenever a batch with changes may have been lost."""
    depth = spool.depth()
    losses = (spool.epoch, depth.dropped, depth.refused)
    if slot // 86400 != memory.frame_day or losses != memory.losses:
        memory.shipped = {}
    for device in memory.frames_wanted & memory.shipped.keys():
        del memory.shipped[device]
    memory.frames_wanted.clear()
    memory.frame_day, memory.losses = slot // 86400, losses


def _append(this: _Round, spool: Spool) -> None:
    """Put the round into the spool; where that fails, the next one tells everything anew."""
    try:
        spool.append(*_batch(this, this.columns))
    except StoreError as error:
        log.error("%s", error)
        this.memory.shipped = {}
    else:
        this.memory.shipped, this.memory.digests = this.kept, this.digests


def _append_now(this: _Round, spool: Spool) -> None:
    """The state as it is now, for the lane that overtakes: the collector shall not wait for the present until
    it has read a week of the past. All of it is in the backlog too."""
    columns = Columns(this.columns.slot, polls=this.columns.polls, digests=this.columns.digests)
    for device, outcome in zip(columns.polls.device, columns.polls.outcome, strict=True):
        if outcome == "ok":
            columns.add_frame(device, this.kept[device])
    try:
        spool.append(*_batch(this, columns, "now"), lane="now")
    except StoreError as error:
        log.error("%s", error)


def _batch(this: _Round, columns: Columns, lane: Lane = "backlog") -> tuple[float, Build]:
    """When the batch is made, and how to make it once its number is known."""
    wall, mono, boot = clock()
    settings = this.settings

    def build(epoch: str, seq: int, gaps: GapColumns) -> bytes:
        batch = Batch(
            agent=settings.campus,
            campus=settings.campus,
            epoch=epoch,
            lane=lane,
            seq=seq,
            made_at=wall,
            made_mono=mono,
            boot=boot,
            interval_s=settings.poll_interval_s,
            agent_version=VERSION,
            polls=columns.polls,
            frames=columns.frames,
            facts=columns.facts,
            samples=columns.samples,
            digests=columns.digests,
            gaps=gaps,
        )
        return compress(msgspec.json.encode(batch))

    return wall, build
