"""Counters of ports and IP versions: what is summed, what is unknown, and how a big device is spared."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

import pytest
import recordings
from shared import RECORDINGS, need
from snmprec_device import FakeDevice, table

from agent.mibs import counters, ip_stats
from agent.poll import poll_device
from agent.snmp.engine import Oid, Value, oid
from agent.snmp.target import Target
from inventory.reading import Reading

HC_ENTRY = oid("1.3.6.1.2.1.31.1.1.1")
SYSTEM: dict[Oid, Value] = {
    oid("1.3.6.1.2.1.1.2.0"): oid("1.3.6.1.4.1.8072.3.2.10"),
    oid("1.3.6.1.2.1.1.3.0"): 4200,
    oid("1.3.6.1.6.3.10.2.1.2.0"): 7,
}
NOW = datetime(2026, 9, 1, 8, 0, tzinfo=UTC)
COUNTERS = frozenset({"status", "counters"})


def poll(device: FakeDevice | object) -> Reading:
    target = Target("192.0.2.1", community="c")
    return asyncio.run(poll_device(target, now=NOW, engine=device, jobs=COUNTERS))  # type: ignore[arg-type]


def test_packets_of_all_kinds_are_one_number() -> None:
    row = {"ifHCInUcastPkts": 5, "ifHCInMulticastPkts": 3, "ifHCInBroadcastPkts": 2, "ifHCInOctets": 1000}

    found = counters.port_counters({(7,): row}, {(7,): {"ifInErrors": 4}})  # type: ignore[dict-item]

    assert [(item.if_index, item.in_octets, item.in_packets, item.in_errors) for item in found] == [
        (7, 1000, 10, 4)
    ]
    assert found[0].out_packets is None


def test_a_sum_that_lacks_a_part_is_unknown() -> None:
    found = counters.port_counters({(7,): {"ifHCInUcastPkts": 5, "ifHCInMulticastPkts": 3}}, {})

    assert found[0].in_packets is None


def test_a_device_with_32_bits_only_has_errors_and_no_octets() -> None:
    found = counters.port_counters({}, {(7,): {"ifInErrors": 4, "ifOutDiscards": -1}})

    assert (found[0].in_octets, found[0].in_errors, found[0].out_discards) == (None, 4, None)


def test_octets_are_told_apart_by_ip_version() -> None:
    rows = {
        (1, 7): {"HCInOctets": 100, "HCOutOctets": 50},
        (2, 7): {"HCInOctets": 10, "HCOutOctets": 5, "DiscontinuityTime": 9},
        (2, 8): {"DiscontinuityTime": 9},
        (3, 7): {"HCInOctets": 1},
    }

    found = ip_stats.version_counters(rows, {(2,): {"HCInOctets": 77}})  # type: ignore[arg-type]

    assert [(item.if_index, item.version, item.in_octets, item.source) for item in found] == [
        (7, 4, 100, "ipIfStatsTable"),
        (7, 6, 10, "ipIfStatsTable"),
        (0, 6, 77, "ipSystemStatsTable"),
    ]


def test_the_clock_is_read_with_the_counters() -> None:
    hc = table(HC_ENTRY, {6: {(1,): 1000}, 10: {(1,): 2000}, 19: {(1,): 0}})

    reading = poll(FakeDevice({**SYSTEM, **hc}))

    assert (reading.system.uptime_s, reading.system.engine_boots) == (42.0, 7)
    assert [(item.in_octets, item.out_octets, item.discontinuity) for item in reading.counters] == [
        (1000, 2000, 0)
    ]


def test_the_tunnels_of_a_controller_are_not_counted() -> None:
    types = {(i,): 6 if i <= 4 else 131 for i in range(1, 301)}
    device = FakeDevice(
        {
            **SYSTEM,
            **table(oid("1.3.6.1.2.1.2.2.1"), {3: types, 14: dict.fromkeys(types, 0)}),
            **table(HC_ENTRY, {6: dict.fromkeys(types, 1), 10: dict.fromkeys(types, 1)}),
        }
    )

    reading = poll(device)

    assert [item.if_index for item in reading.counters] == [1, 2, 3, 4]
    assert reading.tables["counters"].status == "ok"


@pytest.mark.recordings
@need(RECORDINGS)
@pytest.mark.parametrize("name", recordings.names())
def test_a_recorded_device_counts_what_the_recording_holds(name: str) -> None:
    truth = recordings.expected(name)["ipv6_counters"]
    device = recordings.replayed(name)
    column = (*ip_stats.IP_IF_STATS_TABLE.entry, 6, 2)
    has_octets = [index for index in device.objects if index[: len(column)] == column]

    reading = poll(device)

    six = [item for item in reading.version_counters if item.version == 6 and item.if_index]
    assert len(six) == len(has_octets) <= truth["ipIfStats_v6_rows"]
    known = {item.if_index for item in reading.interfaces}
    assert all(item.if_index in known for item in reading.counters)
    with_high = {index[-1] for index in device.objects if index[: len(HC_ENTRY) + 1] == (*HC_ENTRY, 6)}
    assert {item.if_index for item in reading.counters if item.in_octets is not None} <= with_high
    assert bool(with_high) == any(item.in_octets is not None for item in reading.counters)
