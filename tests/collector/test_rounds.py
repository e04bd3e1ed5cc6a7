"""Judging round by round gives what judging everything anew gives, and stores what changed."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import msgspec
import pytest
from sqlalchemy import Engine

from agent.changes import Columns
from collector.beside import FLEET_EVERY_S
from collector.judging import Plan, look
from collector.rounds import Rounds
from collector.store.baselines import accept
from collector.store.engine import open_store
from collector.store.read import read_snapshot
from collector.store.registers import store_register
from collector.store.verdicts import read_kept
from collector.store.write import Arrival, Sender, store_batch
from inventory.baseline import Mark, uplink_marks
from inventory.errors import ConfigError
from inventory.facts import Batch, FactValue
from inventory.metrics.look import Look
from inventory.papers import Document
from inventory.plan import builtin_profiles, load_profile
from inventory.register import Campus, Contract, Device, Register, School, Uplink
from inventory.verdict import CountyView, State

INTERVAL_S = 1800
T0 = 1_789_700_400 // INTERVAL_S * INTERVAL_S
"""A Friday morning in Shanghai."""
DAY_S = 86400
PORT = "port:XGE0/0/1"


def school(number: int) -> School:
    name = f"213399900{number}"
    campus = Campus(
        id=f"{name}-01",
        uplinks=(Uplink(device=f"{name}-gw", port="XGE0/0/1", medium="p2p_ethernet"),),
        contracts=(Contract(down_mbps=10_000, up_mbps=10_000, evidence="accepted"),),
        devices=(Device(id=f"{name}-gw", role="gateway"), Device(id=f"{name}-sw", role="core")),
    )
    return School(id=name, name=f"{number}", kind="primary", stages=("primary",), campuses=(campus,))


COUNTY = Register(
    county="试验县", adcode="339999", poll_interval_s=INTERVAL_S, schools=tuple(school(n) for n in range(5))
)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Engine]:
    engine = open_store(f"sqlite:///{tmp_path / 'rounds.db'}")
    keep_register(engine, COUNTY, 1.0)
    yield engine
    engine.dispose()


@pytest.fixture
def plan() -> Plan:
    path = builtin_profiles()["changxing-145"]
    return Plan(load_profile(path), path.read_text(encoding="utf-8"))


def keep_register(engine: Engine, register: Register, at: float) -> None:
    with engine.begin() as connection:
        store_register(connection, register, author="test", at=at)


class Agents:
    """Sends what an agent would: a batch an interval, with the facts that changed since its last one."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.seq = 0
        self.sent: dict[str, dict[tuple[str, str], FactValue]] = {}

    def report(self, school_id: str, slot: int, mbps: int = 10_000, gateway: str = "ok") -> None:
        columns = Columns(slot)
        columns.add_poll(f"{school_id}-gw", gateway)  # type: ignore[arg-type]
        columns.add_poll(f"{school_id}-sw", "ok")
        if gateway == "ok":
            facts: dict[tuple[str, str], FactValue] = {
                (PORT, "oper"): "up",
                (PORT, "type"): 6,
                (PORT, "speed_mbps"): mbps,
            }
            columns.add_changes(f"{school_id}-gw", self.sent.get(school_id, {}), facts)
            self.sent[school_id] = facts
        self.seq += 1
        agent = f"{school_id}-01"
        batch = Batch(
            agent=agent,
            campus=agent,
            epoch="e",
            seq=self.seq,
            made_at=float(slot),
            interval_s=INTERVAL_S,
            polls=columns.polls,
            frames=columns.frames,
            facts=columns.facts,
        )
        sha256 = hashlib.sha256(msgspec.json.encode(batch)).hexdigest()
        with self.engine.begin() as connection:
            arrival = Arrival(Sender(school_id, agent, agent), batch, sha256, slot + 20.0)
            assert store_batch(connection, arrival).status == "stored"


def uplink_of(engine: Engine, school_id: str, now: float) -> Mark:
    """What is measured of a school's uplink."""
    row = next(one for one in COUNTY.schools if one.id == school_id)
    with engine.connect() as connection:
        (mark,) = uplink_marks(Look(read_snapshot(connection, row, COUNTY, now)))
        return mark


Answers = dict[tuple[str, str], State]


def answers(view: CountyView) -> Answers:
    return {(v.school, v.target): v.state for one in view.schools for v in one.verdicts}


def stored(engine: Engine, plan: Plan, at: float) -> Answers:
    with engine.connect() as connection:
        kept = read_kept(connection, plan.profile.id, at)
    return {(row.school_id, row.verdict.target): row.verdict.state for row in kept}


