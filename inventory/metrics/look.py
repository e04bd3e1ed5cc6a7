"""A school's snapshot laid out for judging: facts by device, polls as bit masks over the slots of a window.

Facts are spans and polls are many, so a metric looks at each span once and counts slots with bit masks:
bit i of a mask stands for slot i of the grid. Six hundred polls fit into one integer.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from functools import cached_property, lru_cache
from itertools import pairwise
from types import MappingProxyType
from typing import cast
from zoneinfo import ZoneInfo

from inventory.clock import slots
from inventory.facts import FactValue
from inventory.metrics.params import Params
from inventory.metrics.proof import Need, Proof
from inventory.register import Calendar, Campus, Maintenance
from inventory.snapshot import DeviceFacts, FactStore, Masks, Run, SchoolSnapshot, Span, by_device
from inventory.verdict import Verdict

__all__ = ["NO_SPANS", "DeviceFacts", "Grid", "Look", "value_at"]

GridKey = tuple[int, int, int]
Judged = tuple[int, int, int, int, int, bool, int]
"""a, d, m; the share to reach and the least coverage (basis points); whether gaps count as false; the most
polls that one slot adds"""

NO_SPANS: tuple[Span, ...] = ()
NOTHING: Mapping[object, Verdict] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Grid:
    """The slots of a window, oldest first."""

    slots: Sequence[int]
    interval_s: int
    judged: set[Judged] = field(default_factory=set, compare=False, repr=False)
    """what was judged by the polls of this window, for ``inventory.due``"""

    @property
    def runs(self) -> tuple[Run, ...]:
        """The same slots as runs of neighbours."""
        slots = self.slots
        return _runs(slots if isinstance(slots, tuple | range) else tuple(slots), self.interval_s)

    @property
    def full(self) -> int:
        return (1 << len(self.slots)) - 1

    @property
    def key(self) -> GridKey:
        """What tells one grid of a look from another."""
        slots = self.slots
        return (slots[0], slots[-1], len(slots)) if slots else (0, 0, 0)

    @property
    def window(self) -> tuple[int, int] | None:
        """The first slot, and the end of the last."""
        return (self.slots[0], self.slots[-1] + self.interval_s) if self.slots else None

    def mask(self, span: Span) -> int:
        """The slots in which a span holds."""
        first, after = self.ends(span)
        return (1 << after) - (1 << first) if after > first else 0

    def of(self, mask: int) -> Sequence[int]:
        """The slots of a mask, oldest first."""
        if mask == self.full:
            return self.slots
        bits = f"{mask:b}"[::-1]
        return [slot for slot, bit in zip(self.slots, bits, strict=False) if bit == "1"]

    def ends(self, span: Span) -> tuple[int, int]:
        """Index of the first slot of a span, and of the first slot after it."""
        slots, start, end = self.slots, span.start, span.end
        first = 0 if slots and start <= slots[0] else bisect_left(slots, start)
        after = len(slots) if end is None else bisect_left(slots, end)
        return first, after

    def whole(self, spans: tuple[Span, ...]) -> Span | None:
        """The span that holds in every slot, if one does."""
        last = spans[-1] if spans else None
        return last if last and last.end is None and last.start <= self.slots[0] else None

    def pieces(self, histories: Sequence[tuple[Span, ...]]) -> Iterator[tuple[int, list[FactValue]]]:
        """Stretches in which no fact changes: their mask, and the value of each history (None: not known)."""
        if not self.slots:
            return
        begin = self.slots[0]
        moving = [each for each in histories if each and (each[-1].end is not None or each[-1].start > begin)]
        if not moving:  # as nearly always: nothing changed in the window
            yield self.full, [each[-1].value if each else None for each in histories]
            return
        cuts = {0, len(self.slots)}
        for spans in moving:
            for span in spans:
                cuts.update(self.ends(span))
        for first, after in pairwise(sorted(cuts)):
            slot = self.slots[first]
            yield (1 << after) - (1 << first), [value_at(spans, slot) for spans in histories]

    def first_last(self, mask: int) -> tuple[int | None, int | None]:
        """The oldest and the newest slot of a mask."""
        if not mask:
            return None, None
        return self.slots[(mask & -mask).bit_length() - 1], self.slots[mask.bit_length() - 1]


class Look:
    """One school under judgement. It keeps what several metrics ask for: indexes, grids, poll masks."""

    def __init__(self, snapshot: SchoolSnapshot, before: Mapping[object, Verdict] = NOTHING) -> None:
        """``before`` is what an earlier look left in ``lasting`` and still holds."""
        self.snapshot = snapshot
        self.before = before
        self.verdicts: dict[object, Verdict] = {}
        """what was computed so far"""
        self.needs: frozenset[Need] | None = None
        """the papers that the plan judged now reads; None: no plan is, all papers count"""
        self.lasting: dict[object, Verdict] = {}
        """verdicts that stay when the agent's news come in (inventory.metrics.once)"""
        facts = snapshot.facts
        self._facts = {} if isinstance(facts, FactStore) else by_device(facts)
        self._of_device = facts.of_device if isinstance(facts, FactStore) else self._facts.get
        self._polls: dict[tuple[str, GridKey], Masks] = {}
        self._grids: dict[tuple[str, str, str], Grid] = {}
        self._kept: dict[tuple[object, ...], object] = {}
        self.windows: list[tuple[str, str, Calendar, Grid]] = []
        """window, clock and calendar of each grid that was asked for"""
        self.stale_at: list[float] = []
        """when a newest poll that was used will be too old, or another one follows it at last"""

    @cached_property
    def today(self) -> date:
        """The local day of ``as_of``."""
        zone = ZoneInfo(self.snapshot.calendar.timezone)
        return datetime.fromtimestamp(self.snapshot.as_of, zone).date()

    @cached_property
    def proof(self) -> Proof:
        """What the documents of the school prove today."""
        return Proof((*self.snapshot.county_documents, *self.snapshot.school.documents), self.today)

    def calendar(self, campus: Campus | None = None) -> Calendar:
        """School days and hours of a campus: its own, those of a boarding school, or the county's."""
        calendar, school = self.snapshot.calendar, self.snapshot.school
        opens = calendar.boarding_opens if school.boarding else calendar.opens
        closes = calendar.boarding_closes if school.boarding else calendar.closes
        if campus is not None:
            opens, closes = campus.opens or opens, campus.closes or closes
        if (opens, closes) == (calendar.opens, calendar.closes):
            return calendar
        key = ("calendar", opens, closes)
        return cast(Calendar, self.keep(key, lambda: replace(calendar, opens=opens, closes=closes)))

    def grid(
        self, params: Params, campus: Campus | None = None, *, window: str = "7d", clock: str = "school"
    ) -> Grid:
        """The polls that count for a target: of its window and clock, less announced work at the campus."""
        return self.grid_of(params.word("window", window), params.word("clock", clock), campus)

    def grid_of(self, window: str, clock: str, campus: Campus | None = None) -> Grid:
        """The polls of a window on a clock."""
        name = (window, clock, campus.id if campus else "")
        if name not in self._grids:
            view = self.snapshot
            found = slots(window, clock, view.as_of, view.interval_s, self.calendar(campus))
            if campus and (work := [each for each in campus.maintenance if not each.device]):
                found = [slot for slot in found if not _is_excused(slot, work)]
            self._grids[name] = Grid(found, view.interval_s)
            self.windows.append((window, clock, self.calendar(campus), self._grids[name]))
        return self._grids[name]

    def excused(self, device: str, campus: Campus, grid: Grid) -> int:
        """Mask of the slots in which work at this one device was announced: neither true nor false."""
        work = [each for each in campus.maintenance if each.device == device]
        return sum(1 << at for at, slot in enumerate(grid.slots) if _is_excused(slot, work)) if work else 0

    def facts(self, device: str) -> DeviceFacts:
        """All facts of a device."""
        return self._of_device(device) or {}

    def spans(self, device: str, subject: str, key: str) -> tuple[Span, ...]:
        """The history of one fact."""
        return self.facts(device).get(subject, {}).get(key, NO_SPANS)

    def polls(self, device: str, grid: Grid) -> Masks:
        """Masks of the polls that were ok and of those that were down; the rest are gaps."""
        if device not in self.snapshot.polls:  # access points are never polled themselves
            return 0, 0
        key = (device, grid.key)
        if key not in self._polls:
            self._polls[key] = self.snapshot.polls_of(device).masks(grid.slots, grid.runs)
        return self._polls[key]

    def newest_ok(self, device: str, within_s: int) -> int | None:
        """The newest slot in which a device answered, at most so many seconds back, or None."""
        key = ("newest ok", device, within_s)
        return cast("int | None", self.keep(key, lambda: self._newest_ok(device, within_s)))

    def at(self, slot: int) -> Grid:
        """A grid of one slot."""
        return Grid((slot,), self.snapshot.interval_s)

    def is_unread(self, device: str, campus: Campus, grid: Grid) -> bool:
        """The device was never polled in the window although others of the campus answered."""
        if any(self.polls(device, grid)):
            return False
        return any(self.polls(other.id, grid)[0] for other in campus.devices if other.id != device)

    def keep(self, key: tuple[object, ...], make: Callable[[], object]) -> object:
        """A value made once per look."""
        if key not in self._kept:
            self._kept[key] = make()
        return self._kept[key]

    def _newest_ok(self, device: str, within_s: int) -> int | None:
        if device not in self.snapshot.polls:
            return None
        step = self.snapshot.interval_s
        newest = int(self.snapshot.as_of) // step * step
        n = within_s // step + 1
        oldest = newest - (n - 1) * step
        slots = range(oldest, newest + step, step)
        ok, _down = self.snapshot.polls_of(device).masks(slots, ((oldest, n),))
        slot = oldest + (ok.bit_length() - 1) * step
        if ok:
            self.stale_at.append((slot + within_s) // step * step + step)
        if slot < newest - step and self.facts(device):  # silent or down: its next answer decides
            self.stale_at.append(newest + step)
        return slot if ok else None

    def table_status(self, device: str, table: str, slot: int) -> str:
        """How the reading of a table went at a slot ("ok", "partial"), "" where the agent did not say."""
        found = value_at(self.spans(device, "", "tables"), slot)
        return str(found.get(table, "")) if isinstance(found, dict) else ""


def _is_excused(slot: int, work: Sequence[Maintenance]) -> bool:
    return any(each.start <= slot < each.end for each in work)


def value_at(spans: tuple[Span, ...], slot: int) -> FactValue:
    """The value that held at a slot, or None."""
    for span in reversed(spans):
        if span.start <= slot:
            return span.value if span.end is None or slot < span.end else None
    return None


@lru_cache(maxsize=1024)
def _runs(slots: tuple[int, ...] | range, interval_s: int) -> tuple[Run, ...]:
    if isinstance(slots, range) and slots.step == interval_s:
        return ((slots.start, len(slots)),) if slots else ()
    cuts = [at for at in range(1, len(slots)) if slots[at] != slots[at - 1] + interval_s]
    ends = [*cuts, len(slots)] if slots else []
    return tuple((slots[first], after - first) for first, after in zip([0, *cuts], ends, strict=False))
