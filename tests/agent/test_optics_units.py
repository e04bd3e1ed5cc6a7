"""Which unit a transceiver's numbers are in: evidence decides, and where there is none nothing is guessed."""

from __future__ import annotations

from typing import Any

import pytest

from agent.mibs.optics_units import (
    Limits,
    Power,
    Powers,
    Units,
    dbm,
    decided,
    limits_of,
    power,
    survivors,
    to_dbm,
)
from agent.vendors.optics import OpticsRows, OpticsTable, PowerUnit

ROWS = OpticsRows(name="t", entry="1", columns={"rx": 8})
MICROWATTS = Units("uW", "0.01 dBm")
HUNDREDTHS = Units("0.01 dBm", "dBm")


def table(**more: Any) -> OpticsTable:
    known: dict[str, Any] = {"power": ["uW", "0.01 dBm"], "lane_power": ["0.01 dBm", "dBm"]}
    return OpticsTable(name="t", table=[ROWS], not_measured=[-1], no_light=[-99], **{**known, **more})


def module(rx: int | None, tx: int | None, lanes: str = "", **more: Any) -> Powers:
    """``lanes`` are receive powers; transmit is half of them for no test here."""
    cells = [power(table(), part.encode()) for part in lanes.split(",") if part]
    return Powers(
        rx=power(table(), rx), tx=power(table(), tx), rx_lanes=cells, tx_lanes=[Power()] * len(cells), **more
    )


@pytest.mark.parametrize(
    ("number", "unit", "wanted"),
    [
        (-480, "0.01 dBm", -4.8),
        (-2456, "0.001 dBm", -2.456),
        (-47, "0.1 dBm", -4.7),
        (331, "uW", -4.8),
        (12589, "0.1 uW", 1.0),
        (0.5, "mW", -3.01),
        (1e6, "nW", 0.0),
        (0, "uW", None),
        (-5, "mW", None),
    ],
)
def test_every_unit_becomes_dbm(number: float, unit: PowerUnit, wanted: float | None) -> None:
    assert to_dbm(number, unit) == pytest.approx(wanted) if wanted is not None else not to_dbm(number, unit)


@pytest.mark.parametrize(
    ("told", "state", "unit"),
    [
        (b"-015.6863 dBm: Low-Alarm", "measured", "dBm"),
        (b"12 uWatts", "measured", "uW"),
        ("23.1 µW".encode(), "measured", "uW"),
        (b"0.62 mW", "measured", "mW"),
        (b"-5.20", "measured", None),
        (b"-inf", "dark", None),
        (b"No Signal", "dark", None),
        (b"N/A", "absent", None),
        (b"Copper", "absent", None),
        (b"", "absent", None),
        (-1, "absent", None),
        (-99, "dark", None),
        (None, "absent", None),
    ],
)
def test_a_cell_is_a_number_darkness_or_nothing(told: Any, state: str, unit: str | None) -> None:
    cell = power(table(), told)

    assert (cell.state, cell.unit) == (state, unit)


@pytest.mark.parametrize(
    ("number", "unit", "wanted"),
    [
        (-4000, "0.01 dBm", ("dark", -40.0)),
        (-97000, "0.001 dBm", ("dark", None)),  # below what light can be: darkness without a number
        (0, "uW", ("dark", None)),
        (0, "0.01 dBm", ("absent", None)),
        (2_000, "0.01 dBm", ("absent", None)),  # +20 dBm
        (-20_000, "0.01 dBm", ("absent", None)),
        (-4_800, "0.01 dBm", ("dark", -48.0)),
    ],
)
def test_darkness_is_not_the_same_as_no_measurement(
    number: float, unit: PowerUnit, wanted: tuple[str, float | None]
) -> None:
    assert dbm(Power("measured", number, str(number)), unit) == wanted


def test_a_lane_within_one_db_proves_microwatts() -> None:
    assert survivors(table(), module(331, 578, "-480.00")) == [MICROWATTS]


def test_a_lane_within_one_db_proves_hundredths_of_a_dbm_though_the_number_is_positive() -> None:
    assert survivors(table(), module(300, 250, "3.00")) == [HUNDREDTHS]