@pytest.mark.parametrize("seed", range(6))
def test_round_by_round_is_as_good_as_everything_anew(store: Engine, plan: Plan, seed: int) -> None:
    chance = random.Random(seed)
    agents, rounds = Agents(store), Rounds(store, [plan])
    speed = {one.id: 10_000 for one in COUNTY.schools}
    silent: set[str] = set()
    history: dict[float, Answers] = {}
    judged = at_all = 0
    slot = T0 - 8 * DAY_S
    while slot < T0 + 4 * DAY_S:
        for one in COUNTY.schools:
            if chance.random() < (0.008 if speed[one.id] == 10_000 else 0.2):
                speed[one.id] = 11_000 - speed[one.id]
            if chance.random() < (0.2 if one.id in silent else 0.004):
                silent ^= {one.id}
            if one.id == COUNTY.schools[0].id:  # whatever chance brings, this one falls for good
                silent.discard(one.id)
                speed[one.id] = 10_000 if slot < T0 + DAY_S else 1000
            if one.id not in silent:
                outcome = chance.choices(["ok", "down", "gap"], [100, 1, 1])[0]
                agents.report(one.id, slot, speed[one.id], outcome)
        now = slot + 30.0
        if slot >= T0 - DAY_S and chance.random() < 0.4:
            (view,) = rounds.round(now)
            assert answers(view) == answers(look(store, plan.profile, now))
            history[now] = answers(view)
            judged, at_all = judged + rounds.judged, at_all + len(COUNTY.schools)
        slot += INTERVAL_S

    assert 0 < judged < at_all
    assert len({tuple(sorted(found.items())) for found in history.values()}) > 1, "nothing ever changed"
    for now, found in history.items():
        assert stored(store, plan, now) == found


def test_a_county_at_rest_is_not_judged_again(store: Engine, plan: Plan) -> None:
    agents, rounds = Agents(store), Rounds(store, [plan])
    for slot in range(T0 - 3 * DAY_S, T0, INTERVAL_S):
        agents.report("2133999000", slot)
    rounds.round(T0 + 1.0)
    assert rounds.judged == 5

    agents.report("2133999000", T0)
    (view,) = rounds.round(T0 + 30.0)

    assert rounds.judged == 0
    heard = {line.campus: line.last_report for one in view.schools for line in one.campuses}
    assert heard["2133999000-01"] == T0 + 20.0, "when an agent was heard is of now all the same"


def test_only_the_school_that_told_news_is_judged_again(store: Engine, plan: Plan) -> None:
    agents, rounds = Agents(store), Rounds(store, [plan])
    for one in COUNTY.schools:
        agents.report(one.id, T0)
    rounds.round(T0 + 30.0)

    agents.report("2133999003", T0 + INTERVAL_S, mbps=1000)
    rounds.round(T0 + INTERVAL_S + 30.0)

    assert rounds.judged == 1


def test_an_hour_later_everything_is_judged_again(store: Engine, plan: Plan) -> None:
    rounds = Rounds(store, [plan], at_most_s=3600)
    rounds.round(float(T0))
    rounds.round(T0 + 3599.0)
    assert rounds.judged == 0
    rounds.round(T0 + 3600.0)
    assert rounds.judged == 5


def test_a_changed_row_of_the_register_is_judged_at_once(store: Engine, plan: Plan) -> None:
    rounds = Rounds(store, [plan])
    (before,) = rounds.round(float(T0))
    no_contract = replace(COUNTY.schools[2].campuses[0], contracts=())
    changed = replace(COUNTY.schools[2], campuses=(no_contract,))
    keep_register(
        store, replace(COUNTY, schools=(*COUNTY.schools[:2], changed, *COUNTY.schools[3:])), T0 + 1.0
    )

    (after,) = rounds.round(T0 + 60.0)

    assert rounds.judged == 1
    assert before.schools[2].campuses[0].contract_mbps == 10_000
    assert after.schools[2].campuses[0].contract_mbps is None


def test_what_the_county_changes_may_touch_every_school(store: Engine, plan: Plan) -> None:
    rounds = Rounds(store, [plan])
    rounds.round(float(T0))
    keep_register(store, replace(COUNTY, documents=(Document(id="d"),)), T0 + 1.0)
    rounds.round(T0 + 60.0)
    assert rounds.judged == 5


def test_the_verdicts_of_a_school_that_left_the_register_end(store: Engine, plan: Plan) -> None:
    rounds = Rounds(store, [plan])
    rounds.round(float(T0))
    keep_register(store, replace(COUNTY, schools=COUNTY.schools[1:]), T0 + 1.0)

    (view,) = rounds.round(T0 + 60.0)

    assert len(view.schools) == 4
    gone = COUNTY.schools[0].id
    assert gone in {school_id for school_id, _target in stored(store, plan, T0 + 30.0)}
    assert gone not in {school_id for school_id, _target in stored(store, plan, T0 + 61.0)}


