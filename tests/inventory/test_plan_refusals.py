"""Take the profile of 长兴县, break one thing: it is refused, on the right line and for the right reason."""

from __future__ import annotations

import json
import re
import tomllib
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from shared import PLANS, need

from inventory.errors import PlanError
from inventory.plan import builtin_profiles, load_profile
from inventory.plan_check import check_profile
from wanzhao.cli import main

SOUND = builtin_profiles()["changxing-145"].read_text(encoding="utf-8")
ACCESS = '["实现全县所有中小学和幼儿园教育计算机专网万兆到校", "100%实现教育计算机专网万兆接入"]'
OVER_LINES = (
    '[ # [[target]]\n "实现全县所有中小学和幼儿园教育计算机专网万兆到校", # "\n """100%实现万兆""", # HERE\n]'
)
WIFI_ORIGINS = 'param_origin = { legs = "product_default", area_ratio = "product_default" }'
LIBRARY = """\
scope = "schools"
aggregate = "school_rate"
op = ">="
value = 60.0
unit = "percent"
note = "专栏15没有说哪些学校,分母不含幼儿园"
"""
BASES = 'scope = "county"\naggregate = "count"\nop = ">="\nvalue = 3\nunit = "schools"'
PLATFORM = 'min_status = "product_default" }\nscope = "county"\naggregate = "single"'
PHASE = "\n[[target.phase]]\n"

Case = tuple[str, str, str]
"""The words of the profile; what stands there instead; a part of the reason. The fault has to be told of the
line that says HERE, or else of the line where the change begins."""

