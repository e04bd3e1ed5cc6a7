"""Profiles: what is read, what is refused, and what is proved against the plan text."""

from __future__ import annotations

import hashlib
import re
from datetime import date
from pathlib import Path

import pytest
from shared import PLANS, need

from inventory import plan_check
from inventory.errors import PlanError, Problem
from inventory.plan import builtin_profiles, load_profile
from inventory.plan_check import check_profile

TEXT = "实现全县所有学校万兆到校。实现智能图书馆覆盖率60%。"
HEAD = f"""
[profile]
id = "p"
version = "1"
title = "规划"
county = "长兴县"
[source]
file = "plan.txt"
sha256 = "{hashlib.sha256(TEXT.encode()).hexdigest()}"
[period]
start = 2026-01-01
end = 2030-12-31
[defaults]
due = 2030-12-31
scope = "all"
threshold_origin = "plan"
[scope.all]
unit = "school"
[scope.county]
unit = "county"
"""
TARGET = """
[[target]]
id = "access"
plan_ids = ["p-1"]
class = "a"
quote = "实现全县所有学校万兆到校"
metric = "access_10g_composite"
params = { basis = ["port"], min_port_mbps = 10000 }
param_origin = { min_port_mbps = "plan" }
aggregate = "school_rate"
value = 100.0
unit = "percent"
"""


def write(path: Path, text: str, plan: str = TEXT) -> Path:
    (path / "plan.txt").write_text(plan, encoding="utf-8")
    file = path / "profile.toml"
    file.write_text(text, encoding="utf-8")
    return file


def check(path: Path, text: str, plan: str = TEXT) -> tuple[list[str], list[str]]:
    errors, warnings = check_profile(write(path, text, plan), path)
    return list(map(str, errors)), list(map(str, warnings))


def test_a_profile_is_read_with_its_defaults_and_its_hash(tmp_path: Path) -> None:
    file = write(tmp_path, HEAD + TARGET)

    profile = load_profile(file)
    (target,) = profile.targets

    assert profile.sha256 == hashlib.sha256(file.read_bytes()).hexdigest()
    assert (target.scope, target.due, target.threshold_origin) == ("all", date(2030, 12, 31), "plan")
    assert (target.quote, target.op, target.klass) == (("实现全县所有学校万兆到校",), ">=", "a")
    assert target.reading.origin("min_port_mbps") == "plan"
    assert target.reading.origin("basis") == "product_default"


def test_a_sound_profile_has_no_faults_and_one_doubt_about_words_for_100(tmp_path: Path) -> None:
    head = HEAD.replace("[period]", 'ids = ["p-1"]\n[period]').replace(
        '[scope.county]\nunit = "county"\n', ""
    )
    errors, warnings = check(tmp_path, head + TARGET)

    assert errors == []
    assert len(warnings) == 1
    assert "100 is read out of words" in warnings[0]


CHANGES = {
    'id = "access"\n': ('id = "access"\nweigth = 2\n', "did you mean weight?"),
    'metric = "access_10g_composite"': (
        'metric = "access_10g_compsite"',
        "did you mean access_10g_composite?",
    ),
    "params = { basis": ("params = { min_prt_mbps = 1, basis", "did you mean min_port_mbps?"),
    'basis = ["port"]': ('basis = ["prot"]', "unknown: prot"),
    "min_port_mbps = 10000": ('min_port_mbps = "10G"', "has to be a number"),
    'param_origin = { min_port_mbps = "plan" }': (
        'param_origin = { min_port_mbps = "plam" }',
        "did you mean plan?",
    ),
    'aggregate = "school_rate"': ('aggregate = "schools"', "did you mean school_rate?"),
    'class = "a"': ('class = "c"', "allowed: a, b"),
    "value = 100.0": ('value = "100"', "has to be a number"),
    'unit = "percent"': ('unit = "percent"\nscope = "al"', "did you mean all?"),
    "[scope.all]\n": ('[scope.all]\nstages_any = ["primry"]\n', "did you mean primary?"),
    "[source]": ("[sources]", "did you mean source?"),
    "end = 2030-12-31\n[defaults]": ('end = "soon"\n[defaults]', "[period]"),
    'id = "p"': ("", "the key id is missing"),
    "[profile]": ('[profile]\nstatus = "aproved"', "unknown: 'aproved'"),
}


@pytest.mark.parametrize("old", list(CHANGES))
def test_a_profile_that_could_not_be_judged_is_refused(tmp_path: Path, old: str) -> None:
    new, part = CHANGES[old]
    text = HEAD + TARGET
    assert old in text

    with pytest.raises(PlanError) as caught:
        load_profile(write(tmp_path, text.replace(old, new, 1)))

    assert any(part in str(problem) for problem in caught.value.problems), caught.value


