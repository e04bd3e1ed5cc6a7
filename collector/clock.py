"""When a batch was really made, if the agent's clock was wrong then.

A school's agent may start in 1970 until NTP answers, or run 400 days ahead. Nothing is dropped for that: the
slots of a batch are moved by whole intervals, and the store notes by how much.

What tells the truth is the time since boot, which nobody sets: a batch that was made in the same boot as it
is sent was made ``sent_mono - made_mono`` seconds before. Without it the clock's error at sending must do.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import msgspec

from inventory.facts import Batch

WRONG_BY_S = 60.0
OLDEST_S = 400 * 86400
"""A batch that seems older than this was made with a wrong clock: no spool keeps one so long."""


@dataclass(frozen=True, slots=True)
class Correction:
    """``offset_s``: the collector's clock minus the agent's, at sending (None: it did not say). ``shift_s``:
    what the slots must be moved by, a multiple of the interval."""

    offset_s: float | None
    shift_s: int


def correction(
    batch: Batch, sent_at: float | None, sent_mono: float | None, boot: str, received_at: float
) -> Correction:
    """How wrong the agent's clock is, and was when it made the batch. Times are seconds since 1970;
    ``sent_mono`` is seconds since ``boot``."""
    offset_s = None if sent_at is None else received_at - sent_at
    error_s = _error_at_making(batch, offset_s, sent_mono, boot, received_at)
    if batch.interval_s < 1 or not math.isfinite(error_s):
        return Correction(offset_s, 0)
    if abs(error_s) <= tolerance_s(batch.interval_s):
        return Correction(offset_s, 0)
    return Correction(offset_s, round(error_s / batch.interval_s) * batch.interval_s)


def tolerance_s(interval_s: int) -> float:
    """By how much a clock may be wrong before slots are moved: within it the slot is still the right one or
    its neighbour."""
    return max(WRONG_BY_S, interval_s / 2)


def shifted(batch: Batch, shift_s: int) -> Batch:
    """The batch with all its slots moved; ``made_at`` stays what the agent said."""
    if shift_s == 0:
        return batch
    groups = {
        name: msgspec.structs.replace(group, slot=[slot + shift_s for slot in group.slot])
        for name in ("polls", "frames", "facts", "samples", "digests")
        if (group := getattr(batch, name)).slot
    }
    return msgspec.structs.replace(batch, **groups)


def _error_at_making(
    batch: Batch, offset_s: float | None, sent_mono: float | None, boot: str, received_at: float
) -> float:
    """True time minus ``made_at``, in seconds."""
    if boot and boot == batch.boot and sent_mono is not None and sent_mono >= batch.made_mono:
        return received_at - (sent_mono - batch.made_mono) - batch.made_at
    error_s = offset_s or 0.0
    made_at = batch.made_at + error_s
    if received_at - OLDEST_S <= made_at <= received_at + tolerance_s(batch.interval_s):
        return error_s
    # Neither clock nor boot tell: a batch of an earlier boot in "1970", or from the future. It was made
    # before now and not long ago; the store notes the doubt.
    return received_at - batch.made_at
