"""表1b 万兆到校三口径: port, contract and measured throughput side by side, by kind of school and place. None
proves another, so each is counted for itself."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from exporters.report.tables import Column, Table
from inventory.dossier import all_of
from inventory.metrics.access import A1, A2
from inventory.metrics.access_flow import A3
from inventory.verdict import CountyView, SchoolView, State
from inventory.words import N_

COLUMNS = (
    Column("kind", N_("Kind"), "code"),
    Column("urban_rural", N_("Place"), "code"),
    Column("n", N_("Checked n"), "integer"),
    Column("port", N_("Port at 10G"), "integer"),
    Column("contract", N_("Contract for 10G"), "integer"),
    Column("measured", N_("Throughput as required"), "integer"),
    Column("all_three", N_("All three"), "integer"),
    Column("port_only", N_("Port alone"), "integer"),
    Column("no_data", N_("Nothing known"), "integer"),
)
LEGS = {"port": A1, "contract": A2, "measured": A3}


def three_table(view: CountyView) -> Table:
    """A row for each kind of school and place that the county has, and one for all."""
    counts: dict[tuple[str, str], Counter[str]] = {}
    for school in view.schools:
        found = Counter(_counted(school))
        for group in ((school.school.kind, school.school.urban_rural), ("", "")):
            counts.setdefault(group, Counter()).update(found)
    rows = tuple(
        (kind or "all_kinds", place or None, *(by_column[column.id] for column in COLUMNS[2:]))
        for (kind, place), by_column in sorted(
            counts.items(), key=lambda item: (item[0] == ("", ""), item[0])
        )
    )
    return Table(
        id="three",
        title=N_("Table 1b: port, contract and throughput"),
        columns=COLUMNS,
        rows=rows,
        note=N_(
            "A school counts where all of its campuses pass; port alone: contract and throughput do not."
        ),
    )


def _counted(view: SchoolView) -> Iterator[str]:
    """The columns in which a school counts."""
    states = {name: _states(view, metric) for name, metric in LEGS.items()}
    passed = [name for name, found in states.items() if found == {State.PASS}]
    yield "n"
    yield from passed
    if len(passed) == len(LEGS):
        yield "all_three"
    if passed == ["port"]:
        yield "port_only"
    if set().union(*states.values()) == {State.UNKNOWN}:
        yield "no_data"


def _states(view: SchoolView, metric: str) -> set[State]:
    known = all_of(view)
    found = [known.get((metric, line.campus)) for line in view.campuses] or [None]
    return {verdict.state if verdict else State.UNKNOWN for verdict in found}
