"""C4, C5 and C6: machines and octets that use IPv6."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from snapshots import AS_OF, CAMPUS, INTERVAL_S, Scene

from inventory.clock import slots
from inventory.metrics.compute import compute
from inventory.metrics.look import Look
from inventory.metrics.params import Params, ParamValue
from inventory.register import Calendar, Uplink, UserVlan
from inventory.verdict import State, Verdict

C4, C5, C6 = "ipv6_dual_stack_client_ratio", "ipv6_active_client_ratio", "ipv6_traffic_share"
VLAN = UserVlan(name="教学", kind="teaching", device="gw", port="Vlanif10")
OFFICE = UserVlan(name="办公", kind="office", device="gw", port="Vlanif20")
CAMERAS = UserVlan(name="监控", kind="camera", device="gw", port="Vlanif30")
MONTH = list(slots("30d", "school", AS_OF, INTERVAL_S, Calendar()))
FRIDAY = date(2026, 9, 18)
WEEK = [FRIDAY - timedelta(days=n) for n in range(5)]
"""The last five school days, the newest first."""


def noon(day: date) -> int:
    return int(datetime(day.year, day.month, day.day, 4, tzinfo=UTC).timestamp())


def counted(
    *days: tuple[int, int] | None,
    vlans: tuple[UserVlan, ...] = (VLAN,),
    port: str = "Vlanif10",
    scene: Scene | None = None,
) -> Scene:
    """(machines, with IPv6) of each of the last school days, the newest first; None: nobody counted."""
    scene = scene or Scene(replace(CAMPUS, user_vlans=vlans)).polled("gw", (600, "ok"))
    for key, place in (("stations", 0), ("stations_ipv6", 1)):
        scene.samples["gw", f"port:{port}", key] = [
            (noon(day), counts[place])
            for day, counts in reversed(list(zip(WEEK, days, strict=False)))
            if counts
        ]
    return scene


def judge(metric: str, scene: Scene, **params: ParamValue) -> Verdict:
    return compute(metric, Look(scene.snapshot()), scene.campus, Params(params))


def told(verdict: Verdict) -> tuple[State, str, float | None]:
    return verdict.state, verdict.reason, verdict.value


NOT_IPV6, UNREAD = "clients_without_ipv6", "clients_unreadable"
HALF, MOST, LITTLE, FEW = (100, 50), (100, 90), (100, 10), (19, 0)
PASS_AT_HALF = (State.PASS, "", 0.5)
NONE_DECLARED = (State.UNKNOWN, "user_vlans_not_declared", None)


@pytest.mark.parametrize(
    ("scene", "params", "expected"),
    [
        (counted(*[HALF] * 5), {"limit": 0.5}, PASS_AT_HALF),
        (counted(*[(100, 49)] * 5), {"limit": 0.5}, (State.FAIL, "clients_without_ipv6", 0.49)),
        (counted(*[HALF] * 5), {}, (State.NA, "info_only", 0.5)),
        (counted(MOST, MOST, HALF, LITTLE, LITTLE), {"limit": 0.5}, PASS_AT_HALF),
        (counted(MOST, HALF, LITTLE, LITTLE, LITTLE), {"limit": 0.5}, (State.FAIL, NOT_IPV6, 0.1)),
        (counted(HALF, HALF, HALF, FEW, FEW), {"limit": 0.5}, PASS_AT_HALF),
        (counted(HALF, HALF, LITTLE, FEW, FEW), {"limit": 0.5}, (State.UNKNOWN, "too_few_clients", 0.5)),
        (counted(MOST, MOST, LITTLE, FEW, None), {"limit": 0.5}, (State.UNKNOWN, UNREAD, 0.9)),
        (counted(MOST, MOST, MOST, MOST, None), {"limit": 0.5}, (State.PASS, "", 0.9)),
        (counted(*[(19, 19)] * 5), {"limit": 0.5}, (State.UNKNOWN, "too_few_clients", None)),
        (counted(*[(19, 19)] * 5), {"limit": 0.5, "min_clients": 10}, (State.PASS, "", 1.0)),
        (counted(), {"limit": 0.5}, (State.UNKNOWN, UNREAD, None)),
        (counted(*[HALF] * 5, vlans=()), {"limit": 0.5}, NONE_DECLARED),
        (counted(*[HALF] * 5, vlans=(CAMERAS,)), {"limit": 0.5}, NONE_DECLARED),
        (counted(*[HALF] * 5).polled("gw"), {"limit": 0.5}, PASS_AT_HALF),
    ],
)
def test_half_of_the_machines_have_an_address_in_the_middle_of_five_days(
    scene: Scene, params: dict[str, ParamValue], expected: tuple[State, str, float | None]
) -> None:
    assert told(judge(C4, scene, **params)) == expected


def test_a_kindergarten_has_fewer_machines() -> None:
    scene = counted(*[(5, 5)] * 5)
    look = Look(scene.snapshot(kind="kindergarten"))
    assert compute(C4, look, scene.campus, Params({"limit": 0.5})).state is State.PASS


def test_networks_add_up_and_one_that_nobody_was_on_does_not_open_the_day() -> None:
    scene = counted(*[(100, 20)] * 5, vlans=(VLAN, OFFICE))
    counted(*[(100, 100)] * 4, port="Vlanif20", scene=scene)
    verdict = judge(C4, scene, limit=0.5)
    assert told(verdict) == (State.PASS, "", 0.6)
    assert [e.subject for e in verdict.evidence] == ["port:Vlanif10", "port:Vlanif20"]
    assert verdict.evidence[0].value.startswith("2026-09-14:20/100")


def test_the_fullest_moment_of_a_day_stands_for_it() -> None:
    scene = counted(*[HALF] * 5)
    for key, value in (("stations", 10), ("stations_ipv6", 0)):
        series = scene.samples["gw", "port:Vlanif10", key]
        scene.samples["gw", "port:Vlanif10", key] = sorted(
            [*series, *((at - 3600, value) for at, _n in series)]
        )
    assert told(judge(C4, scene, limit=0.5)) == (State.PASS, "", 0.5)


def test_more_with_ipv6_than_there_are_is_no_count() -> None:
    assert judge(C4, counted(*[(100, 101)] * 5), limit=0.5).state is State.UNKNOWN


# C5


def active(*days: tuple[int, int], vlans: tuple[UserVlan, ...] = (VLAN,)) -> Scene:
    scene = counted(*days, vlans=vlans)
    scene.samples["gw", "port:Vlanif10", "stations_ipv6_active"] = scene.samples.pop(
        ("gw", "port:Vlanif10", "stations_ipv6")
    )
    return scene


@pytest.mark.parametrize(
    ("scene", "params", "expected"),
    [
        (active(*[HALF] * 5), {"limit": 0.5, "days": 7}, (State.PASS, "", 0.5)),
        (active(*[(100, 49)] * 5), {"limit": 0.5, "days": 7}, (State.FAIL, "clients_without_ipv6", 0.49)),
        (active(*[HALF] * 5), {"days": 7}, (State.NA, "info_only", 0.5)),
        (
            active((100, 100), (100, 0), (100, 50), (100, 50), (100, 50)),
            {"limit": 0.5, "days": 7},
            (State.PASS, "", 0.5),
        ),
        (active((300, 300), (100, 0), (100, 0)), {"limit": 0.5, "days": 4}, (State.PASS, "", 0.6)),
        (active(HALF, HALF), {"limit": 0.5, "days": 7}, (State.UNKNOWN, "too_few_samples", 0.5)),
        (active(*[HALF] * 5), {"limit": 0.5}, (State.UNKNOWN, "too_few_samples", 0.5)),
        (active(*[(10, 10)] * 5), {"limit": 0.5, "days": 7}, (State.UNKNOWN, "too_few_clients", 1.0)),
        (counted(*[HALF] * 5), {"limit": 0.5, "days": 7}, (State.UNKNOWN, "no_flow_data", None)),
        (active(*[HALF] * 5, vlans=()), {"limit": 0.5}, NONE_DECLARED),
    ],
)
def test_machines_that_use_ipv6_over_all_of_a_month(
    scene: Scene, params: dict[str, ParamValue], expected: tuple[State, str, float | None]
) -> None:
    assert told(judge(C5, scene, **params)) == expected


# C6


KB = 7_500
"""Octets that make whole bits a second in an interval."""
HALF_OF_THEM = len(MONTH) // 2


def moved(
    six: int, four: int, *, port: str = "XGE0/0/1", uplink: str = "XGE0/0/1", polls: int = len(MONTH)
) -> Scene:
    """Octets of both versions that an uplink moved in an interval, each way, all the month."""
    campus = replace(CAMPUS, uplinks=(Uplink(device="gw", port="XGE0/0/1", medium="p2p_ethernet"),))
    scene = Scene(campus).polled("gw", (len(MONTH), "ok"), grid=MONTH).port("gw", "XGE0/0/1")
    times = sorted({*MONTH, *(slot + INTERVAL_S for slot in MONTH)})[:polls]
    for key, octets in (("ipv6", six), ("ipv4", four)):
        for way in ("in", "out"):
            scene.samples["gw", f"port:{port}", f"{way}_octets_{key}"] = [
                (slot, (slot - times[0]) // INTERVAL_S * octets) for slot in times
            ]
    return scene


@pytest.mark.parametrize(
    ("scene", "params", "expected"),
    [
        (moved(27 * KB, 73 * KB), {"limit": 0.27}, (State.PASS, "", 0.27)),
        (moved(26 * KB, 74 * KB), {"limit": 0.27}, (State.FAIL, "traffic_low", 0.26)),
        (moved(27 * KB, 73 * KB), {}, (State.NA, "info_only", 0.27)),
        (moved(0, 73 * KB), {"limit": 0.27}, (State.FAIL, "traffic_low", 0.0)),
        (moved(50 * KB, 0), {"limit": 0.27}, (State.PASS, "", 1.0)),
        (moved(0, 0), {"limit": 0.27}, (State.UNKNOWN, "too_few_samples", None)),
        (
            moved(KB, KB, polls=HALF_OF_THEM),
            {"limit": 0.27},
            (State.UNKNOWN, "too_few_samples", 0.5),
        ),
        (
            moved(KB, KB, polls=HALF_OF_THEM),
            {"limit": 0.27, "min_samples": 0.4},
            (State.PASS, "", 0.5),
        ),
        (moved(1, 1, port="Other"), {"limit": 0.27}, (State.UNKNOWN, "no_counters", None)),
        (Scene(replace(CAMPUS, uplinks=())), {"limit": 0.27}, (State.UNKNOWN, "uplink_not_declared", None)),
    ],
)
def test_the_share_of_ipv6_in_what_the_uplink_moves(
    scene: Scene, params: dict[str, ParamValue], expected: tuple[State, str, float | None]
) -> None:
    assert told(judge(C6, scene, **params)) == expected


def test_a_routed_interface_beside_the_port_may_do_the_counting() -> None:
    scene = moved(27 * KB, 73 * KB, port="Vlanif100")
    beside = Uplink(device="gw", port="Vlanif100", medium="p2p_ethernet")
    scene.campus = replace(scene.campus, uplinks=(*scene.campus.uplinks, beside))
    scene.port("gw", "Vlanif100", type=53)
    assert told(judge(C6, scene, limit=0.27)) == (State.PASS, "", 0.27)


# Properties


@given(
    st.lists(st.tuples(st.integers(20, 200), st.integers(0, 200)), min_size=5, max_size=5),
    st.integers(0, 100),
)
@settings(max_examples=60, deadline=None)
def test_the_bounds_hold_the_value_and_unknown_is_never_a_pass(
    days: list[tuple[int, int]], limit: int
) -> None:
    kept = [(n, min(n, six)) for n, six in days]
    verdict = judge(C4, counted(*kept), limit=limit / 100)
    assert verdict.value is not None
    assert verdict.low_bp == verdict.high_bp == round(verdict.value * 10_000)
    middle = sorted(six * 10_000 // n for n, six in kept)[2]
    assert (verdict.state is State.PASS) == (middle >= limit * 100)


@given(st.lists(st.none() | st.integers(0, 100), min_size=5, max_size=5))
@settings(max_examples=60, deadline=None)
def test_a_day_more_never_widens_the_bounds(days: list[int | None]) -> None:
    def bounds(some: list[int | None]) -> tuple[int, int]:
        verdict = judge(C4, counted(*[None if n is None else (100, n) for n in some]), limit=0.5)
        return verdict.low_bp or 0, 10_000 if verdict.high_bp is None else verdict.high_bp

    filled = [50 if n is None else n for n in days]
    (low, high), (low2, high2) = bounds(days), bounds(filled)
    assert low <= low2 <= high2 <= high
