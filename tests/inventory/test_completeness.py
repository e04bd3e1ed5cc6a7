"""G3: how much of the register is filled in."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from snapshots import CAMPUS, Scene

from inventory.metrics.look import Look
from inventory.metrics.params import DEFAULTS
from inventory.metrics.quality import campus_completeness
from inventory.register import Area, Building, Campus, Contract, Device, Uplink, UserVlan
from inventory.verdict import State, UnitCounts, Verdict

FULL = replace(
    CAMPUS,
    areas_confirmed=True,
    contracts=(Contract(),),
    devices=tuple(replace(device, model="S5700", purchased=2021) for device in CAMPUS.devices),
    areas=(Area(id="r1", name="101", kind="classroom", main=True, no_ap=True),),
    user_vlans=(UserVlan(name="教学", kind="teaching", device="gw", port="Vlanif10"),),
    buildings=(Building(id="b1"),),
)
SCHOOL = {
    "students": 900,
    "staff": 60,
    "classes": 20,
    "township": "城关镇",
    "urban_rural": "town",
    "contact": "李",
}


def judge(campus: Campus, **school: Any) -> Verdict:
    return campus_completeness(Look(Scene(campus).snapshot(**{**SCHOOL, **school})), campus, DEFAULTS)


def test_a_register_with_every_field_is_complete() -> None:
    verdict = judge(FULL)

    assert (verdict.state, verdict.units) == (State.PASS, UnitCounts(p=18, f=0, u=0))


@pytest.mark.parametrize(
    ("campus", "school"),
    [
        (replace(FULL, buildings=()), {}),
        (replace(FULL, user_vlans=()), {}),
        (replace(FULL, contracts=()), {}),
        (replace(FULL, areas_confirmed=False), {}),
        (replace(FULL, areas=(replace(FULL.areas[0], no_ap=False),)), {}),
        (replace(FULL, devices=(Device(id="gw", role="gateway", model="S5700"), FULL.devices[1])), {}),
        (replace(FULL, devices=(Device(id="gw", role="gateway", purchased=2021), FULL.devices[1])), {}),
        (replace(FULL, uplinks=(Uplink(device="gw", port="XGE0/0/1"),)), {}),
        (FULL, {"students": None}),
        (FULL, {"contact": ""}),
    ],
)
def test_each_field_that_is_empty_counts_against_it(campus: Campus, school: dict[str, Any]) -> None:
    verdict = judge(campus, **school)

    assert (verdict.state, verdict.reason) == (State.FAIL, "field_empty")
    assert verdict.units == UnitCounts(p=17, f=1, u=0)
