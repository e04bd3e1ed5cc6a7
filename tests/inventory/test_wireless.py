"""D1, D3 and D9: access points and the rooms they serve."""

from __future__ import annotations

from dataclasses import replace

import pytest
from snapshots import CAMPUS, GATEWAY, WEEK, Scene

from inventory.facts import FactValue
from inventory.metrics.compute import compute
from inventory.metrics.look import Look
from inventory.metrics.params import DEFAULTS, Params
from inventory.metrics.wireless import aps_online_now
from inventory.register import Area, Campus, Device
from inventory.verdict import PollCounts, State, UnitCounts, Verdict

AC = Device(id="ac", role="wlan_controller")


def aps(n: int) -> tuple[Device, ...]:
    return tuple(
        Device(id=f"ap{i}", role="ap", name=f"AP-{i}", mac=f"02:00:00:00:00:{i:02x}", controller="ac")
        for i in range(n)
    )


def campus(n: int, areas: tuple[Area, ...] = (), **changes: object) -> Campus:
    row = {"devices": (GATEWAY, AC, *aps(n)), "areas": areas, "areas_confirmed": True, **changes}
    return replace(CAMPUS, **row)  # type: ignore[arg-type]


def seen(scene: Scene, i: int, *, state: FactValue = "online") -> None:
    scene.fact("ac", f"ap:02000000{i:04x}", "mac", f"0200.0000.{i:04X}")
    scene.fact("ac", f"ap:02000000{i:04x}", "state", state)


def all_seen(n: int, areas: tuple[Area, ...] = ()) -> Scene:
    scene = Scene(campus(n, areas)).polled("ac", (600, "ok")).polled("gw", (600, "ok"))
    for i in range(n):
        seen(scene, i)
    return scene


def judge(metric: str, scene: Scene, params: Params = DEFAULTS) -> Verdict:
    return compute(metric, Look(scene.snapshot()), scene.campus, params)


def room(i: int, *served_by: str, kind: str = "classroom", main: bool = True, no_ap: bool = False) -> Area:
    return Area(id=f"R{i}", name=f"教室{i}", kind=kind, main=main, aps=served_by, no_ap=no_ap)


def test_all_access_points_online_all_week_pass() -> None:
    verdict = judge("wifi_ap_online_ratio", all_seen(4))

    assert (verdict.state, verdict.value) == (State.PASS, 1.0)
    assert verdict.polls == PollCounts(a=2400, d=0, m=0)


def test_an_access_point_that_vanished_from_the_table_counts_as_offline() -> None:
    scene = all_seen(3)
    scene.campus = campus(4)

    verdict = judge("wifi_ap_online_ratio", scene)

    assert (verdict.state, verdict.reason, verdict.value) == (State.FAIL, "ap_offline", 0.75)
    assert [evidence.subject for evidence in verdict.evidence] == ["ap:AP-3"]


def test_one_dead_of_twenty_is_just_enough() -> None:
    scene = all_seen(19)
    scene.campus = campus(20)

    assert judge("wifi_ap_online_ratio", scene).state is State.PASS


def test_one_of_forty_offline_all_week_shows_in_the_evidence_of_a_pass() -> None:
    scene = all_seen(40)
    seen(scene, 7, state="offline")

    verdict = judge("wifi_ap_online_ratio", scene)

    assert verdict.state is State.PASS
    assert [(e.subject, e.value) for e in verdict.evidence] == [("ap:AP-7", "ap_offline")]


@pytest.mark.parametrize("key", ["mac", "serial", "name"])
def test_an_access_point_is_found_by_mac_serial_or_name(key: str) -> None:
    registered = Device(id="x", role="ap", controller="ac", **{key: "0A:bb:CC:00:11:22"})
    scene = Scene(replace(CAMPUS, devices=(AC, registered))).polled("ac", (600, "ok"))
    scene.fact("ac", "ap:1", key, "0abb-cc00-1122" if key == "mac" else " 0a:BB:cc:00:11:22")
    scene.fact("ac", "ap:1", "state", "online")

    assert judge("wifi_ap_online_ratio", scene).state is State.PASS


def test_a_spare_access_point_is_not_expected_to_be_online() -> None:
    scene = all_seen(2)
    spare = Device(id="spare", role="ap", status="spare", controller="ac")
    scene.campus = replace(scene.campus, devices=(*scene.campus.devices, spare))

    assert judge("wifi_ap_online_ratio", scene).polls == PollCounts(a=1200, d=0, m=0)


def test_polls_that_missed_the_controller_are_gaps() -> None:
    scene = all_seen(2).polled("ac", (300, "ok"))

    verdict = judge("wifi_ap_online_ratio", scene)

    assert (verdict.reason, verdict.polls) == ("low_coverage", PollCounts(a=600, d=0, m=600))


def test_a_controller_that_is_down_takes_its_access_points_with_it() -> None:
    verdict = judge("wifi_ap_online_ratio", all_seen(2).polled("ac", (300, "ok"), (300, "down")))

    assert (verdict.state, verdict.reason) == (State.FAIL, "device_down")


def test_a_controller_that_nobody_reads_proves_nothing() -> None:
    scene = all_seen(2)
    scene.polls["ac"] = {}

    assert judge("wifi_ap_online_ratio", scene).reason == "controller_unreadable"


def test_a_controller_without_a_table_of_access_points_proves_nothing() -> None:
    scene = Scene(campus(2)).polled("ac", (600, "ok"))

    verdict = judge("wifi_ap_online_ratio", scene)

    assert (verdict.state, verdict.reason) == (State.UNKNOWN, "controller_unreadable")


