"""From whole states to changes: what a batch carries of the facts of each device."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from agent.samples import Block
from inventory.digest import changed, value_text
from inventory.facts import (
    DEADBANDS,
    DigestColumns,
    FactColumns,
    FactValue,
    FrameColumns,
    PollColumns,
    SampleColumns,
)
from inventory.reading import Outcome

DeviceFacts = Mapping[tuple[str, str], FactValue]
"""(subject, key) -> value, the whole state of one device."""


def settled(before: DeviceFacts, after: DeviceFacts) -> dict[tuple[str, str], FactValue]:
    """The new state, with what was measured left as it was while it moves less than its deadband."""
    return {
        name: before[name] if name[1] in DEADBANDS and _still(before.get(name), name[1], new) else new
        for name, new in after.items()
    }


def differences(
    before: DeviceFacts, after: DeviceFacts
) -> Iterator[tuple[tuple[str, str], FactValue, FactValue]]:
    """(name, old, new) of each fact that is not the same; None where it is not there."""
    for name, value in after.items():
        old = before.get(name)
        if old != value:
            yield name, old, value
    for name in before.keys() - after.keys():
        yield name, before[name], None


def digest_after(digest: str, before: DeviceFacts, after: DeviceFacts) -> str:
    """The digest of ``after``, from that of ``before``."""
    for (subject, key), old, new in differences(before, after):
        texts = [None if value is None else value_text(value) for value in (old, new)]
        digest = changed(digest, subject, key, texts[0], texts[1])
    return digest


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
    samples: SampleColumns = field(
        default_factory=lambda: SampleColumns(device=[], slot=[], subject=[], key=[], scale=[], value=[])
    )
    digests: DigestColumns = field(default_factory=lambda: DigestColumns(device=[], slot=[], digest=[]))

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
        for (subject, key), _old, new in differences(before, after):
            self._add(device, subject, key, new)

    def add_digest(self, device: str, digest: str) -> None:
        """What the state of a device adds up to after this batch."""
        self.digests.device.append(device)
        self.digests.slot.append(self.slot)
        self.digests.digest.append(digest)

    def add_samples(self, device: str, blocks: Iterable[Block]) -> None:
        """Numbers of one device, measured in this slot."""
        columns = self.samples
        for block in blocks:
            columns.device.append(device)
            columns.slot.append(self.slot)
            columns.subject.append(block.subject)
            columns.key.append(block.key)
            columns.scale.append(block.scale)
            columns.value.append(block.value)

    def _add(self, device: str, subject: str, key: str, value: FactValue) -> None:
        self.facts.device.append(device)
        self.facts.slot.append(self.slot)
        self.facts.subject.append(subject)
        self.facts.key.append(key)
        self.facts.value.append(value)
