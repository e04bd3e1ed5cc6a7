"""How many different names a school may bring: devices, subjects and keys.

An agent that invents names without end would fill the database and every page. What a school has already
brought is known by the process; what is over a cap is rejected, and no other school notices.
"""

from __future__ import annotations

import threading
from array import array
from bisect import bisect_left
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

DEVICES = 2000
SUBJECTS = 50_000
KEYS = 512
_BLOCKS = 4096


def _none_known(_school_id: str) -> Iterable[str]:
    return ()


@dataclass(slots=True)
class _School:
    devices: set[str]
    keys: set[str] = field(default_factory=set)
    # Sorted hashes, 8 bytes a name: a county has millions of them.
    subjects: array[int] = field(default_factory=lambda: array("Q"))
    blocks: set[int] = field(default_factory=set)


@dataclass(slots=True)
class Caps:
    """What each school has brought so far. ``known_devices`` gives what the store has of a school.

    Subjects and keys are counted from the start of the process.
    """

    devices: int = DEVICES
    subjects: int = SUBJECTS
    keys: int = KEYS
    known_devices: Callable[[str], Iterable[str]] = _none_known
    _schools: dict[str, _School] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def over_devices(self, school_id: str, devices: Iterable[str]) -> set[str]:
        """Those of the devices that are one too many."""
        with self._lock:
            return _over(self._school(school_id).devices, devices, self.devices)

    def over_keys(self, school_id: str, keys: Iterable[str]) -> set[str]:
        """Those of the keys that are one too many."""
        with self._lock:
            return _over(self._school(school_id).keys, keys, self.keys)

    def knows(self, school_id: str, device: str, subjects: Sequence[str], keys: Sequence[str]) -> bool:
        """Whether just these subjects of a device, and the keys, have been here and were good."""
        with self._lock:
            school = self._school(school_id)
            return hash((device, tuple(subjects))) in school.blocks and school.keys.issuperset(keys)

    def knows_shape(self, school_id: str, shape: int) -> bool:
        """Whether samples of this shape (a hash of all their names) have been here and were good."""
        with self._lock:
            return shape in self._school(school_id).blocks

    def keep_shape(self, school_id: str, shape: int) -> None:
        """Samples of this shape were good."""
        with self._lock:
            _remember(self._school(school_id), shape)

    def over_subjects(self, school_id: str, device: str, subjects: Sequence[str]) -> set[str]:
        """Those of a device's subjects that are one too many."""
        with self._lock:
            school = self._school(school_id)
            whole = hash((device, tuple(subjects)))
            if whole in school.blocks:
                return set()
            # "" is the device itself, which has a cap of its own.
            new = (s for s in dict.fromkeys(subjects) if s)
            over = {s for s in new if not self._admit(school, hash((device, s)))}
            if not over:
                _remember(school, whole)
            return over

    def _admit(self, school: _School, name: int) -> bool:
        name &= 2**64 - 1
        at = bisect_left(school.subjects, name)
        if at < len(school.subjects) and school.subjects[at] == name:
            return True
        if len(school.subjects) >= self.subjects:
            return False
        school.subjects.insert(at, name)
        return True

    def _school(self, school_id: str) -> _School:
        school = self._schools.get(school_id)
        if school is None:
            school = self._schools[school_id] = _School(set(self.known_devices(school_id)))
        return school


def _remember(school: _School, name: int) -> None:
    if len(school.blocks) >= _BLOCKS:
        school.blocks.clear()
    school.blocks.add(name)


def _over(known: set[str], names: Iterable[str], cap: int) -> set[str]:
    over = set()
    for name in names:
        if name in known:
            continue
        if len(known) < cap:
            known.add(name)
        else:
            over.add(name)
    return over
