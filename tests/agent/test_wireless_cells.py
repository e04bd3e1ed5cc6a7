"""Cells of wireless tables as quantities, with the marks that makers use for "not known"."""

from __future__ import annotations

import re

import pytest

from agent.snmp.engine import Value
from agent.vendors.load import vendor_files
from agent.vendors.wireless import Controller
from agent.wifi import cells
from inventory.wifi_models import of_model, of_model_alone


@pytest.mark.parametrize(
    ("value", "dbm"),
    [(17, 17), (b"20dBm", 20), (255, None), (b"255 dBm", None), (0, 0), (b"", None), (None, None)],
)
def test_power_is_dbm_or_nothing(value: Value, dbm: float | None) -> None:
    assert cells.power_dbm(value) == dbm


def test_milliwatts_become_dbm() -> None:
    assert [cells.dbm_of_mw(value) for value in (1, 100, 0, 251)] == [0, 20, None, 24]


@pytest.mark.parametrize(
    ("value", "dbm"), [(-95, -95), (b"-110dBm", -110), (0, None), (40, None), (-255, None), (95, None)]
)
def test_noise_is_below_zero_or_nothing(value: Value, dbm: float | None) -> None:
    assert cells.noise_dbm(value) == dbm


@pytest.mark.parametrize(("value", "share"), [(0, 0), (100, 100), (255, None), (-1, None), (b"1.00%", 1)])
def test_a_share_is_between_0_and_100(value: Value, share: float | None) -> None:
    assert cells.percent(value) == share


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        (b"13 day17 hour44 minute4 second", 13 * 86400 + 17 * 3600 + 44 * 60 + 4),
        (b"293:50:00", 293 * 3600 + 50 * 60),
        (1065976, 1065976),
        (4294967295, None),
        (b"", None),
    ],
)
def test_durations_come_as_numbers_and_as_words(value: Value, seconds: float | None) -> None:
    assert cells.seconds(value) == seconds


@pytest.mark.parametrize(
    ("value", "channel"),
    [(36, 36), (b"157+", 157), (b"52E", 52), (0, None), (b"", None), (b"auto", None), (255, None)],
)
def test_a_channel_of_a_radio_that_is_off_is_null(value: Value, channel: int | None) -> None:
    assert cells.channel(value) == channel


@pytest.mark.parametrize(
    ("channel", "width", "band"),
    [
        (1, None, "2.4"),
        (13, 20, "2.4"),
        (14, None, "2.4"),
        (36, 20, "5"),
        (42, 80, "5"),
        (165, None, "5"),
        (177, 20, "5"),
        (53, None, "6"),
        (5, 160, "6"),
        (233, None, "6"),
        (None, None, None),
        (35, None, None),
    ],
)
def test_the_band_of_a_channel(channel: int | None, width: int | None, band: str | None) -> None:
    assert cells.band_of_channel(channel, width) == band


@pytest.mark.parametrize(
    ("mhz", "place"),
    [
        (2412, ("2.4", 1)),
        (2484, ("2.4", 14)),
        (5180, ("5", 36)),
        (5825, ("5", 165)),
        (5955, ("6", 1)),
        (900, (None, None)),
    ],
)
def test_the_band_and_channel_of_a_frequency(mhz: int, place: tuple[str | None, int | None]) -> None:
    assert cells.of_frequency(mhz) == place


@pytest.mark.parametrize(
    ("mode", "generation"),
    [("a/n/ac/ax", 6), ("b/g/n", 4), ("a/n/ac", 5), ("be", 7), ("b/g", None), ("ng", None), (None, None)],
)
def test_the_newest_standard_is_the_generation(mode: str | None, generation: int | None) -> None:
    assert cells.generation(mode) == generation


def test_a_sum_of_modes_with_an_unknown_bit_tells_nothing() -> None:
    modes = {"1": "b", "4": "g", "8": "n"}

    assert cells.mode(13, modes, bits=True) == "b/g/n"
    assert cells.mode(13 + 64, modes, bits=True) is None
    assert cells.mode(0, modes, bits=True) is None


@pytest.mark.parametrize(
    ("value", "holds"),
    [
        (bytes.fromhex("20010da8000000000000000000000001"), True),
        (bytes.fromhex("20010da8000000000000000000000001") + bytes(4), True),
        (bytes.fromhex("fd000000000000000000000000000001"), True),
        (bytes.fromhex("fe800000000000000000000000000001"), False),
        (bytes(16), False),
        (b"2001:da8::1:2:34", True),
        (b"fe80::1%12", False),
        (b"fe80::1;2001:da8::1", True),
        (b"2001:da8::1/64", True),
        (b"::", False),
        (b"", False),
        (b"--", False),
        (None, None),
        (0, None),
    ],
)
def test_a_station_holds_ipv6_by_an_address_beyond_the_link(value: Value, holds: bool | None) -> None:
    assert cells.holds_ipv6(value) is holds


