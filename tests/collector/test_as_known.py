"""The state as of any date, as it was known at any date: what comes later never changes what was known."""

from __future__ import annotations

import hashlib
import random
from dataclasses import replace
from typing import cast

import msgspec
import pytest
from sqlalchemy import Engine

from agent.changes import Columns
from collector.judging import Plan, look, plan_in_force
from collector.rounds import Rounds
from collector.store.read import read_snapshot
from collector.store.registers import store_register
from collector.store.write import Arrival, Sender, store_batch
from inventory.facts import Batch, FactValue, SampleColumns
from inventory.plan import builtin_profiles, load_profile
from inventory.reading import Outcome
from inventory.register import Campus, Contract, Device, Register, School, Uplink
from inventory.verdict import CountyView, State, Verdict

INTERVAL_S = 1800
HOUR_S, DAY_S = 3600, 86400
T0 = 1_789_689_600
"""Friday 2026-09-18, 08:00 in Shanghai."""
SCHOOL = "2133999001"
PORT = "port:XGE0/0/1"
CAMPUS = Campus(
    id=f"{SCHOOL}-01",
    uplinks=(Uplink(device="gw", port="XGE0/0/1", medium="p2p_ethernet"),),
    contracts=(Contract(down_mbps=10_000, up_mbps=10_000, evidence="accepted"),),
    devices=(Device(id="gw", role="gateway"), Device(id="sw", role="core")),
)
COUNTY = Register(
    county="试验县",
    poll_interval_s=INTERVAL_S,
    schools=(School(id=SCHOOL, name="一小", kind="primary", stages=("primary",), campuses=(CAMPUS,)),),
)


@pytest.fixture
def plan() -> Plan:
    path = builtin_profiles()["changxing-145"]
    return Plan(load_profile(path), path.read_text(encoding="utf-8"))


@pytest.fixture
def county(engine: Engine) -> Engine:
    keep_register(engine, COUNTY, 1.0)
    return engine


def keep_register(engine: Engine, register: Register, at: float) -> None:
    with engine.begin() as connection:
        store_register(connection, register, author="test", at=at)


class Agent:
    """Makes a batch an interval; when each arrives is said apart."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.seq = 0
        self.last: dict[tuple[str, str], FactValue] = {}

    def make(self, slot: int, mbps: int = 10_000, gateway: str = "ok") -> Batch:
        columns = Columns(slot)
        columns.add_poll("gw", cast(Outcome, gateway))
        columns.add_poll("sw", "ok")
        if gateway == "ok":
            facts: dict[tuple[str, str], FactValue] = {
                (PORT, "oper"): "up",
                (PORT, "type"): 6,
                (PORT, "speed_mbps"): mbps,
            }
            columns.add_changes("gw", self.last, facts)
            self.last = facts
        self.seq += 1
        return Batch(
            agent=CAMPUS.id,
            campus=CAMPUS.id,
            epoch="e",
            seq=self.seq,
            made_at=float(slot),
            interval_s=INTERVAL_S,
            polls=columns.polls,
            frames=columns.frames,
            facts=columns.facts,
        )

    def arrive(self, batch: Batch, at: float) -> None:
        sha256 = hashlib.sha256(msgspec.json.encode(batch)).hexdigest()
        with self.engine.begin() as connection:
            arrival = Arrival(Sender(SCHOOL, CAMPUS.id, CAMPUS.id), batch, sha256, at)
            assert store_batch(connection, arrival).status == "stored"


def measured(batch: Batch, slot: int, octets: int) -> Batch:
    """The batch, with a counter of the uplink's port."""
    samples = SampleColumns(
        device=["gw"],
        slot=[slot],
        subject=[[PORT]],
        key=[["in_octets"]],
        scale=[[0]],
        value=[[[octets]]],
    )
    return msgspec.structs.replace(batch, samples=samples)


def counted(engine: Engine, as_known: float | None) -> tuple[list[str], list[tuple[int, int | float]]]:
    """The ports with a counter and the counter of the uplink's, as known at a time."""
    with engine.connect() as connection:
        snapshot = read_snapshot(connection, COUNTY.schools[0], COUNTY, float(T0), as_known)
        over = ("in_octets", T0 - DAY_S, T0)
        return (
            list(snapshot.series.subjects("gw", *over)),
            list(snapshot.series.values("gw", PORT, *over)),
        )


def port(view: CountyView) -> Verdict:
    """A1 at the campus."""
    (verdict,) = (v for v in view.schools[0].verdicts if v.target == "cx-access-10g")
    campus = verdict.campuses[0]
    return next((leg for leg in campus.legs if leg.metric == "access_port_speed_10g"), campus)


def same(one: CountyView, other: CountyView) -> bool:
    """All verdicts with their numbers and evidence."""
    return [school.verdicts for school in one.schools] == [school.verdicts for school in other.schools]


def test_a_late_week_changes_what_is_known_now_and_not_what_was_known_then(
    county: Engine, plan: Plan
) -> None:
    agent = Agent(county)
    for slot in range(T0 - 9 * DAY_S, T0 - 4 * DAY_S, INTERVAL_S):
        agent.arrive(agent.make(slot), slot + 20.0)
    spooled = [agent.make(slot) for slot in range(T0 - 4 * DAY_S, T0, INTERVAL_S)]
    then = look(county, plan.profile, float(T0), as_known=float(T0))
    assert port(then).state is State.UNKNOWN

    for batch in spooled:
        agent.arrive(batch, T0 + 5.0 * HOUR_S)

    assert same(look(county, plan.profile, float(T0), as_known=float(T0)), then)
    assert port(look(county, plan.profile, float(T0))).state is State.PASS
    assert same(
        look(county, plan.profile, float(T0), as_known=T0 + 7.0 * HOUR_S),
        look(county, plan.profile, float(T0)),
    )


