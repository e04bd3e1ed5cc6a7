"""整改清单 and 补证清单: what fails is mended, what is unknown is proved. The two never share a list.

A row is one cause (inventory.causes), with the life of its work item where a collector keeps one.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from exporters.report.tables import Cell, Column, Table
from inventory.advice import ADVICE, CABLE, CARRIER_WORK, CONTRACT, DEVICE, MODULE, PORT, SWITCH
from inventory.causes import Cause, CauseKind, causes
from inventory.items import DAY_S, RELAPSE_DAYS, WorkItem
from inventory.metrics.catalogue import catalogue
from inventory.register import School
from inventory.report_basis import BARE, ReportBasis
from inventory.verdict import CountyView, Evidence, SchoolView, Verdict
from inventory.words import N_

WHERE_COLUMNS = (
    Column("no", N_("No.")),
    Column("school", N_("School code")),
    Column("school_name", N_("School")),
    Column("campus", N_("Campus code")),
    Column("campus_name", N_("Campus")),
    Column("target", N_("Target")),
    Column("metric", N_("Metric"), "metric"),
    Column("metric_id", N_("Metric id")),
    Column("port_mbps", N_("Port Mbit/s"), "figure"),
)
WHY_COLUMNS = (
    Column("reason", N_("Reason code")),
    Column("reason_words", N_("Reason"), "reason"),
    Column("advice", N_("What to do"), "advice"),
    Column("who", N_("Who can do it"), "helper"),
)
PROOF_COLUMNS = (
    Column("level", N_("Evidence level")),
    Column("polls_true", N_("Polls true a"), "integer"),
    Column("polls_false", N_("Polls false d"), "integer"),
    Column("polls_gap", N_("Polls missing m"), "integer"),
    Column("units_met", N_("Units met"), "integer"),
    Column("units_failed", N_("Units not met"), "integer"),
    Column("units_unknown", N_("Units unknown"), "integer"),
    Column("low_percent", N_("Lower bound %"), "percent"),
    Column("high_percent", N_("Upper bound %"), "percent"),
    Column("window_start", N_("From"), "time"),
    Column("window_end", N_("Until"), "time"),
    Column("source", N_("Read from")),
)
LIFE_COLUMNS = (
    Column("status", N_("Status"), "code"),
    Column("opened", N_("Open since"), "time"),
    Column("owner", N_("Person in charge")),
    Column("deadline", N_("Deadline"), "date"),
    Column("closed_by", N_("Struck off by")),
    Column("closed_at", N_("Struck off at"), "time"),
    Column("closed_with", N_("Evidence of it")),
)
MEND_COLUMNS = (
    *WHERE_COLUMNS,
    Column("value", N_("Value now"), "figure"),
    Column("threshold", N_("Required"), "figure"),
    Column("gap", N_("Short of it"), "figure"),
    Column("unit", N_("Unit")),
    Column("origin", N_("Set by"), "code"),
    *WHY_COLUMNS,
    Column("budget", N_("Budget"), "code"),
    Column("closes_when", N_("Closes when"), "code"),
    *PROOF_COLUMNS,
    *LIFE_COLUMNS,
)
PROVE_COLUMNS = (
    *WHERE_COLUMNS,
    *WHY_COLUMNS,
    Column("needed", N_("Least evidence needed")),
    Column("closes_when", N_("Closes when"), "code"),
    *PROOF_COLUMNS,
    *LIFE_COLUMNS,
)
BUDGETS: dict[str, frozenset[str]] = {
    "budget_link": frozenset({CONTRACT, CARRIER_WORK}),
    "budget_cabling": frozenset({CABLE}),
    "budget_device": frozenset({MODULE, PORT, DEVICE, SWITCH}),
}
"""Kinds of the step that mends it, by budget; facilities are told by their metric, the rest is upkeep."""


def mend_table(view: CountyView, basis: ReportBasis = BARE) -> Table:
    """表四 整改清单: every cause of every fail, and what was mended and waits for a person, or was struck off
    lately."""
    rows = tuple(
        (
            *_where("Z", n, row),
            *_measured(row),
            *_why(row),
            _budget(row),
            "closes_passed",
            *_proof(row),
            *_life(row),
        )
        for n, row in enumerate(_rows(view, basis, "mend"), start=1)
    )
    return Table(
        id="to_mend",
        title=N_("Table 4: to be mended (not met)"),
        columns=MEND_COLUMNS,
        rows=rows,
        note=N_("A row closes when its metric passes at the end of a window; a person signs for it."),
    )


def prove_table(view: CountyView, basis: ReportBasis = BARE) -> Table:
    """表四 补证清单: every cause of every unknown, and what has become known and waits for a person."""
    rows = tuple(
        (
            *_where("B", n, row),
            *_why(row),
            _needed(row.cause.verdict) if row.cause else None,
            "closes_known",
            *_proof(row),
            *_life(row),
        )
        for n, row in enumerate(_rows(view, basis, "prove"), start=1)
    )
    return Table(
        id="to_prove",
        title=N_("Table 4: to be proved (unknown)"),
        columns=PROVE_COLUMNS,
        rows=rows,
        note=N_("Unknown is neither met nor failed: a row closes when its metric can be judged."),
    )


@dataclass(frozen=True, slots=True)
class _Row:
    """A cause that stands, an item whose cause is gone, or both."""

    school: SchoolView
    cause: Cause | None
    item: WorkItem | None


def _rows(view: CountyView, basis: ReportBasis, kind: CauseKind) -> Iterator[_Row]:
    since = view.as_of - RELAPSE_DAYS * DAY_S
    for school in view.schools:
        own = [item for item in basis.items.get(school.school.id, ()) if item.profile == view.profile.id]
        items = {item.item: item for item in own if item.kind == kind}  # the newest of a cause
        for cause in causes(school, kind):
            item = items.pop(cause.item, None)
            yield _Row(school, cause, item if item and item.status != "closed" else None)
        for item in items.values():
            closing = item.closing
            if item.status == "to_review" or (closing is not None and closing.at >= since):
                yield _Row(school, None, item)


def _where(letter: str, number: int, row: _Row) -> tuple[Cell, ...]:
    school, cause, item = row.school, row.cause, row.item
    name = item.name if item else f"{letter}{number:03d}"
    if cause is not None:
        target, campus = cause.target.target, cause.campus
        metric = cause.verdict.metric if cause.verdict else None
    else:
        target, campus, metric = _parts(item)
    lines = {line.campus: line for line in school.campuses}
    line = lines.get(campus)
    return (
        name,
        school.school.id,
        school.school.name,
        campus or None,
        (line.name if line else "") or None,
        target,
        metric,
        metric,
        line.port_speed_mbps if line else None,
    )


def _parts(item: WorkItem | None) -> tuple[str, str, str | None]:
    """Target, campus and metric of an item whose cause is gone."""
    target, campus, metric = (item.item if item else "::").split(":", 2)
    return target, campus, metric.partition(".")[0] or None


def _measured(row: _Row) -> tuple[Cell, ...]:
    verdict = row.cause.verdict if row.cause else None
    if verdict is None:
        return (None,) * 5
    short = None
    if verdict.value is not None and verdict.threshold is not None:
        short = abs(verdict.threshold - verdict.value)
    return (verdict.value, verdict.threshold, short, verdict.unit, verdict.origin)


def _why(row: _Row) -> tuple[Cell, ...]:
    reason = row.cause.reason if row.cause else row.item.reason if row.item else ""
    return (reason,) * len(WHY_COLUMNS)


def _budget(row: _Row) -> Cell:
    metric = catalogue().get(row.cause.verdict.metric) if row.cause and row.cause.verdict else None
    if metric is not None and metric.no.startswith("E"):
        return "budget_facility"
    reason = row.cause.reason if row.cause else row.item.reason if row.item else ""
    step = ADVICE[reason].step if reason in ADVICE else ""
    return next((budget for budget, steps in BUDGETS.items() if step in steps), "budget_upkeep")


def _life(row: _Row) -> tuple[Cell, ...]:
    item = row.item
    if item is None:
        return (None,) * len(LIFE_COLUMNS)
    assigned, closing = item.assigned, item.closing
    deadline = assigned.deadline if assigned else None
    return (
        item.status,
        item.opened_at,
        (assigned.person if assigned else "") or None,
        deadline.isoformat() if deadline else None,
        closing.by if closing else None,
        closing.at if closing else None,
        (closing.document if closing else "") or None,
    )


def _needed(verdict: Verdict | None) -> str | None:
    metric = catalogue().get(verdict.metric) if verdict else None
    return metric.evidence if metric else None


def _proof(row: _Row) -> tuple[Cell, ...]:
    verdict = row.cause.verdict if row.cause else None
    if verdict is None:
        return (None,) * len(PROOF_COLUMNS)
    polls, units, window = verdict.polls, verdict.units, verdict.window
    return (
        verdict.level,
        *((polls.a, polls.d, polls.m) if polls else (None, None, None)),
        *((units.p, units.f, units.u) if units else (None, None, None)),
        verdict.low_bp,
        verdict.high_bp,
        *(window or (None, None)),
        "; ".join(_sources(row.school.school, verdict)) or None,
    )


def _sources(school: School, verdict: Verdict) -> list[str]:
    """Where it was read: what decided first, what nobody could read last."""
    rooms = {area.id: f"{area.building} {area.name}".strip() for c in school.campuses for area in c.areas}
    decided = sorted(verdict.evidence, key=lambda e: (e.value != verdict.reason, e.value == "no_data"))
    return [_source(each, rooms) for each in decided]


def _source(evidence: Evidence, rooms: dict[str, str]) -> str:
    """Device, port or room, and object with the value last read: "gw-1 GE0/0/1 ifHighSpeed=1000"."""
    what = f"{evidence.what}={evidence.value}" if evidence.value else evidence.what
    subject = evidence.subject.partition(":")[2] or rooms.get(evidence.subject, evidence.subject)
    return " ".join(part for part in (evidence.device, subject, what) if part)
