"""A3, A6 and A11: what the uplink delivers, how full it is, and how much that is for each person."""

from __future__ import annotations

from dataclasses import replace
from math import floor

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from snapshots import AS_OF, CAMPUS, INTERVAL_S, WEEK, Scene

from inventory.clock import slots
from inventory.facts import FactValue
from inventory.metrics.compute import compute
from inventory.metrics.flow import IN, OUT
from inventory.metrics.look import Look
from inventory.metrics.params import DEFAULTS, Params, ParamValue
from inventory.register import Calendar, Contract
from inventory.snapshot import Span
from inventory.verdict import State, Verdict

A3, A6, A11 = "access_throughput_ratio", "access_utilisation_p95", "bandwidth_per_user"
AGENT = f"agent@{CAMPUS.id}"
TEST = "probe:throughput:county:ipv4"
MONTH = list(slots("30d", "school", AS_OF, INTERVAL_S, Calendar()))
DAY_S = 86400
GOOD: dict[str, FactValue] = {
    "ok": True,
    "nic_mbps": 10_000,
    "busy_ratio": 0.05,
    "streams": 8,
    "seconds": 30,
    "up_iperf_cpu": 0.3,
    "down_iperf_cpu": 0.3,
    "up_server_cpu": 0.2,
    "down_server_cpu": 0.2,
}


def told(verdict: Verdict) -> tuple[State, str, float | None]:
    return verdict.state, verdict.reason, verdict.value


def linked(port: int | None = 10_000, contract: int | None = 10_000) -> Scene:
    """A campus with such a port and contract, Mbit/s, read all the month."""
    rows = () if contract is None else (Contract(down_mbps=contract, up_mbps=contract, evidence="accepted"),)
    scene = Scene(replace(CAMPUS, contracts=rows))
    if port is not None:
        scene.polled("gw", (len(MONTH), "ok"), grid=MONTH).port("gw", "XGE0/0/1", speed_mbps=port)
    return scene


# A3


def measured(*mbps: float, scene: Scene | None = None, days_ago: int = 1, **facts: FactValue) -> Scene:
    """Tests of the last days, the newest first named last, each with what it found."""
    scene = scene or linked()
    times = [int(AS_OF) - (days_ago + len(mbps) - n) * DAY_S for n in range(len(mbps))]
    for key, values in {"mbps": mbps, "tested_at": [f"test {n}" for n in range(len(mbps))]}.items():
        ends = [*times[1:], None]
        scene.facts[AGENT, TEST, key] = tuple(map(Span, times, ends, values))
    for key, value in {**GOOD, **facts}.items():
        scene.fact(AGENT, TEST, key, value)
    return scene


SLOW_CARD = {"nic_mbps": 1_000, "ok": False, "reason": "probe_nic_too_slow"}


@pytest.mark.parametrize(
    ("scene", "params", "expected"),
    [
        (measured(9_400), {}, (State.PASS, "", 0.94)),
        (measured(8_000), {}, (State.PASS, "", 0.8)),
        (measured(7_999), {}, (State.FAIL, "throughput_low", 0.7999)),
        (measured(7_999), {"thr": 0.7}, (State.PASS, "", 0.7999)),
        (measured(9_000, 100, 9_000, 8_500), {}, (State.PASS, "", 0.85)),
        (measured(9_000, 9_000, 100, 200), {}, (State.FAIL, "throughput_low", 0.02)),
        (measured(940, **SLOW_CARD), {}, (State.UNKNOWN, "probe_nic_too_slow", 0.094)),
        (measured(940, scene=linked(1_000, 1_000), nic_mbps=1_000), {}, (State.PASS, "", 0.94)),
        (measured(5_000, busy_ratio=0.2), {}, (State.UNKNOWN, "test_invalid", 0.5)),
        (measured(9_000, busy_ratio=0.2), {}, (State.PASS, "", 0.9)),
        (measured(5_000, up_iperf_cpu=0.9), {}, (State.UNKNOWN, "test_invalid", 0.5)),
        (measured(5_000, streams=4), {}, (State.UNKNOWN, "test_invalid", 0.5)),
        (measured(5_000, seconds=29), {}, (State.UNKNOWN, "test_invalid", 0.5)),
        (measured(5_000, scene=linked(contract=None)), {}, (State.UNKNOWN, "reference_unknown", 0.5)),
        (measured(9_000, scene=linked(contract=None)), {}, (State.PASS, "", 0.9)),
        (measured(9_000, scene=linked(None, None)), {}, (State.UNKNOWN, "reference_unknown", None)),
        (measured(900, scene=linked(10_000, 1_000)), {}, (State.PASS, "", 0.9)),
        (measured(9_000, days_ago=95), {}, (State.UNKNOWN, "stale", 0.9)),
        (linked(), {}, (State.UNKNOWN, "no_test_node", None)),
    ],
)
def test_the_link_delivers_four_fifths_of_what_it_should(
    scene: Scene, params: dict[str, ParamValue], expected: tuple[State, str, float | None]
) -> None:
    assert told(compute(A3, Look(scene.snapshot()), scene.campus, Params(params))) == expected


