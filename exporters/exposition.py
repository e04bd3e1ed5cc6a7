"""The Prometheus text format 0.0.4, written fast.

prometheus_client renders from a registry of objects, one per series, and takes seconds for the pages of a
province; this is one pass over plain tuples. The tests read every page back with prometheus_client's parser.
Samples carry no timestamps: a series that is left out is gone at the next scrape, one with a timestamp
lingers for five minutes.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"

Sample = tuple[tuple[str, ...], float]
"""Label values in the order of the family's labels, and the value."""

_NOT_FINITE = {"nan": "NaN", "inf": "+Inf", "-inf": "-Inf"}


@dataclass(frozen=True, slots=True)
class Family:
    """One metric: every series of it has the same labels. ``help`` says meaning, unit and source."""

    name: str
    labels: tuple[str, ...]
    help: str
    type: str = "gauge"


def render(page: Iterable[tuple[Family, Iterable[Sample]]]) -> bytes:
    """The page in UTF-8: the lines of one family together, a family without samples left out."""
    escapes = _Escapes()
    blocks: dict[tuple[str, ...], _Blocks] = {}
    lines: list[str] = []
    for family, samples in page:
        if family.labels not in blocks:
            blocks[family.labels] = _Blocks(family.labels, escapes)
        if body := _body(family.name, samples, blocks[family.labels]):
            lines += _head(family)
            lines += body
    lines.append("")
    # A lone surrogate cannot be UTF-8; a page must not die of one name.
    return "\n".join(lines).encode("utf-8", "replace")


def _head(family: Family) -> Sequence[str]:
    words = family.help.replace("\\", r"\\").replace("\n", r"\n")
    return (f"# HELP {family.name} {words}", f"# TYPE {family.name} {family.type}")


def _body(name: str, samples: Iterable[Sample], blocks: _Blocks) -> list[str]:
    # One expression a line: this runs hundreds of thousands of times for a province.
    finite = _NOT_FINITE.get
    return [f"{name}{blocks[labels]} {finite(text := repr(value), text)}" for labels, value in samples]


class _Escapes(dict[str, str]):
    """Label value -> escaped label value; the same few values come thousands of times on one page."""

    def __missing__(self, value: str) -> str:
        escaped = value.replace("\\", r"\\").replace('"', r"\"").replace("\n", r"\n")
        self[value] = escaped
        return escaped


class _Blocks(dict[tuple[str, ...], str]):
    """Label values -> ``{name="value",...}``; metrics with the same labels share their blocks."""

    def __init__(self, names: tuple[str, ...], escapes: _Escapes) -> None:
        super().__init__({(): ""})
        self._form = "{" + ",".join(f'{name}="%s"' for name in names) + "}"
        self._escapes = escapes

    def __missing__(self, values: tuple[str, ...]) -> str:
        self[values] = block = self._form % tuple(self._escapes[value] for value in values)
        return block