def test_a_controller_whose_table_is_empty_has_lost_all_access_points() -> None:
    scene = Scene(campus(2)).polled("ac", (600, "ok")).fact("ac", "", "tables", {"wireless": "empty"})

    assert judge("wifi_ap_online_ratio", scene).reason == "ap_offline"


def test_an_unfinished_table_does_not_condemn_those_it_lacks() -> None:
    scene = all_seen(1)
    scene.campus = campus(2)
    scene.fact("ac", "", "tables", {"wireless": "partial"})

    assert judge("wifi_ap_online_ratio", scene).reason == "table_unreadable"


def test_a_campus_without_registered_access_points_is_unknown() -> None:
    assert judge("wifi_ap_online_ratio", Scene()).reason == "ap_register_empty"


def test_a_fat_access_point_is_judged_by_its_own_answers() -> None:
    fat = Device(id="fat", role="ap")
    scene = Scene(replace(CAMPUS, devices=(GATEWAY, fat))).polled("fat", (600, "ok"))

    assert judge("wifi_ap_online_ratio", scene).state is State.PASS


# Rooms


def test_every_main_room_with_a_working_access_point_passes() -> None:
    verdict = judge("wifi_area_coverage", all_seen(2, (room(1, "ap0"), room(2, "ap1"))))

    assert (verdict.state, verdict.value) == (State.PASS, 1.0)


def test_a_corridor_is_no_main_room() -> None:
    scene = all_seen(1, (room(1, "ap0"), room(2, kind="corridor", main=False)))

    assert judge("wifi_area_coverage", scene).units == UnitCounts(p=1, f=0, u=0, na=1)


def test_a_second_access_point_keeps_a_room_covered() -> None:
    scene = all_seen(2, (room(1, "ap0", "ap1"),))
    seen(scene, 0, state="offline")

    assert judge("wifi_area_coverage", scene).state is State.PASS


def test_a_room_whose_access_points_are_all_dead_fails() -> None:
    scene = all_seen(1, (room(1, "ap0"),))
    seen(scene, 0, state="offline")

    verdict = judge("wifi_area_coverage", scene)

    assert (verdict.state, verdict.reason) == (State.FAIL, "area_without_ap")
    assert [(e.subject, e.value) for e in verdict.evidence] == [("R1", "ap_offline")]


def test_a_room_declared_without_access_point_fails_as_declared() -> None:
    verdict = judge("wifi_area_coverage", all_seen(1, (room(1, no_ap=True),)))

    assert (verdict.state, verdict.reason) == (State.FAIL, "declared_none")


def test_an_unmapped_room_is_unknown_and_not_failed() -> None:
    verdict = judge("wifi_area_coverage", all_seen(1, (room(1, "ap0"), room(2))))

    assert (verdict.state, verdict.reason) == (State.UNKNOWN, "area_unmapped")
    assert (verdict.low_bp, verdict.high_bp) == (5000, 10_000)


def test_a_list_of_rooms_that_nobody_confirmed_proves_nothing() -> None:
    scene = all_seen(1, (room(1, "ap0"),))
    scene.campus = replace(scene.campus, areas_confirmed=False)

    assert judge("wifi_area_coverage", scene).reason == "area_register_empty"


def test_a_confirmed_list_without_any_room_proves_nothing_either() -> None:
    assert judge("wifi_area_coverage", all_seen(1)).reason == "area_register_empty"


def test_the_worked_example_of_forty_rooms_is_judged_by_its_bounds() -> None:
    areas = (*(room(i, "ap0") for i in range(37)), room(37, no_ap=True), room(38), room(39))

    verdict = judge("wifi_area_coverage", all_seen(1, areas))

    assert (verdict.state, verdict.low_bp, verdict.high_bp) == (State.UNKNOWN, 9250, 9750)


def test_a_plan_may_ask_for_every_room() -> None:
    areas = (*(room(i, "ap0") for i in range(39)), room(39, no_ap=True))
    every_room = Params({"area_ratio": 1.0}, {"area_ratio": "county_decision"})

    verdict = judge("wifi_area_coverage", all_seen(1, areas), every_room)

    assert (verdict.state, verdict.origin) == (State.FAIL, "county_decision")


def test_wireless_as_a_whole_needs_rooms_and_access_points() -> None:
    scene = all_seen(2, (room(1, "ap0"),))
    seen(scene, 1, state="offline")

    verdict = judge("wifi_coverage_composite", scene)

    assert (verdict.state, verdict.reason) == (State.FAIL, "ap_offline")
    assert [leg.state for leg in verdict.legs] == [State.PASS, State.FAIL]


def test_a_plan_that_asks_for_a_survey_stays_unknown_without_one() -> None:
    scene = all_seen(1, (room(1, "ap0"),))

    verdict = judge("wifi_coverage_composite", scene, Params({"require_survey": True}))

    assert (verdict.state, verdict.reason) == (State.UNKNOWN, "survey_missing")


def test_access_points_online_now_are_those_of_the_newest_poll() -> None:
    scene = all_seen(3)
    scene.changed("ac", "ap:020000000002", "state", (599, "online"), (1, "offline"))

    assert aps_online_now(Look(scene.snapshot()), scene.campus) == 2


def test_nothing_is_said_of_now_when_no_controller_answered_for_a_day() -> None:
    scene = all_seen(3)
    scene.as_of = WEEK[-1] + 2 * 86400

    assert aps_online_now(Look(scene.snapshot()), scene.campus) is None
