"""Writes the table of docs/performance.md from what the benchmarks last left in benchmarks/out.

The rows of a benchmark that left nothing there stay as they are.
"""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path

from figures import OUT

PAGE = Path(__file__).resolve().parents[1] / "docs" / "performance.md"
BEGIN, END = "<!-- figures: begin (make bench) -->", "<!-- figures: end -->"
MACHINE = ("python", "processors", "machine")


def table(results: list[dict[str, object]], kept: dict[str, list[str]]) -> str:
    """One row a figure, in the order of the benchmarks' own output. ``kept``: rows by benchmark."""
    rows = dict(kept)
    for result in results:
        name = str(result.pop("benchmark"))
        figures = {key: value for key, value in result.items() if key not in MACHINE}
        rows[name] = [f"| {name} | `{key}` | {shown(value)} |" for key, value in figures.items()]
    lines = [line for name in sorted(rows) for line in rows[name]]
    return "\n".join(["| benchmark | figure | value |", "|---|---|---:|", *lines])


def rows_of(page: str) -> dict[str, list[str]]:
    """The rows that the page has, by benchmark."""
    rows: dict[str, list[str]] = {}
    for line in page.splitlines():
        if found := re.match(r"\| (\S+) \| `", line):
            rows.setdefault(found[1], []).append(line)
    return rows


def shown(value: object) -> str:
    if value is None:
        return "not measured"
    return f"{value:,}" if isinstance(value, int) else str(value)


def machines(results: list[dict[str, object]]) -> str:
    """What the figures were measured on, once for each kind of machine."""
    found = {tuple(str(result.get(key, "?")) for key in MACHINE) for result in results}
    texts = [f"Python {python}, {cpus} processors, {arch}" for python, cpus, arch in sorted(found)]
    return "Measured on: " + "; ".join(texts) + "."


def with_table(page: str, text: str) -> str:
    """The page with what stands between the markers replaced."""
    before, begin, rest = page.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        sys.exit(f"{PAGE}: the lines {BEGIN!r} and {END!r} are missing")
    return f"{before}{BEGIN}\n\n{text}\n\n{END}{after}"


def main() -> None:
    files = sorted(OUT.glob("*.json"))
    if not files:
        sys.exit(f"no figures in {OUT}: run a benchmark first, for example `make bench-report`")
    results = [json.loads(file.read_text(encoding="utf-8").splitlines()[-1]) for file in files]
    page = PAGE.read_text(encoding="utf-8")
    PAGE.write_text(
        with_table(page, f"{machines(results)}\n\n{table(results, rows_of(page))}"), encoding="utf-8"
    )
    print(f"{PAGE.name}: {len(files)} benchmarks")


if __name__ == "__main__":
    main()
