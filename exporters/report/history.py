"""表九 历史: how many schools met each target at earlier times, as it was said then, and its charts."""

from __future__ import annotations

from collections.abc import Iterator

from markupsafe import Markup

from exporters.report.charts import Point, history_chart
from exporters.report.tables import Cell, Column, Report, Table
from inventory.report_basis import BARE, ReportBasis
from inventory.verdict import CountyView
from inventory.words import N_

COLUMNS = (
    Column("target", N_("Target")),
    Column("quote", N_("Words of the plan")),
    Column("at", N_("As of"), "time"),
    Column("n", N_("Checked n"), "integer"),
    Column("met", N_("Met p"), "integer"),
    Column("failed", N_("Not met f"), "integer"),
    Column("unknown", N_("Unknown u"), "integer"),
    Column("low_percent", N_("Lower bound %"), "percent"),
    Column("high_percent", N_("Upper bound %"), "percent"),
)
CHARTS = 12
"""So many targets are drawn."""


def history_table(view: CountyView, basis: ReportBasis = BARE) -> Table:
    """A row for each target and time: schools that met it, that did not, that were unknown."""
    return Table(
        id="history",
        title=N_("Table 9: history"),
        columns=COLUMNS,
        rows=tuple(_rows(view, basis)),
        note=N_("Schools as their verdicts stood at that time; one without a verdict is not counted."),
    )


def history_charts(report: Report) -> list[tuple[str, Markup]]:
    """(target, chart) of the targets that have a history of two points or more."""
    points: dict[str, list[Point]] = {}
    for row in report.table("history").records():
        at, low, high = row["at"], row["low_percent"], row["high_percent"]
        if isinstance(at, int | float) and isinstance(low, int) and isinstance(high, int):
            points.setdefault(str(row["target"]), []).append(Point(float(at), low, high))
    many = [(target, own) for target, own in points.items() if len(own) > 1]
    return [
        (target, history_chart(own, None, f"history-{number}", target, report.timezone))
        for number, (target, own) in enumerate(many[:CHARTS])
    ]


def _rows(view: CountyView, basis: ReportBasis) -> Iterator[tuple[Cell, ...]]:
    texts = {text.id: text for text in view.texts}
    for target in view.targets:
        text = texts.get(target.target)
        for point in basis.history.get(target.target, ()):
            n = point.met + point.failed + point.unknown
            if not n:
                continue
            yield (
                target.target,
                " / ".join(text.quote) if text else None,
                point.at,
                n,
                point.met,
                point.failed,
                point.unknown,
                point.met * 10_000 // n,
                (point.met + point.unknown) * 10_000 // n,
            )
