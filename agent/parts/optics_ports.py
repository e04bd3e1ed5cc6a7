"""Which port a module sits in: by ifIndex, alias table, containment or name. Never by position."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from agent.device import Device
from agent.mibs import entities
from agent.mibs.text import text
from agent.parts.entities import known
from agent.snmp.engine import oid
from agent.snmp.walk import TableSpec
from inventory.hardware import Entity
from inventory.reading import Reading

IF_NAMES = TableSpec(name="ifNames", entry=oid("1.3.6.1.2.1.31.1.1.1"), columns={"ifName": 1})
"""For polls that read no interfaces."""

_ENDS = frozenset({"chassis", "stack", "backplane"})
_DEEPEST = 12


class Ports:
    """The ports of one device; tables that tell of them are read when they are needed, and once."""

    def __init__(self, device: Device, reading: Reading) -> None:
        self._device = device
        self._reading = reading
        self._names: dict[int, str] | None = None
        self._by_word: dict[str, int] = {}
        self._parts: dict[int, Entity] | None = None
        self._aliases: dict[int, int] | None = None

    async def name(self, if_index: int | None) -> str | None:
        """The interface's name."""
        return (await self._known_names()).get(if_index) if if_index is not None else None

    async def of_if_index(self, place: int, name: str | None = None) -> int:
        """The ifIndex itself, unless there is no such interface but one of this name."""
        if place in await self._known_names():
            return place
        named = await self.of_name(name)
        return place if named is None else named

    async def of_name(self, name: str | None) -> int | None:
        """The interface of exactly this name or description."""
        await self._known_names()
        return self._by_word.get(_word(name)) if name else None

    async def in_name(self, words: str | None) -> int | None:
        """The interface that a longer name speaks of ("Te3/1 Receive Power Sensor"): the longest name."""
        await self._known_names()
        if words is None:
            return None
        best = None
        for part in _pieces(words):
            if part in self._by_word and (best is None or len(part) > len(best)):
                best = part
        return self._by_word[best] if best else None

    async def of_entity(self, place: int, name: str | None = None) -> int | None:
        """The port of a part: by the alias table, by a port's own name, or by what the part sits in."""
        aliases = await self.aliases()
        if place in aliases:
            return aliases[place]
        found = await self.of_name(name)
        if found is not None:
            return found
        parts = await self.parts()
        for part in above(parts, place):
            if part.index in aliases:
                return aliases[part.index]
            for told in (part.name, part.descr):
                found = await self.of_name(told)
                if found is not None:
                    return found
        return None

    async def entity_name(self, place: int) -> str | None:
        """entPhysicalName, else its description."""
        part = (await self.parts()).get(place)
        return (part.name or part.descr) if part else None

    async def parts(self) -> Mapping[int, Entity]:
        """The parts by entPhysicalIndex."""
        if self._parts is None:
            self._parts = {item.index: item for item in await known(self._device, self._reading)}
        return self._parts

    async def aliases(self) -> Mapping[int, int]:
        """ifIndex by entPhysicalIndex."""
        if self._aliases is None:
            spec = entities.ENT_ALIAS_MAPPING_TABLE
            reads = self._device.reads
            rows = reads.rows(spec.name) if spec.name in reads.found else await reads.table(spec)
            self._aliases = entities.if_indexes(rows or {})
        return self._aliases

    async def _known_names(self) -> dict[int, str]:
        if self._names is not None:
            return self._names
        self._names = {}
        if "interfaces" in self._reading.tables:
            for item in self._reading.interfaces:
                self._add(item.if_index, item.name, item.descr)
        else:
            for index, row in (await self._device.reads.table(IF_NAMES)).items():
                self._add(index[0], text(row.get("ifName")), None)
        return self._names

    def _add(self, if_index: int, *told: str | None) -> None:
        assert self._names is not None
        for word in told:
            if word:
                self._names.setdefault(if_index, word)
                self._by_word.setdefault(_word(word), if_index)


def above(parts: Mapping[int, Entity], place: int) -> Iterator[Entity]:
    """A part and what it sits in, up to the chassis, which stands for no port."""
    part = parts.get(place)
    for _step in range(_DEEPEST):  # a table may name a part as its own container
        if part is None or part.class_ in _ENDS:
            return
        yield part
        part = parts.get(part.contained_in or 0)


def _word(name: str) -> str:
    return "".join(name.lower().split())


def _pieces(words: str) -> Iterator[str]:
    """All runs of words in a name, joined: interfaces have names of up to three words."""
    single = words.lower().replace(",", " ").replace(":", " ").split()
    for start in range(len(single)):
        for end in range(start + 1, min(start + 4, len(single)) + 1):
            piece = "".join(single[start:end])
            if not piece.isdigit():  # a lane or a slot as well as a port
                yield piece
