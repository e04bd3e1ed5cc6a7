"""ENTITY-SENSOR-MIB: scale, precision and status become a value in the sensor's unit, or none."""

from __future__ import annotations

import pytest

from agent.mibs.entity_sensors import EntitySensor, entity_sensors, scaled
from agent.snmp.walk import Rows


@pytest.mark.parametrize(
    ("raw", "scale", "precision", "units"),
    [
        (-61, 9, 1, -6.1),  # units, one decimal: dBm of most switches
        (-2456, 8, 0, -2.456),  # milli
        (42, 9, 0, 42.0),
        (42, 9, -1, 42.0),  # a negative precision says which digits are inexact (RFC 3433)
        (3300, 8, 0, 3.3),
        (12, 10, 0, 12_000.0),
        (7, 14, 0, 7e18),  # exa(14) and peta(15) stand in this order
        (7, 15, 0, 7e15),
        (35, None, None, 35.0),
    ],
)
def test_scale_and_precision_give_the_value_in_units(
    raw: int, scale: int | None, precision: int | None, units: float
) -> None:
    assert scaled(raw, scale, precision) == pytest.approx(units)


@pytest.mark.parametrize(("raw", "scale"), [(5, 0), (5, 18), (1_000_000_000, 9), (-1_000_000_000, 9)])
def test_an_undefined_scale_and_a_value_at_the_limits_give_nothing(raw: int, scale: int) -> None:
    assert scaled(raw, scale, 0) is None


def test_a_sensor_that_is_not_ok_keeps_its_number_and_has_no_value() -> None:
    rows: Rows = {
        (7,): {
            "entPhySensorType": 8,
            "entPhySensorScale": 9,
            "entPhySensorPrecision": 0,
            "entPhySensorValue": 31,
            "entPhySensorOperStatus": 2,
            "entPhySensorUnitsDisplay": b"Celsius",
        }
    }

    assert entity_sensors(rows) == {7: EntitySensor("celsius", None, "Celsius", "unavailable", 31, 1.0)}


def test_a_row_without_a_type_scale_or_status_is_taken_at_its_word() -> None:
    assert entity_sensors({(7,): {"entPhySensorValue": 31}}) == {
        7: EntitySensor(None, 31.0, None, None, 31, 1.0)
    }
