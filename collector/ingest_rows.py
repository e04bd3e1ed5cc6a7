"""Which rows of a batch may be stored: each is judged by itself, and a bad one costs no other.

Names that are no names, times out of range, values that no database keeps and what is over a school's caps
are left out and reported back. Texts that devices wrote are cleaned: no control sign reaches a page.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Annotated, Any, Literal

import msgspec

from collector.ingest_caps import Caps
from collector.ingest_names import Names
from collector.ingest_text import (
    cleaned,
    device_fault,
    fault_of,
    key_fault,
    mended_names,
    name_fault,
    too_large,
    value_fault,
)
from inventory.facts import Batch, Rejected, SampleColumns
from inventory.words import _

SCALE_LIMIT = 18
SAMPLES_LIMIT = 500_000
OLDEST_S = 400 * 86400
NEWEST_S = 86400
_INT64 = 2**63
_LATEST_S = 2**33
_REPORTED = 20

Part = Literal["polls", "facts", "frames", "samples", "digests", "gaps"]

_DIGEST = re.compile(r"[0-9a-f]{1,32}")
_Int64 = Annotated[int, msgspec.Meta(ge=-_INT64, le=_INT64 - 1)]


class InRange(SampleColumns, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Samples of which the decoder has seen that a column of 64 bits holds each."""

    value: list[list[list[_Int64 | None]]] = msgspec.field(default_factory=list)


