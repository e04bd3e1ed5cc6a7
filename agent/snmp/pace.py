"""How much to ask for at once: less after a lost or refused answer, more again after good ones.

A GETBULK answer may exceed what the device or the path can carry (values of several kilobytes exist) and
then looks like a time-out. A size that fails twice without a success between is not tried again; a size
that fails by chance (a lost datagram) comes back.
"""

from __future__ import annotations

from collections import Counter

from agent.snmp.target import Target

_GOOD_ANSWERS_BEFORE_MORE = 8
_MAX_REPETITIONS = 25


class Pace:
    """``width`` columns and ``repetitions`` rows per question for one table."""

    def __init__(self, columns: int, target: Target, *, bulk: bool = True) -> None:
        self.width = max(1, min(columns, target.max_varbinds))
        fitting = max(1, min(_MAX_REPETITIONS, target.max_varbinds // self.width))
        self.repetitions = fitting if bulk and target.version != "1" else 1
        self._most = self.repetitions
        self._good = 0
        self._failed: Counter[int] = Counter()

    @property
    def has_shrunk(self) -> bool:
        """Whether larger questions failed."""
        return self.repetitions < self._most

    def after_answer(self) -> None:
        """A good answer."""
        self._failed.pop(self.repetitions, None)
        self._good += 1
        more = min(self.repetitions * 2, self._most)
        if self._good >= _GOOD_ANSWERS_BEFORE_MORE and self._failed[more] < 2:
            self.repetitions, self._good = more, 0

    def after_silence(self) -> bool:
        """No answer; whether a smaller question remains to be tried."""
        return self._less()

    def after_refusal(self, columns: int) -> bool:
        """tooBig, genErr or an empty answer; whether a smaller question remains to be tried."""
        if self._less():
            return True
        self.width = max(1, columns // 2)
        return columns > 1

    def _less(self) -> bool:
        self._good = 0
        self._failed[self.repetitions] += 1
        if self.repetitions == 1:
            return False
        self.repetitions //= 2
        return True