def carrying(scene: Scene, mbps: float, slots_: list[int], key: str = IN) -> Scene:
    """Counters of a port that carried so much in all of these intervals."""
    octets = round(mbps * 1_000_000 / 8 * INTERVAL_S)
    scene.samples["gw", "port:XGE0/0/1", key] = [(slot, octets * n) for n, slot in enumerate(slots_)]
    return scene


def test_what_was_seen_proves_that_the_link_delivers_and_never_that_it_does_not() -> None:
    busy = carrying(linked(), 8_500, WEEK[:3])
    seen = compute(A3, Look(busy.snapshot()), busy.campus, DEFAULTS)
    assert (told(seen), seen.level) == ((State.PASS, "", 0.85), "E3")
    idle = carrying(linked(), 10, WEEK[:3])
    assert told(compute(A3, Look(idle.snapshot()), idle.campus, DEFAULTS)) == (
        State.UNKNOWN,
        "no_test_node",
        0.001,
    )


# A6


def used(*shares: tuple[int, float], scene: Scene | None = None, out: float = 0.0) -> Scene:
    """A month of counters: so many intervals at so many Mbit/s in, and ``out`` all the time."""
    scene = scene or linked()
    month = [slot + n for slot in MONTH[-1:] for n in (0, INTERVAL_S)]
    times = sorted({*MONTH, *month})
    rates = [mbps for n, mbps in shares for _ in range(n)]
    total, into = 0, []
    for n, slot in enumerate(times):
        into.append((slot, total))
        total += round((rates[n] if n < len(rates) else 0.0) * 1_000_000 / 8 * INTERVAL_S)
    scene.samples["gw", "port:XGE0/0/1", IN] = into
    per_slot = round(out * 1_000_000 / 8 * INTERVAL_S)
    scene.samples["gw", "port:XGE0/0/1", OUT] = [(slot, per_slot * n) for n, slot in enumerate(times)]
    return scene


N = len(MONTH)


