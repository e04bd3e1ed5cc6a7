"""Everything known about one school as of a moment: the only thing that a verdict looks at.

The collector builds it from the store, a test builds it by hand. Times are seconds since 1970 UTC; a slot
is the start of a poll interval. No clock, no file and no database is reached from here.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

import msgspec

from inventory.facts import FactValue
from inventory.papers import Document
from inventory.reading import Outcome
from inventory.register import Calendar, CountyLink, School


class Span(msgspec.Struct, frozen=True, gc=False):
    """A value and the time in which it held: from the slot ``start`` until before ``end`` (None: still)."""

    start: int
    end: int | None
    value: FactValue

    def holds_at(self, slot: int) -> bool:
        return self.start <= slot and (self.end is None or slot < self.end)


Run = tuple[int, int]
"""Slots one after the other: the first, and how many."""
Masks = tuple[int, int]
"""Polls that were ok and polls that were down; bit i stands for poll i."""


class OutcomeStore(Mapping[int, Outcome]):
    """Outcomes by slot, with quicker ways to many of them at once."""

    @abstractmethod
    def over(self, slots: Sequence[int]) -> list[Outcome]:
        """The outcomes of many slots, in their order."""

    @abstractmethod
    def masks(self, runs: Sequence[Run]) -> Masks | None:
        """The outcomes of the slots of some runs, one after the other; None where they have to be read one
        by one."""


@dataclass(frozen=True, slots=True)
class Polls:
    """Outcomes of one device's polls by slot; a slot that is absent is a gap."""

    outcomes: Mapping[int, Outcome]

    def outcome(self, slot: int) -> Outcome:
        return self.outcomes.get(slot, "gap")

    def over(self, slots: Sequence[int]) -> list[Outcome]:
        """The outcomes of many slots, in their order."""
        if isinstance(self.outcomes, OutcomeStore):
            return self.outcomes.over(slots)
        get = self.outcomes.get
        return [get(slot, "gap") for slot in slots]

    def masks(self, slots: Sequence[int], runs: Sequence[Run]) -> Masks:
        """Which of many slots were ok, and which down; ``runs`` are the same slots."""
        found = self.outcomes.masks(runs) if isinstance(self.outcomes, OutcomeStore) else None
        if found is not None:
            return found
        outcomes = self.over(slots)
        return _mask_of(outcomes, "ok"), _mask_of(outcomes, "down")


def _mask_of(outcomes: Sequence[Outcome], wanted: Outcome) -> int:
    digits = "".join("1" if outcome == wanted else "0" for outcome in reversed(outcomes))
    return int(digits, 2) if digits else 0


class Series(Protocol):
    """Samples, read where a metric asks for them: nearly none does."""

    def values(
        self, device: str, subject: str, key: str, start: int, end: int
    ) -> Sequence[tuple[int, int | float]]:
        """(slot, true value) from ``start`` until before ``end``, oldest first; counters as they stood.
        See inventory.facts.SAMPLE_KEYS for keys and units."""
        ...

    def subjects(self, device: str, key: str, start: int, end: int) -> Sequence[str]:
        """The subjects of a device that this key was measured of in the days of that time, sorted: sensors
        are in no fact."""
        ...


class NoSeries:
    """No samples at all."""

    def values(self, *_where: object) -> Sequence[tuple[int, int | float]]:
        """Nothing."""
        return ()

    def subjects(self, *_where: object) -> Sequence[str]:
        """None."""
        return ()


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentSeen:
    """``last_report`` is when the collector last accepted something of this agent (seconds), or None.
    ``newest_slot`` is the newest poll it has shipped, ``version`` that of its program."""

    agent: str
    campus: str
    last_report: float | None = None
    newest_slot: int | None = None
    version: str = ""


FactKey = tuple[str, str, str]
"""(device id, subject, key); see inventory.facts for subjects and keys."""

DeviceFacts = dict[str, dict[str, tuple[Span, ...]]]
"""subject -> key -> spans"""


class FactStore(Mapping[FactKey, tuple[Span, ...]]):
    """Spans by fact, laid out device by device where asked."""

    @abstractmethod
    def of_device(self, device: str) -> DeviceFacts:
        """All facts of a device."""


def by_device(facts: Mapping[FactKey, tuple[Span, ...]]) -> dict[str, DeviceFacts]:
    """Facts laid out device by device."""
    found: dict[str, DeviceFacts] = {}
    for (device, subject, key), spans in facts.items():
        found.setdefault(device, {}).setdefault(subject, {})[key] = spans
    return found


NO_POLLS = Polls({})
NO_SERIES = NoSeries()


@dataclass(frozen=True, slots=True, kw_only=True)
class SchoolSnapshot:
    """One school as of ``as_of``. ``facts`` holds the spans of each fact, oldest first. ``links`` are those
    of the county that this school's agents read; ``county_documents`` prove what the county provides for
    all."""

    as_of: float
    school: School
    calendar: Calendar
    interval_s: int
    facts: Mapping[FactKey, tuple[Span, ...]] = field(default_factory=dict)
    polls: Mapping[str, Polls] = field(default_factory=dict)
    agents: tuple[AgentSeen, ...] = ()
    series: Series = field(default=NO_SERIES, compare=False)
    links: tuple[CountyLink, ...] = ()
    county_documents: tuple[Document, ...] = ()

    def polls_of(self, device: str) -> Polls:
        return self.polls.get(device, NO_POLLS)

    def fact(self, device: str, subject: str, key: str, slot: int) -> FactValue:
        """The value of a fact at a slot, or None where nothing is known."""
        for span in reversed(self.facts.get((device, subject, key), ())):
            if span.holds_at(slot):
                return span.value
        return None

    def subjects(self, device: str, prefix: str) -> Iterator[str]:
        """The subjects of a device that begin with a prefix ("port:", "ap:"), each once."""
        seen = dict.fromkeys(s for d, s, _ in self.facts if d == device and s.startswith(prefix))
        yield from seen
