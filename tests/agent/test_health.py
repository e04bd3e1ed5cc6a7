"""Rows of any table to sensors: values, states, names, and what is no measurement."""

from __future__ import annotations

import pytest

from agent.mibs import entities, entity_sensors, host_resources, sensors
from agent.mibs.sensors import amount, distinct, plausible, share
from agent.snmp.engine import Value, oid
from agent.snmp.walk import Rows
from agent.vendors.sensors import Measure, SensorTable
from inventory.hardware import Entity, Sensor


def table(*measures: Measure, **more: object) -> SensorTable:
    return SensorTable(name="t", entry="1.3.6.1.4.1.1", measure=list(measures), **more)  # type: ignore[arg-type]


def read(measure: Measure, row: dict[str, Value], parts: dict[int, Entity] | None = None) -> list[Sensor]:
    return sensors.sensors(table(measure), {(1,): row}, parts or {})


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        (28, 28.0),
        (b"28%", 28.0),
        (b"52 PERCENT", 52.0),
        (b"22.00 degrees Celsius (NORMAL)", 22.0),
        (b"-5", -5.0),
        (b"\x9f\x78\x04\x3f\x80\x00\x00", 1.0),  # Opaque float of net-snmp
        (b"n/a", None),
        (b"", None),
        (None, None),
        ((1, 3), None),
    ],
)
def test_a_number_is_read_out_of_what_devices_write(cell: Value, value: float | None) -> None:
    assert amount(cell) == value


def test_sizes_with_units_are_brought_together() -> None:
    assert amount(b"3.9G", sized=True) == pytest.approx(3.9 * 1024**3)
    assert amount(b"362M", sized=True) == 362 * 1024**2
    assert amount(b"156.809 MB", sized=True) == pytest.approx(156.809 * 1024**2)


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("cpu", 101.0),
        ("cpu", -1.0),
        ("temperature", 65535.0),
        ("temperature", 2147483647.0),
        ("temperature", -255.0),
        ("fan", 65535.0),
        ("memory", 255.0),
    ],
)
def test_what_no_hardware_can_have_is_no_measurement(kind: str, value: float) -> None:
    assert plausible(kind, value) is None  # type: ignore[arg-type]


def test_a_fan_in_per_cent_ends_at_100() -> None:
    assert plausible("fan", 4200.0, "rpm") == 4200.0
    assert plausible("fan", 4200.0, "%") is None


@pytest.mark.parametrize(
    ("amounts", "per_cent"),
    [
        ((100.0, 25.0, None), 25.0),
        ((100.0, None, 25.0), 75.0),
        ((None, 1.0, 3.0), 25.0),
        ((0.0, 0.0, None), None),
        ((100.0, 200.0, None), None),
        ((None, None, 3.0), None),
    ],
)
def test_a_share_needs_two_of_three_sane_amounts(
    amounts: tuple[float | None, float | None, float | None], per_cent: float | None
) -> None:
    assert share(*amounts) == per_cent


def test_a_zero_counts_only_where_something_proves_the_part_active() -> None:
    measure = Measure(kind="cpu", name="x", value="cpu", proof=["memory"])

    assert read(measure, {"cpu": 0, "memory": 0}) == []
    assert [item.value for item in read(measure, {"cpu": 0, "memory": 512})] == [0.0]
    assert [item.value for item in read(measure, {"cpu": 7, "memory": 0})] == [7.0]


def test_a_state_stands_without_a_value_and_a_value_without_a_state() -> None:
    fan = Measure(
        kind="fan", name="f", value="rpm", state="state", states={"1": "ok", "5": "failed", "9": "-"}
    )

    assert [(s.value, s.unit, s.state) for s in read(fan, {"rpm": 65535, "state": 1})] == [(None, None, "ok")]
    assert [(s.value, s.unit, s.state) for s in read(fan, {"rpm": 900})] == [(900.0, "rpm", None)]
    assert [s.state for s in read(fan, {"state": 7})] == ["unknown"]
    assert read(fan, {"state": 9}) == []
    assert read(fan, {}) == []


def test_rows_are_chosen_by_cells_by_class_and_by_the_index() -> None:
    fans = Measure(kind="fan", state="state", states={"2": "ok"}, where={"class": ["fan"]})
    parts = {
        1: Entity(index=1, class_="fan", name="Fan 1"),
        2: Entity(index=2, class_="module", name="Board"),
    }
    rows: Rows = {(1,): {"state": 2}, (2,): {"state": 2}}

    assert [item.name for item in sensors.sensors(table(fans), rows, parts)] == ["Fan 1"]

    second = Measure(kind="power", name="p{i1}", state="state", states={"2": "ok"}, where={"i1": ["2"]})
    assert [item.name for item in sensors.sensors(table(second, entity=0), rows, {})] == ["p2"]


def test_the_state_of_the_moment_is_cut_out_of_a_name() -> None:
    measure = Measure(kind="temperature", name="{label}", trim=", (GREEN|RED)$", value="v")

    names = {read(measure, {"label": word, "v": 40})[0].name for word in (b"SW#1, GREEN", b"SW#1, RED")}

    assert names == {"SW#1"}


def test_a_part_that_entity_mib_does_not_name_is_called_by_its_index() -> None:
    assert read(Measure(kind="cpu", value="v"), {"v": 5})[0].name == "1"


def test_sensors_of_one_name_are_told_apart_and_copies_left_out() -> None:
    one = Sensor(kind="fan", name="fan", value=1000.0, unit="rpm", source="t")
    two = Sensor(kind="fan", name="fan", value=2000.0, unit="rpm", source="t")

    assert [item.name for item in distinct([one, one, two])] == ["fan", "fan #2"]


