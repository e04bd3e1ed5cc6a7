"""表六 现场抽查单: which schools an inspector visits, what the system says there, and room for what he finds.

Drawn by strata of stage and place with a printed seed: whoever has the seed and the county draws the same
(SHA-256 of the seed and the school's code, the smallest first). What is entered in the sheet comes back by
``wanzhao report enter`` and is evidence of level E5.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from math import ceil

from exporters.report.school_lines import unit_of
from exporters.report.tables import Cell, Column, Table
from inventory.causes import campus_verdicts
from inventory.items import DAY_S
from inventory.metrics.catalogue import catalogue
from inventory.report_basis import BARE, ReportBasis
from inventory.spot_sheet import COLUMNS as SHEET
from inventory.verdict import CountyView, SchoolView, State, Verdict
from inventory.words import N_

SHARE_BP = 1000
"""Schools of each stratum that are drawn: one in ten, at least one."""
PASS_SHARE_BP = 500
UNKNOWN_DAYS = 30

COLUMNS = (
    Column("school", SHEET["school"]),
    Column("school_name", N_("School")),
    Column("campus", SHEET["campus"]),
    Column("campus_name", N_("Campus")),
    Column("stratum", N_("Stratum"), "code"),
    Column("why_drawn", N_("Drawn because"), "code"),
    Column("target", SHEET["target"]),
    Column("metric", N_("Metric"), "metric"),
    Column("metric_id", N_("Metric id")),
    Column("state", SHEET["state"], "state"),
    Column("value", N_("Value now"), "figure"),
    Column("unit", N_("Unit"), "unit"),
    Column("site_value", SHEET["site_value"], "pen"),
    Column("method", SHEET["method"], "code"),
    Column("agrees", SHEET["agrees"], "pen"),
    Column("site_result", SHEET["site_result"], "pen"),
    Column("photo", SHEET["photo"], "pen"),
    Column("inspector", SHEET["inspector"], "pen"),
    Column("seen_on", SHEET["seen_on"], "pen"),
)
METHODS: dict[str, str] = {
    "A1": "look_port",
    "A2": "look_contract",
    "A3": "look_speed",
    "A4": "look_port",
    "D1": "look_signal",
    "D2": "look_signal",
    "D3": "look_signal",
    "D9": "look_signal",
    "E5": "look_lux",
    "C": "look_ipv6",
    "E": "look_room",
    "F": "look_room",
}
"""How an inspector looks at a metric: by its number in the catalogue, else by its letter."""


def spot_check_table(view: CountyView, basis: ReportBasis = BARE) -> Table:
    """The schools drawn by ``basis.seed``, a row for each campus and target; nothing without a seed."""
    seed = basis.seed
    return Table(
        id="spot_check",
        title=N_("Table 6: test on site"),
        columns=COLUMNS,
        rows=tuple(_rows(view, basis)) if seed else (),
        note=N_(
            "One school in ten of each stage and place, every school unknown for 30 days, one pass in twenty."
        ),
    )


@dataclass(frozen=True, slots=True)
class Drawn:
    """``schools`` are visited for all their targets, by why; of others the ``passes`` (school, target)."""

    schools: dict[str, str]
    passes: frozenset[tuple[str, str]]

    def why(self, school: str, target: str) -> str:
        """Why this target is looked at there; "" where it is not."""
        return self.schools.get(school) or ("of_passes" if (school, target) in self.passes else "")


def drawn(view: CountyView, basis: ReportBasis) -> Drawn:
    """What the seed draws of a county."""
    strata: dict[tuple[str, str], list[str]] = {}
    for school in view.schools:
        strata.setdefault(stratum(school), []).append(school.school.id)
    found: dict[str, str] = {}
    for members in strata.values():
        found |= dict.fromkeys(_first(members, SHARE_BP, basis.seed), "by_stratum")
    since = view.as_of - UNKNOWN_DAYS * DAY_S
    for school in view.schools:
        if _has_long_unknown(school, view, basis, since):
            found.setdefault(school.school.id, "long_unknown")
    passing = [
        f"{school.school.id}/{verdict.target}"
        for school in view.schools
        for verdict in school.verdicts
        if verdict.state is State.PASS
    ]
    passes = (one.split("/", 1) for one in _first(passing, PASS_SHARE_BP, basis.seed))
    return Drawn(found, frozenset((school, target) for school, target in passes))


def stratum(view: SchoolView) -> tuple[str, str]:
    """Stage and place; a teaching point is a stratum of its own."""
    school = view.school
    stage = "teaching_point" if school.kind == "teaching_point" else (school.stages or ("",))[-1]
    return stage, school.urban_rural


def _first(schools: list[str], share_bp: int, seed: str) -> list[str]:
    """So many of them, at least one, in an order that the seed alone decides."""
    n = max(1, ceil(len(schools) * share_bp / 10_000)) if schools else 0
    return sorted(schools, key=lambda each: hashlib.sha256(f"{seed}/{each}".encode()).digest())[:n]


def _has_long_unknown(school: SchoolView, view: CountyView, basis: ReportBasis, since: float) -> bool:
    return any(
        item.kind == "prove" and item.is_open and item.status != "to_review" and item.opened_at <= since
        for item in basis.items.get(school.school.id, ())
        if item.profile == view.profile.id
    )


def _rows(view: CountyView, basis: ReportBasis) -> Iterator[tuple[Cell, ...]]:
    found = drawn(view, basis)
    for school in view.schools:
        for target in school.verdicts:
            why = found.why(school.school.id, target.target)
            for campus, campus_name, verdict in campus_verdicts(school, target) if why else ():
                if verdict is not None and verdict.state is not State.NA:
                    yield _row(school, target.target, campus, campus_name, verdict, why)


def _row(
    school: SchoolView, target: str, campus: str, campus_name: str, verdict: Verdict, why: str
) -> tuple[Cell, ...]:
    return (
        school.school.id,
        school.school.name,
        campus or None,
        campus_name or None,
        ";".join(filter(None, stratum(school))),
        why,
        target,
        verdict.metric,
        verdict.metric,
        verdict.state.value,
        verdict.value,
        unit_of(verdict) or None,
        None,
        _method(verdict),
        *(None,) * 5,
    )


def _method(verdict: Verdict) -> str:
    number = catalogue()[verdict.metric].no
    return METHODS.get(number, METHODS.get(number[0], "look_room"))
