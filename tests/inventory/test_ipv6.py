"""C1, C2, C3 and C11: address, way out, prefixes."""

from __future__ import annotations

from dataclasses import replace

import pytest
from snapshots import CAMPUS, WEEK, Scene

from inventory.facts import FactValue
from inventory.metrics.compute import compute
from inventory.metrics.ipv6 import is_global
from inventory.metrics.look import Look
from inventory.metrics.params import DEFAULTS, Params, param_fault
from inventory.register import Campus, Uplink, UserVlan
from inventory.verdict import PollCounts, State, Verdict

UPLINK_PORT = "port:XGE0/0/1"


def judge(metric: str, scene: Scene, params: Params = DEFAULTS) -> Verdict:
    return compute(metric, Look(scene.snapshot()), scene.campus, params)


def gateway(campus: Campus = CAMPUS) -> Scene:
    return Scene(campus).polled("gw", (600, "ok")).port("gw", "XGE0/0/1")


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("2001:da8:e000::1/64", True),
        ("240e:1:2::1/?", True),
        ("2001:db8::1", True),
        ("fe80::1%3", False),
        ("fd00::1/64", False),
        ("2002:c000:204::1/48", False),
        ("2001:0:4136:e378::1", False),
        ("::1", False),
        ("10.0.0.1/24", False),
        ("", False),
    ],
)
def test_only_native_global_addresses_count(address: str, expected: bool) -> None:
    assert is_global(address) is expected


def test_a_global_address_on_the_uplink_passes() -> None:
    scene = gateway().fact("gw", UPLINK_PORT, "ipv6", ["fd00::2/64", "2001:da8:1::2/64"])

    verdict = judge("ipv6_wan_address", scene)

    assert (verdict.state, verdict.evidence[0].value) == (State.PASS, "fd00::2/64 2001:da8:1::2/64")


def test_a_ula_alone_is_no_global_address() -> None:
    verdict = judge("ipv6_wan_address", gateway().fact("gw", UPLINK_PORT, "ipv6", ["fd00::2/64"]))

    assert (verdict.state, verdict.reason) == (State.FAIL, "no_global_address")


def test_a_device_that_tells_no_addresses_at_all_is_unknown() -> None:
    verdict = judge("ipv6_wan_address", gateway())

    assert (verdict.state, verdict.reason) == (State.UNKNOWN, "not_supported_by_device")


def test_a_device_that_tells_addresses_of_other_ports_has_none_on_this_one() -> None:
    scene = gateway().fact("gw", "port:Vlanif10", "ipv6", ["2001:da8:2::1/64"])

    assert judge("ipv6_wan_address", scene).reason == "no_global_address"


def test_an_address_on_the_routed_interface_declared_beside_the_port_counts() -> None:
    campus = replace(CAMPUS, uplinks=(*CAMPUS.uplinks, Uplink(device="gw", port="Vlanif100")))
    scene = gateway(campus).port("gw", "Vlanif100", type=136)
    scene.fact("gw", "port:Vlanif100", "ipv6", ["2001:da8:1::2/64"])

    assert judge("ipv6_wan_address", scene).state is State.PASS


def test_an_address_that_came_on_wednesday_has_not_been_there_all_week() -> None:
    scene = gateway()
    scene.changed("gw", UPLINK_PORT, "ipv6", (240, []), (360, ["2001:da8:1::2/64"]))

    assert judge("ipv6_wan_address", scene).polls == PollCounts(a=360, d=240, m=0)


@pytest.mark.parametrize(
    ("dead", "state", "reason"),
    [
        (["fe80::1", "fe80::2"], State.FAIL, "next_hop_dead"),
        (["fe80::1"], State.PASS, ""),
        ([], State.PASS, ""),
        (None, State.PASS, ""),
    ],
)
def test_a_default_route_needs_a_next_hop_that_answers(dead: FactValue, state: State, reason: str) -> None:
    scene = gateway().fact("gw", "", "ipv6_default_route", ["fe80::1", "fe80::2"])

    verdict = judge("ipv6_default_route", scene.fact("gw", "", "ipv6_dead_next_hops", dead))

    assert (verdict.state, verdict.reason) == (state, reason)


@pytest.mark.parametrize(
    ("hops", "state", "reason"),
    [
        (["fe80::1"], State.PASS, ""),
        ([], State.FAIL, "no_default_route"),
        (None, State.UNKNOWN, "not_supported_by_device"),
    ],
)
def test_a_default_route_is_there_or_not_or_cannot_be_read(
    hops: FactValue, state: State, reason: str
) -> None:
    verdict = judge("ipv6_default_route", gateway().fact("gw", "", "ipv6_default_route", hops))

    assert (verdict.state, verdict.reason) == (state, reason)


def test_without_uplinks_the_gateway_is_asked_for_the_route() -> None:
    scene = gateway(replace(CAMPUS, uplinks=())).fact("gw", "", "ipv6_default_route", ["fe80::1"])

    assert judge("ipv6_default_route", scene).state is State.PASS


EDU, OTHER = "2001:db8::/32", "2001:db9::/32"


