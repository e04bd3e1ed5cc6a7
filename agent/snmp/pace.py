"""How much to ask for at once: more while it helps, half after a lost or refused answer.

An answer may exceed what the device or the path can carry (values of several kilobytes exist); it then looks
like a time-out, as a lost datagram does. The two are told apart by trying again: a size that gets no answer
twice, with no success between, is too big; one that works the second time was lost by chance. A size that has
worked for this device is tried again as it is, a new one after smaller ones. A size is the number of
variables in an answer.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from agent.snmp.target import Target

FIRST_SIZE = 20
"""Variables asked for at first, when nothing is known of a device: about 700 octets."""

_GOOD_ANSWERS_BEFORE_MORE = 4
_BULKS_LOST = 3
"""A device that answers GETNEXT, and not one of so many GETBULKs, does not know GETBULK."""


@dataclass(slots=True)
class Limits:
    """What one device can carry, as far as it is known; shared by all tables of a reading.

    ``size`` works for now, ``most`` is never exceeded. ``too_big`` are sizes that failed twice, by table: a
    table of long texts has a limit that others do not have. ``bulk`` is None until a GETBULK was answered, or
    only GETNEXT was."""

    most: int
    size: int = FIRST_SIZE
    bulk: bool | None = None
    too_big: dict[str, int] = field(default_factory=dict)
    proven: int = 0
    """The largest answer so far."""
    bulks_lost: int = 0
    lost: int = 0
    lost_by_chance: int = 0

    @classmethod
    def of(cls, target: Target) -> Limits:
        """What the target allows."""
        most = max(1, target.max_varbinds)
        return cls(most, min(most, FIRST_SIZE), False if target.version == "1" else None)


class Pace:
    """The size of one table's questions."""

    def __init__(self, columns: int, limits: Limits, table: str = "", at_once: int = 0) -> None:
        self._limits = limits
        self._most = min(limits.most, at_once or limits.most)
        self._table = table
        self._columns = max(1, columns)
        self._failed: dict[int, int] = {}
        self._good = 0
        self._one_row = False
        self.size = self._allowed(limits.size)

    @property
    def width(self) -> int:
        """Columns of one question."""
        return max(1, min(self._columns, self.size))

    def repetitions(self, columns: int) -> int:
        """Rows to ask for in a question of so many columns; 1 is a GETNEXT."""
        if self._one_row or self._limits.bulk is False:
            return 1
        return max(1, self.size // columns)

    def after_answer(self, got: int, *, bulk: bool) -> None:
        """A good answer with so many variables."""
        if bulk:
            self._limits.bulk = True
            self._limits.proven = max(self._limits.proven, got)
        elif self._one_row:
            self._after_one_row()
        if 2 * got > self.size:  # a device that gives less than half of what it is asked for gains nothing
            self._more()

    def after_silence(self, asked: int, *, bulk: bool) -> bool:
        """No answer to a question of so many variables; whether a smaller one remains to be tried."""
        limits = self._limits
        limits.lost += 1
        if bulk and limits.bulk is None:
            limits.bulks_lost += 1
            self._one_row = True
            return True
        if asked <= limits.proven and bulk and not self._failed.get(self.size):
            self._failed[self.size] = 1
            return True
        smaller = self._less(asked, 1)
        limits.size = self.size
        return smaller

    def after_refusal(self, asked: int, *, too_big: bool = False) -> bool:
        """tooBig says at once what silence says the second time; genErr or nothing inside may be about one
        variable alone. Whether a smaller question remains to be tried."""
        smaller = self._less(asked, 2 if too_big else 1)
        if too_big:
            self._limits.size = self.size
        return smaller

    def _after_one_row(self) -> None:
        """GETNEXT was answered where GETBULK was not: try a small GETBULK, so as to know why."""
        self._one_row = False
        if self._limits.bulks_lost >= _BULKS_LOST:
            self._limits.bulk = False
        else:
            self.size = self._allowed(2 * self._columns)

    def _more(self) -> None:
        limits = self._limits
        if self._failed.pop(self.size, 0):
            limits.lost_by_chance += 1
        self._good += 1
        more = self._allowed(self.size * 2)
        failures = self._failed.get(more, 0)
        at_once = not failures and not limits.lost
        if more > self.size and failures < 2 and (at_once or self._good >= _GOOD_ANSWERS_BEFORE_MORE):
            self.size, self._good = more, 0
        limits.size = max(limits.size, self.size)

    def _less(self, asked: int, failures: int) -> bool:
        if 2 * asked <= self.size:
            self.size = asked
        failed = self._failed[self.size] = self._failed.get(self.size, 0) + failures
        if failed >= 2 and self.size > 1:
            known = self._limits.too_big.get(self._table, self.size)
            self._limits.too_big[self._table] = min(known, self.size)
        self._good = 0
        self.size = max(1, self.size // 2)
        return asked > 1

    def _allowed(self, size: int) -> int:
        too_big = self._limits.too_big.get(self._table)
        return max(1, min(size, self._most, too_big // 2 if too_big else size))
