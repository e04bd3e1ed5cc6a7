"""A spooled body, opened and closed again: its key, a new address, the same without its samples.

Also the clocks that a batch is made and sent with.
"""

from __future__ import annotations

import hashlib
import time
from pathlib import Path

import msgspec
import zstandard

from inventory.facts import Batch, GapColumns, Lane, SampleColumns

_BOOT_ID = Path("/proc/sys/kernel/random/boot_id")
_PLAIN_LIMIT = 64 * 2**20
_TAIL = 2**52
"""Gaps told by the uplink have numbers from here on; those of the spool count from 1."""


class Key(msgspec.Struct, frozen=True):
    """What makes a batch unique for ever; read from the body itself."""

    agent: str
    epoch: str
    seq: int
    lane: Lane = "backlog"


def compress(body: bytes) -> bytes:
    """zstd level 3, the wire form of a batch."""
    return zstandard.ZstdCompressor(level=3).compress(body)


def key_of(body: bytes) -> Key | None:
    """The key of a batch in its wire form; None when it is no batch."""
    try:
        return msgspec.json.decode(_plain(body), type=Key)
    except (zstandard.ZstdError, msgspec.MsgspecError, UnicodeDecodeError):
        return None


def readdress(body: bytes, epoch: str) -> bytes:
    """The same batch under a new epoch."""
    return compress(msgspec.json.encode(msgspec.structs.replace(_batch(body), epoch=epoch)))


def thinned(body: bytes) -> bytes | None:
    """The batch without its samples, all else kept; None when it has none."""
    batch = _batch(body)
    if not batch.samples.device:
        return None
    return compress(msgspec.json.encode(msgspec.structs.replace(batch, samples=SampleColumns())))


def thinned_and_told(body: bytes) -> bytes | None:
    """The batch without its samples, and with a gap that says so; None when it has none.

    Made from the body alone: each try sends the same bytes, else the collector would see two contents under
    one number. The spool keeps the whole batch until one form of it is acknowledged.
    """
    small = thinned(body)
    if small is None:
        return None
    batch = _batch(small)
    return compress(msgspec.json.encode(msgspec.structs.replace(batch, gaps=_with_gap(batch))))


def clock() -> tuple[float, float, str]:
    """(wall clock, seconds since boot, which boot): nobody sets the second, and it counts sleep too.

    The boot is "" where the system does not name it (not Linux); the collector then trusts the wall clock.
    """
    boottime = getattr(time, "CLOCK_BOOTTIME", None)
    mono = time.monotonic() if boottime is None else time.clock_gettime(boottime)
    return time.time(), mono, _boot() if boottime is not None else ""


def _boot() -> str:
    try:
        return _BOOT_ID.read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError):
        return ""


def _with_gap(batch: Batch) -> GapColumns:
    key = f"{batch.epoch}/{batch.lane}/{batch.seq}".encode()
    number = _TAIL + int.from_bytes(hashlib.sha256(key).digest()[:6])
    gaps = batch.gaps
    return GapColumns(
        number=[*gaps.number, number],
        epoch=[*gaps.epoch, batch.epoch],
        lane=[*gaps.lane, batch.lane],
        first_seq=[*gaps.first_seq, batch.seq],
        last_seq=[*gaps.last_seq, batch.seq],
        first_at=[*gaps.first_at, batch.made_at],
        last_at=[*gaps.last_at, batch.made_at],
        what=[*gaps.what, "samples"],
        why=[*gaps.why, "refused"],
    )


def _batch(body: bytes) -> Batch:
    return msgspec.json.decode(_plain(body), type=Batch)


def _plain(body: bytes) -> bytes:
    # Our own spool, checked by CRC: the declared size is true, and a batch of the spool is far below it.
    return zstandard.ZstdDecompressor().decompress(body, max_output_size=_PLAIN_LIMIT)
