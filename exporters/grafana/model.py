"""What a dashboard is made of, as data: frozen rows that know nothing of Grafana's JSON."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

Text = tuple[str, str]
"""Chinese, English."""
Language = Literal["zh", "en"]
LANGUAGES: tuple[Language, ...] = get_args(Language)

Kind = Literal["stat", "table", "timeseries", "bargauge", "state-timeline"]
Step = tuple[float | None, str]
"""From this value on (None: from the start), a colour of words.COLOURS."""

COLUMNS = 24
"""Width of Grafana's grid."""
SCRAPE = "1m"
"""Minimum interval of what the collector's pages say: how often they are scraped."""
POLL = "5m"
"""Minimum interval of what is counted at devices: they are polled every five minutes, and a rate over less
than two polls is nothing or twice too much."""


def say(text: Text, language: Language) -> str:
    """The text in one language."""
    return text[LANGUAGES.index(language)]


@dataclass(frozen=True, slots=True)
class Query:
    """``is_goal`` draws a dashed line, ``is_below`` draws below the axis."""

    expr: str
    legend: Text = ("", "")
    is_goal: bool = False
    is_below: bool = False


@dataclass(frozen=True, slots=True)
class Link:
    """To another dashboard (its key): time and shared variables go along, ``fields`` are (variable, field);
    a field is a cell of the row, or with ``@`` a label of the series."""

    board: str
    fields: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a table: ``field`` is a label, or ``Value #A`` of query A (``Value`` of the only one)."""

    field: str
    title: Text
    unit: str = ""
    states: str = ""
    width: int = 0
    decimals: int | None = None
    link: Link | None = None
    bar: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """One panel. ``states`` names a table of words.STATES; ``matrix`` is (row field, column field) of a table
    that turns one query's rows into a matrix; ``legend_table`` shows last and greatest values."""

    kind: Kind
    title: Text
    about: Text
    queries: tuple[Query, ...]
    width: int
    unit: str = "none"
    states: str = ""
    columns: tuple[Column, ...] = ()
    steps: tuple[Step, ...] = ()
    interval: str = SCRAPE
    least: float | None = None
    most: float | None = None
    decimals: int | None = None
    repeat: str = ""
    matrix: tuple[str, str] | None = None
    sort: tuple[str, bool] | None = None
    """(field, descending)"""
    is_stacked: bool = False
    legend_table: bool = False
    link: Link | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """Panels side by side under a title; their widths fill the grid, line by line."""

    title: Text
    height: int
    panels: tuple[Panel, ...]


@dataclass(frozen=True, slots=True)
class Variable:
    """A query variable. ``regex`` may name groups ``value`` and ``text``; only ``is_many`` has All."""

    name: str
    label: Text
    query: str
    regex: str = ""
    is_many: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Board:
    """One dashboard; ``key`` makes its uid, and is its file's name."""

    key: str
    title: Text
    about: Text
    variables: tuple[Variable, ...]
    rows: tuple[Row, ...]
    since: str = "now-24h"
