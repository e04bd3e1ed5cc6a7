"""Sixty schools through the real store: every verdict of every target of every plan equals what an
independent reference says.

The reference (tests/support/sixty_truth*.py) goes through the truth hour by hour and paper by paper, with
fractions; it shares nothing with the product but the words for states.
"""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from pathlib import Path

import pytest
import sixty_judges
import sixty_truth_county as truth
from sixty_filled import arrive
from sixty_judges import OF_CAMPUS, OF_COUNTY, OF_SCHOOL, OF_UNITS, Asked
from sixty_papers import exceptions
from sixty_register import register_of
from sixty_store import INTERVAL_S, batches_of
from sixty_types import NOW, CountyTruth, SchoolTruth
from sixty_world import county

from collector.store.engine import open_store
from collector.store.read import read_snapshot
from collector.store.registers import read_register, store_register
from inventory.judge import judge_county, judge_look, judge_school
from inventory.metrics.compute import is_computed
from inventory.metrics.look import Look
from inventory.plan import builtin_profiles, load_profile
from inventory.profile import Profile, Target
from inventory.snapshot import AgentSeen, SchoolSnapshot
from inventory.verdict import CountyView, SchoolView

SHIPPED = {name: load_profile(path) for name, path in builtin_profiles().items()}
OWN = load_profile(Path(sixty_judges.__file__).with_name("sixty-plan.toml"))
"""Metrics and parameters that no shipped plan names."""
PROFILES = {**SHIPPED, OWN.id: OWN}
NOT_COMPUTED: set[str] = set()
"""Metrics of the plans that no function computes yet: they have to come out as unknown."""


ALWAYS_TOLD = {"inventory_completeness"}
"""A field of the register is filled or it is not: this is never unknown."""


@dataclass(frozen=True)
class Case:
    """A target of a plan."""

    profile: Profile
    target: Target

    @property
    def is_of_county(self) -> bool:
        """Judged once for the county and never at a school."""
        is_sum = self.target.metric in OF_COUNTY and self.target.metric not in OF_SCHOOL
        return is_sum or self.profile.scopes[self.target.scope].unit == "county"

    @property
    def asked(self) -> Asked:
        return Asked(self.target.params, lambda school: asked_of(self.profile, school))


CASES = [Case(profile, target) for profile in PROFILES.values() for target in profile.targets]
COMPUTED = [case for case in CASES if case.target.metric not in NOT_COMPUTED]
OF_SCHOOLS = [case for case in COMPUTED if not case.is_of_county]
OF_SUMS = [case for case in COMPUTED if case.is_of_county]
POOLED = [case for case in OF_SCHOOLS if case.target.aggregate == "pooled_units"]


def in_scope(case: Case, schools: list[SchoolTruth]) -> list[SchoolTruth]:
    """By the plan's own words, school by school."""
    scope = case.profile.scopes[case.target.scope]
    return [
        school
        for school in schools
        if (not scope.stages_any or set(scope.stages_any) & set(school.stages))
        and (not scope.kinds_any or school.kind in scope.kinds_any)
        and school.kind not in scope.kinds_not
        and (not scope.urban_rural_any or school.place in scope.urban_rural_any)
        and (not scope.ownership_any or school.ownership in scope.ownership_any)
    ]


def asked_of(profile: Profile, school: SchoolTruth) -> list[tuple[str, str, Mapping[str, object]]]:
    """The targets of a plan that hold for a school."""
    return [
        (target.id, target.metric, target.params)
        for target in profile.targets
        if in_scope(Case(profile, target), [school])
    ]


def sixty_schools() -> CountyTruth:
    """The county, with what each plan's targets are let off and visited for."""
    named = dict.fromkeys(str(case.target.params.get("platform", "")) for case in OF_SUMS)
    found = county([name for name in named if name])
    scopes = [(case.target.id, case.target.metric, in_scope(case, found.schools)) for case in OF_SCHOOLS]
    exceptions(random.Random(7), scopes)
    return found


COUNTY = sixty_schools()
KNOWN_ROOMS = sixty_schools()
"""The same county, but that every school has confirmed its list of rooms: only so can rooms be added up."""
for place in (campus for school in KNOWN_ROOMS.schools for campus in school.campuses):
    place.rooms_confirmed = True


# What the product says


