"""What the numbers of a transceiver mean: which unit, decided by evidence, and dBm.

One table gives microwatts on some devices and hundredths of a dBm on others, and the sign does not tell: 300
may be 300 uW or +3.00 dBm. A unit survives if every number of the module makes sense in it, its lanes agree
with its scalars, and its thresholds hold. One survivor is proof; proof for one module of a device counts for
all. Where several survive and nothing speaks for one, the unit stays unknown.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import product
from typing import Literal

from agent.mibs.text import text
from agent.snmp.engine import Value
from agent.vendors.optics import OpticsTable, PowerUnit

State = Literal["measured", "dark", "absent"]

LOWEST_DBM, HIGHEST_DBM = -50.0, 15.0
"""No transceiver of a school sends or receives outside of this."""

DARK_DBM = -40.0
"""What modules (SFF-8472: 0.1 uW) and firmware write for no light at all."""

_UNREAL_DBM = -100.0
_OVERLOAD_DBM = 5.0
"""No receiver lives with more (damage thresholds of IEEE 802.3 end at +5.5 dBm)."""

_STRONG_DBM = 1.0
"""Above what any receiver of 1 and 10 Gbit/s takes without errors (IEEE 802.3, clauses 38 and 52)."""

_AGREE_DB = 1.0
_SLACK_DB = 2.0
_LOG = {"dBm": 1.0, "0.1 dBm": 0.1, "0.01 dBm": 0.01, "0.001 dBm": 0.001}
_MILLIWATTS = {"W": 1e3, "mW": 1.0, "uW": 1e-3, "0.1 uW": 1e-4, "nW": 1e-6}
_NUMBER = re.compile(r"^\s*([-+]?\d+(?:\.\d*)?)\s*(dBm|[mµμun]?W(?:atts?)?)?\b", re.I)
_DARK_WORDS = re.compile(r"-\s*inf|no\s*(?:light|signal|power)|^\s*(?:low|los)\s*$", re.I)
_UNIT_WORDS: dict[str, PowerUnit] = {"dbm": "dBm", "mw": "mW", "uw": "uW", "nw": "nW", "w": "W"}


@dataclass(frozen=True, slots=True)
class Power:
    """A cell that holds optical power. ``unit`` is set where its own text names it."""

    state: State = "absent"
    number: float = 0.0
    raw: str | None = None
    unit: PowerUnit | None = None


@dataclass(frozen=True, slots=True)
class Limits:
    """Thresholds of one direction in dBm; None where there is none."""

    low_alarm: float | None = None
    low_warn: float | None = None
    high_warn: float | None = None
    high_alarm: float | None = None


@dataclass(frozen=True, slots=True)
class Powers:
    """What one module says of its light: one number a direction, and one a lane."""

    rx: Power = Power()
    tx: Power = Power()
    rx_lanes: Sequence[Power] = ()
    tx_lanes: Sequence[Power] = ()
    rx_limits: Limits = field(default_factory=Limits)
    tx_limits: Limits = field(default_factory=Limits)


@dataclass(frozen=True, slots=True)
class Units:
    """How the numbers of a module are read; None: unknown."""

    power: PowerUnit | None = None
    lanes: PowerUnit | None = None


def power(table: OpticsTable, value: Value) -> Power:
    """A cell as a number that was measured, as darkness, or as nothing."""
    raw = text(value)
    if raw is None:
        return Power()
    found = _NUMBER.match(raw)
    if found is None:
        return Power("dark" if _DARK_WORDS.search(raw) else "absent", raw=raw)
    number = float(found.group(1))
    if number in table.no_light:
        return Power("dark", number, raw)
    if number in table.not_measured:
        return Power("absent", number, raw)
    word = (found.group(2) or "").lower().replace("µ", "u").replace("μ", "u").partition("att")[0]
    return Power("measured", number, raw, _UNIT_WORDS.get(word))


def is_log(unit: PowerUnit) -> bool:
    """Whether the unit is logarithmic: 0 is then a value like any other, or none at all."""
    return unit in _LOG


def to_dbm(number: float, unit: PowerUnit) -> float | None:
    """dBm; None for what has no logarithm (no light, or a number that cannot be in this unit)."""
    if unit in _LOG:
        return round(number * _LOG[unit], 3)
    return round(10 * math.log10(number * _MILLIWATTS[unit]), 2) if number > 0 else None


def dbm(cell: Power, unit: PowerUnit | None, *, zero: bool = False) -> tuple[State, float | None]:
    """What a cell says when it is read in this unit. Values down to -50 dBm are kept, darkness too: -40.0
    is what many a device writes for it."""
    unit = cell.unit or unit
    if cell.state != "measured" or unit is None:
        return ("absent" if cell.state == "measured" else cell.state), None
    if cell.number == 0:
        if not is_log(unit):
            return "dark", None
        if not zero:
            return "absent", None
    found = to_dbm(cell.number, unit)
    if found is None or not _UNREAL_DBM <= found <= HIGHEST_DBM:
        return "absent", None
    state: State = "dark" if found <= DARK_DBM else "measured"
    return state, found if found >= LOWEST_DBM else None


def survivors(table: OpticsTable, powers: Powers) -> list[Units]:
    """The pairs of units (scalars, lanes) that contradict nothing that the module says."""
    scalars = _measured((powers.rx, powers.tx))
    lanes = _measured((*powers.rx_lanes, *powers.tx_lanes))
    pairs = product(_candidates(scalars, table.power), _candidates(lanes, table.lane_power or table.power))
    return [units for units in (Units(*pair) for pair in pairs) if _holds(table, powers, units)]


def confirmed(powers: Powers, units: Units, others: Iterable[Units]) -> bool:
    """Whether something beside the product's name speaks for these units: transmit thresholds that the
    module has and keeps, or that any other reading would have its receiver overloaded."""
    limits = powers.tx_limits
    if limits.low_alarm is not None and limits.high_alarm is not None:
        return True  # the survivors already keep them
    rest = [other for other in others if other.power != units.power]
    strongest = [value for other in rest for value in [_value(powers.rx, other.power)] if value is not None]
    return bool(rest) and len(strongest) == len(rest) and all(value > _STRONG_DBM for value in strongest)


def decided(table: OpticsTable, modules: Sequence[Powers], preferred: Units | None) -> list[Units]:
    """The units of each module of one device. ``preferred`` is what its product is known to use."""
    surviving = [survivors(table, powers) for powers in modules]
    proofs = {found[0] for found in surviving if len(found) == 1}
    powers_proved = {units.power for units in proofs if units.power}
    lanes_proved = {units.lanes for units in proofs if units.lanes}
    results = []
    for powers, found in zip(modules, surviving, strict=True):
        left = _in_line(_in_line(found, "power", powers_proved), "lanes", lanes_proved)
        results.append(_chosen(powers, left, preferred))
    return _second_look(surviving, results)


def limits_of(cells: Sequence[Power], units: Sequence[PowerUnit], *, receive: bool) -> Limits:
    """Thresholds (low alarm, low warning, high warning, high alarm) in the first unit in which they make
    sense: low below high, in range, a receiver's low one not above 0 dBm, 2 to 45 dB apart. Firmware that
    fills them with junk is known (librenms/librenms#15424; an S6730 with 5.93 to 6.30 dBm)."""
    for unit in units:
        values = [_limit(cell, unit) for cell in cells]
        alarms = _sound(values[0], values[3], receive=receive)
        warns = _sound(values[1], values[2], receive=receive)
        if alarms and warns and not (alarms[0] <= warns[0] and warns[1] <= alarms[1]):
            warns = None
        if alarms or warns:
            low, high = alarms or (None, None)
            low_warn, high_warn = warns or (None, None)
            return Limits(low, low_warn, high_warn, high)
    return Limits()


def _limit(cell: Power, unit: PowerUnit) -> float | None:
    return to_dbm(cell.number, cell.unit or unit) if cell.state == "measured" else None


def _sound(low: float | None, high: float | None, *, receive: bool) -> tuple[float, float] | None:
    if low is None or high is None or not LOWEST_DBM <= low < high <= HIGHEST_DBM:
        return None
    return (low, high) if 2 <= high - low <= 45 and not (receive and low > 0) else None


def _measured(cells: Iterable[Power]) -> list[Power]:
    return [cell for cell in cells if cell.state == "measured"]


def _candidates(cells: Sequence[Power], known: Sequence[PowerUnit]) -> Sequence[PowerUnit | None]:
    """The units that could be meant; a text that names its own leaves no choice."""
    named = [cell.unit for cell in cells if cell.unit]
    if named and len(named) == len(cells):
        return named[:1]
    return known if cells else [None]


def _value(cell: Power, unit: PowerUnit | None) -> float | None:
    return dbm(cell, unit)[1] if unit else None


def _holds(table: OpticsTable, powers: Powers, units: Units) -> bool:
    sides = (
        (powers.rx, powers.rx_lanes, powers.rx_limits, _OVERLOAD_DBM),
        (powers.tx, powers.tx_lanes, powers.tx_limits, HIGHEST_DBM),
    )
    for scalar, lanes, limits, most in sides:
        most = _most(table, limits, most)
        readings = [(scalar, units.power), *((lane, units.lanes) for lane in lanes)]
        if not all(_makes_sense(cell, unit, most) for cell, unit in readings):
            return False
        if not _agree(scalar, units.power, lanes, units.lanes):
            return False
    return True


def _most(table: OpticsTable, limits: Limits, most_dbm: float) -> float:
    """What this side may reach. Too much light for a threshold is what thresholds are for, so it disproves
    only a unit that is one of several, and numbers of tables known to lose the sign."""
    if limits.high_alarm is None or (len(table.power) == 1 and not table.loses_sign):
        return most_dbm
    return min(most_dbm, limits.high_alarm + (0.0 if table.loses_sign else _SLACK_DB))


def _makes_sense(cell: Power, unit: PowerUnit | None, most_dbm: float) -> bool:
    unit = cell.unit or unit
    if cell.state != "measured" or unit is None:
        return True
    if cell.number < 0 and not is_log(unit):
        return False
    found = to_dbm(cell.number, unit) if cell.number else None  # 0 is darkness or nothing, by the unit
    if found is None:
        return True
    return _UNREAL_DBM <= found <= most_dbm


def _agree(
    scalar: Power, unit: PowerUnit | None, lanes: Sequence[Power], lane_unit: PowerUnit | None
) -> bool:
    """Within 1 dB of one lane, of their sum or their mean; whole microwatts are that inexact."""
    if scalar.state != "measured" or unit is None or lane_unit is None or not _measured(lanes):
        return True
    if scalar.number == 0 and is_log(scalar.unit or unit):
        return True
    milliwatts = [_milliwatts(lane, lane_unit) for lane in _measured(lanes)]
    wholes = [*milliwatts, sum(milliwatts), sum(milliwatts) / len(milliwatts)]
    low, high = _bounds(scalar, scalar.unit or unit)
    return any(low <= (10 * math.log10(whole) if whole > 0 else DARK_DBM) <= high for whole in wholes)


def _milliwatts(cell: Power, unit: PowerUnit) -> float:
    found = to_dbm(cell.number, cell.unit or unit)
    return 10 ** (found / 10) if found is not None and found > DARK_DBM else 0.0


def _bounds(cell: Power, unit: PowerUnit) -> tuple[float, float]:
    if is_log(unit):
        value = max(cell.number * _LOG[unit], DARK_DBM)
        return value - _AGREE_DB, value + _AGREE_DB
    least, most = to_dbm(cell.number - 0.5, unit), to_dbm(cell.number + 0.5, unit)
    return (_UNREAL_DBM if least is None else least - _AGREE_DB), (most or 0.0) + _AGREE_DB


def _in_line(found: list[Units], name: str, proved: set[PowerUnit]) -> list[Units]:
    """Those that use a unit which this device was caught using; all of them if none does."""
    if len(proved) != 1:
        return found
    return [units for units in found if getattr(units, name) in (None, *proved)] or found


def _chosen(powers: Powers, found: Sequence[Units], preferred: Units | None) -> Units | None:
    """One pair of units; None where more than one could be meant, Units() where none can."""
    if len(found) <= 1:
        return found[0] if found else Units()
    if preferred is None:
        return None
    wanted = [
        units
        for units in found
        if units.power in (None, preferred.power) and units.lanes in (None, preferred.lanes)
    ]
    return wanted[0] if wanted and confirmed(powers, wanted[0], found) else None


def _second_look(surviving: Sequence[list[Units]], results: Sequence[Units | None]) -> list[Units]:
    """What was confirmed for some modules counts for those of which nothing could be said."""
    agreed = {units.power for units in results if units is not None and units.power is not None}
    chosen = []
    for found, result in zip(surviving, results, strict=True):
        fitting = [units for units in found if units.power in agreed]
        chosen.append(result or (fitting[0] if len(fitting) == 1 else Units()))
    return chosen
