"""A1 and A2: the uplink port and the contract."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from snapshots import CAMPUS, WEEK, Scene

from inventory.facts import FactValue
from inventory.metrics.access import contract_bandwidth, port_speed
from inventory.metrics.compute import compute
from inventory.metrics.look import Look
from inventory.metrics.params import Params, ParamValue
from inventory.papers import Document
from inventory.register import Contract, Maintenance, Uplink
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
        ({"evidence": "none"}, State.UNKNOWN, "evidence_missing"),
        ({"evidence": "rejected"}, State.UNKNOWN, "evidence_rejected"),
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
    assert a4(ACCEPTED, basis=("port", "throughput")).reason == "no_test_node"


A1, A2, A3 = "access_port_speed_10g", "access_contract_bandwidth_10g", "access_throughput_ratio"


@pytest.mark.parametrize(
    ("basis", "legs", "also"),
    [
        (("port",), [A1], [A2, A3]),
        (("port", "contract"), [A1, A2], [A3]),
        (("contract",), [A2], [A1, A3]),
        (("port", "contract", "throughput"), [A1, A2, A3], []),
    ],
)
def test_all_three_values_stand_by_the_composite_whatever_decides(
    basis: tuple[str, ...], legs: list[str], also: list[str]
) -> None:
    verdict = a4(ACCEPTED, basis=basis)

    assert [leg.metric for leg in verdict.legs] == legs
    assert [other.metric for other in verdict.also] == also


def test_what_stands_beside_the_composite_decides_nothing() -> None:
    small = replace(ACCEPTED, down_mbps=1000, up_mbps=1000)

    verdict = a4(small, basis=("port",))

    assert verdict.state is State.PASS
    assert [(other.state, other.value) for other in verdict.also] == [
        (State.FAIL, 1000),
        (State.UNKNOWN, None),
    ]


def test_a_target_may_name_other_metrics_to_be_printed_beside_it() -> None:
    scene = read_all_week(Scene()).port("gw", "XGE0/0/1")
    params = Params({"also": (A2, "ipv6_wan_address", A1, "county_core_10g")})

    verdict = compute(A1, Look(scene.snapshot()), scene.campus, params)

    assert [other.metric for other in verdict.also] == [A2, "ipv6_wan_address"]
    assert verdict.state is State.PASS


# Documents decide what a contract is worth

PAPER = Document(id="d1", kind="contract", review="accepted", issued_on=date(2026, 1, 5))
NAMED = replace(ACCEPTED, document="d1", evidence="none", circuit="c-7")


def a2_with(contract: Contract, *documents: Document, **params: ParamValue) -> Verdict:
    scene = read_all_week(Scene(replace(CAMPUS, contracts=(contract,)))).port("gw", "XGE0/0/1")
    snapshot = scene.snapshot(documents=documents)
    return contract_bandwidth(Look(snapshot), scene.campus, Params(params))


@pytest.mark.parametrize(
    ("change", "state", "reason", "level"),
    [
        ({}, State.PASS, "", "E2"),
        ({"review": "claimed"}, State.UNKNOWN, "evidence_unreviewed", "E1"),
        ({"review": "rejected"}, State.UNKNOWN, "evidence_rejected", "E0"),
        ({"review": "none"}, State.UNKNOWN, "evidence_missing", "E0"),
        ({"valid_until": date(2026, 9, 17)}, State.UNKNOWN, "evidence_expired", "E0"),
        ({"valid_until": date(2026, 9, 18)}, State.PASS, "", "E2"),
        ({"issued_on": date(2026, 9, 19)}, State.UNKNOWN, "evidence_missing", "E0"),
        ({"id": "other"}, State.UNKNOWN, "evidence_missing", "E0"),
    ],
)
def test_the_document_decides_and_not_the_rows_own_word(
    change: dict[str, object], state: State, reason: str, level: str
) -> None:
    verdict = a2_with(NAMED, replace(PAPER, **change))  # type: ignore[arg-type]

    assert (verdict.state, verdict.reason, verdict.evidence[0].level) == (state, reason, level)


def test_the_evidence_of_a_contract_is_its_document_with_its_day() -> None:
    (evidence,) = a2_with(NAMED, PAPER).evidence

    assert (evidence.document, evidence.day, evidence.subject) == ("d1", date(2026, 1, 5), "c-7")
    assert evidence.value == "leased_bandwidth 10000 Mbit/s 2026-01-01..2026-12-31"


@pytest.mark.parametrize(
    ("end", "warn_days", "warned"),
    [
        # Today is 2026-09-18; sixty days on it is 2026-11-17.
        (date(2026, 11, 17), None, True),
        (date(2026, 11, 18), None, False),
        (date(2026, 9, 18), None, True),
        (date(2026, 11, 18), 61, True),
        (None, None, False),
    ],
)
def test_a_contract_that_ends_soon_is_warned_of_and_still_passes(
    end: date | None, warn_days: int | None, *, warned: bool
) -> None:
    params = {} if warn_days is None else {"warn_days": warn_days}

    verdict = a2(replace(ACCEPTED, end=end), **params)

    assert verdict.state is State.PASS
    assert [e.day for e in verdict.evidence if e.value == "contract_ends_soon"] == [end] * warned


def test_a_fibre_of_ones_own_says_so_where_it_passes_and_what_is_wrong_where_it_does_not() -> None:
    campus = replace(CAMPUS, contracts=(Contract(kind="owned_fibre", evidence="accepted"),))
    fine = read_all_week(Scene(campus)).port("gw", "XGE0/0/1")
    slow = read_all_week(Scene(campus)).port("gw", "XGE0/0/1", speed_mbps=1000)

    found = [contract_bandwidth(Look(scene.snapshot()), campus, Params()) for scene in (fine, slow)]

    assert [(v.state, v.reason, v.value) for v in found] == [
        (State.PASS, "fibre_owned", 10_000),
        (State.FAIL, "negotiated_1000", 1000),
    ]


# What does not count


def test_polls_in_announced_work_at_the_gateway_do_not_count() -> None:
    work = Maintenance(start=WEEK[500], end=WEEK[560], device="gw")
    campus = replace(CAMPUS, maintenance=(work,))
    scene = Scene(campus).port("gw", "XGE0/0/1").polled("gw", (500, "ok"), (60, "down"), (40, "ok"))

    verdict = a1(scene)

    assert (verdict.state, verdict.polls) == (State.PASS, PollCounts(a=540, d=0, m=0))


def test_announced_work_at_the_whole_campus_leaves_the_window() -> None:
    campus = replace(CAMPUS, maintenance=(Maintenance(start=WEEK[0], end=WEEK[120]),))
    scene = Scene(campus).port("gw", "XGE0/0/1").polled("gw", (120, "down"), (480, "ok"))

    assert a1(scene).polls == PollCounts(a=480, d=0, m=0)


@pytest.mark.parametrize(
    ("medium", "state", "reason"),
    [("dark_fibre", State.PASS, ""), ("p2p_ethernet", State.UNKNOWN, "far_end_port")],
)
def test_the_far_ends_port_counts_only_through_dark_fibre(medium: str, state: State, reason: str) -> None:
    campus = replace(CAMPUS, uplinks=(Uplink(device="county-core", port="XGE1/0/1", medium=medium),))
    scene = Scene(campus).port("county-core", "XGE1/0/1").polled("county-core", (600, "ok"))

    verdict = a1(scene)

    assert (verdict.state, verdict.reason) == (state, reason)


# Properties


RUNS = st.lists(st.tuples(st.integers(1, 60), st.sampled_from(["ok", "down", "gap"])), max_size=12)


def outcomes(runs: list[tuple[int, str]]) -> list[str]:
    found = [outcome for n, outcome in runs for _ in range(n)][:600]
    return found + ["gap"] * (600 - len(found))


def judged(found: list[str]) -> Verdict:
    scene = Scene().port("gw", "XGE0/0/1")
    scene.polls["gw"] = dict(zip(WEEK, found, strict=True))  # type: ignore[arg-type]
    return a1(scene)


@given(RUNS, st.integers(0, 599), st.integers(1, 300))
def test_more_good_polls_never_turn_a_pass_into_a_fail(
    runs: list[tuple[int, str]], start: int, length: int
) -> None:
    before = outcomes(runs)
    after = [*before[:start], *["ok"] * min(length, 600 - start), *before[start + length :]]

    assert not (judged(before).state is State.PASS and judged(after).state is not State.PASS)


@given(RUNS)
def test_a_gap_never_counts_as_a_pass(runs: list[tuple[int, str]]) -> None:
    verdict = judged(outcomes(runs))

    if verdict.state is State.PASS:
        assert verdict.polls is not None
        assert verdict.polls.a * 100 >= 95 * (verdict.polls.a + verdict.polls.d)
        assert (verdict.polls.a + verdict.polls.d) * 100 >= 90 * 600


@given(RUNS, st.randoms(use_true_random=False))
def test_the_order_in_which_polls_arrive_does_not_matter(
    runs: list[tuple[int, str]], chance: random.Random
) -> None:
    pairs = list(zip(WEEK, outcomes(runs), strict=True))
    mixed = list(pairs)
    chance.shuffle(mixed)
    scenes = [Scene().port("gw", "XGE0/0/1") for _ in range(2)]
    for scene, order in zip(scenes, (pairs, mixed), strict=True):
        scene.polls["gw"] = dict(order)  # type: ignore[arg-type]

    assert a1(scenes[0]) == a1(scenes[1])
