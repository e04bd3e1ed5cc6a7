"""The bar chart of the targets in a workbook: met, not met and unknown of each, in shares of n."""

from __future__ import annotations

from collections.abc import Mapping

from xlsxwriter.workbook import Workbook
from xlsxwriter.worksheet import Worksheet

from exporters.report.shown import heading
from exporters.report.tables import Table
from inventory.words import N_, Language, say

# Column -> ground, pattern over it. The three differ in grey and by their hatching.
BARS: Mapping[str, tuple[str, str]] = {
    "met": ("#2E7D32", ""),
    "unknown": ("#F2C14E", "wide_upward_diagonal"),
    "failed": ("#8C1D18", "small_grid"),
}
NAME = "target"
TITLE = N_("Targets: schools met, unknown, not met")


def add_chart(book: Workbook, sheet: Worksheet, table: Table, head: int, language: Language) -> None:
    """Put the chart under the table, whose headings are in row ``head`` (from 0). No rows, no chart."""
    places = {column.id: place for place, column in enumerate(table.columns)}
    if not table.rows or not {NAME, *BARS} <= places.keys():
        return
    first, last = head + 1, head + len(table.rows)
    chart = book.add_chart({"type": "bar", "subtype": "percent_stacked"})
    for name, (ground, pattern) in BARS.items():
        place = places[name]
        fill = {"pattern": {"pattern": pattern, "fg_color": "#333333", "bg_color": ground}} if pattern else {}
        chart.add_series(
            {
                "name": heading(table.columns[place], language),
                "categories": [sheet.get_name(), first, places[NAME], last, places[NAME]],
                "values": [sheet.get_name(), first, place, last, place],
                "fill": {"color": ground},
                "border": {"color": "#333333"},
                "gap": 60,
                "data_labels": {"value": True, "num_format": "0;;"},
                **fill,
            }
        )
    chart.set_title({"name": say(TITLE, language), "name_font": {"size": 12}})
    # The first target on top, as in the table.
    chart.set_y_axis({"reverse": True, "num_font": {"size": 9}})
    chart.set_x_axis({"num_format": "0%", "major_gridlines": {"visible": True, "line": {"color": "#D0D0D0"}}})
    chart.set_legend({"position": "bottom"})
    chart.set_size({"width": 900, "height": 140 + 34 * len(table.rows)})
    sheet.insert_chart(last + 2, 1, chart, {"description": say(TITLE, language)})
