"""The answers of one session, each with its status, and the facts that they add up to."""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TypeVar

import msgspec

from agent.mibs.inet import scope_of
from agent.privacy import Stations
from agent.ssh.told import NeighborSeen, OnPort, SshFacts, SshOutcome, Told
from inventory.hardware import Optic
from inventory.reading import Neighbor, System, Table, TableStatus
from inventory.wifi import Wireless

T = TypeVar("T")
_MAX_DETAIL = 300


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of one command, and what it told."""

    text: str
    table: Table
    told: Told = field(default_factory=Told)

    @property
    def name(self) -> str:
        """Its name among the tables of a reading."""
        return f"ssh: {self.text}"


def understood(text: str, told: Told | None, seconds: float) -> Answer:
    """An answer that came whole; ``told`` is None where the parser does not know this form of it."""
    if told is None:
        return failed(text, "the answer has a form that this version does not know", seconds)
    status: TableStatus = "ok" if told.rows else "empty"
    return Answer(text, Table(status=status, rows=told.rows, seconds=round(seconds, 3)), told)


def cut(text: str, told: Told | None, seconds: float) -> Answer:
    """The beginning of an answer that was too long to be read to its end."""
    known = told or Told()
    table = Table(status="partial", rows=known.rows, seconds=round(seconds, 3), detail="answer too long")
    return Answer(text, table, known)


def refused(text: str, words: str, seconds: float) -> Answer:
    """A command that the device does not have, or does not let this user use."""
    return Answer(text, Table(status="unsupported", seconds=round(seconds, 3), detail=words[:_MAX_DETAIL]))


def failed(text: str, why: str, seconds: float) -> Answer:
    """An answer that is no use."""
    return Answer(text, Table(status="error", seconds=round(seconds, 3), detail=why[:_MAX_DETAIL]))


def timed_out(text: str, why: str, seconds: float) -> Answer:
    """An answer that never ended."""
    return Answer(text, Table(status="timeout", seconds=round(seconds, 3), detail=why[:_MAX_DETAIL]))


def facts_of(
    platform: str,
    outcome: SshOutcome,
    answers: Sequence[Answer],
    notes: Sequence[str],
    stations: Stations,
    seconds: float,
) -> SshFacts:
    """All answers together. MAC addresses of people's machines become keyed hashes here, and their IP
    addresses are forgotten."""
    told = [answer.told for answer in answers]
    seen = _together([item.neighbors for item in told])
    return SshFacts(
        platform=platform,
        outcome=outcome,
        seconds=round(seconds, 3),
        system=_one_system([item.system for item in told if item.system is not None]),
        routes=_with_source(answers, "routes"),
        addresses=_with_source(answers, "addresses"),
        neighbors=None if seen is None else [_hashed(item, stations) for item in seen],
        ra=_together([item.ra for item in told]),
        optics=_one_a_port(_optics_with_source(answers)),
        lldp=_together([item.lldp for item in told]),
        wireless=_one_wireless([item.wireless for item in told if item.wireless is not None]),
        tables={answer.name: answer.table for answer in answers},
        notes=list(dict.fromkeys(notes)),
    )


def filled(known: T, more: T) -> T:
    """A record with the fields that are None, or empty, taken from another."""
    better = {
        name: getattr(more, name)
        for name in known.__struct_fields__  # type: ignore[attr-defined]
        if getattr(known, name) in (None, [], "") and getattr(more, name) not in (None, [], "")
    }
    return msgspec.structs.replace(known, **better) if better else known  # type: ignore[type-var]


def _together(lists: Sequence[list[T] | None]) -> list[T] | None:
    known = [item for item in lists if item is not None]
    return [row for item in known for row in item] if known else None


def _with_source(answers: Sequence[Answer], name: str) -> list[OnPort[T]] | None:
    """The rows of one kind, each with the command that told it."""
    lists = [
        [(port, msgspec.structs.replace(row, source=answer.name)) for port, row in rows]
        for answer in answers
        if (rows := getattr(answer.told, name)) is not None
    ]
    return _together(lists)


def _optics_with_source(answers: Sequence[Answer]) -> list[Optic] | None:
    lists = [
        [msgspec.structs.replace(optic, source=answer.name) for optic in answer.told.optics]
        for answer in answers
        if answer.told.optics is not None
    ]
    return _together(lists)


def _one_a_port(optics: list[Optic] | None) -> list[Optic] | None:
    """Each transceiver once: type, serial number and light often come from different commands."""
    if optics is None:
        return None
    found: dict[str, Optic] = {}
    for optic in optics:
        key = (optic.name or "").casefold()
        found[key] = filled(found[key], optic) if key in found else optic
    return list(found.values())


def _one_system(said: Sequence[System]) -> System:
    whole = System()
    for item in said:
        whole = filled(whole, item)
    return whole


def _one_wireless(said: Sequence[Wireless]) -> Wireless | None:
    """All answers about access points together: the first names them, later ones complete them."""
    whole: Wireless | None = None
    for item in said:
        if whole is None:
            whole = item
            continue
        more = {ap.name: ap for ap in item.aps if ap.name}
        aps = [filled(ap, more[ap.name]) if ap.name in more else ap for ap in whole.aps]
        whole = msgspec.structs.replace(filled(whole, item), aps=aps or item.aps)
    return whole


def _hashed(seen: NeighborSeen, stations: Stations) -> OnPort[Neighbor]:
    station = stations.name(bytes.fromhex(seen.mac.replace(":", "")))
    scope = scope_of(ipaddress.IPv6Address(seen.address))
    return seen.interface, Neighbor(version=6, station=station, scope=scope, state=seen.state)