@pytest.mark.parametrize(
    ("hops", "aggregates", "dead", "state", "reason"),
    [
        ([], {EDU: "fe80::9"}, None, State.PASS, ""),
        ([], {EDU: "fe80::9"}, ["fe80::9"], State.FAIL, "next_hop_dead"),
        ([], {EDU: "fe80::8 fe80::9"}, ["fe80::9"], State.PASS, ""),
        ([], {EDU: ""}, None, State.FAIL, "no_default_route"),
        ([], {OTHER: "fe80::9"}, None, State.UNKNOWN, "route_not_asked"),
        ([], None, None, State.UNKNOWN, "route_not_asked"),
        (["fe80::1"], None, None, State.PASS, ""),
        (["fe80::1"], {EDU: "fe80::9"}, ["fe80::1"], State.PASS, ""),
        (None, {EDU: "fe80::9"}, None, State.PASS, ""),
        (None, {EDU: ""}, None, State.UNKNOWN, "not_supported_by_device"),
    ],
)
def test_an_aggregate_that_the_plan_names_is_a_way_out(
    hops: FactValue, aggregates: FactValue, dead: FactValue, state: State, reason: str
) -> None:
    scene = gateway().fact("gw", "", "ipv6_default_route", hops)
    scene.fact("gw", "", "ipv6_aggregate_routes", aggregates).fact("gw", "", "ipv6_dead_next_hops", dead)

    verdict = judge("ipv6_default_route", scene, Params({"prefixes": ("2001:0db8::/32",)}))

    assert (verdict.state, verdict.reason) == (state, reason)


def test_one_of_several_aggregates_is_enough_and_is_shown() -> None:
    scene = gateway().fact("gw", "", "ipv6_default_route", [])
    scene.fact("gw", "", "ipv6_aggregate_routes", {EDU: "fe80::9", OTHER: ""})

    verdict = judge("ipv6_default_route", scene, Params({"prefixes": (OTHER, EDU)}))

    assert verdict.state is State.PASS
    assert [each.value for each in verdict.evidence] == ["", f"{EDU} via fe80::9"]


def test_an_aggregate_that_no_plan_names_is_no_way_out() -> None:
    scene = gateway().fact("gw", "", "ipv6_default_route", [])
    scene.fact("gw", "", "ipv6_aggregate_routes", {EDU: "fe80::9"})

    assert judge("ipv6_default_route", scene).reason == "no_default_route"


def test_an_aggregate_whose_reading_broke_off_is_not_called_absent() -> None:
    scene = gateway().fact("gw", "", "ipv6_default_route", [])
    scene.fact("gw", "", "tables", {"ipv6_default_routes": "empty", "ipv6_aggregates": "timeout"})

    verdict = judge("ipv6_default_route", scene, Params({"prefixes": (EDU,)}))

    assert (verdict.state, verdict.reason) == (State.UNKNOWN, "table_unreadable")


def test_a_plan_names_aggregates_as_prefixes() -> None:
    assert param_fault("ipv6_default_route", "prefixes", "networks", (EDU,)) == ""
    assert param_fault("ipv6_default_route", "prefixes", "networks", ("2001:db8::",)) != ""
    assert param_fault("ipv6_default_route", "prefixes", "networks", ()) != ""


VLANS = (
    UserVlan(name="教学", kind="teaching", device="gw", port="Vlanif10"),
    UserVlan(name="学生无线", kind="wifi_student", device="gw", port="Vlanif20"),
    UserVlan(name="监控", kind="camera", device="gw", port="Vlanif90"),
)


def lan(second: list[str] | None, adverts: FactValue = True) -> Scene:
    scene = gateway(replace(CAMPUS, user_vlans=VLANS))
    scene.fact("gw", "port:Vlanif10", "ipv6", ["2001:da8:10::1/64"])
    scene.fact("gw", "port:Vlanif10", "ipv6_ra", True)
    scene.fact("gw", "port:Vlanif20", "ipv6", second)
    scene.fact("gw", "port:Vlanif20", "ipv6_ra", adverts)
    scene.polls["gw"].update(dict.fromkeys(range(WEEK[-1], int(scene.as_of), 300), "ok"))
    return scene


def test_every_user_network_with_a_prefix_and_adverts_passes_and_cameras_are_left_out() -> None:
    verdict = judge("ipv6_lan_prefix_coverage", lan(["2001:da8:20::1/64"]))

    assert verdict.state is State.PASS
    assert verdict.units is not None
    assert (verdict.units.n, verdict.units.na) == (2, 1)


@pytest.mark.parametrize(
    ("addresses", "adverts", "state", "reason"),
    [
        ([], True, State.FAIL, "prefix_missing"),
        (["2001:da8:20::1/120"], True, State.FAIL, "prefix_missing"),
        (["2001:da8:20::1/?"], True, State.UNKNOWN, "table_unreadable"),
        (["2001:da8:20::1/64"], False, State.FAIL, "no_router_advert"),
        (["2001:da8:20::1/64"], None, State.UNKNOWN, "not_supported_by_device"),
    ],
)
def test_a_network_without_prefix_or_adverts_says_why(
    addresses: list[str], adverts: FactValue, state: State, reason: str
) -> None:
    verdict = judge("ipv6_lan_prefix_coverage", lan(addresses, adverts))

    assert (verdict.state, verdict.reason) == (state, reason)


