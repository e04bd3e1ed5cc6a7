"""What stays known of access points over rounds: missing ones, and what only the topology job reads."""

from __future__ import annotations

import msgspec

from agent.merge import merge
from agent.wifi.remember import known_aps, missing_aps, with_known
from inventory.reading import Reading, System, Table, TableStatus
from inventory.wifi import AccessPoint, Radio, Ssid, Station, Wireless

EIGHT, NINE, TEN = (f"2026-09-01T{hour}:00:00Z" for hour in ("08", "09", "10"))
A = AccessPoint(name="A", mac="00:00:00:00:00:0a", serial="SA", state="online", clients=3)
B = AccessPoint(name="B", mac="00:00:00:00:00:0b", serial="SB", state="online", clients=4)
RADIO = Radio(index=0, band="5", channel=36, mode="ax")


def reading(at: str, *aps: AccessPoint, status: TableStatus = "ok", **more: object) -> Reading:
    """A poll of the status job."""
    return Reading(
        address="192.0.2.1",
        polled_at=at,
        outcome="ok",
        system=System(sys_object_id="1.3.6.1.4.1.2011.2.1"),
        tables={"wireless": Table(status=status, rows=len(aps))},
        wireless=msgspec.structs.replace(Wireless(aps=list(aps)), **more),
    )


def with_details(found: Reading, **more: object) -> Reading:
    """The same poll, with the topology job."""
    details = ("wireless_radios", "wireless_ssids", "wireless_stations")
    assert found.wireless is not None
    return msgspec.structs.replace(
        found,
        tables={**found.tables, **dict.fromkeys(details, Table(status="ok"))},
        wireless=msgspec.structs.replace(found.wireless, **more),
    )


def aps(found: Reading) -> list[tuple[str | None, str, str | None]]:
    assert found.wireless is not None
    return [(ap.name, ap.state, ap.missing_since) for ap in found.wireless.aps]


def test_an_access_point_that_a_whole_list_lacks_is_missing_since_then() -> None:
    after = merge(reading(EIGHT, A, B), reading(NINE, A))

    assert aps(after) == [("A", "online", None), ("B", "missing", NINE)]
    assert missing_aps(after)[0].clients is None


def test_it_is_missing_since_the_first_reading_that_lacked_it() -> None:
    after = merge(merge(reading(EIGHT, A, B), reading(NINE, A)), reading(TEN, A))

    assert aps(after) == [("A", "online", None), ("B", "missing", NINE)]


def test_one_that_is_back_is_not_missing() -> None:
    after = merge(merge(reading(EIGHT, A, B), reading(NINE, A)), reading(TEN, A, B))

    assert aps(after) == [("A", "online", None), ("B", "online", None)]


def test_one_that_the_controller_calls_offline_stays_offline() -> None:
    off = msgspec.structs.replace(B, state="offline")

    assert aps(merge(reading(EIGHT, A, B), reading(NINE, A, off))) == [
        ("A", "online", None),
        ("B", "offline", None),
    ]


def test_a_list_read_in_part_makes_nothing_missing_and_updates_what_it_has() -> None:
    off = msgspec.structs.replace(A, state="offline")

    assert aps(merge(reading(EIGHT, A, B), reading(NINE, off, status="partial"))) == [
        ("A", "offline", None),
        ("B", "online", None),
    ]


def test_an_empty_list_makes_all_of_them_missing() -> None:
    assert aps(merge(reading(EIGHT, A, B), reading(NINE, status="empty"))) == [
        ("A", "missing", NINE),
        ("B", "missing", NINE),
    ]


def test_a_controller_that_does_not_answer_for_wireless_keeps_what_was_known() -> None:
    silent = msgspec.structs.replace(reading(NINE, status="timeout"), wireless=None)

    assert aps(merge(reading(EIGHT, A, B), silent)) == aps(reading(EIGHT, A, B))


def test_an_access_point_with_a_new_name_is_the_same_one() -> None:
    renamed = msgspec.structs.replace(B, name="library")

    assert aps(merge(reading(EIGHT, B), reading(NINE, renamed))) == [("library", "online", None)]


def test_one_known_by_its_address_alone_is_the_one_with_that_address_and_a_serial_number() -> None:
    bare = AccessPoint(mac=B.mac, state="online")

    assert aps(merge(reading(EIGHT, bare), reading(NINE, B))) == [("B", "online", None)]


