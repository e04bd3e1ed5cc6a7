"""Real controllers, replayed in this process, against what stands in their recordings: the counts that an
independent script made, and radios, networks and stations read off the files by hand."""

from __future__ import annotations

import asyncio
import re
from datetime import UTC, datetime
from functools import cache

import msgspec
import pytest
import recordings
from shared import RECORDINGS, need

from agent.merge import merge
from agent.poll import poll_device
from agent.privacy import Stations
from agent.snmp.target import Target
from inventory.reading import Reading
from inventory.wifi import AccessPoint, Radio, Wireless

pytestmark = [pytest.mark.recordings, need(RECORDINGS)]

NOW = datetime(2026, 9, 1, 8, 0, tzinfo=UTC)
STATIONS = Stations(b"k" * 32)
S12704 = "huawei/s12704-native-ac"
AC = "h3c/lsq1wcmd0-ac"
M18000 = "ruijie/m18000-ws-ed-ac"
WAC = "sangfor/sundray-wac-m5800-45577"
WLC = "cisco/air-ct5508"
WLSX = "aruba/7210"
INSTANT = "aruba/iap-225"

# The column of each station table, indexed by the MAC address, that has the most rows.
STATION_COLUMNS = {
    S12704: "1.3.6.1.4.1.2011.6.139.18.1.2.1.26",
    AC: "1.3.6.1.4.1.2011.10.2.75.3.1.1.1.2",
    M18000: "1.3.6.1.4.1.4881.1.1.10.2.56.5.1.1.1.2",
    WLC: "1.3.6.1.4.1.14179.2.1.4.1.4",
    WLSX: "1.3.6.1.4.1.14823.2.2.1.4.1.2.1.10",
}


@cache
def reading(name: str, *jobs: str) -> Reading:
    target = Target("192.0.2.1", community="x")
    asked = frozenset(jobs or ("status", "topology"))
    engine = recordings.replayed(name)
    return asyncio.run(poll_device(target, now=NOW, jobs=asked, engine=engine, stations=STATIONS))  # type: ignore[arg-type]


def wireless(name: str) -> Wireless:
    found = reading(name).wireless
    assert found is not None
    return found


def ap(name: str, mac: str) -> AccessPoint:
    return next(one for one in wireless(name).aps if one.mac == mac)


def all_radios(name: str) -> list[Radio]:
    return [radio for one in wireless(name).aps for radio in one.radios]


@cache
def cells(name: str, column: str) -> dict[tuple[int, ...], str]:
    """The cells of a column straight from the file: index -> value as written there."""
    start = f"{column}."
    path = RECORDINGS / f"{name}.snmprec"
    found = {}
    with path.open(encoding="latin-1") as file:
        for line in file:
            if line.startswith(start):
                oid, _tag, value = line.rstrip("\n").split("|", 2)
                found[tuple(map(int, oid[len(start) :].split(".")))] = value
    return found


@pytest.mark.parametrize(
    ("name", "count"),
    [(S12704, 600), (AC, 324), (WAC, 642), (WLSX, 16), (INSTANT, 8), ("ubiquiti/uap-nanohd", 2)],
)
def test_every_radio_of_the_recording_is_in_the_reading(name: str, count: int) -> None:
    assert recordings.expected(name)["wireless"][0].get("radio_rows", count) == count
    assert len(all_radios(name)) == count


@pytest.mark.parametrize("name", sorted(STATION_COLUMNS))
def test_every_station_of_the_recording_is_in_the_reading_by_its_hash(name: str) -> None:
    truth = {STATIONS.name(bytes(index[:6])) for index in cells(name, STATION_COLUMNS[name])}

    found = {station.station for station in wireless(name).stations}

    assert len(truth) > 50
    assert truth <= found
    assert len(found) <= len(truth) * 1.1


@pytest.mark.parametrize("name", sorted(STATION_COLUMNS))
def test_no_mac_address_of_a_station_leaves_the_agent(name: str) -> None:
    text = msgspec.json.encode(reading(name)).decode().lower()
    plain = re.sub(r"(?<=[0-9a-f])[:.\-](?=[0-9a-f])", "", text)

    leaked = []
    for index in cells(name, STATION_COLUMNS[name]):
        octets = bytes(index[:6])
        spellings = (octets.hex(), octets.hex(":"), octets.hex("-"), ".".join(map(str, octets)))
        leaked += [one for one in spellings if one in text or (one in plain and len(one) == 12)]

    assert any((one.mac or "-").replace(":", "") in plain for one in wireless(name).aps)
    assert leaked == []


@pytest.mark.parametrize("name", [S12704, M18000])
def test_no_ip_address_of_a_station_leaves_the_agent(name: str) -> None:
    column = {S12704: "1.3.6.1.4.1.2011.6.139.18.1.2.1.25", M18000: "1.3.6.1.4.1.4881.1.1.10.2.56.5.1.1.1.5"}
    text = msgspec.json.encode(wireless(name)).decode()
    addresses = {
        ".".join(str(octet) for octet in bytes.fromhex(value)) for value in cells(name, column[name]).values()
    } - {"0.0.0.0"}

    assert len(addresses) > 100
    assert [one for one in addresses if f'"{one}"' in text] == []


