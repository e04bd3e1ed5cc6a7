"""A6: how full the uplink is, by the counters of its port."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from snapshots import CAMPUS, INTERVAL_S, WEEK, Scene

from inventory.facts import FactValue
from inventory.metrics.access_flow import utilisation
from inventory.metrics.look import Look
from inventory.metrics.params import Params
from inventory.register import Contract
from inventory.verdict import State, Verdict

PASS, FAIL, UNKNOWN = State.PASS, State.FAIL, State.UNKNOWN
BOUGHT = Contract(
    down_mbps=1000, up_mbps=1000, start=date(2026, 1, 1), end=date(2027, 1, 1), evidence="accepted"
)


def busy(mbps: int, *, told: int = 600, contract: bool = False, **port: FactValue) -> Scene:
    """A port that carries so many Mbit/s into the school all week, and tells it in the first polls."""
    campus = replace(CAMPUS, contracts=(BOUGHT,)) if contract else CAMPUS
    scene = Scene(campus).polled("gw", (600, "ok")).port("gw", "XGE0/0/1", **port)
    slots = sorted({slot + step for slot in WEEK[:told] for step in (0, INTERVAL_S)})
    octets = [(slot, (slot - slots[0]) * mbps * 125_000) for slot in slots]
    scene.samples["gw", "port:XGE0/0/1", "in_octets"] = octets
    scene.samples["gw", "port:XGE0/0/1", "out_octets"] = [(slot, n // 2) for slot, n in octets]
    return scene


def judge(scene: Scene) -> Verdict:
    return utilisation(Look(scene.snapshot()), scene.campus, Params({"window": "7d"}))


@pytest.mark.parametrize(("mbps", "state"), [(7000, PASS), (7001, FAIL), (0, PASS)])
def test_a_link_is_full_from_above_seven_tenths(mbps: int, state: State) -> None:
    assert judge(busy(mbps)).state is state


@pytest.mark.parametrize(("mbps", "state"), [(700, PASS), (701, FAIL)])
def test_a_contract_below_the_port_is_what_the_link_can_carry(mbps: int, state: State) -> None:
    assert judge(busy(mbps, contract=True)).state is state


@pytest.mark.parametrize(("told", "state", "reason"), [(360, PASS, ""), (359, UNKNOWN, "too_few_samples")])
def test_six_tenths_of_the_samples_are_needed(told: int, state: State, reason: str) -> None:
    verdict = judge(busy(1000, told=told))

    assert (verdict.state, verdict.reason) == (state, reason)


def test_without_a_speed_of_the_port_a_contract_alone_says_nothing() -> None:
    """The port may run at less than was bought."""
    verdict = judge(busy(100, contract=True, oper="down"))

    assert (verdict.state, verdict.reason) == (UNKNOWN, "reference_unknown")