READING: dict[str, Case] = {
    "an unknown table": ("[omitted]", "[omited]", "did you mean omitted?"),
    "an unknown key of the head": ('status = "draft"', 'state = "draft"', "did you mean status?"),
    "an unknown key of the source": ("excerpt = true", "exerpt = true", "did you mean excerpt?"),
    "an unknown key of a target": ("value = 60.0", "valeu = 60.0", "did you mean value?"),
    "an unknown key of a scope": (
        'unit = "county"',
        'unit = "county"\nstage = 1 # HERE',
        "unknown key stage",
    ),
    "a name inside a scope": ('unit = "county"', 'unit = "county"\nname = "c" # HERE', "unknown key name"),
    "an unknown metric": (
        'metric = "wifi_coverage_composite"',
        'metric = "wifi_coverage"',
        "did you mean wifi_area_coverage?",
    ),
    "a metric that is no text": ('metric = "wifi_coverage_composite"', "metric = 7", "has to be a text"),
    "an unknown parameter": ("area_ratio = 0.95 }", "aera_ratio = 0.95 }", "did you mean area_ratio?"),
    "a parameter of the wrong kind": ("area_ratio = 0.95 }", "area_ratio = 95 }", "a ratio from 0 to 1"),
    "a parameter without end": ("min_port_mbps = 10000", "min_port_mbps = inf", "has to be a number"),
    "a word that a parameter does not take": ('basis = ["port"]', 'basis = ["prot"]', "unknown: prot"),
    "a leg that is no metric": (
        '["wifi_area_coverage", "wifi_ap',
        '["wifi_area", "wifi_ap',
        "unknown: wifi_area",
    ),
    "params that are no table": (
        'params = { kind = "digital_resource_base" }',
        "params = 3",
        "has to be a table",
    ),
    "the origin of a parameter that is not given": (
        WIFI_ORIGINS,
        WIFI_ORIGINS.replace("area_ratio", "thr"),
        "params does not give it",
    ),
    "an unknown origin": (WIFI_ORIGINS, 'param_origin = { legs = "plam" }', "did you mean plan?"),
    "an unknown scope": ('scope = "vocational"', 'scope = "vocation"', "did you mean vocational?"),
    "an empty scope": ('scope = "vocational"', 'scope = ""', "has no scope"),
    "an unknown stage": (
        'stages_any = ["vocational"]',
        'stages_any = ["vocation"]',
        "did you mean vocational?",
    ),
    "an empty list of stages": ('stages_any = ["vocational"]', "stages_any = []", "an empty list"),
    "two targets with one id": ('id = "cx-wifi"', 'id = "cx-ipv6-use"', "the other is number 3"),
    "an unknown aggregate": (
        LIBRARY,
        LIBRARY.replace('school_rate"', 'school_rates" # HERE'),
        "did you mean school_rate?",
    ),
    "a class that is not judged": ('class = "a"', 'class = "c"', "allowed: a, b"),
    "a value that is a text": ("value = 60.0", 'value = "60"', "has to be a number"),
    "a value that is no number": ("value = 60.0", "value = nan", "has to be a number"),
    "a value that is yes": ("value = 60.0", "value = true", "has to be a number"),
    "a date that is a text": ("end = 2025-12-31", 'end = "2025"', "has to be a date"),
    "a date with a time": ("end = 2025-12-31", "end = 2025-12-31T00:00:00", "has to be a date"),
    "a flag that is a text": ("excerpt = true", 'excerpt = "yes"', "has to be true or false"),
    "a quote that is a number": (
        'quote = "推进智能感知设备进校园"',
        "quote = 1",
        "has to be a list of texts",
    ),
    "an unknown status": ('status = "draft"', 'status = "drafts"', "did you mean draft?"),
    "a head without id": ('[profile]\nid = "changxing-145"', "[profile]", "the key id is missing"),
    "a target without metric": (
        '[[target]]\nid = "cx-smart-campus"',
        '[[target]] # HERE\nid = "x"\nquote = "x"\naggregate = "report"\n\n'
        '[[target]]\nid = "cx-smart-campus"',
        "the key metric is missing",
    ),
    "a milestone without a date": (
        LIBRARY,
        LIBRARY + PHASE.replace("]]", "]] # HERE") + "value = 30.0",
        "the key by is missing",
    ),
    "milestones that are no tables": (LIBRARY, LIBRARY + "phase = 3 # HERE\n", "not an array of tables"),
    "a change without a reason": (
        "[[change]]\n",
        '[[change]] # HERE\nversion = "1"\ndate = 2026-01-01\nby = "x"\nwhat = "x"\n\n[[change]]\n',
        "the key why is missing",
    ),
}
CHECKING: dict[str, Case] = {
    "a quote that is not the plan's": (
        'quote = "推进智能感知设备进校园"',
        'quote = "推进智能感知设备进学校"',
        "does not stand in the plan text",
    ),
    "the second quote of a list over lines": (ACCESS, OVER_LINES, "“100%实现万兆” does not stand"),
    "an empty quote": ('quote = "推进智能感知设备进校园"', 'quote = " "', "is empty"),
    "no quote": ('quote = "推进智能感知设备进校园"', "quote = []", "is empty"),
    "the sum of another text": ('sha256 = "cdc7', 'sha256 = "0dc7', "is not that of"),
    "a sum that is none": ('sha256 = "cdc7', 'sha256 = "xdc7', "64 hexadecimal digits"),
    "a file that is not in the archive": ('file = "001_', 'file = "009_', "cannot be read"),
    "a file in another folder": ('file = "001_', 'file = "../001_', "without folders"),
    "a figure that the quote does not have": ("value = 60.0", "value = 61.0", "61 is said to come"),
    "a rate that the quote does not have": (
        'params = { basis = ["port"], min_port_mbps = 10000,',
        'params = { basis = ["port"], min_port_mbps = 1000,',
        "1000 is said to come",
    ),
    "a platform that the quote does not name": (
        'params = { platform = "长兴教育资源平台" }',
        'params = { platform = "长兴资源平台" }',
        "长兴资源平台 is said to come",
    ),
    "a platform without a name": (
        'params = { platform = "长兴教育资源平台" }',
        "params = {}",
        "what to look for",
    ),
    "facilities of no kind": (
        'params = { kinds = ["iot_sensing"], count_by',
        "params = { count_by",
        "set kinds in params",
    ),
    "a percentage above 100": ("value = 60.0", 'value = 160.0\nthreshold_origin = "law"', "up to 100"),
    "a rate of schools without a goal": (
        '[[target]]\nid = "cx-smart-library"',
        '[[target]] # HERE\nid = "x"\nplan_ids = ["001-10"]\nquote = "阅览室"\n'
        'metric = "smart_library_present"\naggregate = "school_rate"\n[[target]]\nid = "cx-smart-library"',
        "needs a value",
    ),
    "a phrase that got lost": ('plan_ids = ["001-33"]', 'plan_ids = ["001-21"]', "001-33 is neither"),
    "a phrase that the plan does not have": ('["001-33"]', '["001-33", "001-35"]', "001-35 is not among"),
    "a range of two series": ('["001-01..001-34"]', '["001-01..002-34"]', "nor a range"),
    "a phrase left out and aimed at": ('c = ["001-22",', 'c = ["001-12",\n"001-22",', "001-12 has a target"),
    "a phrase left out twice": ('c = ["001-22",', 'c = ["001-22",\n"001-22", # HERE\n', "listed twice"),
    "a target that names no phrase": ('plan_ids = ["001-33"]', "plan_ids = []", "is empty"),
    "a period that ends before it starts": ("end = 2025-12-31", "end = 2020-12-31", "before the start"),
    "a date after the period without a note": (
        'scope = "vocational"',
        'due = 2026-01-01\nscope = "vocational"',
        "after the period of the plan",
    ),
    "a date before the period without a note": (
        'scope = "vocational"',
        'due = 2020-01-01\nscope = "vocational"',
        "before the period of the plan",
    ),
    "adopted by nobody": ('status = "draft"', 'status = "adopted"', "not by whom and when"),
    "adopted on no day": (
        'status = "draft"',
        'status = "adopted"\nadopted_by = "县教育局"',
        "not by whom and when",
    ),
    "a county code that is none": ('adcode = "330522"', 'adcode = "33052"', "is not a county code"),
    "an id with a blank": ('id = "cx-iot-sensing"', 'id = "cx iot"', "letters, digits, points"),
    "a version that replaces itself": ('supersedes = "1"', 'supersedes = "2"', "is the version itself"),
    "a version whose change nobody tells": (
        '[[change]]\nversion = "2"',
        '[[change]]\nversion = "3"',
        "no [[change]] tells what version 2 changed",
    ),
    "a milestone after the goal": (
        LIBRARY,
        LIBRARY + PHASE + "value = 30.0\nby = 2026-01-01 # HERE",
        "after the due date",
    ),
    "a milestone above the goal": (
        LIBRARY,
        LIBRARY + PHASE + "by = 2024-01-01\nvalue = 70.0 # HERE",
        "above the goal",
    ),
    "milestones that fall": (
        LIBRARY,
        LIBRARY + PHASE + "by = 2023-01-01\nvalue = 40.0" + PHASE + "by = 2024-01-01\nvalue = 30.0 # HERE",
        "lower than in the phase before",
    ),
    "milestones out of order": (
        LIBRARY,
        LIBRARY + PHASE + "by = 2023-01-01\nvalue = 30.0" + PHASE + "value = 40.0\nby = 2023-01-01 # HERE",
        "not later than the phase before",
    ),
    "a milestone said to be the plan's": (
        LIBRARY,
        LIBRARY + PHASE + 'origin = "plan"\nby = 2023-01-01\nvalue = 30.0 # HERE',
        "30 is said to come",
    ),
    "a milestone to no goal": (
        'scope = "vocational"\naggregate = "report"',
        'scope = "vocational"\naggregate = "report"' + PHASE + "by = 2023-01-01\nvalue = 30.0 # HERE",
        "the target does not have",
    ),
    "a weight below nothing": ('scope = "vocational"', 'weight = -1.0\nscope = "vocational"', "below 0"),
    "a score that nobody decided": ("[omitted]", "[score]\nenabled = true # HERE\n[omitted]", "not by whom"),
    "a score of nothing": (
        "weight = 1.0\n",
        'weight = 0.0\n\n[score]\ndecided_by = "县教育局"\nenabled = true # HERE\n',
        "every weight is 0",
    ),
    "schools counted in a scope without any": (
        LIBRARY,
        LIBRARY.replace('"schools"', '"county"'),
        "has no schools to be counted",
    ),
    "a metric of schools in a scope without any": (
        'scope = "zhongxiaoxue"\naggregate = "report"',
        'scope = "county"\naggregate = "report"',
        "holds none",
    ),
    "a metric of the county as a rate of schools": (
        BASES,
        BASES.replace('"count"', '"school_rate" # HERE'),
        "is judged once per county",
    ),
    "a number of schools as a single thing": (
        BASES,
        BASES.replace('"count"', '"single" # HERE'),
        "does not fit designated_school_count",
    ),
    "a metric of schools as a single thing": (
        LIBRARY,
        LIBRARY.replace('"school_rate"', '"single" # HERE'),
        "is judged at each school",
    ),
    "one platform as a number": (
        PLATFORM,
        PLATFORM.replace('"single"', '"count" # HERE') + "\nvalue = 1",
        "does not fit named_platform_status",
    ),
    "rooms of a metric that has none": (
        LIBRARY,
        LIBRARY.replace('"school_rate"', '"pooled_units" # HERE'),
        "does not count rooms",
    ),
    "a rate of schools over classrooms": (
        '[scope.schools]\nunit = "school"',
        '[scope.schools]\nunit = "classroom"',
        "counts schools, but scope schools is of classrooms",
    ),
    "a rate counted in schools": (LIBRARY, LIBRARY.replace('"percent"', '"schools" # HERE'), "does not fit"),
    "half a school": (BASES, BASES.replace("3", "2.5 # HERE"), "a whole number"),
    "more than all": (
        LIBRARY,
        LIBRARY.replace('">="', '">" # HERE').replace("60.0", "100.0"),
        "more than 100 percent",
    ),
    "kinds that have no such stage": (
        '[scope.vocational]\nunit = "school"',
        '[scope.vocational]\nunit = "school"\nkinds_any = ["kindergarten", "primary"]',
        "no school can be in this scope",
    ),
    "kinds let in and kept out": (
        '[scope.vocational]\nunit = "school"',
        '[scope.vocational]\nunit = "school"\nkinds_any = ["vocational"]\nkinds_not = ["vocational"]',
        "no school can be in this scope",
    ),
    "a county with a filter of schools": (
        'unit = "county"',
        'unit = "county"\nstages_any = ["primary"] # HERE',
        "has no effect",
    ),
}
ELSEWHERE = {"a version whose change nobody tells": 'supersedes = "1"', "a phrase that got lost": "ids = ["}
"""Where the fault is told of another line than the one that was changed."""
OF_EVERY_TARGET = {"a rate of schools over classrooms": 'aggregate = "school_rate"'}