def test_access_points_that_have_only_names_are_known_by_them() -> None:
    named = [AccessPoint(name=name, state="online") for name in "AB"]

    assert aps(merge(reading(EIGHT, *named), reading(NINE, named[0]))) == [
        ("A", "online", None),
        ("B", "missing", NINE),
    ]


def test_another_device_at_the_address_inherits_no_access_points() -> None:
    other = msgspec.structs.replace(reading(NINE, A), system=System(sys_object_id="1.3.6.1.4.1.9.1"))

    assert aps(merge(reading(EIGHT, A, B), other)) == [("A", "online", None)]


def test_radios_networks_and_stations_outlive_the_polls_that_do_not_read_them() -> None:
    radio = msgspec.structs.replace(A, radios=[RADIO], wired_mbps=1000, generation=6, generation_from="mode")
    before = with_details(
        reading(EIGHT, radio),
        ssids=[Ssid(name="net", clients=3)],
        stations=[Station(station="aa")],
        ipv6_clients=1,
    )

    after = merge(before, reading(NINE, msgspec.structs.replace(A, clients=9))).wireless

    assert after is not None
    (ap,) = after.aps
    assert (ap.clients, ap.radios, ap.wired_mbps, ap.generation) == (9, [RADIO], 1000, 6)
    assert ([one.name for one in after.ssids], len(after.stations), after.ipv6_clients) == (["net"], 1, 1)


def test_a_poll_that_finds_no_station_any_more_forgets_the_old_ones() -> None:
    before = with_details(reading(EIGHT, A), stations=[Station(station="aa")])

    after = merge(before, with_details(reading(NINE, A))).wireless

    assert after is not None
    assert after.stations == []


def test_an_access_point_that_goes_offline_keeps_neither_clients_nor_uptime_of_old() -> None:
    before = with_details(reading(EIGHT, msgspec.structs.replace(A, uptime_s=60, ipv6_clients=2)))
    off = AccessPoint(name="A", mac=A.mac, serial="SA", state="offline")

    after = merge(before, reading(NINE, off)).wireless

    assert after is not None
    assert (after.aps[0].clients, after.aps[0].uptime_s, after.aps[0].ipv6_clients) == (None, None, None)


def test_what_was_measured_while_it_was_online_is_not_kept_for_an_offline_one() -> None:
    before = with_details(
        reading(EIGHT, msgspec.structs.replace(A, radios=[RADIO], generation=6, software="9"))
    )
    off = AccessPoint(name="A", mac=A.mac, state="offline")

    after = merge(before, reading(NINE, off)).wireless

    assert after is not None
    (ap,) = after.aps
    assert (ap.radios, ap.software, ap.serial, ap.generation) == ([], "9", "SA", 6)


def test_an_access_point_exchanged_for_another_model_has_that_models_generation() -> None:
    old = msgspec.structs.replace(A, model="new", generation=6, generation_from="model", radios=[RADIO])
    new = msgspec.structs.replace(A, model="old", generation=5, generation_from="model")

    after = merge(with_details(reading(EIGHT, old)), reading(NINE, new)).wireless

    assert after is not None
    assert after.aps[0].generation == 5


def test_a_network_counted_at_every_poll_takes_the_newer_count() -> None:
    before = with_details(reading(EIGHT, A), ssids=[Ssid(name="net", clients=3), Ssid(name="guest")])

    after = merge(before, reading(NINE, A, ssids=[Ssid(name="net", clients=8)])).wireless

    assert after is not None
    assert [(one.name, one.clients) for one in after.ssids] == [("net", 8), ("guest", None)]


def test_after_a_restart_of_the_agent_the_missing_ones_are_still_missing() -> None:
    before = merge(reading(EIGHT, A, B), reading(NINE, A))
    stored = msgspec.json.decode(msgspec.json.encode(known_aps(before)), type=list[AccessPoint])

    after = with_known(reading(TEN, A), stored)

    assert aps(after) == [("A", "online", None), ("B", "missing", NINE)]


def test_one_that_left_while_the_agent_was_down_is_missing_since_it_came_back() -> None:
    after = with_known(reading(TEN, A), known_aps(reading(EIGHT, A, B)))

    assert aps(after) == [("A", "online", None), ("B", "missing", TEN)]
