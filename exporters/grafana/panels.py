"""Panels of each kind, and how their fields look: units, states, thresholds, columns, links."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from grafana_foundation_sdk.builders import bargauge, common, stat, statetimeline, table, timeseries
from grafana_foundation_sdk.builders import dashboard as make
from grafana_foundation_sdk.models import common as c
from grafana_foundation_sdk.models import dashboard as d

from exporters.grafana import words
from exporters.grafana.model import Column, Language, Link, Panel, Query, say

LinkOf = Callable[[Link], dict[str, object]]
"""A link as Grafana's JSON has it."""


def builder_of(panel: Panel, language: Language) -> Any:
    """The SDK's builder of the panel's kind, with what only that kind has."""
    made = _BUILDERS[panel.kind](panel)
    if panel.repeat:
        made = made.repeat(panel.repeat).repeat_direction("h").max_per_row(3)
    for each in _transformations(panel):
        made = made.with_transformation(each)
    if panel.kind == "table" and panel.sort:
        field, descending = panel.sort
        title = next((say(col.title, language) for col in panel.columns if col.field == field), field)
        made = made.sort_by([common.TableSortByFieldState().display_name(title).desc(descending)])
    return made


def _stat(_panel: Panel) -> Any:
    return (
        stat.Panel()
        .graph_mode(c.BigValueGraphMode.NONE)
        .color_mode(c.BigValueColorMode.VALUE)
        .text_mode(c.BigValueTextMode.AUTO)
        .reduce_options(_last())
    )


def _table(_panel: Panel) -> Any:
    return table.Panel().cell_height(c.TableCellHeight.SM).show_header(True).filterable(True)


def _timeseries(panel: Panel) -> Any:
    legend = common.VizLegendOptions().show_legend(True).placement(c.LegendPlacement.BOTTOM)
    if panel.legend_table:
        legend = (
            legend.display_mode(c.LegendDisplayMode.TABLE)
            .placement(c.LegendPlacement.RIGHT)
            .calcs(["lastNotNull", "max"])
        )
    else:
        legend = legend.display_mode(c.LegendDisplayMode.LIST)
    made = (
        timeseries.Panel()
        .draw_style(c.GraphDrawStyle.LINE)
        .line_width(1)
        .fill_opacity(10)
        .show_points(c.VisibilityMode.AUTO)
        .legend(legend)
        .tooltip(common.VizTooltipOptions().mode(c.TooltipDisplayMode.MULTI).sort(c.SortOrder.DESCENDING))
    )
    if panel.is_stacked:
        made = made.stacking(common.StackingConfig().mode(c.StackingMode.NORMAL)).fill_opacity(40)
    return made


def _bargauge(_panel: Panel) -> Any:
    return (
        bargauge.Panel()
        .orientation(c.VizOrientation.HORIZONTAL)
        .display_mode(c.BarGaugeDisplayMode.BASIC)
        .value_mode(c.BarGaugeValueMode.TEXT)
        .show_unfilled(True)
        .reduce_options(_last())
    )


def _timeline(_panel: Panel) -> Any:
    return (
        statetimeline.Panel()
        .merge_values(True)
        .show_value(c.VisibilityMode.AUTO)
        .row_height(0.85)
        .fill_opacity(85)
        .legend(
            common.VizLegendOptions()
            .show_legend(True)
            .display_mode(c.LegendDisplayMode.LIST)
            .placement(c.LegendPlacement.BOTTOM)
        )
        .tooltip(common.VizTooltipOptions().mode(c.TooltipDisplayMode.SINGLE).sort(c.SortOrder.NONE))
    )


_BUILDERS: dict[str, Callable[[Panel], Any]] = {
    "stat": _stat,
    "table": _table,
    "timeseries": _timeseries,
    "bargauge": _bargauge,
    "state-timeline": _timeline,
}


def _last() -> common.ReduceDataOptions:
    return common.ReduceDataOptions().values(False).calcs(["lastNotNull"])


