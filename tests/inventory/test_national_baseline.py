"""The national baseline beside a county's plan: one school, one look, two answers."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from snapshots import CAMPUS, WEEK, Scene

from collector.judging import load_plans
from inventory.judge import judge_county, judge_look
from inventory.metrics.look import Look
from inventory.plan import builtin_profiles, load_profile
from inventory.profile import Profile
from inventory.register import Register
from inventory.verdict import SchoolVerdict

COUNTY = load_profile(builtin_profiles()["changxing-145"])
NATIONAL = load_profile(builtin_profiles()["national-2021"])


def look_at(mbps: int, stages: tuple[str, ...] = ("primary",)) -> Look:
    """A school whose uplink ran at this rate all week."""
    campus = replace(CAMPUS, areas_confirmed=True)
    scene = Scene(campus).polled("gw", (len(WEEK), "ok")).port("gw", "XGE0/0/1", speed_mbps=mbps)
    return Look(scene.snapshot(stages=stages))


def verdict(look: Look, profile: Profile, target: str) -> SchoolVerdict:
    (found,) = [each for each in judge_look(look, profile).verdicts if each.target == target]
    return found


@pytest.mark.parametrize(
    ("mbps", "county", "national"), [(1000, "fail", "pass"), (10_000, "pass", "pass"), (100, "fail", "fail")]
)
def test_a_school_may_miss_the_countys_10g_and_meet_the_national_1g(
    mbps: int, county: str, national: str
) -> None:
    look = look_at(mbps)

    assert verdict(look, COUNTY, "cx-access-10g").state.value == county
    assert verdict(look, NATIONAL, "nat-school-1g").state.value == national


def test_each_answer_names_its_own_threshold_and_who_set_it() -> None:
    look = look_at(1000)
    (ten,) = verdict(look, COUNTY, "cx-access-10g").campuses
    (one,) = verdict(look, NATIONAL, "nat-school-1g").campuses

    assert (ten.value, ten.threshold, ten.origin, ten.reason) == (1000, 10_000, "plan", "negotiated_1000")
    assert (one.value, one.threshold, one.origin, one.reason) == (1000, 1000, "plan", "")


def test_a_kindergarten_is_in_the_countys_plan_and_not_in_the_national_one() -> None:
    look = look_at(1000, stages=("preschool",))

    assert "cx-access-10g" in {each.target for each in judge_look(look, COUNTY).verdicts}
    assert judge_look(look, NATIONAL).verdicts == ()


def test_the_county_is_told_both_answers() -> None:
    look = look_at(1000)
    register = Register(county="长兴县", schools=(look.snapshot.school,))

    states = {
        profile.id: {
            target.target: target.state.value
            for target in judge_county(
                register, profile, [judge_look(look, profile)], (), look.snapshot.as_of
            ).targets
        }
        for profile in (COUNTY, NATIONAL)
    }

    assert states["changxing-145"]["cx-access-10g"] == "not_met"
    assert states["national-2021"]["nat-school-1g"] == "met"


def test_a_collector_judges_by_both_where_its_configuration_names_both(tmp_path: Path) -> None:
    plans = load_plans(["changxing-145", "national-2021"], tmp_path)

    assert [plan.profile.id for plan in plans] == ["changxing-145", "national-2021"]


def test_what_nobody_holds_the_text_of_says_so() -> None:
    assert (NATIONAL.source.file, NATIONAL.source.sha256, NATIONAL.status) == ("", "", "draft")
    assert "没有存档原文" in NATIONAL.source.note