@pytest.mark.parametrize("name", [S12704, AC, WAC, WLC, WLSX, INSTANT, "ubiquiti/uap-nanohd"])
def test_a_poll_of_the_status_job_after_a_full_one_loses_and_misses_nothing(name: str) -> None:
    after = merge(reading(name), reading(name, "status")).wireless

    assert after is not None
    assert after == wireless(name)


# S12704 ------------------------------------------------------------------------------------------------


def test_the_radios_of_an_access_point_are_as_the_file_has_them() -> None:
    index = (0x34, 0x0A, 0x98, 0x36, 0xD8, 0x20)
    truth = {
        column: int(cells(S12704, f"1.3.6.1.4.1.2011.6.139.16.1.2.1.{column}")[(*index, 0)])
        for column in (7, 24, 25, 40, 45)
    }

    radio = ap(S12704, "34:0a:98:36:d8:20").radios[0]

    assert truth == {7: 11, 24: -95, 25: 17, 40: 0, 45: 17}
    assert radio == Radio(
        index=0,
        band="2.4",
        channel=11,
        width_mhz=20,
        power_dbm=17,
        utilisation_percent=17,
        noise_dbm=-95,
        clients=0,
        state="up",
        mode="b/g/n",
    )


def test_an_access_point_with_an_ac_radio_is_wifi_5_and_has_its_uplink() -> None:
    found = ap(S12704, "34:0a:98:36:d8:20")

    assert (found.name, found.generation, found.generation_from, found.wired_mbps) == (
        "RJY-WDZ-3-301",
        5,
        "mode",
        1000,
    )


def test_the_rows_that_the_access_point_table_still_has_are_whole() -> None:
    found = ap(S12704, "ac:75:1d:0b:f3:80")

    assert (found.name, found.model, found.serial) == ("RJY-JXL2-4-411", "AP4051TN", "2102351NUGW0J9000063")
    assert (found.software, found.group, found.ip) == ("V200R009C00SPC300", "RJY-JX", "10.26.47.146")
    assert (found.state, found.uptime_s, found.ipv6, found.generation) == ("online", 1065976, None, 5)


def test_an_access_point_in_fault_has_no_address_no_uptime_and_no_clients() -> None:
    found = ap(S12704, "9c:71:3a:ef:15:00")

    assert (found.state, found.ip, found.uptime_s, found.model, found.generation) == (
        "offline",
        None,
        None,
        "AP2050DN",
        5,
    )


def test_the_network_has_its_clients_by_band() -> None:
    found = wireless(S12704)

    assert [(one.name, one.clients, one.clients_2g, one.clients_5g) for one in found.ssids] == [
        ("sdu_net", 140, 19, 121)
    ]
    assert (found.clients, found.clients_2g, found.clients_5g, found.aps_total) == (154, 22, 132, 816)


def test_stations_whose_ipv6_address_is_unset_hold_none() -> None:
    found = wireless(S12704)

    assert {station.ipv6 for station in found.stations} == {False, None}
    assert found.ipv6_clients == 0


def test_a_station_has_its_access_point_network_band_and_signal() -> None:
    octets = bytes((0, 90, 19, 41, 173, 6))

    found = next(one for one in wireless(S12704).stations if one.station == STATIONS.name(octets))

    assert (found.ap, found.ssid, found.band, found.rssi_dbm, found.ipv4) == (
        "c4:b8:b4:9a:ea:60",
        "sdu_net",
        "5",
        -60,
        True,
    )


def test_a_table_that_lost_rows_of_the_walk_is_partial_against_the_controllers_total() -> None:
    table = reading(S12704).tables["wireless"]

    assert (table.status, table.rows) == ("partial", 247)
    assert "816" in table.detail


def test_the_status_job_alone_reads_no_stations_and_no_radio_values() -> None:
    found = reading(S12704, "status").wireless

    assert found is not None
    assert (len(found.aps), found.stations, found.ssids) == (247, [], [])
    assert [radio for one in found.aps for radio in one.radios] == []


# The others ----------------------------------------------------------------------------------------------


def test_an_indoor_access_point_of_2011_is_wifi_4_by_what_its_radios_can() -> None:
    found = ap(AC, "c4:ca:d9:ee:ee:80")

    assert (found.name, found.model, found.serial) == (
        "jiao4-shiwai-ap02",
        "WA2620X-AGNP",
        "210235A0RXC122000439",
    )
    assert (found.clients, found.ip, found.generation, found.generation_from) == (
        16,
        "10.104.246.3",
        4,
        "mode",
    )
    assert [(one.index, one.band, one.channel, one.power_dbm, one.mode) for one in found.radios] == [
        (1, "5", 149, 24, "a/n"),
        (2, "2.4", 1, 27, "b/g/n"),
    ]


