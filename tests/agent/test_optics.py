"""Dialects of transceiver tables, each as a device that answers as its maker's documents and users say."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import Any

import pytest
from snmprec_device import FakeDevice, Question, table

from agent.poll import poll_device
from agent.snmp.engine import Answer, Value, oid
from agent.snmp.target import Target
from inventory.hardware import Optic
from inventory.reading import Reading

IF_TABLE = oid("1.3.6.1.2.1.2.2.1")
IF_X_TABLE = oid("1.3.6.1.2.1.31.1.1.1")
ENT_PHYSICAL = oid("1.3.6.1.2.1.47.1.1.1.1")
ENT_SENSOR = oid("1.3.6.1.2.1.99.1.1.1")
ENTERPRISES = "1.3.6.1.4.1"

NOW = datetime(2026, 9, 1, tzinfo=UTC)
TARGET = Target("192.0.2.1", community="x")

Cells = dict[int, Value]


def device(enterprise: str, descr: str, ports: dict[int, bytes]) -> dict[tuple[int, ...], Value]:
    return {
        oid("1.3.6.1.2.1.1.1.0"): descr.encode(),
        oid("1.3.6.1.2.1.1.2.0"): oid(f"{ENTERPRISES}.{enterprise}"),
        oid("1.3.6.1.2.1.1.3.0"): 100,
        **table(IF_TABLE, {2: {(place,): name for place, name in ports.items()}}),
        **table(IF_X_TABLE, {1: {(place,): name for place, name in ports.items()}}),
    }


def rows(entry: str, found: dict[tuple[int, ...], Cells]) -> dict[tuple[int, ...], Value]:
    columns: dict[int, dict[tuple[int, ...], Value]] = {}
    for index, cells in found.items():
        for column, value in cells.items():
            columns.setdefault(column, {})[index] = value
    return table(oid(f"{ENTERPRISES}.{entry}"), columns)


def poll(objects: dict[tuple[int, ...], Value]) -> Reading:
    return asyncio.run(poll_device(TARGET, now=NOW, engine=FakeDevice(dict(objects))))


def optics(*parts: dict[tuple[int, ...], Value]) -> list[Optic]:
    return poll({name: value for part in parts for name, value in part.items()}).optics


VRP = "2011.5.25.31.1.1.3.1"
YUNSHAN_DESCR = "Huawei YunShan OS\r\nVersion 1.22.0.1 (S5735 V600R022C01)\r\nHUAWEI S5735-L24P4X"
VRP_DESCR = "S5720-28X-LI-AC\r\nHuawei Versatile Routing Platform Software\r\n VRP (R) software,Version 5.170"


def huawei(descr: str, cells: Cells, entity: int = 700) -> list[Optic]:
    alias = {(*oid("1.3.6.1.2.1.47.1.3.2.1.2"), entity, 0): oid("1.3.6.1.2.1.2.2.1.1.5")}
    return optics(device("2011.2.23", descr, {5: b"10GE1/0/1"}), rows(VRP, {(entity,): cells}), alias)


def test_a_positive_number_is_dbm_where_the_lane_says_so() -> None:
    [optic] = huawei(YUNSHAN_DESCR, {4: b"SN1", 6: 3300, 8: 300, 9: 250, 32: b"3.00", 33: b"2.50"})

    assert (optic.if_index, optic.name) == (5, "10GE1/0/1")
    assert (optic.rx_dbm, optic.tx_dbm, optic.rx_raw, optic.raw_unit) == (3.0, 2.5, "3.00", "dBm")


def test_a_positive_number_without_evidence_has_no_value_but_keeps_its_raw_number() -> None:
    [optic] = huawei(YUNSHAN_DESCR, {4: b"SN1", 6: 3300, 8: 300, 9: 250})

    assert (optic.rx_dbm, optic.tx_dbm) == (None, None)
    assert (optic.rx_raw, optic.tx_raw, optic.raw_unit) == ("300", "250", "unknown unit")


def test_four_lanes_are_listed_and_the_weakest_stands_for_the_module_that_gives_no_total() -> None:
    lanes = b"-2.10,-2.30,-9.80,-2.00"
    cells: Cells = {4: b"SN1", 6: 3300, 8: -1, 9: -1, 32: lanes, 33: b"-1.00,-1.10,-1.20,-1.30"}
    [optic] = huawei(YUNSHAN_DESCR, {**cells, 13: -1330, 14: 340, 15: -840, 16: 340})

    assert [(lane.lane, lane.rx_dbm) for lane in optic.lanes] == [(1, -2.1), (2, -2.3), (3, -9.8), (4, -2.0)]
    assert (optic.rx_dbm, optic.tx_dbm, optic.rx_raw) == (-9.8, -1.3, lanes.decode())


def test_lanes_that_a_module_of_one_colour_does_not_use_are_not_its_weakest() -> None:
    """QSFP28 LR1 in an S6730: three of four lanes are at -40 both ways, the threshold is junk."""
    cells: Cells = {4: b"SN1", 6: 3390, 8: -864, 9: 284, 13: 593, 14: 630}
    lanes: Cells = {32: b"-8.64,-40.00,-40.00,-40.00", 33: b"2.84,-40.00,-40.00,-40.00"}
    [optic] = huawei(YUNSHAN_DESCR, {**cells, **lanes})

    assert (optic.rx_dbm, optic.tx_dbm, optic.light) == (-8.64, 2.84, None)
    assert (optic.rx_low_alarm_dbm, optic.rx_high_alarm_dbm) == (None, None)


def test_microwatts_of_older_software_without_lanes_are_read_by_the_product() -> None:
    [optic] = huawei(VRP_DESCR, {4: b"SN1", 6: 3300, 8: 331, 9: 578})

    assert (optic.rx_dbm, optic.tx_dbm, optic.raw_unit) == (-4.8, -2.38, "uW")


def test_no_microwatts_are_no_light_and_not_minus_infinity() -> None:
    limits: Cells = {13: -1639, 14: 250, 15: -930, 16: 100}
    [optic] = huawei(VRP_DESCR, {4: b"SN1", 5: 31, 6: 3300, 8: 0, 9: 559, **limits})

    assert (optic.rx_dbm, optic.rx_raw, optic.light, optic.tx_dbm) == (None, "0", "none", -2.53)


EMPTY: Cells = {4: b"", 5: -255, 6: -1, 7: -1, 8: -1, 9: -1, 13: -1, 24: b"", 25: b"", 32: b"", 33: b""}


def chassis() -> dict[tuple[int, ...], Value]:
    ports: dict[tuple[int, ...], Cells] = {(place,): EMPTY for place in range(700, 740)}
    lanes: Cells = {32: b"-480.00", 33: b"-238.00"}
    ports[(710,)] = {
        4: b"0SN",
        5: 31,
        6: 3300,
        7: 30120,
        8: 331,
        9: 578,
        13: -1639,
        14: 250,
        25: b"P",
        **lanes,
    }
    return {**device("2011.2.23", VRP_DESCR, {5: b"XGigabitEthernet0/0/1"}), **rows(VRP, ports)}


def test_empty_cages_are_asked_for_no_more_than_their_emptiness() -> None:
    engine = FakeDevice(chassis())

    reading = asyncio.run(poll_device(TARGET, now=NOW, engine=engine, jobs=frozenset({"environment"})))

    root = oid(f"{ENTERPRISES}.{VRP}")
    walked = {
        place[len(root)]
        for asked in engine.asked
        if asked.kind != "get"
        for place in asked.oids
        if place[: len(root)] == root
    }
    assert [(item.serial, item.rx_dbm, item.rx_low_alarm_dbm) for item in reading.optics] == [
        ("0SN", -4.8, -16.39)
    ]
    assert walked == {4, 8, 9, 25}


def test_modules_whose_columns_cannot_be_had_make_the_part_partial() -> None:
    root = oid(f"{ENTERPRISES}.{VRP}")

    def refuse(question: Question) -> Answer | None:
        mine = any(place[: len(root)] == root for place in question.oids)
        return Answer(5, 1, []) if question.kind == "get" and mine else None

    engine = FakeDevice(chassis(), twist=refuse)
    reading = asyncio.run(poll_device(TARGET, now=NOW, engine=engine, jobs=frozenset({"environment"})))

    assert reading.tables["optics"].status == "partial"
    assert [item.serial for item in reading.optics] == ["0SN"]


def test_an_empty_cage_is_no_module() -> None:
    assert huawei(VRP_DESCR, {4: b"", 5: -255, 6: -1, 7: -1, 8: -1, 9: -1, 10: 3}) == []


COMWARE = "H3C Comware Platform Software, Software Version 7.1.070, Release 6318P01\r\nH3C S6520X-30QC-EI"


@pytest.mark.parametrize("root", ["25506", "2011.10"])
def test_thresholds_in_another_unit_than_the_value_are_found_out(root: str) -> None:
    cells: Cells = {
        2: b"10G_BASE_LR_SFP",
        3: 1310,
        5: b"SN2",
        8: 1,
        9: -232,
        12: -410,
        15: 35,
        16: 331,
        17: 3012,
        30: 14125,
        31: 1000,
        34: 11220,
        35: 229,
        36: 10000,
        37: 363,
    }
    switch = device("25506.1.1", COMWARE, {9: b"Ten-GigabitEthernet1/0/9"})
    [optic] = optics(switch, rows(f"{root}.2.70.1.1.1", {(9,): cells}))

    assert (optic.rx_dbm, optic.tx_dbm, optic.ddm, optic.speed_mbps) == (-4.1, -2.32, True, 10_000)
    assert (optic.rx_low_alarm_dbm, optic.rx_low_warn_dbm) == (-16.4, -14.4)
    assert (optic.rx_high_warn_dbm, optic.rx_high_alarm_dbm) == (0.0, 0.5)
    assert (optic.tx_low_alarm_dbm, optic.tx_high_alarm_dbm) == (-10.0, 1.5)


def test_a_copper_module_has_an_identity_and_no_light() -> None:
    cells: Cells = {
        2: b"1000_BASE_T_AN_SFP",
        3: 2147483647,
        4: b"H3C",
        5: b"SN3",
        8: 2,
        9: b"Copper",
        12: b"Copper",
    }
    switch = device("25506.1.1", COMWARE, {9: b"GigabitEthernet1/0/9"})
    [optic] = optics(switch, rows("25506.2.70.1.1.1", {(9,): cells}))

    assert (optic.rx_dbm, optic.rx_raw, optic.ddm, optic.wavelength_nm) == (None, "Copper", False, None)
    assert (optic.type, optic.serial) == ("1000_BASE_T_AN_SFP", "SN3")


def test_channels_of_a_module_are_its_lanes() -> None:
    cells: Cells = {2: b"40G_BASE_SR4_QSFP_PLUS", 5: b"SN4", 8: 1, 9: 2147483647, 12: 2147483647}
    channels: dict[tuple[int, ...], Cells] = {
        (9, lane): {2: -100 - lane, 3: -200 - lane, 5: 650} for lane in (1, 2, 3, 4)
    }
    switch = device("25506.1.1", COMWARE, {9: b"FortyGigE1/0/9"})
    [optic] = optics(switch, rows("25506.2.70.1.1.1", {(9,): cells}), rows("25506.2.70.1.2.1", channels))

    assert [(lane.rx_dbm, lane.tx_dbm, lane.bias_ma) for lane in optic.lanes[:1]] == [(-2.01, -1.01, 6.5)]
    assert (optic.rx_dbm, optic.rx_raw) == (-2.04, "-201,-202,-203,-204")


FIBER = "1.1.10.2.105.1.1.1"
RGOS = "Ruijie Gigabit Security & Intelligence Access Switch (S5750-24GT/12SFP) By Ruijie Networks"


def ruijie(cells: Cells, enterprise: str = "4881") -> Optic:
    switch = device(f"{enterprise}.1.1.10.1.100", RGOS, {25: b"TenGigabitEthernet 0/25"})
    return optics(
        switch, rows(f"{enterprise}.{FIBER}", {(25,): {3: 16, 15: 1, 16: b"SN5", 17: 40, 19: 3300, **cells}})
    )[0]


@pytest.mark.parametrize("enterprise", ["4881", "52642"])
def test_the_newer_columns_are_hundredths_of_a_dbm(enterprise: str) -> None:
    optic = ruijie({76: -523, 81: -187, 5: 1310, 93: -1639, 94: 50}, enterprise)

    assert (optic.rx_dbm, optic.tx_dbm, optic.type, optic.speed_mbps) == (
        -5.23,
        -1.87,
        "10GBASE-LR SFP+",
        10_000,
    )
    assert (optic.rx_low_alarm_dbm, optic.rx_high_alarm_dbm) == (-16.39, 0.5)


@pytest.mark.parametrize(
    ("cells", "rx_dbm", "rx_raw"),
    [
        ({31: -5, 32: 23, 51: -1, 52: 87}, -5.23, "-5 23"),
        ({31: -5, 32: 3, 51: -1, 52: 87}, -5.03, "-5 3"),
        ({31: 0, 32: 23, 51: -1, 52: 87}, None, "0 23"),  # +0.23 or -0.23
        ({31: 1, 32: 5, 51: -1, 52: 87}, 1.05, "1 5"),
        ({31: -100, 32: -100, 51: -1, 52: 87}, None, "-100 -100"),
        ({31: 0, 32: 23, 51: -1, 52: 87, 76: -23}, -0.23, "-23"),
        ({31: -40, 32: 0, 51: -1, 52: 87}, -40.0, "-40 0"),
    ],
)
def test_a_value_in_two_columns_is_unknown_where_its_sign_is_lost(
    cells: Cells, rx_dbm: float | None, rx_raw: str
) -> None:
    optic = ruijie(cells)

    assert (optic.rx_dbm, optic.rx_raw) == (rx_dbm, rx_raw)
    assert optic.light == ("none" if rx_dbm == -40.0 else None)


def test_minus_ten_thousand_is_no_measurement() -> None:
    optic = ruijie({76: -10000, 81: -10000})

    assert (optic.rx_dbm, optic.rx_raw, optic.light, optic.raw_unit) == (None, "-10000", None, None)


def test_kinds_of_a_small_switch_become_one_module() -> None:
    switch = device("9.6.1.1006.24.3", "CBS350-24P-4X 24-Port Gigabit PoE Stackable", {49: b"te1"})
    kinds: dict[tuple[int, ...], Cells] = {
        (49, 5): {3: 22},
        (49, 6): {3: 3290100},
        (49, 7): {3: 9900},
        (49, 8): {3: -5515},
        (49, 9): {3: -8986},
        (49, 11): {3: 0},
    }
    [optic] = optics(switch, rows("9.6.1.101.90.1.2.1", kinds))

    assert (optic.rx_dbm, optic.tx_dbm, optic.temperature_c) == (-8.986, -5.515, 22.0)
    assert (optic.voltage_v, optic.bias_ma, optic.light, optic.name) == (3.29, 9.9, None, "te1")


def test_lanes_and_diagnostics_in_texts_are_read_by_their_sign() -> None:
    switch = device("47196.4.1.1.1.100", "Aruba JL659A ML.10.16.0001", {27: b"1/1/27"})
    dom: Cells = {2: b"47.65", 11: b"3.31", 24: b"1.00", 25: b"-9.30", 28: b"2.50", 29: b"-14.40"}
    [optic] = optics(
        switch,
        rows(
            "47196.4.1.1.3.27.1.1.1.1",
            {(27,): {2: b"1/1/27", 3: b"10G SFP+ SR", 5: b"SN6", 12: 850, 20: 10000, 28: 1}},
        ),
        rows("47196.4.1.1.3.27.1.2.1.1", {(27,): dom}),
        rows("47196.4.1.1.3.27.1.2.2.1", {(27, 1): {2: b"8.40", 7: b"-2.49", 12: b"-10.96"}}),
    )

    assert (optic.rx_dbm, optic.tx_dbm, optic.raw_unit, optic.bias_ma) == (-10.96, -2.49, "dBm", 8.4)
    assert (optic.temperature_c, optic.voltage_v, optic.rx_low_alarm_dbm) == (47.65, 3.31, -14.4)


@pytest.mark.parametrize(
    ("unit", "rx", "wanted"), [(1, b"0.0800", -10.97), (2, b"-10.96", -10.96), (1, b"  -", None)]
)
def test_a_switch_that_says_its_unit_is_believed(unit: int, rx: bytes, wanted: float | None) -> None:
    switch = device("171.10.113.2.1", "DES-3200-18", {17: b"17"})
    told = {oid(f"{ENTERPRISES}.171.12.72.1.2.0"): unit}
    found = optics(
        switch,
        told,
        rows("171.12.72.2.1.1.1", {(17,): {2: b"40.1", 3: b"3.30", 4: b"6.1", 5: b"  -", 6: rx}}),
    )

    assert [item.rx_dbm for item in found] == [wanted]


@pytest.mark.parametrize(
    ("rx", "tx", "wanted", "unit"),
    [
        (-17000, -2500, -17.0, "0.001 dBm"),
        (562, 600, None, "unknown unit"),
        (-97000, -2500, None, "0.001 dBm"),
    ],
)
def test_a_table_that_changed_its_unit_with_a_release_is_read_by_evidence(
    rx: int, tx: int, wanted: float | None, unit: str
) -> None:
    switch = device("1916.2.300", "5520-24X-FabricEngine (9.3.1.0)", {192: b"Port1/1"})
    [optic] = optics(
        switch, rows("2272.1.71.1.1", {(192,): {6: b"X", 9: b"SN", 13: 1, 17: 9000, 32: tx, 37: rx}})
    )

    assert (optic.rx_dbm, optic.raw_unit) == (wanted, unit)
    assert optic.light == ("none" if rx == -97000 else None)


def test_texts_that_name_their_unit_need_no_evidence() -> None:
    switch = device(
        "1991.1.3.62.1",
        "Ruckus Wireless, Inc. ICX7250-24, IronWare Version 08.0.95",
        {65: b"10GigabitEthernet1/2/1"},
    )
    cells: Cells = {
        1: b"49.8007 C: Normal",
        2: b"006.9644 dBm: Normal",
        3: b"-015.6863 dBm: Low-Alarm",
        4: b"N/A",
    }
    [optic] = optics(switch, rows("1991.1.1.3.3.6.1", {(65,): cells}))

    assert (optic.rx_dbm, optic.tx_dbm, optic.temperature_c) == (-15.686, 6.964, 49.801)
    assert (optic.rx_raw, optic.raw_unit) == ("-015.6863 dBm: Low-Alarm", "dBm")


SENSOR_COLUMNS = (1, 2, 3, 4, 5)


def sensor_device(
    sensors: dict[int, tuple[bytes, int, int, int, int, int]],
    parts: dict[int, Cells],
    ports: dict[int, bytes],
) -> list[Optic]:
    """``sensors``: name, type, scale, precision, value, status by entPhysicalIndex; all sit in part 900."""
    found: dict[tuple[int, ...], Cells] = {
        (900,): {2: b"SFP+ 10GBASE-SR", 4: 1, 5: 9, 7: b"Xcvr", 11: b"SN7", 13: b"SFP-10G-SR"}
    }
    found.update({(place,): {2: name, 4: 900, 5: 8, 7: name} for place, (name, *_rest) in sensors.items()})
    found.update({(place,): cells for place, cells in parts.items()})
    readings: dict[tuple[int, ...], Cells] = {
        (place,): dict(zip(SENSOR_COLUMNS, rest, strict=True)) for place, (_name, *rest) in sensors.items()
    }
    return optics(
        device("30065.1.3011", "A switch that nobody knows", ports),
        rows("0", {}),
        table(ENT_PHYSICAL, _columns(found)),
        table(ENT_SENSOR, _columns(readings)),
    )


def _columns(found: dict[tuple[int, ...], Cells]) -> dict[int, Any]:
    columns: dict[int, Any] = {}
    for index, cells in found.items():
        for column, value in cells.items():
            columns.setdefault(column, {})[index] = value
    return columns


def test_sensors_of_an_unknown_maker_are_a_module_at_its_port() -> None:
    [optic] = sensor_device(
        {
            901: (b"DOM RX Power Sensor for Ethernet3", 14, 9, 2, -412, 1),
            902: (b"DOM TX Power Sensor for Ethernet3", 14, 9, 2, -231, 1),
            903: (b"DOM Temperature Sensor for Ethernet3", 8, 9, 1, 352, 1),
            904: (b"DOM Bias Sensor for Ethernet3", 5, 8, 2, 712, 1),
        },
        {},
        {3: b"Ethernet3"},
    )

    assert (optic.if_index, optic.name, optic.rx_dbm, optic.tx_dbm) == (3, "Ethernet3", -4.12, -2.31)
    assert (optic.raw_unit, optic.temperature_c, optic.bias_ma) == ("0.01 dBm", 35.2, 7.12)
    assert (optic.serial, optic.part, optic.type) == ("SN7", "SFP-10G-SR", "SFP+ 10GBASE-SR")


def test_watts_of_a_sensor_for_light_become_dbm() -> None:
    [optic] = sensor_device(
        {
            901: (b"DOM RX Power Sensor for Ethernet3", 6, 7, 0, 331, 1),
            902: (b"DOM TX Power Sensor for Ethernet3", 6, 7, 0, 578, 1),
        },
        {},
        {3: b"Ethernet3"},
    )

    assert (optic.rx_dbm, optic.tx_dbm, optic.raw_unit) == (-4.8, -2.38, "uW")


def test_watts_of_a_power_supply_are_no_light() -> None:
    assert (
        sensor_device(
            {901: (b"Power supply 1 input power", 6, 9, 0, 250, 1)},
            {900: {2: b"Power supply", 7: b"PSU"}},
            {},
        )
        == []
    )


def test_lanes_of_sensors_are_told_by_their_names() -> None:
    sensors = {
        900 + lane: (
            f"Ethernet1/1 Lane {lane} Transceiver Receive Power Sensor".encode(),
            14,
            8,
            0,
            -2000 - lane,
            1,
        )
        for lane in (1, 2, 3, 4)
    }
    [optic] = sensor_device(sensors, {}, {1: b"Ethernet1/1", 2: b"1"})

    assert optic.if_index == 1
    assert [lane.rx_dbm for lane in optic.lanes] == [-2.001, -2.002, -2.003, -2.004]
    assert optic.rx_dbm == -2.004


def test_a_sensor_that_is_out_of_order_keeps_its_number_and_has_no_value() -> None:
    [optic] = sensor_device({901: (b"Ethernet3 Receive Power", 14, 9, 1, -400, 3)}, {}, {3: b"Ethernet3"})

    assert (optic.rx_dbm, optic.rx_raw, optic.light) == (None, "-400", None)


def test_a_zero_at_a_thousandth_of_a_dbm_is_no_measurement_but_at_a_tenth_it_is() -> None:
    fine = sensor_device({901: (b"Ethernet3 Receive Power", 14, 8, 0, 0, 1)}, {}, {3: b"Ethernet3"})
    coarse = sensor_device({901: (b"Ethernet3 Receive Power", 14, 9, 1, 0, 1)}, {}, {3: b"Ethernet3"})

    assert ([item.rx_dbm for item in fine], [item.rx_dbm for item in coarse]) == ([None], [0.0])


def test_a_lane_without_a_number_is_left_out_of_a_module_with_one_lane() -> None:
    switch = device(
        "6027.1.3.22", "Dell Networking OS\r\nSystem Type: S4048-ON", {9: b"TenGigabitEthernet 1/9"}
    )
    lanes: Cells = {8: b"-2.31", 9: b"N/A", 12: b"-4.10", 13: b"N/A", 16: b"30.1", 17: b"3.29", 18: b"6.2"}
    table_rows = rows(
        "6027.3.11.1.3.1.1", {(9,): {1: b"TenGigabitEthernet 1/9", 4: b"10GBASE-SR", 7: b"SN8", **lanes}}
    )
    [optic] = optics(switch, table_rows)

    assert (optic.rx_dbm, optic.tx_dbm, optic.rx_raw, optic.lanes) == (-4.1, -2.31, "-4.10", [])


def test_a_mark_behind_a_number_is_no_part_of_it_and_null_is_no_module() -> None:
    switch = device("6339.1.1.2.40", "DCRS-5980-28T Device", {9: b"Ethernet1/0/9", 10: b"Ethernet1/0/10"})
    dark: Cells = {2: b"NULL", 7: b"NULL", 12: b"NULL", 17: b"NULL", 22: b"NULL"}
    lit: Cells = {2: b"33", 7: b"3.31", 12: b"6.11", 17: b"-25.23(A-)", 22: b"-5.01"}
    found = optics(switch, rows("6339.100.30.1.1", {(9,): lit, (10,): dark}))

    assert [(item.name, item.rx_dbm, item.tx_dbm) for item in found] == [("Ethernet1/0/9", -25.23, -5.01)]


def test_a_device_without_optics_costs_little() -> None:
    engine = FakeDevice(device("8072.3.2.10", "Linux gw", {2: b"eth0"}))

    reading = asyncio.run(poll_device(TARGET, now=NOW, engine=engine, jobs=frozenset({"environment"})))

    entity = oid("1.3.6.1.2.1.47.1")
    about = [asked for asked in engine.asked if asked.oids and asked.oids[0][: len(entity)] == entity]
    assert reading.tables["optics"].status == "unsupported"
    assert len(about) <= 3
