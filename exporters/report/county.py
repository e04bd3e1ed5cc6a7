"""The county's tables: one row per target with the 22 columns that inspectors ask for, the same by groups of
schools, and how far the data reach."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator

from exporters.report.shown import figure
from exporters.report.tables import Cell, Column, Table
from inventory.register import School
from inventory.report_basis import BARE, LastReport, ReportBasis
from inventory.verdict import (
    CountyTarget,
    CountyView,
    SchoolVerdict,
    State,
    TargetState,
    TargetText,
    Verdict,
    local_day,
)
from inventory.words import N_

COLUMNS = (
    Column("no", N_("No."), "integer"),
    Column("target", N_("Target")),
    Column("quote", N_("Words of the plan")),
    Column("source", N_("Source")),
    Column("strength", N_("Strength"), "code"),
    Column("scope", N_("Scope")),
    Column("method", N_("Method"), "method"),
    Column("origin", N_("Set by"), "code"),
    Column("goal", N_("Goal"), "goal"),
    Column("due", N_("Due"), "date"),
    Column("n", N_("Checked n"), "integer"),
    Column("met", N_("Met p"), "integer"),
    Column("failed", N_("Not met f"), "integer"),
    Column("unknown", N_("Unknown u"), "integer"),
    Column("na", N_("Not applicable"), "integer"),
    Column("low_percent", N_("Lower bound %"), "percent"),
    Column("high_percent", N_("Upper bound %"), "percent"),
    Column("state", N_("Verdict now"), "state"),
    Column("state_at_due", N_("Verdict when due"), "state"),
    Column("evidence", N_("Evidence of those met")),
    Column("change", N_("Change since last report")),
    Column("note", N_("Remarks")),
    # Beyond the 22: the goal as a number for machines, and whether the plan itself states the date.
    Column("goal_value", N_("Goal, number"), "figure"),
    Column("goal_unit", N_("Goal, unit"), "code"),
    Column("due_basis", N_("Due date is"), "code"),
)

GROUP_COLUMNS = (
    Column("target", N_("Target")),
    Column("grouping", N_("Grouping"), "code"),
    Column("group", N_("Group"), "code"),
    Column("n", N_("Checked n"), "integer"),
    Column("met", N_("Met p"), "integer"),
    Column("failed", N_("Not met f"), "integer"),
    Column("unknown", N_("Unknown u"), "integer"),
)

_OPS = {">=": "≥", "<=": "≤"}

GROUPINGS: tuple[tuple[str, Callable[[School], tuple[str, ...]]], ...] = (
    ("urban_rural", lambda school: (school.urban_rural,)),
    ("stage", lambda school: school.stages),
    ("kind", lambda school: (school.kind,)),
)
"""A school of several stages is in several groups."""


def county_table(view: CountyView, basis: ReportBasis = BARE) -> Table:
    """表一, in the order of the plan."""
    texts = {text.id: text for text in view.texts}
    levels = _evidence_levels(view)
    rows = tuple(
        _row(number, target, texts.get(target.target), view, basis, levels.get(target.target, Counter()))
        for number, target in enumerate(view.targets, start=1)
    )
    return Table(id="county", title=N_("Table 1: targets of the county"), columns=COLUMNS, rows=rows)


def _row(
    number: int,
    target: CountyTarget,
    text: TargetText | None,
    view: CountyView,
    basis: ReportBasis,
    levels: Counter[str],
) -> tuple[Cell, ...]:
    text = text or TargetText(id=target.target, quote=(), metric="")
    counts = target.counts
    return (
        number,
        target.target,
        " / ".join(text.quote),
        " ".join((view.source_document, *text.plan_ids)).strip(),
        text.strength,
        text.scope_note or text.scope,
        _method(text),
        target.origin or text.origin,
        _goal(target, text),
        target.due.isoformat() if target.due else None,
        counts.n,
        counts.p,
        counts.f,
        counts.u,
        counts.na,
        target.low_bp,
        target.high_bp,
        target.state.value,
        _state_at_due(target, view, basis),
        " ".join(f"{level}×{n}" for level, n in sorted(levels.items())),
        _change(target, basis.last),
        text.note,
        target.goal,
        target.unit or None,
        text.due_basis or None,
    )


def _method(text: TargetText) -> str:
    """Metric and parameters, each parameter with who set it where that is known."""
    origins = dict(text.param_origin)
    params = [f"{name}={value}" + _mark(origins.get(name, "")) for name, value in text.params]
    return "; ".join([text.metric, *params])


def _mark(origin: str) -> str:
    return f" [{origin}]" if origin else ""


def _goal(target: CountyTarget, text: TargetText) -> str | None:
    if target.goal is None:
        return None
    unit = "%" if target.unit == "percent" else f" {target.unit}".rstrip()
    return f"{_OPS.get(text.op, text.op)} {figure(target.goal)}{unit}"


def _state_at_due(target: CountyTarget, view: CountyView, basis: ReportBasis) -> str | None:
    """What can be said of the due day. Past it, today's readings prove nothing about it: what was judged by
    the evidence up to that day, else undecided."""
    if target.due is None or target.state is TargetState.REPORT:
        return None
    if local_day(view) <= target.due:
        return "not_due"
    return basis.at_due.get(target.target, TargetState.UNDETERMINED).value


def _change(target: CountyTarget, last: LastReport | None) -> str | None:
    """Since the report before: "Δp +3, Δu -5"."""
    before = last.targets.get(target.target) if last else None
    if before is None:
        return None
    counts = target.counts
    return f"Δp {counts.p - before.met:+d}, Δu {counts.u - before.unknown:+d}"


def _evidence_levels(view: CountyView) -> dict[str, Counter[str]]:
    """Of the schools that pass each target: how many rest on which level, the weakest campus counting."""
    levels: dict[str, Counter[str]] = {}
    for school in view.schools:
        for verdict in school.verdicts:
            if verdict.state is State.PASS and verdict.campuses:
                weakest = min(campus.level for campus in verdict.campuses if campus.state is State.PASS)
                levels.setdefault(verdict.target, Counter())[weakest] += 1
    return levels


def groups_table(view: CountyView) -> Table:
    """分组: the schools of each target that has a verdict, by kind and by place."""
    counts: dict[tuple[str, str, str], Counter[State]] = {}
    for school, verdict in _judged(view):
        for grouping, group_of in GROUPINGS:
            for group in filter(None, group_of(school)):
                counts.setdefault((verdict.target, grouping, group), Counter())[verdict.state] += 1
    order = {target.target: n for n, target in enumerate(view.targets)}
    rows = tuple(
        (*key, _n(by_state), by_state[State.PASS], by_state[State.FAIL], by_state[State.UNKNOWN])
        for key, by_state in sorted(counts.items(), key=lambda item: (order.get(item[0][0], 0), item[0]))
        if _n(by_state)
    )
    return Table(
        id="groups", title=N_("Table 1c: targets by group of schools"), columns=GROUP_COLUMNS, rows=rows
    )


def _n(by_state: Counter[State]) -> int:
    return by_state[State.PASS] + by_state[State.FAIL] + by_state[State.UNKNOWN]


def _judged(view: CountyView) -> Iterator[tuple[School, SchoolVerdict]]:
    rated = {target.target for target in view.targets if target.aggregate == "school_rate"}
    for school in view.schools:
        for verdict in school.verdicts:
            if verdict.target in rated:
                yield school.school, verdict


QUALITY_COLUMNS = (
    Column("metric", N_("Metric"), "metric"),
    Column("state", N_("State"), "state"),
    Column("value", N_("Value"), "figure"),
    Column("unit", N_("Unit")),
    Column("low_percent", N_("Lower bound %"), "percent"),
    Column("high_percent", N_("Upper bound %"), "percent"),
    Column("met", N_("Met p"), "integer"),
    Column("failed", N_("Not met f"), "integer"),
    Column("unknown", N_("Unknown u"), "integer"),
    Column("reason", N_("Reason code")),
    Column("reason_words", N_("Reason"), "reason"),
    Column("advice", N_("What to do"), "advice"),
)


def quality_table(view: CountyView) -> Table:
    """表七 数据质量: how much the county can say at all."""
    rows = tuple(_quality_row(verdict) for verdict in view.quality)
    return Table(id="quality", title=N_("Table 7: quality of the data"), columns=QUALITY_COLUMNS, rows=rows)


def _quality_row(verdict: Verdict) -> tuple[Cell, ...]:
    units = verdict.units
    return (
        verdict.metric,
        verdict.state.value,
        verdict.value,
        verdict.unit,
        verdict.low_bp,
        verdict.high_bp,
        units.p if units else None,
        units.f if units else None,
        units.u if units else None,
        verdict.reason,
        verdict.reason,
        verdict.reason,
    )
