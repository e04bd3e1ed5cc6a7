"""E8, E10, F1 to F4, G4 and G5: cameras, platforms, security, and whether the register is true."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from snapshots import AS_OF, CAMPUS, WEEK, Scene

from inventory.metrics.compute import CAMPUS as OF_CAMPUS
from inventory.metrics.compute import COUNTY, SCHOOL
from inventory.metrics.kinds import CountyLook
from inventory.metrics.look import Look
from inventory.metrics.params import DEFAULTS, Params, ParamValue
from inventory.metrics.platforms import E10
from inventory.metrics.reality import G4, G5
from inventory.metrics.security import F1, F2, F3, F4
from inventory.metrics.video import E8
from inventory.papers import Document, Facility, MlpsSystem, Platform, SecurityService, Website
from inventory.register import Contract, Device, Register
from inventory.verdict import State, UnitCounts, Verdict

TODAY = date(2026, 9, 18)
PASS, FAIL, UNKNOWN, NA = State.PASS, State.FAIL, State.UNKNOWN, State.NA
DAY = range(WEEK[-1] - 24 * 3600, WEEK[-1], 300)


def school(
    metric: str, scene: Scene | None = None, *, params: dict[str, ParamValue] | None = None, **rows: Any
) -> Verdict:
    return SCHOOL[metric](Look((scene or Scene()).snapshot(**rows)), Params(params or {}))


def days_ago(n: int) -> date:
    return TODAY - timedelta(days=n)


# E10


def platform(*rows: Platform, **params: ParamValue) -> Verdict:
    register = Register(county="县", platforms=rows, documents=(Document(id="d", review="accepted"),))
    look = CountyLook(register=register, schools=(), views=(), agents=(), as_of=AS_OF)
    return COUNTY[E10](look, Params({"platform": "教育魔方", **params}))


@pytest.mark.parametrize(
    ("rows", "state", "reason"),
    [
        ((), UNKNOWN, "platform_not_declared"),
        ((Platform(name="教育魔方", status="accepted", document="d"),), PASS, ""),
        ((Platform(name="“教育魔方”", status="operating", document="d"),), PASS, ""),
        (
            (Platform(name="教育魔方", status="operating", evidence="claimed"),),
            UNKNOWN,
            "evidence_unreviewed",
        ),
        ((Platform(name="教育魔方", status="operating"),), UNKNOWN, "evidence_missing"),
        ((Platform(name="教育魔方", status="building", document="d"),), FAIL, "status_low"),
        ((Platform(name="教育魔方", status="retired", document="d"),), FAIL, "status_low"),
        ((Platform(name="别的平台", status="operating", document="d"),), UNKNOWN, "platform_not_declared"),
    ],
)
def test_a_platform_is_as_far_as_an_accepted_paper_says(
    rows: tuple[Platform, ...], state: State, reason: str
) -> None:
    verdict = platform(*rows)

    assert (verdict.state, verdict.reason) == (state, reason)


def test_a_plan_may_ask_for_operation() -> None:
    row = Platform(name="教育魔方", status="accepted", document="d")

    assert platform(row, min_status="operating").state is FAIL


def test_platforms_that_no_plan_names_are_counted() -> None:
    rows = [Platform(name=f"p{n}", status="operating", document="d") for n in range(6)]

    assert platform(*rows, platforms_to_be_named=6).state is PASS
    short = platform(*rows[:5], platforms_to_be_named=6)
    assert (short.state, short.reason) == (UNKNOWN, "platform_not_named")


# E8


def cameras(*outcomes: tuple[int, str]) -> Scene:
    campus = replace(CAMPUS, devices=(*CAMPUS.devices, Device(id="nvr", role="nvr")))
    scene = Scene(campus)
    if outcomes:
        scene.polled("nvr", *outcomes, grid=range(WEEK[-1] - 7 * 86_400, WEEK[-1] + 3600, 300))  # type: ignore[arg-type]
    return scene


ENROLLED = Facility(kind="video_enrolled", platform="卫士", evidence="accepted")


@pytest.mark.parametrize(
    ("scene", "rows", "state", "reason"),
    [
        (cameras((2016, "ok")), (ENROLLED,), PASS, ""),
        (cameras((1900, "ok"), (116, "down")), (ENROLLED,), FAIL, "camera_offline"),
        (cameras(), (ENROLLED,), UNKNOWN, "cameras_unreadable"),
        # Asked all week and never an answer: a network of its own, which the agent cannot reach.
        (cameras((2016, "down")), (ENROLLED,), UNKNOWN, "cameras_unreadable"),
        (cameras((2000, "down"), (16, "ok")), (ENROLLED,), FAIL, "camera_offline"),
        (cameras((2016, "ok")), (), UNKNOWN, "facility_missing"),
        (cameras((2016, "ok")), (Facility(kind="video_enrolled", absent=True),), FAIL, "not_enrolled"),
        (cameras((2016, "ok")), (replace(ENROLLED, platform="别的"),), UNKNOWN, "evidence_missing"),
    ],
)
def test_video_is_enrolled_and_online(
    scene: Scene, rows: tuple[Facility, ...], state: State, reason: str
) -> None:
    verdict = school(E8, scene, params={"platform": "卫士"}, facilities=rows)

    assert (verdict.state, verdict.reason) == (state, reason)


@pytest.mark.parametrize(
    ("days", "state", "reason"),
    [(30, PASS, ""), (29, FAIL, "retention_short"), (None, UNKNOWN, "retention_unknown")],
)
def test_video_is_kept_for_so_many_days(days: float | None, state: State, reason: str) -> None:
    rows = () if days is None else (Facility(kind="video_retention", value=days, evidence="accepted"),)
    verdict = school(E8, params={"legs": ("retention",)}, facilities=rows)

    assert (verdict.state, verdict.reason) == (state, reason)


# F1 and F2


def guarded(*roles: str, outcome: str = "ok") -> Scene:
    devices = tuple(Device(id=role, role=role) for role in roles)
    scene = Scene(replace(CAMPUS, devices=(*CAMPUS.devices, *devices)))
    for role in roles:
        scene.polled(role, (2016, outcome), grid=range(WEEK[-1] - 7 * 86_400, WEEK[-1] + 3600, 300))  # type: ignore[arg-type]
    return scene


ALL = ("firewall", "ips", "behaviour_audit", "log_audit", "endpoint_mgmt")


def service(function: str, **more: Any) -> SecurityService:
    return SecurityService(function=function, **more)


def by_county(**more: Any) -> SecurityService:
    return service("endpoint_mgmt", provided_by="county", **more)


def test_all_five_functions_by_devices_that_were_seen() -> None:
    verdict = school(F1, guarded(*ALL))

    assert (verdict.state, verdict.units, verdict.level) == (PASS, UnitCounts(p=5, f=0, u=0), "E3")


@pytest.mark.parametrize(
    ("rows", "state", "reason"),
    [
        ((), UNKNOWN, "function_missing"),
        ((service("endpoint_mgmt", evidence="accepted"),), PASS, ""),
        ((service("endpoint_mgmt", provided_by="county", evidence="accepted"),), PASS, ""),
        (
            (service("endpoint_mgmt", provided_by="county", evidence="claimed"),),
            UNKNOWN,
            "evidence_unreviewed",
        ),
        ((service("endpoint_mgmt", device="firewall"),), PASS, ""),
        ((service("endpoint_mgmt", provided_by="none"),), FAIL, "function_missing"),
        # The paper proves that there is none.
        ((service("endpoint_mgmt", provided_by="none", evidence="accepted"),), FAIL, "function_missing"),
    ],
)
def test_the_fifth_function_may_be_met_in_other_ways(
    rows: tuple[SecurityService, ...], state: State, reason: str
) -> None:
    verdict = school(F1, guarded(*ALL[:4]), security=rows)

    assert (verdict.state, verdict.reason) == (state, reason)


def test_a_county_document_stands_for_what_the_county_provides() -> None:
    scene = guarded(*ALL[:4])
    row = service("endpoint_mgmt", provided_by="county", document="c1")
    snapshot = replace(
        scene.snapshot(security=(row,)), county_documents=(Document(id="c1", review="accepted"),)
    )

    assert SCHOOL[F1](Look(snapshot), DEFAULTS).state is PASS


def test_a_device_that_is_down_all_week_is_no_function() -> None:
    scene = guarded(*ALL)
    for slot in scene.polls["ips"]:
        scene.polls["ips"][slot] = "down"
    verdict = school(F1, scene)

    assert (verdict.state, verdict.reason) == (FAIL, "device_down")


@pytest.mark.parametrize(
    ("silent_days", "within", "state"),
    [(2, "7d", PASS), (2, "3d", PASS), (2, "1d", UNKNOWN), (4, "3d", UNKNOWN), (4, "7d", PASS)],
)
def test_a_plan_may_say_how_lately_a_device_has_to_be_seen(
    silent_days: int, within: str, state: State
) -> None:
    scene = guarded(*ALL)
    since = AS_OF - silent_days * 24 * 3600
    scene.polls["ips"] = {slot: word for slot, word in scene.polls["ips"].items() if slot < since}
    scene.polls["ips"] |= dict.fromkeys(range(int(since) // 300 * 300 - 3600, int(since), 300), "ok")

    assert school(F1, scene, params={"seen_within": within}).state is state


def test_what_is_in_place_by_the_plans_own_time_is_what_has_to_be_effective() -> None:
    scene = guarded("firewall")
    since = AS_OF - 2 * 24 * 3600
    scene.polls["firewall"] = {s: w for s, w in scene.polls["firewall"].items() if s < since}
    asked: dict[str, ParamValue] = {"required": ("firewall",), "seen_within": "1d"}

    assert school(F2, scene, params=asked, security=(at_work(),)).reason == "security_unread"
    assert school(F2, scene, params={**asked, "seen_within": "7d"}, security=(at_work(),)).units is not None


@pytest.mark.parametrize(
    ("row", "state", "reason"),
    [
        (service("ips", device="ips", evidence="accepted"), FAIL, "device_down"),
        (service("ips", evidence="accepted"), FAIL, "device_down"),
        (service("ips", provided_by="county", evidence="accepted"), PASS, ""),
    ],
)
def test_a_paper_does_not_stand_for_a_device_that_is_polled_and_down(
    row: SecurityService, state: State, reason: str
) -> None:
    scene = guarded(*ALL)
    scene.polls["ips"] = dict.fromkeys(scene.polls["ips"], "down")
    verdict = school(F1, scene, security=(row,))

    assert (verdict.state, verdict.reason) == (state, reason)


def test_a_school_with_a_site_needs_a_firewall_for_it() -> None:
    sites = (Website(host="www.example.edu.cn"),)

    assert school(F1, guarded(*ALL), websites=sites).state is UNKNOWN
    assert school(F1, guarded(*ALL, "waf"), websites=sites).state is PASS


def at_work(**changes: Any) -> SecurityService:
    good = {"license_until": TODAY, "signatures_on": days_ago(30), "log_seen_on": days_ago(1)}
    return service("firewall", device="firewall", **{**good, **changes})


@pytest.mark.parametrize(
    ("row", "state", "reason"),
    [
        (at_work(), PASS, ""),
        (at_work(license_until=days_ago(1)), FAIL, "license_expired"),
        (at_work(signatures_on=days_ago(31)), FAIL, "signatures_old"),
        (at_work(log_seen_on=days_ago(2)), FAIL, "no_log"),
        (at_work(license_until=None), UNKNOWN, "security_unread"),
    ],
)
def test_a_function_is_effective_by_four_checks(row: SecurityService, state: State, reason: str) -> None:
    verdict = school(F2, guarded("firewall"), params={"required": ("firewall",)}, security=(row,))

    assert (verdict.state, verdict.reason) == (state, reason)
    assert verdict.units is not None
    assert verdict.units.n == 4


def test_a_firewall_that_is_often_away_is_not_effective() -> None:
    scene = guarded("firewall")
    slots = sorted(scene.polls["firewall"])
    scene.polls["firewall"] |= dict.fromkeys(slots[:200], "down")
    verdict = school(F2, scene, params={"required": ("firewall",)}, security=(at_work(),))

    assert (verdict.state, verdict.reason) == (FAIL, "device_down")


def test_a_firewall_that_was_seldom_asked_is_not_known_to_be_online() -> None:
    scene = guarded("firewall")
    scene.polls["firewall"] = dict(list(scene.polls["firewall"].items())[:200])
    verdict = school(F2, scene, params={"required": ("firewall",)}, security=(at_work(),))

    assert (verdict.state, verdict.reason) == (UNKNOWN, "low_coverage")


# F3 and F4


@pytest.mark.parametrize(
    ("row", "state", "reason"),
    [
        ({"log_days": 180, "log_read_on": days_ago(90), "evidence": "accepted"}, PASS, ""),
        ({"log_days": 179, "log_read_on": days_ago(1), "evidence": "accepted"}, FAIL, "retention_short"),
        ({"log_days": 400, "log_gap_days": 8, "log_read_on": TODAY, "evidence": "accepted"}, FAIL, "log_gap"),
        ({"log_days": 400, "log_gap_days": 7, "log_read_on": TODAY, "evidence": "accepted"}, PASS, ""),
        ({"log_days": 180, "log_read_on": days_ago(91), "evidence": "accepted"}, UNKNOWN, "stale"),
        ({"log_days": 180, "log_read_on": TODAY, "evidence": "claimed"}, UNKNOWN, "evidence_unreviewed"),
        ({}, UNKNOWN, "security_unread"),
    ],
)
def test_logs_are_kept_for_six_months(row: dict[str, Any], state: State, reason: str) -> None:
    verdict = school(F3, security=(service("log_audit", **row),))

    assert (verdict.state, verdict.reason, verdict.origin) == (state, reason, "law")


def system(level: int = 2, **more: Any) -> MlpsSystem:
    good = {"filing_no": "33052200001", "assessed_on": days_ago(300), "evidence": "accepted"}
    return MlpsSystem(name="门户", level=level, **{**good, **more})


@pytest.mark.parametrize(
    ("rows", "state", "reason"),
    [
        ((), NA, "no_systems"),
        ((system(),), PASS, ""),
        ((system(filing_no=""),), FAIL, "not_filed"),
        ((system(evidence="claimed"),), UNKNOWN, "evidence_unreviewed"),
        ((system(3, assessed_on=days_ago(370)),), FAIL, "assessment_overdue"),
        ((system(3),), PASS, ""),
        ((system(2, assessed_on=days_ago(700)),), PASS, ""),
        ((system(2, assessed_on=days_ago(740)),), FAIL, "assessment_overdue"),
        ((system(1, assessed_on=None),), PASS, ""),
        ((system(2, assessed_on=None),), FAIL, "assessment_overdue"),
        ((system(), system(filing_no="")), FAIL, "not_filed"),
    ],
)
def test_every_system_is_filed_and_assessed(rows: tuple[MlpsSystem, ...], state: State, reason: str) -> None:
    verdict = school(F4, systems=rows)

    assert (verdict.state, verdict.reason) == (state, reason)


# G4 and G5


def seen(*devices: str) -> Scene:
    scene = Scene(replace(CAMPUS, devices=(*CAMPUS.devices, Device(id="ac", role="wlan_controller"))))
    for device in devices:
        scene.polled(device, (600, "ok"))
    return scene


def reality(scene: Scene) -> Verdict:
    return OF_CAMPUS[G4](Look(scene.snapshot()), scene.campus, DEFAULTS)


def test_what_is_registered_and_seen_agrees() -> None:
    assert reality(seen("gw", "sw", "ac")).state is PASS


def test_a_device_that_was_not_seen_is_listed() -> None:
    verdict = reality(seen("gw", "sw"))

    assert (verdict.state, verdict.reason, verdict.units) == (FAIL, "not_seen", UnitCounts(p=2, f=1, u=0))
    assert [(e.device, e.value) for e in verdict.evidence] == [("ac", "not_seen")]


@pytest.mark.parametrize(("state", "p"), [("online", 4), ("offline", 4), ("missing", 3)])
def test_an_access_point_is_seen_while_its_controller_lists_it(state: str, p: int) -> None:
    scene = seen("gw", "sw", "ac").fact("ac", "ap:02:00:00:00:00:07", "state", state)
    scene.fact("ac", "ap:02:00:00:00:00:07", "mac", "02:00:00:00:00:07")
    ap = Device(id="ap7", role="ap", mac="02:00:00:00:00:07", controller="ac")
    scene.campus = replace(scene.campus, devices=(*scene.campus.devices, ap))

    assert reality(scene).units == UnitCounts(p=p, f=4 - p, u=0)


def test_what_a_controller_said_before_it_fell_silent_is_not_seen_this_week() -> None:
    scene = seen("gw", "sw").fact("ac", "ap:02:00:00:00:00:07", "state", "online")
    scene.fact("ac", "ap:02:00:00:00:00:07", "mac", "02:00:00:00:00:07")
    ap = Device(id="ap7", role="ap", mac="02:00:00:00:00:07", controller="ac")
    scene.campus = replace(scene.campus, devices=(*scene.campus.devices, ap))

    assert reality(scene).units == UnitCounts(p=2, f=1, u=0)


def test_access_points_and_neighbours_that_nobody_has_entered_are_listed() -> None:
    scene = seen("gw", "sw", "ac").fact("ac", "ap:02:00:00:00:00:07", "state", "online")
    scene.fact("sw", "port:GE0/0/1", "lldp", ["unknown-switch GE0/0/24", "GW XGE0/0/1"]).fact(
        "gw", "", "sys_name", "GW"
    )
    verdict = reality(scene)

    assert (verdict.reason, verdict.units) == ("unregistered", UnitCounts(p=3, f=2, u=0))
    assert {e.subject for e in verdict.evidence} == {"ap:02:00:00:00:00:07", "unknown-switch"}


def test_a_silent_agent_says_nothing_of_the_register() -> None:
    verdict = reality(seen())

    assert (verdict.state, verdict.reason) == (UNKNOWN, "no_data")


@pytest.mark.parametrize(
    ("contracts", "state", "reason"),
    [
        ((Contract(evidence="accepted"),), PASS, ""),
        ((Contract(evidence="accepted"), Contract(evidence="claimed")), UNKNOWN, "evidence_unreviewed"),
        ((Contract(evidence="accepted"), Contract(evidence="none")), FAIL, "evidence_missing"),
        ((Contract(document="old"),), FAIL, "evidence_expired"),
        ((), UNKNOWN, "register_empty"),
    ],
)
def test_every_row_that_needs_a_paper_has_a_good_one(
    contracts: tuple[Contract, ...], state: State, reason: str
) -> None:
    old = Document(id="old", review="accepted", valid_until=days_ago(1))
    verdict = school(G5, Scene(replace(CAMPUS, contracts=contracts)), documents=(old,))

    assert (verdict.state, verdict.reason) == (state, reason)


CLAIMED = MlpsSystem(name="门户", level=2, filing_no="备1", assessed_on=TODAY, evidence="claimed")


@pytest.mark.parametrize(
    ("metric", "rows"),
    [
        (F1, {}),
        (F4, {"systems": (CLAIMED,)}),
        (G5, {"systems": (CLAIMED,)}),
    ],
)
def test_where_nothing_is_known_of_any_unit_there_is_no_figure(metric: str, rows: dict[str, Any]) -> None:
    verdict = school(metric, **rows)

    assert (verdict.state, verdict.value, verdict.level) == (UNKNOWN, None, "E0")
    assert verdict.units is not None
    assert verdict.units.u > 0


def test_where_one_unit_is_known_the_figure_is_what_is_certain() -> None:
    good = MlpsSystem(name="教务", level=1, filing_no="备2", evidence="accepted")

    assert school(F4, systems=(CLAIMED, good)).value == 0.5
    assert school(G5, systems=(CLAIMED, good)).value == 0.5
    assert school(F4, systems=(MlpsSystem(name="门户", level=1),)).value == 0.0