@pytest.mark.parametrize(
    ("scene", "params", "state", "reason"),
    [
        (used((N, 1_000)), {}, State.PASS, ""),
        (used((N, 7_000)), {}, State.PASS, ""),
        (used((N, 7_001)), {}, State.FAIL, "above_limit"),
        (used((N, 8_000)), {"limit": 0.9}, State.PASS, ""),
        (used((N // 30, 9_900), (N, 100)), {}, State.PASS, ""),
        (used((N // 10, 9_900), (N, 100)), {}, State.FAIL, "above_limit"),
        (used((N, 100), out=8_000), {}, State.FAIL, "above_limit"),
        (used((N, 800), scene=linked(10_000, 1_000)), {}, State.FAIL, "above_limit"),
        (used((N, 800), scene=linked(10_000, None)), {}, State.PASS, ""),
        (linked(), {}, State.UNKNOWN, "no_counters"),
        (linked(None, 10_000), {}, State.UNKNOWN, "no_data"),
        (linked(None, None), {}, State.UNKNOWN, "reference_unknown"),
    ],
)
def test_the_link_is_less_than_seven_tenths_full_at_its_95th_percentile(
    scene: Scene, params: dict[str, ParamValue], state: State, reason: str
) -> None:
    verdict = compute(A6, Look(scene.snapshot()), scene.campus, Params(params))
    assert (verdict.state, verdict.reason) == (state, reason)


@pytest.mark.parametrize(("mbps", "warned"), [(5_000, False), (5_001, True)])
def test_a_link_that_fills_up_is_warned_of(mbps: int, warned: bool) -> None:
    scene = used((N, mbps))
    verdict = compute(A6, Look(scene.snapshot()), scene.campus, DEFAULTS)
    assert verdict.state is State.PASS
    assert any(e.value == "link_filling" for e in verdict.evidence) == warned


def test_too_few_samples_tell_nothing() -> None:
    scene = used((N, 1_000))
    for key in (IN, OUT):
        series = scene.samples["gw", "port:XGE0/0/1", key]
        scene.samples["gw", "port:XGE0/0/1", key] = series[: len(series) // 2]
    verdict = compute(A6, Look(scene.snapshot()), scene.campus, DEFAULTS)
    assert (verdict.state, verdict.reason) == (State.UNKNOWN, "too_few_samples")


# A11


@pytest.mark.parametrize(
    ("scene", "people", "params", "expected"),
    [
        (linked(), (900, 100), {}, (State.NA, "info_only", 10_000.0)),
        (linked(1_000, 1_000), (900, 100), {}, (State.NA, "info_only", 1_000.0)),
        (linked(10_000, 1_000), (900, 100), {}, (State.NA, "info_only", 1_000.0)),
        (linked(1_000, 10_000), (1_900, 100), {"limit_kbps": 500}, (State.PASS, "", 500.0)),
        (linked(1_000, 10_000), (1_901, 100), {"limit_kbps": 500}, (State.FAIL, "below_threshold", 499.75)),
        (linked(1_000, 10_000), (1_901, 100), {"limit_kbps": 50}, (State.PASS, "", 499.75)),
        (linked(), (None, 100), {}, (State.UNKNOWN, "enrolment_missing", None)),
        (linked(), (900, None), {}, (State.UNKNOWN, "enrolment_missing", None)),
        (linked(), (0, 0), {}, (State.UNKNOWN, "enrolment_missing", None)),
        (linked(None, 10_000), (900, 100), {}, (State.UNKNOWN, "reference_unknown", None)),
        (linked(10_000, None), (900, 100), {}, (State.UNKNOWN, "reference_unknown", None)),
    ],
)
def test_what_the_school_is_entitled_to_is_shared_by_all_its_people(
    scene: Scene,
    people: tuple[int | None, int | None],
    params: dict[str, ParamValue],
    expected: tuple[State, str, float | None],
) -> None:
    students, staff = people
    look = Look(scene.snapshot(students=students, staff=staff))
    state, reason, value = told(compute(A11, look, scene.campus, Params(params)))
    assert (state, reason) == expected[:2]
    assert value == (None if expected[2] is None else pytest.approx(expected[2], abs=0.01))


# Properties


@given(st.floats(1, 20_000), st.integers(1, 99))
@settings(max_examples=60, deadline=None)
def test_a_valid_test_decides_by_its_share_of_the_reference(mbps: float, percent: int) -> None:
    scene = measured(mbps)
    verdict = compute(A3, Look(scene.snapshot()), scene.campus, Params({"thr": percent / 100}))
    bps = round(mbps * 1_000_000)
    assert verdict.state is (State.PASS if bps * 100 >= percent * 10_000_000_000 else State.FAIL)
    assert verdict.value == floor(bps * 10_000 / 10_000_000_000) / 10_000
    assert verdict.low_bp == verdict.high_bp


@given(st.integers(0, 9_999), st.integers(0, 9_999))
@settings(max_examples=40, deadline=None)
def test_more_traffic_never_makes_a_link_less_full(mbps: int, more: int) -> None:
    values = [
        compute(A6, Look(scene.snapshot()), scene.campus, DEFAULTS).value or 0.0
        for scene in (used((N, mbps)), used((N, min(9_999, mbps + more))))
    ]
    assert values[0] <= values[1]
