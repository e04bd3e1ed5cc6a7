"""Poll outcomes of one device and day, two bits a slot: 0 gap, 1 ok, 2 down."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from inventory.reading import Outcome
from inventory.snapshot import Masks, OutcomeStore, Run

DAY_S = 86400

_CODE: dict[Outcome, int] = {"gap": 0, "ok": 1, "down": 2}
_OUTCOME: tuple[Outcome, ...] = ("gap", "ok", "down", "gap")


def empty(interval_s: int) -> bytearray:
    """A day of gaps."""
    slots = -(-DAY_S // interval_s)
    return bytearray(-(-slots // 4))


def write(states: bytearray, slot_of_day: int, outcome: Outcome) -> None:
    """Set one slot. What answered once in a slot stays ok; down is more than a gap."""
    byte, shift = slot_of_day // 4, slot_of_day % 4 * 2
    old = _OUTCOME[states[byte] >> shift & 3]
    if old == "ok" or outcome == "gap":
        return
    states[byte] = states[byte] & ~(3 << shift) | _CODE[outcome] << shift


def read(states: bytes, slot_of_day: int) -> Outcome:
    """One slot of a day."""
    byte = slot_of_day // 4
    return _OUTCOME[states[byte] >> slot_of_day % 4 * 2 & 3] if byte < len(states) else "gap"


_FOUR: tuple[tuple[Outcome, ...], ...] = tuple(
    tuple(_OUTCOME[byte >> shift & 3] for shift in (0, 2, 4, 6)) for byte in range(256)
)
"""The four outcomes of each byte."""


def _bits(byte: int, code: int) -> int:
    return sum(1 << place for place in range(4) if byte >> 2 * place & 3 == code)


_FOUR_OK, _FOUR_DOWN = (
    bytes(b"0123456789abcdef"[_bits(byte, code)] for byte in range(256)) for code in (1, 2)
)
"""Of the four outcomes of each byte, which are ok and which down, as a hexadecimal digit."""

NEWEST_DAYS = 8
"""A week, and the day that it begins in: what nearly every window lies in."""

Days = Mapping[tuple[int, int], bytes]
"""States by (day, interval of that row)."""


class PollDays(OutcomeStore):
    """Outcomes by slot (seconds since 1970), read from the packed days only where asked. Older days than
    those given are fetched when a window reaches back to them."""

    def __init__(
        self, days: Days, interval_s: int, first_day: int = 0, older: Callable[[], Days] | None = None
    ) -> None:
        """``interval_s`` is the grid that is asked for; ``older`` gives all days before ``first_day``."""
        self._interval_s = interval_s
        self._first_day = first_day
        self._older = older
        self._take(days)

    def _take(self, days: Days) -> None:
        self._days = days
        self._grids = sorted({grid for _day, grid in days})
        step = self._interval_s
        self._is_packable = DAY_S % (4 * step) == 0 and self._grids in ([], [step])
        self._unpacked: dict[int, list[Outcome] | None] = {}
        self._packed: tuple[int, int, int] | None = None

    def _reach(self, day: int) -> None:
        """Have the days from ``day`` on."""
        if day < self._first_day and self._older is not None:
            older, self._older = self._older, None
            self._take({**older(), **self._days})

    def __getitem__(self, slot: int) -> Outcome:
        """The strongest outcome of the polls in the slot; a coarser poll covers each slot that it spans."""
        self._reach((slot - slot % max(self._grids, default=1)) // DAY_S)
        found: set[Outcome] = {outcome for grid in self._grids for outcome in self._in_slot(slot, grid)}
        for outcome in ("ok", "down"):
            if outcome in found:
                return outcome
        return "gap"

    def over(self, slots: Sequence[int]) -> list[Outcome]:
        """The outcomes of many slots; a day on the asked grid is unpacked once."""
        self._reach(min(slots, default=0) // DAY_S)
        unpacked = self._unpacked
        found: list[Outcome] = []
        for slot in slots:
            day, rest = divmod(slot, DAY_S)
            if day not in unpacked:
                unpacked[day] = self._whole_day(day)
            outcomes = unpacked[day]
            found.append(self[slot] if outcomes is None else outcomes[rest // self._interval_s])
        return found

    def masks(self, runs: Sequence[Run]) -> Masks | None:
        """The outcomes of many slots as two numbers; None where polls were made on another grid, too."""
        step = self._interval_s
        if not runs:
            return 0, 0
        self._reach(runs[0][0] // DAY_S)
        if not self._is_packable:
            return None
        if self._packed is None:
            self._packed = self._pack()
        first, all_ok, all_down = self._packed
        ok = down = at = 0
        for start, n in runs:
            if start % step:
                return None
            shift, full = (start - first) // step, (1 << n) - 1
            if shift >= 0:
                ok |= (all_ok >> shift & full) << at
                down |= (all_down >> shift & full) << at
            else:
                ok |= (all_ok << -shift & full) << at
                down |= (all_down << -shift & full) << at
            at += n
        return ok, down

    def _pack(self) -> tuple[int, int, int]:
        """All days as two numbers, ok and down, whose bit 0 is the first slot of the first day."""
        days = [day for day, _grid in self._days]
        if not days:
            return 0, 0, 0
        size, step = DAY_S // (4 * self._interval_s), self._interval_s
        nothing = bytes(size)
        states = b"".join(
            self._days.get((day, step), nothing).ljust(size, b"\0")[:size]
            for day in range(min(days), max(days) + 1)
        )
        ok, down = (int(states.translate(table)[::-1], 16) for table in (_FOUR_OK, _FOUR_DOWN))
        return min(days) * DAY_S, ok, down

    def _whole_day(self, day: int) -> list[Outcome] | None:
        """A day's outcomes by place; None when it was polled on another grid, too."""
        if any(grid != self._interval_s and (day, grid) in self._days for grid in self._grids):
            return None
        states = self._days.get((day, self._interval_s), b"")
        outcomes = [outcome for byte in states for outcome in _FOUR[byte]]
        return outcomes + ["gap"] * (-(-DAY_S // self._interval_s) - len(outcomes))

    def newest(self, until: float) -> int | None:
        """The start of the newest slot before ``until`` in which a poll was made, or None."""
        self._reach(-1)
        for day, grid in sorted(self._days, reverse=True):
            states = self._days[(day, grid)]
            for place in range(DAY_S // grid - 1, -1, -1):
                slot = day * DAY_S + place * grid
                if slot < until and read(states, place) != "gap":
                    return slot
        return None

    def __iter__(self) -> Iterator[int]:
        self._reach(-1)
        for day in sorted({day for day, _grid in self._days}):
            for slot in range(day * DAY_S, (day + 1) * DAY_S, self._interval_s):
                if self[slot] != "gap":
                    yield slot

    def __len__(self) -> int:
        return sum(1 for _slot in self)

    def _in_slot(self, slot: int, grid: int) -> Iterator[Outcome]:
        for start in range(slot // grid * grid, slot + self._interval_s, grid):
            states = self._days.get((start // DAY_S, grid))
            if states is not None:
                yield read(states, start % DAY_S // grid)
