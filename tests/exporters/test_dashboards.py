"""Dashboards: what is committed is what the data make, every rule holds, every query has an answer."""

from __future__ import annotations

import copy
import json
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from dashboard_county import COUNTY, ONE_SCHOOL, scraped, scraped_by_victoriametrics
from dashboard_lint import RULES, grey, lint
from dashboard_live import DASHBOARDS, Dashboard, Prometheus, dashboards, empty, options, panels, resolved
from dashboard_metrics import known
from dashboard_preview import page
from grafana_foundation_sdk.cog.encoder import JSONEncoder
from grafana_foundation_sdk.cog.plugins import register_default_plugins
from grafana_foundation_sdk.models.dashboard import Dashboard as Model

from exporters.grafana.boards.index import BOARDS
from exporters.grafana.build import dashboard_json
from exporters.grafana.model import LANGUAGES, Language
from exporters.grafana.words import COLOURS, STATES
from inventory.verdict import State, TargetState

ALL = [pytest.param(key, language, id=f"{key}-{language}") for language in LANGUAGES for key in BOARDS]
CHINESE = re.compile(r"[\u4e00-\u9fff]")


def committed(key: str, language: str) -> str:
    return (DASHBOARDS / language / f"{key}.json").read_text(encoding="utf-8")


@pytest.mark.parametrize(("key", "language"), ALL)
def test_what_is_committed_is_what_the_data_make(key: str, language: Language) -> None:
    assert committed(key, language) == dashboard_json(BOARDS[key], BOARDS, language), "run `make dashboards`"


def test_no_other_dashboards_are_committed() -> None:
    found = {path.relative_to(DASHBOARDS).as_posix() for path in DASHBOARDS.rglob("*.json")}

    assert found == {f"{language}/{key}.json" for language in LANGUAGES for key in BOARDS}


@pytest.mark.parametrize(("key", "language"), ALL)
def test_a_dashboard_read_by_the_sdk_is_written_the_same(key: str, language: str) -> None:
    register_default_plugins()
    text = committed(key, language)

    again = JSONEncoder(sort_keys=True).encode(Model.from_json(json.loads(text)))

    assert json.loads(again) == json.loads(text)


@pytest.mark.parametrize(("key", "language"), ALL)
def test_a_dashboard_keeps_every_rule(key: str, language: str) -> None:
    assert lint(json.loads(committed(key, language))) == []


@pytest.mark.parametrize("key", BOARDS)
def test_both_languages_ask_the_same(key: str) -> None:
    zh, en = (json.loads(committed(key, language)) for language in LANGUAGES)

    assert [t["expr"] for p in panels(zh) for t in p["targets"]] == [
        t["expr"] for p in panels(en) for t in p["targets"]
    ]
    assert not CHINESE.search(committed(key, "en"))
    assert all(CHINESE.search(panel["description"]) for panel in panels(zh))
    assert zh["uid"].removesuffix("zh") == en["uid"].removesuffix("en")


def test_every_state_that_verdicts_can_have_has_words() -> None:
    assert len(STATES["school"]) == len(State)
    assert len(STATES["target"]) == len(TargetState)


def test_the_three_colours_of_states_are_far_apart_in_grey() -> None:
    shades = sorted(grey(COLOURS[name]) for name in ("bad", "good", "doubt"))

    assert shades[1] - shades[0] > 60
    assert shades[2] - shades[1] > 60


Damage = Callable[[Dashboard], Any]


def panel_of(dashboard: Dashboard, kind: str) -> dict[str, Any]:
    return next(panel for panel in panels(dashboard) if panel["type"] == kind)


def query_of(dashboard: Dashboard, kind: str = "timeseries") -> dict[str, Any]:
    found: dict[str, Any] = panel_of(dashboard, kind)["targets"][0]
    return found


def ask(expr: str, legend: str = "") -> Damage:
    return lambda d: query_of(d).update(expr=expr, legendFormat=legend)


def variable(dashboard: Dashboard, name: str) -> dict[str, Any]:
    return next(one for one in dashboard["templating"]["list"] if one["name"] == name)


def recolour(dashboard: Dashboard) -> None:
    for option in panel_of(dashboard, "state-timeline")["fieldConfig"]["defaults"]["mappings"][0][
        "options"
    ].values():
        option["color"] = {"#3E9B5F": "#B3261E"}.get(option["color"], "#C03020")


