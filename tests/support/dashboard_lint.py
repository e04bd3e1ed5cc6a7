"""Rules that every dashboard keeps. Each is a function of one dashboard that names what breaks it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator
from itertools import combinations
from typing import Any

from dashboard_live import DASHBOARDS, VARIABLE, Dashboard, panels
from dashboard_promql import WrongError, labels_of, nodes, parsed

SOURCE = "${datasource}"
BUILT_IN = re.compile(r"__\w+")
MANY = ("campus", "instance", "name", "school")
LEAST_GREY = 40


def _exprs(dashboard: Dashboard) -> Iterator[tuple[str, str]]:
    """(where, expression) of every query of panels and annotations."""
    for panel in panels(dashboard):
        for target in panel["targets"]:
            yield f"{panel['title']} {target['refId']}", target["expr"]
    for one in dashboard["annotations"].get("list", []):
        yield one["name"], one["expr"]


def _query_variables(dashboard: Dashboard) -> list[dict[str, Any]]:
    return [one for one in dashboard["templating"]["list"] if one["type"] == "query"]


def addressed(dashboard: Dashboard) -> Iterator[str]:
    """uid, tags, and nobody edits a dashboard that the next version replaces."""
    if not re.fullmatch(r"wanzhao-[a-z0-9]+-(zh|en)", dashboard["uid"]):
        yield f"uid {dashboard['uid']}"
    if "wanzhao" not in dashboard["tags"]:
        yield "no tag wanzhao"
    if dashboard["editable"]:
        yield "editable"


def worded(dashboard: Dashboard) -> Iterator[str]:
    """Every panel has a title, says what it shows, and says in words when there is nothing."""
    for panel in panels(dashboard):
        if not panel.get("title") or not panel.get("description"):
            yield f"panel {panel['id']} without title or description"
        if not panel["fieldConfig"]["defaults"].get("noValue"):
            yield f"{panel['title']}: an empty answer has no words"


def templated(dashboard: Dashboard) -> Iterator[str]:
    """Nothing names a data source."""
    for panel in panels(dashboard):
        for one in (panel, *panel["targets"]):
            if one.get("datasource", {}).get("uid") != SOURCE:
                yield f"{panel['title']}: data source"
    for one in (*_query_variables(dashboard), *dashboard["annotations"].get("list", [])):
        if one.get("datasource", {}).get("uid") != SOURCE:
            yield f"{one['name']}: data source"


def measured(dashboard: Dashboard) -> Iterator[str]:
    """Every panel has a unit and a minimum interval; a time is a date or a duration."""
    for panel in panels(dashboard):
        if not panel["fieldConfig"]["defaults"].get("unit"):
            yield f"{panel['title']}: no unit"
        if not re.fullmatch(r"\d+m", panel.get("interval", "")):
            yield f"{panel['title']}: no minimum interval"


def windows(dashboard: Dashboard) -> Iterator[str]:
    """Rates are over $__rate_interval; of what devices count, over no less than two polls."""
    for where, expr in _exprs(dashboard):
        if any(window != "$__rate_interval" for window in re.findall(r"\[([^\]]*)\]", expr)):
            yield f"{where}: a fixed window"
    for panel in panels(dashboard):
        text = " ".join(target["expr"] for target in panel["targets"])
        if re.search(r"rate\((?:if[A-Z]|wanzhao_if_)", text) and panel.get("interval") != "5m":
            yield f"{panel['title']}: a rate of devices over less than two polls"


def no_mean_of_ratios(dashboard: Dashboard) -> Iterator[str]:
    """A ratio of a county is a sum over a sum, not a mean (or a sum) of ratios."""
    for where, expr in _exprs(dashboard):
        for node in nodes(parsed(expr)):
            mean = type(node).__name__ == "AggregateExpr" and str(node.op) in (
                "avg",
                "sum",
                "quantile",
                "stddev",
            )
            mean = mean or (type(node).__name__ == "Call" and node.func.name.startswith("avg_over"))
            inner = node.args[0] if getattr(node, "args", None) else getattr(node, "expr", None)
            if mean and inner is not None and any(map(_is_ratio, nodes(inner))):
                yield f"{where}: a mean of ratios"


def _is_ratio(node: Any) -> bool:
    kind = type(node).__name__
    return (kind == "VectorSelector" and (node.name or "").endswith("_ratio")) or (
        kind == "BinaryExpr" and str(node.op) == "/"
    )


def known_series(dashboard: Dashboard) -> Iterator[str]:
    """Every expression parses; its metrics exist, and so does every label where it is used."""
    for where, expr in _exprs(dashboard):
        try:
            labels_of(parsed(expr))
        except (WrongError, ValueError) as error:
            yield f"{where}: {error}"


def known_words(dashboard: Dashboard) -> Iterator[str]:
    """Labels that legends and columns name are in the answer."""
    for panel in panels(dashboard):
        try:
            answers = [labels_of(parsed(target["expr"])) for target in panel["targets"]]
        except (WrongError, ValueError):
            continue  # known_series tells
        for labels, target in zip(answers, panel["targets"], strict=True):
            for name in re.findall(r"\{\{(\w+)\}\}", target.get("legendFormat", "")):
                if name not in labels:
                    yield f"{panel['title']}: legend {name}"
        if panel["type"] == "table":
            values = {"Value"} if len(answers) == 1 else {f"Value #{t['refId']}" for t in panel["targets"]}
            there = frozenset().union(*answers) | values
            named = [
                o["matcher"]["options"]
                for o in panel["fieldConfig"]["overrides"]
                if o["matcher"]["id"] == "byName"
            ]
            matrix = [t["options"] for t in panel["transformations"] if t["id"] == "groupingToMatrix"]
            named += [o[field] for o in matrix for field in ("rowField", "columnField", "valueField")]
            yield from (f"{panel['title']}: column {name}" for name in named if name not in there)
            shown = set(named) | {
                n for t in panel["transformations"] for n in t["options"].get("excludeByName", {})
            }
            yield from (f"{panel['title']}: {name} is shown unnamed" for name in there - shown if not matrix)


def every_job(dashboard: Dashboard) -> Iterator[str]:
    """Each series is chosen by job: two products may use one name."""
    for where, expr in _exprs(dashboard):
        for node in nodes(parsed(expr)):
            if type(node).__name__ != "VectorSelector" or node.name == "ALERTS":
                continue
            if "job" not in {matcher.name for matcher in node.matchers.matchers}:
                yield f"{where}: {node.name} without job"


def placed(dashboard: Dashboard) -> Iterator[str]:
    """Ids are unique; panels fill the grid without overlaps or gaps."""
    taken: Counter[tuple[int, int]] = Counter()
    for panel in dashboard["panels"]:
        at = panel["gridPos"]
        taken.update(
            (x, y) for x in range(at["x"], at["x"] + at["w"]) for y in range(at["y"], at["y"] + at["h"])
        )
    if any(count > 1 for count in taken.values()):
        yield "panels overlap"
    height = max((y for _x, y in taken), default=-1) + 1
    if set(taken) != {(x, y) for x in range(24) for y in range(height)}:
        yield "the grid has gaps"
    ids = [panel["id"] for panel in dashboard["panels"]]
    if len(set(ids)) != len(ids):
        yield "ids are not unique"


def variables(dashboard: Dashboard) -> Iterator[str]:
    """Variables are defined before they are used, all of them are used, and All is a pattern."""
    defined = {"datasource"}
    used = {"datasource"}
    for one in _query_variables(dashboard):
        needs = _used(one["query"])
        yield from (f"{one['name']} uses {name} before it is there" for name in needs - defined)
        used |= needs
        defined.add(one["name"])
        if one["refresh"] != 2:
            yield f"{one['name']} is not refreshed with the time range"
        if one["includeAll"] and (one.get("allValue") != ".*" or not one["multi"]):
            yield f"{one['name']}: All is not a pattern"
    for where, expr in _exprs(dashboard):
        yield from (f"{where} uses {name}, which is not there" for name in _used(expr) - defined)
        used |= _used(expr)
    used |= {panel["repeat"] for panel in panels(dashboard) if panel.get("repeat")}
    yield from (f"{name} is not used" for name in defined - used)
    if not any(one["type"] == "adhoc" for one in dashboard["templating"]["list"]):
        yield "no ad-hoc filters"


def _used(text: str) -> set[str]:
    names = {match[1] or match[2] for match in VARIABLE.finditer(text)}
    return {name for name in names if not BUILT_IN.fullmatch(name)}


def limited(dashboard: Dashboard) -> Iterator[str]:
    """What draws one line or bar for each of many shows the first 25, unless one school is chosen."""
    school = next((one for one in _query_variables(dashboard) if one["name"] == "school"), None)
    if school is None or not school["includeAll"]:
        return
    for panel in panels(dashboard):
        for target in panel["targets"]:
            legend = set(re.findall(r"\{\{(\w+)\}\}", target.get("legendFormat", "")))
            is_drawn = panel["type"] in ("timeseries", "bargauge", "state-timeline")
            if is_drawn and legend & set(MANY) and not re.search(r"\b(top|bottom)k\b", target["expr"]):
                yield f"{panel['title']} {target['refId']}: as many lines as there are"


def coloured(dashboard: Dashboard) -> Iterator[str]:
    """A state has words beside its colour, and the colours differ in grey too."""
    for panel in panels(dashboard):
        fields = panel["fieldConfig"]
        found = [fields["defaults"].get("mappings", [])]
        found += [p["value"] for o in fields["overrides"] for p in o["properties"] if p["id"] == "mappings"]
        for mapping in (one for group in found for one in group):
            results = list(mapping["options"].values())
            if not all(one.get("text") and one.get("color") for one in results):
                yield f"{panel['title']}: a state without words or colour"
            colours = sorted({one["color"] for one in results if one.get("color", "").startswith("#")})
            if any(abs(grey(a) - grey(b)) < LEAST_GREY for a, b in combinations(colours, 2)):
                yield f"{panel['title']}: colours that are one grey"


def grey(colour: str) -> float:
    """Luma of #RRGGBB, 0..255 (ITU-R BT.709)."""
    red, green, blue = (int(colour[at : at + 2], 16) for at in (1, 3, 5))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def linked(dashboard: Dashboard) -> Iterator[str]:
    """Links lead to dashboards that are there, with the time, and with variables that those have."""
    top = dashboard["links"]
    if not any(
        one["type"] == "dashboards" and one["keepTime"] and one["includeVars"] and one["tags"] for one in top
    ):
        yield "no links by tag that keep time and variables"
    language = dashboard["uid"].rpartition("-")[2]
    for panel in panels(dashboard):
        for override in panel["fieldConfig"]["overrides"]:
            for link in (one for p in override["properties"] if p["id"] == "links" for one in p["value"]):
                yield from (f"{panel['title']}: {what}" for what in _link(link["url"], language))


def _link(url: str, language: str) -> Iterator[str]:
    found = re.match(r"/d/wanzhao-(\w+)-(zh|en)\?", url)
    path = DASHBOARDS / language / f"{found[1]}.json" if found else None
    if path is None or found is None or found[2] != language or not path.exists():
        yield f"{url} leads nowhere"
        return
    text = path.read_text(encoding="utf-8")
    if "${__url_time_range}" not in url:
        yield f"{url} loses the time"
    for name in re.findall(r"var-(\w+)=", url) + re.findall(r"\$\{(\w+):queryparam\}", url):
        if f'"name": "{name}"' not in text:
            yield f"{url}: no variable {name} there"


RULES: dict[str, Callable[[Dashboard], Iterator[str]]] = {
    rule.__name__: rule
    for rule in (
        addressed,
        worded,
        templated,
        measured,
        windows,
        no_mean_of_ratios,
        known_series,
        known_words,
        every_job,
        placed,
        variables,
        limited,
        coloured,
        linked,
    )
}


def lint(dashboard: Dashboard) -> list[str]:
    """Everything that is wrong with a dashboard, rule by rule."""
    return [f"{name}: {what}" for name, rule in RULES.items() for what in rule(dashboard)]
