"""From whole states to changes: what a batch carries of the facts of each device."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from inventory.facts import DEADBANDS, FactColumns, FactValue, FrameColumns, PollColumns
from inventory.reading import Outcome

DeviceFacts = Mapping[tuple[str, str], FactValue]
"""(subject, key) -> value, the whole state of one device."""


def settled(before: DeviceFacts, after: DeviceFacts) -> dict[tuple[str, str], FactValue]:
    """The new state, with what was measured left as it was while it moves less than its deadband."""
    return {
        name: before[name] if name[1] in DEADBANDS and _still(before.get(name), name[1], new) else new
        for name, new in after.items()
    }


def _still(old: FactValue, key: str, new: FactValue) -> bool:
    return isinstance(old, float | int) and isinstance(new, float | int) and abs(new - old) < DEADBANDS[key]


@dataclass(slots=True)
class Columns:
    """The columns of one batch while they are filled."""

    slot: int
    polls: PollColumns = field(default_factory=lambda: PollColumns(device=[], slot=[], outcome=[]))
    frames: FrameColumns = field(default_factory=lambda: FrameColumns(device=[], slot=[]))
    facts: FactColumns = field(
        default_factory=lambda: FactColumns(device=[], slot=[], subject=[], key=[], value=[])
    )

    def add_poll(self, device: str, outcome: Outcome) -> None:
        self.polls.device.append(device)
        self.polls.slot.append(self.slot)
        self.polls.outcome.append(outcome)

    def add_frame(self, device: str, facts: DeviceFacts) -> None:
        """The whole state; the collector ends every other fact of this device."""
        self.frames.device.append(device)
        self.frames.slot.append(self.slot)
        for (subject, key), value in facts.items():
            self._add(device, subject, key, value)

    def add_changes(self, device: str, before: DeviceFacts, after: DeviceFacts) -> None:
        """Only what differs; None says that a fact is no longer true."""
        for name, value in after.items():
            if before.get(name) != value:
                self._add(device, *name, value)
        for name in before.keys() - after.keys():
            self._add(device, *name, None)

    def _add(self, device: str, subject: str, key: str, value: FactValue) -> None:
        self.facts.device.append(device)
        self.facts.slot.append(self.slot)
        self.facts.subject.append(subject)
        self.facts.key.append(key)
        self.facts.value.append(value)
