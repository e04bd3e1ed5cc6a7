"""What the recorded devices measure of themselves: sane everywhere, and exact where it was read by hand."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from functools import cache

import pytest
import recordings
from shared import RECORDINGS, need

from agent.poll import poll_device
from agent.snmp.target import Target
from inventory.hardware import Sensor
from inventory.reading import Reading

pytestmark = [pytest.mark.recordings, pytest.mark.slow, need(RECORDINGS)]

NOW = datetime(2026, 9, 1, 8, 0, tzinfo=UTC)
NAMES = recordings.names()
each = pytest.mark.parametrize("name", NAMES)


@cache
def reading_of(name: str) -> Reading:
    """A recorded device, asked for its environment and its ports."""
    target = Target("192.0.2.1", community="x")
    jobs = frozenset({"status", "environment"})
    return asyncio.run(poll_device(target, now=NOW, jobs=jobs, engine=recordings.replayed(name)))


def told(name: str, kind: str) -> dict[str | None, object]:
    """Value, or state where there is no value, by the sensor's name."""
    sensors = [item for item in reading_of(name).sensors if item.kind == kind]
    return {item.name: item.state if item.value is None else item.value for item in sensors}


LIMITS = {
    "cpu": (0, 100),
    "memory": (0, 100),
    "storage": (0, 100),
    "humidity": (0, 100),
    "temperature": (-40, 150),
    "fan": (0, 60_000),
    "power": (0, 10_000),
}


@each
def test_no_sensor_is_beyond_what_hardware_can_be(name: str) -> None:
    wild = [
        item
        for item in reading_of(name).sensors
        if item.value is not None
        and item.kind in LIMITS
        and not LIMITS[item.kind][0] <= item.value <= LIMITS[item.kind][1]
    ]

    assert wild == []


@each
def test_no_two_sensors_of_a_kind_share_a_name(name: str) -> None:
    names = [(item.kind, item.name) for item in reading_of(name).sensors]

    assert len(names) == len(set(names))


@each
def test_every_sensor_tells_a_value_with_a_unit_or_a_state(name: str) -> None:
    mute = [
        item
        for item in reading_of(name).sensors
        if (item.value is None) != (item.unit is None) or _mute(item)
    ]

    assert mute == []


def _mute(item: Sensor) -> bool:
    return not item.name or not item.source or (item.value is None and item.state is None)


@each
def test_the_parts_of_the_environment_say_how_their_reading_went(name: str) -> None:
    tables = reading_of(name).tables

    statuses = {part: tables[part].status for part in ("sensors", "poe_ports", "poe_supplies", "ups")}

    assert set(statuses.values()) <= {"ok", "empty", "unsupported"}
    assert (statuses["sensors"] == "ok") == bool(reading_of(name).sensors)