def test_networks_are_counted_by_the_controller_where_its_station_table_is_short() -> None:
    found = {one.name: one for one in wireless(AC).ssids}

    assert (found["BUPT-mobile"].clients, found["BUPT-mobile"].clients_5g) == (1086, None)
    assert found["BUPT-portal"].clients == 347


def test_the_ipv6_clients_and_the_licence_are_the_controllers_own_numbers() -> None:
    found = wireless(M18000)

    assert (found.ipv6_clients, found.aps_licensed) == (289, 8704)
    assert {(one.model, one.generation) for one in found.aps if one.model in ("AP740-I", "AP520")} == {
        ("AP740-I", 5),
        ("AP520", 5),
    }


def test_the_names_of_offline_access_points_come_from_the_list_of_all() -> None:
    offline = [one for one in wireless(M18000).aps if one.state == "offline"]

    assert len(offline) == 8
    assert all(one.name and one.mac for one in offline)


def test_numbers_with_units_and_chinese_names_are_read() -> None:
    found = ap(WAC, "70:3a:73:03:06:36")

    assert (found.name, found.group, found.serial, found.uptime_s) == (
        "茶楼中2F-03",
        "茶艺中心",
        "CBP8230299",
        13 * 86400 + 17 * 3600 + 44 * 60 + 4,
    )
    assert [(one.band, one.channel, one.power_dbm, one.mode) for one in found.radios] == [
        ("2.4", 1, 20, "b/g/n"),
        ("5", 44, 21, "a/n/ac"),
    ]


def test_both_radios_in_one_row_are_told_apart() -> None:
    found = next(one for one in wireless("sangfor/sundray-wac-m5800-35047").aps if one.name == "117")

    assert [(one.band, one.channel, one.mode) for one in found.radios] == [
        ("2.4", 8, "b/g/n"),
        ("5", 157, None),
    ]
    assert found.generation is None


def test_an_access_point_of_the_wlc_has_the_address_of_its_wire() -> None:
    found = ap(WLC, "c8:4c:75:0b:a3:a4")

    assert (found.name, found.model, found.group, found.generation) == (
        "erjiao_sw",
        "AIR-LAP1242AG-C-K9",
        "erjiao",
        None,
    )


def test_the_clients_of_access_points_add_up_to_nearly_the_wlcs_own() -> None:
    counts = [one.clients for one in wireless(WLC).aps]

    assert sum(count or 0 for count in counts) == 93
    assert {(one.name, one.clients) for one in wireless(WLC).ssids if one.clients} == {
        ("BUCEA", 71),
        ("BUCEA-Mobile", 24),
    }


def test_transmit_power_is_halved_and_the_width_is_the_letter_after_the_channel() -> None:
    radio = ap(WLSX, "00:0b:86:81:4e:a8").radios[0]

    assert (radio.channel, radio.width_mhz, radio.power_dbm, radio.band) == (11, 20, 18, "2.4")
    assert {radio.width_mhz for radio in all_radios(WLSX)} == {20, 40, 80}


def test_a_station_is_found_by_the_address_of_its_cell() -> None:
    found = wireless(WLSX)
    macs = {one.mac for one in found.aps}

    assert {station.ap for station in found.stations} <= macs
    assert {station.ssid for station in found.stations} <= {one.name for one in found.ssids}
    assert (found.clients, sum(one.clients or 0 for one in found.ssids)) == (67, 67)


def test_a_channel_that_only_6_ghz_has_is_of_6_ghz() -> None:
    found = ap(INSTANT, "68:28:cf:c7:e9:c0")

    assert (found.model, found.generation) == ("635", 6)
    assert [(one.band, one.channel, one.width_mhz, one.noise_dbm) for one in found.radios] == [
        ("5", 161, 20, -94),
        ("2.4", 1, 20, -95),
        ("6", 53, 160, -90),
    ]


def test_an_access_point_without_controller_tells_of_itself() -> None:
    found = wireless("ubiquiti/uap-nanohd")

    assert [(one.model, one.state, one.clients, one.generation) for one in found.aps] == [
        ("UAP-nanoHD", "online", 18, 5)
    ]
    assert [
        (one.band, one.channel, one.power_dbm, one.clients) for one in all_radios("ubiquiti/uap-nanohd")
    ] == [
        ("2.4", 6, 23, 4),
        ("5", 157, 26, 14),
    ]


def test_a_router_with_radios_is_an_access_point() -> None:
    found = wireless("mikrotik/rb433gl")

    assert [(one.state, one.clients, one.generation) for one in found.aps] == [("online", 1, 4)]
    assert [(one.channel, one.width_mhz, one.mode) for one in found.aps[0].radios] == [
        (120, 40, "a/n"),
        (44, 40, "a/n"),
    ]


@pytest.mark.parametrize("name", ["mikrotik/crs317", "tplink/sg2218p", "fortinet/fg-60f", "cisco/c9300"])
def test_a_device_without_radios_and_access_points_has_no_wireless(name: str) -> None:
    assert reading(name).wireless is None
