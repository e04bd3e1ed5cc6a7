"""A7: the light of the uplink against the limits of its module."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from snapshots import AS_OF, CAMPUS, INTERVAL_S, WEEK, Scene

from inventory.clock import slots
from inventory.facts import FactValue
from inventory.metrics.compute import compute
from inventory.metrics.look import Look
from inventory.metrics.params import Params, ParamValue
from inventory.register import Calendar, Uplink
from inventory.verdict import State, Verdict

A7 = "access_optics_margin"
ROUND_THE_CLOCK = list(slots("7d", "always", AS_OF, INTERVAL_S, Calendar()))
N = len(ROUND_THE_CLOCK)
LIMITS: Mapping[str, FactValue] = {
    "optic_rx_low_alarm_dbm": -16.4,
    "optic_rx_low_warn_dbm": -14.4,
    "optic_rx_high_warn_dbm": 0.5,
    "optic_rx_high_alarm_dbm": 2.5,
}
PORT = "port:XGE0/0/1"


def lit(rx: FactValue = -6.0, **facts: FactValue) -> Scene:
    """An uplink at 10G whose module receives so much light, dBm, and was read in every poll of the week."""
    told = {"optic_rx_dbm": rx, "optic_ddm": True, "optic_type": "10GBASE-LR", **LIMITS, **facts}
    return Scene().polled("gw", (N, "ok"), grid=ROUND_THE_CLOCK).port("gw", "XGE0/0/1", **told)


def judge(scene: Scene, **params: ParamValue) -> Verdict:
    return compute(A7, Look(scene.snapshot()), scene.campus, Params(params))


UNSUPPORTED = "not_supported_by_device"
NO_LIMITS = dict.fromkeys(LIMITS)


@pytest.mark.parametrize(
    ("facts", "state", "reason", "margin"),
    [
        ({}, State.PASS, "", 6.5),
        ({"optic_rx_dbm": -12.4}, State.PASS, "", 2.0),
        ({"optic_rx_dbm": -12.41}, State.FAIL, "light_low", 1.99),
        ({"optic_rx_dbm": -14.41}, State.FAIL, "light_low", -0.01),
        ({"optic_rx_dbm": -1.5}, State.PASS, "", 2.0),
        ({"optic_rx_dbm": 1.0}, State.FAIL, "light_low", -0.5),
        ({"optic_rx_dbm": -20.0, "optic_rx_low_warn_dbm": -25.0}, State.FAIL, "light_low", 5.0),
        ({"optic_rx_dbm": None, "optic_light": "none"}, State.FAIL, "light_none", None),
        ({"optic_rx_dbm": None, "optic_ddm": False}, State.UNKNOWN, "no_ddm", None),
        ({"optic_rx_dbm": None, "optic_ddm": None}, State.UNKNOWN, "no_ddm", None),
        (
            {"optic_rx_dbm": None, "optic_unit": "unknown unit"},
            State.UNKNOWN,
            "not_supported_by_device",
            None,
        ),
        (NO_LIMITS, State.PASS, "", 6.5),
        ({**NO_LIMITS, "optic_type": "SFP+ 10G-SR"}, State.PASS, "", 3.9),
        ({**NO_LIMITS, "optic_type": "SFP-10G-ZR", "optic_rx_dbm": -21.9}, State.PASS, "", 2.1),
        ({**NO_LIMITS, "optic_type": "no name"}, State.UNKNOWN, UNSUPPORTED, None),
        ({"optic_rx_high_warn_dbm": None, "optic_rx_dbm": 1.0}, State.PASS, "", 15.4),
    ],
)
def test_the_margin_is_the_way_to_the_nearer_limit(
    facts: dict[str, FactValue], state: State, reason: str, margin: float | None
) -> None:
    verdict = judge(lit(**{"rx": -6.0, **facts}) if "optic_rx_dbm" not in facts else _with(facts))

    assert (verdict.state, verdict.reason, verdict.value) == (state, reason, margin)
    assert verdict.level == ("E0" if state is State.UNKNOWN else "E3")


def _with(facts: dict[str, FactValue]) -> Scene:
    scene = lit(facts["optic_rx_dbm"])
    for key, value in facts.items():
        scene.fact("gw", PORT, key, value)
    return scene


@pytest.mark.parametrize("kind", ["10GBASE-T", "1000BASE-T", "SFP+ DAC 3m", "10GBASE-CR", "copper"])
def test_copper_has_no_light(kind: str) -> None:
    verdict = judge(lit(optic_type=kind))
    assert (verdict.state, verdict.reason) == (State.NA, "copper")


def test_no_declared_uplink_is_unknown() -> None:
    scene = lit()
    scene.campus = replace(CAMPUS, uplinks=())
    assert judge(scene).reason == "uplink_not_declared"


def test_polls_around_the_clock_count_and_not_those_of_school_hours() -> None:
    scene = lit()
    scene.polled("gw", (600, "ok"), grid=WEEK)
    verdict = judge(scene)
    assert (verdict.state, verdict.reason) == (State.UNKNOWN, "low_coverage")
    assert verdict.polls is not None
    assert verdict.polls.n == N


def test_one_poll_in_a_hundred_may_be_dark_and_no_more() -> None:
    def dark(polls: int) -> State:
        scene = lit()
        scene.samples["gw", PORT, "rx_dbm"] = [
            (slot, -15.0 if n < polls else -6.0) for n, slot in enumerate(ROUND_THE_CLOCK)
        ]
        return judge(scene).state

    assert dark(N // 100) is State.PASS
    assert dark(N // 100 + 1) is State.FAIL


def test_a_sample_stands_for_an_hour_and_then_the_fact_does() -> None:
    scene = lit()
    scene.samples["gw", PORT, "rx_dbm"] = [(ROUND_THE_CLOCK[600], -13.5)]
    verdict = judge(scene, min_margin_db=0.5)
    assert verdict.value == 6.5, "twelve polls of two thousand do not move the middle"
    scene.samples["gw", PORT, "rx_dbm"] = [(slot, -13.5) for slot in ROUND_THE_CLOCK[::12]]
    assert judge(scene, min_margin_db=0.5).value == pytest.approx(0.9)


def test_the_county_may_say_the_limits_of_a_module_that_does_not() -> None:
    scene = lit(optic_type="no name", **NO_LIMITS)
    assert judge(scene, low_dbm=-10.0).value == 4.0
    assert judge(scene, low_dbm=-10.0, high_dbm=-5.0).value == 1.0


def test_every_member_of_an_aggregate_needs_its_light() -> None:
    campus = replace(CAMPUS, uplinks=(Uplink(device="gw", port="Eth-Trunk1", medium="p2p_ethernet"),))
    scene = Scene(campus).polled("gw", (N, "ok"), grid=ROUND_THE_CLOCK)
    scene.port("gw", "Eth-Trunk1", type=161)
    for name, rx in (("XGE0/0/1", -6.0), ("XGE0/0/2", -14.0)):
        scene.port("gw", name, lag="Eth-Trunk1", optic_rx_dbm=rx, optic_type="10GBASE-LR", **LIMITS)

    verdict = judge(scene)

    assert (verdict.state, verdict.reason) == (State.FAIL, "light_low")
    assert verdict.value == pytest.approx(0.4)
    assert [(e.subject, e.value) for e in verdict.evidence] == [
        ("port:XGE0/0/1", "-6 dBm (-14.4..0.5)"),
        ("port:XGE0/0/2", "-14 dBm (-14.4..0.5)"),
    ]


def test_a_gateway_that_nobody_reads_is_unknown() -> None:
    scene = lit().polled("gw").polled("sw", (N, "ok"), grid=ROUND_THE_CLOCK)
    assert judge(scene).reason == "gateway_unmanaged"


@given(
    st.integers(-3000, 500),
    st.integers(-2500, -500),
    st.integers(-400, 500),
    st.integers(0, 400),
)
@settings(max_examples=60, deadline=None)
def test_more_margin_never_turns_a_pass_into_a_fail(rx: int, low: int, high: int, wanted: int) -> None:
    limits: dict[str, FactValue] = {
        "optic_rx_low_warn_dbm": low / 100,
        "optic_rx_high_warn_dbm": high / 100,
        "optic_rx_low_alarm_dbm": None,
        "optic_rx_high_alarm_dbm": None,
    }
    scene = lit(rx / 100, **limits)
    verdict = judge(scene, min_margin_db=wanted / 100)
    margin = min(rx - low, high - rx)
    assert verdict.state is (State.PASS if margin >= wanted else State.FAIL)
    assert verdict.value == margin / 100