def test_sixteen_signs_of_text_are_not_sixteen_octets() -> None:
    assert cells.address6(b"2001:da8::1:2:34") == "2001:da8::1:2:34"


@pytest.mark.parametrize(
    ("value", "holds"),
    [(bytes((10, 0, 0, 1)), True), (bytes(4), False), (bytes((169, 254, 1, 1)), False), (None, None)],
)
def test_a_station_has_ipv4_by_an_address_of_the_network(value: Value, holds: bool | None) -> None:
    assert cells.holds_ipv4(value) is holds


@pytest.mark.parametrize(
    ("vendor", "model", "generation"),
    [
        ("Huawei", "AP4050DN", 5),
        ("Huawei", "AP4051TN", 5),
        ("Huawei", "AP6010DN-AGN", 4),
        ("Huawei", "AP7060DN", 6),
        ("Huawei", "AirEngine 5760-51", 6),
        ("Huawei", "AirEngine8760R-X1", 6),
        ("Huawei", "AirEngine6776-56TP", 7),
        ("Huawei", "AP361", 6),
        ("Huawei", "R250D", 5),
        ("H3C", "WA2620i-AGN", 4),
        ("H3C", "WA3620i-AGN", 4),
        ("H3C", "WA4320i-ACN", 5),
        ("H3C", "WA5530", 5),
        ("H3C", "WA6638", 6),
        ("H3C", "WA7539", 7),
        ("Ruijie", "AP720-L", 5),
        ("Ruijie", "RG-AP820-L(V2)", 6),
        ("Cisco", "AIR-AP2802I-H-K9", 5),
        ("Cisco", "AIR-CAP1602I-C-K9", 4),
        ("Cisco", "C9120AXI-H", 6),
        ("Cisco", "AIR-LAP1242AG-C-K9", None),
        ("Aruba", "225", 5),
        ("Aruba", "AP-515", 6),
        ("Aruba", "635", 6),
        ("Aruba", "93H", 4),
        ("Ruckus", "R750", 6),
        ("Ruckus", "R770", 7),
        ("Ruckus", "R510", 5),
        ("Ubiquiti", "UAP-nanoHD", 5),
        ("Ubiquiti", "U6-Pro", 6),
        ("Ubiquiti", "U7-Pro", 7),
        ("TP-Link", "EAP660 HD", 6),
        ("TP-Link", "EAP225", 5),
        ("Fortinet", "FAP231F", 6),
        ("Huawei", "AD9430DN-24", None),
        ("H3C", "something new", None),
        ("Nobody", "AP4050DN", None),
        ("Huawei", None, None),
    ],
)
def test_the_generation_of_a_model(vendor: str, model: str | None, generation: int | None) -> None:
    assert of_model(model, vendor) == generation


RADIO = {
    "name",
    "radio",
    "band",
    "channel",
    "frequency",
    "width",
    "power",
    "power_mw",
    "utilisation",
    "idle",
    "noise",
    "clients",
    "up",
    "mode",
}
COLUMNS = {
    "aps": {
        "name",
        "mac",
        "serial",
        "model",
        "software",
        "group",
        "ip",
        "ipv6",
        "state",
        "clients",
        "ipv6_clients",
        "wired",
        "uptime",
    },
    "radios": RADIO,
    "ports": {"type", "up", "wired"},
    "ssids": {"name", "clients", "clients_2g", "clients_5g"},
    "vaps": RADIO | {"ssid", "bssid"},
    "stations": {
        "mac",
        "ssid",
        "bssid",
        "band",
        "channel",
        "frequency",
        "radio",
        "rssi",
        "ip",
        "ipv6",
        "ipv6_in",
        "ipv6_out",
    },
}
JOINS = {"ap_mac", "ap_name", "ap_serial", "ap_ip"}
CONTROLLERS = [controller for file in vendor_files() for controller in file.wireless]


@pytest.mark.parametrize("controller", CONTROLLERS, ids=lambda controller: controller.name)
def test_a_controllers_description_names_only_columns_that_are_read(controller: Controller) -> None:
    names = [table.name for table in controller.table]

    assert len(names) == len(set(names))
    assert controller.itself or any(table.when == "status" for table in controller.table)
    for table in controller.table:
        assert not table.columns.keys() - COLUMNS[table.role] - JOINS, table.name
        assert len(set(table.columns.values())) == len(table.columns), table.name
        assert all(re.compile(pattern).groupindex for pattern in table.parse.values()), table.name


def test_no_two_tables_of_all_makers_have_one_name() -> None:
    names = [table.name for controller in CONTROLLERS for table in controller.table]

    assert len(names) == len(set(names))


@pytest.mark.parametrize(
    ("model", "generation"),
    [("AirEngine5760-10", 6), ("WA7320i", 7), ("RG-AP520", 5), ("AP of 2015", None), ("", None)],
)
def test_a_model_tells_its_generation_without_its_maker_where_makers_agree(
    model: str, generation: int | None
) -> None:
    assert of_model_alone(model) == generation
