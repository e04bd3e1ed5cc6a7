"""Every variable of a device, with the types that it sent."""

from __future__ import annotations

import tomllib
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib import resources

from agent.snmp import ber
from agent.snmp.engine import Answer, Engine, Kind, Missing, Oid, Value, oid
from agent.snmp.session import OutOfTime, Session
from agent.snmp.target import Target
from agent.snmp.udp import UdpEngine
from agent.snmp.usm import UsmEngine
from agent.vendors.load import vendor_files

ROOTS: tuple[Oid, ...] = (
    oid("1.0.8802.1.1.2"),  # LLDP-MIB
    oid("1.2.840.10006.300.43"),  # IEEE8023-LAG-MIB
    oid("1.3.6.1.2.1"),
    oid("1.3.6.1.4.1"),
    oid("1.3.6.1.6.3"),
    oid("1.3.111.2.802"),  # LLDP-V2-MIB
)
MAX_VARIABLES = 500_000
_MOST_AT_ONCE = 25
_NO_SUCH_NAME = 2
_MISSING = {why.value: why for why in Missing}


class Raw(bytes):
    """The content octets of a value, with its BER tag."""

    tag: int

    @classmethod
    def of(cls, tag: int, content: bytes) -> Raw:
        """A value as it came."""
        made = cls(content)
        made.tag = tag
        return made


class RawCodec:
    """The codec of SNMPv1 and v2c, leaving values as they came."""

    encode = staticmethod(ber.encode)

    @staticmethod
    def decode(_version: str, datagram: bytes) -> tuple[int, Answer]:
        """The request id and the answer, its values ``Raw`` or ``Missing``. Raises ValueError."""
        return ber.decode_by(datagram, raw)


def raw(tag: int, content: bytes) -> Value:
    """A value as it came."""
    return _MISSING[tag] if tag in _MISSING else Raw.of(tag, content)


def engine_for(target: Target) -> Engine:
    """An engine that leaves values as the device sent them."""
    return UsmEngine(raw) if target.version == "3" else UdpEngine(RawCodec())


@dataclass(slots=True)
class Walked:
    """What the walk brought and what went wrong."""

    objects: dict[Oid, Value] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)


@cache
def removed_subtrees() -> tuple[Oid, ...]:
    """The subtrees that are stepped over, in order."""
    text = resources.files("agent.record").joinpath("removed.toml").read_text(encoding="utf-8")
    return tuple(sorted(oid(dotted) for group in tomllib.loads(text).values() for dotted in group))


def station_entries() -> tuple[Oid, ...]:
    """Row objects of makers' tables whose index begins with a wireless client's MAC address."""
    return tuple(
        oid(table.entry if table.entry.startswith(".") else f"{root}.{table.entry}")
        for file in vendor_files()
        for controller in file.wireless
        for root in controller.roots
        for table in controller.table
        if table.role == "stations" and table.key == "mac"
    )


async def walk_device(session: Session, told: Callable[[int], None]) -> Walked:
    """All variables under ROOTS; ``told`` hears the number so far. Ends by itself: an object seen twice, too
    many variables, a silent device or the session's deadline end it with a note."""
    walked = Walked()
    for root in ROOTS:
        try:
            async for batch in _subtree(session, root, walked):
                walked.objects.update(batch)
                told(len(walked.objects))
                if len(walked.objects) >= MAX_VARIABLES:
                    walked.notes.append(f"ended after {MAX_VARIABLES} variables")
                    return walked
        except (TimeoutError, OutOfTime, OSError) as error:
            walked.notes.append(f"no answer under {_dotted(root)}: {type(error).__name__}")
    return walked


async def _subtree(session: Session, root: Oid, walked: Walked) -> AsyncIterator[dict[Oid, Value]]:
    cursor, most = root, 1 if session.target.version == "1" else _MOST_AT_ONCE
    while True:
        try:
            answer = await _ask(session, cursor, most)
        except TimeoutError:
            if most == 1:
                raise
            most = max(1, most // 2)
            continue
        if answer.error and answer.error != _NO_SUCH_NAME and most > 1:
            most = max(1, most // 2)
            continue
        batch, cursor, ended = _kept(answer.varbinds if not answer.error else [], root, cursor, walked)
        yield batch
        if ended:
            return


async def _ask(session: Session, cursor: Oid, most: int) -> Answer:
    kind: Kind = "next" if most == 1 else "bulk"
    return await session.ask(kind, [cursor], repetitions=most, tries=1 if most > 1 else None)


def _kept(
    varbinds: Sequence[tuple[Oid, Value]], root: Oid, cursor: Oid, walked: Walked
) -> tuple[dict[Oid, Value], Oid, bool]:
    """The variables to keep, where to go on, and whether the subtree ends."""
    batch: dict[Oid, Value] = {}
    for name, value in varbinds:
        if isinstance(value, Missing) or name[: len(root)] != root:
            return batch, cursor, True
        if name in walked.objects or name in batch:
            walked.notes.append(f"the device repeats itself at {_dotted(name)}")
            return batch, cursor, True
        cursor = name
        if over := _stepped_over(name):
            return batch, over, False
        batch[name] = value
    return batch, cursor, not varbinds


def _stepped_over(name: Oid) -> Oid | None:
    """Where to go on after a subtree that is not recorded."""
    for subtree in removed_subtrees():
        if name[: len(subtree)] == subtree:
            return (*subtree, 0xFFFF_FFFF)
    return None


def _dotted(name: Oid) -> str:
    return ".".join(map(str, name))
