"""表二 分校明细: one row per campus, one state per target, and the figures that are known."""

from __future__ import annotations

from collections.abc import Iterator

from exporters.report.figures import FIGURES, cells
from exporters.report.tables import Cell, Column, Table
from inventory.dossier import Asked, all_of
from inventory.verdict import CampusLine, CountyView, SchoolVerdict, SchoolView, State
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
    *(figure.column for figure in FIGURES["access"]),
    *(Column(name, heading, "state") for name, heading in IPV6_METRICS.values()),
    *(figure.column for figure in FIGURES["ipv6"]),
    Column("aps_registered", N_("APs registered"), "integer"),
    Column("aps_online", N_("APs online"), "integer"),
    Column("main_areas", N_("Main rooms"), "integer"),
    Column("main_areas_covered", N_("Rooms covered"), "integer"),
    Column("main_areas_unmapped", N_("Rooms unmapped"), "integer"),
    *(figure.column for figure in FIGURES["facilities"]),
    Column("last_report", N_("Agent's last report"), "time"),
    Column("register_percent", N_("Register complete %"), "percent"),
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
    known = all_of(view)
    for line in view.campuses or (None,):
        campus = line.campus if line else ""
        states = [_state(by_target.get(target), campus) for target in targets]
        yield (
            *_school_cells(view, line),
            *(state.value if state else None for state in states),
            *_figures(view, line, known),
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


def _figures(view: SchoolView, line: CampusLine | None, known: Asked) -> Iterator[Cell]:
    """The cells of FIGURE_COLUMNS but for the last two."""
    campus = line.campus if line else ""
    yield line.port_speed_mbps if line else None
    yield line.contract_mbps if line else None
    yield from cells("access", known, campus, view.school.id)
    for metric in IPV6_METRICS:
        verdict = known.get((metric, campus))
        yield verdict.state.value if verdict else None
    yield from cells("ipv6", known, campus, view.school.id)
    yield from _wireless(line) if line else (None,) * 5
    yield from cells("facilities", known, campus, view.school.id)
    yield line.last_report if line else None
    yield _share(view.required)


def _wireless(line: CampusLine) -> tuple[Cell, ...]:
    return (
        line.aps_registered,
        line.aps_online,
        line.main_areas,
        # A room is covered by a working access point; while nobody knows which work, this is not known.
        None if line.aps_online is None else line.main_areas_covered,
        line.main_areas_unmapped,
    )


def _share(required: tuple[int, int] | None) -> int | None:
    return required[0] * 10_000 // required[1] if required and required[1] else None
