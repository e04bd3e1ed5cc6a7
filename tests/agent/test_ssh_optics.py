"""Transceivers as devices print them."""

from __future__ import annotations

import pytest
import ssh_transcripts as said

from agent.ssh.parse import PARSERS
from agent.ssh.told import Told


def told(parser: str, text: str) -> Told:
    found = PARSERS[parser](text.splitlines())
    assert found is not None
    return found


def test_a_module_of_vrp_has_light_limits_type_and_serial_number() -> None:
    first, second = told("optics.blocks", said.VRP_TRANSCEIVERS).optics or []

    assert (first.name, first.rx_dbm, first.tx_dbm) == ("XGigabitEthernet0/0/1", -11.12, -2.55)
    assert (first.rx_low_alarm_dbm, first.rx_high_alarm_dbm) == (-16.4, 1.0)
    assert (first.temperature_c, first.voltage_v, first.bias_ma) == (39.0, 3.31, 23.7)
    assert (first.type, first.vendor, first.serial) == ("10GBASE_LR_SFP", "HUAWEI", "HA17281410025")
    assert (first.wavelength_nm, first.ddm) == (1310.0, True)
    assert (second.rx_dbm, second.ddm, second.type) == (None, False, "1000_BASE_T_SFP")


def test_a_module_with_lanes_has_each_of_them_and_speaks_by_the_weakest() -> None:
    (optic,) = told("optics.blocks", said.VRP8_TRANSCEIVERS).optics or []

    assert [lane.rx_dbm for lane in optic.lanes] == [-2.1, -3.4, -2.8, -2.2]
    assert [lane.bias_ma for lane in optic.lanes] == [6.47, 6.55, 6.8, 6.51]
    assert (optic.rx_dbm, optic.tx_dbm) == (-3.4, 0.9)
    assert optic.rx_low_alarm_dbm == -13.31


def test_a_table_of_values_beside_their_names_is_read() -> None:
    (optic,) = told("optics.blocks", said.VRP_DIAGNOSIS).optics or []

    assert (optic.rx_dbm, optic.rx_low_alarm_dbm, optic.rx_high_alarm_dbm) == (-11.12, -16.4, 1.0)
    assert (optic.bias_ma, optic.temperature_c) == (23.7, 39.0)


def test_a_row_of_values_below_their_names_is_read_and_an_absent_module_left_out() -> None:
    (optic,) = told("optics.blocks", said.COMWARE_DIAGNOSIS).optics or []

    assert (optic.name, optic.rx_dbm, optic.tx_dbm) == ("Ten-GigabitEthernet1/0/49", -35.64, -5.19)
    assert (optic.rx_low_alarm_dbm, optic.tx_high_alarm_dbm) == (-30.0, 5.0)


def test_a_word_behind_a_value_is_no_part_of_it() -> None:
    (optic,) = told("optics.blocks", said.RGOS_DIAGNOSIS).optics or []

    assert (optic.name, optic.rx_dbm, optic.tx_dbm) == ("TenGigabitEthernet 0/25", -5.96, -6.04)
    assert (optic.temperature_c, optic.bias_ma) == (37.0, 15.91)


def test_the_two_lines_of_a_port_of_zxros_are_one_module() -> None:
    first, second = told("optics.brief", said.ZXROS_OPTICS).optics or []

    assert (first.name, first.rx_dbm, first.tx_dbm) == ("xgei-0/1/0/25", -4.3, -2.1)
    assert (first.rx_low_alarm_dbm, first.tx_high_alarm_dbm) == (-14.4, 0.5)
    assert (second.name, second.rx_dbm, second.tx_dbm) == ("gei-0/1/0/1", None, -6.1)


def test_lasers_give_dbm_and_a_port_without_diagnostics_is_left_out() -> None:
    (optic,) = told("optics.lasers", said.JUNOS_LASERS).optics or []

    assert (optic.name, optic.rx_dbm, optic.tx_dbm) == ("xe-0/0/0", -6.0, -2.53)
    assert (optic.rx_low_alarm_dbm, optic.tx_high_alarm_dbm) == (-20.0, 3.0)


def test_light_at_the_smallest_step_is_no_light() -> None:
    dark = said.VRP_TRANSCEIVERS.replace(":-11.12", ":-40.00")
    first = (told("optics.blocks", dark).optics or [])[0]

    assert first.light == "none"


@pytest.mark.parametrize(
    ("text", "name", "rx", "tx", "bias"),
    [
        (said.EOS_OPTICS, "Et1", -2.55, -2.43, 6.75),
        (said.IOS_OPTICS, "Te1/1/1", -3.0, -2.4, 6.5),
        (said.EXOS_OPTICS, "1", -3.21, -2.51, 6.33),
    ],
)
def test_values_in_a_table_belong_to_their_own_columns(
    text: str, name: str, rx: float, tx: float, bias: float
) -> None:
    found = told("optics.table", text).optics or []

    assert [(item.name, item.rx_dbm, item.tx_dbm, item.bias_ma) for item in found] == [(name, rx, tx, bias)]
