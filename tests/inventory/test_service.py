"""A5, A8 and A9: a second way out, the network in school hours, and the gateway behind it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from snapshots import AS_OF, CAMPUS, GATEWAY, INTERVAL_S, Scene

from inventory.clock import slots
from inventory.facts import FactValue
from inventory.metrics.compute import compute
from inventory.metrics.look import Look
from inventory.metrics.params import Params, ParamValue
from inventory.papers import Document
from inventory.reading import Outcome
from inventory.register import Calendar, Contract, Device, Uplink
from inventory.snapshot import Span
from inventory.verdict import State, Verdict

A5, A8, A9 = "access_uplink_redundancy", "access_uplink_availability", "gateway_capacity_sufficient"
AGENT = f"agent@{CAMPUS.id}"
WEEK = list(slots("7d", "always", AS_OF, INTERVAL_S, Calendar()))
MONTH = list(slots("30d", "school", AS_OF, INTERVAL_S, Calendar()))


def judge(metric: str, scene: Scene, **params: ParamValue) -> Verdict:
    return compute(metric, Look(scene.snapshot()), scene.campus, Params(params))


def told(verdict: Verdict) -> tuple[State, str]:
    return verdict.state, verdict.reason


# A5


FIRST = Uplink(device="gw", port="XGE0/0/1", medium="p2p_ethernet", carrier="电信", route="东环路")
SECOND = Uplink(device="gw", port="XGE0/0/2", medium="p2p_ethernet", carrier="移动", route="西环路")
PAPERS = tuple(
    Contract(carrier=carrier, down_mbps=10_000, up_mbps=10_000, evidence="accepted")
    for carrier in ("电信", "移动")
)


def ways(
    *states: FactValue,
    uplinks: tuple[Uplink, ...] = (FIRST, SECOND),
    contracts: tuple[Contract, ...] = PAPERS,
) -> Scene:
    """Uplinks whose ports were in these states all the week."""
    campus = replace(CAMPUS, uplinks=uplinks, contracts=contracts)
    scene = Scene(campus).polled("gw", (len(WEEK), "ok"), grid=WEEK)
    for uplink, oper in zip(uplinks, states, strict=False):
        scene.port("gw", uplink.port, oper=oper, speed_mbps=1000)
    return scene


SAME = replace(SECOND, route="东环路")
UNSAID = replace(SECOND, route="")


@pytest.mark.parametrize(
    ("scene", "value", "state", "reason"),
    [
        (ways("up", "up"), 3.0, State.PASS, ""),
        (ways("up", "up", uplinks=(FIRST, SAME)), 2.0, State.FAIL, "redundancy_low"),
        (ways("up", "up", uplinks=(FIRST, UNSAID)), 2.0, State.UNKNOWN, "route_undeclared"),
        (ways("up", "up", contracts=()), 2.0, State.UNKNOWN, "evidence_missing"),
        (ways("up", "up", contracts=PAPERS[:1]), 2.0, State.UNKNOWN, "evidence_missing"),
        (ways("up", "down"), 1.0, State.FAIL, "redundancy_low"),
        (ways("down", "down"), 0.0, State.FAIL, "redundancy_low"),
        (ways("up", uplinks=(FIRST,)), 1.0, State.FAIL, "redundancy_low"),
        (ways("up", "unknown"), None, State.UNKNOWN, "not_supported_by_device"),
        (ways("down", "unknown"), None, State.FAIL, "redundancy_low"),
        (ways(uplinks=()), None, State.UNKNOWN, "uplink_not_declared"),
    ],
)
def test_two_ways_that_one_digger_cannot_cut(
    scene: Scene, value: float | None, state: State, reason: str
) -> None:
    verdict = judge(A5, scene, min_class="dual_diverse")

    assert (verdict.value, *told(verdict)) == (value, state, reason)


def test_two_ways_on_one_path_are_enough_where_the_plan_says_so() -> None:
    scene = ways("up", "up", uplinks=(FIRST, SAME))
    assert judge(A5, scene, min_class="dual_same_path").state is State.PASS
    assert judge(A5, ways("up", "down"), min_class="single").state is State.PASS


def test_without_a_wanted_class_it_is_for_information() -> None:
    verdict = judge(A5, ways("up", "up"))
    assert (verdict.state, verdict.reason, verdict.value) == (State.NA, "info_only", 3.0)


def test_the_speed_of_a_way_does_not_matter_but_its_polls_do() -> None:
    scene = ways("up", "up")
    scene.polled("gw", (1000, "ok"), grid=WEEK)
    assert told(judge(A5, scene, min_class="single")) == (State.UNKNOWN, "low_coverage")


def test_a_time_without_the_first_way_in_which_the_agent_got_out_is_told_as_proof() -> None:
    scene = ways("up", "up")
    scene.polled(AGENT, (len(WEEK), "ok"), grid=WEEK).fact(AGENT, "probe:tcp:t0:ipv4", "ok", True)
    assert [e for e in judge(A5, scene).evidence if e.what == "failover"] == []
    scene.changed("gw", "port:XGE0/0/1", "oper", (200, "up"), (50, "down"), (350, "up"))
    (proof,) = [e for e in judge(A5, scene).evidence if e.what == "failover"]
    assert proof.level == "E4"


# A8


def reaching(*reached: bool, oper: FactValue = "up", gateway: Outcome = "ok") -> Scene:
    """A month in which the uplink was so, and the agent reached these targets or did not."""
    scene = Scene().polled("gw", (len(MONTH), gateway), grid=MONTH)
    scene.polled("sw", (len(MONTH), "ok"), grid=MONTH).polled(AGENT, (len(MONTH), "ok"), grid=MONTH)
    scene.port("gw", "XGE0/0/1", oper=oper)
    for number, ok in enumerate(reached):
        scene.fact(AGENT, f"probe:tcp:t{number}:ipv4", "ok", ok)
    return scene


@pytest.mark.parametrize(
    ("scene", "state", "reason"),
    [
        (reaching(True, True, True), State.PASS, ""),
        (reaching(True, False, False), State.PASS, ""),
        (reaching(False, False, False), State.FAIL, "targets_unreachable"),
        (reaching(True, True, True, oper="down"), State.FAIL, "uplink_down"),
        (reaching(True, True), State.UNKNOWN, "probe_targets_few"),
        (reaching(), State.UNKNOWN, "no_probe"),
        (reaching(True, True, True, gateway="down"), State.UNKNOWN, "device_down"),
        (reaching(False, False, False, gateway="down"), State.FAIL, "device_down"),
        (reaching(True, True, True, oper="unknown"), State.UNKNOWN, "not_supported_by_device"),
        (reaching(False, False, False, oper="unknown"), State.FAIL, "targets_unreachable"),
    ],
)
def test_the_network_is_there_when_the_uplink_is_up_and_a_target_answers(
    scene: Scene, state: State, reason: str
) -> None:
    assert told(judge(A8, scene)) == (state, reason)


@pytest.mark.parametrize(("away", "state"), [(0, State.PASS), (1, State.FAIL)])
def test_one_poll_in_a_hundred_may_be_lost(away: int, state: State) -> None:
    since = MONTH[-(len(MONTH) // 100 + away)]
    scene = reaching(True, True, True)
    for number in range(3):
        test = (AGENT, f"probe:tcp:t{number}:ipv4", "ok")
        scene.facts[test] = (Span(MONTH[0], since, True), Span(since, None, False))

    verdict = judge(A8, scene)

    assert verdict.state is state
    assert [e.what for e in verdict.evidence].count("outages, longest") == 1


def test_named_targets_are_the_ones_that_count() -> None:
    scene = reaching(True, False, False)
    assert judge(A8, scene, targets=("t0",)).state is State.PASS
    assert told(judge(A8, scene, targets=("t1",))) == (State.FAIL, "targets_unreachable")
    assert told(judge(A8, scene, min_reached=2)) == (State.FAIL, "targets_unreachable")


# A9


def loaded(
    rated: int | None = 10_000,
    cpu: float | None = 40.0,
    *,
    gateway: Device = GATEWAY,
    port_mbps: int = 10_000,
    contract: bool = True,
    every: int = 1,
) -> Scene:
    """A gateway rated for so much, with this load in every poll (or every so many) of the last month."""
    contracts = (Contract(down_mbps=10_000, up_mbps=10_000, start=date(2026, 1, 1), evidence="accepted"),)
    campus = replace(
        CAMPUS,
        devices=(replace(gateway, rated_mbps=rated), CAMPUS.devices[1]),
        contracts=contracts if contract else (),
    )
    scene = Scene(campus).polled("gw", (len(MONTH), "ok"), grid=MONTH)
    scene.port("gw", "XGE0/0/1", speed_mbps=port_mbps)
    if cpu is not None:
        scene.samples["gw", "sensor:CPU", "cpu_percent"] = [(slot, cpu) for slot in MONTH[::every]]
    return scene


@pytest.mark.parametrize(
    ("scene", "params", "state", "reason"),
    [
        (loaded(), {}, State.PASS, ""),
        (loaded(rated=9_999), {}, State.FAIL, "capacity_low"),
        (loaded(rated=5_000), {"share": 0.5}, State.PASS, ""),
        (loaded(rated=None), {}, State.UNKNOWN, "rating_missing"),
        (loaded(cpu=80.0), {}, State.PASS, ""),
        (loaded(cpu=80.1), {}, State.FAIL, "cpu_high"),
        (loaded(cpu=80.1), {"max_cpu": 0.9}, State.PASS, ""),
        (loaded(cpu=None), {}, State.UNKNOWN, "cpu_unknown"),
        (loaded(rated=5_000, cpu=None), {}, State.FAIL, "capacity_low"),
        (loaded(rated=None, cpu=95.0), {}, State.FAIL, "cpu_high"),
        (loaded(rated=1_000, port_mbps=1_000), {}, State.PASS, ""),
        (loaded(rated=1_000, port_mbps=1_000, contract=False), {}, State.PASS, ""),
        (loaded(rated=900, port_mbps=1_000, contract=False), {}, State.UNKNOWN, "reference_unknown"),
        (loaded(every=12), {}, State.PASS, ""),
    ],
)
def test_a_gateway_has_to_forward_what_the_link_carries_and_not_be_busy(
    scene: Scene, params: dict[str, ParamValue], state: State, reason: str
) -> None:
    assert told(judge(A9, scene, **params)) == (state, reason)


def test_the_busiest_processor_decides_at_its_95th_percentile() -> None:
    scene = loaded()
    busy = [(slot, 100.0 if n % 20 == 0 else 10.0) for n, slot in enumerate(MONTH)]
    scene.samples["gw", "sensor:CPU 2", "cpu_percent"] = busy
    assert judge(A9, scene).state is State.PASS, "one poll in twenty may be busy"
    scene.samples["gw", "sensor:CPU 2", "cpu_percent"] = [
        (slot, 100.0 if n % 10 == 0 else 10.0) for n, slot in enumerate(MONTH)
    ]
    assert told(judge(A9, scene)) == (State.FAIL, "cpu_high")


def test_too_few_hours_with_a_reading_tell_nothing() -> None:
    scene = loaded()
    scene.samples["gw", "sensor:CPU", "cpu_percent"] = [(slot, 10.0) for slot in MONTH[: len(MONTH) // 2]]
    assert told(judge(A9, scene)) == (State.UNKNOWN, "cpu_unknown")


def test_a_firewall_counts_as_well_as_the_gateway() -> None:
    scene = loaded()
    scene.campus = replace(
        scene.campus, devices=(*scene.campus.devices, Device(id="fw", role="firewall", rated_mbps=2_000))
    )
    assert told(judge(A9, scene)) == (State.FAIL, "capacity_low")


def test_an_accepted_data_sheet_makes_the_rating_e2() -> None:
    gateway = replace(GATEWAY, model="USG6500E")
    scene = loaded(gateway=gateway)
    assert judge(A9, scene).level == "E1"
    sheet = Document(id="d", kind="data_sheet", title="USG6500E 规格书", review="accepted")
    look = Look(scene.snapshot(documents=(sheet,)))
    assert compute(A9, look, scene.campus, Params({})).level == "E2"


@given(st.integers(1, 20_000), st.integers(1, 20_000))
@settings(max_examples=50, deadline=None)
def test_a_greater_rating_never_turns_a_pass_into_a_fail(rated: int, more: int) -> None:
    order = [State.FAIL, State.UNKNOWN, State.PASS]
    low, high = (judge(A9, loaded(rated=mbps)).state for mbps in (rated, rated + more))
    assert order.index(low) <= order.index(high)