def test_a_number_below_zero_cannot_be_microwatts() -> None:
    assert survivors(table(), module(-849, -575)) == [Units("0.01 dBm", None)]


def test_a_lane_that_disagrees_with_every_reading_leaves_no_unit() -> None:
    assert decided(table(), [module(331, 578, "-2000.00")], MICROWATTS) == [Units()]


def test_positive_numbers_without_any_evidence_stay_unknown() -> None:
    assert decided(table(), [module(300, 250)], HUNDREDTHS) == [Units()]


def test_the_product_decides_where_the_other_reading_would_overload_the_receiver() -> None:
    assert decided(table(), [module(331, 578)], MICROWATTS) == [Units("uW", None)]


def test_transmit_thresholds_tell_the_unit() -> None:
    limits = Limits(low_alarm=-9.3, high_alarm=1.0)

    assert survivors(table(), module(300, 578, tx_limits=limits)) == [Units("uW", None)]


def test_proof_for_one_module_counts_for_the_others_of_the_device() -> None:
    proved, unclear = module(331, 578, "-480.00"), module(60, 80)

    assert decided(table(), [proved, unclear], None) == [MICROWATTS, Units("uW", None)]


def test_two_units_proved_on_one_device_prove_nothing_for_a_third_module() -> None:
    micro, hundredths, unclear = module(331, 578, "-480.00"), module(-849, -575), module(60, 80)

    assert decided(table(), [micro, hundredths, unclear], None)[2] == Units()


def test_whole_microwatts_are_coarse_in_weak_light() -> None:
    """1 uW is -30 dBm, but stands for all from 0.5 to 1.5 uW."""
    assert survivors(table(), module(1, 578, "-3240.00")) == [MICROWATTS]


def test_no_light_in_microwatts_agrees_with_a_lane_at_minus_forty() -> None:
    assert MICROWATTS in survivors(table(), module(0, 559, "-4000.00"))


def test_the_sum_of_four_lanes_is_a_total_too() -> None:
    lanes = "-300.00,-300.00,-300.00,-300.00"  # 0.5 mW each: 3 dBm together

    assert survivors(table(), module(2005, None, lanes)) == [MICROWATTS]


def test_a_receiver_above_its_own_threshold_is_believed_unless_the_firmware_loses_signs() -> None:
    overloaded = module(230, -209, rx_limits=Limits(low_alarm=-20.0, high_alarm=1.0))
    documented = table(power=["0.01 dBm"])
    careless = table(power=["0.01 dBm"], loses_sign=True)

    assert decided(documented, [overloaded], None) == [Units("0.01 dBm", None)]
    assert decided(careless, [overloaded], None) == [Units()]


def test_a_receiver_that_would_burn_is_not_believed() -> None:
    assert decided(table(power=["0.01 dBm"]), [module(593, -209)], None) == [Units()]


@pytest.mark.parametrize(
    ("cells", "units", "wanted"),
    [
        ((-1269, -1069, 49, 250), ["0.01 dBm"], (-12.69, -10.69, 0.49, 2.5)),
        ((229, 288, 10000, 12589), ["0.01 dBm", "0.1 uW"], (-16.4, -15.41, 0.0, 1.0)),
        ((-2000, None, None, -300), ["0.1 uW", "0.01 dBm"], (-20.0, None, None, -3.0)),
        ((593, None, None, 630), ["0.01 dBm"], (None, None, None, None)),  # an S6730: 5.93 to 6.30 dBm
        ((250, None, None, -1269), ["0.01 dBm"], (None, None, None, None)),  # the wrong way round
        ((0, 0, 0, 0), ["0.01 dBm", "0.1 uW"], (None, None, None, None)),
        ((-1269, -1500, 49, 250), ["0.01 dBm"], (-12.69, None, None, 2.5)),  # a warning outside of the alarm
    ],
)
def test_thresholds_count_only_where_they_make_sense(
    cells: tuple[int | None, ...], units: list[PowerUnit], wanted: tuple[float | None, ...]
) -> None:
    given = [Power() if cell is None else Power("measured", float(cell), str(cell)) for cell in cells]
    found = limits_of(given, units, receive=True)

    assert (found.low_alarm, found.low_warn, found.high_warn, found.high_alarm) == wanted
