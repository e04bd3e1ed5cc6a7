"""The demo county read by the real agent and judged by the real rules, against what was built into it.

No processes, no collector: one reading of every device over UDP, its facts held through the plan's window.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

import pytest

from agent.facts import facts_of
from agent.poll import poll_device
from agent.snmp.target import Target
from inventory.judge import judge_school
from inventory.load import load_register
from inventory.plan import load_profile
from inventory.reading import Outcome, Reading
from inventory.register import School
from inventory.snapshot import AgentSeen, FactKey, Polls, SchoolSnapshot, Span
from inventory.verdict import State, Verdict
from wanzhao.demo import county
from wanzhao.demo.devices import COMMUNITY, SimDevice, serve
from wanzhao.demo.tables import REGISTER

AS_OF = 1_800_000_000.0
SLOTS = range(int(AS_OF) - 40 * county.POLL_INTERVAL_S, int(AS_OF), county.POLL_INTERVAL_S)
REG = load_register(REGISTER)
PLAN = load_profile(Path(county.__file__).parent / "plan.toml")
ROLES = {d.id: d.role for school in REG.schools for campus in school.campuses for d in campus.devices}
POLLED = [device for device in county.simulated_devices() if device.campus not in county.SILENT_AGENTS]


@pytest.fixture(scope="module")
def readings() -> Mapping[str, Reading]:
    """One reading of every device whose agent runs."""
    return asyncio.run(_read_all(POLLED))


async def _read_all(devices: list[SimDevice]) -> dict[str, Reading]:
    ports = await serve(devices)
    now = datetime.fromtimestamp(AS_OF, UTC)
    found = {}
    for device in devices:
        target = Target("127.0.0.1", port=ports[device.id], community=COMMUNITY, timeout_s=0.5, retries=1)
        found[device.id] = await poll_device(target, now=now)
    ports.close()
    await asyncio.sleep(0)
    return found


def snapshot(school: School, readings: Mapping[str, Reading]) -> SchoolSnapshot:
    """Every device polled in every slot; a silent one is down, because others at the campus answered."""
    campuses = {campus.id for campus in school.campuses}
    facts: dict[FactKey, tuple[Span, ...]] = {}
    polls: dict[str, Polls] = {}
    for device in (d for d in POLLED if d.campus in campuses):
        reading = readings[device.id]
        outcome: Outcome = "ok" if reading.outcome == "ok" else "down"
        polls[device.id] = Polls(dict.fromkeys(SLOTS, outcome))
        for (subject, key), value in facts_of(reading, ROLES[device.id]).items() if outcome == "ok" else ():
            facts[device.id, subject, key] = (Span(SLOTS[0], None, value),)
    agents = tuple(
        AgentSeen(agent=campus, campus=campus, last_report=AS_OF - 1, newest_slot=SLOTS[-1])
        for campus in sorted(campuses - county.SILENT_AGENTS)
    )
    return SchoolSnapshot(
        as_of=AS_OF,
        school=school,
        calendar=REG.calendar,
        interval_s=REG.poll_interval_s,
        facts=facts,
        polls=polls,
        agents=agents,
    )


def verdict_of(school: School, target: str, readings: Mapping[str, Reading]) -> tuple[State, list[Verdict]]:
    view = judge_school(snapshot(school, readings), PLAN)
    verdict = next(v for v in view.verdicts if v.target == target)
    return verdict.state, [leaf for campus in verdict.campuses for leaf in _leaves(campus)]


def _leaves(verdict: Verdict) -> list[Verdict]:
    return [leaf for leg in verdict.legs for leaf in _leaves(leg)] or [verdict]


@pytest.mark.parametrize(("target", "school_id"), county.EXPECTED, ids="-".join)
def test_a_school_is_judged_as_it_was_built(
    target: str, school_id: str, readings: Mapping[str, Reading]
) -> None:
    school = next(school for school in REG.schools if school.id == school_id)

    state, leaves = verdict_of(school, target, readings)

    assert state is county.EXPECTED[target, school_id], [(v.metric, v.state, v.reason) for v in leaves]


@pytest.mark.parametrize(
    ("target", "serial", "reason"),
    [
        ("demo-access-10g", "003", "negotiated_1000"),
        ("demo-access-10g", "004", "device_down"),
        ("demo-access-10g", "006", "no_data"),
        ("demo-access-10g", "007", "lag_member_1g"),
        ("demo-ipv6", "005", "no_global_address"),
        ("demo-wifi", "008", "ap_offline"),
        ("demo-wifi", "008", "area_without_ap"),
        ("demo-library", "001", "facility_missing"),
    ],
)
def test_the_reason_is_the_fault_that_was_built_in(
    target: str, serial: str, reason: str, readings: Mapping[str, Reading]
) -> None:
    school = next(school for school in REG.schools if school.id.endswith(serial))

    _, leaves = verdict_of(school, target, readings)

    assert reason in {leaf.reason for leaf in leaves}


def test_every_device_that_lives_is_read_and_known(readings: Mapping[str, Reading]) -> None:
    dead = {device.id for device in POLLED if device.silent}

    assert {device for device, reading in readings.items() if reading.outcome != "ok"} == dead
    assert {device for device, reading in readings.items() if reading.system.vendor is None} == dead
    assert all(readings[device].system.model for device in readings.keys() - dead)
