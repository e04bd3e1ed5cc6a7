"""How busy this computer's processors were between two looks (/proc/stat, Linux)."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

STAT = Path("/proc/stat")
_IDLE, _IOWAIT = 3, 4


@dataclass(frozen=True, slots=True)
class Ticks:
    """Busy and all ticks of each processor; the first is their sum. Empty where the system does not tell."""

    busy: tuple[int, ...] = ()
    all: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Load:
    """Shares 0..1: of the whole computer, and of its busiest processor. One core that does nothing but take
    packets off the card is the usual end of a test, while the average looks idle."""

    whole: float
    busiest: float


def ticks(stat: Path = STAT) -> Ticks:
    """The counters now."""
    try:
        lines = stat.read_text(encoding="ascii").splitlines()
        rows = [[int(cell) for cell in line.split()[1:9]] for line in lines if line.startswith("cpu")]
        idle = [row[_IDLE] + row[_IOWAIT] for row in rows]
    except (OSError, ValueError, IndexError):
        return Ticks()
    whole = [sum(row) for row in rows]
    return Ticks(tuple(total - rest for total, rest in zip(whole, idle, strict=True)), tuple(whole))


def load_between(before: Ticks, after: Ticks) -> Load | None:
    """The load between two looks; None where it cannot be told (no time passed, a processor went away)."""
    if not before.all or len(before.all) != len(after.all):
        return None
    shares = [
        (busy - was_busy) / (total - was_total)
        for busy, was_busy, total, was_total in zip(
            after.busy, before.busy, after.all, before.all, strict=True
        )
        if total > was_total
    ]
    return Load(shares[0], max(shares[1:] or shares)) if shares else None
