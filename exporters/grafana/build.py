"""Dashboards as Grafana's JSON, through the foundation SDK."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from grafana_foundation_sdk.builders import dashboard as make
from grafana_foundation_sdk.builders import prometheus as query
from grafana_foundation_sdk.cog.encoder import JSONEncoder
from grafana_foundation_sdk.models import dashboard as d
from grafana_foundation_sdk.models.common import DataSourceRef
from grafana_foundation_sdk.models.prometheus import PromQueryFormat

from exporters.grafana import words
from exporters.grafana.links import url_of
from exporters.grafana.model import COLUMNS, Board, Language, Link, Panel, Query, Row, Text, Variable, say
from exporters.grafana.panels import builder_of, fields_of
from exporters.grafana.select import ANNOTATIONS

SOURCE = DataSourceRef(type_val="prometheus", uid="${datasource}")
TAG = "wanzhao"
ALL = ".*"


def uid_of(board: str, language: Language) -> str:
    """The dashboard's address in Grafana, the same scheme in both languages."""
    return f"{TAG}-{board}-{language}"


def dashboard_json(board: Board, boards: dict[str, Board], language: Language) -> str:
    """One dashboard, ready to import or to provision; the same data give the same bytes."""
    encoded = JSONEncoder(ensure_ascii=False, indent=2, sort_keys=True).encode(
        _dashboard(board, boards, language).build()
    )
    # Optional fields that are not set would be null, which Grafana does not ask for.
    return json.dumps(json.loads(encoded), ensure_ascii=False, indent=2, sort_keys=True) + "\n"


def _dashboard(board: Board, boards: dict[str, Board], language: Language) -> make.Dashboard:
    made = (
        make.Dashboard(say(board.title, language))
        .uid(uid_of(board.key, language))
        .description(say(board.about, language))
        .tags([TAG, language])
        .time(board.since, "now")
        .refresh("1m")
        .timezone("browser")
        .tooltip(d.DashboardCursorSync.CROSSHAIR)
        .readonly()
        .link(
            make.DashboardLink(say(words.ALL_BOARDS, language))
            .type(d.DashboardLinkType.DASHBOARDS)
            .tags([TAG, language])
            .as_dropdown(True)
            .include_vars(True)
            .keep_time(True)
        )
    )
    for variable in _variables(board, language):
        made = made.with_variable(variable)
    for annotation in _annotations(board, language):
        made = made.annotation(annotation)
    number, y = 0, 0
    for row in board.rows:
        number += 1
        made = made.with_row(make.Row(say(row.title, language)).id(number).grid_pos(_grid(0, y, COLUMNS, 1)))
        y += 1
        for panel, x, down in _laid_out(row):
            number += 1
            made = made.with_panel(
                _panel(panel, board, boards, language)
                .id(number)
                .grid_pos(_grid(x, y + down, panel.width, row.height))
            )
        y += row.height * (sum(panel.width for panel in row.panels) // COLUMNS)
    return made


def _laid_out(row: Row) -> Iterator[tuple[Panel, int, int]]:
    """(panel, x, y within the row); lines are full."""
    x = y = 0
    for panel in row.panels:
        yield panel, x, y
        x += panel.width
        if x > COLUMNS:
            raise ValueError(f"a line of {row.title[1]!r} is wider than the grid")
        if x == COLUMNS:
            x, y = 0, y + row.height
    if x:
        raise ValueError(f"the last line of {row.title[1]!r} does not fill the grid")


def _grid(x: int, y: int, w: int, h: int) -> d.GridPos:
    return d.GridPos(x=x, y=y, w=w, h=h)


def _panel(panel: Panel, board: Board, boards: dict[str, Board], language: Language) -> Any:
    made = builder_of(panel, language)
    made = (
        made.title(say(panel.title, language))
        .description(say(panel.about, language))
        .datasource(SOURCE)
        .interval(panel.interval)
        .no_value(say(words.NO_DATA, language))
    )
    for number, each in enumerate(panel.queries):
        made = made.with_target(_query(each, chr(ord("A") + number), panel, language))

    def link_of(link: Link) -> dict[str, object]:
        there = boards[link.board]
        title = say(words.OPEN, language) + say(there.title, language)
        return {
            "title": title,
            "url": url_of(link, board, there, uid_of(there.key, language)),
            "targetBlank": False,
        }

    return fields_of(made, panel, language, link_of)


def _query(each: Query, ref: str, panel: Panel, language: Language) -> query.Dataquery:
    made = query.Dataquery().ref_id(ref).datasource(SOURCE).expr(each.expr)
    made = made.legend_format(_legend(each.legend, language))
    if panel.kind in ("timeseries", "state-timeline"):
        return made.range().format(PromQueryFormat.TIME_SERIES)
    made = made.instant()
    return made.format(PromQueryFormat.TABLE if panel.kind == "table" else PromQueryFormat.TIME_SERIES)


def _legend(legend: Text, language: Language) -> str:
    return say(legend, language) or "__auto"


def _variables(board: Board, language: Language) -> Iterator[Any]:
    yield (
        make.DatasourceVariable("datasource")
        .label(say(words.SOURCE, language))
        .type("prometheus")
        .current(d.VariableOption(selected=True, text="default", value="default"))
    )
    for each in board.variables:
        yield _variable(each, language)
    yield make.AdHocVariable("filters").label(say(words.FILTERS, language)).datasource(SOURCE)


def _variable(each: Variable, language: Language) -> make.QueryVariable:
    made = (
        make.QueryVariable(each.name)
        .label(say(each.label, language))
        .datasource(SOURCE)
        .query(each.query)
        .definition(each.query)
        .regex(each.regex)
        .refresh(d.VariableRefresh.ON_TIME_RANGE_CHANGED)
        .sort(d.VariableSort.ALPHABETICAL_ASC)
        .multi(each.is_many)
        .include_all(each.is_many)
    )
    if each.is_many:
        made = made.all_value(ALL).current(
            d.VariableOption(selected=True, text=["All"], value=["$__all"])  # Grafana's own word for all
        )
    return made


def _annotations(board: Board, language: Language) -> Iterator[make.AnnotationQuery]:
    known = {variable.name for variable in board.variables}
    for name, text, expr, colour, is_time, needs in ANNOTATIONS:
        if needs <= known:
            yield (
                make.AnnotationQuery()
                .name(say(name, language))
                .datasource(SOURCE)
                .enable(True)
                .expr(expr)
                .icon_color(words.COLOURS[colour])
                .title_format(say(name, language))
                .text_format(text)
                .step("60s")
                .use_value_for_time(is_time)
            )
