"""One fact through time, as the spans of its row in the store, and what a told value does to them.

Spans never overlap. A value holds from where it was told until the next time that anything was told of it:
a span begins or ends there, or a key frame of its device lies there (``frames``). So batches may come in any
order: a late one fills in the past and never touches what was told of later times. That a fact was told to be
absent is a span, too (``ABSENT``), where nothing else marks the place.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

ABSENT = "null"
"""The text of the value of a span in which the fact is known not to be true."""


@dataclass(slots=True)
class Span:
    """A live row: known from ``known_from`` on, its end known from ``ended_at`` on (see schema.fact)."""

    valid_from: int
    valid_to: int | None
    value: str
    known_from: float
    ended_at: float | None = None
    stored: bool = True
    changed: bool = False

    def covers(self, slot: int) -> bool:
        return self.valid_from <= slot and (self.valid_to is None or slot < self.valid_to)


@dataclass(slots=True)
class Line:
    """The live spans of one fact, and the rows that a change takes back."""

    spans: list[Span] = field(default_factory=list)
    retracted: list[Span] = field(default_factory=list)

    def current(self) -> str | None:
        """The value that still holds, as text; None: the fact is not true now."""
        value = next((s.value for s in self.spans if s.valid_to is None), ABSENT)
        return None if value == ABSENT else value

    def put(self, slot: int, value: str, frames: Sequence[int], known: float, framed: bool) -> None:
        """From ``slot`` on the fact has this value. ``frames`` are the slots of key frames, in order;
        ``framed`` says that one of them is ``slot`` itself, so that the place is marked already."""
        covering = next((span for span in self.spans if span.covers(slot)), None)
        end = (
            covering.valid_to if covering else _first(s.valid_from for s in self.spans if s.valid_from > slot)
        )
        frame = _first(f for f in frames if f > slot)
        stop = frame if frame is not None and (end is None or frame < end) else end
        if covering is None:
            if value != ABSENT or not framed:
                self._add(slot, stop, value, known)
            return
        if covering.value == value and (framed or covering.valid_from == slot):
            return
        before = covering.value
        if covering.valid_from == slot:
            self._take_back(covering)
        else:
            self._end(covering, slot, known)
        if value != ABSENT or stop is not None or covering.valid_from == slot:
            self._add(slot, stop, value, known)
        if stop != end and stop is not None:
            self._add(stop, end, before, known)

    def _add(self, start: int, end: int | None, value: str, known: float) -> None:
        ended = None if end is None else known
        self.spans.append(Span(start, end, value, known, ended, stored=False, changed=True))

    def _end(self, span: Span, slot: int, known: float) -> None:
        """A first end is written in place; another one takes the row back, so that what was known stays."""
        fresh = span.known_from >= known or (span.ended_at is not None and span.ended_at >= known)
        if span.valid_to is None or fresh or not span.stored:
            span.valid_to, span.ended_at, span.changed = slot, max(known, span.known_from), True
            return
        start, value = span.valid_from, span.value
        self._take_back(span)
        self._add(start, slot, value, known)

    def _take_back(self, span: Span) -> None:
        self.spans.remove(span)
        if span.stored:
            self.retracted.append(span)


def _first(slots: Iterable[int]) -> int | None:
    return min(slots, default=None)
