"""Drawing answers as Grafana's panels would show them, in plain HTML and SVG."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

Frames = list[tuple[dict[str, Any], list[dict[str, Any]]]]
"""(target, series) of each query"""
Size = tuple[float, float]
Span = tuple[float, float]

PALETTE = ("#73BF69", "#F2CC0C", "#8AB8FF", "#FF780A", "#F2495C", "#5794F2", "#B877D9", "#705DA0", "#37872D")
_PREFIXES = ((1e12, "T"), (1e9, "G"), (1e6, "M"), (1e3, "k"), (1.0, ""))
_SI = {"bps": "b/s", "pps": "p/s", "Bps": "B/s", "bytes": "B", "cps": "c/s", "reqps": "req/s", "short": ""}
_PLAIN = {"dB": " dB", "dBm": " dBm", "celsius": " °C", "none": ""}
DAY = 86400


def text_of(value: float, unit: str, decimals: float | None = None) -> str:
    """A value in Grafana's unit."""
    if unit == "percentunit":
        return f"{value * 100:.{int(decimals or 0) if decimals is not None else 1}f}%"
    if unit == "dtdurations":
        sign, left = ("-" if value < 0 else ""), abs(value)
        for size, name in ((DAY, "d"), (3600, "h"), (60, "min")):
            if left >= size:
                return f"{sign}{left / size:.1f} {name}"
        return f"{sign}{left:.0f} s"
    if unit.startswith("dateTime"):
        moment = datetime.fromtimestamp(value / 1000, UTC)
        return f"{moment:%Y-%m-%d %H:%M}" if unit == "dateTimeAsIso" else f"{moment:%H:%M:%S}"
    if unit in ("s", "amp"):
        return f"{value * 1000:.3g} m{unit[0]}" if abs(value) < 1 and value else f"{value:.3g} {unit[0]}"
    if unit in _SI:
        size, prefix = next(((s, p) for s, p in _PREFIXES if abs(value) >= s), (1.0, ""))
        return f"{value / size:.3g} {prefix}{_SI[unit]}"
    number = f"{value:.{int(decimals)}f}" if decimals is not None else f"{value:.4g}"
    return number + _PLAIN.get(unit, f" {unit}")


def mapped(mappings: list[dict[str, Any]], value: str) -> tuple[str, str] | None:
    """(words, colour) of a state."""
    for mapping in mappings:
        if found := mapping["options"].get(value):
            return found["text"], found["color"]
    return None


def stepped(defaults: dict[str, Any], value: float) -> str:
    """The colour of the last threshold that is reached."""
    reached = [
        s["color"] for s in defaults["thresholds"]["steps"] if s.get("value") is None or value >= s["value"]
    ]
    return str(reached[-1])


def _plain(value: float) -> str:
    return f"{value:.10g}"


def legend(target: dict[str, Any], series: dict[str, Any]) -> str:
    """The name of a line."""
    form = target.get("legendFormat", "")
    if form == "__auto":
        return ", ".join(f"{k}={v}" for k, v in series["metric"].items()) or target["refId"]
    return re.sub(r"\{\{(\w+)\}\}", lambda m: series["metric"].get(m[1], ""), form)


def stat(panel: dict[str, Any], frames: Frames, _size: Size, _span: Span) -> str:
    defaults = panel["fieldConfig"]["defaults"]
    value = float(frames[0][1][0]["value"][1])
    words = text_of(value, defaults["unit"], defaults.get("decimals"))
    return f'<div class="big" style="color:{stepped(defaults, value)}">{html.escape(words)}</div>'


def bargauge(panel: dict[str, Any], frames: Frames, _size: Size, _span: Span) -> str:
    defaults = panel["fieldConfig"]["defaults"]
    rows = [(legend(target, one), float(one["value"][1])) for target, found in frames for one in found]
    most = defaults.get("max") or max((abs(value) for _name, value in rows), default=1) or 1
    is_palette = defaults["color"]["mode"] == "palette-classic"
    made = []
    for number, (name, value) in enumerate(rows):
        colour = PALETTE[number % len(PALETTE)] if is_palette else stepped(defaults, value)
        words = text_of(value, defaults["unit"], defaults.get("decimals"))
        width = max(0.0, min(100.0, 100 * value / most))
        made.append(
            f'<div class="bar"><span>{html.escape(name)}</span><div><i style="width:{width:.1f}%;'
            f'background:{colour}"></i></div><b>{html.escape(words)}</b></div>'
        )
    return "".join(made)


