"""Rates from counters: every number worked out by hand, and what has to be left out."""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil

import pytest
from hypothesis import given
from hypothesis import strategies as st
from snapshots import CAMPUS, WEEK, Scene

from inventory.metrics.flow import IN, counter_rates, elapsed_s, rates, summed
from inventory.metrics.look import Look
from inventory.rules import percentile

T0 = WEEK[0]
STEP = 300
PORT = "port:XGE0/0/1"
GIGABIT_FOR_A_SLOT = 37_500_000_000
"""Octets of 1 Gbit/s for 300 s."""


def at(n: int) -> int:
    return T0 + n * STEP


def series(*numbers: int | None) -> list[tuple[int, int | float]]:
    return [(at(n), number) for n, number in enumerate(numbers) if number is not None]


def rates_of(
    numbers: Sequence[int | None], uptimes: Sequence[float | None] = (), *, speed: int = 10_000
) -> list[tuple[int, int]]:
    scene = Scene(CAMPUS).port("gw", "XGE0/0/1", speed_mbps=speed)
    scene.samples["gw", PORT, IN] = series(*numbers)
    scene.samples["gw", "", "uptime_s"] = [
        (at(n), uptime) for n, uptime in enumerate(uptimes) if uptime is not None
    ]
    return rates(Look(scene.snapshot()), "gw", PORT, IN, T0, at(1000))


@pytest.mark.parametrize(
    ("numbers", "uptimes", "expected"),
    [
        # 37.5e9 octets * 8 / 300 s = 1e9 bit/s
        ((0, GIGABIT_FOR_A_SLOT), (), [(0, 1_000_000_000)]),
        # Two intervals: 3750 octets * 8 / 300 = 100; 7500 -> 200.
        ((1000, 4750, 12_250), (), [(0, 100), (1, 200)]),
        # Nothing moved: a rate of 0 is a rate.
        ((5, 5), (), [(0, 0)]),
        # One sample makes no rate.
        ((5,), (), []),
        # The middle sample is missing: neither interval is known.
        ((0, None, 7500), (), []),
        # The counter went back: that interval only.
        ((5000, 0, 3750), (), [(1, 100)]),
        # The device's own clock says 240 s, not 300: 3000 * 8 / 240 = 100.
        ((0, 3000), (1000.0, 1240.0), [(0, 100)]),
        ((0, 3600), (1000.0, 1288.0), [(0, 100)]),
        ((0, 3900), (1000.0, 1312.0), [(0, 100)]),
        # sysUpTime went back: a restart, although the counter rose.
        ((1000, 4750), (9000.0, 100.0), []),
        # Younger than the interval, although greater than before: it restarted in between.
        ((1000, 4750), (100.0, 200.0), []),
        # It had just started when the first sample was taken.
        ((1000, 4750), (2.0, 302.0), [(0, 100)]),
        # An uptime that stands still is no clock; one that is always 0 is none at all.
        ((0, 3750), (500.0, 500.0), []),
        ((0, 3750), (0.0, 0.0), [(0, 100)]),
        # Known at one end only: the slots count.
        ((0, 3750), (None, 500.0), [(0, 100)]),
    ],
)
def test_a_rate_is_what_moved_over_the_time_it_took(
    numbers: Sequence[int | None], uptimes: Sequence[float | None], expected: list[tuple[int, int]]
) -> None:
    assert rates_of(numbers, uptimes) == [(at(n), rate) for n, rate in expected]


@pytest.mark.parametrize(
    ("speed", "octets", "kept"),
    [
        # 1.05 x 10 Gbit/s for 300 s are 393.75e9 octets.
        (10_000, 393_750_000_000, True),
        (10_000, 393_750_000_100, False),
        (1000, 39_375_000_000, True),
        (1000, 39_375_000_100, False),
        # A port whose speed is not known is not held to one.
        (0, 393_750_000_100, True),
    ],
)
def test_more_than_the_port_can_carry_is_no_rate(speed: int, octets: int, *, kept: bool) -> None:
    assert bool(rates_of((0, octets), speed=speed)) is kept


def test_a_port_that_became_faster_in_the_interval_is_held_to_its_greater_speed() -> None:
    scene = Scene(CAMPUS).port("gw", "XGE0/0/1")
    scene.changed("gw", PORT, "speed_mbps", (1, 1000), (599, 10_000))
    scene.samples["gw", PORT, IN] = series(0, 3 * GIGABIT_FOR_A_SLOT)

    assert rates(Look(scene.snapshot()), "gw", PORT, IN, T0, at(9)) == [(T0, 3_000_000_000)]


def test_intervals_are_named_by_their_begin_and_the_end_is_open() -> None:
    scene = Scene(CAMPUS).port("gw", "XGE0/0/1")
    scene.samples["gw", PORT, IN] = series(0, 3750, 7500, 11_250)
    look = Look(scene.snapshot())

    assert [slot for slot, _rate in rates(look, "gw", PORT, IN, at(1), at(2))] == [at(1)]


