"""Rows of facilities and what they are worth: the common rule of the papers (metric-catalogue 4.E).

Accepted rows count. A school's own word that it has none fails. All else is unknown: nothing handed in proves
nothing, neither way.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from inventory.metrics.proof import REASON_OF, Proof, Standing
from inventory.papers import Facility
from inventory.verdict import Evidence, State

BEST: tuple[Standing, ...] = ("claimed", "expired", "rejected", "none")
"""Of rows that do not count, the one that is nearest to counting says what is missing."""


@dataclass(frozen=True, slots=True)
class Found:
    """The rows of some kinds on a day: those that count, the others with what they are worth, and whether the
    school says that it has none."""

    accepted: tuple[Facility, ...]
    others: tuple[tuple[Facility, Standing], ...]
    absent: bool
    proof: Proof

    @property
    def claimed(self) -> tuple[Facility, ...]:
        """Rows that nobody has looked at yet."""
        return tuple(row for row, standing in self.others if standing == "claimed")

    @property
    def state(self) -> tuple[State, str]:
        """The state and reason of having at least one."""
        if self.accepted:
            return State.PASS, ""
        return self.missing

    @property
    def missing(self) -> tuple[State, str]:
        """The state and reason where what counts is not enough."""
        if self.absent and not self.claimed:
            return State.FAIL, "declared_none"
        standings = {standing for _row, standing in self.others}
        best = next((standing for standing in BEST if standing in standings), None)
        return State.UNKNOWN, "facility_missing" if best is None else REASON_OF[best]

    @property
    def evidence(self) -> tuple[Evidence, ...]:
        """Every row, those that count first."""
        rows = [*((row, "accepted") for row in self.accepted), *self.others]
        return tuple(_evidence(row, standing, self.proof) for row, standing in rows)

    @property
    def level(self) -> str:
        """The weakest evidence among the rows that count; without any, the best of the others."""
        if self.accepted:
            return min(self.proof.level(row) for row in self.accepted)
        return max((self.proof.level(row) for row, _standing in self.others), default="E0")


def found(rows: Iterable[Facility], kinds: Sequence[str], proof: Proof) -> Found:
    """The rows of these kinds that are finished by the day of the proof."""
    mine = [row for row in rows if row.kind in kinds and _is_finished(row, proof.day)]
    there = [(row, _standing(row, proof)) for row in mine if not row.absent]
    return Found(
        accepted=tuple(row for row, standing in there if standing == "accepted"),
        others=tuple((row, standing) for row, standing in there if standing != "accepted"),
        absent=any(row.absent and _standing(row, proof) != "rejected" for row in mine),
        proof=proof,
    )


def _is_finished(row: Facility, day: date) -> bool:
    return row.completed_on is None or row.completed_on <= day


def _standing(row: Facility, proof: Proof) -> Standing:
    standing = proof.standing(row)
    is_over = row.expires_on is not None and row.expires_on < proof.day
    return "expired" if standing == "accepted" and is_over else standing


def _evidence(row: Facility, standing: str, proof: Proof) -> Evidence:
    figure = "" if row.value is None else f"{row.value:g}"
    value = " ".join(filter(None, [row.level, figure, f"x{row.count}" if row.count != 1 else "", standing]))
    return Evidence(
        level=proof.level(row) if standing in ("accepted", "claimed") else "E0",
        what=row.kind,
        subject=row.name or row.number or ";".join(row.rooms),
        value=value,
        day=row.completed_on,
        document=row.document,
    )
