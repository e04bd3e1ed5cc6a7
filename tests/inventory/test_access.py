"""A1 and A2: the uplink port and the contract."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from snapshots import CAMPUS, WEEK, Scene

from inventory.facts import FactValue
from inventory.metrics.access import contract_bandwidth, port_speed
from inventory.metrics.compute import compute
from inventory.metrics.look import Look
from inventory.metrics.params import Params, ParamValue
from inventory.papers import Document
from inventory.register import Contract, Uplink
from inventory.verdict import PollCounts, State, Verdict


def a1(scene: Scene, **params: ParamValue) -> Verdict:
    return port_speed(Look(scene.snapshot()), scene.campus, Params(params))


def with_uplink(**changes: str) -> Scene:
    return Scene(replace(CAMPUS, uplinks=(replace(CAMPUS.uplinks[0], **changes),)))


def read_all_week(scene: Scene) -> Scene:
    return scene.polled("gw", (600, "ok"))


def test_the_week_of_the_worked_examples_holds_six_hundred_polls() -> None:
    assert len(WEEK) == 600


def test_a_port_up_at_10g_all_week_passes() -> None:
    verdict = a1(read_all_week(Scene()).port("gw", "XGE0/0/1"))

    assert (verdict.state, verdict.value) == (State.PASS, 10_000)
    assert verdict.polls == PollCounts(a=600, d=0, m=0)


def test_the_evidence_names_device_port_object_and_polls() -> None:
    verdict = a1(read_all_week(Scene()).port("gw", "XGE0/0/1"))

    (evidence,) = verdict.evidence
    assert (evidence.device, evidence.subject, evidence.what) == ("gw", "port:XGE0/0/1", "ifHighSpeed")
    assert (evidence.first, evidence.last, evidence.level) == (WEEK[0], WEEK[-1], "E3")


@pytest.mark.parametrize(
    ("facts", "reason"),
    [
        ({"speed_mbps": 1000}, "negotiated_1000"),
        ({"speed_mbps": 2500}, "below_speed"),
        ({"oper": "down"}, "uplink_down"),
        ({"oper": "lowerLayerDown", "speed_mbps": None}, "uplink_down"),
    ],
)
def test_a_slow_or_dead_port_fails_for_its_own_reason(facts: dict[str, FactValue], reason: str) -> None:
    verdict = a1(read_all_week(Scene()).port("gw", "XGE0/0/1", **facts))

    assert (verdict.state, verdict.reason) == (State.FAIL, reason)


@pytest.mark.parametrize("speed", [0, None])
def test_a_port_that_is_up_without_a_speed_is_unknown(speed: FactValue) -> None:
    verdict = a1(read_all_week(Scene()).port("gw", "XGE0/0/1", speed_mbps=speed))

    assert (verdict.state, verdict.reason, verdict.value) == (State.UNKNOWN, "speed_not_reported", None)


def test_a_state_that_the_device_itself_cannot_tell_is_unknown() -> None:
    verdict = a1(read_all_week(Scene()).port("gw", "XGE0/0/1", oper="unknown"))

    assert (verdict.state, verdict.reason, verdict.value) == (State.UNKNOWN, "not_supported_by_device", None)


def test_the_most_frequent_reason_among_the_false_polls_is_given() -> None:
    scene = read_all_week(Scene()).port("gw", "XGE0/0/1")
    scene.changed("gw", "port:XGE0/0/1", "oper", (400, "up"), (50, "down"), (150, "up"))
    scene.changed("gw", "port:XGE0/0/1", "speed_mbps", (450, 10_000), (150, 1000))

    verdict = a1(scene)

    assert verdict.polls == PollCounts(a=400, d=200, m=0)
    assert verdict.reason == "negotiated_1000"


def test_half_a_week_slow_gives_the_lower_middle_speed() -> None:
    scene = read_all_week(Scene()).port("gw", "XGE0/0/1")
    scene.changed("gw", "port:XGE0/0/1", "speed_mbps", (300, 10_000), (300, 1000))

    assert a1(scene).value == 1000


def test_one_poll_more_at_10g_than_at_1g_moves_the_median() -> None:
    scene = read_all_week(Scene()).port("gw", "XGE0/0/1")
    scene.changed("gw", "port:XGE0/0/1", "speed_mbps", (301, 10_000), (299, 1000))

    assert a1(scene).value == 10_000


def test_a_device_that_is_down_while_others_answer_fails() -> None:
    scene = Scene().port("gw", "XGE0/0/1").polled("gw", (500, "ok"), (100, "down"))

    verdict = a1(scene)

    assert (verdict.state, verdict.reason) == (State.FAIL, "device_down")


def test_missing_polls_are_gaps_and_not_failures() -> None:
    verdict = a1(Scene().port("gw", "XGE0/0/1").polled("gw", (500, "ok")))

    assert (verdict.state, verdict.reason) == (State.UNKNOWN, "low_coverage")
    assert verdict.polls == PollCounts(a=500, d=0, m=100)


def test_a_campus_that_sent_nothing_is_unknown_and_not_failed() -> None:
    verdict = a1(Scene())

    assert (verdict.state, verdict.reason, verdict.level) == (State.UNKNOWN, "no_data", "E0")


def test_a_gateway_that_nobody_reads_is_named_as_the_cause() -> None:
    verdict = a1(Scene().polled("sw", (600, "ok")))

    assert (verdict.state, verdict.reason) == (State.UNKNOWN, "gateway_unmanaged")


def test_a_campus_without_a_declared_uplink_is_unknown() -> None:
    verdict = a1(Scene(replace(CAMPUS, uplinks=())))

    assert (verdict.state, verdict.reason) == (State.UNKNOWN, "uplink_not_declared")


def test_a_declared_port_that_the_device_lacks_is_unknown() -> None:
    verdict = a1(read_all_week(Scene()).port("gw", "XGE0/0/9"))

    assert (verdict.state, verdict.reason) == (State.UNKNOWN, "uplink_port_not_found")


def test_a_lack_of_ports_after_an_unfinished_reading_is_blamed_on_the_reading() -> None:
    scene = read_all_week(Scene()).fact("gw", "", "tables", {"interfaces": "timeout"})

    assert a1(scene).reason == "table_unreadable"


@pytest.mark.parametrize(
    "declared", ["Ten-GigabitEthernet1/0/49", "ten-gigabitethernet1/0/49", "XGE1/0/49", "Te 1/0/49"]
)
def test_a_port_is_found_by_its_short_and_long_names(declared: str) -> None:
    scene = with_uplink(port=declared).port("gw", "Ten-GigabitEthernet1/0/49").polled("gw", (600, "ok"))

    assert a1(scene).state is State.PASS


def test_a_port_is_found_by_its_ifdescr() -> None:
    scene = with_uplink(port="to-county").port("gw", "eth7", descr="to-county").polled("gw", (600, "ok"))

    assert a1(scene).state is State.PASS


def test_two_ports_of_one_short_form_are_not_guessed_between() -> None:
    scene = with_uplink(port="te1/1").polled("gw", (600, "ok"))
    scene.port("gw", "TenGigabitEthernet1/1").port("gw", "XGE1/1")

    assert a1(scene).reason == "uplink_port_not_found"


def test_a_shared_access_medium_fails_whatever_the_port_says() -> None:
    verdict = a1(read_all_week(with_uplink(medium="pon")).port("gw", "XGE0/0/1"))

    assert (verdict.state, verdict.reason) == (State.FAIL, "shared_medium")


def test_a_county_may_allow_a_shared_medium() -> None:
    scene = read_all_week(with_uplink(medium="pon")).port("gw", "XGE0/0/1")

    assert a1(scene, allow_shared_medium=True).state is State.PASS


def aggregate(*members: dict[str, FactValue]) -> Scene:
    scene = with_uplink(port="Eth-Trunk1").polled("gw", (600, "ok"))
    scene.port("gw", "Eth-Trunk1", type=161, speed_mbps=0)
    for n, member in enumerate(members):
        scene.port("gw", f"XGE0/0/{n}", lag="Eth-Trunk1", **member)
    return scene


def test_two_10g_members_with_one_down_still_pass() -> None:
    verdict = a1(aggregate({}, {"oper": "down"}))

    assert (verdict.state, verdict.value) == (State.PASS, 10_000)


def test_two_10g_members_add_up() -> None:
    assert a1(aggregate({}, {})).value == 20_000


def test_ten_1g_members_are_not_10g() -> None:
    verdict = a1(aggregate(*[{"speed_mbps": 1000}] * 10))

    assert (verdict.state, verdict.reason, verdict.value) == (State.FAIL, "lag_member_1g", 0)
    assert verdict.evidence[0].value == "10x1000"


def test_an_aggregate_without_a_live_member_is_down() -> None:
    assert a1(aggregate({"oper": "down"}, {"oper": "down"})).reason == "uplink_down"


def test_an_aggregate_whose_members_are_not_told_is_unknown() -> None:
    verdict = a1(aggregate())

    assert (verdict.state, verdict.reason) == (State.UNKNOWN, "not_supported_by_device")


def test_a_member_without_a_speed_leaves_the_aggregate_open() -> None:
    assert a1(aggregate({"speed_mbps": None})).reason == "speed_not_reported"


def test_a_member_that_leaves_the_aggregate_no_longer_counts() -> None:
    scene = aggregate({})
    scene.changed("gw", "port:XGE0/0/0", "lag", (300, "Eth-Trunk1"), (300, None))

    assert a1(scene).polls == PollCounts(a=300, d=300, m=0)


def test_a_second_uplink_carries_the_campus_while_the_first_is_down() -> None:
    campus = replace(CAMPUS, uplinks=(*CAMPUS.uplinks, Uplink(device="sw", port="XGE0/0/1")))
    scene = Scene(campus).polled("gw", (600, "ok")).polled("sw", (600, "ok"))
    scene.port("gw", "XGE0/0/1").port("sw", "XGE0/0/1")
    scene.changed("gw", "port:XGE0/0/1", "oper", (300, "up"), (300, "down"))
    scene.changed("sw", "port:XGE0/0/1", "oper", (290, "down"), (310, "up"))

    verdict = a1(scene)

    assert verdict.polls == PollCounts(a=600, d=0, m=0)


def test_an_unread_second_uplink_keeps_a_dead_first_from_failing_the_campus() -> None:
    campus = replace(CAMPUS, uplinks=(*CAMPUS.uplinks, Uplink(device="sw", port="XGE0/0/1")))
    scene = Scene(campus).polled("gw", (600, "ok")).port("gw", "XGE0/0/1", oper="down")

    assert a1(scene).state is State.UNKNOWN


@pytest.mark.parametrize("shown", [True, False])
def test_a_routed_interface_beside_the_port_does_not_disturb_it(shown: bool) -> None:
    campus = replace(CAMPUS, uplinks=(*CAMPUS.uplinks, Uplink(device="gw", port="Vlanif100")))
    scene = read_all_week(Scene(campus)).port("gw", "XGE0/0/1", speed_mbps=1000)
    if shown:
        scene.port("gw", "Vlanif100", type=53, speed_mbps=10_000)

    verdict = a1(scene)

    assert (verdict.state, verdict.reason) == (State.FAIL, "negotiated_1000")


def test_a_routed_interface_alone_proves_no_speed() -> None:
    scene = read_all_week(with_uplink(port="Vlanif100")).port("gw", "Vlanif100", type=136)

    assert a1(scene).reason == "uplink_port_logical"


def test_a_county_that_asks_for_1g_takes_1g() -> None:
    scene = read_all_week(Scene()).port("gw", "XGE0/0/1", speed_mbps=1000)

    verdict = port_speed(
        Look(scene.snapshot()), scene.campus, Params({"min_port_mbps": 1000}, {"min_port_mbps": "standard"})
    )

    assert (verdict.state, verdict.threshold, verdict.origin) == (State.PASS, 1000, "standard")


# Contracts

ACCEPTED = Contract(down_mbps=10_000, up_mbps=10_000, start=date(2026, 1, 1), end=date(2026, 12, 31))
ACCEPTED = replace(ACCEPTED, evidence="accepted")


def a2(*contracts: Contract, **params: ParamValue) -> Verdict:
    campus = replace(CAMPUS, contracts=contracts)
    scene = read_all_week(Scene(campus)).port("gw", "XGE0/0/1")
    return contract_bandwidth(Look(scene.snapshot()), campus, Params(params))


def test_an_accepted_contract_of_10g_passes() -> None:
    verdict = a2(ACCEPTED)

    assert (verdict.state, verdict.value, verdict.level) == (State.PASS, 10_000, "E2")


@pytest.mark.parametrize(
    ("change", "state", "reason"),
    [
        ({"evidence": "claimed"}, State.UNKNOWN, "evidence_unreviewed"),
        ({"evidence": "none"}, State.UNKNOWN, "evidence_unreviewed"),
        ({"evidence": "rejected"}, State.UNKNOWN, "contract_missing"),
        ({"network": "internet"}, State.UNKNOWN, "contract_missing"),
        ({"down_mbps": 1000}, State.FAIL, "contract_below"),
        ({"up_mbps": 1000}, State.FAIL, "contract_below"),
        ({"up_mbps": None}, State.UNKNOWN, "contract_missing"),
        ({"start": date(2026, 10, 1)}, State.UNKNOWN, "contract_missing"),
        ({"end": date(2026, 8, 30)}, State.UNKNOWN, "contract_expired"),
        ({"end": date(2026, 7, 30)}, State.FAIL, "contract_expired"),
    ],
)
def test_a_contract_that_proves_nothing_says_why(
    change: dict[str, object], state: State, reason: str
) -> None:
    verdict = a2(replace(ACCEPTED, **change))  # type: ignore[arg-type]

    assert (verdict.state, verdict.reason) == (state, reason)


@pytest.mark.parametrize(
    ("review", "own_word", "state"),
    [
        ("accepted", "none", State.PASS),
        ("claimed", "accepted", State.UNKNOWN),
        ("rejected", "accepted", State.UNKNOWN),
    ],
)
def test_where_a_contract_names_its_document_the_review_of_that_decides(
    review: str, own_word: str, state: State
) -> None:
    contract = replace(ACCEPTED, evidence=own_word, document="d1")
    campus = replace(CAMPUS, contracts=(contract,))
    scene = read_all_week(Scene(campus)).port("gw", "XGE0/0/1")
    snapshot = scene.snapshot(documents=(Document(id="d1", review=review),))

    assert contract_bandwidth(Look(snapshot), campus, Params()).state is state


def test_contracts_add_up() -> None:
    half = replace(ACCEPTED, down_mbps=5000, up_mbps=5000)

    assert a2(half, half).state is State.PASS


def test_an_unreviewed_contract_that_could_not_lift_the_sum_does_not_keep_it_open() -> None:
    small = replace(ACCEPTED, down_mbps=1000, up_mbps=1000)

    assert a2(small, replace(small, evidence="claimed")).reason == "contract_below"


def test_a_leased_fibre_carries_what_its_port_is_lit_with() -> None:
    verdict = a2(Contract(kind="dark_fibre", evidence="accepted"))

    assert (verdict.metric, verdict.state, verdict.value) == (
        "access_contract_bandwidth_10g",
        State.PASS,
        10_000,
    )


def a4(*contracts: Contract, basis: tuple[str, ...]) -> Verdict:
    campus = replace(CAMPUS, contracts=contracts)
    scene = read_all_week(Scene(campus)).port("gw", "XGE0/0/1")
    return compute("access_10g_composite", Look(scene.snapshot()), campus, Params({"basis": basis}))


@pytest.mark.parametrize(("basis", "state"), [(("port",), State.PASS), (("port", "contract"), State.FAIL)])
def test_a_1g_lease_on_a_10g_port_is_judged_by_the_basis_of_the_plan(
    basis: tuple[str, ...], state: State
) -> None:
    small = replace(ACCEPTED, down_mbps=1000, up_mbps=1000)

    assert a4(small, basis=basis).state is state


def test_throughput_in_the_basis_is_unknown_as_nobody_tests_it() -> None:
    assert a4(ACCEPTED, basis=("port", "throughput")).reason == "no_probe"
