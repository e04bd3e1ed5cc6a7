"""A school under a plan, and the county's view."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from types import MappingProxyType

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace as revised
from snapshots import AS_OF, CAMPUS, WEEK, Scene

from inventory.judge import applies, judge_county, judge_school, target_texts
from inventory.metrics.catalogue import catalogue
from inventory.metrics.compute import CAMPUS as CAMPUS_METRICS
from inventory.metrics.compute import COUNTY, SCHOOL, compute
from inventory.metrics.look import Look
from inventory.metrics.params import DEFAULTS, PARAMS
from inventory.plan import builtin_profiles, load_profile
from inventory.profile import Aggregate, Period, Profile, ProfileHead, Scope, Source, Target
from inventory.reasons import REASONS
from inventory.register import Campus, Contract, Register, School
from inventory.snapshot import AgentSeen, SchoolSnapshot
from inventory.verdict import (
    SchoolVerdict,
    SchoolView,
    State,
    TargetState,
    UnitCounts,
    Verdict,
)

CHANGXING = load_profile(builtin_profiles()["changxing-145"])


def plan(*targets: Target, **scopes: Scope) -> Profile:
    found = {"all": Scope(unit="school"), "county": Scope(unit="county"), **scopes}
    return Profile(
        head=ProfileHead(id="p", version="1", title="规划", county="长兴县"),
        source=Source(file="p.txt", sha256="0" * 64),
        period=Period(start=date(2026, 1, 1), end=date(2030, 12, 31)),
        scopes=MappingProxyType({name: replace(scope, name=name) for name, scope in found.items()}),
        targets=targets,
    )


def target(
    metric: str = "access_port_speed_10g",
    aggregate: Aggregate = "school_rate",
    value: float | None = 100.0,
    scope: str = "all",
) -> Target:
    return Target(id="t", quote=("万兆到校",), metric=metric, scope=scope, aggregate=aggregate, value=value)


def fine(campus: Campus = CAMPUS) -> Scene:
    return Scene(campus).polled("gw", (600, "ok")).port("gw", "XGE0/0/1")


def test_a_school_has_one_verdict_per_target_in_the_order_of_the_plan() -> None:
    view = judge_school(fine().snapshot(), CHANGXING)
    applying = [t.id for t in CHANGXING.targets if applies(CHANGXING, t, view.school)]

    assert [verdict.target for verdict in view.verdicts] == applying
    assert view.verdicts[0].state is State.PASS


def test_targets_of_vocational_schools_are_not_asked_of_a_primary_school() -> None:
    view = judge_school(fine().snapshot(), CHANGXING)

    assert "cx-vocational-vr" not in {verdict.target for verdict in view.verdicts}


@pytest.mark.parametrize(
    ("scope", "holds"),
    [
        (Scope(unit="school"), True),
        (Scope(unit="county"), False),
        (Scope(unit="school", stages_any=("junior", "primary")), True),
        (Scope(unit="school", stages_any=("preschool",)), False),
        (Scope(unit="school", kinds_any=("teaching_point",)), False),
        (Scope(unit="school", kinds_not=("primary",)), False),
        (Scope(unit="school", urban_rural_any=("rural",)), False),
        (Scope(unit="school", ownership_any=("public",)), True),
    ],
)
def test_a_scope_holds_the_schools_that_pass_all_its_filters(scope: Scope, holds: bool) -> None:
    school = School(id="2133000001", name="小学", kind="primary", stages=("primary",), urban_rural="town")

    assert scope.holds(school) is holds


def two_campuses(second: Scene) -> SchoolSnapshot:
    first = fine().snapshot()
    other = second.snapshot()
    campuses = (CAMPUS, second.campus)
    return replace(
        first,
        school=replace(first.school, campuses=campuses),
        facts={**first.facts, **other.facts},
        polls={**first.polls, **other.polls},
    )


OTHER = Campus(
    id="2133000001-02",
    devices=(replace(CAMPUS.devices[0], id="gw2"),),
    uplinks=(replace(CAMPUS.uplinks[0], device="gw2"),),
)


def test_a_school_fails_by_one_campus() -> None:
    slow = Scene(OTHER).polled("gw2", (600, "ok")).port("gw2", "XGE0/0/1", speed_mbps=1000)

    (verdict,) = judge_school(two_campuses(slow), plan(target())).verdicts

    assert (verdict.state, verdict.reason) == (State.FAIL, "negotiated_1000")
    assert [campus.state for campus in verdict.campuses] == [State.PASS, State.FAIL]


def test_a_school_is_unknown_by_one_silent_campus() -> None:
    (verdict,) = judge_school(two_campuses(Scene(OTHER)), plan(target())).verdicts

    assert (verdict.state, verdict.reason) == (State.UNKNOWN, "no_data")


def test_a_school_without_a_campus_is_unknown() -> None:
    snapshot = fine().snapshot()
    snapshot = replace(snapshot, school=replace(snapshot.school, campuses=()))

    (verdict,) = judge_school(snapshot, plan(target())).verdicts

    assert (verdict.state, verdict.reason) == (State.UNKNOWN, "no_campus")


def test_a_campus_line_shows_the_figures_of_the_plan_s_own_window() -> None:
    campus = replace(CAMPUS, contracts=(Contract(down_mbps=1000, up_mbps=1000, evidence="accepted"),))
    scene = fine(campus)
    scene.agents = (AgentSeen(agent="a", campus=campus.id, last_report=AS_OF),)

    (line,) = judge_school(scene.snapshot(), CHANGXING).campuses

    assert (line.port_speed_mbps, line.contract_mbps, line.last_report) == (10_000, 1000, AS_OF)
    assert line.aps_online is None


# Every metric of the catalogue


def test_the_catalogue_holds_its_56_metrics() -> None:
    themes = [metric.no[0] for metric in catalogue().values()]

    assert {theme: themes.count(theme) for theme in "ABCDEFG"} == {
        "A": 11,
        "B": 4,
        "C": 11,
        "D": 9,
        "E": 11,
        "F": 4,
        "G": 6,
    }


def test_every_metric_with_parameters_is_in_the_catalogue() -> None:
    assert set(PARAMS) <= set(catalogue())
    assert {*CAMPUS_METRICS, *SCHOOL, *COUNTY} <= set(catalogue())


@pytest.mark.parametrize("metric", list(catalogue()))
def test_every_metric_gives_a_verdict_with_a_reason_for_a_campus_nobody_knows(metric: str) -> None:
    scene = Scene(Campus(id="c"))

    verdict = compute(metric, Look(scene.snapshot()), scene.campus, DEFAULTS)

    assert verdict.metric == metric
    # A school that has no system has none to file (F4), and one without a website none to open (C10).
    has_none = metric in ("mlps_record_valid", "ipv6_website_support")
    assert verdict.state in ((State.NA,) if has_none else (State.UNKNOWN, State.FAIL))
    assert verdict.reason in REASONS


# The county


def school_view(n: int, state: State, units: UnitCounts | None = None) -> SchoolView:
    school = School(id=f"21330000{n:02d}", name=f"{n}小", kind="primary", stages=("primary",))
    campus = Verdict(metric="access_port_speed_10g", subject="c", state=state, units=units)
    verdict = SchoolVerdict(target="t", school=school.id, state=state, campuses=(campus,))
    return SchoolView(school=school, verdicts=(verdict,))


def county(target_: Target, views: list[SchoolView], agents: tuple[AgentSeen, ...] = ()) -> TargetState:
    register = Register(county="长兴县", schools=tuple(view.school for view in views))
    return judge_county(register, plan(target_), views, agents, AS_OF).targets[0].state


def states(p: int, f: int, u: int, na: int = 0) -> list[SchoolView]:
    each = [State.PASS] * p + [State.FAIL] * f + [State.UNKNOWN] * u + [State.NA] * na
    return [school_view(n, state) for n, state in enumerate(each)]


@pytest.mark.parametrize(
    ("value", "expected"),
    [(100.0, TargetState.NOT_MET), (90.0, TargetState.MET), (95.0, TargetState.UNDETERMINED)],
)
def test_sixty_schools_are_rolled_up_as_in_the_worked_examples(value: float, expected: TargetState) -> None:
    assert county(target(value=value), states(54, 2, 4)) is expected


def test_schools_that_do_not_apply_are_left_out_of_the_rate() -> None:
    assert county(target(value=100.0), states(5, 0, 0, na=5)) is TargetState.MET


def test_a_target_without_schools_is_undetermined_and_not_met() -> None:
    assert county(target(), []) is TargetState.UNDETERMINED


@pytest.mark.parametrize(("u", "expected"), [(3, TargetState.UNDETERMINED), (1, TargetState.NOT_MET)])
def test_schools_are_counted_as_in_the_worked_examples(u: int, expected: TargetState) -> None:
    assert county(target(aggregate="count", value=8), states(6, 0, u)) is expected


def test_rooms_of_all_schools_are_pooled() -> None:
    views = [
        school_view(1, State.PASS, UnitCounts(p=440, f=0, u=0)),
        school_view(2, State.FAIL, UnitCounts(p=400, f=100, u=60)),
    ]

    assert county(target(aggregate="pooled_units", value=85.0), views) is TargetState.UNDETERMINED
    assert county(target(aggregate="pooled_units", value=84.0), views) is TargetState.MET


def test_rooms_that_one_school_did_not_count_leave_the_pool_open() -> None:
    views = [school_view(1, State.PASS, UnitCounts(p=999, f=0, u=0)), school_view(2, State.UNKNOWN)]

    assert county(target(aggregate="pooled_units", value=10.0), views) is TargetState.UNDETERMINED


def test_a_reported_target_has_no_verdict() -> None:
    assert county(target(aggregate="report", value=None), states(5, 0, 0)) is TargetState.REPORT


def test_a_platform_that_nothing_computes_is_undetermined() -> None:
    row = target("named_platform_status", "single", None, "county")

    assert county(row, states(5, 0, 0)) is TargetState.UNDETERMINED


@pytest.mark.parametrize(
    ("heard", "expected"), [(20, TargetState.MET), (19, TargetState.MET), (18, TargetState.NOT_MET)]
)
def test_a_target_on_agents_is_judged_by_who_was_heard(heard: int, expected: TargetState) -> None:
    views = []
    for view in states(20, 0, 0):
        campus = Campus(id=f"{view.school.id}-01")
        views.append(revised(view, school=replace(view.school, campuses=(campus,))))
    agents = tuple(
        AgentSeen(agent=f"a{n}", campus=view.school.campuses[0].id, last_report=AS_OF - 60)
        for n, view in enumerate(views[:heard])
    )

    assert county(target("agent_coverage", "single", None, "county"), views, agents) is expected


def test_a_target_on_agents_may_ask_for_fewer_and_sooner() -> None:
    view = school_view(1, State.PASS)
    view = revised(view, school=replace(view.school, campuses=(Campus(id="c"),)))
    old = (AgentSeen(agent="a", campus="c", last_report=AS_OF - 3600),)
    row = replace(target("agent_coverage", "single", None, "county"), params={"heard_within": "10m"})

    assert county(row, [view], old) is TargetState.NOT_MET
    assert county(replace(row, params={"heard_within": "2h"}), [view], old) is TargetState.MET


def test_the_county_view_carries_bounds_texts_and_quality() -> None:
    view = judge_school(fine().snapshot(), CHANGXING)
    register = Register(county="长兴县", adcode="330522", schools=(view.school,))

    found = judge_county(register, CHANGXING, [view], (), AS_OF)

    assert [row.target for row in found.targets] == [text.id for text in found.texts]
    assert found.targets[0].low_bp == 10_000
    assert found.profile == CHANGXING.ref
    assert [verdict.metric for verdict in found.quality] == [
        "agent_coverage",
        "inventory_completeness",
        "target_determinacy",
    ]
    assert found.quality[0].reason == "agent_silent"


def test_determinacy_counts_targets_with_an_answer() -> None:
    view = judge_school(fine().snapshot(), CHANGXING)
    register = Register(county="长兴县", schools=(view.school,))

    found = judge_county(register, CHANGXING, [view], (), AS_OF)
    counts = found.quality[2].units

    assert counts is not None
    judged = [row for row in found.targets if row.state is not TargetState.REPORT]
    assert (counts.p, counts.n) == (
        sum(row.state is not TargetState.UNDETERMINED for row in judged),
        len(judged),
    )


def test_every_target_text_quotes_the_plan() -> None:
    texts = target_texts(CHANGXING)

    assert all(text.quote for text in texts)
    assert texts[0].params[:2] == (("basis", "port"), ("min_port_mbps", "10000"))


@given(st.data())
def test_the_same_snapshot_gives_the_same_view(data: st.DataObject) -> None:
    down = data.draw(st.integers(0, 600))
    scene = fine().polled("gw", (600 - down, "ok"), (down, "down"))
    snapshot = scene.snapshot()

    assert judge_school(snapshot, CHANGXING) == judge_school(snapshot, CHANGXING)


@given(st.integers(1, 599), st.integers(0, 600), st.integers(0, 600))
def test_counting_by_spans_agrees_with_asking_poll_by_poll(up: int, ok: int, down: int) -> None:
    scene = Scene().polled("gw", (ok, "ok"), (down, "down")).port("gw", "XGE0/0/1")
    scene.changed("gw", "port:XGE0/0/1", "oper", (up, "up"), (600 - up, "down"))
    snapshot = scene.snapshot()

    (verdict,) = judge_school(snapshot, plan(target())).verdicts
    a = d = 0
    for slot in WEEK:
        outcome = snapshot.polls_of("gw").outcome(slot)
        is_up = snapshot.fact("gw", "port:XGE0/0/1", "oper", slot) == "up"
        a += outcome == "ok" and is_up
        d += outcome == "down" or (outcome == "ok" and not is_up)

    polls = verdict.campuses[0].polls
    assert polls is not None
    assert (polls.a, polls.d, polls.n) == (a, d, len(WEEK))
