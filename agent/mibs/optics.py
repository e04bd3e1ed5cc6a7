"""Transceivers of a maker's own tables, as records: identity, light in dBm, thresholds, lanes."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import msgspec

from agent.mibs.optics_rows import LIMITS, Module, amount, powers_of, wavelength_nm, word
from agent.mibs.optics_units import DARK_DBM, Limits, Power, Powers, Units, dbm, decided
from agent.mibs.text import text
from agent.vendors.optics import OpticsTable, PowerUnit
from inventory.hardware import Optic, OpticLane

UNKNOWN_UNIT = "unknown unit"
_RATES = (
    100,
    155,
    622,
    1_000,
    2_500,
    5_000,
    10_000,
    25_000,
    40_000,
    50_000,
    100_000,
    200_000,
    400_000,
    800_000,
)
_GIGABITS = re.compile(r"(?<![\d.])(\d+(?:\.\d+)?)\s*G(?![a-z]*Hz)", re.I)
_MEGABITS = re.compile(r"(?<![\d.])(10|100|1000|2500)[ _-]?(?:M\b|Base)", re.I)
_RANGES = {"temperature_c": (-60.0, 130.0), "voltage_v": (0.5, 15.0), "bias_ma": (0.0, 1_000.0)}


@dataclass(frozen=True, slots=True)
class Found:
    """An optic and the row that it came from; its port is not known yet."""

    module: Module
    optic: Optic
    lit: bool
    """Some number of its light is not 0, readable or not."""


def preferred(table: OpticsTable, family: str | None, model: str | None) -> Units | None:
    """The units that this product is known to use."""
    for rule in table.prefer:
        if (not rule.families or family in rule.families) and re.search(rule.model, model or ""):
            return Units(rule.power, rule.lanes)
    return None


def optics(table: OpticsTable, modules: Sequence[Module], known: Units | None) -> list[Found]:
    """All modules that are there: a row that names nothing and measures nothing is an empty cage."""
    powers = [powers_of(table, module) for module in modules]
    units = decided(table, powers, known)
    found = [
        Found(module, _optic(table, module, power, unit), _is_lit(power))
        for module, power, unit in zip(modules, powers, units, strict=True)
    ]
    return [item for item in found if _is_there(table, item)]


def nominal_mbps(told: float | None, type_name: str | None) -> float | None:
    """Mbit/s as the module is sold: a signalling rate (10,300; 25,781) becomes its Ethernet speed; where the
    device tells none, the name of its type does (10GBASE-LR)."""
    if told:
        for rate in _RATES:
            if 0.98 * rate <= told <= 1.32 * rate:
                return float(rate)
        return told if told >= 10 else None
    name = type_name or ""
    if gigabits := _GIGABITS.search(name):
        return float(gigabits.group(1)) * 1000
    megabits = _MEGABITS.search(name)
    return float(megabits.group(1)) if megabits else None


def plausible(name: str, value: float | None) -> float | None:
    """The value of temperature_c, voltage_v or bias_ma if a module can have it."""
    low, high = _RANGES[name]
    return value if value is not None and low <= value <= high else None


def weakest(values: Sequence[float | None]) -> float | None:
    """The smallest of what was measured."""
    return min((value for value in values if value is not None), default=None)


def _optic(table: OpticsTable, module: Module, powers: Powers, units: Units) -> Optic:
    cells = module.cells
    type_name = word(table, cells, "type") or word(table, cells, "form")
    ddm = _yes(table.ddm, word(table, cells, "ddm"))
    optic = Optic(
        name=word(table, cells, "name"),
        type=type_name,
        vendor=word(table, cells, "vendor"),
        part=word(table, cells, "part"),
        serial=word(table, cells, "serial"),
        wavelength_nm=wavelength_nm(table, cells),
        speed_mbps=nominal_mbps(amount(table, cells.get("speed"), "speed"), type_name),
        ddm=ddm,
        source=table.name,
    )
    return _with_light(table, module, _with_health(table, module, optic), powers, units)


def _with_health(table: OpticsTable, module: Module, optic: Optic) -> Optic:
    """Temperature, supply and laser current. A supply of 0 V says that the module measures nothing."""
    cells = module.cells
    volts = plausible("voltage_v", amount(table, cells.get("voltage"), "voltage"))
    celsius = plausible("temperature_c", amount(table, cells.get("temperature"), "temperature"))
    bias = plausible("bias_ma", amount(table, cells.get("bias"), "bias"))
    if volts is None:
        celsius, bias = celsius or None, bias or None
    return msgspec.structs.replace(optic, temperature_c=celsius, voltage_v=volts, bias_ma=bias)


def _with_light(table: OpticsTable, module: Module, optic: Optic, powers: Powers, units: Units) -> Optic:
    lanes = _lanes(table, module, powers, units)
    rx, tx, unit = _basis(powers, units)
    rx_state, rx_dbm = dbm(rx, unit, zero=table.zero)
    _tx_state, tx_dbm = dbm(tx, unit, zero=table.zero)
    if len(lanes) > 1 and "measured" not in (powers.rx.state, powers.tx.state):
        used = [lane for lane in lanes if not is_unused(lane)] or lanes
        rx_dbm, tx_dbm = weakest([lane.rx_dbm for lane in used]), weakest([lane.tx_dbm for lane in used])
        rx_state = "dark" if rx_dbm is not None and rx_dbm <= DARK_DBM else rx_state
    optic = msgspec.structs.replace(
        optic,
        rx_dbm=rx_dbm,
        tx_dbm=tx_dbm,
        rx_raw=_raw(rx, powers.rx_lanes),
        tx_raw=_raw(tx, powers.tx_lanes),
        raw_unit=_raw_unit(powers, rx.unit or tx.unit or unit or units.lanes),
        ddm=True if optic.ddm is None and (rx_dbm, tx_dbm) != (None, None) else optic.ddm,
        bias_ma=lanes[0].bias_ma if optic.bias_ma is None and len(lanes) == 1 else optic.bias_ma,
        lanes=lanes if len(lanes) > 1 else [],
        **_limits(powers),
    )
    lost = rx_state == "dark" or _yes(table.los, word(table, module.cells, "los"))
    return msgspec.structs.replace(optic, light="none" if lost and _measures(optic) else None)


def _basis(powers: Powers, units: Units) -> tuple[Power, Power, PowerUnit | None]:
    """The cells that speak for the module and their unit: its own, or those of its only lane, which are
    finer (-270.19 where the scalar has 536 uW)."""
    if len(powers.rx_lanes) == 1 and units.lanes:
        pairs = ((powers.rx, powers.rx_lanes[0]), (powers.tx, powers.tx_lanes[0]))
        if all(lane.state != "absent" or scalar.state == "absent" for scalar, lane in pairs):
            return powers.rx_lanes[0], powers.tx_lanes[0], units.lanes
    return powers.rx, powers.tx, units.power


def _lanes(table: OpticsTable, module: Module, powers: Powers, units: Units) -> list[OpticLane]:
    scale = "lane_bias" if "lane_bias" in table.scale else "bias"
    cells = zip(sorted(module.lanes.items()), powers.rx_lanes, powers.tx_lanes, strict=True)
    found = [
        OpticLane(
            lane=place,
            rx_dbm=dbm(rx, units.lanes, zero=table.zero)[1],
            tx_dbm=dbm(tx, units.lanes, zero=table.zero)[1],
            bias_ma=plausible("bias_ma", amount(table, lane.get("bias"), scale)),
        )
        for (place, lane), rx, tx in cells
    ]
    return [] if all(_says_nothing(lane) for lane in found) else found


def _says_nothing(lane: OpticLane) -> bool:
    return (lane.rx_dbm, lane.tx_dbm) == (None, None) and not lane.bias_ma


def is_unused(lane: OpticLane) -> bool:
    """A lane without light either way: modules of one colour in a cage of four have three of them."""
    return all(value is None or value <= DARK_DBM for value in (lane.rx_dbm, lane.tx_dbm))


def _raw(cell: Power, lanes: Sequence[Power]) -> str | None:
    listed = [lane.raw for lane in lanes if lane.raw is not None]
    if cell.state == "absent" and any(lane.state != "absent" for lane in lanes):
        return ",".join(listed)
    return cell.raw if cell.raw is not None else ",".join(listed) or None


def _raw_unit(powers: Powers, unit: PowerUnit | None) -> str | None:
    measured = any(cell.state == "measured" for cell in _cells(powers))
    return (unit or UNKNOWN_UNIT) if measured else None


def _is_lit(powers: Powers) -> bool:
    return any(cell.state == "measured" and cell.number for cell in _cells(powers))


def _cells(powers: Powers) -> tuple[Power, ...]:
    return (powers.rx, powers.tx, *powers.rx_lanes, *powers.tx_lanes)


def _limits(powers: Powers) -> dict[str, float | None]:
    sides: tuple[tuple[str, Limits], ...] = (("rx", powers.rx_limits), ("tx", powers.tx_limits))
    return {f"{side}_{name}_dbm": getattr(limits, name) for side, limits in sides for name in LIMITS}


def _measures(optic: Optic) -> bool:
    """Whether the module is known to measure: a 0 of one that does not is not darkness."""
    if optic.ddm is False:
        return False
    told = (optic.tx_dbm, optic.rx_dbm, optic.temperature_c, optic.voltage_v, optic.bias_ma)
    return any(value is not None for value in told)


def _is_there(table: OpticsTable, item: Found) -> bool:
    cells, optic = item.module.cells, item.optic
    if table.present and "present" in cells:
        return text(cells["present"]) in table.present
    named = (word(table, cells, "type"), optic.vendor, optic.part, optic.serial)
    return any(named) or _measures(optic) or item.lit


def _yes(words: Sequence[str], found: str | None) -> bool | None:
    return None if found is None else found in words