# Read by hand: the object's number is in the comment where it is not the obvious one.
TRUTHS: dict[str, dict[str, dict[str | None, object]]] = {
    "huawei/s5720-56c-pwr-ei": {
        "cpu": {"MPU Board 0": 44.0},
        "memory": {"MPU Board 0": 9.0},
        "temperature": {"MPU Board 0": 42.0},
    },
    "huawei/s5735-yunshan": {
        "cpu": {"S5735-L24P4XE-A-V2 1": 67.0},
        "memory": {"S5735-L24P4XE-A-V2 1": 60.0},
        "temperature": {"S5735-L24P4XE-A-V2 1": 25.0},
        "fan": {"fan 1/1 slot1,FAN1": 29.0, "fan 1/2 slot1,FAN2": 30.0},
        "power": {"power 1/5": "ok", "power 1/6": "ok", "power 2/5": "ok", "power 2/6": "ok"},
    },
    "huawei/ar169f": {
        "cpu": {"SRU Board 0": 24.0},
        "memory": {"SRU Board 0": 58.0},
        "temperature": {"SRU Board 0": 44.0},
    },
    "huawei/s12704-native-ac": {
        "fan": {"fan 30/1": 30.0, "fan 30/2": 30.0, "fan 31/1": 30.0, "fan 31/2": 30.0},
    },
    "h3c/hpe-ff5700-40xg": {
        "fan": {"fan 0": "ok"},
        "power": {
            "power 0": "ok",
            "power 1": "ok",
            "power 2": "ok",
            "power 3": "absent",
            "power 4": "absent",
            "power 5": "absent",
        },
    },
    "ruijie/s5750-24gt12sfp": {"cpu": {"number 1": 37.0}, "memory": {"number 1": 50.0}, "temperature": {}},
    "ruijie/m18000-ws-ed-ac": {
        "memory": {f"Slot {n}/0: M18000-WS-ED, Cpu 0": 47.0 if n == 1 else 46.0 for n in (1, 2, 3, 4)}
    },
    "dcn/dcrs-5980-28t": {
        "cpu": {"CPU": 19.0},
        "memory": {"RAM": 31.4},  # 168411136 of 536870912 octets
        "temperature": {"switch": 34.0},
        "fan": {f"fan {n}": "ok" for n in (1, 2, 3, 4)},
    },
    "maipu/sm4200-16gef8ge": {
        "cpu": {"CPU": 22.0},
        "memory": {"RAM": 32.1},  # 86090456 of 268435456
        "temperature": {"switch": 29.0},
    },
    "hillstone/sg-6000-e3965": {
        "cpu": {"CPU": 55.0},
        "memory": {"RAM": 17.2},  # 1444687 of 8388608 kB
        "temperature": {
            "CPU": 36.0,
            "Chassis_Outlet": 35.0,
            "Chassis_Inlet": 24.0,
            "Switch": 68.0,
            "Slot_Inlet": 28.0,
        },
        "power": {"PS0": "ok", "PS1": "ok"},
    },
    "topsec/ngfw4000-uf": {"cpu": {"CPU": 3.0}, "memory": {"RAM": 33.0}},
    "sangfor/sundray-wac-m5800-45577": {"cpu": {"CPU": 46.0}, "memory": {"RAM": 28.0}},
    # Its 210.082 MB "free" of 7,802 MB leave out the cache: no statement about the memory.
    "sangfor/sundray-wac-m5800-35047": {"cpu": {"CPU": 6.0}, "memory": {}},
    "hikvision/camera": {"cpu": {"CPU": 52.0}, "memory": {"RAM": 75.0}},  # "52 PERCENT", "75 PERCENT"
    "tplink/sg2218p": {"cpu": {"unit 1": 79.0}, "memory": {"unit 1": 41.0}},
    "dlink/des-3200-18": {
        "cpu": {"CPU": 28.0},
        "memory": {"unit 0": 88.4},  # 115908 of 131072 kB
        "temperature": {"unit 1": 53.0},
        "power": {"unit 1 power 1": "ok", "unit 1 power 2": "unknown"},  # working(3), other(0)
    },
    "zyxel/xgs4600-32f": {
        "cpu": {"CPU": 43.0},
        "memory": {"RAM": 34.0},
        "fan": {"1/FAN1": 6633.0, "1/FAN2": 6467.0, "1/FAN3": 6633.0},
        "voltage": {
            "1/1.0V_A": 1.008,
            "1/1.0V": 1.0,
            "1/3.3V": 3.291,
            "1/1.5V": 1.523,
            "1/12V": 11.343,
        },
    },
    "hp/procurve-ka-stack": {
        "cpu": {"CPU": 42.0},
        "memory": {"RAM 1": 14.7},  # 9669100 of 11337704 octets are free
        "power": {"power 1": 48.0, "power 2": 45.0},
        "temperature": {"power 1": 27.0, "power 2": 29.0},
        "fan": {f"fan {n}": "ok" for n in range(1, 7)},
    },
    "aruba/7210": {
        "temperature": {"chassis": 22.0},  # "22.00 degrees Celsius (NORMAL)"
        "memory": {"RAM 1": 50.7},  # 2621056 of 5170880 kB
        "power": {"power 0": "warning", "power 1": "ok"},
    },
    "aruba/cx-6200f": {
        "temperature": {"Temp Sensor": 27.375},
        "fan": {f"RPM sensor for fan 1/{n}": rpm for n, rpm in ((1, 4136.0), (2, 4145.0), (3, 4178.0))},
    },
    "aruba/iap-225": {
        "cpu": {"ECA-Ultimo-L11-AP06": 6.0, "ECA-Ultimo-L11-AP14": 5.0, "instant-ap-src-1": 9.0},
    },
    "cisco/c2960x": {
        "cpu": {"CPU 1": 53.0},
        "temperature": {"SW#1, Sensor#1": 44.0, "SW#2, Sensor#1": 43.0, "SW#3, Sensor#1": 43.0},
        "fan": {f"Switch#{n}, Fan#1": "ok" for n in (1, 2, 3)},
        "power": {"Sw1, PS1": "ok", "Sw2, PS1": "ok", "Sw3, PS1": "ok"},
    },
    "cisco/c3560": {"cpu": {"CPU 1": 28.0}, "temperature": {"SW#1, Sensor#1": 61.0}},
    "cisco/n5000": {
        "cpu": {"CPU 1": 16.0},
        "memory": {"RAM": 29.0},
        # The optics of its 48 ports measure voltage and current in the same table.
        "voltage": {},
        "power": {"PowerSupply-1": "ok", "PowerSupply-2": "ok"},
    },
    "cisco/air-ct5508": {"cpu": {"CPU": 7.0}, "temperature": {"chassis": 41.0}},
    "cisco/cbs350-24p-4x": {
        "cpu": {"CPU": 5.0},
        "temperature": {"unit 1": 70.0, "unit 2": 70.0},
        "power": {"unit 1 main": "ok", "unit 2 main": "ok"},  # redundant: notPresent(5)
    },
    "juniper/qfx5100": {
        "cpu": {"FPC: QFX5100-48S-6Q @ 0/*/*": 17.0, "Routing Engine 0": 17.0},
        "power": {"Power Supply 0 @ 0/0/*": "ok", "Power Supply 1 @ 0/1/*": "ok"},
    },
    "mikrotik/crs317": {
        "cpu": {"CPU": 16.5},  # two cores, 16 and 17
        "memory": {"main memory": 4.6},  # 48492 of 1048576
        "power": {"psu1-state": "ok", "psu2-state": "ok"},
    },
    "mikrotik/rb433gl": {"voltage": {"voltage": 23.7}},  # 237 dV
    "ubiquiti/uap-nanohd": {"memory": {"RAM": 75.0}},  # 31048 of 124372 kB are free
    "fortinet/fg-60f": {
        "cpu": {"CPU": 12.0},
        "memory": {"RAM": 46.0},
        "temperature": {
            "CPU ON-DIE Temperature": 56.691,
            "B50182 Temperature": 46.872,
            "B50210_1 Temperature": 40.192,
            "B50210_2 Temperature": 40.192,
        },
    },
    "extreme/voss-7520": {"cpu": {"slot 1": 4.0}, "memory": {"slot 1": 21.8}},  # 3580938 + 12858134 kB
    "dell/os10": {
        "temperature": {"chassis 1": 37.0, "card 1.1": 37.0},
        "power": {"power 1": "ok", "power 2": "ok"},
        "fan": {f"fan {n}": "ok" for n in range(1, 7)},
    },
    "zte/zxr10-9908": {
        "power": {"power 1": "absent", "power 2": "absent", "power 3": "ok", "power 4": "ok"},
    },
    "apc/smtl1000-nmc3": {
        "temperature": {"Equipment Room": 27.0, "Equipment Cabinet": 28.0},
        "humidity": {"Equipment Room": 32.0},  # the other probe answers -1
    },
}


