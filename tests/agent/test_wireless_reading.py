"""Controllers, with hand-made tables; real ones are in test_recordings."""

from __future__ import annotations

import asyncio

import msgspec
from snmprec_device import FakeDevice, table

from agent.parts.wireless import WirelessRead, read_wireless
from agent.reads import Reads
from agent.snmp.engine import Oid, Value, oid
from agent.snmp.session import Session
from agent.snmp.target import Target
from agent.vendors.wireless import Controller, WirelessTable

OLD, NEW = "1.3.6.1.4.1.1.75", "1.3.6.1.4.1.2.75"
MAC = (0, 0, 0, 0, 0, 1)
APS = WirelessTable(
    name="aps",
    entry="2.1",
    key="mac",
    columns={"name": 1, "state": 2, "clients": 3},
    states={"1": "online", "0": "offline"},
)
RADIOS = WirelessTable(
    name="radios",
    entry="2.2",
    role="radios",
    key="mac",
    after=1,
    columns={"up": 1, "band": 2, "clients": 3},
    up={"1": "up", "2": "down"},
    bands={"1": "2.4", "2": "5"},
)
CONTROLLER = Controller(
    name="test", roots=[NEW, OLD], scalars={"aps_online": "1.1.0", "clients": "1.2.0"}, table=[APS, RADIOS]
)
BEYOND = {oid("1.3.6.1.5.1"): 1}


def read(objects: dict[Oid, Value], controllers: list[Controller] | None = None) -> WirelessRead:
    return asyncio.run(_read(FakeDevice({**objects, **BEYOND}), controllers or [CONTROLLER]))


async def _read(device: FakeDevice, controllers: list[Controller]) -> WirelessRead:
    async with Session(device, Target("192.0.2.1", community="c"), 60) as session:
        return await read_wireless(Reads(session), controllers)


def aps(root: str, count: int, state: int = 1) -> dict[Oid, Value]:
    keys = [(0, 0, 0, 0, 0, i) for i in range(1, count + 1)]
    return table(
        oid(f"{root}.2.1"),
        {
            1: {k: f"ap{k[-1]}".encode() for k in keys},
            2: dict.fromkeys(keys, state),
            3: dict.fromkeys(keys, 5),
        },
    )


def test_access_points_have_name_mac_and_state() -> None:
    found = read(aps(NEW, 2)).wireless

    assert found is not None
    assert [(ap.name, ap.mac, ap.state, ap.clients) for ap in found.aps] == [
        ("ap1", "00:00:00:00:00:01", "online", 5),
        ("ap2", "00:00:00:00:00:02", "online", 5),
    ]


def test_clients_are_summed_where_the_controller_does_not_count() -> None:
    found = read(aps(NEW, 3)).wireless

    assert found is not None
    assert found.clients == 15


def test_the_controllers_own_count_of_clients_comes_first() -> None:
    found = read({**aps(NEW, 3), oid(f"{NEW}.1.2.0"): 14}).wireless

    assert found is not None
    assert found.clients == 14


def test_the_older_root_is_tried_where_the_newer_is_silent() -> None:
    found = read(aps(OLD, 1)).wireless

    assert found is not None
    assert len(found.aps) == 1


def test_a_device_that_is_no_controller_has_no_wireless() -> None:
    found = read({})

    assert found.wireless is None
    assert found.table.status == "unsupported"


def test_a_controller_without_access_points_is_empty_not_unsupported() -> None:
    found = read({oid(f"{NEW}.1.1.0"): 0})

    assert found.wireless is not None
    assert found.table.status == "empty"


def test_an_access_point_that_only_the_radio_table_knows_is_counted() -> None:
    radios = table(
        oid(f"{NEW}.2.2"),
        {1: {(*MAC, 0): 1, (*MAC, 1): 2}, 2: {(*MAC, 0): 1, (*MAC, 1): 2}, 3: {(*MAC, 0): 3, (*MAC, 1): 4}},
    )

    found = read({**radios, oid(f"{NEW}.1.1.0"): 1}).wireless

    assert found is not None
    assert [(ap.mac, ap.state) for ap in found.aps] == [("00:00:00:00:00:01", "online")]


def test_an_access_point_whose_radios_are_down_is_not_called_online() -> None:
    found = read({**table(oid(f"{NEW}.2.2"), {1: {(*MAC, 0): 2}}), oid(f"{NEW}.1.1.0"): 1}).wireless

    assert found is not None
    assert found.aps[0].state == "unknown"


def test_columns_for_later_are_not_read_at_every_poll() -> None:
    table = msgspec.structs.replace(APS, columns={"name": 1, "software": 9}, later=["software"])
    device = FakeDevice({**aps(NEW, 2), **BEYOND})

    asyncio.run(_read(device, [msgspec.structs.replace(CONTROLLER, roots=[NEW], table=[table])]))

    name, software = (*oid(f"{NEW}.2.1"), 1), (*oid(f"{NEW}.2.1"), 9)
    asked = [one[: len(name)] for question in device.asked for one in question.oids]
    assert name in asked
    assert software not in asked


def test_the_radio_table_is_left_alone_while_the_list_of_access_points_is_whole() -> None:
    device = FakeDevice({**aps(NEW, 4), oid(f"{NEW}.1.1.0"): 4, **BEYOND})

    asyncio.run(_read(device, [CONTROLLER]))

    assert not any(
        question.oids[0][: len(oid(f"{NEW}.2.2"))] == oid(f"{NEW}.2.2") for question in device.asked
    )


def test_a_device_without_counts_and_rows_is_asked_for_no_second_table() -> None:
    more = WirelessTable(name="more", entry="2.9", key="mac", columns={"model": 1})
    device = FakeDevice(BEYOND)

    asyncio.run(_read(device, [msgspec.structs.replace(CONTROLLER, roots=[NEW], table=[APS, more])]))

    assert not any(
        question.oids[0][: len(oid(f"{NEW}.2.9"))] == oid(f"{NEW}.2.9") for question in device.asked
    )


def test_a_list_shorter_than_the_controllers_count_is_partial_and_noted() -> None:
    found = read({**aps(NEW, 4), oid(f"{NEW}.1.1.0"): 247})

    assert found.table.status == "partial"
    assert found.note == "the controller counts 247 access points, its tables list 4"


def test_offline_access_points_do_not_make_up_for_online_ones_that_the_list_lacks() -> None:
    found = read({**aps(NEW, 20, state=0), oid(f"{NEW}.1.1.0"): 20})

    assert found.table.status == "partial"
    assert found.note == "the controller counts 20 access points, its tables list 0"


def test_a_controller_that_lists_all_is_held_to_its_total() -> None:
    whole = msgspec.structs.replace(
        CONTROLLER, lists="all", scalars={"aps_online": "1.1.0", "aps_total": "1.3.0"}
    )
    counts = {oid(f"{NEW}.1.1.0"): 4, oid(f"{NEW}.1.3.0"): 40}

    assert read({**aps(NEW, 4), **counts}, [whole]).table.status == "partial"
    assert read({**aps(NEW, 40), **counts}, [whole]).table.status == "ok"


def test_a_row_more_or_less_is_not_a_short_list() -> None:
    found = read({**aps(NEW, 98), oid(f"{NEW}.1.1.0"): 100})

    assert found.table.status == "ok"
