"""How often codes may be tried: a wrong one costs patience, from one address and all together.

A code has 31**12 forms and lives ten minutes, so guessing is hopeless already; this keeps it from being a
load, and makes it seen. Only counts are kept, in memory, and of a bounded number of addresses.
"""

from __future__ import annotations

from collections import OrderedDict, deque
from dataclasses import dataclass, field

PER_SOURCE = 5
OVERALL = 60
WINDOW_S = 600.0
_SOURCES_KEPT = 4096


@dataclass(slots=True)
class CodeTries:
    """Tries of the last ten minutes. ``now`` is any clock that does not jump, in seconds."""

    per_source: int = PER_SOURCE
    overall: int = OVERALL
    window_s: float = WINDOW_S
    _by_source: OrderedDict[str, deque[float]] = field(default_factory=OrderedDict, repr=False)
    _everyone: deque[float] = field(default_factory=deque, repr=False)

    def admit(self, source: str, now: float) -> float:
        """0 when this source may try, which counts at once; else how many seconds it must wait."""
        tries = self._by_source.get(source) or deque()
        for counted in (tries, self._everyone):
            while counted and counted[0] <= now - self.window_s:
                counted.popleft()
        waits = [
            counted[0] + self.window_s - now
            for counted, limit in ((tries, self.per_source), (self._everyone, self.overall))
            if len(counted) >= limit
        ]
        if waits:
            return max(waits)
        tries.append(now)
        self._everyone.append(now)
        self._by_source[source] = tries
        self._by_source.move_to_end(source)
        if len(self._by_source) > _SOURCES_KEPT:
            self._by_source.popitem(last=False)
        return 0.0

    def right(self, source: str) -> None:
        """The code was right: this source begins anew, and its last try does not count for all."""
        if self._by_source.pop(source, None) and self._everyone:
            self._everyone.pop()
