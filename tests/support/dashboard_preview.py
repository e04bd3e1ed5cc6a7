"""Pictures of dashboards without Grafana: the layout of each and real answers, drawn as one HTML page.

``python tests/support/dashboard_preview.py OUTDIR [http://127.0.0.1:9090]`` writes a page and, where Chromium
is, a picture for each dashboard; without an address it serves and scrapes a county of its own. It shows that
panels are not empty, fit, and say what they should; what Grafana itself makes of them it cannot show.
"""

from __future__ import annotations

import html
import json
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from dashboard_county import ONE_SCHOOL, scraped
from dashboard_draw import DRAW, Frames
from dashboard_live import DASHBOARDS, Dashboard, Prometheus, panels, resolved, substituted

CELL_PX, ROW_PX, GAP_PX = 64, 38, 8
SECONDS, STEP_S = 60.0, 2.0
CSS = """
body{margin:0;background:#111217;color:#ccccdc;font:13px 'Noto Sans CJK SC','Noto Sans SC',sans-serif}
h1{font-size:20px;margin:12px 16px}
.vars{margin:0 16px 8px;color:#8e8e9e}
.board{position:relative;margin:0 8px}
.panel{position:absolute;background:#181b1f;border:1px solid #2c3235;border-radius:3px;overflow:hidden;
box-sizing:border-box}
.panel h3{font-size:13px;font-weight:500;margin:6px 8px;white-space:nowrap;overflow:hidden;
text-overflow:ellipsis}
.row{position:absolute;font-size:15px;font-weight:600;padding:8px 4px;box-sizing:border-box}
.body{position:absolute;left:8px;right:8px;top:28px;bottom:6px;overflow:hidden}
table{border-collapse:collapse;width:100%;font-size:12px;table-layout:auto}
th{color:#6e9fff;text-align:left}
th,td{border-bottom:1px solid #2c3235;padding:2px 6px;white-space:nowrap;overflow:hidden;
text-overflow:ellipsis;
max-width:280px;height:22px}
.big{font-size:30px;display:flex;align-items:center;justify-content:center;height:100%}
.empty{color:#8e8e9e;font-size:16px;display:flex;align-items:center;justify-content:center;height:100%}
.bar{display:flex;align-items:center;margin:2px 0;font-size:12px}
.bar span{width:42%;overflow:hidden;
white-space:nowrap;text-overflow:ellipsis;padding-right:6px;text-align:right;flex:none}
.bar div{flex:1;background:#22252b;height:16px;position:relative}
.bar i{position:absolute;left:0;top:0;bottom:0}
.bar b{font-weight:400;width:80px;padding-left:6px;flex:none}
.legend{font-size:11px;white-space:nowrap;overflow:hidden;text-overflow:ellipsis}
"""


def page(dashboard: Dashboard, server: Prometheus, **chosen: str) -> str:
    """One dashboard as HTML; nothing in it is loaded from elsewhere."""
    values = resolved(dashboard, server, **chosen)
    targets = [one for one in dashboard["templating"]["list"] if one["name"] == "target"]
    end = time.time()
    pieces = [_row(one) for one in dashboard["panels"] if one["type"] == "row"]
    for panel in panels(dashboard):
        at = panel["gridPos"]
        if panel.get("repeat") and targets:
            found = server.label_values("target", substituted(targets[0]["query"], values)[13:-9])
            shown = found[: int(panel["maxPerRow"])]
            for number, value in enumerate(shown):
                own = values | {"target": value}
                width = at["w"] / len(shown)
                place = at | {"x": at["x"] + number * width, "w": width}
                pieces.append(_panel(panel, place, own, server, end))
        else:
            pieces.append(_panel(panel, at, values, server, end))
    height = max(one["gridPos"]["y"] + one["gridPos"]["h"] for one in dashboard["panels"]) * ROW_PX + 20
    shown_values = " · ".join(
        f"{name} = {value}" for name, value in values.items() if not name.startswith("__")
    )
    return (
        f'<!doctype html><meta charset="utf-8"><style>{CSS}</style><h1>{html.escape(dashboard["title"])}</h1>'
        f'<p class="vars">{html.escape(shown_values)}</p>'
        f'<div class="board" style="width:{CELL_PX * 24}px;height:{height}px">{"".join(pieces)}</div>'
    )


def _box(at: dict[str, float]) -> str:
    return (
        f"left:{at['x'] * CELL_PX:.0f}px;top:{at['y'] * ROW_PX:.0f}px;"
        f"width:{at['w'] * CELL_PX - GAP_PX:.0f}px;height:{at['h'] * ROW_PX - GAP_PX:.0f}px"
    )


def _row(row: dict[str, Any]) -> str:
    return f'<div class="row" style="{_box(row["gridPos"])}">▾ {html.escape(row["title"])}</div>'


def _panel(
    panel: dict[str, Any], at: dict[str, float], values: dict[str, str], server: Prometheus, end: float
) -> str:
    frames: Frames = []
    for target in panel["targets"]:
        expr = substituted(target["expr"], values)
        found = server.over(expr, end - SECONDS, end, STEP_S) if target.get("range") else server.instant(expr)
        frames.append((target, found))
    title = html.escape(substituted(panel["title"], values))
    size = (at["w"] * CELL_PX - GAP_PX - 18, at["h"] * ROW_PX - GAP_PX - 36)
    if any(found for _target, found in frames):
        body = DRAW[panel["type"]](panel, frames, size, (end - SECONDS, end))
    else:
        body = f'<div class="empty">{html.escape(panel["fieldConfig"]["defaults"]["noValue"])}</div>'
    tip = html.escape(panel["description"], quote=True)
    inner = f'<h3>{title}</h3><div class="body">{body}</div>'
    return f'<div class="panel" style="{_box(at)}" title="{tip}">{inner}</div>'


def picture(path: Path, height: int) -> None:
    """A PNG beside the page, by a Chromium with a profile of its own."""
    with tempfile.TemporaryDirectory() as profile:
        subprocess.run(
            [
                "chromium",
                "--headless",
                "--no-sandbox",
                "--disable-gpu",
                "--no-first-run",
                "--disable-background-networking",
                "--disable-component-update",
                "--disable-sync",
                "--hide-scrollbars",
                f"--user-data-dir={profile}",
                f"--window-size={CELL_PX * 24 + 20},{height}",
                f"--screenshot={path.with_suffix('.png')}",
                path.as_uri(),
            ],
            check=True,
            capture_output=True,
            timeout=120,
        )


def write(folder: Path, url: str, **chosen: str) -> None:
    """A page of each dashboard, and a picture where Chromium is."""
    server = Prometheus(url)
    for path in sorted(DASHBOARDS.rglob("*.json")):
        dashboard = json.loads(path.read_text(encoding="utf-8"))
        text = page(dashboard, server, **(chosen if path.stem == "school" else {}))
        made = folder / f"{path.stem}-{path.parent.name}.html"
        made.write_text(text, encoding="utf-8")
        if shutil.which("chromium"):
            rows = max(one["gridPos"]["y"] + one["gridPos"]["h"] for one in dashboard["panels"])
            picture(made.resolve(), rows * ROW_PX + 110)
    server.close()


if __name__ == "__main__":
    out = Path(sys.argv[1])
    out.mkdir(parents=True, exist_ok=True)
    if len(sys.argv) > 2:
        write(out, sys.argv[2])
    else:
        with tempfile.TemporaryDirectory() as made, scraped(Path(made), SECONDS) as own:
            write(out, own, school=ONE_SCHOOL)
