"""Controllers that no recording shows, as devices in memory, by the MIBs of their makers and read through the
vendor files: newer firmware, other lines, and every state that a MIB defines."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import UTC, datetime

import pytest
from snmprec_device import FakeDevice, table

from agent.poll import poll_device
from agent.privacy import Stations
from agent.snmp.engine import Oid, Value, oid
from agent.snmp.target import Target
from inventory.wifi import AccessPoint, Wireless

NOW = datetime(2026, 9, 1, 8, 0, tzinfo=UTC)
STATIONS = Stations(b"k" * 32)
MAC = (0x00, 0xE0, 0xFC, 0x00, 0x00, 0x01)
MAC2 = (0x00, 0xE0, 0xFC, 0x00, 0x00, 0x02)
PHONE = (0x02, 0, 0, 0, 0, 0x09)
PHONE2 = (0x02, 0, 0, 0, 0, 0x0A)
GLOBAL6 = bytes.fromhex("20010da8000000000000000000000009")
LINK6 = bytes.fromhex("fe800000000000000000000000000009")
UNSET6 = bytes(16)
Columns = Mapping[int, Mapping[Oid, Value]]


def index(name: str) -> Oid:
    """A text as index, with its length before it."""
    return (len(name), *name.encode())


def wireless(
    sys_object_id: str, tables: Mapping[str, Columns], scalars: Mapping[str, Value] = {}
) -> Wireless:
    objects: dict[Oid, Value] = {
        oid("1.3.6.1.2.1.1.1.0"): b"Extreme Networks Wireless Controller",
        oid("1.3.6.1.2.1.1.2.0"): oid(sys_object_id),
        oid("1.3.6.1.2.1.1.3.0"): 100_000,
        oid("1.3.6.1.2.1.1.5.0"): b"ac",
        oid("1.3.6.1.5.1"): 1,
    }
    for entry, columns in tables.items():
        objects |= table(oid(entry), columns)
    objects |= {oid(name): value for name, value in (scalars or {}).items()}
    found = asyncio.run(
        poll_device(
            Target("192.0.2.1", community="c"),
            now=NOW,
            jobs=frozenset({"status", "topology"}),
            engine=FakeDevice(objects),
            stations=STATIONS,
        )
    )
    assert found.wireless is not None
    return found.wireless


def states(found: Wireless) -> list[str]:
    return [ap.state for ap in found.aps]


def one(found: Wireless) -> AccessPoint:
    (ap,) = found.aps
    return ap


# Huawei -------------------------------------------------------------------------------------------

AC6 = "1.3.6.1.4.1.2011.6.139"
AC6_ID = "1.3.6.1.4.1.2011.2.240.11"


def huawei_aps(**columns: Mapping[Oid, Value]) -> dict[str, Columns]:
    return {f"{AC6}.13.3.3.1": {int(number[1:]): cells for number, cells in columns.items()}}


def test_every_run_state_of_the_mib_has_a_meaning() -> None:
    keys = {state: (0, 0xE0, 0xFC, 0, 0, state) for state in range(1, 17)}

    found = wireless(AC6_ID, huawei_aps(_6={keys[state]: state for state in keys}))

    by_state = dict(zip(keys, states(found), strict=True))
    assert {state for state, word in by_state.items() if word == "online"} == {8, 9, 10, 11}
    assert {state for state, word in by_state.items() if word == "offline"} == {
        1,
        2,
        3,
        4,
        5,
        6,
        7,
        12,
        13,
        14,
        15,
    }
    assert by_state[16] == "unknown"


def test_a_station_with_a_global_ipv6_address_counts_and_one_with_a_link_local_does_not() -> None:
    stations: dict[str, Columns] = {
        f"{AC6}.18.1.2.1": {
            3: {PHONE: bytes(MAC), PHONE2: bytes(MAC)},
            26: {PHONE: GLOBAL6, PHONE2: LINK6},
            78: {PHONE: 5_000_000_000, PHONE2: 0},
            80: {PHONE: 7, PHONE2: 0},
        }
    }

    found = wireless(AC6_ID, huawei_aps(_4={MAC: b"AP"}, _6={MAC: 8}) | stations, {f"{AC6}.12.1.2.2.0": 2})

    assert found.ipv6_clients == 1
    assert one(found).ipv6_clients == 1
    assert sorted(
        (station.ipv6, station.ipv6_in_octets, station.ipv6_out_octets, station.ap)
        for station in found.stations
    ) == [(False, 0, 0, "00:e0:fc:00:00:01"), (True, 5_000_000_000, 7, "00:e0:fc:00:00:01")]


def test_an_ax_radio_is_wifi_6_and_unknown_values_are_null() -> None:
    radios: dict[str, Columns] = {
        f"{AC6}.16.1.2.1": {
            4: {(*MAC, 1): 58},
            5: {(*MAC, 1): 2},
            6: {(*MAC, 1): 2},
            7: {(*MAC, 1): 0},
            10: {(*MAC, 1): 255},
            24: {(*MAC, 1): 0},
            25: {(*MAC, 1): 255},
            45: {(*MAC, 1): 255},
        }
    }

    ap = one(wireless(AC6_ID, huawei_aps(_3={MAC: b"AirEngine9999"}, _6={MAC: 8}) | radios))

    (radio,) = ap.radios
    assert (ap.generation, ap.generation_from, radio.mode) == (6, "mode", "a/n/ac/ax")
    assert (radio.state, radio.channel, radio.width_mhz) == ("down", None, None)
    assert (radio.noise_dbm, radio.utilisation_percent, radio.power_dbm) == (None, None, None)


def test_the_model_tells_the_generation_where_no_radio_does() -> None:
    ap = one(wireless(AC6_ID, huawei_aps(_3={MAC: b"AirEngine6776-58TI"}, _6={MAC: 8}, _50={MAC: 4})))

    assert (ap.generation, ap.generation_from, ap.wired_mbps) == (7, "model", 10_000)


def test_a_name_in_gbk_is_read() -> None:
    ap = one(wireless(AC6_ID, huawei_aps(_4={MAC: "三年级二班".encode("gb18030")}, _6={MAC: 8})))

    assert ap.name == "三年级二班"


def test_the_fastest_wired_port_that_is_up_is_the_uplink() -> None:
    ports: dict[str, Columns] = {
        f"{AC6}.13.3.4.1": {
            4: {(*MAC, 200): 2, (*MAC, 201): 1, (*MAC, 100): 2},
            5: {(*MAC, 200): 1000, (*MAC, 201): 2500, (*MAC, 100): 100},
        }
    }

    assert one(wireless(AC6_ID, huawei_aps(_6={MAC: 8}) | ports)).wired_mbps == 1000


# H3C ----------------------------------------------------------------------------------------------

DOT11 = "1.3.6.1.4.1.25506.2.75"
H3C_ID = "1.3.6.1.4.1.25506.1.1"
SERIAL = index("219801A1LH")


def h3c_ap() -> dict[str, Columns]:
    return {
        f"{DOT11}.2.1.1.1": {
            2: {SERIAL: bytes((10, 0, 0, 1))},
            3: {SERIAL: bytes(MAC)},
            4: {SERIAL: 5},
            5: {SERIAL: b"template-1"},
            10: {SERIAL: GLOBAL6},
        },
        f"{DOT11}.2.1.2.1": {7: {SERIAL: 2}, 9: {SERIAL: b"WA6526"}, 11: {SERIAL: b"V700R001"}},
    }


def test_an_idle_access_point_is_offline_by_its_own_list() -> None:
    idle: dict[str, Columns] = {f"{DOT11}.2.1.9.1": {2: {index("library-2"): b"219801A9ZZ"}}}

    found = wireless(H3C_ID, h3c_ap() | idle, {f"{DOT11}.1.1.2.1.0": 1})

    assert sorted((ap.name, ap.serial, ap.state) for ap in found.aps) == [
        ("library-2", "219801A9ZZ", "offline"),
        ("template-1", "219801A1LH", "online"),
    ]


def test_an_idle_access_point_that_has_just_joined_is_one() -> None:
    idle: dict[str, Columns] = {f"{DOT11}.2.1.9.1": {2: {index("template-1"): b"219801A1LH"}}}

    assert states(wireless(H3C_ID, h3c_ap() | idle)) == ["online"]


def test_address_uptime_model_and_uplink_come_together_from_five_tables() -> None:
    more: dict[str, Columns] = {
        f"{DOT11}.2.1.10.1": {1: {SERIAL: 360_000}},
        f"{DOT11}.2.1.6.1": {
            3: {(*SERIAL, 1): 6, (*SERIAL, 2): 71},
            9: {(*SERIAL, 1): 2_500_000, (*SERIAL, 2): 4_800_000},
        },
        f"{DOT11}.2.1.3.1": {
            4: {(*SERIAL, 1): 1, (*SERIAL, 2): 2},
            5: {(*SERIAL, 1): 44, (*SERIAL, 2): 6},
            6: {(*SERIAL, 1): 20, (*SERIAL, 2): 17},
            11: {(*SERIAL, 1): 353, (*SERIAL, 2): 534},
            26: {(*SERIAL, 1): 255, (*SERIAL, 2): 40},
        },
    }

    ap = one(wireless(H3C_ID, h3c_ap() | more))

    assert (ap.mac, ap.ip, ap.ipv6) == ("00:e0:fc:00:00:01", "10.0.0.1", "2001:da8::9")
    assert (ap.uptime_s, ap.wired_mbps, ap.generation, ap.generation_from) == (3600, 2500, 6, "mode")
    assert [(it.state, it.channel, it.utilisation_percent, it.mode) for it in ap.radios] == [
        ("up", 44, None, "a/n/ac/ax"),
        ("down", 6, 40, "b/g/n/ax"),
    ]


def test_a_station_of_the_relation_table_is_joined_with_its_addresses() -> None:
    stations: dict[str, Columns] = {
        f"{DOT11}.3.1.1.1": {
            2: {PHONE: bytes((10, 0, 0, 9))},
            6: {PHONE: -61},
            8: {PHONE: 149},
            12: {PHONE: "校园网".encode()},
            39: {PHONE: b"2001:da8::1:9"},
        },
        f"{DOT11}.3.1.2.1": {1: {PHONE: b"219801A1LH"}, 2: {PHONE: 1}},
    }

    found = wireless(H3C_ID, h3c_ap() | stations, {f"{DOT11}.1.1.2.2.0": 1})

    (station,) = found.stations
    assert station.station == STATIONS.name(bytes(PHONE))
    assert (station.ap, station.ssid, station.band) == ("00:e0:fc:00:00:01", "校园网", "5")
    assert (station.rssi_dbm, station.ipv4, station.ipv6) == (-61, True, True)
    assert [(it.name, it.clients, it.clients_5g) for it in found.ssids] == [("校园网", 1, 1)]


@pytest.mark.parametrize("root", [DOT11, "1.3.6.1.4.1.2011.10.2.75"])
def test_access_points_that_are_joining_are_not_online(root: str) -> None:
    keys = {state: index(f"SN{state}") for state in range(1, 6)}

    found = wireless(H3C_ID, {f"{root}.2.1.1.1": {4: {keys[state]: state for state in keys}}})

    assert states(found) == ["offline", "offline", "offline", "offline", "online"]


# Ruijie and FS ------------------------------------------------------------------------------------


@pytest.mark.parametrize("root", ["1.3.6.1.4.1.4881.1.1.10.2", "1.3.6.1.4.1.52642.1.1.10.2"])
def test_newer_firmware_tells_state_uplink_addresses_and_ipv6_clients(root: str) -> None:
    aps: dict[str, Columns] = {
        f"{root}.56.2.1.1.1": {
            2: {MAC: b"AP1", MAC2: b"AP2"},
            3: {MAC: b"floor-1"},
            24: {MAC: 2500},
            34: {MAC: 7, MAC2: 0},
            39: {MAC: b"AP850-I", MAC2: b"AP720-L"},
            48: {MAC: 1, MAC2: 2},
            52: {MAC: 8_640_000},
            54: {MAC: GLOBAL6},
            59: {MAC: 3},
        },
        f"{root}.56.2.1.2.1": {
            2: {(*MAC, 1): 1},
            11: {(*MAC, 1): 6},
            13: {(*MAC, 1): 1},
            17: {(*MAC, 1): 100},
        },
    }

    found = wireless("1.3.6.1.4.1.4881.1.1.10.1.1", aps, {f"{root}.56.1.1.11.0": 1, f"{root}.56.1.1.68.0": 3})

    ap = found.aps[0]
    assert (states(found), found.ipv6_clients) == (["online", "offline"], 3)
    assert (ap.group, ap.wired_mbps, ap.uptime_s, ap.ipv6) == ("floor-1", 2500, 86_400, "2001:da8::9")
    assert (ap.clients, ap.ipv6_clients, ap.generation) == (7, 3, 6)
    assert [(it.band, it.channel, it.power_dbm, it.state) for it in ap.radios] == [("2.4", 6, 20, "up")]


def test_a_station_has_ipv6_by_an_address_with_a_zone() -> None:
    root = "1.3.6.1.4.1.4881.1.1.10.2"
    tables: dict[str, Columns] = {
        f"{root}.56.2.1.1.1": {2: {MAC: b"AP1"}},
        f"{root}.56.5.1.1.1": {
            2: {PHONE: bytes(MAC), PHONE2: bytes(MAC)},
            14: {PHONE: GLOBAL6 + bytes(4), PHONE2: UNSET6},
            17: {PHONE: b"school", PHONE2: b"school"},
            19: {PHONE: 149, PHONE2: 6},
            21: {PHONE: -55, PHONE2: 40},
        },
    }

    found = wireless("1.3.6.1.4.1.4881.1.1.10.1.1", tables)

    assert sorted((it.ipv6, it.band, it.rssi_dbm) for it in found.stations) == [
        (False, "2.4", None),
        (True, "5", -55),
    ]
    assert [(it.name, it.clients, it.clients_2g, it.clients_5g) for it in found.ssids] == [
        ("school", 2, 1, 1)
    ]


# Cisco --------------------------------------------------------------------------------------------


def test_a_radio_of_the_airespace_tables_has_band_channel_state_and_load() -> None:
    tables: dict[str, Columns] = {
        "1.3.6.1.4.1.14179.2.2.1.1": {
            3: {MAC: b"AP"},
            6: {MAC: 1},
            16: {MAC: b"C9130AXI-H"},
            33: {MAC: bytes(MAC2)},
        },
        "1.3.6.1.4.1.14179.2.2.2.1": {
            2: {(*MAC, 0): 1, (*MAC, 1): 2},
            4: {(*MAC, 0): 11, (*MAC, 1): 52},
            12: {(*MAC, 0): 2, (*MAC, 1): 1},
            15: {(*MAC, 0): 4, (*MAC, 1): 9},
        },
        "1.3.6.1.4.1.14179.2.2.13.1": {3: {(*MAC, 0): 33, (*MAC, 1): 5}, 4: {(*MAC, 0): 7, (*MAC, 1): 70}},
    }

    ap = one(wireless("1.3.6.1.4.1.9.1.2530", tables))

    assert (ap.mac, ap.generation, ap.clients) == ("00:e0:fc:00:00:02", 6, 13)
    assert [(it.band, it.channel, it.state, it.utilisation_percent, it.clients) for it in ap.radios] == [
        ("2.4", 11, "up", 33, 4),
        ("5", 52, "down", 5, 9),
    ]


# Aruba --------------------------------------------------------------------------------------------


def test_a_high_efficiency_radio_of_6_ghz_is_wifi_6() -> None:
    root = "1.3.6.1.4.1.14823.2.2.1.5.2.1"
    tables: dict[str, Columns] = {
        f"{root}.4.1": {13: {MAC: b"999"}, 19: {MAC: 1}, 44: {MAC: b"2001:da8::77"}},
        f"{root}.5.1": {2: {(*MAC, 3): 6}, 4: {(*MAC, 3): 36}, 13: {(*MAC, 3): 12}, 15: {(*MAC, 3): b"37S"}},
    }

    ap = one(wireless("1.3.6.1.4.1.14823.1.1.32", tables))

    assert (ap.generation, ap.ipv6) == (6, "2001:da8::77")
    assert [(it.band, it.channel, it.width_mhz, it.power_dbm) for it in ap.radios] == [("6", 37, 160, 18)]


def test_an_ipv6_address_in_the_index_of_a_user_counts() -> None:
    root = "1.3.6.1.4.1.14823.2.2.1"
    tables: dict[str, Columns] = {
        f"{root}.5.2.1.4.1": {3: {MAC: b"AP1"}, 19: {MAC: 1}},
        f"{root}.4.1.2.1": {10: {(*PHONE, 10, 0, 0, 9): b"AP1", (*PHONE2, 10, 0, 0, 10): b"AP1"}},
        f"{root}.14.1.2.1": {
            10: {
                (*PHONE, *index("fe80::9")): b"AP1",
                (*PHONE, *index("2001:da8::9")): b"AP1",
                (*PHONE2, *index("fe80::a")): b"AP1",
            }
        },
    }

    found = wireless("1.3.6.1.4.1.14823.1.1.32", tables, {f"{root}.1.3.2.0": 2})

    assert sorted((it.ipv4, it.ipv6, it.ap) for it in found.stations) == [
        (True, False, "00:e0:fc:00:00:01"),
        (True, True, "00:e0:fc:00:00:01"),
    ]
    assert (found.ipv6_clients, one(found).ipv6_clients) == (1, 1)


def test_a_client_of_an_instant_cluster_is_found_by_the_address_of_its_access_point() -> None:
    root = "1.3.6.1.4.1.14823.2.3.3.1.2"
    tables: dict[str, Columns] = {
        f"{root}.1.1": {2: {MAC: b"AP"}, 3: {MAC: bytes((10, 0, 0, 7))}},
        f"{root}.4.1": {
            2: {PHONE: bytes(MAC2)},
            3: {PHONE: bytes((10, 0, 1, 1))},
            4: {PHONE: bytes((10, 0, 0, 7))},
        },
    }

    (station,) = wireless("1.3.6.1.4.1.14823.1.2.59", tables).stations

    assert (station.ap, station.ipv4) == ("00:e0:fc:00:00:01", True)


# Ruckus -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("root", ["1.3.6.1.4.1.25053.1.4", "1.3.6.1.4.1.25053.1.3"])
def test_connect_and_disconnect_are_online_and_offline(root: str) -> None:
    aps: dict[str, Columns] = {
        f"{root}.2.1.1.2.2.1": {
            2: {MAC: b"default"},
            5: {MAC: b"AP1", MAC2: b"AP2"},
            6: {MAC: 360_000, MAC2: 0},
            8: {MAC: b"R750", MAC2: b"R770"},
            16: {MAC: b"Connect", MAC2: b"Disconnect"},
        }
    }

    found = wireless("1.3.6.1.4.1.25053.3.1.11.1", aps)

    assert [(ap.state, ap.uptime_s, ap.generation) for ap in found.aps] == [
        ("online", 3600, 6),
        ("offline", None, 7),
    ]


def test_zone_director_has_radios_and_stations() -> None:
    root = "1.3.6.1.4.1.25053.1.2.2.1.1"
    tables: dict[str, Columns] = {
        f"{root}.2.1.1": {2: {MAC: b"AP1"}, 3: {MAC: 1}, 4: {MAC: b"R510"}, 15: {MAC: 1}},
        f"{root}.2.2.1": {3: {(*MAC, 0): 4}, 4: {(*MAC, 0): 149}, 8: {(*MAC, 0): 1}, 40: {(*MAC, 0): 12}},
        f"{root}.3.1.1": {2: {PHONE: bytes(MAC)}, 4: {PHONE: b"net"}, 7: {PHONE: 149}},
    }

    found = wireless("1.3.6.1.4.1.25053.3.1.5.15", tables)

    assert [(it.mode, it.channel, it.utilisation_percent) for it in one(found).radios] == [("ac", 149, 12)]
    assert [(it.ap, it.ssid, it.band) for it in found.stations] == [("00:e0:fc:00:00:01", "net", "5")]


# Others -------------------------------------------------------------------------------------------


def test_a_fortigate_names_its_access_points_by_domain_and_serial() -> None:
    root = "1.3.6.1.4.1.12356.101.14"
    key = (1, *index("FP231FTF20000001"))
    tables: dict[str, Columns] = {
        f"{root}.4.3.1": {3: {key: b"hall"}},
        f"{root}.4.4.1": {
            3: {key: bytes((10, 0, 0, 3))},
            6: {key: bytes(MAC)},
            7: {key: 2},
            12: {key: b"FAP231F"},
            17: {key: 5},
        },
        f"{root}.4.5.1": {7: {(*key, 1): 11}, 8: {(*key, 1): 17}, 9: {(*key, 1): 5}},
    }

    ap = one(wireless("1.3.6.1.4.1.12356.101.1.641", tables))

    assert (ap.serial, ap.name, ap.mac, ap.ip) == (
        "FP231FTF20000001",
        "hall",
        "00:e0:fc:00:00:01",
        "10.0.0.3",
    )
    assert (ap.state, ap.clients, ap.generation) == ("online", 5, 6)
    assert [(it.band, it.channel, it.power_dbm, it.clients) for it in ap.radios] == [("2.4", 11, 17, 5)]


def test_availability_of_a_fortiwlc_is_the_state() -> None:
    root = "1.3.6.1.4.1.15983.1.1.4.2.1.1"
    tables = {root: {2: {(1,): b"AP-1", (2,): b"AP-2"}, 27: {(1,): 3, (2,): 2}}}

    assert states(wireless("1.3.6.1.4.1.15983.1.1", tables)) == ["online", "offline"]


def test_the_rows_of_a_hipath_controller_are_joined_by_number() -> None:
    root = "1.3.6.1.4.1.4329.15.3"
    tables: dict[str, Columns] = {
        f"{root}.5.1.2.1": {2: {(7,): b"AP7"}, 4: {(7,): b"1234"}, 17: {(7,): b"AP3917i"}, 22: {(7,): 1}},
        f"{root}.5.2.2.1": {14: {(7,): 3}},
        f"{root}.3.4.4.1": {5: {(101,): b"net"}},
        f"{root}.3.4.5.1": {2: {(101,): 3}},
    }

    found = wireless("1.3.6.1.4.1.4329.15.1.1.13", tables)

    assert (one(found).state, one(found).clients, one(found).generation) == ("online", 3, 5)
    assert [(it.name, it.clients) for it in found.ssids] == [("net", 3)]


def test_a_manager_of_access_points_is_not_an_access_point_itself() -> None:
    root = "1.3.6.1.4.1.14988.1.1.1"
    tables: dict[str, Columns] = {
        f"{root}.11.1": {2: {(1,): b"cap1"}, 3: {(1,): b"Run"}, 4: {(1,): b"6C:3B:6B:00:00:01"}},
        f"{root}.5.1": {12: {(*PHONE, 9): b"net"}},
    }

    found = wireless("1.3.6.1.4.1.14988.1", tables)

    assert [(ap.name, ap.mac, ap.state) for ap in found.aps] == [("cap1", "6c:3b:6b:00:00:01", "online")]
    assert [it.ssid for it in found.stations] == ["net"]


def test_a_station_of_a_router_with_radios_is_its_own() -> None:
    root = "1.3.6.1.4.1.14988.1.1.1"
    tables: dict[str, Columns] = {
        f"{root}.3.1": {4: {(4,): b"net"}, 6: {(4,): 1}, 7: {(4,): 2437}, 8: {(4,): b"2437/20-eC/gn"}},
        f"{root}.2.1": {3: {(*PHONE, 4): -70}},
    }

    found = wireless("1.3.6.1.4.1.14988.1", tables)

    assert [(it.ap, it.band, it.rssi_dbm) for it in found.stations] == [("ac", "2.4", -70)]
    assert [(it.channel, it.width_mhz, it.mode) for it in found.aps[0].radios] == [(6, 40, "g/n")]
    assert found.aps[0].generation is None


def test_an_access_point_that_tells_only_its_clients_is_one_all_the_same() -> None:
    found = wireless("1.3.6.1.4.1.11863.3.2.10", {}, {"1.3.6.1.4.1.11863.10.1.1.1.0": 12})

    assert [(ap.state, ap.clients) for ap in found.aps] == [("online", 12)]
    assert found.clients == 12