@pytest.fixture(scope="module")
def views(tmp_path_factory: pytest.TempPathFactory) -> dict[str, CountyView]:
    """The county judged from the store, under every plan."""
    return judged_from_store(tmp_path_factory.mktemp("sixty"), COUNTY)


def judged_from_store(
    folder: Path, county: CountyTruth, shuffled: random.Random | None = None
) -> dict[str, CountyView]:
    """All batches of all agents put into a store, in the order made or in any other, and judged from
    there."""
    engine = open_store(f"sqlite:///{folder / 'wanzhao.db'}")
    with engine.begin() as connection:
        store_register(connection, register_of(county), author="test", at=1.0)
    for school in county.schools:
        arriving = [(campus.id, batch) for campus in school.campuses for batch in batches_of(campus)]
        if shuffled:
            shuffled.shuffle(arriving)
        with engine.begin() as connection:
            for campus_id, batch in arriving:
                arrive(connection, school.id, campus_id, batch)
    as_of = NOW.timestamp()
    judged: dict[str, list[SchoolView]] = {name: [] for name in PROFILES}
    agents: list[AgentSeen] = []
    with engine.connect() as connection:
        register = read_register(connection)
        assert register is not None
        for each in register.schools:
            look = Look(read_snapshot(connection, each, register, as_of))
            agents += look.snapshot.agents
            for name, profile in PROFILES.items():
                judged[name].append(judge_look(look, profile))
    engine.dispose()
    return {
        name: judge_county(register, profile, judged[name], agents, as_of)
        for name, profile in PROFILES.items()
    }


def by_papers_alone(county: CountyTruth, profile: Profile) -> CountyView:
    """A county of which no agent was ever heard."""
    register = register_of(county)
    as_of = NOW.timestamp()
    schools = [
        judge_school(
            SchoolSnapshot(
                as_of=as_of,
                school=school,
                calendar=register.calendar,
                interval_s=INTERVAL_S,
                county_documents=register.documents,
            ),
            profile,
        )
        for school in register.schools
    ]
    return judge_county(register, profile, schools, (), as_of)


# What is true


@cache
def _expected(profile: str, target: str) -> dict[str, str]:
    (case,) = [case for case in CASES if (case.profile.id, case.target.id) == (profile, target)]
    return of_schools(case, COUNTY)


def of_schools(case: Case, county: CountyTruth) -> dict[str, str]:
    """The state of every school in scope."""
    metric, asked = case.target.metric, case.asked
    if metric in OF_CAMPUS:
        judge = OF_CAMPUS[metric](asked)
    else:
        of_school = OF_SCHOOL[metric](asked)
        judge = lambda school, _campus: of_school(school)  # noqa: E731
    asked.all_read()
    return {
        school.id: truth.school_state(school, case.target.id, metric, judge)
        for school in in_scope(case, county.schools)
    }


def expected(case: Case) -> dict[str, str]:
    return _expected(case.profile.id, case.target.id)


def sum_of(case: Case, county: CountyTruth) -> truth.Sum:
    """The units of a target over the county."""
    target, asked = case.target, case.asked
    if case.is_of_county:
        found = OF_COUNTY[target.metric](asked)(county, in_scope(case, county.schools))
    elif target.aggregate == "pooled_units" or target.params.get("count_by") == "items":
        units = OF_UNITS[target.metric](asked)
        kept = [
            s for s in in_scope(case, county.schools) if not truth.is_let_off(s, target.id, target.metric)
        ]
        found = truth.pooled(units(school) for school in kept)
    else:
        return truth.of_schools(of_schools(case, county).values())
    return found


def state_of(case: Case, counts: truth.Sum) -> str:
    """What the target comes to."""
    target = case.target
    if target.aggregate == "report":
        return "report"
    if target.aggregate == "single":
        # Of the county's one row; where it is a share, by its threshold.
        return truth.by_share(counts, Fraction(str(target.params.get("thr", 1))))
    assert target.value is not None
    if target.aggregate == "count":
        return truth.by_number(counts, int(target.value), above=target.op == ">")
    if counts == truth.OPEN:
        return "undetermined"
    return truth.by_share(counts, Fraction(str(target.value)) / 100, above=target.op == ">")


# Both are the same


def of(case: Case) -> str:
    return f"{case.profile.id}-{case.target.id}"


