"""The figures of 表二 that come from a metric's verdict: how each is read out of it, as a table of data."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal

from exporters.report.tables import Cell, Column, Kind
from inventory.dossier import Asked
from inventory.papers import RECOGNITION_LEVELS
from inventory.verdict import Evidence, State, Verdict
from inventory.words import N_

Part = Literal["access", "ipv6", "facilities"]
"""Where in the matrix the figures stand."""


@dataclass(frozen=True, slots=True)
class Figure:
    """A column of the matrix: the metric, and what of its verdict is printed (None: not known)."""

    id: str
    heading: str
    kind: Kind
    metric: str
    read: Callable[[Verdict], Cell]

    @property
    def column(self) -> Column:
        return Column(self.id, self.heading, self.kind)


def cells(part: Part, known: Asked, campus: str, school: str) -> Iterator[Cell]:
    """The cells of one part of the matrix at a campus."""
    for figure in FIGURES[part]:
        verdict = known.get((figure.metric, campus)) or known.get((figure.metric, school))
        yield figure.read(verdict) if verdict else None


def basis_points(ratio: float | None) -> int | None:
    """A ratio in basis points, cut; a hair above it, because 0.57 * 10000 is 5699.999999999999."""
    return None if ratio is None else int(ratio * 10_000 + 1e-6)


def _newest_test(verdict: Verdict) -> Evidence | None:
    tests = [each for each in verdict.evidence if each.level == "E4" and each.last is not None]
    return max(tests, key=lambda each: each.last or 0, default=None)


def _tested_mbps(verdict: Verdict) -> Cell:
    test = _newest_test(verdict)
    return float(test.value.split()[0]) if test and test.value else None


def _tested_at(verdict: Verdict) -> Cell:
    test = _newest_test(verdict)
    return float(test.last) if test and test.last is not None else None


def _state(verdict: Verdict) -> Cell:
    return verdict.state.value


def _leg(name: str) -> Callable[[Verdict], Cell]:
    def read(verdict: Verdict) -> Cell:
        return next((leg.state.value for leg in verdict.legs if leg.leg == name), None)

    return read


def _share(verdict: Verdict) -> Cell:
    return basis_points(verdict.value) if verdict.low_bp is None else verdict.low_bp


def _count(verdict: Verdict) -> Cell:
    return None if verdict.value is None or verdict.state is State.UNKNOWN else int(verdict.value)


def _level(verdict: Verdict) -> Cell:
    return None if verdict.value is None else RECOGNITION_LEVELS[int(verdict.value)]


def _units_met(verdict: Verdict) -> Cell:
    return verdict.units.p if verdict.units else None


def _units_all(verdict: Verdict) -> Cell:
    return verdict.units.n if verdict.units else None


_THROUGHPUT, _SYNC, _LIGHT = (
    "access_throughput_ratio",
    "sync_classroom_operational",
    "smart_lighting_classroom_ratio",
)
FIGURES: dict[Part, tuple[Figure, ...]] = {
    "access": (
        Figure("throughput_mbps", N_("Measured Mbit/s"), "figure", _THROUGHPUT, _tested_mbps),
        Figure("throughput_at", N_("Measured at"), "time", _THROUGHPUT, _tested_at),
    ),
    "ipv6": (
        Figure("dual_stack", N_("Dual-stack clients %"), "percent", "ipv6_dual_stack_client_ratio", _share),
        Figure("ipv6_traffic", N_("IPv6 traffic %"), "percent", "ipv6_traffic_share", _share),
    ),
    "facilities": (
        Figure("smart_campus", N_("Smart campus level"), "code", "smart_campus_recognised", _level),
        Figure("teaching_spaces", N_("New teaching spaces"), "integer", "new_teaching_space_present", _count),
        Figure("sync_built", N_("Sync classroom built"), "state", _SYNC, _leg("built")),
        Figure("sync_used", N_("Sync classroom used"), "state", _SYNC, _leg("used")),
        Figure("lit_rooms", N_("Classrooms lit as required"), "integer", _LIGHT, _units_met),
        Figure("lit_rooms_of", N_("Classrooms (light)"), "integer", _LIGHT, _units_all),
        Figure("video", N_("CCTV networked"), "state", "security_video_networked", _state),
        Figure("security_set", N_("Security set complete"), "state", "security_device_set_complete", _state),
        Figure("security_used", N_("Security effective"), "state", "security_device_effective", _state),
    ),
}