def _transformations(panel: Panel) -> Iterator[d.DataTransformerConfig]:
    if panel.kind != "table":
        return
    if panel.matrix:
        row, column = panel.matrix
        options: dict[str, object] = {"rowField": row, "columnField": column, "valueField": "Value"}
        yield d.DataTransformerConfig(id_val="groupingToMatrix", options=options)
        return
    if len(panel.queries) > 1:
        yield d.DataTransformerConfig(id_val="merge", options={})
    shown = [column.field for column in panel.columns]
    values = (
        ["Value"] if len(panel.queries) == 1 else [f"Value #{chr(65 + n)}" for n in range(len(panel.queries))]
    )
    hidden = ["Time", *(name for name in values if name not in shown)]
    order = {name: number for number, name in enumerate(shown)}
    yield d.DataTransformerConfig(
        id_val="organize", options={"excludeByName": dict.fromkeys(hidden, True), "indexByName": order}
    )


def fields_of(made: Any, panel: Panel, language: Language, link_of: LinkOf) -> Any:
    """The builder with units, states, limits and links of its fields."""
    made = made.unit(panel.unit)
    if panel.decimals is not None:
        made = made.decimals(panel.decimals)
    if panel.least is not None:
        made = made.min(panel.least)
    if panel.most is not None:
        made = made.max(panel.most)
    if panel.states:
        made = made.mappings(_mappings(panel.states, language))
    steps = panel.steps or ((None, "plain" if panel.kind != "table" else "none"),)
    made = made.thresholds(_thresholds(steps))
    is_by_step = panel.kind != "timeseries" and (
        panel.steps or panel.states or panel.kind in ("stat", "table")
    )
    mode = d.FieldColorModeId.THRESHOLDS if is_by_step else d.FieldColorModeId.PALETTE_CLASSIC
    made = made.color_scheme(make.FieldColor().mode(mode))
    if panel.link:
        made = made.override_by_field_type("number", [_property("links", [link_of(panel.link)])])
    if panel.matrix:
        made = made.cell_options(c.TableColoredBackgroundCellOptions())
        made = made.override_by_regexp(
            "/\\\\/",  # Grafana calls the first column row\column
            [
                _property("displayName", say(words.SCHOOL, language)),
                _property("custom.cellOptions", {"type": "auto"}),
            ],
        )
    for number, query in enumerate(panel.queries):
        if properties := list(_of_query(query)):
            made = made.override_by_query(chr(ord("A") + number), properties)
    for column in panel.columns:
        made = made.override_by_name(column.field, list(_of_column(column, language, link_of)))
    return made


def _of_query(query: Query) -> Iterator[d.DynamicConfigValue]:
    if query.is_goal:
        yield _property("custom.lineStyle", {"fill": "dash", "dash": [10, 10]})
        yield _property("custom.fillOpacity", 0)
        yield _property("color", {"mode": "fixed", "fixedColor": words.COLOURS["bad"]})
    if query.is_below:
        yield _property("custom.transform", "negative-Y")


def _of_column(column: Column, language: Language, link_of: LinkOf) -> Iterator[d.DynamicConfigValue]:
    yield _property("displayName", say(column.title, language))
    if column.unit:
        yield _property("unit", column.unit)
    if column.decimals is not None:
        yield _property("decimals", column.decimals)
    if column.states:
        yield _property("mappings", _mappings(column.states, language))
        yield _property("custom.cellOptions", {"type": "color-background", "mode": "basic"})
    if column.bar:
        yield _property("custom.cellOptions", {"type": "gauge", "mode": "basic"})
        yield _property("min", 0)
        yield _property("max", 1)
    if column.width:
        yield _property("custom.width", column.width)
    if column.link:
        yield _property("links", [link_of(column.link)])


def _property(name: str, value: object) -> d.DynamicConfigValue:
    return d.DynamicConfigValue(id_val=name, value=value)


def _mappings(states: str, language: Language) -> list[d.ValueMapping]:
    options = {
        value: d.ValueMappingResult(text=say(text, language), color=words.COLOURS[colour], index=number)
        for number, (value, text, colour) in enumerate(words.STATES[states])
    }
    return [d.ValueMap(options=options)]


def _thresholds(steps: tuple[tuple[float | None, str], ...]) -> make.ThresholdsConfig:
    return (
        make.ThresholdsConfig()
        .mode(d.ThresholdsMode.ABSOLUTE)
        .steps([d.Threshold(value=value, color=words.COLOURS[colour]) for value, colour in steps])
    )