def judged_county(view: CountyView, case: Case) -> tuple[truth.Sum, str]:
    (found,) = [each for each in view.targets if each.target == case.target.id]
    return truth.Sum(found.counts.p, found.counts.f, found.counts.u), found.state.value


def judged_schools(view: CountyView, case: Case) -> dict[str, str]:
    return {
        verdict.school: verdict.state.value
        for school in view.schools
        for verdict in school.verdicts
        if verdict.target == case.target.id
    }


@pytest.mark.parametrize("case", OF_SCHOOLS, ids=of)
def test_every_school_is_judged_as_the_truth_says(views: dict[str, CountyView], case: Case) -> None:
    assert judged_schools(views[case.profile.id], case) == expected(case)


@pytest.mark.parametrize("case", COMPUTED, ids=of)
def test_the_county_is_judged_as_the_truth_says(views: dict[str, CountyView], case: Case) -> None:
    counts = sum_of(case, COUNTY)

    assert judged_county(views[case.profile.id], case) == (counts, state_of(case, counts))


@pytest.mark.parametrize("case", OF_SCHOOLS, ids=of)
def test_schools_that_are_let_off_are_counted_apart(views: dict[str, CountyView], case: Case) -> None:
    (found,) = [each for each in views[case.profile.id].targets if each.target == case.target.id]

    if case.target.aggregate == "school_rate":
        assert found.counts.na == list(expected(case).values()).count("na")


@pytest.mark.parametrize("case", POOLED, ids=of)
def test_rooms_of_all_schools_are_added_up_where_all_of_them_are_known(case: Case) -> None:
    counts = sum_of(case, KNOWN_ROOMS)
    view = by_papers_alone(KNOWN_ROOMS, case.profile)

    assert judged_county(view, case) == (counts, state_of(case, counts))
    assert judged_schools(view, case) == of_schools(case, KNOWN_ROOMS)
    assert min(counts.p, counts.f, counts.u) > 0


@pytest.mark.parametrize("case", [case for case in CASES if case not in COMPUTED], ids=of)
def test_what_nobody_computes_is_unknown(views: dict[str, CountyView], case: Case) -> None:
    counts, state = judged_county(views[case.profile.id], case)

    assert (counts.p, counts.f) == (0, 0)
    assert state in ("undetermined", "report")


def test_the_order_in_which_batches_arrive_does_not_matter(
    views: dict[str, CountyView], tmp_path: Path
) -> None:
    some = CountyTruth(COUNTY.schools[:6], COUNTY.things, COUNTY.platforms)
    again = judged_from_store(tmp_path, some, random.Random(5))

    for name, view in again.items():
        in_order = {each.school.id: each.verdicts for each in views[name].schools}
        assert {each.school.id: each.verdicts for each in view.schools} == {
            school.id: in_order[school.id] for school in some.schools
        }


# And nothing is left out


def test_every_target_that_the_product_computes_is_compared() -> None:
    assert len(SHIPPED) == 6
    computed = {of(case) for case in CASES if is_computed(case.target.metric, case.target.reading)}

    assert {of(case) for case in COMPUTED} == computed
    assert {case.target.metric for case in CASES if of(case) not in computed} == NOT_COMPUTED


@pytest.mark.parametrize("case", OF_SCHOOLS, ids=of)
def test_the_sixty_schools_give_every_kind_of_answer(case: Case) -> None:
    """Else the comparison would prove little."""
    never = {"unknown"} if case.target.metric in ALWAYS_TOLD else set()

    assert {"pass", "fail", "unknown", "na"} - never == set(expected(case).values())


def test_the_county_gives_every_kind_of_answer() -> None:
    found: dict[str, set[str]] = {}
    for case in COMPUTED:
        found.setdefault(case.target.aggregate, set()).add(state_of(case, sum_of(case, COUNTY)))
    for case in POOLED:
        found["pooled_units"].add(state_of(case, sum_of(case, KNOWN_ROOMS)))

    assert found["single"] == found["count"] == {"met", "not_met", "undetermined"}
    assert found["school_rate"] >= {"not_met", "undetermined"}
    assert len(found["pooled_units"]) > 1


def test_some_schools_are_in_no_scope_of_a_plan() -> None:
    assert any(len(in_scope(case, COUNTY.schools)) < len(COUNTY.schools) for case in OF_SCHOOLS)
    assert all(in_scope(case, COUNTY.schools) for case in OF_SCHOOLS)
