"""整改清单 and 补证清单: what fails is mended, what is unknown is proved. The two never share a list.

A row is one cause: the part of a campus's verdict (the innermost leg) that has the verdict's own state.
"""

from __future__ import annotations

from collections.abc import Iterator

from exporters.report.campuses import campus_verdicts
from exporters.report.tables import Cell, Column, Table
from inventory.metrics.catalogue import catalogue
from inventory.register import School
from inventory.verdict import CountyView, Evidence, SchoolVerdict, SchoolView, State, Verdict
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
PEN_COLUMNS = (
    Column("owner", N_("Person in charge"), "pen"),
    Column("deadline", N_("Deadline"), "pen"),
    Column("closed", N_("Closed (name, date)"), "pen"),
)
MEND_COLUMNS = (
    *WHERE_COLUMNS,
    Column("value", N_("Value now"), "figure"),
    Column("threshold", N_("Required"), "figure"),
    Column("unit", N_("Unit")),
    Column("origin", N_("Set by"), "code"),
    *WHY_COLUMNS,
    *PROOF_COLUMNS,
    *PEN_COLUMNS,
)
PROVE_COLUMNS = (
    *WHERE_COLUMNS,
    *WHY_COLUMNS,
    Column("needed", N_("Least evidence needed")),
    *PROOF_COLUMNS,
    *PEN_COLUMNS,
)

Place = tuple[SchoolView, SchoolVerdict, str, str]
"""School, target, campus id, campus name."""


def mend_table(view: CountyView) -> Table:
    """表四 整改清单: every cause of every fail."""
    rows = tuple(
        (
            *_where("Z", n, place, verdict),
            *_measured(verdict),
            *_why(place, verdict),
            *_proof(place, verdict),
            *_PEN,
        )
        for n, (place, verdict) in enumerate(_causes(view, State.FAIL), start=1)
    )
    return Table(
        id="to_mend",
        title=N_("To be mended (not met)"),
        columns=MEND_COLUMNS,
        rows=rows,
        note=N_("A row closes when its metric passes at the end of a window; a person signs for it."),
    )


def prove_table(view: CountyView) -> Table:
    """表四 补证清单: every cause of every unknown."""
    rows = tuple(
        (
            *_where("B", n, place, verdict),
            *_why(place, verdict),
            _needed(verdict),
            *_proof(place, verdict),
            *_PEN,
        )
        for n, (place, verdict) in enumerate(_causes(view, State.UNKNOWN), start=1)
    )
    return Table(
        id="to_prove",
        title=N_("To be proved (unknown)"),
        columns=PROVE_COLUMNS,
        rows=rows,
        note=N_("Unknown is neither met nor failed: a row closes when its metric can be judged."),
    )


def _causes(view: CountyView, state: State) -> Iterator[tuple[Place, Verdict | None]]:
    for school in view.schools:
        for verdict in school.verdicts:
            if verdict.state is not state and verdict.state is not State.FAIL:
                continue  # a passing school has no causes, an unknown one no fails
            for campus, name, own in campus_verdicts(school, verdict):
                place = (school, verdict, campus, name)
                if own is None and verdict.state is state:
                    yield place, None
                elif own is not None and own.state is state:
                    yield from ((place, cause) for cause in _innermost(own, state))


def _innermost(verdict: Verdict, state: State) -> Iterator[Verdict]:
    legs = [leg for leg in verdict.legs if leg.state is state]
    if not legs:
        yield verdict
    for leg in legs:
        yield from _innermost(leg, state)


def _where(letter: str, number: int, place: Place, verdict: Verdict | None) -> tuple[Cell, ...]:
    school, target, campus, campus_name = place
    metric = verdict.metric if verdict else None
    return (
        f"{letter}{number:03d}",
        school.school.id,
        school.school.name,
        campus or None,
        campus_name or None,
        target.target,
        metric,
        metric,
        next((line.port_speed_mbps for line in school.campuses if line.campus == campus), None),
    )


def _measured(verdict: Verdict | None) -> tuple[Cell, ...]:
    if verdict is None:
        return (None, None, None, None)
    return (verdict.value, verdict.threshold, verdict.unit, verdict.origin)


def _why(place: Place, verdict: Verdict | None) -> tuple[Cell, ...]:
    reason = verdict.reason if verdict else place[1].reason
    return (reason,) * len(WHY_COLUMNS)


def _needed(verdict: Verdict | None) -> str | None:
    metric = catalogue().get(verdict.metric) if verdict else None
    return metric.evidence if metric else None


def _proof(place: Place, verdict: Verdict | None) -> tuple[Cell, ...]:
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
        "; ".join(_sources(place[0].school, verdict)) or None,
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


_PEN: tuple[Cell, ...] = (None,) * len(PEN_COLUMNS)
