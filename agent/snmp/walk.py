"""Tables, read column by column, from devices that follow the rules and from those that do not.

All columns of a table go into one GETBULK, but each is followed for itself and cells are joined by
index, never by position: on a living device the columns of one table differ in length. Smaller answers
are asked for when an answer is lost or refused, down to GETNEXT of one variable; a column or a row that is
refused even so is passed over, and the rest is read.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from agent.snmp.engine import ERROR_WORDS, NO_SUCH_NAME, TOO_BIG, Answer, Missing, Oid, Value, dotted
from agent.snmp.pace import Pace
from agent.snmp.session import OutOfTime, Session
from inventory.reading import Table, TableStatus

Row: TypeAlias = dict[str, Value]
Rows: TypeAlias = dict[Oid, Row]

MAX_ROWS = 20_000
"""Rows of one table. The largest seen on a school or campus device: 3,271 interfaces, 3,247 access points."""

_MAX_OCTETS = 16 * 1024 * 1024
"""Text of one table. A device that sends 64 kB in every cell must not fill the memory."""

_LONGEST_INDEX = 128
"""RFC 2578 (3.5) allows a whole OID no more. One of 60,000 fits into a datagram, and fills the memory."""

_SHARE = 0.75
"""Of the time that is left for a device, at most so much goes to one table: others may still be readable."""

_ROWS_PASSED_OVER = 3
_COLUMNS_GIVEN_UP = 2
"""Cells of one column, columns of one table that may cost all tries before the rest is given up too."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TableSpec:
    """What to read. ``entry`` is the OID of the row object, ``columns`` maps a column's name to its
    sub-identifier; with ``under`` only rows whose index begins so are read, without touching the others.
    ``at_once`` bounds the variables of one answer where values are long; 0 leaves it to the device."""

    name: str
    entry: Oid
    columns: Mapping[str, int]
    under: Oid = ()
    max_rows: int = MAX_ROWS
    at_once: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class TableRead:
    """The rows found, by index, and how the reading went. A cell that the device lacks is absent."""

    status: TableStatus
    rows: Rows = field(default_factory=dict)
    seconds: float = 0.0
    detail: str = ""
    silent: bool = False
    """The device answers nothing any more."""

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
    status = walk.status()
    if not spec.under and status in ("ok", "unsupported"):
        key = dotted(spec.entry)
        session.rows[key] = max(session.rows.get(key, 0), len(walk.rows))
    return TableRead(
        status=status,
        rows=walk.rows,
        seconds=clock() - start,
        detail="; ".join(walk.notes()),
        silent=walk.silent,
    )


class _Column:
    """One column on its way: ``cursor`` is the last object of it that was read, ``end`` lies behind it."""

    __slots__ = ("cells", "cursor", "cut", "end", "name", "passed_over", "prefix")

    def __init__(self, name: str, root: Oid, under: Oid) -> None:
        self.name = name
        self.prefix = (*root, *under)
        self.end = (*self.prefix[:-1], self.prefix[-1] + 1)
        self.cut = len(root)
        self.cursor = self.prefix
        self.cells = self.passed_over = 0


