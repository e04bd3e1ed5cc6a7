"""The tables of one device while it is read: each by name, with what became of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from agent.snmp.engine import Missing, Oid, Value, dotted, oid
from agent.snmp.session import OutOfTime, Session
from agent.snmp.walk import Rows, TableRead, TableSpec, read_table
from agent.survey import STANDARD, without_rows
from inventory.log import get_logger
from inventory.reading import Table, TableStatus

log = get_logger(__name__)

_NOT_ASSIGNED = oid("1.3.6.1.2.1.9999.1.0")
"""An object that no agent has: how it says so shows whether its "no such instance" means anything."""

_DEAD = "the device had stopped answering"
_TROUBLE: tuple[TableStatus, ...] = ("timeout", "error", "partial")


class Reads:
    """Reads tables one after another and remembers how each went. Nothing here raises for a device.

    Tables that the device lacked at its last poll are asked for together, the first time that one of them is
    wanted: so a new one is seen at once, and the others cost one question. Of a device that was never polled
    the standard tables are asked so."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.found: dict[str, TableRead] = {}
        self.specs: dict[str, TableSpec] = {}
        self.dead = False
        self._doubtful: list[Oid] | None = None
        self._absent: set[Oid] = set()

    async def survey(self, entries: Iterable[Oid]) -> None:
        """Find out now which of these tables (the OIDs of their entries) have any row at all."""
        wanted = list(dict.fromkeys(entries))
        most = self.session.limits.size
        groups = [wanted[start : start + most] for start in range(0, len(wanted), most)]
        if self.dead:
            return
        try:
            for group in groups:
                self._absent |= await without_rows(self.session, group)
        except (TimeoutError, OSError, OutOfTime):
            self._doubtful = []  # each table is asked for itself then

    async def table(self, spec: TableSpec) -> Rows:
        """The rows of a table; after the device has died in the middle, none and no time lost."""
        self.specs[spec.name] = spec
        if self.dead:
            self.found[spec.name] = TableRead(status="timeout", detail=self._died())
            return {}
        read = await self._read(spec)
        self.found[spec.name] = read
        self.dead = read.silent
        return read.rows

    async def restarted(self) -> bool:
        """Whether the device restarted while it was read: then its numbers may not belong together. Asked
        only where an answer was missing; a restart takes longer than an answer."""
        session = self.session
        if session.limits.lost and not self.dead:
            try:
                await session.is_alive()
            except OutOfTime:
                log.debug("%s: no time left to ask for a restart", session.target.where)
        return session.restarts > 0

    async def scalars(self, oids: Mapping[str, Oid]) -> dict[str, Value]:
        """Single values, as far as they can be had."""
        if self.dead or not oids:
            return {}
        try:
            return await self.session.get(oids)
        except (TimeoutError, OSError, OutOfTime):
            return {}

    async def next_of(self, where: Oid) -> Oid:
        """The OID of the first object after this place, or none."""
        if self.dead:
            return ()
        try:
            answer = await self.session.ask("next", [where])
        except (TimeoutError, OSError, OutOfTime):
            return ()
        usable = not answer.error and answer.varbinds and not isinstance(answer.varbinds[0][1], Missing)
        return answer.varbinds[0][0] if usable else ()

    async def tell_empty_from_unsupported(self, names: Iterable[str]) -> None:
        """Mark tables without rows as empty where the device says that it has them.

        RFC 3416 (4.2.1) wants noSuchInstance for a table that exists and noSuchObject for one that does
        not. Agents that never make the difference are found out by a question to which only noSuchObject
        is right; their tables stay "unsupported", since nothing proves that they exist.
        """
        bare = [name for name in names if self._status(name) == "unsupported"]
        if self.session.target.version == "1" or not bare or self.dead:
            return
        asked = [(*self.specs[name].entry, next(iter(self.specs[name].columns.values())), 0) for name in bare]
        try:
            answer = await self.session.ask("get", [_NOT_ASSIGNED, *asked])
        except (TimeoutError, OSError, OutOfTime):
            return
        values = [value for _oid, value in answer.varbinds]
        if answer.error or len(values) != len(asked) + 1 or values[0] is not Missing.NO_SUCH_OBJECT:
            return
        for name, value in zip(bare, values[1:], strict=True):
            if value is Missing.NO_SUCH_INSTANCE:
                self.found[name] = TableRead(status="empty", seconds=self.found[name].seconds)

    def rows(self, name: str) -> Rows | None:
        """The rows of a table, or None where the device has no such table (or it was not asked for)."""
        read = self.found.get(name)
        return None if read is None or read.status == "unsupported" else read.rows

    def tables(self) -> dict[str, Table]:
        """How each table went."""
        return {name: read.as_table for name, read in self.found.items()}

    def part(self, names: Sequence[str], rows: int, detail: str = "") -> Table:
        """How a part of the reading went that these tables fill with so many rows."""
        asked = [name for name in names if name in self.found]
        statuses = [self.found[name].status for name in asked]
        bad = [
            f"{name}: {self.found[name].detail or _DEAD}" for name in asked if self._status(name) in _TROUBLE
        ]
        return Table(
            status=combined(statuses, rows),
            rows=rows,
            seconds=round(sum(self.found[name].seconds for name in asked), 3),
            detail="; ".join(bad) or detail,
        )

    def _lacked_before(self) -> list[Oid]:
        rows = self.session.hint.rows
        return [oid(entry) for entry, count in rows.items() if not count] if rows else list(STANDARD)

    def _died(self) -> str:
        """Said of the first table after the death; a poll has sixty, and people read the notes."""
        said = any(read.detail == _DEAD for read in self.found.values())
        return "" if said else _DEAD

    async def _read(self, spec: TableSpec) -> TableRead:
        if self._doubtful is None:
            self._doubtful = self._lacked_before()
        if spec.entry in self._doubtful:
            at = self._doubtful.index(spec.entry)
            group = self._doubtful[at : at + self.session.limits.size]
            self._doubtful = self._doubtful[:at] + self._doubtful[at + len(group) :]
            await self.survey(group)
        if spec.entry in self._absent:
            self.session.rows.setdefault(dotted(spec.entry), 0)
            return TableRead(status="unsupported")
        return await read_table(self.session, spec)

    def _status(self, name: str) -> TableStatus | None:
        return self.found[name].status if name in self.found else None


def combined(statuses: Sequence[TableStatus], rows: int) -> TableStatus:
    """One status for several tables that fill the same list. Trouble with one of them means that the list
    may be short; one good table is enough where the others do not exist."""
    if rows and any(status in _TROUBLE for status in statuses):
        return "partial"
    for trouble in _TROUBLE:
        if trouble in statuses:
            return trouble
    if rows:
        return "ok"
    return "empty" if any(status in ("ok", "empty") for status in statuses) else "unsupported"