def test_a_school_that_left_while_nobody_judged_has_no_verdict_that_stands(store: Engine, plan: Plan) -> None:
    Rounds(store, [plan]).round(float(T0))
    keep_register(store, replace(COUNTY, schools=COUNTY.schools[1:], county="改名县"), T0 + 1.0)

    Rounds(store, [plan]).round(T0 + 60.0)

    schools = {school_id for school_id, _target in stored(store, plan, T0 + 61.0)}
    assert schools == {school.id for school in COUNTY.schools[1:]}


def test_a_school_that_leaves_as_the_county_changes_has_none_either(store: Engine, plan: Plan) -> None:
    rounds = Rounds(store, [plan])
    rounds.round(float(T0))
    keep_register(store, replace(COUNTY, schools=COUNTY.schools[1:], county="改名县"), T0 + 1.0)

    rounds.round(T0 + 60.0)

    schools = {school_id for school_id, _target in stored(store, plan, T0 + 61.0)}
    assert schools == {school.id for school in COUNTY.schools[1:]}


def test_who_only_shows_stores_nothing_until_it_leads(store: Engine, plan: Plan) -> None:
    rounds = Rounds(store, [plan])
    rounds.round(float(T0), keep=False)
    assert stored(store, plan, T0 + 1.0) == {}

    (view,) = rounds.round(T0 + 60.0)

    assert rounds.judged == 0
    assert stored(store, plan, T0 + 61.0) == answers(view)


def test_what_another_process_stored_is_not_stored_again(store: Engine, plan: Plan) -> None:
    Rounds(store, [plan]).round(float(T0))
    Rounds(store, [plan]).round(T0 + 60.0)
    with store.connect() as connection:
        assert {row.since for row in read_kept(connection, plan.profile.id, T0 + 61.0)} == {float(T0)}


def test_several_plans_judge_one_school_at_once(store: Engine, plan: Plan) -> None:
    path = builtin_profiles()["national-2021"]
    national = Plan(load_profile(path), path.read_text(encoding="utf-8"))
    agents, rounds = Agents(store), Rounds(store, [plan, national])
    for slot in range(T0 - 8 * DAY_S, T0, INTERVAL_S):
        agents.report("2133999000", slot, mbps=1000)

    ten_g, one_g = rounds.round(T0 + 1.0)

    assert answers(ten_g)["2133999000", "cx-access-10g"] is State.FAIL
    assert answers(one_g)["2133999000", "nat-school-1g"] is State.PASS


def test_before_the_first_import_there_is_nothing_to_judge(tmp_path: Path, plan: Plan) -> None:
    engine = open_store(f"sqlite:///{tmp_path / 'empty.db'}")
    with pytest.raises(ConfigError, match="inventory import"):
        Rounds(engine, [plan]).round(float(T0))
    engine.dispose()


def test_a_round_tells_of_agents_plans_and_what_was_accepted(store: Engine, plan: Plan) -> None:
    agents, rounds = Agents(store), Rounds(store, [plan])
    name = COUNTY.schools[0].id
    agents.report(name, T0)
    (before,) = rounds.round(T0 + 60.0)
    mark = uplink_of(store, name, T0 + 60.0)
    with store.begin() as connection:
        accept(connection, name, [mark], by="检查组", note="", at=T0 + 90.0)

    (view,) = rounds.round(T0 + 120.0)

    (line,) = view.agents
    assert (line.school, line.agent, line.newest_slot) == (name, f"{name}-01", T0)
    assert line.last_report == T0 + 20.0
    assert (before.profile_first_used, view.profile_first_used) == (T0 + 60.0, T0 + 60.0)
    assert (before.baselines, before.accepted_at) == (0, None)
    assert (view.baselines, view.accepted_at) == (1, T0 + 90.0)


def test_the_ways_of_batches_are_read_anew_every_few_minutes(store: Engine, plan: Plan) -> None:
    agents, rounds = Agents(store), Rounds(store, [plan])
    name = COUNTY.schools[0].id
    agents.report(name, T0)
    rounds.round(T0 + 60.0)
    agents.seq += 3  # three numbers are skipped
    agents.report(name, T0 + INTERVAL_S)

    (soon,) = rounds.round(T0 + 60.0 + FLEET_EVERY_S - 1)
    (later,) = rounds.round(T0 + 60.0 + FLEET_EVERY_S)

    assert [soon.agents[0].missing_batches, later.agents[0].missing_batches] == [0, 3]