def test_machines_with_addresses_prove_a_prefix_where_the_device_cannot_tell_of_adverts() -> None:
    scene = lan(["2001:da8:20::1/64"], None).fact("gw", "port:Vlanif20", "ipv6_heard", True)
    refused = lan(["2001:da8:20::1/64"], False).fact("gw", "port:Vlanif20", "ipv6_heard", True)

    assert judge("ipv6_lan_prefix_coverage", scene).state is State.PASS
    assert judge("ipv6_lan_prefix_coverage", refused).state is State.FAIL


def test_a_reading_of_the_day_before_yesterday_is_stale() -> None:
    scene = lan(["2001:da8:20::1/64"])
    scene.as_of += 2 * 86400

    assert judge("ipv6_lan_prefix_coverage", scene).reason == "stale"


def test_undeclared_user_networks_are_unknown() -> None:
    assert judge("ipv6_lan_prefix_coverage", gateway()).reason == "user_vlans_not_declared"


def test_ipv6_as_a_whole_is_unknown_while_nobody_tests_that_it_works() -> None:
    scene = lan(["2001:da8:20::1/64"])
    scene.fact("gw", UPLINK_PORT, "ipv6", ["2001:da8:1::2/64"])
    scene.fact("gw", "", "ipv6_default_route", ["fe80::1"])

    verdict = judge("ipv6_deployed_composite", scene)

    assert (verdict.state, verdict.reason) == (State.UNKNOWN, "no_probe")
    assert [leg.state for leg in verdict.legs] == [State.PASS, State.PASS, State.PASS, State.UNKNOWN]


def test_a_plan_may_name_the_legs() -> None:
    scene = lan(["2001:da8:20::1/64"]).fact("gw", "", "ipv6_default_route", ["fe80::1"])
    legs = Params({"legs": ("ipv6_default_route", "ipv6_lan_prefix_coverage")})

    assert judge("ipv6_deployed_composite", scene, legs).state is State.PASS


def test_one_missing_leg_fails_ipv6_for_its_reason() -> None:
    scene = lan([]).fact("gw", "", "ipv6_default_route", ["fe80::1"])
    scene.fact("gw", UPLINK_PORT, "ipv6", ["2001:da8:1::2/64"])

    assert judge("ipv6_deployed_composite", scene).reason == "prefix_missing"


def test_a_user_network_that_the_device_does_not_show_has_no_prefix() -> None:
    scene = lan(["2001:da8:20::1/64"])
    del scene.facts["gw", "port:Vlanif20", "ipv6"], scene.facts["gw", "port:Vlanif20", "ipv6_ra"]

    assert judge("ipv6_lan_prefix_coverage", scene).reason == "prefix_missing"


def test_user_networks_of_a_device_that_tells_no_addresses_are_unknown() -> None:
    scene = lan(["2001:da8:20::1/64"])
    scene.facts.clear()

    assert judge("ipv6_lan_prefix_coverage", scene).reason == "not_supported_by_device"


@pytest.mark.parametrize(
    ("status", "reason"), [("timeout", "table_unreadable"), ("unsupported", "not_supported_by_device")]
)
def test_adverts_that_are_not_told_are_unknown_for_the_reason_of_the_reading(
    status: str, reason: str
) -> None:
    scene = lan(["2001:da8:20::1/64"], None).fact("gw", "", "tables", {"ipv6_ra_interfaces": status})

    assert judge("ipv6_lan_prefix_coverage", scene).reason == reason


@pytest.mark.parametrize(("others", "reason"), [(False, "no_data"), (True, "gateway_unmanaged")])
def test_user_networks_of_a_device_never_read_say_so(others: bool, reason: str) -> None:
    scene = Scene(replace(CAMPUS, user_vlans=VLANS))
    if others:
        scene.polled("sw", (600, "ok"))

    assert judge("ipv6_lan_prefix_coverage", scene).reason == reason


DELEGATED = Params({"accept_delegated": True})


@pytest.mark.parametrize(
    ("lan", "params", "state"),
    [
        (["2001:da8:2::1/64"], DELEGATED, State.PASS),
        (["2001:da8:2::1/64"], DEFAULTS, State.FAIL),
        (["fd00::1/64"], DELEGATED, State.FAIL),
        ([], DELEGATED, State.FAIL),
    ],
)
def test_a_delegated_prefix_in_use_counts_where_the_plan_says_so(
    lan: list[str], params: Params, state: State
) -> None:
    vlan = UserVlan(name="教学", kind="teaching", device="gw", port="Vlanif10")
    scene = Scene(replace(CAMPUS, user_vlans=(vlan,))).polled("gw", (600, "ok"))
    scene.port("gw", "XGE0/0/1", ipv6=[]).port("gw", "Vlanif10", ipv6=lan)
    assert compute("ipv6_wan_address", Look(scene.snapshot()), scene.campus, params).state is state
