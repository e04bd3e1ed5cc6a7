"""What the store holds of one school, laid out only as far as somebody asks: facts by device, polls by
day."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence

from collector.store.history import HeldHere
from collector.store.polls import Days, PollDays
from inventory.facts import FactValue
from inventory.snapshot import DeviceFacts, FactKey, FactStore, Polls, Span

_VALUES: dict[str, FactValue] = {}
"""Values by their text: schools have most of them in common. Nobody changes one."""
_VALUES_KEPT = 20_000
_LONGEST_KEPT = 64


def value_of(text: str) -> FactValue:
    """The value of a fact from its text in the store."""
    value: FactValue = json.loads(text)
    if len(text) <= _LONGEST_KEPT:
        if len(_VALUES) >= _VALUES_KEPT:
            _VALUES.clear()
        _VALUES[text] = value
    return value


class HeldFacts(FactStore):
    """The facts of a school, each device's read and laid out when somebody asks for it. ``fetch`` gives the
    rows of a device in the order of facts and times, ``devices`` the devices that have any."""

    def __init__(
        self, fetch: Callable[[str], Sequence[HeldHere]], devices: Callable[[], Sequence[str]]
    ) -> None:
        self._fetch, self._devices = fetch, devices
        self._laid_out: dict[str, DeviceFacts] = {}

    def of_device(self, device: str) -> DeviceFacts:
        """See FactStore."""
        found = self._laid_out.get(device)
        if found is None:
            found = self._laid_out[device] = _lay_out(self._fetch(device))
        return found

    def __getitem__(self, name: FactKey) -> tuple[Span, ...]:
        device, subject, key = name
        return self.of_device(device)[subject][key]

    def __iter__(self) -> Iterator[FactKey]:
        for device in self._devices():
            for subject, keys in self.of_device(device).items():
                for key in keys:
                    yield device, subject, key

    def __len__(self) -> int:
        return sum(1 for _name in self)


def _lay_out(rows: Sequence[HeldHere]) -> DeviceFacts:
    facts: DeviceFacts = {}
    keys: dict[str, tuple[Span, ...]] = {}
    of = None
    known = _VALUES
    for subject, key, start, end, text in rows:
        value = known[text] if text in known else value_of(text)
        if subject != of:
            of, keys = subject, facts.setdefault(subject, {})
        before = keys.get(key)
        if before is None:
            keys[key] = (Span(start, end, value),)
        elif before[-1].end == start and before[-1].value == value:
            # Told again: one span, in more than one row.
            keys[key] = (*before[:-1], Span(before[-1].start, end, value))
        else:
            keys[key] = (*before, Span(start, end, value))
    return facts


PollRow = tuple[str, int, int, bytes]
"""Device, day, interval, states."""


class HeldPolls(Mapping[str, Polls]):
    """The polls of a school by device. Days before ``first_day`` are fetched, all at once, when a window
    reaches back to them, or when a device is asked for that has been silent since."""

    def __init__(
        self,
        rows: Sequence[PollRow],
        interval_s: int,
        first_day: int,
        fetch: Callable[[], Sequence[PollRow]] | None,
    ) -> None:
        self._interval_s, self._first_day = interval_s, first_day
        self._fetch = fetch
        self._older_days: dict[str, Days] = {}
        self._polls = {device: self._make(device, days) for device, days in _by_device(rows).items()}

    def _make(self, device: str, days: Days) -> Polls:
        return Polls(PollDays(days, self._interval_s, self._first_day, lambda: self._older().get(device, {})))

    def _older(self) -> dict[str, Days]:
        if self._fetch is not None:
            fetch, self._fetch = self._fetch, None
            self._older_days = _by_device(fetch())
            for device in self._older_days.keys() - self._polls.keys():
                self._polls[device] = self._make(device, {})
        return self._older_days

    def __getitem__(self, device: str) -> Polls:
        if device not in self._polls:
            self._older()
        return self._polls[device]

    def __iter__(self) -> Iterator[str]:
        self._older()
        return iter(self._polls)

    def __len__(self) -> int:
        self._older()
        return len(self._polls)

    def newest(self, device: str, until: float) -> int | None:
        """The newest slot before ``until`` in which a device was polled."""
        polls = self.get(device)
        return polls.outcomes.newest(until) if polls and isinstance(polls.outcomes, PollDays) else None


def _by_device(rows: Sequence[PollRow]) -> dict[str, Days]:
    found: dict[str, dict[tuple[int, int], bytes]] = {}
    for device, day, grid, states in rows:
        found.setdefault(device, {})[day, grid] = states
    return dict(found)