def test_a_fact_that_arrives_late_is_not_known_before(county: Engine, plan: Plan) -> None:
    agent = Agent(county)
    for slot in range(T0 - 9 * DAY_S, T0 - 3 * DAY_S, INTERVAL_S):
        agent.arrive(agent.make(slot), slot + 20.0)
    slow = [agent.make(slot, mbps=1000) for slot in range(T0 - 3 * DAY_S, T0, INTERVAL_S)]
    asked = float(T0 - 3 * DAY_S)
    before = look(county, plan.profile, asked, as_known=asked)

    for batch in slow:
        agent.arrive(batch, T0 + 100.0)

    assert same(look(county, plan.profile, asked, as_known=asked), before)
    assert port(look(county, plan.profile, float(T0))).state is State.FAIL
    assert port(look(county, plan.profile, float(T0), as_known=asked)).state is State.UNKNOWN


def test_samples_are_known_with_their_poll(county: Engine) -> None:
    agent = Agent(county)
    slots = range(T0 - 10 * INTERVAL_S, T0, INTERVAL_S)
    batches = {slot: measured(agent.make(slot), slot, slot - T0) for slot in slots}
    wanted = [(slot, slot - T0) for slot in slots]
    for slot in slots[:4]:
        agent.arrive(batches[slot], slot + 20.0)
    assert counted(county, float(T0)) == ([PORT], wanted[:4])

    for slot in slots[4:]:
        agent.arrive(batches[slot], T0 + 3.0 * DAY_S)

    assert counted(county, None) == ([PORT], wanted)
    assert counted(county, float(T0)) == ([PORT], wanted[:4])
    assert counted(county, T0 + 4.0 * DAY_S) == ([PORT], wanted)
    assert counted(county, float(slots[0])) == ([], [])


def test_the_verdict_of_a_day_is_the_same_asked_on_the_day_and_a_year_later(
    county: Engine, plan: Plan
) -> None:
    agent = Agent(county)
    for slot in range(T0 - 9 * DAY_S, T0, INTERVAL_S):
        agent.arrive(agent.make(slot), slot + 20.0)
    on_the_day = look(county, plan.profile, float(T0))

    for slot in range(T0, T0 + 20 * DAY_S, INTERVAL_S):
        agent.arrive(agent.make(slot, mbps=1000), slot + 20.0)
    keep_register(county, replace(COUNTY, schools=()), T0 + 300.0 * DAY_S)

    later = look(county, plan.profile, float(T0))
    assert same(later, on_the_day)
    assert port(later).state is State.PASS


def test_the_register_of_the_day_judges_the_day(county: Engine, plan: Plan) -> None:
    bare = replace(COUNTY.schools[0], campuses=(replace(CAMPUS, uplinks=()),))
    keep_register(county, replace(COUNTY, schools=(bare,)), T0 + 10.0)

    assert port(look(county, plan.profile, T0 + 5.0)).reason == "no_data"
    assert port(look(county, plan.profile, T0 + 60.0)).reason == "uplink_not_declared"
    assert port(look(county, plan.profile, T0 + 60.0, as_known=T0 + 5.0)).reason == "no_data"


def test_the_plan_that_judged_is_found_again(county: Engine, plan: Plan) -> None:
    Rounds(county, [plan]).round(float(T0))
    text = plan.text.replace(f'version = "{plan.profile.version}"', 'version = "99.1"', 1)
    sha256 = hashlib.sha256(text.encode()).hexdigest()
    newer = Plan(replace(plan.profile, head=replace(plan.profile.head, version="99.1"), sha256=sha256), text)
    Rounds(county, [newer]).round(T0 + 100.0)

    then, now = (plan_in_force(county, newer, at) for at in (T0 + 50.0, T0 + 150.0))

    assert (then.profile.version, then.profile.sha256) == (plan.profile.version, plan.profile.sha256)
    assert then.profile.targets == plan.profile.targets
    assert now is newer
    assert plan_in_force(county, newer, None) is newer
    assert plan_in_force(county, newer, T0 - 5.0) is newer, "nothing had been judged then"


@pytest.mark.parametrize("seed", range(4))
def test_whatever_arrives_later_what_was_known_stays(county: Engine, plan: Plan, seed: int) -> None:
    """Batches of three days arrive in any order and at any delay; each hour somebody has looked."""
    chance = random.Random(seed)
    agent = Agent(county)
    arrivals = []
    for slot in range(T0 - 3 * DAY_S, T0, INTERVAL_S):
        batch = agent.make(
            slot, chance.choice([10_000, 10_000, 1000]), chance.choices(["ok", "down", "gap"], [8, 1, 1])[0]
        )
        delay = chance.choice([20, 20, 20, 900, 4 * HOUR_S, chance.randrange(2 * DAY_S)])
        arrivals.append((slot + float(delay), batch))
    seen: list[tuple[float, float, CountyView]] = []
    hour = float(T0 - 3 * DAY_S + HOUR_S)
    for at, batch in sorted(arrivals, key=lambda each: each[0]):
        while hour < at:
            if chance.random() < 0.2:
                as_of = hour - chance.choice([0, 0, 6, 30]) * HOUR_S
                seen.append((as_of, hour, look(county, plan.profile, as_of, as_known=hour)))
            hour += HOUR_S
        agent.arrive(batch, at)

    assert len(seen) > 5
    for as_of, known, view in seen:
        assert same(look(county, plan.profile, as_of, as_known=known), view), (as_of, known)