def broken(tmp_path: Path, case: Case) -> tuple[Path, int]:
    """The broken profile, and the line that the fault stands on."""
    old, new, _part = case
    assert old in SOUND, old
    at = SOUND.index(old)
    text = SOUND[:at] + new + SOUND[at + len(old) :]
    mark = text.find("# HERE")
    file = tmp_path / "broken.toml"
    file.write_text(text, encoding="utf-8")
    return file, text.count("\n", 0, at if mark < 0 else mark) + 1


@pytest.mark.parametrize("name", list(READING))
def test_what_could_not_be_judged_is_refused_on_its_line(tmp_path: Path, name: str) -> None:
    file, line = broken(tmp_path, READING[name])

    with pytest.raises(PlanError) as caught:
        load_profile(file)
    told = [(problem.line, str(problem)) for problem in check_profile(file, None)[0]]

    assert any(at == line and READING[name][2] in text for at, text in told), (line, told)
    assert f"line {line}, " in str(caught.value)


@need(PLANS)
@pytest.mark.plans
@pytest.mark.parametrize("name", list(CHECKING))
def test_what_the_plan_does_not_carry_is_refused_on_its_line(tmp_path: Path, name: str) -> None:
    file, line = broken(tmp_path, CHECKING[name])
    rows = file.read_text(encoding="utf-8").splitlines()
    if name in ELSEWHERE:
        line = next(n for n, row in enumerate(rows, 1) if row.startswith(ELSEWHERE[name]))

    told = [(problem.line, str(problem)) for problem in check_profile(file, PLANS)[0]]

    if name in OF_EVERY_TARGET:
        assert {rows[at - 1] for at, _text in told} == {OF_EVERY_TARGET[name]}
        return
    assert any(at == line and CHECKING[name][2] in text for at, text in told), (line, told)


