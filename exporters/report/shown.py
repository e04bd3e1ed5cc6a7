"""A cell as people read it, in one language. All printed formats ask here, so that they cannot disagree."""

from __future__ import annotations

import math
from collections.abc import Callable
from datetime import datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

from exporters.report.codes import CODES, code_words, state_word
from exporters.report.tables import Cell, Column, Kind
from inventory import reasons
from inventory.advice import ADVICE
from inventory.metrics.catalogue import catalogue
from inventory.words import Language, say


def heading(column: Column, language: Language) -> str:
    """The heading of a column."""
    return column.heading if column.plan_words else say(column.heading, language)


def shown(cell: Cell, column: Column, language: Language, timezone: str) -> str:
    """The cell in words; nothing where it is not known."""
    if cell is None or cell == "":
        return ""
    if column.kind == "time":
        return local_time(float(cell), timezone)
    if isinstance(cell, str):
        return _said(column.kind, cell, language) if column.kind in _WORDS else cell
    return percent(int(cell)) if column.kind == "percent" else figure(cell)


@lru_cache(maxsize=1 << 16)
def _said(kind: Kind, cell: str, language: Language) -> str:
    """The words of a code. A large county says the same few a million times."""
    return _WORDS[kind](cell, language)


def percent(bp: int) -> str:
    """Basis points as percent with one decimal, truncated: 9996 is 99.9."""
    return f"{bp // 100}.{bp % 100 // 10}"


def figure(value: float) -> str:
    """A number without needless digits: 10000, 0.666 (cut, not rounded: 0.9999 must not print as 1)."""
    if isinstance(value, int) or value.is_integer():
        return str(int(value))
    return f"{_cut(value * 1000) / 1000:.3f}".rstrip("0").rstrip(".")


def amount(value: float, unit: str) -> str:
    """A value with its unit as people say it: a ratio as percent."""
    if unit == "ratio":
        return f"{percent(_cut(value * 10000))} %"
    return f"{figure(value)} {unit}".rstrip()


def _cut(value: float) -> int:
    """The whole number below; a hair above it, because 0.57 * 1000 is 569.9999999999999."""
    return math.floor(value + 1e-6)


@lru_cache(maxsize=1 << 16)
def local_time(seconds: float, timezone: str) -> str:
    """Local time to the minute."""
    return datetime.fromtimestamp(seconds, ZoneInfo(timezone)).strftime("%Y-%m-%d %H:%M")


def _metric(name: str, language: Language) -> str:
    metric = catalogue().get(name)
    return metric.name(language) if metric else name


def unit_words(unit: str, language: Language) -> str:
    """A unit in words where it counts things, else as it is."""
    return code_words(unit, language) if unit in CODES else unit


def _item(name: str, language: Language) -> str:
    return _metric(name, language) if name in catalogue() else code_words(name, language)


def _goal(goal: str, language: Language) -> str:
    number, _, unit = goal.rpartition(" ")
    return f"{number} {code_words(unit, language)}".strip()


def _method(method: str, language: Language) -> str:
    metric, *params = method.split("; ")
    return "; ".join(
        [f"{_metric(metric, language)} ({metric})", *(_param(each, language) for each in params)]
    )


def _param(param: str, language: Language) -> str:
    given, mark, origin = param.partition(" [")
    return f"{given} [{code_words(origin.removesuffix(']'), language)}]" if mark else given


def _advice(reason: str, language: Language) -> str:
    return say(ADVICE[reason].do, language) if reason in ADVICE else ""


def _helper(reason: str, language: Language) -> str:
    return say(ADVICE[reason].who, language) if reason in ADVICE else ""


_WORDS: dict[str, Callable[[str, Language], str]] = {
    "state": state_word,
    "code": code_words,
    "metric": _metric,
    "item": _item,
    "unit": unit_words,
    "method": _method,
    "goal": _goal,
    "reason": reasons.words,
    "advice": _advice,
    "helper": _helper,
}