class _Walk:
    """The state of one table's reading."""

    def __init__(self, session: Session, spec: TableSpec) -> None:
        self.session = session
        self.spec = spec
        self.rows: Rows = {}
        self.columns = self._all_columns()
        self.refused: list[_Column] = []
        self.pace = Pace(len(self.columns), session.limits, spec.name, spec.at_once)
        self.expected = 0 if spec.under else session.hint.rows.get(dotted(spec.entry), 0)
        self.deadline = session.left_s() * (1 - _SHARE)
        self.restarts = session.restarts
        self.failures: dict[str, str] = {}
        self.backwards = self.contradictions = self.octets = 0
        self.silences = self.given_up = self.begun_again = 0
        self.alone: _Column | None = None
        self.trusts_index = True
        self.one_by_one = False
        self.stop = ""
        self.silent = self.late = self.doubt = self.heard = False

    async def run(self) -> None:
        try:
            while not self.stop and (self.columns or self._resume() or await self._was_cut_in_two()):
                await self._step()
        except OutOfTime:
            self.stop, self.late = "the time for this device was used up", True

    def status(self) -> TableStatus:
        trouble = bool(self.stop or self.failures)
        if self.rows:
            return "partial" if trouble else "ok"
        if not trouble:
            return "unsupported"
        return "timeout" if self.silent or self.late or self.given_up else "error"

    def notes(self) -> list[str]:
        notes = [self.stop] if self.stop else []
        notes += [f"{name}: {what}" for name, what in self.failures.items()]
        if self.backwards:
            notes.append(f"{self.backwards} object identifiers were out of order")
        if self.contradictions:
            notes.append(f"{self.contradictions} objects were given twice, with different values")
        if self.begun_again:
            notes.append("the device restarted in the middle of the table, which was read again")
        return notes

    async def _step(self) -> None:
        """One question and what it brings."""
        width = 1 if self.one_by_one else self.pace.width
        columns = [self.alone] if self.alone else self.columns[:width]
        repetitions = 1 if self.alone else self._rows_wanted(columns)
        oids = [column.cursor for column in columns]
        try:
            if repetitions > 1:
                answer = await self.session.ask("bulk", oids, repetitions=repetitions, tries=1)
            else:
                answer = await self.session.ask("next", oids, tries=2 if len(oids) > 1 else None)
        except (TimeoutError, OSError) as error:
            await self._lost(columns, repetitions, error)
            return
        self.silences, self.heard = 0, True
        if answer.error or not answer.varbinds:
            self._refused(columns, repetitions, answer)
            return
        if self.alone:
            self.alone, self.trusts_index = None, False
        self.pace.after_answer(len(answer.varbinds), bulk=repetitions > 1)
        self._store(columns, answer)
        self._bound()

    def _rows_wanted(self, columns: list[_Column]) -> int:
        """As many as the pace allows; no more than the table had last time, and one to see that it ends."""
        allowed = self.pace.repetitions(len(columns))
        left = self.expected + 1 - min(column.cells for column in columns)
        return min(allowed, left) if self.expected and left > 0 else allowed

    async def _lost(self, columns: list[_Column], repetitions: int, error: OSError) -> None:
        """No answer, or the network refused (TimeoutError is an OSError)."""
        timed_out = isinstance(error, TimeoutError)
        asked = len(columns) * repetitions
        smaller = timed_out and self.pace.after_silence(asked, bulk=repetitions > 1)
        self.silences += 1
        self.doubt = True
        if smaller and self.silences != 2:
            return
        if not await self.session.is_alive():
            self.silent = True
            self.stop = "no answer" if timed_out else f"the network refused: {error}"
        elif self._has_restarted():
            self._begin_again()
        elif not smaller:
            self.given_up += 1
            self._blame(columns[0], "no answer" if timed_out else str(error))
            if self.given_up > (_COLUMNS_GIVEN_UP if self.heard else 0):
                self.stop = "no answer to this table"

    async def _was_cut_in_two(self) -> bool:
        """Whether a missing answer was a restart, and the table has to be read again."""
        if not self.doubt:
            return False
        self.doubt = False
        self.silent = not await self.session.is_alive()
        if self._has_restarted():
            self._begin_again()
        return bool(self.columns)

    def _has_restarted(self) -> bool:
        return self.session.restarts > self.restarts + self.begun_again

    def _begin_again(self) -> None:
        """A device that restarts may number its rows anew: what it said before does not count."""
        self.begun_again += 1
        if self.begun_again > 1:
            self.stop = "the device restarts again and again"
            return
        self.rows.clear()
        self.failures.clear()
        self.refused.clear()
        self.alone = None
        self.columns = self._all_columns()

    def _refused(self, columns: list[_Column], repetitions: int, answer: Answer) -> None:
        """An error-status, or an answer without anything in it.

        The error-index is believed when the column that it names is refused alone too: agents exist that
        name the wrong one."""
        error, at = answer.error, answer.error_at
        is_next = repetitions == 1
        ended = error == NO_SUCH_NAME  # in SNMPv1, the end of a column
        if is_next and len(columns) == 1:
            if ended:
                self.alone = None
                self.columns.remove(columns[0])
            else:
                self._blame(
                    columns[0], ERROR_WORDS.get(error, f"error-status {error}" if error else "nothing")
                )
        elif ended and len(columns) == 1:
            self.alone = columns[0]
        elif self.trusts_index and 1 <= at <= len(columns) and (ended or (is_next and error != TOO_BIG)):
            self.alone = columns[at - 1]
        elif ended:
            self.one_by_one = True
        else:
            self.pace.after_refusal(len(columns) * repetitions, too_big=error == TOO_BIG)

    def _blame(self, column: _Column, why: str) -> None:
        """Go on without this column; it gets another chance when the others have told what rows there are."""
        self.failures[column.name] = why
        self.alone = None
        self.columns.remove(column)
        self.refused.append(column)

    def _resume(self) -> bool:
        """Go on behind the row where a column was refused, as far as other columns tell which it is. Rows
        are passed over one at a time, and few: the whole column may be forbidden."""
        while self.refused:
            column = self.refused.pop()
            behind = [index for index in self.rows if (*column.prefix[: column.cut], *index) > column.cursor]
            if behind and column.passed_over < _ROWS_PASSED_OVER and not self.given_up:
                column.cursor = (*column.prefix[: column.cut], *min(behind))
                column.passed_over += 1
                self.columns.append(column)
        return bool(self.columns)

    def _store(self, columns: list[_Column], answer: Answer) -> None:
        for place, column in enumerate(columns):
            cells = answer.varbinds[place :: len(columns)]
            if not cells:
                continue  # fewer variables than asked: this column is asked for again
            before = column.cursor
            column.cells += len(cells)
            if self._keep(column, cells):
                self.columns.remove(column)
            elif column.cursor == before:
                self.failures[column.name] = "the device repeats itself"
                self.columns.remove(column)

    def _keep(self, column: _Column, cells: list[tuple[Oid, Value]]) -> bool:
        """Keep the cells of one column; whether it has ended. This runs for every variable of every poll."""
        rows, name, cut, prefix, last = self.rows, column.name, column.cut, column.prefix, column.cursor
        size, end = len(prefix), column.end
        has_ended = False
        for oid, value in cells:
            index = oid[cut:]
            in_order = last < oid < end  # and so inside the column
            if not in_order and (oid[:size] != prefix or not index):
                has_ended = True
                break
            if len(index) > _LONGEST_INDEX:
                self.failures[name] = f"an index of {len(index)} numbers"
                has_ended = True
                break
            if value.__class__ is Missing:
                # A hole in the column where its object moves on; its end where it does not.
                if value is Missing.END_OF_VIEW or not in_order:
                    has_ended = True
                    break
                last = oid
                continue
            row = rows.get(index)
            if row is None:
                rows[index] = {name: value}
            elif name not in row:
                row[name] = value
            else:
                self.contradictions += row[name] != value
                continue
            if not in_order:
                self.backwards += 1
            if value.__class__ is bytes:
                self.octets += len(value)
            last = oid
        column.cursor = last
        return has_ended

    def _all_columns(self) -> list[_Column]:
        entry, under = self.spec.entry, self.spec.under
        return [_Column(name, (*entry, number), under) for name, number in self.spec.columns.items()]

    def _bound(self) -> None:
        """Nothing that a device does goes on for ever."""
        most = self.spec.max_rows
        if len(self.rows) > most or any(column.cells > 2 * most for column in self.columns):
            self.stop = f"more than {self.spec.max_rows} rows"
        elif self.octets > _MAX_OCTETS:
            self.stop = f"more than {_MAX_OCTETS} octets"
        elif self.columns and self.session.left_s() < self.deadline:
            self.stop, self.late = "more than its share of the time for this device", True
