"""Panels in one line: a number, a graph, bars, a table, states over time."""

from __future__ import annotations

from typing import Any

from exporters.grafana.model import Link, Panel, Query, Text

TO_SCHOOL = Link("school", (("school", "school"),))


def stat(title: Text, about: Text, expr: str, width: int, **more: Any) -> Panel:
    """One number."""
    return Panel(kind="stat", title=title, about=about, queries=(Query(expr),), width=width, **more)


def graph(title: Text, about: Text, queries: tuple[Query, ...], width: int, **more: Any) -> Panel:
    """Lines over time."""
    return Panel(kind="timeseries", title=title, about=about, queries=queries, width=width, **more)


def bars(title: Text, about: Text, queries: tuple[Query, ...], width: int, **more: Any) -> Panel:
    """One bar for each series, now."""
    return Panel(kind="bargauge", title=title, about=about, queries=queries, width=width, **more)


def grid(title: Text, about: Text, exprs: tuple[str, ...], width: int, **more: Any) -> Panel:
    """A table of now: queries A, B, ... joined by the labels that they share."""
    queries = tuple(Query(expr) for expr in exprs)
    return Panel(kind="table", title=title, about=about, queries=queries, width=width, **more)


def timeline(title: Text, about: Text, queries: tuple[Query, ...], width: int, **more: Any) -> Panel:
    """States over time."""
    return Panel(kind="state-timeline", title=title, about=about, queries=queries, width=width, **more)


def same(words: str) -> Text:
    """What is the same in both languages: names of labels, legends."""
    return words, words
