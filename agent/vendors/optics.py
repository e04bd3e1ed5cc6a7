"""The records of a vendor file that say how its transceivers are read."""

from __future__ import annotations

from typing import Literal

import msgspec

PowerUnit = Literal["dBm", "0.1 dBm", "0.01 dBm", "0.001 dBm", "W", "mW", "uW", "0.1 uW", "nW"]
"""How a number stands for optical power."""


class OpticsRows(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One of the tables that describe a module. ``entry`` continues the root; ``columns`` name what to take.

    ``role``: "modules" has one row a module, several such tables share an index; "lanes" has the number of
    the lane at the end of the index; "kinds" has a number there that ``kinds`` puts into words (rx, tx,
    temperature, ...), and columns value, low_alarm, low_warn, high_warn, high_alarm. ``first``: nothing else
    is asked where this table has no row. ``scan`` lists columns that tell a module from an empty cage, for
    tables with a row for every port: the others are asked only of modules where these are few.
    """

    name: str
    entry: str
    columns: dict[str, int]
    role: Literal["modules", "lanes", "kinds"] = "modules"
    kinds: dict[str, str] = {}
    first: bool = False
    scan: list[str] = []


class UnitRule(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which unit these products are known to use: families, and a pattern for the model ("" fits all)."""

    families: list[str] = []
    model: str = ""
    power: PowerUnit
    lanes: PowerUnit | None = None


class UnitObject(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A single object in which the device says its unit of power."""

    oid: str
    words: dict[str, PowerUnit]


class OpticsTable(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How one kind of device tells of its transceivers; the first of ``roots`` that answers is taken.

    ``index``: what the first number of the index is: "ifIndex", "entity" (entPhysicalIndex), or "own" (the
    column ``name`` has the port's name). Columns: name, type, form, vendor, part, serial, wavelength,
    wavelength_text, speed, ddm, present, los, temperature, voltage, bias, rx, tx, their limits
    (rx_low_alarm ... tx_high_alarm, and spec_rx_low ... where there are only nominal ones), rx_lanes,
    tx_lanes, bias_lanes (texts with commas), rx_whole, rx_part, rx_sign (and tx): one number in pieces.

    ``power``, ``lane_power`` and ``limit_power`` list the units that this table is known with; more than one
    means that the module's own numbers must decide (agent/mibs/optics_units.py), ``prefer`` which product
    uses which, ``unit_object`` where the device says it. ``scale`` turns temperature, voltage, bias,
    wavelength and speed into C, V, mA, nm and Mbit/s. ``not_measured`` and ``no_light`` are numbers that
    stand for that; 0 on a logarithmic scale is no measurement unless ``zero``. ``loses_sign``: some
    firmware writes -2.30 dBm as 230, so that light above the module's own threshold is not believed.
    ``lane_columns`` lists columns lane by lane; ``words`` puts numbers of a column into words ("" for none);
    ``ddm``, ``los`` and ``present`` are the device's words for yes.
    """

    name: str
    roots: list[str] = msgspec.field(default_factory=lambda: ["1.3.6.1.4.1"])
    families: list[str] = []
    index: Literal["ifIndex", "entity", "own"] = "ifIndex"
    table: list[OpticsRows]
    power: list[PowerUnit] = []
    lane_power: list[PowerUnit] = []
    limit_power: list[PowerUnit] = []
    prefer: list[UnitRule] = []
    unit_object: UnitObject | None = None
    scale: dict[str, float] = {}
    not_measured: list[int] = []
    no_light: list[int] = []
    zero: bool = False
    loses_sign: bool = False
    lane_columns: dict[str, list[str]] = {}
    words: dict[str, dict[str, str]] = {}
    ddm: list[str] = msgspec.field(default_factory=lambda: ["1"])
    los: list[str] = msgspec.field(default_factory=lambda: ["1"])
    present: list[str] = []


class SensorLimits(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A table of thresholds of entity sensors: index entPhysicalIndex and 1 to 4, values in ``column``."""

    name: str
    entry: str
    column: int
