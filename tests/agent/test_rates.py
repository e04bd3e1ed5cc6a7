"""Rates: what two readings prove, and which intervals are left out rather than guessed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Literal

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agent.rates import OVER_SPEED, WRAP_S, Rates, rates
from inventory.reading import Interface, PortCounters, Reading, System, VersionCounters

START = datetime(2026, 9, 1, 8, 0, tzinfo=UTC)
PORT = Interface(if_index=7, name="GE0/0/1", speed_mbps=1000)


def reading(
    at_s: float,
    *,
    uptime_s: float | None = None,
    boots: int | None = None,
    octets: int = 0,
    ports: Sequence[Interface] = (PORT,),
    counters: Sequence[PortCounters] | None = None,
    versions: Sequence[VersionCounters] = (),
) -> Reading:
    return Reading(
        address="192.0.2.1",
        polled_at=(START + timedelta(seconds=at_s)).isoformat(),
        outcome="ok",
        system=System(uptime_s=uptime_s, engine_boots=boots),
        interfaces=list(ports),
        counters=list(counters) if counters is not None else [PortCounters(if_index=7, in_octets=octets)],
        version_counters=list(versions),
    )


def only(found: Rates) -> float | None:
    return found.ports[0].in_bps if found.ports else None


def test_octets_become_bits_per_second_by_the_clock_of_the_device() -> None:
    before = reading(0, uptime_s=1000, octets=5_000)

    found = rates(before, reading(61, uptime_s=1060, octets=5_000 + 60 * 125))

    assert (found.seconds, only(found)) == (60, 1000)
    assert found.ports[0].port == "GE0/0/1"


def test_packets_errors_and_discards_have_rates_too() -> None:
    before = PortCounters(if_index=7, in_packets=0, in_errors=1, out_discards=2)
    after = PortCounters(if_index=7, in_packets=600, in_errors=7, out_discards=2)

    found = rates(reading(0, counters=[before]), reading(60, counters=[after])).ports[0]

    assert (found.in_pps, found.in_errors_ps, found.out_discards_ps) == (10, 0.1, 0)
    assert (found.in_bps, found.out_bps) == (None, None)


@pytest.mark.parametrize(
    ("before", "after", "seconds"),
    [
        ((0, None, None), (60, None, None), 60),  # no uptime: the agent's clock
        ((0, 1000, None), (-3600, 1060, None), 60),  # the agent's clock was set back
        ((0, 1000, None), (86400, 100_060, None), 99_060),  # or it was wrong, the device's goes on
        ((0, 0, None), (60, 0, None), 60),  # a device without a clock
        ((0, WRAP_S - 20, 3), (60, 40, 3), 60),  # 497 days, same boots
        ((0, WRAP_S - 20, None), (60, 40, None), 60),  # the same without boots
    ],
)
def test_the_interval_is_known(
    before: tuple[float, float | None, int | None],
    after: tuple[float, float | None, int | None],
    seconds: float,
) -> None:
    old = reading(before[0], uptime_s=before[1], boots=before[2])
    new = reading(after[0], uptime_s=after[1], boots=after[2])

    assert rates(old, new).seconds == pytest.approx(seconds)


@pytest.mark.parametrize(
    ("before", "after", "why"),
    [
        ((0, 1000, None), (60, 30, None), "restarted"),
        ((0, 1000, 3), (60, 30, 3), "restarted"),  # boots that stand still prove nothing
        ((0, 1000, 3), (60, 1060, 4), "restarted"),
        ((0, WRAP_S - 20, 3), (60, 40, 4), "restarted"),
        ((0, WRAP_S - 20, 3), (300, 120, 3), "restarted"),  # back to 0, but two minutes were lost
        ((0, 50, None), (300, 190, None), "restarted"),  # greater than before, and younger than the interval
        ((0, None, None), (0, None, None), "no_time"),
        ((60, None, None), (0, None, None), "no_time"),
        ((0, 1000, None), (60, 1000, None), "no_time"),  # an agent that answers from a cache
    ],
)
def test_a_doubtful_interval_is_left_out_and_counted(
    before: tuple[float, float | None, int | None],
    after: tuple[float, float | None, int | None],
    why: Literal["restarted", "no_time"],
) -> None:
    old = reading(before[0], uptime_s=before[1], boots=before[2], octets=10)
    new = reading(after[0], uptime_s=after[1], boots=after[2], octets=20)

    found = rates(old, new)

    assert (found.seconds, list(found.ports), dict(found.dropped)) == (None, [], {why: 1})


def counted(octets: int, discontinuity: int | None = None) -> list[PortCounters]:
    return [PortCounters(if_index=7, in_octets=octets, discontinuity=discontinuity)]


@pytest.mark.parametrize(
    ("before", "after", "why"),
    [
        (counted(100), counted(99), "decreased"),
        (counted(100, 5), counted(200, 6), "discontinuity"),
        (counted(0), counted(int(60 * 125e6 * 1.06)), "too_fast"),
    ],
)
def test_a_doubtful_counter_costs_its_own_port_alone(
    before: list[PortCounters], after: list[PortCounters], why: str
) -> None:
    ports = [PORT, Interface(if_index=8, name="GE0/0/2")]
    good = PortCounters(if_index=8, in_octets=1)

    found = rates(
        reading(0, ports=ports, counters=[*before, good]), reading(60, ports=ports, counters=[*after, good])
    )

    assert [item.port for item in found.ports] == ["GE0/0/2"]
    assert dict(found.dropped) == {why: 1}


def test_a_port_that_became_slower_may_have_been_as_fast_as_before() -> None:
    before = reading(0, ports=[msgspec.structs.replace(PORT, speed_mbps=10_000)])

    assert only(rates(before, reading(60, octets=int(60 * 125e6 * 5)))) == 5e9


def test_ports_are_followed_by_name_when_ifindexes_are_dealt_anew() -> None:
    before = reading(0, counters=[PortCounters(if_index=7, in_octets=0), PortCounters(if_index=8)])
    dealt = [Interface(if_index=8, name="GE0/0/1"), Interface(if_index=7, name="GE0/0/9")]
    after = [PortCounters(if_index=8, in_octets=600), PortCounters(if_index=7, in_octets=600)]

    found = rates(before, reading(60, ports=dealt, counters=after))

    assert (list(found.ports), dict(found.dropped)) == ([], {"renamed": 2})


def test_a_port_that_is_new_is_no_loss() -> None:
    ports = [PORT, Interface(if_index=8, name="GE0/0/2")]
    rows = [PortCounters(if_index=7, in_octets=60), PortCounters(if_index=8, in_octets=60)]

    found = rates(reading(0), reading(60, ports=ports, counters=rows))

    assert ([item.if_index for item in found.ports], dict(found.dropped)) == ([7], {})


def test_the_octets_of_an_ip_version_are_those_of_one_table() -> None:
    def row(octets: int, source: str = "ipIfStatsTable", if_index: int = 7) -> VersionCounters:
        return VersionCounters(
            if_index=if_index, version=6, in_octets=octets, out_octets=octets, source=source
        )

    before = reading(0, versions=[row(100), row(5, "another", 0)])
    after = reading(60, versions=[row(160), row(9, "ipSystemStatsTable", 0)])

    found = rates(before, after).versions

    assert [(item.port, item.in_octets, item.octets) for item in found] == [("GE0/0/1", 60, 120)]


amounts = st.integers(min_value=0, max_value=2**64 - 1)
uptimes = st.none() | st.floats(min_value=0, max_value=WRAP_S, allow_nan=False)


@settings(deadline=None)
@given(
    at=st.integers(min_value=-100_000, max_value=10**7),
    uptime=st.tuples(uptimes, uptimes),
    boots=st.tuples(st.none() | st.integers(0, 3), st.none() | st.integers(0, 3)),
    octets=st.tuples(amounts, amounts),
    speed=st.sampled_from([None, 0.0, 100.0, 10_000.0]),
)
def test_no_rate_is_negative_or_beyond_the_port_and_nothing_is_lost_uncounted(
    at: int,
    uptime: tuple[float | None, float | None],
    boots: tuple[int | None, int | None],
    octets: tuple[int, int],
    speed: float | None,
) -> None:
    ports = [Interface(if_index=7, name="GE0/0/1", speed_mbps=speed)]
    before = reading(0, uptime_s=uptime[0], boots=boots[0], octets=octets[0], ports=ports)
    after = reading(at, uptime_s=uptime[1], boots=boots[1], octets=octets[1], ports=ports)

    found = rates(before, after)

    assert len(found.ports) + sum(found.dropped.values()) == 1
    for item in found.ports:
        assert item.seconds > 0
        assert item.in_bps is not None
        assert item.in_bps >= 0
        assert not speed or item.in_bps <= speed * 1e6 * OVER_SPEED * (1 + 1e-9)
    if None not in boots and boots[0] != boots[1]:
        assert dict(found.dropped) == {"restarted": 1}
