"""The exporters over counties that were really judged, by every built-in plan; nothing is made by hand."""

from __future__ import annotations

import json
import shutil
import subprocess
from functools import cache
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

from exporters.prometheus import county_page
from exporters.report.write import report_bytes
from inventory.judge import judge_county, judge_school
from inventory.load import load_register
from inventory.plan import builtin_profiles, load_profile
from inventory.snapshot import AgentSeen, SchoolSnapshot
from inventory.verdict import CountyView

REGISTER = Path(__file__).resolve().parents[2] / "wanzhao" / "demo" / "register"
AS_OF = 1_790_000_000.0
PLANS = sorted(builtin_profiles())

pytestmark = pytest.mark.parametrize("plan", PLANS)


@cache
def judged(plan: str) -> CountyView:
    """The demo county's register, one agent heard a minute ago, no polls yet."""
    register = load_register(REGISTER)
    profile = load_profile(builtin_profiles()[plan])
    first = register.schools[0].campuses[0].id
    agents = (AgentSeen(agent="a1", campus=first, last_report=AS_OF - 60),)
    schools = [
        judge_school(
            SchoolSnapshot(
                as_of=AS_OF, school=school, calendar=register.calendar, interval_s=register.poll_interval_s
            ),
            profile,
        )
        for school in register.schools
    ]
    return judge_county(register, profile, schools, agents, AS_OF)


def test_the_page_of_a_judged_county_reads_back(plan: str) -> None:
    view = judged(plan)
    page = county_page(view, rendered_at=AS_OF).decode()

    series = [
        (sample.name, tuple(sorted(sample.labels.items())))
        for family in text_string_to_metric_families(page)
        for sample in family.samples
    ]

    assert len(series) == len(set(series)), "a series came twice"
    assert len([name for name, _ in series if name == "wanzhao_school_info"]) == len(view.schools)


@pytest.mark.prometheus
@pytest.mark.skipif(shutil.which("promtool") is None, reason="promtool is not installed (package prometheus)")
def test_promtool_is_silent_about_a_judged_county(plan: str) -> None:
    page = county_page(judged(plan), rendered_at=AS_OF)

    done = subprocess.run(["promtool", "check", "metrics"], input=page, capture_output=True, check=False)

    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")


def test_the_report_of_a_judged_county_counts_every_target(plan: str) -> None:
    view = judged(plan)
    data = json.loads(report_bytes(view, "json", "zh"))

    counted = {row["target"]: (row["met"], row["failed"], row["unknown"]) for row in data["tables"]["county"]}

    assert counted == {t.target: (t.counts.p, t.counts.f, t.counts.u) for t in view.targets}


def test_a_printed_report_never_shows_python(plan: str) -> None:
    text = (report_bytes(judged(plan), "html", "en") + report_bytes(judged(plan), "csv", "en")).decode()

    for word in ("None", "State.", "object at 0x"):
        assert word not in text