def test_a_number_among_others_is_found_by_its_pattern() -> None:
    words = b"    5 Secs ( 12.34%)   60 Secs ( 10.01%)  300 Secs ( 9.99%)"
    measure = Measure(kind="cpu", name="CPU", value="v", pattern=r"60 Secs *\( *([\d.]+)%")

    assert [item.value for item in read(measure, {"v": words})] == [10.01]
    assert read(measure, {"v": b"none of it"}) == []


def entity_rows(*rows: tuple[int, int, int, int, int, int]) -> Rows:
    """index, type, scale, precision, value, status"""
    names = ("Type", "Scale", "Precision", "Value", "OperStatus")
    return {
        (row[0],): {f"entPhySensor{n}": cell for n, cell in zip(names, row[1:], strict=True)} for row in rows
    }


PARTS = [
    Entity(index=1, class_="chassis", name="case"),
    Entity(index=2, class_="sensor", contained_in=1, name="Inlet"),
    Entity(index=10, class_="port", contained_in=1, name="Te1/1"),
    Entity(index=11, class_="module", contained_in=10, name="optic"),
    Entity(index=12, class_="sensor", contained_in=11, name="hot thing"),
    Entity(index=13, class_="sensor", contained_in=1, name="Te1/2 Module Transceiver Temperature"),
    Entity(index=14, class_="sensor", contained_in=1, name="PSU fan"),
]


def test_what_a_transceiver_measures_is_no_sensor_of_the_device() -> None:
    rows = entity_rows((2, 8, 9, 1, 315, 1), (12, 8, 9, 0, 40, 1), (13, 8, 9, 0, 41, 1), (99, 8, 9, 0, 42, 1))

    found = sensors.of_entities("entPhySensorTable", entity_sensors.entity_sensors(rows), PARTS)

    assert [(item.name, item.value, item.unit) for item in found] == [("Inlet", 31.5, "C")]


def test_a_sensor_that_its_device_calls_broken_keeps_a_state_and_no_value() -> None:
    rows = entity_rows((14, 10, 9, 0, 0, 3))

    found = sensors.of_entities("entPhySensorTable", entity_sensors.entity_sensors(rows), PARTS)

    assert [(item.kind, item.value, item.state) for item in found] == [("fan", None, "failed")]


def test_a_part_that_contains_itself_ends_no_poll() -> None:
    loop = [Entity(index=1, class_="module", contained_in=1)]

    assert entities.inside(loop, "port") == frozenset()


RAM, DISK, OTHER = (oid(f"1.3.6.1.2.1.25.2.1.{n}") for n in (2, 4, 1))


def storage(kind: Value, name: bytes, size: int, used: int, units: int = 1024) -> dict[str, Value]:
    return {
        "hrStorageType": kind,
        "hrStorageDescr": name,
        "hrStorageAllocationUnits": units,
        "hrStorageSize": size,
        "hrStorageUsed": used,
    }


def test_buffers_and_cache_are_no_used_memory() -> None:
    rows: Rows = {
        (1,): storage(RAM, b"Physical memory", 1000, 900),
        (6,): storage(OTHER, b"Memory buffers", 1000, 100),
        (7,): storage(OTHER, b"Cached memory", 500, 500),
        (31,): storage(DISK, b"/", 1000, 250),
        (32,): storage(DISK, b"/var/lib/x", 1000, 250),
        (33,): storage(DISK, b"/dev/shm", 100, 90),
    }

    found = {item.name: item.value for item in host_resources.storages(rows)}

    assert found == {"Physical memory": 30.0, "/": 25.0}


def test_a_disk_past_two_billion_units_does_not_turn_negative() -> None:
    rows: Rows = {(1,): storage(DISK, b"/data", -1294967296, 1500000000)}

    assert [item.value for item in host_resources.storages(rows)] == [50.0]  # 3,000,000,000 units


def test_cores_of_one_machine_are_one_processor_and_planes_of_a_firewall_are_two() -> None:
    loads: Rows = {(index,): {"hrProcessorLoad": load} for index, load in ((1, 10), (2, 30), (3, 80))}
    cores: dict[str, Value] = {str(i): f"cpu{i}: ACPI CPU".encode() for i in (1, 2, 3)}
    planes: dict[str, Value] = {"1": b"Management", "2": b"Data"}

    assert [(s.name, s.value) for s in host_resources.processors(loads, cores)] == [("CPU: ACPI CPU", 40.0)]
    assert [s.name for s in host_resources.processors(loads, planes)] == ["Management", "Data", "CPU"]


def test_thousandths_of_a_degree_become_degrees_and_zero_is_no_measurement() -> None:
    rows: Rows = {
        (1,): {"lmTempSensorsDevice": b"Core 0", "lmTempSensorsValue": 48000},
        (2,): {"lmTempSensorsDevice": b"temp2", "lmTempSensorsValue": 0},
    }

    assert [(s.name, s.value) for s in host_resources.lm_temperatures(rows)] == [("Core 0", 48.0)]


def test_net_snmp_memory_is_what_nobody_could_have() -> None:
    found: dict[str, Value] = {"memTotalReal": 1000, "memAvailReal": 100, "memBuffer": 50, "memCached": 350}

    assert [item.value for item in host_resources.ucd_memory(found)] == [50.0]
    assert [item.value for item in host_resources.ucd_memory({**found, "memSysAvail": 600})] == [40.0]
    assert host_resources.ucd_memory({"memTotalReal": 1000}) == []