def test_all_faults_of_a_profile_are_told_at_once(tmp_path: Path) -> None:
    text = (HEAD + TARGET).replace('"school_rate"', '"schools"').replace("[scope.all]", "[scope.al]")
    text = text.replace("version", "vresion")

    with pytest.raises(PlanError) as caught:
        load_profile(write(tmp_path, text))

    assert len(caught.value.problems) >= 3


def test_a_target_that_this_version_cannot_decide_is_a_doubt(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(plan_check, "is_computed", lambda metric, _params: metric != "smart_library_present")

    _, warnings = check(tmp_path, HEAD + TARGET + LIBRARY)

    assert any("does not compute" in warning and "library" in warning for warning in warnings)


def test_two_targets_with_one_id_are_refused(tmp_path: Path) -> None:
    errors, _ = check(tmp_path, HEAD + TARGET + TARGET)

    assert any("two targets have this id" in error for error in errors)


@pytest.mark.parametrize("content", ["not = [toml", "[profile]\nid = \xff"])
def test_a_file_that_is_no_toml_is_refused_as_a_whole(tmp_path: Path, content: str) -> None:
    file = tmp_path / "p.toml"
    file.write_bytes(content.encode("latin-1"))

    with pytest.raises(PlanError, match="TOML"):
        load_profile(file)


def test_a_profile_that_is_not_there_is_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(PlanError, match=r"none\.toml"):
        load_profile(tmp_path / "none.toml")


LIBRARY = """
[[target]]
id = "library"
plan_ids = ["p-2"]
quote = "实现智能图书馆覆盖率60%"
metric = "smart_library_present"
aggregate = "school_rate"
value = 60.0
unit = "percent"
"""


@pytest.mark.parametrize(
    ("change", "part"),
    [
        (('quote = "实现智能', 'quote = "建成智能'), "does not stand in the plan text"),
        (("value = 60.0", "value = 70.0"), "70 is said to come from the plan"),
        (("value = 60.0\n", ""), "needs a value"),
        (("value = 60.0", 'value = 160.0\nthreshold_origin = "law"'), "is a percentage"),
        (('unit = "percent"', 'unit = "schools"'), "allowed: percent"),
        (('unit = "percent"', 'unit = "percent"\nscope = "county"'), "has no schools to be counted"),
        (('unit = "percent"', 'unit = "percent"\ndue = 2031-01-01'), "after the period"),
        (('plan_ids = ["p-2"]', 'plan_ids = ["p-3"]'), "p-2 is neither"),
        (('plan_ids = ["p-2"]\n', ""), "plan_ids: is empty"),
        (('smart_library_present"', 'agent_coverage"'), "is judged once per county"),
    ],
)
def test_what_the_plan_does_not_carry_is_refused(tmp_path: Path, change: tuple[str, str], part: str) -> None:
    assert change[0] in LIBRARY
    errors, _ = check(tmp_path, HEAD + TARGET + LIBRARY.replace(*change))

    assert any(part in error for error in errors), errors


def test_half_a_school_is_no_goal(tmp_path: Path) -> None:
    half = LIBRARY.replace("school_rate", "count").replace("60.0", "2.5") + 'threshold_origin = "law"\n'

    assert any("a whole number" in error for error in check(tmp_path, HEAD + TARGET + half)[0])


def test_a_late_due_date_is_accepted_with_a_note(tmp_path: Path) -> None:
    late = LIBRARY + 'due = 2031-01-01\nnote = "county decision of 2026-05-01"\n'

    assert check(tmp_path, HEAD + TARGET + late)[0] == []


def test_a_figure_of_the_county_need_not_stand_in_the_quote(tmp_path: Path) -> None:
    own = LIBRARY.replace("value = 60.0", 'value = 70.0\nthreshold_origin = "county_decision"')

    assert check(tmp_path, HEAD + TARGET + own)[0] == []


def test_a_rate_in_words_is_the_figure_of_a_parameter(tmp_path: Path) -> None:
    slower = TARGET.replace("min_port_mbps = 10000", "min_port_mbps = 1000")

    assert any("1000 is said to come" in error for error in check(tmp_path, HEAD + slower)[0])


def test_a_changed_plan_text_is_noticed_by_its_hash(tmp_path: Path) -> None:
    errors, _ = check(tmp_path, HEAD + TARGET, TEXT + " ")

    assert len(errors) == 1
    assert "is not that of" in errors[0]


def test_a_missing_plan_text_is_a_fault(tmp_path: Path) -> None:
    file = write(tmp_path, HEAD + TARGET)
    (tmp_path / "plan.txt").unlink()

    errors, _ = check_profile(file, tmp_path)

    assert [problem.where for problem in errors] == ["[source] file"]


def test_a_source_outside_the_archive_is_refused(tmp_path: Path) -> None:
    errors, _ = check(tmp_path, (HEAD + TARGET).replace('"plan.txt"', '"../plan.txt"'))

    assert any("without folders" in error for error in errors)


def test_quotes_are_not_looked_up_without_an_archive(tmp_path: Path) -> None:
    file = write(tmp_path, HEAD + TARGET, "another text")

    assert check_profile(file, None)[0] == []


def test_an_adopted_profile_says_who_adopted_it(tmp_path: Path) -> None:
    text = (HEAD + TARGET).replace('id = "p"', 'id = "p"\nstatus = "adopted"')

    assert any("adopted" in error for error in check(tmp_path, text)[0])


def test_a_phrase_left_out_on_purpose_is_accounted_for(tmp_path: Path) -> None:
    third = LIBRARY.replace("p-2", "p-3")

    assert check(tmp_path, HEAD + TARGET + third + '[omitted]\nc = ["p-2"]\n')[0] == []


def test_a_phrase_is_not_both_a_target_and_left_out(tmp_path: Path) -> None:
    errors, _ = check(tmp_path, HEAD + TARGET + LIBRARY + '[omitted]\nc = ["p-2"]\n')

    assert any("p-2 has a target" in error for error in errors)


@pytest.mark.parametrize("name", list(builtin_profiles()))
def test_every_profile_that_ships_is_sound(name: str) -> None:
    errors, _ = check_profile(builtin_profiles()[name], None)

    assert errors == []


@pytest.mark.parametrize("name", list(builtin_profiles()))
def test_every_profile_that_ships_says_who_set_each_parameter(name: str) -> None:
    for target in load_profile(builtin_profiles()[name]).targets:
        assert set(target.params) - {"also"} == set(target.param_origin), target.id


@pytest.mark.parametrize("name", list(builtin_profiles()))
def test_every_profile_that_ships_lists_its_phrases_and_what_was_changed(name: str) -> None:
    profile = load_profile(builtin_profiles()[name])

    assert profile.source.ids
    assert profile.version in {change.version for change in profile.changes}
    assert profile.status == "draft", "only a county adopts a profile"


@need(PLANS)
@pytest.mark.plans
@pytest.mark.parametrize("name", list(builtin_profiles()))
def test_every_profile_that_ships_quotes_its_plan_to_the_letter(name: str) -> None:
    errors, warnings = check_profile(builtin_profiles()[name], PLANS)

    assert errors == []
    assert all(isinstance(doubt, Problem) for doubt in warnings)


# What is read


def test_what_is_only_reported_has_nobody_who_set_its_goal(tmp_path: Path) -> None:
    report = LIBRARY.replace("school_rate", "report").replace("value = 60.0\n", "")

    profile = load_profile(write(tmp_path, HEAD + TARGET + report))

    assert [target.threshold_origin for target in profile.targets] == ["plan", ""]


def test_milestones_a_score_and_the_day_for_missing_papers_are_read(tmp_path: Path) -> None:
    phases = """
[[target.phase]]
by = 2027-06-30
value = 60.0
[[target.phase]]
by = 2028-06-30
value = 80.0
origin = "law"
[score]
enabled = true
decided_by = "县教育局"
"""
    head = HEAD.replace("[defaults]", "[defaults]\nunknown_after = 2029-12-31\nweight = 2")
    profile = load_profile(write(tmp_path, head + TARGET + phases))
    (target,) = profile.targets

    assert [(phase.by.year, phase.value, phase.origin) for phase in target.phase] == [
        (2027, 60.0, "county_decision"),
        (2028, 80.0, "law"),
    ]
    assert (profile.score.enabled, profile.score.decided_by, target.weight) == (True, "县教育局", 2.0)
    assert profile.defaults.unknown_after == date(2029, 12, 31)


# A plan that nobody holds the text of

NO_TEXT = re.sub(r"file = .*\nsha256 = .*\n", 'file = ""\nsha256 = ""\nnote = "转引自报道"\n', HEAD)


def test_a_plan_whose_text_nobody_holds_is_a_draft_with_a_doubt(tmp_path: Path) -> None:
    errors, warnings = check(tmp_path, NO_TEXT + TARGET)

    assert errors == []
    assert any("no quote is proved" in warning for warning in warnings)


@pytest.mark.parametrize(
    ("old", "new", "part"),
    [
        ('note = "转引自报道"\n', "", "not where the quotes were read"),
        (
            'id = "p"',
            'id = "p"\nstatus = "adopted"\nadopted_by = "县"\nadopted_on = 2026-01-01',
            "cannot be proved",
        ),
        ('sha256 = ""', 'sha256 = "00"', "has no file"),
    ],
)
def test_a_plan_whose_text_nobody_holds_proves_nothing(tmp_path: Path, old: str, new: str, part: str) -> None:
    assert old in NO_TEXT
    errors, _ = check(tmp_path, NO_TEXT.replace(old, new) + TARGET)

    assert any(part in error for error in errors), errors


def test_a_figure_of_a_second_hand_quote_has_to_stand_in_it_too(tmp_path: Path) -> None:
    errors, _ = check(tmp_path, NO_TEXT + TARGET.replace("min_port_mbps = 10000", "min_port_mbps = 1000"))

    assert any("1000 is said to come" in error for error in errors)