@pytest.mark.parametrize(("name", "kind"), [(name, kind) for name in TRUTHS for kind in TRUTHS[name]])
def test_a_recorded_device_measures_what_stands_in_its_file(name: str, kind: str) -> None:
    found = told(name, kind)

    if name == "zte/zxr10-9908":
        found = {key: value for key, value in found.items() if str(key) in TRUTHS[name][kind]}
    assert found == TRUTHS[name][kind]


def test_boards_count_and_their_hundreds_of_passive_parts_do_not() -> None:
    sensors = reading_of("huawei/s12704-native-ac").sensors

    kinds = {kind: sum(item.kind == kind for item in sensors) for kind in ("cpu", "memory", "temperature")}

    assert kinds == {"cpu": 7, "memory": 7, "temperature": 7}


def test_states_of_the_moment_are_no_part_of_a_name() -> None:
    names = {item.name for item in reading_of("cisco/c3560").sensors}

    assert "SW#1, Sensor#1" in names  # "SW#1, Sensor#1, YELLOW" on the wire


def test_a_warm_switch_says_so() -> None:
    states = {item.name: item.state for item in reading_of("cisco/c3560").sensors}

    assert states["SW#1, Sensor#1"] == "warning"


def test_one_disk_mounted_in_a_hundred_places_is_told_once() -> None:
    disks = told("ruckus/sz104", "storage")

    assert len(disks) < 12


