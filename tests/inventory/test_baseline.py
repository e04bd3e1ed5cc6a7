"""What was accepted against what is measured: worse alarms, better never, not knowing after a week."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace as revised
from snapshots import CAMPUS, Scene

from inventory.baseline import Fall, Figure, Mark, can_be_accepted, fallen, mark_of, uplink_marks
from inventory.metrics.look import Look
from inventory.register import Uplink
from inventory.verdict import SchoolVerdict, State, Verdict

DAY_S = 86400.0


def target(
    state: State = State.PASS,
    value: float | None = 10_000,
    unit: str = "Mbit/s",
    metric: str = "m",
    reason: str = "",
) -> Mark:
    figures = (
        () if value is None else (Figure(subject="c", metric=metric, value=value, unit=unit, best=value),)
    )
    return Mark(item="plan/t", state=state, reason=reason, figures=figures)


def kind(accepted: Mark, now: Mark | None, unknown_days: float | None = None) -> str:
    fall = fallen(accepted, now, None if unknown_days is None else unknown_days * DAY_S)
    return fall.kind if fall else ""


@pytest.mark.parametrize(
    ("accepted", "now", "expected"),
    [
        (target(), target(), ""),
        (target(), target(State.FAIL, 1_000), "failed"),
        (target(), target(value=40_000), ""),
        (target(), target(value=9_501), ""),
        (target(), target(value=9_499), "worse"),
        (target(State.FAIL, 1_000), target(State.FAIL, 100), "worse"),
        (target(State.FAIL, 1_000), target(State.FAIL, 1_000), ""),
        (target(State.FAIL, 1_000), target(State.PASS, 10_000), ""),
        (target(value=0.98, unit="ratio"), target(value=0.961, unit="ratio"), ""),
        (target(value=0.98, unit="ratio"), target(value=0.95, unit="ratio"), "worse"),
        (target(value=3, unit="rooms"), target(value=2, unit="rooms"), "worse"),
        (target(value=3, unit="rooms"), target(value=4, unit="rooms"), ""),
        (
            target(value=0.4, unit="ratio", metric="access_utilisation_p95"),
            target(value=0.5, unit="ratio", metric="access_utilisation_p95"),
            "worse",
        ),
        (
            target(value=0.4, unit="ratio", metric="access_utilisation_p95"),
            target(value=0.1, unit="ratio", metric="access_utilisation_p95"),
            "",
        ),
        (target(), target(value=None), ""),
        (target(), target(State.NA, None), ""),
        (target(), None, ""),
    ],
)
def test_worse_than_accepted_is_a_fall_and_better_is_none(
    accepted: Mark, now: Mark | None, expected: str
) -> None:
    assert kind(accepted, now) == expected


@pytest.mark.parametrize(
    ("days", "expected"), [(None, ""), (0, ""), (6.9, ""), (7, "unproved"), (90, "unproved")]
)
def test_not_knowing_for_a_week_is_a_fall_of_its_own(days: float | None, expected: str) -> None:
    assert kind(target(), target(State.UNKNOWN, None), days) == expected


def test_a_fall_says_what_was_accepted_and_what_is_measured() -> None:
    fall = fallen(target(), target(value=1_000))
    assert fall == Fall(kind="worse", subject="c", metric="m", was="10000 Mbit/s", now="1000 Mbit/s")
    failed = fallen(target(), target(State.FAIL, reason="uplink_down"))
    assert failed == Fall(kind="failed", was="pass", now="fail", reason="uplink_down")


def answer(value: float, low_bp: int | None, high_bp: int | None) -> Mark:
    verdict = Verdict(
        metric="m", subject="c", state=State.PASS, value=value, unit="ratio", low_bp=low_bp, high_bp=high_bp
    )
    return mark_of(SchoolVerdict(target="t", school="s", state=State.PASS, campuses=(verdict,)), "plan")


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        (answer(0.96, 9600, 10_000), ""),
        (answer(0.90, 9000, 9500), "worse"),
        (answer(0.85, 8500, None), ""),
        (answer(0.85, 8500, 8500), "worse"),
    ],
)
def test_what_may_still_be_as_good_is_not_known_to_be_worse(now: Mark, expected: str) -> None:
    """Rooms that nobody can tell of, and traffic that only says "at least", prove no loss."""
    assert kind(answer(1.0, 10_000, 10_000), now) == expected


def test_only_what_is_measured_can_be_accepted() -> None:
    assert [can_be_accepted(target(state)) for state in State] == [True, True, False, False]


def test_the_mark_of_a_target_holds_the_figures_of_its_legs() -> None:
    leg = Verdict(
        metric="access_port_speed_10g", subject="c", state=State.PASS, value=10_000.0, unit="Mbit/s"
    )
    silent = Verdict(metric="ipv6_wan_address", subject="c", state=State.UNKNOWN, value=3.0)
    whole = Verdict(
        metric="access_10g_composite", subject="c", state=State.PASS, legs=(leg, silent), level="E2"
    )
    mark = mark_of(SchoolVerdict(target="t", school="s", state=State.PASS, campuses=(whole,)), "plan")
    assert (mark.item, mark.level) == ("plan/t", "E2")
    assert mark.figures == (
        Figure(subject="c", metric="access_port_speed_10g", value=10_000.0, unit="Mbit/s", best=10_000.0),
    )


# Uplinks


def uplink(scene: Scene) -> Mark:
    (mark,) = uplink_marks(Look(scene.snapshot()))
    return mark


def single(**facts: object) -> Scene:
    module = {"optic_type": "10GBASE-LR", "optic_part": "P1", "optic_serial": "S1"}
    return Scene().polled("gw", (600, "ok")).port("gw", "XGE0/0/1", **{**module, **facts})  # type: ignore[arg-type]


TRUNK = replace(CAMPUS, uplinks=(Uplink(device="gw", port="Eth-Trunk1", medium="p2p_ethernet"),))


def trunk(*up: bool) -> Scene:
    scene = Scene(TRUNK).polled("gw", (600, "ok")).port("gw", "Eth-Trunk1", type=161)
    for n, is_up in enumerate(up):
        scene.port("gw", f"XGE0/0/{n}", lag="Eth-Trunk1", oper="up" if is_up else "down")
    return scene


ITEM = "uplink:2133000001-01:gw:XGE0/0/1"


def test_an_accepted_uplink_is_a_port_with_its_speed_and_module() -> None:
    mark = uplink(single())
    assert (mark.item, mark.state, mark.members, mark.module) == (ITEM, State.PASS, None, "10GBASE-LR P1 S1")
    assert [(f.value, f.unit) for f in mark.figures] == [(10_000.0, "Mbit/s")]
    assert uplink(trunk(True, True, False)).members == 2


@pytest.mark.parametrize(
    ("accepted", "now", "expected"),
    [
        (single(), single(), ""),
        (single(), single(speed_mbps=1_000), "slower"),
        (single(), single(speed_mbps=40_000), ""),
        (single(), single(oper="down"), "down"),
        (single(), single(optic_serial="S2"), "module"),
        (single(), single(optic_type=None, optic_part=None, optic_serial=None), ""),
        (single(), single(speed_mbps=None), ""),
        (trunk(True, True), trunk(True, True), ""),
        (trunk(True, True), trunk(True, False), "members"),
        (trunk(True, False), trunk(True, True), ""),
        (trunk(True, True), trunk(False, False), "down"),
    ],
)
def test_an_uplink_falls_by_speed_members_and_module(accepted: Scene, now: Scene, expected: str) -> None:
    assert kind(uplink(accepted), uplink(now)) == expected


def test_an_uplink_that_the_register_no_longer_names_has_moved() -> None:
    assert kind(uplink(single()), None) == "moved"


def test_a_device_that_is_silent_leaves_its_uplink_unknown_and_says_since_when() -> None:
    scene = single().polled("gw", (100, "ok"))
    mark = uplink(scene)
    assert (mark.state, mark.reason) == (State.UNKNOWN, "no_data")
    assert mark.told_at is not None
    assert mark.told_at > 0
    assert kind(uplink(single()), mark, 1) == ""
    assert kind(uplink(single()), mark, 8) == "unproved"


# Properties


marks = st.builds(
    target,
    state=st.sampled_from(list(State)),
    value=st.none() | st.floats(0, 1e5),
    unit=st.sampled_from(["Mbit/s", "ratio", "rooms", "dB"]),
)


@given(marks, st.floats(0, 1e5))
def test_better_never_alarms(accepted: Mark, more: float) -> None:
    better = [
        revised(figure, value=figure.value + more, best=figure.value + more) for figure in accepted.figures
    ]
    now = revised(accepted, state=State.PASS, figures=tuple(better))
    assert fallen(accepted, now, 100 * DAY_S) is None


@given(marks)
def test_what_stays_as_it_was_accepted_never_alarms(accepted: Mark) -> None:
    assert fallen(accepted, accepted, 0.0) is None


@given(marks, marks)
def test_from_pass_to_fail_always_alarms(accepted: Mark, now: Mark) -> None:
    fall = fallen(revised(accepted, state=State.PASS), revised(now, state=State.FAIL), 0.0)
    assert fall is not None