def test_without_a_scope_of_its_own_or_by_default_a_target_is_refused(tmp_path: Path) -> None:
    file, _line = broken(tmp_path, ('scope = "all_k12"\nthreshold_origin', "threshold_origin", ""))

    with pytest.raises(PlanError) as caught:
        load_profile(file)

    rows = file.read_text(encoding="utf-8").splitlines()
    told = [problem for problem in caught.value.problems if "has no scope" in problem.what]
    assert told
    assert {rows[problem.line - 1] for problem in told} == {"[[target]]"}


def test_a_table_that_should_be_one_of_many_is_refused(tmp_path: Path) -> None:
    file, _line = broken(tmp_path, ("[period]", "[[period]]", ""))

    with pytest.raises(PlanError, match=r"line \d+, \[period\]: the table is missing"):
        load_profile(file)


def test_all_faults_are_told_at_once_in_the_order_of_the_file(tmp_path: Path) -> None:
    text = SOUND
    for old, new in (
        ("value = 60.0", "value = nan"),
        ('"draft"', '"drafts"'),
        ('unit = "county"', 'unit = "c"'),
    ):
        text = text.replace(old, new, 1)
    file = tmp_path / "broken.toml"
    file.write_text(text, encoding="utf-8")

    lines = [problem.line for problem in check_profile(file, None)[0]]

    assert len(lines) >= 3
    assert lines == sorted(lines)