UPS_FILES = {name: recordings.expected(name)["ups"] for name in NAMES if recordings.expected(name).get("ups")}


@each
def test_only_a_ups_is_a_ups(name: str) -> None:
    assert (reading_of(name).ups is not None) == (name in UPS_FILES or name == "emerson/ups-gbk-name")


def test_the_batteries_are_what_the_files_say() -> None:
    apc = reading_of("apc/smtl1000-nmc3").ups
    emerson = reading_of("emerson/ups-gbk-name").ups
    assert apc is not None
    assert emerson is not None

    assert (apc.output, UPS_FILES["apc/smtl1000-nmc3"]["apc_status"]) == ("normal", 2)  # onLine(2)
    assert (apc.minutes_left, apc.charge_percent, apc.battery_voltage_v) == (25.367, 100.0, 40.8)
    assert (apc.input_voltage_v, apc.output_voltage_v, apc.load_percent) == (118.0, 118.0, 37.8)
    assert emerson.name == "85中学"  # GBK
    assert (emerson.battery, emerson.charge_percent, emerson.battery_voltage_v) == ("normal", 100.0, 80.7)
    assert (emerson.input_voltage_v, emerson.load_percent) == (220.5, 18.0)


WATTS = {
    # ifIndex by entAliasMappingTable, watts by the maker's milliwatts
    "cisco/c2960x": {10101: 2.509, 10102: 2.561, 10103: 6.952, 10104: 6.638, 10105: 6.795},
    # by the ports' names, gi1/0/7 is unit 1 port 7
    "cisco/cbs350-24p-4x": {7: 6.852, 8: 7.323, 9: 7.148},
    "tplink/sg2218p": {49153: 2.0, 49154: 2.6, 49159: 4.0},
}


@pytest.mark.parametrize("name", sorted(WATTS))
def test_the_watts_of_a_port_are_at_the_right_port(name: str) -> None:
    found = {port.if_index: port.watts for port in reading_of(name).poe_ports}

    assert {if_index: found.get(if_index) for if_index in WATTS[name]} == WATTS[name]


def test_the_power_of_a_switch_is_read() -> None:
    c2960x, tplink = (reading_of(name).poe_supplies for name in ("cisco/c2960x", "tplink/sg2218p"))

    assert [(item.group, item.power_w, item.used_w, item.status) for item in c2960x] == [
        (1, 370.0, 115.0, "on")
    ]
    assert [(item.power_w, item.used_w) for item in tplink] == [(150.0, 40.4)]


@each
def test_the_ports_watts_add_up_to_no_more_than_a_rack(name: str) -> None:
    ports = reading_of(name).poe_ports

    assert all(port.watts is None or 0 <= port.watts <= 90 for port in ports)
    assert len({port.if_index for port in ports if port.if_index is not None}) == len(
        [port for port in ports if port.if_index is not None]
    )
