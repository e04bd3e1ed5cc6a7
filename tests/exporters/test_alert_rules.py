"""Every alert fires, stays, ends and keeps quiet as tests/support/alert_cases.py says, by promtool."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from alert_cases import CASES, UP, UPLINK, Case, regression

from collector.telemetry import Telemetry
from exporters.families import FAMILIES

DEPLOY = Path(__file__).resolve().parents[2] / "deploy" / "prometheus"
RUNBOOKS = Path(__file__).resolve().parents[2] / "docs" / "runbooks"
RULES = sorted((DEPLOY / "rules").glob("*.yml"))
TEXT = "\n".join(path.read_text(encoding="utf-8") for path in RULES)
RUNBOOK = re.compile(r"runbook_url: '\{\{ \$externalLabels\.wanzhao_docs \}\}/runbooks/([\w-]+\.md)'")
ALERTS = re.findall(r"- alert: (\w+)", TEXT)

needs_promtool = pytest.mark.skipif(
    shutil.which("promtool") is None, reason="no promtool here; apt-get install prometheus"
)


def promtool(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(["promtool", *arguments], capture_output=True, text=True, check=False)


def blocks() -> dict[str, str]:
    """Alert -> its text in the file."""
    parts = re.split(r"\n\s+- alert: ", TEXT)[1:]
    return {part.split("\n", 1)[0]: part for part in parts}


def test(series: dict[str, str], alert: str, expected: dict[int, list[dict[str, str]]]) -> dict[str, Any]:
    """One test of promtool, a sample a minute."""
    return {
        "interval": "1m",
        "external_labels": {"wanzhao_docs": "https://docs.example.org"},
        "input_series": [{"series": name, "values": values} for name, values in series.items()],
        "alert_rule_test": [
            {
                "eval_time": f"{minute}m",
                "alertname": alert,
                "exp_alerts": [{"exp_labels": one} for one in found],
            }
            for minute, found in expected.items()
        ],
    }


test.__test__ = False  # type: ignore[attr-defined]


def severity(alert: str) -> dict[str, str]:
    found = re.search(r"labels: \{severity: (\w+), layer: (\w+)\}", blocks()[alert])
    assert found, alert
    return {"severity": found[1], "layer": found[2]}


def run(tmp_path: Path, tests: list[dict[str, Any]]) -> subprocess.CompletedProcess[str]:
    # Only labels are compared: annotations are looked at apart. YAML is a superset of JSON.
    rules = []
    for path in RULES:
        bare = re.sub(r"\n        annotations:\n(?:          .*\n?)+", "\n", path.read_text(encoding="utf-8"))
        (tmp_path / path.name).write_text(bare, encoding="utf-8")
        rules.append(path.name)
    (tmp_path / "test.yml").write_text(
        json.dumps({"rule_files": rules, "evaluation_interval": "1m", "tests": tests}), encoding="utf-8"
    )
    return promtool("test", "rules", str(tmp_path / "test.yml"))


@needs_promtool
@pytest.mark.prometheus
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.alert)
def test_an_alert_fires_stays_ends_and_keeps_quiet(case: Case, tmp_path: Path) -> None:
    labels = case.labels | severity(case.alert)
    expected = {minute: [labels] for minute in case.fires} | {minute: [] for minute in case.quiet}
    tests = [test(case.series, case.alert, expected)]
    tests += [test(series, case.alert, {at: [] for at in range(0, 121, 10)}) for series in case.never]

    done = run(tmp_path, tests)

    assert done.returncode == 0, done.stdout + done.stderr


@needs_promtool
@pytest.mark.prometheus
def test_an_alarm_that_ended_does_not_come_back_when_the_collector_dies(tmp_path: Path) -> None:
    series = {regression(UPLINK, "slower"): "1x10 _x90", UP: "1x30 0x60"}

    done = run(tmp_path, [test(series, "WanzhaoUplinkRegressed", {25: [], 40: [], 80: []})])

    assert done.returncode == 0, done.stdout + done.stderr


@needs_promtool
@pytest.mark.prometheus
def test_a_wrong_expectation_is_noticed(tmp_path: Path) -> None:
    done = run(tmp_path, [test({}, "WanzhaoWatchdog", {5: []})])

    assert done.returncode != 0


def test_every_alert_has_a_case_and_a_runbook() -> None:
    assert {case.alert for case in CASES} == set(ALERTS)
    assert max(Counter(ALERTS).values()) == 1
    for alert, block in blocks().items():
        found = RUNBOOK.search(block)
        assert found, alert
        text = (RUNBOOKS / found[1]).read_text(encoding="utf-8")
        assert text.startswith(f"# {alert}"), found[1]
        assert len(text) > 300, f"{found[1]} says too little"
    named = set(re.findall(r"runbooks/([\w-]+\.md)", TEXT))
    assert {path.name for path in RUNBOOKS.glob("*.md")} == named | {"README.md"}


def test_every_metric_in_the_rules_exists() -> None:
    known = {family.name for family, _samples in FAMILIES}
    known |= set(re.findall(r"^# TYPE (\w+)", Telemetry().page().decode(), flags=re.M))
    known |= {"wanzhao_agent_spool_bytes", "wanzhao_agent_spool_limit_bytes"}
    expressions = re.sub(r"#.*|annotations:\n(?: {10}.*\n?)+", "", TEXT)
    used = set(re.findall(r"\bwanzhao_\w+(?=[\[{\s)])", expressions)) - {"wanzhao_docs"}

    assert used
    assert used <= known


@needs_promtool
@pytest.mark.prometheus
def test_the_configuration_and_its_rules_are_valid() -> None:
    done = promtool("check", "config", str(DEPLOY / "prometheus.yml"))

    assert done.returncode == 0, done.stdout + done.stderr
    assert "rule files found" in done.stdout
