"""What Grafana would ask: the variables of a dashboard and the queries of its panels, put to a Prometheus.

``python tests/support/dashboard_live.py http://127.0.0.1:9090`` asks a running one and prints what is empty.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

DASHBOARDS = Path(__file__).resolve().parents[2] / "deploy" / "grafana" / "dashboards"
ALL = ".*"
Dashboard = dict[str, Any]
Series = list[dict[str, Any]]
VARIABLE = re.compile(r"\$(?:\{(\w+)(?::\w+)?\}|(\w+))")


@dataclass(frozen=True)
class Asked:
    """One query of one panel, ready to be sent."""

    panel: str
    ref: str
    expr: str
    is_range: bool


def dashboards(language: str = "zh") -> list[Dashboard]:
    """The committed ones."""
    return [
        json.loads(path.read_text(encoding="utf-8"))
        for path in sorted((DASHBOARDS / language).glob("*.json"))
    ]


def panels(dashboard: Dashboard) -> list[dict[str, Any]]:
    """All panels but rows."""
    return [panel for panel in dashboard["panels"] if panel["type"] != "row"]


def substituted(text: str, values: dict[str, str]) -> str:
    """The text with its variables filled in; one that has no value stays."""
    return VARIABLE.sub(lambda m: values.get(m[1] or m[2], m[0]), text)


def queries(dashboard: Dashboard, values: dict[str, str]) -> Iterator[Asked]:
    """What every panel would ask."""
    for panel in panels(dashboard):
        for target in panel["targets"]:
            expr = substituted(target["expr"], values)
            yield Asked(panel["title"], target["refId"], expr, bool(target.get("range")))


class Prometheus:
    """Its HTTP interface, the part that Grafana uses."""

    def __init__(self, url: str) -> None:
        self._client = httpx.Client(base_url=url, timeout=30, trust_env=False)

    def close(self) -> None:
        self._client.close()

    def _get(self, path: str, **params: str) -> Any:
        answer = self._client.get(path, params=params)
        found = answer.json()
        if found["status"] != "success":
            raise ValueError(f"{found['error']}: {params}")
        return found["data"]

    def instant(self, expr: str) -> Series:
        return list(self._get("/api/v1/query", query=expr)["result"])

    def over(self, expr: str, start: float, end: float, step: float) -> Series:
        times = {"start": str(start), "end": str(end), "step": str(step)}
        found = self._get("/api/v1/query_range", query=expr, **times)
        return list(found["result"])

    def label_values(self, label: str, selector: str) -> list[str]:
        return list(self._get(f"/api/v1/label/{label}/values", **{"match[]": selector}))


def options(variable: dict[str, Any], values: dict[str, str], server: Prometheus) -> list[tuple[str, str]]:
    """(text, value) of a query variable, as Grafana makes them: label_values, or query_result and a regex."""
    query = substituted(variable["query"], values)
    if found := re.fullmatch(r"label_values\((.*), (\w+)\)", query, flags=re.S):
        return [(value, value) for value in server.label_values(found[2], found[1])]
    found = re.fullmatch(r"query_result\((.*)\)", query, flags=re.S)
    assert found, query
    pattern = re.compile(re.sub(r"\(\?<(\w+)>", r"(?P<\1>", variable["regex"].strip("/")))
    made = []
    for one in server.instant(found[1]):
        labels = ",".join(f'{name}="{value}"' for name, value in one["metric"].items())
        if match := pattern.search(f"{{{labels}}} {one['value'][1]} {one['value'][0] * 1000:.0f}"):
            made.append((match["text"] or match["value"], match["value"]))
    return made


def resolved(
    dashboard: Dashboard, server: Prometheus, rate_interval: str = "10s", **chosen: str
) -> dict[str, str]:
    """Every variable: what is chosen, else All, else the first option. One without options fails."""
    values = {
        "__rate_interval": rate_interval,
        "__range": "5m",
        "__interval": "5s",
        "datasource": "prometheus",
    }
    for variable in dashboard["templating"]["list"]:
        if variable["type"] == "query":
            found = options(variable, values, server)
            if not found:
                raise AssertionError(f"{dashboard['uid']}: variable {variable['name']} has no options")
            first = ALL if variable["includeAll"] else found[0][1]
            values[variable["name"]] = chosen.get(variable["name"], first)
    return values


def empty(dashboard: Dashboard, server: Prometheus, rate_interval: str = "10s", **chosen: str) -> list[str]:
    """The queries of panels and annotations that have no answer, with what they ask. All of a variable is
    All, so that only a dashboard of one thing asks for what that one may lack."""
    values = resolved(dashboard, server, rate_interval, **chosen)
    asked = [
        *queries(dashboard, values),
        *(
            Asked(one["name"], "annotation", substituted(one["expr"], values), False)
            for one in dashboard["annotations"].get("list", [])
        ),
    ]
    return [
        f"{dashboard['uid']} {one.panel} {one.ref}: {one.expr}"
        for one in asked
        if not server.instant(one.expr)
    ]


if __name__ == "__main__":
    running = Prometheus(sys.argv[1])
    for each in dashboards():
        try:
            print("\n".join(empty(each, running, "5m")))
        except AssertionError as error:  # its agents, say, are not scraped
            print(error)
    running.close()
