"""What has to hold of every verdict of every plan, whatever was polled and whatever was handed in."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date
from functools import cache
from typing import TypeVar

from hypothesis import given, settings
from hypothesis import strategies as st
from snapshots import AS_OF, CAMPUS, WEEK, Scene

from inventory.facts import FactValue
from inventory.judge import judge_county, judge_look
from inventory.metrics.look import Look
from inventory.papers import Facility, LightTest, SecurityService
from inventory.plan import builtin_profiles, load_profile
from inventory.probes import AGENT
from inventory.profile import Profile
from inventory.reading import Outcome
from inventory.register import Area, Calendar, Contract, Device, Port, Register, School, UserVlan
from inventory.snapshot import Polls, SchoolSnapshot
from inventory.verdict import CountyTarget, SchoolVerdict, SchoolView, State, TargetState, Verdict

T = TypeVar("T")
AGENT_OF = AGENT + CAMPUS.id
MAC = "02:00:00:00:00:0"
APS = tuple(Device(id=f"ap{n}", role="ap", mac=f"{MAC}{n}", controller="ac") for n in range(3))
PLACE = replace(
    CAMPUS,
    devices=(
        *CAMPUS.devices,
        Device(id="ac", role="wlan_controller"),
        Device(id="nvr", role="nvr"),
        Device(id="fw", role="firewall"),
        *APS,
    ),
    areas=tuple(
        Area(id=f"r{n}", name=f"{n}", kind="classroom", main=True, aps=(f"ap{n}",)) for n in range(3)
    ),
    areas_confirmed=True,
    user_vlans=(UserVlan(name="教学", kind="teaching", device="gw", port="Vlanif10"),),
    ports=(Port(device="sw", port="GE0/0/1", role="desktop", room="r0"),),
)
POLLED = ("gw", "sw", "ac", "nvr", "fw", AGENT_OF)
TERM = (date(2026, 3, 1), date(2026, 7, 3))
KINDS = (
    "smart_campus",
    "innovation_lab",
    "smart_library",
    "sync_classroom",
    "sync_sessions",
    "video_enrolled",
    "multimedia",
    "ordinary_lab",
    "digital_home_school",
    "transparent_kitchen",
)


@cache
def plans() -> tuple[Profile, ...]:
    return tuple(load_profile(path) for path in builtin_profiles().values())


chances = st.integers(0, 2**32).map(random.Random)

# A school as it may be found


outcomes = st.lists(
    st.tuples(st.integers(1, 300), st.sampled_from(["ok", "ok", "down", "gap"])), min_size=1, max_size=5
)
papers = st.sampled_from(["accepted", "accepted", "claimed", "rejected", "none"])
facility = st.builds(
    Facility,
    kind=st.sampled_from(KINDS),
    absent=st.booleans(),
    count=st.integers(1, 3),
    evidence=papers,
    level=st.sampled_from(["", "self", "county", "city"]),
    features=st.sampled_from([(), ("rfid",), ("rfid", "self_service")]),
    platform=st.sampled_from(["校园安全卫士云平台", "别的平台"]),
    value=st.one_of(st.none(), st.integers(0, 40).map(float)),
    rooms=st.sampled_from([(), ("r0",), ("r0", "r1", "r2")]),
    completed_on=st.sampled_from([None, date(2026, 6, 1), date(2026, 9, 18), date(2026, 10, 1)]),
)
light = st.builds(
    LightTest,
    room=st.sampled_from(["r0", "r1", "r2"]),
    tested_on=st.sampled_from([date(2022, 1, 1), date(2025, 1, 1), date(2026, 1, 1)]),
    desk_lx=st.sampled_from([200.0, 300.0]),
    desk_uniformity=st.just(0.8),
    board_lx=st.just(600.0),
    board_uniformity=st.just(0.9),
    control=st.sampled_from(["", "scene"]),
    evidence=papers,
)
guard = st.builds(
    SecurityService,
    function=st.sampled_from(["firewall", "ips", "behaviour_audit", "log_audit", "endpoint_mgmt"]),
    provided_by=st.sampled_from(["school", "county", "none"]),
    device=st.sampled_from(["", "fw"]),
    license_until=st.sampled_from([None, date(2026, 1, 1), date(2027, 1, 1)]),
    log_days=st.sampled_from([None, 100, 200]),
    log_read_on=st.sampled_from([None, date(2026, 9, 1)]),
    evidence=papers,
)
contract = st.builds(
    Contract,
    kind=st.sampled_from(["leased_bandwidth", "leased_bandwidth", "dark_fibre"]),
    down_mbps=st.sampled_from([None, 1000, 10_000]),
    up_mbps=st.sampled_from([1000, 10_000]),
    start=st.just(date(2026, 1, 1)),
    end=st.sampled_from([None, date(2026, 9, 1), date(2027, 1, 1)]),
    evidence=papers,
)


@st.composite
def schools(draw: st.DrawFn) -> SchoolSnapshot:
    """A school of which anything may be known."""
    campus = replace(PLACE, contracts=tuple(draw(st.lists(contract, max_size=3))))
    scene = Scene(campus, calendar=Calendar(terms=(TERM,)))
    for device in POLLED:
        scene.polled(device, *draw(outcomes))
    changing(draw, scene, "gw", "port:XGE0/0/1", "oper", ["up", "down"])
    changing(draw, scene, "gw", "port:XGE0/0/1", "speed_mbps", [10_000, 1000, 100])
    scene.fact("gw", "port:XGE0/0/1", "type", 6).fact("gw", "", "ipv6_default_route", ["fe80::1"])
    scene.fact("gw", "port:Vlanif10", "ipv6", draw(st.sampled_from([[], ["2409:8a28:10::1/64"]])))
    scene.fact("gw", "port:Vlanif10", "ipv6_ra", draw(st.booleans()))
    changing(draw, scene, "gw", "port:XGE0/0/1", "ipv6", [["2409:8a28::1/64"], [], ["fd00::1/64"]])
    changing(draw, scene, "sw", "port:GE0/0/1", "oper", ["up", "down"])
    changing(draw, scene, "sw", "port:GE0/0/1", "speed_mbps", [1000, 100, 10])
    for n, ap in enumerate(APS):
        scene.fact("ac", f"ap:{ap.mac}", "mac", ap.mac)
        changing(draw, scene, "ac", f"ap:{ap.mac}", "state", ["online", "offline", "missing"])
        changing(draw, scene, AGENT_OF, f"probe:tcp:t{n}:ipv6", "ok", [True, False])
        scene.fact(AGENT_OF, f"probe:tcp:t{n}:ipv6", "own_global", draw(st.sampled_from([0, 1])))
    return scene.snapshot(
        facilities=tuple(draw(st.lists(facility, max_size=8))),
        light_tests=tuple(draw(st.lists(light, max_size=4))),
        security=tuple(draw(st.lists(guard, max_size=5))),
        stages=draw(st.sampled_from([("primary",), ("primary", "junior"), ("vocational",)])),
        urban_rural="rural",
    )


def changing(
    draw: st.DrawFn, scene: Scene, device: str, subject: str, key: str, values: list[FactValue]
) -> None:
    """A fact that has one value after another."""
    runs = draw(st.lists(st.tuples(st.integers(1, 190), st.sampled_from(values)), min_size=1, max_size=3))
    scene.changed(device, subject, key, *runs)


# What is said of it


def judged(snapshot: SchoolSnapshot) -> list[SchoolVerdict]:
    """Every target of every plan."""
    look = Look(snapshot)
    return [verdict for plan in plans() for verdict in judge_look(look, plan).verdicts]


def parts(verdicts: list[SchoolVerdict]) -> list[Verdict]:
    """All verdicts with their legs and what stands beside them, in one order."""
    return [part for school in verdicts for verdict in school.campuses for part in _flat(verdict)]


def _flat(verdict: Verdict) -> Iterator[Verdict]:
    yield verdict
    for part in (*verdict.legs, *verdict.also):
        yield from _flat(part)


def bounds(verdict: Verdict) -> tuple[int, int]:
    """Nothing known is anything possible."""
    low, high = verdict.low_bp, verdict.high_bp
    return 0 if low is None else low, 10_000 if high is None else high


@given(schools())
@settings(max_examples=40, deadline=None)
def test_a_value_lies_between_its_bounds(snapshot: SchoolSnapshot) -> None:
    for verdict in parts(judged(snapshot)):
        low, high = bounds(verdict)
        assert 0 <= low <= high <= 10_000, verdict
        if verdict.unit == "ratio" and verdict.value is not None and verdict.low_bp is not None:
            # Of polls the value is of those that told, which the bounds hold, but for its being cut short.
            assert low <= round(verdict.value * 10_000) <= high, verdict


@given(schools())
@settings(max_examples=40, deadline=None)
def test_no_unknown_part_is_in_a_pass(snapshot: SchoolSnapshot) -> None:
    for verdict in parts(judged(snapshot)):
        if verdict.state is not State.PASS:
            continue
        assert all(leg.state in (State.PASS, State.NA) for leg in verdict.legs), verdict
        if verdict.units is not None and verdict.thr_bp is not None:
            assert verdict.units.p * 10_000 >= verdict.thr_bp * verdict.units.n, verdict
        if verdict.polls is not None and verdict.thr_bp is not None:
            told = verdict.polls.a + verdict.polls.d
            assert told * 10_000 >= 9000 * verdict.polls.n, verdict
            assert verdict.polls.a * 10_000 >= verdict.thr_bp * told, verdict


@given(schools())
@settings(max_examples=40, deadline=None)
def test_every_fail_and_every_unknown_has_a_reason(snapshot: SchoolSnapshot) -> None:
    for verdict in judged(snapshot):
        assert bool(verdict.reason) == (verdict.state in (State.FAIL, State.UNKNOWN)), verdict


@given(schools())
@settings(max_examples=30, deadline=None)
def test_where_nothing_answered_and_nothing_was_accepted_nothing_passes(snapshot: SchoolSnapshot) -> None:
    school = snapshot.school
    silent = replace(
        snapshot,
        polls={},
        school=replace(
            school,
            facilities=tuple(replace(row, evidence="claimed") for row in school.facilities),
            light_tests=tuple(replace(row, evidence="claimed") for row in school.light_tests),
            security=tuple(replace(row, evidence="claimed") for row in school.security),
            campuses=tuple(
                replace(campus, contracts=tuple(replace(row, evidence="claimed") for row in campus.contracts))
                for campus in school.campuses
            ),
        ),
    )

    assert [verdict for verdict in judged(silent) if verdict.state is State.PASS] == []


# More evidence


@given(schools(), chances, st.sampled_from([0.1, 0.5, 1.0]))
@settings(max_examples=40, deadline=None)
def test_an_answer_in_place_of_a_gap_never_widens_the_bounds_of_polls(
    snapshot: SchoolSnapshot, chance: random.Random, share: float
) -> None:
    polls = {device: _answered(snapshot.polls[device], chance, share) for device in snapshot.polls}
    before, after = parts(judged(snapshot)), parts(judged(replace(snapshot, polls=polls)))

    assert [verdict.metric for verdict in before] == [verdict.metric for verdict in after]
    for old, new in zip(before, after, strict=True):
        if old.polls is not None and new.polls is not None:
            assert bounds(old)[0] <= bounds(new)[0] and bounds(new)[1] <= bounds(old)[1], (old, new)  # noqa: PT018


def _answered(polls: Polls, chance: random.Random, share: float) -> Polls:
    found: dict[int, Outcome] = {}
    for slot in WEEK:
        outcome = polls.outcome(slot)
        if outcome == "gap" and chance.random() < share:
            outcome = chance.choice(["ok", "ok", "down"])
        found[slot] = outcome
    return Polls(found)


@given(schools(), chances)
@settings(max_examples=40, deadline=None)
def test_a_paper_that_is_looked_at_never_widens_the_bounds(
    snapshot: SchoolSnapshot, chance: random.Random
) -> None:
    school = snapshot.school
    after_school = replace(
        school,
        facilities=_reviewed(school.facilities, chance),
        light_tests=_reviewed(school.light_tests, chance),
        security=_reviewed(school.security, chance),
    )
    before, after = parts(judged(snapshot)), parts(judged(replace(snapshot, school=after_school)))

    for old, new in zip(before, after, strict=True):
        if old.units is not None and new.units is not None and old.units.n == new.units.n:
            assert bounds(old)[0] <= bounds(new)[0] and bounds(new)[1] <= bounds(old)[1], (old, new)  # noqa: PT018


def _reviewed(rows: tuple[T, ...], chance: random.Random) -> tuple[T, ...]:
    """What was handed in is accepted or rejected. The school's own word that it has none stays as it is: it
    counts from the first, and to reject it is to take an answer away."""

    def reviewed(row: T) -> T:
        if row.evidence != "claimed" or getattr(row, "absent", False):  # type: ignore[attr-defined]
            return row
        return replace(row, evidence=chance.choice(["accepted", "rejected"]))  # type: ignore[type-var]

    return tuple(map(reviewed, rows))


# The order of things


@given(schools(), chances)
@settings(max_examples=40, deadline=None)
def test_the_order_in_which_facts_polls_and_papers_came_does_not_matter(
    snapshot: SchoolSnapshot, chance: random.Random
) -> None:
    school = snapshot.school
    mixed = replace(
        snapshot,
        facts=_mixed(snapshot.facts, chance),
        polls={
            device: Polls(_mixed(polls.outcomes, chance))
            for device, polls in _mixed(snapshot.polls, chance).items()
        },
        school=replace(
            school,
            facilities=tuple(chance.sample(school.facilities, len(school.facilities))),
            documents=tuple(chance.sample(school.documents, len(school.documents))),
        ),
    )

    assert list(map(_said, parts(judged(mixed)))) == list(map(_said, parts(judged(snapshot))))


def _mixed(
    table: Mapping[str, T] | Mapping[int, T] | Mapping[tuple[str, str, str], T], chance: random.Random
):  # type: ignore[no-untyped-def]
    rows = list(table.items())
    chance.shuffle(rows)
    return dict(rows)


def _said(verdict: Verdict) -> tuple[object, ...]:
    """All of a verdict but the order of what proves it."""
    return (
        verdict.metric,
        verdict.state,
        verdict.reason,
        verdict.value,
        verdict.level,
        verdict.low_bp,
        verdict.high_bp,
        verdict.polls,
        verdict.units,
    )


# The county


states = st.lists(st.sampled_from(list(State)), min_size=1, max_size=30)


def rolled_up(found: list[State]) -> dict[str, CountyTarget]:
    """Every share of schools, of every plan, in a county of such schools."""
    rows = tuple(
        School(id=f"{n:010}", name=f"{n}", kind="primary", stages=("primary",), urban_rural="rural")
        for n in range(len(found))
    )
    register = Register(county="县", schools=rows)
    answers = {}
    for plan in plans():
        targets = [target for target in plan.targets if target.aggregate == "school_rate"]
        views = [
            SchoolView(
                school=row,
                verdicts=tuple(SchoolVerdict(target=t.id, school=row.id, state=state) for t in targets),
            )
            for row, state in zip(rows, found, strict=True)
        ]
        view = judge_county(register, plan, views, (), AS_OF)
        wanted = {target.id for target in targets}
        answers.update({each.target: each for each in view.targets if each.target in wanted})
    return answers


@given(states)
@settings(max_examples=40, deadline=None)
def test_an_unknown_school_never_helps_the_county_to_its_goal_nor_away_from_it(found: list[State]) -> None:
    worst = rolled_up([State.FAIL if state is State.UNKNOWN else state for state in found])
    best = rolled_up([State.PASS if state is State.UNKNOWN else state for state in found])

    for name, target in rolled_up(found).items():
        if target.counts.n == 0:
            assert target.state is TargetState.UNDETERMINED
        elif target.state is TargetState.MET:
            assert worst[name].state is TargetState.MET
        elif target.state is TargetState.NOT_MET:
            assert best[name].state is TargetState.NOT_MET
        else:
            assert (worst[name].state, best[name].state) == (TargetState.NOT_MET, TargetState.MET)


@given(states, chances)
@settings(max_examples=40, deadline=None)
def test_one_school_more_that_is_known_never_widens_the_bounds_of_the_county(
    found: list[State], chance: random.Random
) -> None:
    told = [
        chance.choice([State.PASS, State.FAIL]) if s is State.UNKNOWN and chance.random() < 0.5 else s
        for s in found
    ]
    before, after = rolled_up(found), rolled_up(told)

    for name, old in before.items():
        new = after[name]
        if old.counts.n:
            assert old.low_bp is not None and old.high_bp is not None  # noqa: PT018
            assert new.low_bp is not None and new.high_bp is not None  # noqa: PT018
            assert old.low_bp <= new.low_bp <= new.high_bp <= old.high_bp