def test_an_agent_that_polls_every_minute_makes_five_minute_means() -> None:
    # A sample a minute, 750 octets each; the first of each interval counts: 3750 * 8 / 300 = 100.
    samples = [(T0 + n * 60, n * 750) for n in range(11)]

    assert counter_rates(samples, {}, STEP) == [(at(0), 100), (at(1), 100)]


def test_an_aggregate_is_the_sum_of_its_members() -> None:
    scene = Scene(CAMPUS).port("gw", "Eth-Trunk1", type=161, speed_mbps=0)
    for name, octets in (("XGE0/0/1", 3750), ("XGE0/0/2", 7500)):
        scene.port("gw", name, lag="Eth-Trunk1")
        scene.samples["gw", f"port:{name}", IN] = series(0, octets)

    assert rates(Look(scene.snapshot()), "gw", "port:Eth-Trunk1", IN, T0, at(9)) == [(T0, 300)]


def test_a_member_that_tells_nothing_leaves_the_sum_open() -> None:
    scene = Scene(CAMPUS).port("gw", "Eth-Trunk1", type=161)
    scene.port("gw", "XGE0/0/1", lag="Eth-Trunk1").port("gw", "XGE0/0/2", lag="Eth-Trunk1")
    scene.samples["gw", PORT, IN] = series(0, 3750, 7500)
    scene.samples["gw", "port:XGE0/0/2", IN] = series(0, 3750)

    assert rates(Look(scene.snapshot()), "gw", "port:Eth-Trunk1", IN, T0, at(9)) == [(T0, 200)]


def test_a_port_counts_only_while_it_is_a_member() -> None:
    scene = Scene(CAMPUS).port("gw", "Eth-Trunk1", type=161)
    scene.port("gw", "XGE0/0/1", lag="Eth-Trunk1").port("gw", "XGE0/0/2")
    scene.changed("gw", "port:XGE0/0/2", "lag", (1, "Eth-Trunk1"), (599, "Eth-Trunk2"))
    for name in ("XGE0/0/1", "XGE0/0/2"):
        scene.samples["gw", f"port:{name}", IN] = series(0, 3750, 7500)

    assert rates(Look(scene.snapshot()), "gw", "port:Eth-Trunk1", IN, T0, at(9)) == [(T0, 200), (at(1), 100)]


def test_an_aggregate_whose_members_count_nothing_tells_by_itself() -> None:
    scene = Scene(CAMPUS).port("gw", "Eth-Trunk1", type=161, speed_mbps=0)
    scene.port("gw", "XGE0/0/1", lag="Eth-Trunk1")
    scene.samples["gw", "port:Eth-Trunk1", IN] = series(0, 3750)

    assert rates(Look(scene.snapshot()), "gw", "port:Eth-Trunk1", IN, T0, at(9)) == [(T0, 100)]


def test_a_port_without_samples_has_no_rates() -> None:
    assert rates_of(()) == []


def test_a_sum_is_made_only_where_every_part_tells() -> None:
    assert summed([{1: 10, 2: 20}, {2: 5, 3: 7}]) == [(2, 25)]
    assert summed([]) == []


COUNTS = st.lists(st.one_of(st.none(), st.integers(0, 10**12)), max_size=30)


@given(COUNTS)
def test_no_rate_is_below_zero_and_each_is_of_two_neighbours(numbers: list[int | None]) -> None:
    found = counter_rates(series(*numbers), {}, STEP)

    for slot, rate in found:
        n = (slot - T0) // STEP
        before, after = numbers[n], numbers[n + 1]
        assert before is not None
        assert after is not None
        assert rate == round((after - before) * 8 / STEP) >= 0


@given(COUNTS, st.integers(0, 29))
def test_a_missing_sample_takes_away_two_intervals_and_adds_none(
    numbers: list[int | None], hole: int
) -> None:
    holed = [None if n == hole else number for n, number in enumerate(numbers)]
    whole = dict(counter_rates(series(*numbers), {}, STEP))

    left = dict(counter_rates(series(*holed), {}, STEP))

    gone = {at(hole - 1), at(hole)}
    assert left == {slot: rate for slot, rate in whole.items() if slot not in gone}


@given(st.lists(st.integers(0, 10**9), min_size=2, max_size=30))
def test_the_rates_of_a_counter_that_only_rises_give_back_what_it_rose(steps: list[int]) -> None:
    numbers = [sum(steps[:n]) * 75 for n in range(len(steps) + 1)]

    found = counter_rates(series(*numbers), {}, STEP)

    assert sum(rate for _slot, rate in found) * STEP == (numbers[-1] - numbers[0]) * 8


@given(st.floats(1, 10**8), st.floats(0.01, 10**4))
def test_a_clock_that_went_back_tells_no_time(before: float, back: float) -> None:
    assert elapsed_s(300, before, before - back) is None


@given(st.lists(st.integers(0, 10**10), min_size=1), st.integers(1, 10_000))
def test_a_percentile_is_the_least_value_that_so_many_do_not_exceed(values: list[int], share: int) -> None:
    found = percentile(sorted(values), share)

    rank = max(1, ceil(share * len(values) / 10_000 - 1e-12))
    slow = next(v for v in sorted(values) if sum(other <= v for other in values) >= rank)
    assert found == slow
