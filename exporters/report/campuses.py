"""表二 分校明细: one row per campus, one state per target, and the figures that are known."""

from __future__ import annotations

from collections.abc import Iterator

from exporters.report.tables import Cell, Column, Table
from inventory.verdict import CampusLine, CountyView, SchoolVerdict, SchoolView, State, Verdict
from inventory.words import N_

TARGET = "target:"
"""Column ids of the targets' states are this and the target's id."""

SCHOOL_COLUMNS = (
    Column("school", N_("School code")),
    Column("school_name", N_("School")),
    Column("campus", N_("Campus code")),
    Column("campus_name", N_("Campus")),
    Column("kind", N_("Kind"), "code"),
    Column("stages", N_("Stages"), "code"),
    Column("urban_rural", N_("Place"), "code"),
    Column("ownership", N_("Ownership"), "code"),
    Column("township", N_("Township")),
    Column("students", N_("Pupils"), "integer"),
    Column("classes", N_("Classes"), "integer"),
)

# The four IPv6 columns: metric -> column id and heading. They are legs of a target's verdict.
IPV6_METRICS: dict[str, tuple[str, str]] = {
    "ipv6_wan_address": ("ipv6_address", N_("IPv6 address")),
    "ipv6_default_route": ("ipv6_route", N_("IPv6 route")),
    "ipv6_lan_prefix_coverage": ("ipv6_prefix", N_("IPv6 prefixes")),
    "ipv6_active_reachability": ("ipv6_reach", N_("IPv6 reachable")),
}

FIGURE_COLUMNS = (
    Column("port_mbps", N_("Port Mbit/s"), "figure"),
    Column("contract_mbps", N_("Contract Mbit/s"), "figure"),
    *(Column(name, heading, "state") for name, heading in IPV6_METRICS.values()),
    Column("aps_registered", N_("APs registered"), "integer"),
    Column("aps_online", N_("APs online"), "integer"),
    Column("main_areas", N_("Main rooms"), "integer"),
    Column("main_areas_covered", N_("Rooms covered"), "integer"),
    Column("main_areas_unmapped", N_("Rooms unmapped"), "integer"),
    Column("last_report", N_("Agent's last report"), "time"),
    Column("failed", N_("Targets not met"), "integer"),
    Column("unknown", N_("Targets unknown"), "integer"),
)


def campus_table(view: CountyView) -> Table:
    """表二, schools in the order of the view. A school without a campus has one row with empty figures."""
    targets = tuple(target.target for target in view.targets)
    states = tuple(Column(TARGET + target, target, "state", plan_words=True) for target in targets)
    rows = tuple(row for school in view.schools for row in _school_rows(school, targets))
    return Table(
        id="campuses",
        title=N_("Table 2: schools and campuses"),
        columns=(*SCHOOL_COLUMNS, *states, *FIGURE_COLUMNS),
        rows=rows,
        note=N_("An empty cell is not known; a target that is not for the school is empty too."),
    )


def _school_rows(view: SchoolView, targets: tuple[str, ...]) -> Iterator[tuple[Cell, ...]]:
    by_target = {verdict.target: verdict for verdict in view.verdicts}
    for line in view.campuses or (None,):
        campus = line.campus if line else ""
        states = [_state(by_target.get(target), campus) for target in targets]
        yield (
            *_school_cells(view, line),
            *(state.value if state else None for state in states),
            *_figures(line, _legs_of(view, campus)),
            states.count(State.FAIL),
            states.count(State.UNKNOWN),
        )


def _school_cells(view: SchoolView, line: CampusLine | None) -> tuple[Cell, ...]:
    school = view.school
    return (
        school.id,
        school.name,
        line.campus if line else None,
        line.name if line else None,
        school.kind,
        ";".join(school.stages),
        school.urban_rural,
        school.ownership,
        school.township,
        school.students,
        school.classes,
    )


def _state(verdict: SchoolVerdict | None, campus: str) -> State | None:
    """The campus's own state; the school's where it is exempt or was not judged per campus."""
    if verdict is None:
        return None
    own = None if verdict.exemption else verdict.at(campus)
    return own.state if own else verdict.state


def _legs_of(view: SchoolView, campus: str) -> dict[str, str]:
    """Metric -> state of every verdict and leg at a campus; the first of two that share a metric."""
    found: dict[str, str] = {}
    found_at = (v.at(campus) for v in view.verdicts)
    open_verdicts = [verdict for verdict in found_at if verdict is not None]
    for verdict in open_verdicts:
        found.setdefault(verdict.metric, verdict.state.value)
        open_verdicts.extend(verdict.legs)  # the loop goes on over what it appends
    return found


def _figures(line: CampusLine | None, legs: dict[str, str]) -> tuple[Cell, ...]:
    ipv6 = tuple(legs.get(metric) for metric in IPV6_METRICS)
    if line is None:
        return (None, None, *ipv6, None, None, None, None, None, None)
    return (
        line.port_speed_mbps,
        line.contract_mbps,
        *ipv6,
        line.aps_registered,
        line.aps_online,
        line.main_areas,
        # A room is covered by a working access point; while nobody knows which work, this is not known.
        None if line.aps_online is None else line.main_areas_covered,
        line.main_areas_unmapped,
        line.last_report,
    )


def campus_verdicts(view: SchoolView, verdict: SchoolVerdict) -> tuple[tuple[str, str, Verdict | None], ...]:
    """(campus id, campus name, verdict) of a target at a school; without a campus what is judged of the whole
    school, and no verdict where it has no campus at all."""
    names = {line.campus: line.name for line in view.campuses}
    if not verdict.campuses:
        return (("", "", None),)
    own = view.school.id
    return tuple(
        ("" if each.subject == own else each.subject, names.get(each.subject, ""), each)
        for each in verdict.campuses
    )
