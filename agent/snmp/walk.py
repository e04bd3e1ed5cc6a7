"""Tables, read column by column, from devices that follow the rules and from those that do not.

All columns of a table go into one GETBULK, but each is followed for itself and cells are joined by
index, never by position: on a living device the columns of one table differ in length. Smaller answers
are asked for when an answer is lost or refused, down to GETNEXT of one variable.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from agent.snmp.engine import ERROR_WORDS, NO_SUCH_NAME, Answer, Missing, Oid, Value
from agent.snmp.pace import Pace
from agent.snmp.session import OutOfTime, Session
from inventory.reading import Table, TableStatus

Row: TypeAlias = dict[str, Value]
Rows: TypeAlias = dict[Oid, Row]

MAX_ROWS = 20_000
"""Rows of one table. The largest seen on a school or campus device: 3,271 interfaces, 3,247 access points."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TableSpec:
    """What to read. ``entry`` is the OID of the row object, ``columns`` maps a column's name to its
    sub-identifier; with ``under`` only rows whose index begins so are read, without touching the others."""

    name: str
    entry: Oid
    columns: Mapping[str, int]
    under: Oid = ()
    max_rows: int = MAX_ROWS


@dataclass(frozen=True, slots=True, kw_only=True)
class TableRead:
    """The rows found, by index, and how the reading went. A cell that the device lacks is absent."""

    status: TableStatus
    rows: Rows = field(default_factory=dict)
    seconds: float = 0.0
    detail: str = ""
    silent: bool = False
    """The device stopped answering: worth asking whether it lives before the next table."""

    @property
    def as_table(self) -> Table:
        return Table(
            status=self.status, rows=len(self.rows), seconds=round(self.seconds, 3), detail=self.detail
        )


async def read_table(session: Session, spec: TableSpec) -> TableRead:
    """One table. Never raises for what a device does; OutOfTime becomes a status too."""
    clock = asyncio.get_running_loop().time
    start = clock()
    walk = _Walk(session, spec)
    await walk.run()
    return TableRead(
        status=walk.status(),
        rows=walk.rows,
        seconds=clock() - start,
        detail="; ".join(walk.notes()),
        silent=walk.silent,
    )


class _Walk:
    """The state of one table's reading: a cursor per column that is not finished."""

    def __init__(self, session: Session, spec: TableSpec) -> None:
        self.session = session
        self.spec = spec
        self.rows: Rows = {}
        self.roots = {name: (*spec.entry, number) for name, number in spec.columns.items()}
        self.cursors = {name: (*root, *spec.under) for name, root in self.roots.items()}
        self.pace = Pace(len(self.cursors), session.target, bulk=session.bulk_works is not False)
        self.backwards = 0
        self.failures: dict[str, str] = {}
        self.stop = ""
        self.silent = False
        self.late = False

    async def run(self) -> None:
        while self.cursors and not self.stop:
            names = list(self.cursors)[: self.pace.width]
            try:
                answer = await self._ask(names)
            except TimeoutError:
                self._lost()
                continue
            except OutOfTime:
                self.stop, self.late = "the time for this device was used up", True
            except OSError as error:
                self.stop, self.silent = f"the network refused: {error}", True
            else:
                self._take(names, answer)

    def status(self) -> TableStatus:
        trouble = bool(self.stop or self.failures)
        if self.rows:
            return "partial" if trouble else "ok"
        if not trouble:
            return "unsupported"
        return "timeout" if self.silent or self.late else "error"

    def notes(self) -> list[str]:
        notes = [self.stop] if self.stop else []
        notes += [f"{name}: {what}" for name, what in self.failures.items()]
        if self.backwards:
            notes.append(f"{self.backwards} object identifiers were out of order")
        return notes

    async def _ask(self, names: list[str]) -> Answer:
        oids = [self.cursors[name] for name in names]
        repetitions = self.pace.repetitions
        if repetitions == 1:
            return await self.session.ask("next", oids)
        return await self.session.ask("bulk", oids, repetitions=repetitions, tries=1)

    def _lost(self) -> None:
        if not self.pace.after_silence():
            self.stop, self.silent = "no answer", True

    def _take(self, names: list[str], answer: Answer) -> None:
        if answer.error == NO_SUCH_NAME:
            self._no_such_name(names, answer.error_at)
        elif answer.error or not answer.varbinds:
            self._refused(names, ERROR_WORDS.get(answer.error, f"error-status {answer.error}"))
        else:
            self._learn()
            self.pace.after_answer()
            self._store(names, answer)

    def _learn(self) -> None:
        """A device that answers GETNEXT but never a GETBULK must not cost a wait at every table."""
        if self.pace.repetitions > 1:
            self.session.bulk_works = True
        elif self.session.bulk_works is None and self.pace.has_shrunk:
            self.session.bulk_works = False

    def _no_such_name(self, names: list[str], at: int) -> None:
        """The end of a column in SNMPv1; error-index says of which, if the agent does it right."""
        if 1 <= at <= len(names):
            del self.cursors[names[at - 1]]
        elif len(names) == 1:
            del self.cursors[names[0]]
        else:
            self.pace.width = 1

    def _refused(self, names: list[str], why: str) -> None:
        if self.pace.after_refusal(len(names)):
            return
        self.failures[names[0]] = why
        del self.cursors[names[0]]

    def _store(self, names: list[str], answer: Answer) -> None:
        advanced: set[str] = set()
        asked = names[: len(answer.varbinds)]
        for place, (oid, value) in enumerate(answer.varbinds):
            name = names[place % len(names)]
            if name not in self.cursors:
                continue
            if not self._belongs(name, oid, value):
                del self.cursors[name]
            elif self._cell(name, oid, value):
                advanced.add(name)
        for name in asked:
            if name in self.cursors and name not in advanced:
                self.failures[name] = "the device repeats itself"
                del self.cursors[name]
        if len(self.rows) > self.spec.max_rows:
            self.stop = f"more than {self.spec.max_rows} rows"

    def _belongs(self, name: str, oid: Oid, value: Value) -> bool:
        root = self.roots[name]
        inside = (
            oid[: len(root)] == root and oid[len(root) : len(root) + len(self.spec.under)] == self.spec.under
        )
        return inside and len(oid) > len(root) and not isinstance(value, Missing)

    def _cell(self, name: str, oid: Oid, value: Value) -> bool:
        """Keep one cell; False when this object was seen before."""
        row = self.rows.setdefault(oid[len(self.roots[name]) :], {})
        if name in row:
            return False
        row[name] = value
        self.backwards += oid <= self.cursors[name]
        self.cursors[name] = oid
        return True
