"""The cheapest next step for an uplink that is too slow, by what the facts say."""

from __future__ import annotations

import pytest
from snapshots import CAMPUS, Scene

from inventory import reasons
from inventory.advice import ADVICE, STEPS
from inventory.facts import FactValue
from inventory.metrics.access import port_speed
from inventory.metrics.look import Look
from inventory.metrics.params import DEFAULTS
from inventory.steps import Step, leaves, steps_of
from inventory.verdict import State, Verdict


def step(scene: Scene) -> Step:
    look = Look(scene.polled("gw", (600, "ok")).snapshot())
    (found,) = steps_of(look, (port_speed(look, scene.campus, DEFAULTS),))
    return found


def slow(**facts: FactValue) -> Scene:
    return Scene().port("gw", "XGE0/0/1", **{"speed_mbps": 1000, **facts})


@pytest.mark.parametrize("optic", ["1000BASE-LX", "GE SFP LX", "SFP-GE-LH40-SM1310"])
def test_a_slow_transceiver_in_a_fast_port_is_to_be_replaced(optic: str) -> None:
    found = step(slow(optic_type=optic))

    assert (found.kind, found.who) == ("module", "school")
    assert dict(found.words)["optic"] == optic


@pytest.mark.parametrize("optic", ["10GBASE-LR", "SFP+ 10G LR", "10GBASE_LR_SFP"])
def test_with_a_fast_port_and_transceiver_the_far_end_is_asked_for(optic: str) -> None:
    assert step(slow(optic_type=optic)).kind == "carrier"


def test_a_fast_port_whose_transceiver_nobody_knows_is_looked_at_first() -> None:
    assert step(slow()).kind == "module"


def gigabit() -> Scene:
    campus = CAMPUS.__class__(
        id=CAMPUS.id,
        devices=CAMPUS.devices,
        uplinks=(CAMPUS.uplinks[0].__class__(device="gw", port="GE0/0/1"),),
    )
    return Scene(campus).port("gw", "GE0/0/1", speed_mbps=1000)


def test_a_slow_port_beside_a_free_fast_one_is_moved() -> None:
    found = step(gigabit().port("gw", "XGE0/0/3", oper="down", speed_mbps=10_000))

    assert (found.kind, dict(found.words)["free"]) == ("port", "XGE0/0/3")


def test_a_fast_port_that_is_in_use_is_not_free() -> None:
    assert step(gigabit().port("gw", "XGE0/0/3")).kind == "switch"


def test_a_device_without_any_fast_port_has_to_go() -> None:
    assert step(gigabit()).kind == "switch"


def test_the_cheapest_step_comes_first() -> None:
    look = Look(Scene().snapshot())
    parts = tuple(
        Verdict(metric="m", subject="c", state=State.FAIL, reason=reason)
        for reason in ("contract_below", "no_router_advert", "ap_offline")
    )

    assert [found.kind for found in steps_of(look, parts)] == ["setting", "cable", "contract"]


def test_only_the_parts_that_stand_in_the_way_ask_for_a_step() -> None:
    good = Verdict(metric="a", subject="c", state=State.PASS)
    open_ = Verdict(metric="b", subject="c", state=State.UNKNOWN, reason="no_probe")
    bad = Verdict(metric="d", subject="c", state=State.FAIL, reason="uplink_down")
    whole = Verdict(metric="w", subject="c", state=State.FAIL, reason="leg_failed", legs=(good, open_, bad))

    assert [leaf.metric for leaf in leaves(whole)] == ["d"]


def test_every_reason_has_a_step_of_the_list() -> None:
    assert set(ADVICE) == set(reasons.REASONS)
    assert {advice.step for advice in ADVICE.values()} <= set(STEPS)
