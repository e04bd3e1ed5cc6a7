"""D4, D5 and D6: how modern the access points are, how full, and on which bands."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from snapshots import CAMPUS, GATEWAY, LONG_AGO, WEEK, Scene

from inventory.metrics.compute import compute
from inventory.metrics.look import Look
from inventory.metrics.params import DEFAULTS, Params, ParamValue
from inventory.register import Calendar, Device
from inventory.snapshot import Span
from inventory.verdict import State, UnitCounts, Verdict

AC = Device(id="ac", role="wlan_controller")
D4, D5, D6 = "wifi_generation_share", "wifi_client_density", "wifi_5ghz_share"
QUARTERS = WEEK[::3]
"""Slots in which the radios are read: four an hour."""


def aps(n: int) -> tuple[Device, ...]:
    return tuple(
        Device(id=f"ap{i}", role="ap", name=f"AP-{i}", mac=f"02:00:00:00:00:{i:02x}", controller="ac")
        for i in range(n)
    )


def scene(n: int, *others: Device) -> Scene:
    """A controller that answered all week and lists so many access points, all online."""
    made = Scene(replace(CAMPUS, devices=(GATEWAY, AC, *aps(n), *others)))
    made.polled("ac", (600, "ok")).polled("gw", (600, "ok"))
    for i in range(n):
        made.fact("ac", at(i), "mac", f"02:00:00:00:00:{i:02x}").fact("ac", at(i), "state", "online")
    return made


def at(i: int) -> str:
    return f"ap:02:00:00:00:00:{i:02x}"


def judge(metric: str, made: Scene, **values: ParamValue) -> Verdict:
    params = Params(values) if values else DEFAULTS
    return compute(metric, Look(made.snapshot()), made.campus, params)


# D4


def generations(*found: int | None) -> Scene:
    made = scene(len(found))
    for i, generation in enumerate(found):
        if generation is not None:
            made.fact("ac", at(i), "generation", generation)
    return made


@pytest.mark.parametrize(
    ("found", "state", "reason"),
    [
        ((6, 6, 6, 6, 5), State.PASS, ""),
        ((7, 6, 6, 5, 5), State.FAIL, "generation_old"),
        ((6, 6, 6, 6, None), State.PASS, ""),
        ((6, 6, 6, 5, None), State.UNKNOWN, "model_unknown"),
        ((6, 6, 5, 5, None), State.FAIL, "generation_old"),
        ((None, None), State.UNKNOWN, "model_unknown"),
        ((4,), State.FAIL, "generation_old"),
    ],
)
def test_the_share_of_new_access_points_is_judged_by_its_bounds(
    found: tuple[int | None, ...], state: State, reason: str
) -> None:
    verdict = judge(D4, generations(*found), limit=0.8)

    assert (verdict.state, verdict.reason) == (state, reason)


def test_the_share_of_new_access_points_is_for_information_where_no_limit_is_set() -> None:
    verdict = judge(D4, generations(6, 5, 7, 4))

    assert (verdict.state, verdict.reason, verdict.value) == (State.NA, "info_only", 0.5)
    assert [(e.subject, e.value) for e in verdict.evidence] == [(at(1), "Wi-Fi 5"), (at(3), "Wi-Fi 4")]


def test_a_county_may_ask_for_wifi_7() -> None:
    assert judge(D4, generations(7, 6), limit=1, min_generation=7).state is State.FAIL


def test_the_model_in_the_register_tells_where_the_controller_does_not() -> None:
    made = scene(0, Device(id="x", role="ap", model="AirEngine5760-10", controller="ac"))

    verdict = judge(D4, made, limit=0.8)

    assert (verdict.state, verdict.level) == (State.PASS, "E1")


def test_the_controllers_word_goes_before_the_registers_model() -> None:
    made = scene(0, replace(aps(1)[0], model="AirEngine5760-10"))
    made.fact("ac", at(0), "mac", "02:00:00:00:00:00").fact("ac", at(0), "generation", 5)

    assert judge(D4, made, limit=0.8).reason == "generation_old"


def test_a_model_is_read_as_one_of_its_controllers_maker() -> None:
    made = scene(0, Device(id="x", role="ap", model="AirEngine5760-10", controller="ac"))
    made.fact("ac", "", "vendor", "Ruijie")

    assert judge(D4, made, limit=0.8).reason == "model_unknown"


def test_a_controller_that_has_been_silent_for_ten_days_says_nothing_of_models() -> None:
    made = generations(6)
    made.as_of += 10 * 86400

    assert judge(D4, made, limit=0.8).reason == "model_unknown"


def test_an_access_point_that_is_read_by_itself_tells_its_own_generation() -> None:
    made = scene(0, Device(id="fat", role="ap")).polled("fat", (600, "ok"))
    made.fact("fat", "ap:whatever", "generation", 6)

    assert judge(D4, made, limit=0.8).units == UnitCounts(p=1, f=0, u=0)


def test_no_access_points_in_the_register_tell_no_share() -> None:
    assert judge(D4, scene(0), limit=0.8).reason == "ap_register_empty"


@given(st.lists(st.sampled_from([None, 4, 5, 6, 7]), min_size=1, max_size=12), st.integers(0, 100))
@settings(max_examples=60, deadline=None)
def test_what_unknown_models_turn_out_to_be_never_changes_a_verdict(
    found: list[int | None], limit: int
) -> None:
    verdict = judge(D4, generations(*found), limit=limit / 100)

    worst = judge(D4, generations(*[4 if g is None else g for g in found]), limit=limit / 100)
    best = judge(D4, generations(*[7 if g is None else g for g in found]), limit=limit / 100)
    states = {worst.state, best.state}
    assert verdict.state is (states.pop() if len(states) == 1 else State.UNKNOWN)
    assert (verdict.low_bp, verdict.high_bp) == (worst.low_bp, best.low_bp)


# D5


def crowded(*over: int, told: int = 600) -> Scene:
    """Access points with 61 stations in so many polls, and 60 in the others that are told."""
    made = scene(len(over))
    for i, n in enumerate(over):
        clients = [61] * n + [60] * (told - n)
        made.samples["ac", at(i), "clients"] = list(zip(WEEK, clients, strict=False))
    return made


@pytest.mark.parametrize(
    ("over", "told", "state", "reason"),
    [
        (0, 600, State.PASS, ""),
        (30, 600, State.PASS, ""),  # the 95th percentile is still 60
        (31, 600, State.FAIL, "ap_crowded"),
        (0, 360, State.PASS, ""),
        (0, 359, State.UNKNOWN, "too_few_samples"),
        (31, 100, State.FAIL, "ap_crowded"),  # too many already
        (19, 360, State.FAIL, "ap_crowded"),
        (18, 360, State.PASS, ""),
        (0, 0, State.UNKNOWN, "too_few_samples"),
    ],
)
def test_an_access_point_is_full_by_its_95th_percentile(
    over: int, told: int, state: State, reason: str
) -> None:
    verdict = judge(D5, crowded(over, told=told))

    assert (verdict.state, verdict.reason) == (state, reason)


def test_one_full_access_point_of_twenty_is_just_enough() -> None:
    assert judge(D5, crowded(*[0] * 19, 600)).state is State.PASS
    assert judge(D5, crowded(*[0] * 18, 600)).state is State.FAIL


def test_the_evidence_names_the_full_access_point_and_how_full() -> None:
    (evidence,) = judge(D5, crowded(0, 600, 0)).evidence

    assert (evidence.device, evidence.subject, evidence.value) == ("ac", at(1), "61")
    assert evidence.counts is not None
    assert (evidence.counts.a, evidence.counts.d) == (0, 600)


def test_a_county_may_ask_for_fewer_stations() -> None:
    assert judge(D5, crowded(0), max_clients=59).state is State.FAIL


def test_stations_outside_school_hours_fill_nothing() -> None:
    made = crowded(0)
    nights = [(slot + 12 * 3600, 500) for slot in WEEK[:100]]
    made.samples["ac", at(0), "clients"] = sorted([*made.samples["ac", at(0), "clients"], *nights])

    assert judge(D5, made).state is State.PASS


def test_empty_hours_of_a_dead_access_point_do_not_thin_out_its_stations() -> None:
    made = scene(1)
    made.changed("ac", at(0), "state", (100, "online"), (500, "offline"))
    made.samples["ac", at(0), "clients"] = [(s, 90 if n < 100 else 0) for n, s in enumerate(WEEK)]

    assert judge(D5, made).reason == "ap_crowded"


def test_an_access_point_that_was_offline_all_the_time_is_neither_full_nor_free() -> None:
    made = crowded(0)
    made.fact("ac", at(0), "state", "offline")

    assert (judge(D5, made).state, judge(D5, made).reason) == (State.UNKNOWN, "ap_offline")


def test_a_controller_that_nobody_reads_tells_no_stations() -> None:
    made = crowded(0)
    made.polls.pop("ac")

    assert (judge(D5, made).reason, judge(D5, made).level) == ("controller_unreadable", "E0")


def test_stations_are_counted_on_the_last_five_school_days_that_are_over() -> None:
    made = crowded(31)  # all on Monday
    made.as_of -= 6 * 3600  # Friday 14:00: not over, so the Friday before is the fifth

    assert judge(D5, made).reason == "ap_crowded"  # 31 of 480 polls that told
    assert judge(D5, made).window == (WEEK[0] - 3 * 86400, WEEK[479] + 300)
    assert judge(D5, made, days=3).state is State.PASS  # Tuesday to Thursday


def test_a_long_holiday_tells_nothing_of_stations() -> None:
    made = crowded(0)
    made.calendar = Calendar(
        holidays=frozenset(date.fromordinal(date(2026, 7, 1).toordinal() + n) for n in range(90))
    )

    assert judge(D5, made).reason == "holiday"


def test_no_access_points_in_the_register_tell_no_density() -> None:
    assert judge(D5, scene(0)).reason == "ap_register_empty"


@given(st.lists(st.tuples(st.integers(0, 600), st.integers(0, 600)), min_size=1, max_size=4))
@settings(max_examples=40, deadline=None)
def test_polls_that_come_in_late_never_turn_a_density_around(rows: list[tuple[int, int]]) -> None:
    made = scene(len(rows))
    for i, (told, over) in enumerate(rows):
        made.samples["ac", at(i), "clients"] = [(s, 61 if n < over else 9) for n, s in enumerate(WEEK[:told])]

    verdict = judge(D5, made)

    assert verdict.units is not None
    units = verdict.units
    assert units.n == len(rows)
    assert (verdict.low_bp, verdict.high_bp) == (
        units.p * 10_000 // units.n,
        (units.p + units.u) * 10_000 // units.n,
    )
    for i, (told, over) in enumerate(rows):
        if told < 360 and over < 31:
            assert units.u > 0, (i, told)


# D6


Told = tuple[int | None, int | None, int | None, int | None]


def on_bands(*rows: Told, slots: list[int] = QUARTERS) -> Scene:
    """Access points with so many stations on 2.4, 5 and 6 GHz and in all; None: not told."""
    made = scene(len(rows))
    for i, row in enumerate(rows):
        for key, n in zip(("clients_2g4", "clients_5g", "clients_6g"), row, strict=False):
            if n is not None:
                made.samples["ac", at(i), key] = [(slot, n) for slot in slots]
        if row[3] is not None:
            made.samples["ac", at(i), "clients"] = [(slot, row[3]) for slot in WEEK]
    return made


@pytest.mark.parametrize(
    ("rows", "state", "reason", "bounds"),
    [
        ([(3, 7, None, 10)], State.PASS, "", (7000, 7000)),
        ([(4, 6, None, 10)], State.FAIL, "band_low", (6000, 6000)),
        ([(3, 4, 3, 10)], State.PASS, "", (7000, 7000)),  # 6 GHz counts
        ([(3, 7, None, None)], State.PASS, "", (7000, 7000)),
        ([(30, 0, None, 30), (0, 70, None, 70)], State.PASS, "", (7000, 7000)),
        ([(3, 7, None, 20)], State.UNKNOWN, "radio_unknown", (3500, 8500)),
        ([(3, 60, None, 66)], State.PASS, "", (9090, 9545)),
        ([(60, 3, None, 66)], State.FAIL, "band_low", (454, 909)),
        ([(0, 0, None, 0)], State.UNKNOWN, "too_few_clients", (None, None)),
        ([(None, None, None, 10)], State.UNKNOWN, "radio_unknown", (None, None)),
        ([(5, None, None, 5)], State.FAIL, "band_low", (0, 0)),
        ([(3, 7, None, 4)], State.PASS, "", (7000, 7000)),  # the counts were not of one moment
    ],
)
def test_the_share_of_5_ghz_is_judged_by_its_bounds(
    rows: list[Told],
    state: State,
    reason: str,
    bounds: tuple[int | None, int | None],
) -> None:
    verdict = judge(D6, on_bands(*rows), limit=0.7)

    assert (verdict.state, verdict.reason) == (state, reason)
    assert (verdict.low_bp, verdict.high_bp) == bounds


def test_the_share_of_5_ghz_is_for_information_where_no_limit_is_set() -> None:
    verdict = judge(D6, on_bands((6, 4, None, 10), (1, 9, None, 10)))

    assert (verdict.state, verdict.reason, verdict.value) == (State.NA, "info_only", 0.65)
    assert [(e.subject, e.value) for e in verdict.evidence] == [(at(0), "4.0/10.0")]


def test_stations_of_an_access_point_that_tells_no_bands_keep_the_bounds_apart() -> None:
    verdict = judge(
        D6, on_bands((0, 10, None, 10), (0, 10, None, 10), (None, None, None, 20)), limit=0.6, min_samples=0.6
    )

    assert (verdict.state, verdict.low_bp, verdict.high_bp) == (State.UNKNOWN, 5000, 10_000)
    assert [e.value for e in verdict.evidence] == ["radio_unknown"]


def test_too_few_hours_of_radios_decide_nothing() -> None:
    verdict = judge(D6, on_bands((0, 10, None, 10), slots=QUARTERS[:100]), limit=0.5)

    assert (verdict.state, verdict.reason) == (State.UNKNOWN, "too_few_samples")


def test_hours_in_which_an_access_point_was_offline_need_no_reading() -> None:
    made = on_bands((0, 10, None, 10), slots=QUARTERS[:100])
    made.changed("ac", at(0), "state", (300, "online"), (300, "offline"))
    made.samples["ac", at(0), "clients"] = [(slot, 10) for slot in WEEK[:300]]

    assert judge(D6, made, limit=0.5).state is State.PASS


def test_the_controllers_own_count_by_band_stands_for_access_points_that_tell_none() -> None:
    made = on_bands((None, None, None, 10), (None, None, None, 10))
    made.samples["ac", "", "clients_2g4"] = [(slot, 2) for slot in QUARTERS]
    made.samples["ac", "", "clients_5g"] = [(slot, 18) for slot in QUARTERS]

    verdict = judge(D6, made, limit=0.7)

    assert (verdict.state, verdict.value) == (State.PASS, 0.9)


def test_a_controller_of_two_campuses_does_not_speak_for_one() -> None:
    made = on_bands((None, None, None, 10))
    made.samples["ac", "", "clients_5g"] = [(slot, 18) for slot in QUARTERS]
    other = replace(CAMPUS, id="2133000001-02", devices=(Device(id="far", role="ap", controller="ac"),))
    snapshot = made.snapshot()
    both = replace(snapshot, school=replace(snapshot.school, campuses=(made.campus, other)))

    assert compute(D6, Look(both), made.campus, Params({"limit": 0.7})).reason == "radio_unknown"


def test_nights_count_for_no_band() -> None:
    made = on_bands((1, 9, None, 10))
    nights = [(slot + 12 * 3600, 500) for slot in QUARTERS]
    made.samples["ac", at(0), "clients_2g4"] = sorted([*made.samples["ac", at(0), "clients_2g4"], *nights])

    assert judge(D6, made, limit=0.7).value == 0.9


def test_no_access_points_in_the_register_tell_no_bands() -> None:
    assert judge(D6, scene(0), limit=0.7).reason == "ap_register_empty"


def test_an_access_point_found_by_an_old_name_keeps_its_samples() -> None:
    made = on_bands((1, 9, None, 10))
    made.facts["ac", at(0), "mac"] = (Span(LONG_AGO, WEEK[0], "02:00:00:00:00:00"), Span(WEEK[0], None, "x"))

    assert judge(D6, made, limit=0.7).state is State.PASS


COUNTS = st.tuples(st.integers(0, 40), st.integers(0, 40), st.integers(0, 40), st.integers(0, 40))


@given(st.lists(COUNTS, min_size=1, max_size=4), st.integers(1, 100))
@settings(max_examples=40, deadline=None)
def test_stations_on_nobody_knows_which_band_never_help_to_pass(
    rows: list[tuple[int, int, int, int]], limit: int
) -> None:
    told = [(low, high, above, low + high + above + other) for low, high, above, other in rows]

    verdict = judge(D6, on_bands(*told), limit=limit / 100)

    low = sum(row[1] + row[2] for row in told)
    whole = sum(row[3] for row in told)
    other = sum(row[3] for row in rows)
    known = whole - other
    if not known:
        assert verdict.state is State.UNKNOWN
        return
    assert (verdict.low_bp, verdict.high_bp) == (low * 10_000 // whole, (low + other) * 10_000 // whole)
    if verdict.state is State.PASS:
        assert low * 100 >= limit * whole
    if verdict.state is State.FAIL:
        assert (low + other) * 100 < limit * whole
