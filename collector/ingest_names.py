"""The names in a batch's samples: devices, subjects, keys and scales, which an agent sends again every time.

They are most of a batch's texts and the same for days. So the decoder leaves them as they came; where just
these bytes have been read before, what was read then is used again.
"""

from __future__ import annotations

import hashlib
import threading
from dataclasses import dataclass

import msgspec

COST_LIMIT = 64 * 2**20
"""Bytes, roughly, that the cache may hold before it begins anew."""
_TEXT_BYTES, _PLACE_BYTES = 80, 8


@dataclass(frozen=True, slots=True)
class Names:
    """The columns that name what was measured. ``shape`` stands for all of them, ``lengths`` are those of the
    columns of values that fit, ``total`` how many values these are."""

    device: list[str]
    subject: list[list[str]]
    key: list[list[str]]
    scale: list[list[int]]
    shape: int
    lengths: list[int]
    total: int


_texts = msgspec.json.Decoder(list[str])
_lists = msgspec.json.Decoder(list[list[str]])
_scales = msgspec.json.Decoder(list[list[int]])


class NameCache:
    """Names by the digest of their bytes; lists that are the same are kept once."""

    def __init__(self, cost_limit: int = COST_LIMIT) -> None:
        self._cost_limit = cost_limit
        self._known: dict[bytes, Names] = {}
        self._same: dict[tuple[str, ...], list[str]] = {}
        self._cost = 0
        self._lock = threading.Lock()

    def names(self, device: bytes, subject: bytes, key: bytes, scale: bytes) -> Names:
        """The names of these JSON texts; msgspec.DecodeError where they are none."""
        whole = hashlib.blake2b(digest_size=16)
        for part in (device, subject, key, scale):
            whole.update(b"%d:" % len(part))
            whole.update(part)
        digest = whole.digest()
        found = self._known.get(digest)
        if found is None:
            found = self._keep(digest, _read(device, subject, key, scale, int.from_bytes(digest, "big")))
        return found

    def _keep(self, digest: bytes, names: Names) -> Names:
        with self._lock:
            places = len(names.device) + sum(map(len, names.subject)) + sum(map(len, names.key))
            if self._cost + places * _TEXT_BYTES > self._cost_limit:
                self._known.clear()
                self._same.clear()
                self._cost = 0
            if places * _TEXT_BYTES > self._cost_limit:
                return names
            subject, key = ([self._once(one) for one in lists] for lists in (names.subject, names.key))
            self._cost += 3 * len(subject) * _PLACE_BYTES
            self._cost += len(names.device) * (_TEXT_BYTES + _PLACE_BYTES)
            kept = Names(names.device, subject, key, names.scale, names.shape, names.lengths, names.total)
            self._known[digest] = kept
            return kept

    def _once(self, names: list[str]) -> list[str]:
        known = self._same.setdefault(tuple(names), names)
        if known is names:
            self._cost += len(names) * (_TEXT_BYTES + 2 * _PLACE_BYTES)
        return known


def _read(device: bytes, subject: bytes, key: bytes, scale: bytes, shape: int) -> Names:
    devices = _texts.decode(device or b"[]")
    subjects, keys = _lists.decode(subject or b"[]"), _lists.decode(key or b"[]")
    scales = _scales.decode(scale or b"[]")
    lengths = [len(names) for names, of in zip(subjects, keys, strict=False) for _key in of]
    return Names(devices, subjects, keys, scales, shape, lengths, sum(lengths))