def relink(url: str) -> Damage:
    def damage(dashboard: Dashboard) -> None:
        for panel in panels(dashboard):
            for override in panel["fieldConfig"]["overrides"]:
                for one in override["properties"]:
                    if one["id"] == "links":
                        one["value"][0]["url"] = url

    return damage


JOB = 'job=~"$job"'
BAD: list[tuple[str, Damage]] = [
    ("addressed", lambda d: d.update(uid="county")),
    ("addressed", lambda d: d.update(tags=["network"])),
    ("addressed", lambda d: d.update(editable=True)),
    ("worded", lambda d: panel_of(d, "stat").update(description="")),
    ("worded", lambda d: panel_of(d, "stat").update(title="")),
    ("worded", lambda d: panel_of(d, "table")["fieldConfig"]["defaults"].pop("noValue")),
    ("templated", lambda d: panel_of(d, "stat").update(datasource={"type": "prometheus", "uid": "P1"})),
    ("templated", lambda d: query_of(d).update(datasource={"type": "prometheus", "uid": "P1"})),
    ("templated", lambda d: variable(d, "school").update(datasource={"uid": "P1"})),
    ("measured", lambda d: panel_of(d, "timeseries")["fieldConfig"]["defaults"].pop("unit")),
    ("measured", lambda d: panel_of(d, "timeseries").pop("interval")),
    ("windows", ask(f"rate(wanzhao_collector_batches_total{{{JOB}}}[5m])")),
    ("windows", ask(f"rate(ifHCInOctets{{{JOB}}}[$__rate_interval])")),
    ("no_mean_of_ratios", ask(f"avg(wanzhao_county_target_ratio{{{JOB}}})")),
    ("no_mean_of_ratios", ask(f"avg_over_time(wanzhao_county_target_ratio{{{JOB}}}[$__rate_interval])")),
    ("no_mean_of_ratios", ask(f"avg(ifInErrors{{{JOB}}} / ifHCInUcastPkts{{{JOB}}})")),
    ("known_series", ask("sum(wanzhao_no_such_thing)")),
    ("known_series", ask(f"sum by (colour) (wanzhao_agent_up{{{JOB}}})")),
    ("known_series", ask(f'wanzhao_agent_up{{{JOB}, colour="red"}}')),
    ("known_series", ask(f"sum by (school) (wanzhao_agent_up{{{JOB}}}) * on (campus) up{{{JOB}}}")),
    ("known_series", ask(f"rate(ifHCInOctets_total{{{JOB}}}[$__rate_interval])")),
    ("known_series", ask("sum(((")),
    ("known_words", ask(f"sum by (school) (wanzhao_agent_up{{{JOB}}})", "{{campus}}")),
    ("known_words", lambda d: query_of(d, "table").update(expr=f"wanzhao_county_target_ratio{{{JOB}}}")),
    (
        "known_words",
        lambda d: panel_of(d, "table")["fieldConfig"]["overrides"][0]["matcher"].update(options="colour"),
    ),
    ("every_job", ask("sum(wanzhao_agent_up)")),
    ("placed", lambda d: panel_of(d, "stat")["gridPos"].update(x=1)),
    ("placed", lambda d: d["panels"].pop()),
    ("placed", lambda d: panel_of(d, "table").update(id=1)),
    ("variables", ask('sum(wanzhao_agent_up{job=~"$work"})')),
    ("variables", lambda d: variable(d, "school").update(allValue="")),
    ("variables", lambda d: variable(d, "school").update(refresh=1)),
    ("variables", lambda d: variable(d, "county").update(query='label_values(up{job=~"$school"}, job)')),
    ("variables", lambda d: d["templating"]["list"].append(variable(d, "school") | {"name": "spare"})),
    ("variables", lambda d: d["templating"]["list"].pop()),
    ("limited", ask(f"max by (school, campus) (wanzhao_agent_up{{{JOB}}})", "{{campus}}")),
    ("coloured", recolour),
    (
        "coloured",
        lambda d: panel_of(d, "state-timeline")["fieldConfig"]["defaults"]["mappings"][0]["options"]["4"].pop(
            "text"
        ),
    ),
    ("linked", lambda d: d.update(links=[])),
    ("linked", relink("/d/wanzhao-nowhere-en?${__url_time_range}")),
    ("linked", relink("/d/wanzhao-school-en?var-school=1")),
    ("linked", relink("/d/wanzhao-school-en?${__url_time_range}&var-colour=1")),
]


