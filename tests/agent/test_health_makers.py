"""Families without a recording, made up from their MIB files: who they are, and what they measure."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

import pytest
from snmprec_device import FakeDevice

from agent.identify import identified, identity
from agent.poll import poll_device
from agent.snmp.engine import Oid, Value, oid
from agent.snmp.target import Target
from inventory.hardware import Sensor
from inventory.reading import System

NOW = datetime(2026, 9, 1, 8, 0, tzinfo=UTC)

# sysObjectID, sysDescr -> vendor, family, model, software
DESCRIPTIONS = [
    (
        "1.3.6.1.4.1.2011.2.321.10",
        "USG6320\r\nHuawei Versatile Routing Platform Software\r\nVRP (R) Software, Version 5.30 "
        "(USG6300 V100R001C30SPC600)\r\nCopyright (C) 2014-2016 Huawei Technologies Co., Ltd.",
        ("Huawei", "VRP", "USG6320", "V100R001C30SPC600"),
    ),
    (
        "1.3.6.1.4.1.2011.2.240.9",
        "AC6605-26-PWR\r\nHuawei Versatile Routing Platform Software \r\n VRP (R) software,Version 5.160 "
        "(AC6605 V200R006C20SPC300) \r\n Copyright (C) 2011-2016 Huawei Technologies Co., Ltd",
        ("Huawei", "VRP", "AC6605-26-PWR", "V200R006C20SPC300"),
    ),
    (
        "1.3.6.1.4.1.25506.1.1234",
        "H3C Comware Platform Software, Software Version 7.1.070, Release 6126P20\r\nH3C S5130S-28S-EI\r\n"
        "Copyright (c) 2004-2019 New H3C Technologies Co., Ltd. All rights reserved.",
        ("H3C", "Comware", "S5130S-28S-EI", "Release 6126P20"),
    ),
    (
        "1.3.6.1.4.1.25506.1.246",
        "H3C Switch S3100-26TP-EI Software Version 5.20, Release 2215P02\r\nCopyright(c) 2004-2010 Hangzhou "
        "H3C Tech. Co., Ltd. All rights reserved.",
        ("H3C", "Comware", "S3100-26TP-EI", "Release 2215P02"),
    ),
    (
        "1.3.6.1.4.1.2011.10.1.89",
        "H3C S3600-28TP-SI Software Version 3.10, Release 1602P11",
        ("H3C", "Comware", "S3600-28TP-SI", "Release 1602P11"),
    ),
    (
        "1.3.6.1.4.1.25506.1.1401",
        "H3C Comware Platform Software, Software Version 7.1.064, Release 9313P17\r\n"
        "H3C SecPath F1000-AK115\r\nCopyright (c) 2004-2018",
        ("H3C", "Comware", "SecPath F1000-AK115", "Release 9313P17"),
    ),
    (
        "1.3.6.1.4.1.4881.1.2.1.1.60",
        "Ruijie Easy Gateway (EG2100-P V2) By Ruijie Networks",
        ("Ruijie", "RGOS", "EG2100-P V2", None),
    ),
    (
        "1.3.6.1.4.1.4881.1.1.10.1.300",
        "Ruijie Full Gigabit Security & Intelligence Access Switch (RG-S2910-24GT4XS-E) By Ruijie Networks",
        ("Ruijie", "RGOS", "RG-S2910-24GT4XS-E", None),
    ),
    (
        "1.3.6.1.4.1.1916.2.218",
        "ExtremeXOS (X440G2-24p-10G4) version 22.4.1.4 v22.4.1.4-patch1-2 by release-manager on Mon",
        ("Extreme", "EXOS", "X440G2-24p-10G4", "22.4.1.4"),
    ),
    (
        "1.3.6.1.4.1.1991.1.3.62.1.1.1.1",
        "Ruckus Wireless, Inc. ICX7150-48-POE, IronWare Version 08.0.80dT213 Compiled on Feb  5 2019",
        ("Ruckus", "FastIron", "ICX7150-48", "08.0.80dT213"),
    ),
    (
        "1.3.6.1.4.1.4413",
        "EdgeSwitch 24-Port 250W, 1.8.1.5145168, Linux 3.6.5-03329b4a, 1.1.0.5102011",
        ("Ubiquiti", "EdgeSwitch", "EdgeSwitch 24-Port 250W", "1.8.1.5145168"),
    ),
    (
        "1.3.6.1.4.1.6027.1.3.25",
        "Dell Networking OS\r\nOperating System Version: 2.0\r\nApplication Software Version: 9.11(0.0P6)\r\n"
        "Series: S3048-ON\r\nCopyright (c) 1999-2017 by Dell Inc.",
        ("Dell", "OS9", "S3048-ON", "9.11(0.0P6)"),
    ),
    (
        "1.3.6.1.4.1.674.11000.5000.100.2.1.1",
        "Dell EMC Networking OS10 Enterprise.\r\nCopyright (c) 1999-2019 by Dell Inc.\r\n"
        "System Description: OS10 Enterprise.\r\nOS Version: 10.4.3.3.\r\nSystem Type: S4112F-ON",
        ("Dell", "OS10", "S4112F-ON", "10.4.3.3"),
    ),
    (
        "1.3.6.1.4.1.674.10895.3083",
        "Dell Networking N2048P, 6.3.3.10, Linux 3.7.10-e54850e7",
        ("Dell", "DNOS", "N2048P", "6.3.3.10"),
    ),
    (
        "1.3.6.1.4.1.4413",
        "US-24-250W, 5.43.23.12533, Linux 3.6.5",
        ("Ubiquiti", "EdgeSwitch", "US-24-250W", "5.43.23.12533"),
    ),
    (
        "1.3.6.1.4.1.6339.1.1.1.280",
        "S4600-52P-SI Device, Compiled Jun 06 16:24:54 2016 SoftWare Version 7.0.3.5(R0241.0101) BootRom "
        "Version 7.2.16 HardWare Version 1.0.1  Serial No.:SW045010FB16000330",
        ("DCN", None, "S4600-52P-SI", "7.0.3.5(R0241.0101)"),
    ),
    (
        "1.3.6.1.4.1.11.2.3.7.11.160",
        "Aruba JL255A 2930F-24G-PoE+-4SFP+ Switch, revision WC.16.10.0003, ROM WC.16.01.0006",
        ("HPE", "ProCurve", "JL255A", "WC.16.10.0003"),
    ),
    (
        "1.3.6.1.4.1.9.1.2435",
        "Cisco IOS Software [Fuji], Catalyst L3 Switch Software (CAT9K_IOSXE), Version 16.9.3",
        ("Cisco", "IOS XE", None, "16.9.3"),
    ),
]


@pytest.mark.parametrize(("number", "descr", "truth"), DESCRIPTIONS)
def test_a_family_is_known_by_its_description(number: str, descr: str, truth: tuple[str | None, ...]) -> None:
    found = identified(System(sys_descr=descr), identity(number, descr), {}, [])

    assert (found.vendor, found.family, found.model, found.software) == truth


def sensors_of(number: str, descr: str, objects: dict[str, Value]) -> list[Sensor]:
    """The sensors of a device with these objects."""
    found: dict[Oid, Value] = {
        oid("1.3.6.1.2.1.1.1.0"): descr.encode(),
        oid("1.3.6.1.2.1.1.2.0"): oid(number),
        **{oid(path): value for path, value in objects.items()},
    }
    fake = FakeDevice(dict(sorted(found.items())))
    jobs = frozenset({"environment"})
    target = Target("192.0.2.1", community="x")
    return asyncio.run(poll_device(target, now=NOW, jobs=jobs, engine=fake)).sensors


def short(sensors: list[Sensor]) -> set[tuple[str, str | None, float | None, str | None]]:
    return {(item.kind, item.name, item.value, item.state) for item in sensors}


ENTITY = "1.3.6.1.2.1.47.1.1.1.1"


@pytest.mark.parametrize("root", ["1.3.6.1.4.1.25506", "1.3.6.1.4.1.2011.10", "1.3.6.1.4.1.43.45.1.10"])
def test_comware_is_read_under_each_of_its_three_numbers(root: str) -> None:
    state = f"{root}.2.6.1.1.1.1"
    objects: dict[str, Value] = {
        **{f"{ENTITY}.5.{index}": kind for index, kind in ((2, 9), (30, 7), (31, 7), (40, 6))},
        **{
            f"{ENTITY}.7.{i}": n for i, n in ((2, b"Board 0"), (30, b"FAN 1"), (31, b"FAN 2"), (40, b"PSU 1"))
        },
        f"{state}.6.2": 12,
        f"{state}.8.2": 55,
        f"{state}.10.2": 1073741824,
        f"{state}.12.2": 41,
        f"{state}.19.2": 2,
        **{f"{state}.{column}.{index}": 0 for column in (6, 8) for index in (30, 31, 40)},
        **{f"{state}.12.{index}": 65535 for index in (30, 31, 40)},
        f"{state}.19.30": 2,
        f"{state}.19.31": 41,
        f"{state}.19.40": 4,
    }

    found = short(sensors_of("1.3.6.1.4.1.25506.1.1", "H3C Comware", objects))

    assert found == {
        ("cpu", "Board 0", 12.0, None),
        ("memory", "Board 0", 55.0, None),
        ("temperature", "Board 0", 41.0, None),
        ("fan", "FAN 1", None, "ok"),
        ("fan", "FAN 2", None, "failed"),
        ("power", "PSU 1", None, "absent"),
    }


@pytest.mark.parametrize(
    ("number", "descr", "root"),
    [
        (
            "1.3.6.1.4.1.4881.1.2.1.1.60",
            "Ruijie Easy Gateway (EG3230) By Ruijie Networks",
            "1.3.6.1.4.1.4881",
        ),
        ("1.3.6.1.4.1.52642.1.1.10.1.1", "FS 10G Switch (S5860-20SQ) By FS.COM", "1.3.6.1.4.1.52642"),
    ],
)
def test_a_gateway_and_its_sister_brand_share_one_tree(number: str, descr: str, root: str) -> None:
    tree = f"{root}.1.1.10.2"
    objects: dict[str, Value] = {
        f"{tree}.36.1.1.3.0": 21,
        f"{tree}.35.1.1.1.2.1": b"memory",
        f"{tree}.35.1.1.1.3.1": 64,
        f"{tree}.1.1.44.1.4.1.1.1": b"CPU",
        f"{tree}.1.1.44.1.5.1.1.1": 52,
        f"{tree}.1.1.43.1.4.1.1": 4,
        f"{tree}.1.1.43.1.6.1.1": 3300,
        f"{tree}.1.1.41.1.3.1.1": 4,
        f"{tree}.1.1.41.1.3.1.2": 1,
    }

    found = short(sensors_of(number, descr, objects))

    assert found == {
        ("cpu", "CPU", 21.0, None),
        ("memory", "memory", 64.0, None),
        ("temperature", "1/1 CPU", 52.0, None),
        ("fan", "fan 1/1", 3300.0, "ok"),
        ("power", "power 1/1", None, "ok"),
        ("power", "power 1/2", None, "absent"),
    }


def test_a_board_without_a_threshold_measures_nothing() -> None:
    state = "1.3.6.1.4.1.2011.5.25.31.1.1.1.1"
    objects: dict[str, Value] = {
        f"{ENTITY}.7.9": b"SRU Board 0",
        f"{ENTITY}.7.10": b"GigabitEthernet0/0/0",
        **{f"{state}.{c}.9": v for c, v in ((5, 0), (6, 80), (7, 37), (8, 95), (9, 2048), (11, 2147483647))},
        **{f"{state}.{column}.10": 0 for column in (5, 6, 7, 8, 9, 11)},
    }
    descr = (
        "USG6320 Huawei Versatile Routing Platform Software VRP (R) Software, Version 5.30 (USG6300 V100R1)"
    )

    found = short(sensors_of("1.3.6.1.4.1.2011.2.321.10", descr, objects))

    assert found == {("cpu", "SRU Board 0", 0.0, None), ("memory", "SRU Board 0", 37.0, None)}


def test_units_of_the_newer_zte_software_are_read() -> None:
    tree = "1.3.6.1.4.1.3902.3.6002.2"
    objects: dict[str, Value] = {
        **{f"{tree}.1.1.{c}.0.0.1.0": v for c, v in ((5, 4096), (6, 38), (9, 17))},
        f"{tree}.3.1.7.0.0.1.1": 1,
        f"{tree}.3.1.7.0.0.1.2": 0,
        f"{tree}.4.1.3.0.0": 33,
    }

    found = short(sensors_of("1.3.6.1.4.1.3902.3.600.3.1.724", "ZTE ZXR10 5960-32DL Software", objects))

    assert found == {
        ("cpu", "slot 1/0", 17.0, None),
        ("memory", "slot 1/0", 38.0, None),
        ("fan", "fan 1/1", None, "ok"),
        ("fan", "fan 1/2", None, "failed"),
        ("temperature", "shelf 0", 33.0, None),
    }


def test_an_ios_xe_switch_tells_supplies_by_entity() -> None:
    fru = "1.3.6.1.4.1.9.9.117.1"
    objects: dict[str, Value] = {
        **{f"{ENTITY}.5.{index}": kind for index, kind in ((5, 6), (6, 6), (7, 9), (8, 7))},
        **{f"{ENTITY}.7.{i}": n for i, n in ((5, b"PS A"), (6, b"PS B"), (7, b"Board"), (8, b"Fan 1"))},
        f"{fru}.1.2.1.2.5": 2,
        f"{fru}.1.2.1.2.6": 8,
        f"{fru}.1.2.1.2.7": 2,
        f"{fru}.4.1.1.1.8": 2,
        "1.3.6.1.4.1.9.9.109.1.1.1.1.2.1": 7,
        "1.3.6.1.4.1.9.9.109.1.1.1.1.8.1": 23,
        "1.3.6.1.4.1.9.9.109.1.1.1.1.12.1": 1000,
        "1.3.6.1.4.1.9.9.109.1.1.1.1.13.1": 3000,
    }
    descr = "Cisco IOS Software, Catalyst L3 Switch Software (CAT9K_IOSXE), Version 16.9.3"

    found = short(sensors_of("1.3.6.1.4.1.9.1.2435", descr, objects))

    assert found == {
        ("cpu", "CPU 1 Board", 23.0, None),
        ("memory", "RAM 1 Board", 25.0, None),
        ("power", "PS A", None, "ok"),
        ("power", "PS B", None, "failed"),
        ("fan", "Fan 1", None, "ok"),
    }


def test_a_fastpath_switch_tells_its_processor_in_words() -> None:
    tree = "1.3.6.1.4.1.4413.1.1.1.1.4"
    objects: dict[str, Value] = {
        f"{tree}.1.0": 100,
        f"{tree}.2.0": 400,
        f"{tree}.9.0": b"    5 Secs ( 12.34%)   60 Secs ( 10.01%)  300 Secs ( 9.99%)",
    }

    found = short(sensors_of("1.3.6.1.4.1.4413", "EdgeSwitch 24-Port 250W, 1.8.1.5145168", objects))

    assert found == {("cpu", "CPU", 10.01, None), ("memory", "RAM", 75.0, None)}


def test_an_icx_counts_half_degrees() -> None:
    objects: dict[str, Value] = {
        "1.3.6.1.4.1.1991.1.1.2.1.52.0": 4,
        "1.3.6.1.4.1.1991.1.1.2.1.53.0": 61,
        "1.3.6.1.4.1.1991.1.1.2.13.1.1.3.1.1": b"Sensor A",
        "1.3.6.1.4.1.1991.1.1.2.13.1.1.4.1.1": 101,
    }

    found = short(sensors_of("1.3.6.1.4.1.1991.1.3.62.1", "Ruckus Wireless, Inc. ICX7150-48-POE, x", objects))

    assert found == {
        ("cpu", "CPU", 4.0, None),
        ("memory", "RAM", 61.0, None),
        ("temperature", "Sensor A", 50.5, None),
    }


def test_a_stranger_is_read_by_the_standards() -> None:
    objects: dict[str, Value] = {
        "1.3.6.1.2.1.25.3.3.1.2.1": 10,
        "1.3.6.1.2.1.25.3.3.1.2.2": 20,
        "1.3.6.1.4.1.2021.4.5.0": 1000,
        "1.3.6.1.4.1.2021.4.6.0": 750,
        f"{ENTITY}.7.3": b"Inlet",
        **{f"1.3.6.1.2.1.99.1.1.1.{c}.3": v for c, v in ((1, 8), (2, 9), (3, 1), (4, 285), (5, 1))},
    }

    found = short(sensors_of("1.3.6.1.4.1.99999.1", "A switch of nobody", objects))

    assert found == {
        ("cpu", "CPU", 15.0, None),
        ("memory", "RAM", 25.0, None),
        ("temperature", "Inlet", 28.5, None),
    }


def test_a_device_that_dies_in_the_middle_tells_so() -> None:
    fake = FakeDevice(
        {oid("1.3.6.1.2.1.1.1.0"): b"H3C Comware", oid("1.3.6.1.2.1.1.2.0"): oid("1.3.6.1.4.1.25506.1.1")}
    )

    def die(question: object) -> None:
        if len(fake.asked) > 2:
            raise TimeoutError

    fake.twist = die
    jobs = frozenset({"environment"})

    reading = asyncio.run(poll_device(Target("192.0.2.1", community="x"), now=NOW, jobs=jobs, engine=fake))

    assert {reading.tables[part].status for part in ("sensors", "ups")} == {"timeout"}
    assert reading.sensors == []