class AsSent(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Samples whose names are left as they came."""

    device: msgspec.Raw = msgspec.Raw()
    slot: list[int] = []
    subject: msgspec.Raw = msgspec.Raw()
    key: msgspec.Raw = msgspec.Raw()
    scale: msgspec.Raw = msgspec.Raw()
    value: list[list[list[_Int64 | None]]] = []


@dataclass(slots=True)
class Sieve:
    """Goes through the parts of one batch and notes what it leaves out, and of which devices."""

    school_id: str
    interval_s: int
    now: float
    caps: Caps
    names: Names | None = None
    rejected: Counter[tuple[Part, str, str]] = field(default_factory=Counter)
    changed: set[str] = field(default_factory=set)
    """Devices of which a fact was left out or cleaned: their digest cannot be right any more."""

    def sift(self, batch: Batch) -> Batch:
        """The batch with the rows that may be stored."""
        facts = self._facts(batch.facts)
        if facts is None:
            # Without its facts a frame would say that the device has none: all would be ended.
            self._reject_group("frames", batch.frames)
            self._reject_group("digests", batch.digests)
            batch = msgspec.structs.replace(batch, frames=type(batch.frames)(), digests=type(batch.digests)())
        return msgspec.structs.replace(
            batch,
            polls=self._flat("polls", batch.polls),
            facts=facts or type(batch.facts)(),
            frames=self._flat("frames", batch.frames),
            digests=self._digests(batch.digests),
            samples=self._samples(batch.samples),
            gaps=self._gaps(batch.gaps),
        )

    def report(self) -> list[Rejected]:
        """What was left out, by part, device and reason; of very many devices only the parts and reasons."""
        counts = self.rejected
        if len(counts) > _REPORTED:
            counts = Counter()
            for (part, _device, why), rows in self.rejected.items():
                counts[(part, "", why)] += rows
        return [Rejected(part=p, device=d, rows=n, why=w) for (p, d, w), n in counts.most_common(_REPORTED)]

    def _facts(self, facts: Any) -> Any | None:
        if not self._is_even("facts", facts):
            return None
        if not facts.device:
            return facts
        bad = self._bad_places(facts)
        subjects = mended_names(facts.subject)
        _mark(bad, subjects, name_fault)
        _mark(bad, facts.key, key_fault)
        over = self.caps.over_keys(self.school_id, sorted(k for k in set(facts.key) if not key_fault(k)))
        _mark(bad, facts.key, lambda key: _over_cap() if key in over else "")
        self._mark_subjects(bad, facts.device, subjects)
        values = [cleaned(value) for value in facts.value]
        for row, value in enumerate(values):
            if why := value_fault(value):
                bad.setdefault(row, why)
            if value is not facts.value[row] or subjects[row] != facts.subject[row]:
                self.changed.add(facts.device[row])
        self.changed.update(facts.device[row] for row in bad)
        facts = msgspec.structs.replace(facts, subject=subjects, value=values)
        return self._without("facts", facts, bad)

    def _flat(self, part: Part, group: Any) -> Any:
        """Polls, frames: a device and a slot each."""
        if not self._is_even(part, group):
            return type(group)()
        return self._without(part, group, self._bad_places(group))

    def _digests(self, digests: Any) -> Any:
        if not self._is_even("digests", digests):
            return type(digests)()
        bad = self._bad_places(digests)
        _mark(bad, digests.digest, lambda text: "" if _DIGEST.fullmatch(text) else _("no digest"))
        digests = self._without("digests", digests, bad)
        # Not rejected, only passed over: it would ask for the same frame for ever.
        keep = [row for row, device in enumerate(digests.device) if device not in self.changed]
        return _picked(digests, keep)

    def _gaps(self, gaps: Any) -> Any:
        if not self._is_even("gaps", gaps):
            return type(gaps)()
        bad: dict[int, str] = {}
        for column in (gaps.number, gaps.first_seq, gaps.last_seq):
            _mark(bad, column, lambda number: "" if 0 <= number < 2**53 else _("a number is out of range"))
        for column in (gaps.first_at, gaps.last_at):
            _mark(bad, column, lambda at: "" if 0 <= at < _LATEST_S else _time_fault())
        _mark(bad, gaps.epoch, lambda text: fault_of(text, 32))
        _mark(bad, gaps.lane, lambda text: fault_of(text, 8))
        return self._without("gaps", gaps, bad, devices=())

    def _samples(self, samples: SampleColumns) -> SampleColumns:
        if not self._is_even("samples", samples):
            return SampleColumns()
        shape = self.names.shape if self.names else _shape(samples)
        if self.caps.knows_shape(self.school_id, shape) and self._is_as_before(samples):
            return samples
        bad = self._bad_places(samples)
        values = list(samples.value)
        total = 0
        for block in range(len(values)):
            if block in bad:
                continue
            keys, subjects = samples.key[block], samples.subject[block]
            total += len(keys) * len(subjects)
            if total > SAMPLES_LIMIT:
                bad[block] = _("too many samples in one batch")
            elif why := self._block_fault(samples, block):
                bad[block] = why
            elif not isinstance(samples, InRange):
                values[block] = self._in_range(samples.device[block], values[block])
        if not isinstance(samples, InRange):
            samples = msgspec.structs.replace(samples, value=values)
        rows = [max(1, sum(map(len, block))) for block in samples.value] if bad else []
        if not bad:
            self.caps.keep_shape(self.school_id, shape)
        kept: SampleColumns = self._without("samples", samples, bad, rows=rows)
        return kept

    def _is_as_before(self, samples: SampleColumns) -> bool:
        """Whether there is a number for each name of a shape that is known to be good, at a time that is."""
        if self.names is None or any(map(self._slot_fault, set(samples.slot))):
            return False
        lengths = [len(column) for block in samples.value for column in block]
        return lengths == self.names.lengths and [*map(len, samples.value)] == [*map(len, samples.key)]

    def _block_fault(self, samples: SampleColumns, block: int) -> str:
        keys, subjects, values = samples.key[block], samples.subject[block], samples.value[block]
        scales = samples.scale[block]
        if not len(keys) == len(scales) == len(values) or {*map(len, values)} - {len(subjects)}:
            return _uneven()
        if scales and not -SCALE_LIMIT <= min(scales) <= max(scales) <= SCALE_LIMIT:
            return _("a scale is out of range")
        device = samples.device[block]
        if self.caps.knows(self.school_id, device, subjects, keys):
            return ""
        for name in subjects:
            if why := name_fault(name):
                return why
        for key in keys:
            if why := key_fault(key):
                return why
        over_keys = self.caps.over_keys(self.school_id, keys)
        over = over_keys or self.caps.over_subjects(self.school_id, device, subjects)
        return _over_cap() if over else ""

    def _in_range(self, device: str, values: list[list[int | None]]) -> list[list[int | None]]:
        """The values of a block, null instead of what no column of 64 bits holds."""
        numbers = [number for row in values for number in row if number is not None]
        if not numbers or (max(numbers) < _INT64 and min(numbers) >= -_INT64):
            return values
        large = sum(not -_INT64 <= number < _INT64 for number in numbers)
        self.rejected[("samples", device, too_large())] += large
        return [
            [None if number is None or not -_INT64 <= number < _INT64 else number for number in row]
            for row in values
        ]

    def _bad_places(self, group: Any) -> dict[int, str]:
        """The rows whose device or slot cannot be stored, and why."""
        bad: dict[int, str] = {}
        _mark(bad, group.device, device_fault)
        _mark(bad, group.slot, self._slot_fault)
        names = sorted({name for row, name in enumerate(group.device) if row not in bad})
        over = self.caps.over_devices(self.school_id, names)
        if over:
            _mark(bad, group.device, lambda device: _over_cap() if device in over else "")
        return bad

    def _mark_subjects(self, bad: dict[int, str], devices: list[str], subjects: list[str]) -> None:
        of_device: dict[str, list[str]] = {}
        for row, device in enumerate(devices):
            if row not in bad:
                of_device.setdefault(device, []).append(subjects[row])
        over = {
            (device, subject)
            for device, names in of_device.items()
            for subject in self.caps.over_subjects(self.school_id, device, names)
        }
        for row, place in enumerate(zip(devices, subjects, strict=True)) if over else ():
            if place in over:
                bad.setdefault(row, _over_cap())

    def _slot_fault(self, slot: int) -> str:
        if not self.now - OLDEST_S <= slot <= self.now + NEWEST_S:
            return _time_fault()
        return _("a slot does not lie on the poll interval") if slot % self.interval_s else ""

    def _is_even(self, part: Part, group: Any) -> bool:
        lengths = {len(column) for column in msgspec.structs.astuple(group)}
        if len(lengths) == 1:
            return True
        self.rejected[(part, "", _uneven())] += max(lengths)
        return False

    def _reject_group(self, part: Part, group: Any) -> None:
        rows = max(map(len, msgspec.structs.astuple(group)))
        if rows:
            self.rejected[(part, "", _("the facts of this batch cannot be read"))] += rows

    def _without(
        self,
        part: Part,
        group: Any,
        bad: dict[int, str],
        rows: list[int] | None = None,
        devices: Iterable[str] | None = None,
    ) -> Any:
        if not bad:
            return group
        names = group.device if devices is None else None
        for row, why in bad.items():
            device = names[row] if names and not device_fault(names[row]) else ""
            self.rejected[(part, device, why)] += rows[row] if rows else 1
        return _picked(
            group, [row for row in range(len(msgspec.structs.astuple(group)[0])) if row not in bad]
        )


def _shape(samples: SampleColumns) -> int:
    # Numbers as texts: the hashes of numbers are easily made to be the same.
    scales = map(str, samples.scale)
    names = (samples.device, *samples.subject, *samples.key, scales)
    return hash(tuple(map(tuple, names)))


def _picked(group: Any, rows: list[int]) -> Any:
    columns = msgspec.structs.asdict(group)
    if rows and len(rows) == len(next(iter(columns.values()))):
        return group
    return type(group)(**{name: [column[row] for row in rows] for name, column in columns.items()})


def _mark(bad: dict[int, str], column: list[Any], fault: Callable[[Any], str]) -> None:
    """Note the rows whose entry has a fault; each different entry is looked at once."""
    faults = {entry: why for entry in set(column) if (why := fault(entry))}
    if faults:
        for row, entry in enumerate(column):
            if entry in faults:
                bad.setdefault(row, faults[entry])


def _uneven() -> str:
    return _("the columns differ in length")


def _over_cap() -> str:
    return _("the school has more names than it may")


def _time_fault() -> str:
    return _("a time is out of range")
