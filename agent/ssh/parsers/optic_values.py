"""The values of a transceiver, from the names and texts that devices print for them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

import msgspec

from agent.ssh.text import number
from inventory.hardware import Optic

PORT = r"(?:\d{2,3})?[A-Za-z][A-Za-z-]*[ _-]?\d[\d/.:]*"
ABSENT = re.compile(
    r"transceiver is (?:absent|not present)|not (?:support|exist|present)|absent|not detected", re.IGNORECASE
)
"""What is said of a port without a module, or of a module that cannot measure."""

_FIELDS: tuple[tuple[str, str], ...] = (
    (r"transceiver type|^type$|optical type|模块类型", "type"),
    (r"vendor name|vendor$|manufacturer|厂商", "vendor"),
    (r"vendor part number|part (?:no|number)|ordering name|vendor pn", "part"),
    (r"(?:manu\. )?serial (?:no|number)|vendor sn|序列号", "serial"),
    (r"wave ?length", "wavelength_nm"),
    (r"^temp(?:erature)?\b(?!.*threshold)|^温度", "temperature_c"),
    (r"^(?:supply )?voltage(?!.*threshold)|^电压", "voltage_v"),
    (r"^(?:tx )?bias(?: current)?(?!.*threshold)|^偏置电流", "bias_ma"),
    (r"rx power.*high.*alarm|default rx power.*high|^rx power high threshold", "rx_high_alarm_dbm"),
    (r"rx power.*low.*alarm|default rx power.*low|^rx power low\s+threshold", "rx_low_alarm_dbm"),
    (r"tx power.*high.*alarm|default tx power.*high|^tx power high threshold", "tx_high_alarm_dbm"),
    (r"tx power.*low.*alarm|default tx power.*low|^tx power low\s+threshold", "tx_low_alarm_dbm"),
    (r"^(?:current |measured )?rx (?:optical |input\s+)?power(?!.*threshold)|^接收光功率", "rx_dbm"),
    (r"^(?:current |measured )?tx (?:optical |output\s+)?power(?!.*threshold)|^发送光功率", "tx_dbm"),
)
_NUMBERS = frozenset(name for _pattern, name in _FIELDS) - {"type", "vendor", "part", "serial"}
_LANES = ("rx_dbm", "tx_dbm", "bias_ma")

_DARK_DBM = -40.0
"""What modules report where no light arrives: 0.1 uW, the smallest step of SFF-8472."""


def fields_of(pairs: Iterable[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    """The fields that names stand for, each once, with their texts."""
    seen: set[str] = set()
    for name, value in pairs:
        for pattern, field in _FIELDS:
            if field not in seen and value not in ("", "-", "--") and re.search(pattern, name, re.IGNORECASE):
                seen.add(field)
                yield field, value
                break


def built(values: Mapping[str, str]) -> Optic:
    """A record of the values; lanes where a value has several."""
    found: dict[str, object] = {
        name: text.strip() for name, text in values.items() if name not in _NUMBERS and text.strip()
    }
    found |= {name: number(values[name]) for name in values.keys() & _NUMBERS}
    lanes = {name: _lanes_of(values[name]) for name in _LANES if name in values}
    count = max((len(cells) for cells in lanes.values()), default=0)
    for side in ("rx", "tx"):
        if f"{side}_dbm" in values:
            found |= {f"{side}_raw": values[f"{side}_dbm"].strip(), "raw_unit": "dBm"}
            # Without a total the weakest lane speaks for the module.
            found[f"{side}_dbm"] = min(lanes[f"{side}_dbm"], default=None)
    if count > 1:
        found["lanes"] = [
            {"lane": lane, **{name: cells[lane] for name, cells in lanes.items() if lane < len(cells)}}
            for lane in range(count)
        ]
    rx = lanes.get("rx_dbm")
    found["light"] = "none" if rx and max(rx) <= _DARK_DBM else None
    return msgspec.convert(found, Optic)


def _lanes_of(value: str) -> list[float]:
    """The lanes of a value like "-2.3|-2.4(Lane0|Lane1) -2.1|-2.6(Lane2|Lane3)"."""
    plain = re.sub(r"\([^)]*\)", " ", value)
    return [float(cell) for cell in re.findall(r"[-+]?\d+(?:\.\d+)?", plain)]
