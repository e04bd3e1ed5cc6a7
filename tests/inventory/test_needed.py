"""G5 counts the papers that the plan's metrics read, and no others."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from snapshots import CAMPUS, Scene

from inventory.judge import judge_look
from inventory.metrics.compute import is_computed, of_school
from inventory.metrics.look import Look
from inventory.metrics.params import DEFAULTS, PARAMS, ParamValue
from inventory.metrics.reality import G5
from inventory.needed import READS
from inventory.papers import Exemption, Facility, LightTest, MlpsSystem, SecurityService, Website
from inventory.profile import Period, Profile, ProfileHead, Scope, Source, Target
from inventory.register import Contract
from inventory.verdict import State, UnitCounts, Verdict

DAY = date(2026, 9, 1)
LIGHT = LightTest(
    room="r", tested_on=DAY, desk_lx=300, desk_uniformity=0.7, board_lx=500, board_uniformity=0.8
)


def asks(metric: str, scope: str = "schools", **params: ParamValue) -> Target:
    return Target(
        id=f"t-{metric}", quote=("—",), metric=metric, params=params, scope=scope, aggregate="school_rate"
    )


def plan(*targets: Target, name: str = "plan") -> Profile:
    return Profile(
        head=ProfileHead(id=name, version="1", title="规划", county="县"),
        source=Source(file="", sha256=""),
        period=Period(start=date(2026, 1, 1), end=date(2030, 12, 31)),
        scopes={
            "schools": Scope(name="schools", unit="school"),
            "vocational": Scope(name="vocational", unit="school", kinds_any=("vocational",)),
            "county": Scope(name="county", unit="county"),
        },
        targets=(asks(G5), *targets),
    )


def look_at(contracts: tuple[Contract, ...] = (), **rows: Any) -> Look:
    return Look(Scene(replace(CAMPUS, contracts=contracts)).snapshot(**rows))


def g5(look: Look, profile: Profile) -> Verdict:
    (found,) = [each for each in judge_look(look, profile).verdicts if each.target == f"t-{G5}"]
    return found.campuses[0]


def counted(target: Target, contracts: tuple[Contract, ...] = (), **rows: Any) -> UnitCounts | None:
    return g5(look_at(contracts, **rows), plan(target)).units


ONE, NONE = UnitCounts(p=1, f=0, u=0), None


def facility(kind: str, **more: Any) -> dict[str, Any]:
    return {"facilities": (Facility(kind=kind, evidence="accepted", **more),)}


def guard(function: str, **more: Any) -> dict[str, Any]:
    return {"security": (SecurityService(function=function, evidence="accepted", **more),)}


LEASE = {"contracts": (Contract(evidence="accepted"),)}
SITE = {"websites": (Website(host="school.example.cn"),)}


@pytest.mark.parametrize(
    ("target", "rows", "units"),
    [
        (asks("access_contract_bandwidth_10g"), LEASE, ONE),
        (asks("access_contract_bandwidth_10g", network="internet"), LEASE, NONE),
        (asks("access_10g_composite"), LEASE, ONE),
        (asks("access_10g_composite", basis=("port",)), LEASE, NONE),
        (asks("access_10g_composite", basis=("port", "throughput")), LEASE, ONE),
        (asks("access_port_speed_10g"), LEASE, NONE),
        (asks("access_utilisation_p95"), LEASE, ONE),
        (asks("access_uplink_redundancy"), LEASE, NONE),
        (asks("access_uplink_redundancy", min_class="dual_diverse"), LEASE, ONE),
        (asks("core_power_protected"), facility("power_protection"), ONE),
        (asks("smart_campus_recognised"), facility("smart_campus"), ONE),
        (asks("smart_campus_recognised"), facility("smart_library"), NONE),
        (asks("new_teaching_space_present"), facility("vr_room"), ONE),
        (asks("new_teaching_space_present", kinds=("smart_classroom",)), facility("vr_room"), NONE),
        (asks("sync_classroom_operational"), facility("sync_sessions"), ONE),
        (asks("sync_classroom_operational", legs=("built",)), facility("sync_sessions"), NONE),
        (asks("security_video_networked"), facility("video_enrolled"), ONE),
        (asks("security_video_networked"), facility("video_retention"), NONE),
        (asks("security_video_networked", legs=("retention",)), facility("video_retention"), ONE),
        (asks("facility_count", kinds=("document",)), facility("document", name="甲"), ONE),
        (asks("facility_count", kinds=("document",), names=("乙",)), facility("document", name="甲"), NONE),
        (asks("facility_count", "county", kinds=("document",)), facility("document"), ONE),
        (asks("designated_school_count", "county", kind="smart_lab"), facility("smart_lab"), ONE),
        (asks("designated_school_count", "vocational", kind="smart_lab"), facility("smart_lab"), NONE),
        (asks("smart_lighting_classroom_ratio"), {"light_tests": (LIGHT,)}, UnitCounts(p=0, f=0, u=1)),
        (asks("multimedia_classroom_ratio"), {"light_tests": (LIGHT,)}, NONE),
        (asks("security_device_set_complete"), guard("firewall"), ONE),
        (asks("security_device_set_complete"), guard("firewall", device="gw"), NONE),
        (asks("security_device_set_complete"), guard("firewall", provided_by="none"), NONE),
        (asks("security_device_set_complete"), guard("waf"), NONE),
        (asks("security_device_set_complete"), {**guard("waf"), **SITE}, ONE),
        (asks("security_device_effective", required=("ips",)), guard("firewall"), NONE),
        (asks("security_log_retention"), guard("log_audit", device="gw", log_days=200), ONE),
        (asks("security_log_retention"), guard("log_audit", device="gw"), NONE),
        (
            asks("mlps_record_valid"),
            {"systems": (MlpsSystem(name="门户", level=2, evidence="accepted"),)},
            ONE,
        ),
        (asks("smart_campus_recognised", "vocational"), facility("smart_campus"), NONE),
    ],
)
def test_a_row_counts_where_the_plan_reads_it(
    target: Target, rows: dict[str, Any], units: UnitCounts | None
) -> None:
    assert counted(target, **rows) == units


@pytest.mark.parametrize(
    ("meant", "units"),
    [("t-mlps_record_valid", ONE), ("mlps_record_valid", ONE), ("another-target", NONE)],
)
def test_an_exemption_counts_where_it_is_from_a_target_of_the_plan(
    meant: str, units: UnitCounts | None
) -> None:
    exempt = (Exemption(target=meant, evidence="accepted"),)

    assert counted(asks("mlps_record_valid"), exemptions=exempt) == units


def test_without_a_plan_every_paper_counts() -> None:
    rows: dict[str, Any] = {**facility("smart_campus"), **guard("firewall")}
    verdict = judge_look(look_at(**rows), plan())

    assert [each.campuses[0].units for each in verdict.verdicts] == [None]
    assert of_school(G5, look_at(**rows), DEFAULTS).units == UnitCounts(p=2, f=0, u=0)


def test_two_plans_over_one_school_have_each_their_own_answer_in_this_round_and_the_next() -> None:
    rows: dict[str, Any] = {
        "facilities": (
            Facility(kind="smart_campus", evidence="accepted"),
            Facility(kind="vr_room", evidence="rejected"),
        )
    }
    campus, rooms = plan(asks("smart_campus_recognised")), plan(asks("new_teaching_space_present"))
    first = look_at(**rows)
    states = [g5(first, campus).state, g5(first, rooms).state]
    second = look_at(**rows)
    second.before = first.lasting
    again = [g5(second, rooms).state, g5(second, campus).state]

    assert states == [State.PASS, State.FAIL]
    assert again == [State.FAIL, State.PASS]


def test_what_reads_papers_is_a_metric_that_is_computed() -> None:
    assert set(READS) <= set(PARAMS)
    assert all(is_computed(metric, asks(metric).reading) for metric in READS)
