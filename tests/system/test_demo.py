"""`wanzhao demo --once`: the main job from simulated devices to files, judged as the county was built."""

from __future__ import annotations

import csv
import io
import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from line import ENV
from prometheus_client.parser import text_string_to_metric_families

from inventory.load import load_register
from inventory.plan import load_profile
from wanzhao.demo.county import EXPECTED, SILENT_AGENTS, falls
from wanzhao.demo.run import PLAN, REGISTER

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("demo")
    done = subprocess.run(
        [sys.executable, "-m", "wanzhao.cli", "demo", "--once", "--out", str(folder)],
        env=ENV,
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    assert done.returncode == 0, done.stderr + done.stdout
    (folder / "stdout").write_text(done.stdout, encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def data(out: Path) -> Any:
    return json.loads((out / "report.json").read_text(encoding="utf-8"))


def states(page: str) -> dict[tuple[str, str], str]:
    return {
        (sample.labels["target"], sample.labels["school"]): sample.labels["state"]
        for family in text_string_to_metric_families(page)
        for sample in family.samples
        if sample.name == "wanzhao_school_target_state"
    }


def test_every_school_is_judged_as_it_was_built(out: Path) -> None:
    found = states((out / "metrics.prom").read_text(encoding="utf-8"))

    wrong = {
        key: (found.get(key), want.value) for key, want in EXPECTED.items() if found.get(key) != want.value
    }
    assert wrong == {}
    assert len(EXPECTED) >= 24


def test_the_four_troubles_that_the_demo_promises_are_there(out: Path) -> None:
    page = (out / "report.csv").read_text(encoding="utf-8-sig")
    rows = list(csv.reader(io.StringIO(page)))
    text = "\n".join(",".join(row) for row in rows)

    for school in load_register(REGISTER).schools:
        assert school.name in text
    reasons = (out / "report.json").read_text(encoding="utf-8")
    for reason in ("negotiated_1000", "device_down", "no_global_address", "no_data", "lag_member_1g"):
        assert reason in reasons, reason


def test_an_uplink_that_was_accepted_at_10g_and_fell_has_alarms_that_stay(out: Path) -> None:
    (fall,) = falls()
    page = (out / "metrics.prom").read_text(encoding="utf-8")
    found = {
        (sample.labels["school"], sample.labels["item"]): sample.labels["kind"]
        for family in text_string_to_metric_families(page)
        for sample in family.samples
        if sample.name == "wanzhao_regression"
    }
    text = (out / "stdout").read_text(encoding="utf-8")

    assert found == {
        (fall.school, "demo/demo-access-10g"): "failed",
        (fall.school, fall.item): "slower",
    }
    assert "10000 Mbit/s -> 1000 Mbit/s" in text
    assert fall.item in text


def test_the_silent_school_is_unknown_and_never_met(out: Path) -> None:
    found = states((out / "metrics.prom").read_text(encoding="utf-8"))
    silent = {campus.rpartition("-")[0] for campus in SILENT_AGENTS}

    assert silent
    for (target, school), state in found.items():
        if school in silent:
            assert state == "unknown", (target, school)


def test_the_report_names_the_profile_that_judged(data: Any) -> None:
    profile = load_profile(PLAN)

    assert profile.sha256 in json.dumps(data)
    assert data["profile"]["id"] == "demo"


def test_the_table_and_the_addresses_are_printed(out: Path) -> None:
    text = (out / "stdout").read_text(encoding="utf-8")

    assert "demo-access-10g" in text
    assert "/probe" in text
    assert "/report/report.html" in text


@pytest.mark.prometheus
@pytest.mark.skipif(not shutil.which("promtool"), reason="no promtool here; apt-get install prometheus")
def test_promtool_accepts_the_page(out: Path) -> None:
    done = subprocess.run(
        ["promtool", "check", "metrics"],
        input=(out / "metrics.prom").read_bytes(),
        capture_output=True,
        check=False,
    )

    assert (done.returncode, done.stdout + done.stderr) == (0, b"")