def test_the_command_tells_line_reason_and_remedy(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file, line = broken(tmp_path, CHECKING["a period that ends before it starts"])

    code = main(["plan", "check", str(file), "--json"])

    problems = json.loads(capsys.readouterr().out)["problems"]
    assert code == 2
    assert {"level": "error", "line": line, "where": "[period] end"} == {
        key: value for key, value in problems[0].items() if key in ("level", "line", "where")
    }
    assert problems[0]["what"]


# Whatever a person may write, it is answered with faults and lines.

STRANGE = [
    "3",
    "true",
    '"x"',
    '""',
    "[]",
    "[1]",
    '["x"]',
    "{}",
    "{ x = 1 }",
    "2026-01-01",
    "nan",
    "[[]]",
    "[{}]",
]
VALUES = [found.span(1) for found in re.finditer(r"^[a-z_0-9]+ = (.+)$", SOUND, flags=re.MULTILINE)]
ROWS = SOUND.splitlines()


def told_of(tmp_path: Path, text: str) -> list[int]:
    """The lines of all faults; PlanError as a whole where the text is no TOML."""
    file = tmp_path / "strange.toml"
    file.write_text(text, encoding="utf-8")
    try:
        tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        with pytest.raises(PlanError, match="is not TOML"):
            check_profile(file, None)
        return []
    faults, _doubts = check_profile(file, None)
    for fault in faults:
        assert fault.what
        assert 0 <= fault.line <= text.count("\n") + 1
    return [fault.line for fault in faults]


@given(st.sampled_from(VALUES), st.sampled_from(STRANGE))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_strange_value_anywhere_is_answered_on_its_line_or_accepted(
    tmp_path: Path, span: tuple[int, int], value: str
) -> None:
    text = SOUND[: span[0]] + value + SOUND[span[1] :]
    line = SOUND.count("\n", 0, span[0]) + 1
    lines = told_of(tmp_path, text)

    key = ROWS[line - 1].split(" = ")[0]
    if value in ("{ x = 1 }", "[[]]", "nan") or (value == "3" and key not in ("value", "weight")):
        assert lines, (ROWS[line - 1], value)
    if value in ("{ x = 1 }", "[[]]") and key not in ("param_origin", "params"):
        assert line in lines, (ROWS[line - 1], value)


@given(st.integers(0, len(ROWS) - 1), st.integers(1, 4))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_lines_that_are_lost_are_answered_without_an_error(tmp_path: Path, first: int, n: int) -> None:
    told_of(tmp_path, "\n".join(ROWS[:first] + ROWS[first + n :]))


@given(st.integers(0, len(ROWS) - 1), st.integers(0, len(ROWS) - 1))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_line_in_another_place_is_answered_without_an_error(tmp_path: Path, source: int, to: int) -> None:
    rows = ROWS[:source] + ROWS[source + 1 :]
    told_of(tmp_path, "\n".join([*rows[:to], ROWS[source], *rows[to:]]))


@pytest.mark.parametrize(
    "table", ["profile", "source", "period", "defaults", "omitted", "score", "scope", "target", "change"]
)
@pytest.mark.parametrize("value", STRANGE)
def test_a_table_that_is_something_else_is_refused(tmp_path: Path, table: str, value: str) -> None:
    lines = told_of(tmp_path, f"{table} = {value}\n")

    assert lines


# Doubts: accepted, and a person is told.


@pytest.mark.parametrize(
    ("case", "part"),
    [
        (("weight = 1.0\n", "weight = 2.0\n", ""), "weights have no effect without [score]"),
        (("[omitted]", '[score]\nenabled = true\ndecided_by = "县"\n[omitted]', ""), "no weighted score"),
        (('["001-01..001-34"]', "[]", ""), "go unnoticed"),
        (
            ("[scope.county]", '[scope.spare]\nunit = "school"\n[scope.county]', ""),
            "no target has this scope",
        ),
        ((PLATFORM, PLATFORM + '\nvalue = 1\nthreshold_origin = "law"', ""), "is not looked at"),
        (('why = "引文里有', 'why = "', ""), "ships with wanzhao has other content"),
        (
            ('scope = "vocational"', 'due_basis = "stated"\nscope = "vocational"', ""),
            "the year does not stand",
        ),
    ],
)
def test_what_a_person_has_to_look_at_is_a_doubt_and_no_fault(tmp_path: Path, case: Case, part: str) -> None:
    file, _line = broken(tmp_path, case)

    faults, doubts = check_profile(file, None)

    assert faults == []
    assert any(part in str(doubt) for doubt in doubts), [str(doubt) for doubt in doubts]


def test_a_built_in_profile_with_its_own_bytes_raises_no_such_doubt() -> None:
    for path in builtin_profiles().values():
        assert not any("other content" in str(doubt) for doubt in check_profile(path, None)[1])


# Any changed character of any quote is refused.

PROFILES = {name: load_profile(path) for name, path in builtin_profiles().items()}
QUOTES = [
    (name, n, part, quote)
    for name, profile in PROFILES.items()
    if profile.source.file
    for n, target in enumerate(profile.targets)
    for part, quote in enumerate(target.quote)
]
LETTERS = st.one_of(
    st.sampled_from('的一０0,，。“”" \u3000（）'), st.characters(exclude_categories=["Cs", "Cc"])
)


@need(PLANS)
@pytest.mark.plans
@given(st.sampled_from(QUOTES), st.data())
@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_quote_with_any_character_changed_is_refused(
    tmp_path: Path, chosen: tuple[str, int, int, str], data: st.DataObject
) -> None:
    name, n, part, quote = chosen
    at = data.draw(st.integers(0, len(quote) - 1))
    letter = data.draw(LETTERS.filter(lambda letter: letter != quote[at]))
    changed = quote[:at] + letter + quote[at + 1 :]
    path, profile = builtin_profiles()[name], PROFILES[name]
    text = (PLANS / profile.source.file).read_text(encoding="utf-8")
    if changed in text:
        return
    file = tmp_path / "changed.toml"
    file.write_text(_with_quote(path.read_text(encoding="utf-8"), n, quote, changed), encoding="utf-8")

    assert tomllib.loads(file.read_text(encoding="utf-8"))["target"][n]["id"] == profile.targets[n].id
    faults, _doubts = check_profile(file, PLANS)
    where = [fault.where for fault in faults if "does not stand in the plan text" in fault.what]
    assert f"[[target]] {profile.targets[n].id} quote" in where, (part, changed)


def _with_quote(text: str, n: int, quote: str, changed: str) -> str:
    """The profile's text with one quote of its n-th target changed."""
    heads = [found.start() for found in re.finditer(r"^\[\[target\]\]", text, flags=re.MULTILINE)]
    at = text.index(json.dumps(quote, ensure_ascii=False), heads[n])
    return (
        text[:at]
        + json.dumps(changed, ensure_ascii=False)
        + text[at + len(json.dumps(quote, ensure_ascii=False)) :]
    )
