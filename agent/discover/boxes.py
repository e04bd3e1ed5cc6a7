"""Answers that come from one box: a router has an address in every network and is still one device."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from ipaddress import ip_address

from agent.discover.sweep import Answer
from inventory.reading import Reading


@dataclass(frozen=True, slots=True)
class Box:
    """One device and the addresses at which it answers, the best first."""

    answers: tuple[Answer, ...]

    @property
    def first(self) -> Answer:
        return self.answers[0]

    @property
    def addresses(self) -> list[str]:
        return [answer.address for answer in self.answers]


def boxes(answers: Sequence[Answer], preferred: frozenset[str] = frozenset()) -> list[Box]:
    """The boxes behind the answers. Two are one when they share the chassis's MAC address, or engine id and
    name: an engine id alone may come from a cloned disk. ``preferred`` addresses go first."""
    groups = _joined([_marks(answer) for answer in answers])
    found = [
        Box(tuple(sorted((answers[at] for at in group), key=lambda one: _order(one.address, preferred))))
        for group in groups
    ]
    return sorted(found, key=lambda box: _order(box.first.address, frozenset()))


def merged(parts: Sequence[Box]) -> Box:
    """One box of several; the first keeps the lead."""
    return Box(tuple(answer for part in parts for answer in part.answers))


def same_box(readings: Sequence[Reading]) -> list[list[int]]:
    """Places of readings that are of one device: the same maker's serial number of the chassis."""
    serials = [(item.system.vendor, item.system.serial) for item in readings]
    return _joined(
        [{("serial", f"{vendor} {serial}")} if is_serial(serial) else set() for vendor, serial in serials]
    )


def is_serial(text: str | None) -> bool:
    """Whether a serial number can tell boxes apart: "N/A", "0" and "0000000000" stand on thousands."""
    return text is not None and len(set(text) - {" ", "-"}) > 2 and any(sign.isdigit() for sign in text)


def _marks(answer: Answer) -> set[tuple[str, str | None]]:
    marks: set[tuple[str, str | None]] = set()
    if answer.chassis:
        marks.add(("chassis", answer.chassis))
    if answer.engine_id and answer.system.sys_name:
        marks.add(("engine", f"{answer.engine_id} {answer.system.sys_name}"))
    return marks


def _joined(marks: Sequence[set[tuple[str, str | None]]]) -> list[list[int]]:
    """Places that share a mark, directly or through others, each group in order."""
    leader = list(range(len(marks)))

    def find(place: int) -> int:
        while leader[place] != place:
            place = leader[place]
        return place

    owner: dict[tuple[str, str | None], int] = {}
    for place, mark in _flat(marks):
        first = owner.setdefault(mark, place)
        one, other = find(first), find(place)
        leader[max(one, other)] = min(one, other)
    groups: dict[int, list[int]] = {}
    for place in range(len(marks)):
        groups.setdefault(find(place), []).append(place)
    return list(groups.values())


def _flat(marks: Sequence[set[tuple[str, str | None]]]) -> Iterator[tuple[int, tuple[str, str | None]]]:
    return ((place, mark) for place, owned in enumerate(marks) for mark in sorted(owned, key=str))


def _order(address: str, preferred: frozenset[str]) -> tuple[bool, int, int]:
    """Addresses that somebody already uses for the device first, then IPv4, then the lowest."""
    found = ip_address(address)
    return address not in preferred, found.version, int(found)