def timeseries(panel: dict[str, Any], frames: Frames, size: Size, span: Span) -> str:
    defaults = panel["fieldConfig"]["defaults"]
    overrides = {o["matcher"]["options"]: o["properties"] for o in panel["fieldConfig"]["overrides"]}
    is_stacked = defaults["custom"].get("stacking", {}).get("mode") == "normal"
    lines = []
    base: dict[float, float] = {}
    for target, found in frames:
        own = {p["id"]: p["value"] for p in overrides.get(target["refId"], [])}
        sign = -1 if own.get("custom.transform") == "negative-Y" else 1
        for one in found:
            points = [(float(t), sign * float(v)) for t, v in one["values"] if v not in ("NaN", "+Inf")]
            if is_stacked:
                points = [(t, v + base.get(t, 0.0)) for t, v in points]
                base |= dict(points)
            lines.append((legend(target, one), points, "custom.lineStyle" in own))
    values = [v for _name, points, _dash in lines for _t, v in points] or [0.0]
    low = min(values) if defaults.get("min") is None else min(defaults["min"], *values)
    high = max(values) if defaults.get("max") is None else max(defaults["max"], *values)
    high = high if high > low else low + (abs(low) or 1)
    width, height = size[0] - 70, size[1] - 34

    def at(t: float, v: float) -> str:
        x = 64 + (t - span[0]) / (span[1] - span[0]) * width
        return f"{x:.1f},{6 + (high - v) / (high - low) * (height - 12):.1f}"

    drawn = []
    for step in range(5):
        v = low + (high - low) * step / 4
        start, end = at(span[0], v), at(span[1], v)
        (x1, y1), (x2, y2) = start.split(","), end.split(",")
        drawn.append(f'<line x1="{x1}" y1="{y1}" x2="{x2}" y2="{y2}" stroke="#2c3235"/>')
        words = html.escape(text_of(v, defaults["unit"]))
        drawn.append(
            f'<text x="58" y="{float(y1) + 4:.0f}" fill="#8e8e9e" font-size="11"'
            f' text-anchor="end">{words}</text>'
        )
    names = []
    for number, (name, points, is_dashed) in enumerate(lines):
        colour = "#B3261E" if is_dashed else PALETTE[number % len(PALETTE)]
        dash = ' stroke-dasharray="6 5"' if is_dashed else ""
        path = " ".join(at(t, v) for t, v in points)
        drawn.append(f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="1.5"{dash}/>')
        names.append(f'<span style="color:{colour}">━ {html.escape(name)}</span>')
    svg = f'<svg width="{size[0]:.0f}" height="{height:.0f}">{"".join(drawn)}</svg>'
    return f'{svg}<div class="legend">{" &nbsp; ".join(names)}</div>'


def state_timeline(panel: dict[str, Any], frames: Frames, size: Size, span: Span) -> str:
    mappings = panel["fieldConfig"]["defaults"]["mappings"]
    rows = [(legend(target, one), one["values"]) for target, found in frames for one in found]
    each = min(34.0, (size[1] - 4) / max(1, len(rows)))
    drawn = []
    for number, (name, points) in enumerate(rows):
        y = number * each
        words = html.escape(name[:26])
        drawn.append(f'<text x="2" y="{y + each / 2 + 4:.0f}" fill="#ccccdc" font-size="11">{words}</text>')
        step = (size[0] - 170) / max(1, len(points))
        for place, (_t, value) in enumerate(points):
            _words, colour = mapped(mappings, _plain(float(value))) or ("", "#666")
            x = 165 + place * step
            drawn.append(
                f'<rect x="{x:.1f}" y="{y + 2:.1f}" width="{step + 0.6:.1f}"'
                f' height="{each - 4:.1f}" fill="{colour}"/>'
            )
        last = mapped(mappings, _plain(float(points[-1][1])))
        if last:
            drawn.append(
                f'<text x="175" y="{y + each / 2 + 4:.0f}" font-size="11"'
                f' fill="#fff">{html.escape(last[0])}</text>'
            )
    return f'<svg width="{size[0]:.0f}" height="{size[1]:.0f}">{"".join(drawn)}</svg>'


def table(panel: dict[str, Any], frames: Frames, _size: Size, _span: Span) -> str:
    matrix = next((t["options"] for t in panel["transformations"] if t["id"] == "groupingToMatrix"), None)
    rows = _matrix(frames[0][1], matrix) if matrix else _merged(frames)
    overrides = {
        o["matcher"]["options"]: {p["id"]: p["value"] for p in o["properties"]}
        for o in panel["fieldConfig"]["overrides"]
        if o["matcher"]["id"] == "byName"
    }
    fields = list(rows[0]) if matrix else list(overrides)
    titles = {overrides.get(field, {}).get("displayName", field): field for field in fields}
    for sort in panel["options"].get("sortBy") or []:
        field = titles.get(sort["displayName"], "")
        rows.sort(key=lambda r: (r.get(field) is None, r.get(field) or 0), reverse=sort.get("desc") or False)
    defaults = panel["fieldConfig"]["defaults"]
    head = "".join(f"<th>{html.escape(title)}</th>" for title in titles)
    body = "".join(
        "<tr>"
        + "".join(_cell(row.get(field), overrides.get(field, {}), defaults) for field in fields)
        + "</tr>"
        for row in rows[:40]
    )
    return f"<table><tr>{head}</tr>{body}</table>"


def _cell(value: Any, own: dict[str, Any], defaults: dict[str, Any]) -> str:
    if value is None:
        return "<td></td>"
    known = mapped(
        own.get("mappings") or defaults.get("mappings") or [],
        value if isinstance(value, str) else _plain(value),
    )
    if known:
        ink = "#111" if known[1] == "#F2C037" else "#fff"
        return f'<td style="background:{known[1]};color:{ink}">{html.escape(known[0])}</td>'
    if isinstance(value, str):
        link = ' style="color:#6e9fff"' if "links" in own else ""
        return f"<td{link}>{html.escape(value)}</td>"
    words = html.escape(text_of(value, own.get("unit") or defaults["unit"], own.get("decimals")))
    if own.get("custom.cellOptions", {}).get("type") == "gauge":
        return (
            f'<td><div class="bar"><div><i style="width:{100 * value:.0f}%;background:#5794F2"></i></div>'
            f"<b>{words}</b></div></td>"
        )
    return f"<td>{words}</td>"


def _merged(frames: Frames) -> list[dict[str, Any]]:
    """Rows of several queries joined by the labels that all of them have."""
    found_labels = [set(found[0]["metric"]) for _target, found in frames if found]
    common = set.intersection(*found_labels)
    rows: dict[tuple[str, ...], dict[str, Any]] = {}
    for target, found in frames:
        field = "Value" if len(frames) == 1 else f"Value #{target['refId']}"
        for number, one in enumerate(found):
            key = tuple(one["metric"].get(name, "") for name in sorted(common))
            key = key if len(frames) > 1 else (*key, str(number))
            rows.setdefault(key, {}).update(one["metric"])
            rows[key][field] = float(one["value"][1])
    return list(rows.values())


def _matrix(found: list[dict[str, Any]], options: dict[str, Any]) -> list[dict[str, Any]]:
    first = f"{options['rowField']}\\{options['columnField']}"
    rows: dict[str, dict[str, Any]] = {}
    columns = sorted({one["metric"][options["columnField"]] for one in found})
    for one in found:
        name = one["metric"][options["rowField"]]
        row = rows.setdefault(name, {first: name} | dict.fromkeys(columns))
        row[one["metric"][options["columnField"]]] = float(one["value"][1])
    return list(rows.values())


DRAW: dict[str, Callable[[dict[str, Any], Frames, Size, Span], str]] = {
    "stat": stat,
    "table": table,
    "timeseries": timeseries,
    "bargauge": bargauge,
    "state-timeline": state_timeline,
}
