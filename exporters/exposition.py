"""The Prometheus text format 0.0.4, written fast.

prometheus_client renders from a registry of objects, one per series, and takes seconds for the pages of a
province; this is one pass over plain tuples. The tests read every page back with prometheus_client's parser.
Samples carry no timestamps: a series that is left out is gone at the next scrape, one with a timestamp
lingers for five minutes.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"

Sample = tuple[tuple[str, ...], float]
"""Label values in the order of the family's labels, and the value."""

_SPARE = 10_000
_LAST_OF_NONE = frozenset("nf")
_NOT_FINITE = {"nan": "NaN", "inf": "+Inf", "-inf": "-Inf"}


@dataclass(frozen=True, slots=True)
class Family:
    """One metric: every series of it has the same labels. ``help`` says meaning, unit and source."""

    name: str
    labels: tuple[str, ...]
    help: str
    type: str = "gauge"


Tables = Iterable[tuple[Family, Iterable[Sample]]]


class Writer:
    """Writes the same page again and again: what its series share is made once, while they stay."""

    def __init__(self) -> None:
        self._escapes = _Escapes()
        self._blocks: dict[tuple[str, ...], _Blocks] = {}

    def write(self, tables: Tables) -> bytes:
        """The page in UTF-8: the lines of one family together, a family without samples left out."""
        lines: list[str] = []
        written: Counter[tuple[str, ...]] = Counter()
        for family, samples in tables:
            if family.labels not in self._blocks:
                self._blocks[family.labels] = _Blocks(family.labels, self._escapes)
            name, blocks = family.name, self._blocks[family.labels]
            # One expression a line: this runs hundreds of thousands of times for a province.
            if body := [f"{name}{blocks[labels]}{value!r}" for labels, value in samples]:
                if not _LAST_OF_NONE.isdisjoint({line[-1] for line in body}):
                    body = [_finite(line) for line in body]
                lines += _head(family)
                lines += body
                written[family.labels] += len(body)
        self._forget(written)
        lines.append("")
        # A lone surrogate cannot be UTF-8; a page must not die of one name.
        return "\n".join(lines).encode("utf-8", "replace")

    def _forget(self, written: Mapping[tuple[str, ...], int]) -> None:
        """Let go of labels that are on no page any more, where they have become many."""
        for labels, blocks in self._blocks.items():
            if len(blocks) > 2 * written.get(labels, 0) + _SPARE:
                blocks.clear()
        if len(self._escapes) > 2 * sum(map(len, self._blocks.values())) + _SPARE:
            self._escapes.clear()


def render(page: Tables) -> bytes:
    """A page that is written once."""
    return Writer().write(page)


def _head(family: Family) -> Sequence[str]:
    words = family.help.replace("\\", r"\\").replace("\n", r"\n")
    return (f"# HELP {family.name} {words}", f"# TYPE {family.name} {family.type}")


def _finite(line: str) -> str:
    """The line with the word that the format has for a number that is none."""
    start, _space, value = line.rpartition(" ")
    return f"{start} {_NOT_FINITE.get(value, value)}"


class _Escapes(dict[str, str]):
    """Label value -> escaped label value; the same few values come thousands of times on one page."""

    def __missing__(self, value: str) -> str:
        escaped = value.replace("\\", r"\\").replace('"', r"\"").replace("\n", r"\n")
        self[value] = escaped
        return escaped


class _Blocks(dict[tuple[str, ...], str]):
    """Label values -> ``{name="value",...} ``; metrics with the same labels share their blocks."""

    def __init__(self, names: tuple[str, ...], escapes: _Escapes) -> None:
        super().__init__()
        self._form = "{" + ",".join(f'{name}="%s"' for name in names) + "} "
        self._escapes = escapes

    def __missing__(self, values: tuple[str, ...]) -> str:
        self[values] = block = self._form % tuple(self._escapes[value] for value in values) if values else " "
        return block
