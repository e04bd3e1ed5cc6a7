"""D8: whether the access points' cables carry a gigabit."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from snapshots import CAMPUS, GATEWAY, WEEK, Scene

from inventory.facts import FactValue
from inventory.metrics.compute import compute
from inventory.metrics.look import Look
from inventory.metrics.params import DEFAULTS, Params, ParamValue
from inventory.register import Calendar, Device, Maintenance, Port
from inventory.verdict import PollCounts, State, UnitCounts, Verdict

D8 = "wifi_ap_uplink_gigabit_ratio"
AC, SWITCH = Device(id="ac", role="wlan_controller"), Device(id="sw1", role="access")


def scene(n: int) -> Scene:
    """So many access points, each on a port of a switch that ran at 1 Gbit/s, full duplex, all week."""
    aps = tuple(
        Device(id=f"ap{i}", role="ap", name=f"AP-{i}", mac=f"02:00:00:00:00:{i:02x}", controller="ac")
        for i in range(n)
    )
    made = Scene(replace(CAMPUS, devices=(GATEWAY, AC, SWITCH, *aps)))
    for device in ("ac", "sw1", "gw"):
        made.polled(device, (600, "ok"))
    for i in range(n):
        made.fact("ac", at(i), "mac", f"02:00:00:00:00:{i:02x}").fact("ac", at(i), "state", "online")
        made.fact("ac", at(i), "switch_port", f"sw1 GE0/0/{i}")
        made.port("sw1", f"GE0/0/{i}", speed_mbps=1000, duplex="full")
    return made


def at(i: int) -> str:
    return f"ap:02:00:00:00:00:{i:02x}"


def judge(made: Scene, **values: ParamValue) -> Verdict:
    return compute(D8, Look(made.snapshot()), made.campus, Params(values) if values else DEFAULTS)


def without(made: Scene, *keys: str, i: int = 0) -> Scene:
    for key in keys:
        made.facts.pop(("ac", at(i), key))
    return made


def test_a_gigabit_on_every_cable_passes() -> None:
    verdict = judge(scene(4))

    assert (verdict.state, verdict.value, verdict.level) == (State.PASS, 1.0, "E3")
    assert verdict.thr_bp == 9800
    assert verdict.evidence == ()


INFO = "Wi-Fi 6 and newer at 2500 Mbit/s"


def info(made: Scene, **values: ParamValue) -> list[str]:
    return [each.value for each in judge(made, **values).evidence if each.what == INFO]


@pytest.mark.parametrize(
    ("generations", "speeds", "shown"),
    [
        ((6, 6, 7, 7), (2500, 1000, 10_000, 1000), ["2/4"]),
        ((6, 5, 4, 7), (2500, 2500, 2500, 1000), ["1/2"]),
        ((5, 5, 5, 5), (2500, 2500, 2500, 2500), []),
        ((None, None, 6, None), (2500, 2500, 1000, 2500), ["0/1"]),
        ((6, 6, 6, 6), (100, 100, 100, 100), ["0/4"]),
        ((6, 6, 6, 6), (None, None, None, None), []),
    ],
)
def test_how_many_new_access_points_have_a_faster_cable_is_shown(
    generations: tuple[int | None, ...], speeds: tuple[int | None, ...], shown: list[str]
) -> None:
    made = scene(4)
    for i, (generation, speed) in enumerate(zip(generations, speeds, strict=True)):
        made.fact("ac", at(i), "generation", generation)
        made.fact("sw1", f"port:GE0/0/{i}", "speed_mbps", speed)

    assert info(made) == shown


def test_the_faster_cable_decides_nothing() -> None:
    made = scene(4)
    for i in range(4):
        made.fact("ac", at(i), "generation", 6)

    assert (judge(made).state, judge(made).units) == (State.PASS, UnitCounts(p=4, f=0, u=0))
    assert info(made) == ["0/4"]


@pytest.mark.parametrize(
    ("facts", "state", "reason"),
    [
        ({"speed_mbps": 100}, State.FAIL, "port_slow"),
        ({"speed_mbps": 2500}, State.PASS, ""),
        ({"duplex": "half"}, State.FAIL, "port_slow"),
        ({"duplex": None}, State.PASS, ""),  # nobody builds half duplex at a gigabit
        ({"speed_mbps": None}, State.UNKNOWN, "speed_not_reported"),
        ({"speed_mbps": 0}, State.UNKNOWN, "speed_not_reported"),
        ({"oper": None}, State.UNKNOWN, "port_unknown"),
        ({"oper": "down"}, State.UNKNOWN, "port_unknown"),  # never up: left to D3, and no unit is left
    ],
)
def test_one_port_is_judged_by_speed_and_duplex(
    facts: dict[str, FactValue], state: State, reason: str
) -> None:
    made = scene(1)
    for key, value in facts.items():
        made.fact("sw1", "port:GE0/0/0", key, value)

    assert (judge(made).state, judge(made).reason) == (state, reason)


@pytest.mark.parametrize(
    ("slow", "state"), [(30, State.PASS), (31, State.FAIL), (600, State.FAIL), (0, State.PASS)]
)
def test_a_port_may_be_slow_in_a_twentieth_of_the_polls(slow: int, state: State) -> None:
    runs = [run for run in ((slow, 100), (600 - slow, 1000)) if run[0]]
    made = scene(1).changed("sw1", "port:GE0/0/0", "speed_mbps", *runs)

    assert judge(made).state is state


def test_polls_in_which_the_port_was_down_do_not_count() -> None:
    made = scene(1).changed("sw1", "port:GE0/0/0", "oper", (560, "down"), (40, "up"))
    made.changed("sw1", "port:GE0/0/0", "speed_mbps", (597, 1000), (3, 100))

    verdict = judge(made)

    assert verdict.state is State.FAIL
    assert verdict.evidence[0].counts == PollCounts(a=37, d=3, m=0)


@pytest.mark.parametrize(("slow", "state"), [(1, State.PASS), (2, State.FAIL)])
def test_one_slow_cable_of_fifty_is_just_enough(slow: int, state: State) -> None:
    made = scene(50)
    for i in range(slow):
        made.fact("sw1", f"port:GE0/0/{i}", "speed_mbps", 100)

    verdict = judge(made)

    assert verdict.state is state
    assert [(e.device, e.subject) for e in verdict.evidence] == [
        ("sw1", f"port:GE0/0/{i}") for i in range(slow)
    ]


def test_an_access_point_whose_port_nobody_knows_is_no_unit_but_is_named() -> None:
    verdict = judge(without(scene(2), "switch_port"))

    assert (verdict.state, verdict.units) == (State.PASS, UnitCounts(p=1, f=0, u=0, na=1))
    assert [(e.subject, e.what) for e in verdict.evidence] == [("ap:AP-0", "port_unknown")]


def test_where_no_port_is_known_nothing_is() -> None:
    verdict = judge(without(scene(1), "switch_port"))

    assert (verdict.state, verdict.reason, verdict.level) == (State.UNKNOWN, "port_unknown", "E0")


def test_a_port_that_two_access_points_were_learnt_on_is_neithers_own() -> None:
    made = scene(3)
    made.fact("ac", at(1), "switch_port", "sw1 GE0/0/0").fact("sw1", "port:GE0/0/0", "speed_mbps", 100)

    assert judge(made).units == UnitCounts(p=1, f=0, u=0, na=2)


@pytest.mark.parametrize(
    "end", ["AP-0 eth0", "ap-0 GigabitEthernet 0/0/1", "02:00:00:00:00:00 02:00:00:00:00:00"]
)
def test_lldp_tells_the_port_where_no_switch_has_learnt_the_address(end: str) -> None:
    made = without(scene(1), "switch_port")
    made.fact("sw1", "port:GE0/0/0", "lldp", [end]).fact("sw1", "port:GE0/0/0", "speed_mbps", 100)

    assert judge(made).reason == "port_slow"


@pytest.mark.parametrize("ends", [["AP-0 eth0", "SW-9 GE0/0/1"], ["AP-00 eth0"], []])
def test_lldp_of_another_or_of_several_tells_no_port(ends: list[str]) -> None:
    made = without(scene(1), "switch_port")
    made.fact("sw1", "port:GE0/0/0", "lldp", ends)

    assert judge(made).reason == "port_unknown"


def test_a_name_that_two_ports_show_tells_neither() -> None:
    made = without(scene(2), "switch_port")
    made.fact("sw1", "port:GE0/0/0", "lldp", ["AP-0 eth0"]).fact("sw1", "port:GE0/0/5", "lldp", ["AP-0 eth0"])

    assert judge(made).units == UnitCounts(p=1, f=0, u=0, na=1)


def test_ports_that_the_register_names_are_judged_once() -> None:
    made = scene(1).port("sw1", "GE0/0/9", speed_mbps=100)
    ports = (Port(device="sw1", port="GE0/0/9", role="ap"), Port(device="sw1", port="ge0/0/0", role="ap"))
    made.campus = replace(made.campus, ports=(*ports, Port(device="sw1", port="GE0/0/8", role="desktop")))

    assert judge(made).units == UnitCounts(p=1, f=1, u=0)


def test_the_controllers_word_stands_where_no_switch_tells() -> None:
    made = without(scene(2), "switch_port").fact("ac", at(0), "wired_mbps", 100)

    verdict = judge(made)

    assert verdict.units == UnitCounts(p=1, f=1, u=0)
    assert [(e.device, e.what) for e in verdict.evidence] == [("ac", "wired_mbps")]


def test_the_controllers_word_counts_only_while_the_access_point_is_online() -> None:
    made = without(scene(1), "switch_port").changed("ac", at(0), "state", (500, "offline"), (100, "online"))
    made.changed("ac", at(0), "wired_mbps", (500, 100), (100, 1000))

    assert judge(made).state is State.PASS


def test_the_controllers_word_stands_where_the_switch_is_silent() -> None:
    made = scene(1).polled("sw1").fact("ac", at(0), "wired_mbps", 100)

    assert [(e.device, e.what) for e in judge(made).evidence] == [("ac", "wired_mbps")]


def test_the_switch_goes_before_the_controllers_word() -> None:
    made = scene(1).fact("ac", at(0), "wired_mbps", 100)

    assert judge(made).state is State.PASS


def test_a_switch_that_nobody_reads_leaves_its_ports_unknown() -> None:
    made = scene(1)
    made.polls.pop("sw1")

    assert (judge(made).state, judge(made).reason) == (State.UNKNOWN, "port_unknown")


@pytest.mark.parametrize("key", ["oper", "state"])
def test_a_link_of_which_nobody_tells_whether_it_is_up_stays_unknown_among_others(key: str) -> None:
    made = scene(2)
    if key == "oper":
        made.facts.pop(("sw1", "port:GE0/0/0", "oper"))
    else:
        without(made, "switch_port", "state").fact("ac", at(0), "wired_mbps", 1000)

    assert judge(made).units == UnitCounts(p=1, f=0, u=1)


def test_a_controller_that_was_silent_all_week_leaves_its_word_unknown() -> None:
    made = without(scene(2), "switch_port").fact("ac", at(0), "wired_mbps", 1000).polled("ac")

    assert judge(made).units == UnitCounts(p=1, f=0, u=1)


def test_a_port_that_was_down_all_week_is_left_to_the_count_of_access_points_online() -> None:
    made = scene(2).fact("sw1", "port:GE0/0/0", "oper", "down")

    assert judge(made).units == UnitCounts(p=1, f=0, u=0, na=1)


def test_announced_work_at_the_switch_does_not_count() -> None:
    made = scene(1).changed("sw1", "port:GE0/0/0", "speed_mbps", (60, 100), (540, 1000))
    work = Maintenance(start=WEEK[0], end=WEEK[60], device="sw1")
    assert judge(made).state is State.FAIL

    made.campus = replace(made.campus, maintenance=(work,))

    assert judge(made).state is State.PASS


def test_a_county_may_ask_for_more() -> None:
    made = scene(2)
    made.fact("sw1", "port:GE0/0/0", "speed_mbps", 2500)

    assert judge(made, min_port_mbps=2500).reason == "port_slow"
    assert judge(made, min_port_mbps=2500, unit_ratio=0.5).state is State.PASS


def test_no_access_points_in_the_register_have_no_cables() -> None:
    assert judge(scene(0)).reason == "ap_register_empty"


def test_too_few_school_days_tell_nothing_of_cables() -> None:
    made = scene(1)
    summer = date(2026, 7, 1)
    made.calendar = Calendar(holidays=frozenset(summer + timedelta(days=n) for n in range(90)))

    assert judge(made).reason == "holiday"


SPEEDS = st.sampled_from([100, 1000, 2500, None])


@given(st.lists(st.tuples(SPEEDS, SPEEDS, st.integers(0, 600)), min_size=1, max_size=5))
@settings(max_examples=25, deadline=None)
def test_what_untold_speeds_turn_out_to_be_never_turns_a_verdict_around(
    rows: list[tuple[int | None, int | None, int]],
) -> None:
    def with_untold(value: int | None) -> Verdict:
        made = scene(len(rows))
        for i, (first, then, n) in enumerate(rows):
            runs = (n, first if first else value), (600 - n, then if then else value)
            made.changed("sw1", f"port:GE0/0/{i}", "speed_mbps", *[run for run in runs if run[0]])
        return judge(made)

    verdict, worst, best = with_untold(None), with_untold(100), with_untold(1000)

    assert verdict.units is not None
    assert verdict.units.n == len(rows)
    if verdict.state is State.FAIL:
        assert worst.state is State.FAIL
    if best.state is State.FAIL:
        assert verdict.state is not State.PASS
    if all(None in (first, then) and n in range(61, 540) for first, then, n in rows):
        assert verdict.state is not State.PASS