@pytest.mark.parametrize(
    ("rule", "damage"), BAD, ids=[f"{rule}-{n}" for n, (rule, _damage) in enumerate(BAD)]
)
def test_a_rule_finds_what_breaks_it(rule: str, damage: Damage) -> None:
    dashboard = json.loads(committed("quality", "en"))
    assert list(RULES[rule](dashboard)) == []
    damaged = copy.deepcopy(dashboard)

    damage(damaged)

    assert list(RULES[rule](damaged))


def test_every_rule_is_shown_to_find_something() -> None:
    assert {rule for rule, _damage in BAD} == set(RULES)


def test_metrics_of_all_pages_are_known_to_the_rules() -> None:
    assert {
        "wanzhao_agent_up",
        "ifHCInOctets",
        "wanzhao_agent_spool_bytes",
        "wanzhao_collector_store_seconds_bucket",
    } <= set(known())


@pytest.fixture(scope="module")
def prometheus(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Prometheus]:
    if not shutil.which("prometheus"):
        pytest.skip("no Prometheus here; apt-get install prometheus")
    with scraped(tmp_path_factory.mktemp("prometheus")) as url:
        server = Prometheus(url)
        yield server
        server.close()


def one_of(key: str) -> dict[str, str]:
    """The dashboard of one school is asked for one that has something of everything."""
    return {"school": ONE_SCHOOL} if key == "school" else {}


@pytest.mark.slow
@pytest.mark.prometheus
@pytest.mark.parametrize("key", BOARDS)
def test_every_query_has_an_answer(key: str, prometheus: Prometheus) -> None:
    assert empty(json.loads(committed(key, "zh")), prometheus, **one_of(key)) == []


@pytest.mark.slow
@pytest.mark.prometheus
@pytest.mark.parametrize("key", BOARDS)
def test_a_dashboard_is_drawn_without_empty_panels(key: str, prometheus: Prometheus) -> None:
    drawn = page(json.loads(committed(key, "en")), prometheus, **one_of(key))

    assert drawn.count('class="panel"') >= len(panels(json.loads(committed(key, "en"))))
    assert 'class="empty"' not in drawn
    assert not re.search(r"(?:src|href)=|url\(", drawn)


@pytest.mark.slow
@pytest.mark.prometheus
def test_an_empty_answer_is_found(prometheus: Prometheus) -> None:
    damaged = json.loads(committed("school", "zh"))
    query_of(damaged).update(expr='wanzhao_agent_up{job="nobody"}')

    assert len(empty(damaged, prometheus, **one_of("school"))) == 1


@pytest.mark.slow
@pytest.mark.prometheus
def test_a_school_and_a_county_are_chosen_by_name(prometheus: Prometheus) -> None:
    dashboard = dashboards()[0]
    values = resolved(dashboard, prometheus)

    schools = options(variable(dashboard, "school"), values, prometheus)
    counties = options(variable(dashboard, "county"), values, prometheus)

    assert ("城北中学01", ONE_SCHOOL) in schools
    assert len(schools) == 48
    assert counties == [("示例县", COUNTY)]


@pytest.mark.slow
@pytest.mark.prometheus
def test_two_plans_of_one_county_do_not_count_anything_twice(prometheus: Prometheus) -> None:
    dashboard = json.loads(committed("county", "en"))
    values = resolved(dashboard, prometheus)
    by_title = {panel["title"]: panel["targets"][0]["expr"] for panel in reversed(panels(dashboard))}

    def number(title: str) -> float:
        expr = by_title[title]
        for name, value in values.items():
            expr = expr.replace(f"${name}", value)
        return float(prometheus.instant(expr)[0]["value"][1])

    assert number("Schools") == 48
    # The uplink is one thing though both plans tell of it; the target is one of each plan.
    assert number("Regressions") == 3


@pytest.mark.slow
@pytest.mark.skipif(
    not shutil.which("victoria-metrics"), reason="no VictoriaMetrics here; apt-get install victoria-metrics"
)
def test_victoriametrics_answers_every_query_but_alerts(tmp_path: Path) -> None:
    with scraped_by_victoriametrics(tmp_path) as url:
        server = Prometheus(url)
        found = [
            line for key in BOARDS for line in empty(json.loads(committed(key, "zh")), server, **one_of(key))
        ]
        server.close()

    assert [line for line in found if "ALERTS" not in line] == []
