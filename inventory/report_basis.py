"""What a report needs beside one judged county: the life of its work items, the verdicts of past due days,
and the report before it. Everything else is in the CountyView."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import msgspec

from inventory.items import WorkItem
from inventory.verdict import TargetState


class LastTarget(msgspec.Struct, frozen=True, kw_only=True):
    """A target in the report before: how many met it, how many were unknown, and by which rule (its metric,
    parameters and goal as one text)."""

    met: int
    unknown: int
    state: str
    rule: str = ""


class LastReport(msgspec.Struct, frozen=True, kw_only=True):
    """What is kept of a report that was handed out, to compare the next one with and to make it again.
    ``sha256`` is that of its data (report.json)."""

    sha256: str
    made_at: float
    made_by: str
    profile_id: str
    profile_version: str
    profile_sha256: str
    as_of: float
    as_known: float
    product: str
    """version of this product"""
    targets: dict[str, LastTarget] = {}
    files: dict[str, str] = {}
    """SHA-256 of each file that was written, by name"""
    schools: dict[str, str] = {}
    """kind and place of each school: "primary;rural" """


@dataclass(frozen=True, slots=True)
class HistoryPoint:
    """Schools by what was said of a target at a time (seconds since 1970)."""

    at: float
    met: int
    failed: int
    unknown: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportBasis:
    """``items`` by school; ``at_due`` is the state of each target on its due day, where that is past;
    ``last`` is the report before of the same plan; ``seed`` draws the schools for the test on site;
    ``history`` has points of each target, oldest first."""

    items: Mapping[str, tuple[WorkItem, ...]] = field(default_factory=dict)
    at_due: Mapping[str, TargetState] = field(default_factory=dict)
    last: LastReport | None = None
    seed: str = ""
    history: Mapping[str, tuple[HistoryPoint, ...]] = field(default_factory=dict)


BARE = ReportBasis()
"""Of a county that was judged without a store."""
