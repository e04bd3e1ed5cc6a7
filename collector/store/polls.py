"""Poll outcomes of one device and day, two bits a slot: 0 gap, 1 ok, 2 down."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from inventory.reading import Outcome

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


class PollDays(Mapping[int, Outcome]):
    """Outcomes by slot (seconds since 1970), read from the packed days only where asked."""

    def __init__(self, days: Mapping[tuple[int, int], bytes], interval_s: int) -> None:
        """``days`` is keyed by (day, interval of that row); ``interval_s`` is the grid that is asked for."""
        self._days = days
        self._interval_s = interval_s
        self._unpacked: dict[int, list[Outcome] | None] = {}
        self._grids = sorted({grid for _day, grid in days})

    def __getitem__(self, slot: int) -> Outcome:
        """The strongest outcome of the polls in the slot; a coarser poll covers each slot that it spans."""
        found: set[Outcome] = {outcome for grid in self._grids for outcome in self._in_slot(slot, grid)}
        for outcome in ("ok", "down"):
            if outcome in found:
                return outcome
        return "gap"

    def over(self, slots: Sequence[int]) -> list[Outcome]:
        """The outcomes of many slots; a day on the asked grid is unpacked once."""
        unpacked = self._unpacked
        found: list[Outcome] = []
        for slot in slots:
            day, rest = divmod(slot, DAY_S)
            if day not in unpacked:
                unpacked[day] = self._whole_day(day)
            outcomes = unpacked[day]
            found.append(self[slot] if outcomes is None else outcomes[rest // self._interval_s])
        return found

    def _whole_day(self, day: int) -> list[Outcome] | None:
        """A day's outcomes by place; None when it was polled on another grid, too."""
        if any(grid != self._interval_s and (day, grid) in self._days for grid in self._grids):
            return None
        states = self._days.get((day, self._interval_s), b"")
        outcomes = [outcome for byte in states for outcome in _FOUR[byte]]
        return outcomes + ["gap"] * (-(-DAY_S // self._interval_s) - len(outcomes))

    def newest(self, until: float) -> int | None:
        """The start of the newest slot before ``until`` in which a poll was made, or None."""
        for day, grid in sorted(self._days, reverse=True):
            states = self._days[(day, grid)]
            for place in range(DAY_S // grid - 1, -1, -1):
                slot = day * DAY_S + place * grid
                if slot < until and read(states, place) != "gap":
                    return slot
        return None

    def __iter__(self) -> Iterator[int]:
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
