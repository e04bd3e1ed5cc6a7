"""Transceivers: what they are, and their light. Values are in dBm, mA, V and degrees Celsius."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from agent.ssh.answers import filled
from agent.ssh.parsers.optic_values import ABSENT, PORT, built, fields_of
from agent.ssh.text import number, says_none, value_of
from agent.ssh.told import Told
from inventory.hardware import Optic

_HEAD = re.compile(
    rf"^[\s=#*-]*(?:Port\s+|Interface\s+)?(?P<name>{PORT})[\s:=]*"
    r"(?:transceiver (?:diagnostic )?information.*|"
    r"transceiver (?:is )?(?:absent|present)?.*)?[\s=:]*$",
    re.IGNORECASE,
)

_COLUMN_FIELDS = {
    "temp": "temperature_c",
    "volt": "voltage_v",
    "bias": "bias_ma",
    "rx": "rx_dbm",
    "tx": "tx_dbm",
}
_MARK = re.compile(r"(temp|volt|bias|rx|tx)[^\s(]*(?: power)?\s*\(", re.IGNORECASE)
_BESIDE = re.compile(
    r"\s*(TxPower|RxPower|Current|Temp\.?|Voltage)\s*\([^)]*\)\s+"
    r"([-+]?[\d.]+)\s*(?:\(\w+\))?\s+([-+]?[\d.]+)\s+([-+]?[\d.]+)"
)
_THRESHOLD = re.compile(r"\s*(high|low)\s+(?:alarm\s+|warn\w*\s+)?((?:[-+]?[\d.]+\s*){3,})$", re.IGNORECASE)


def blocks(lines: Sequence[str]) -> Told | None:
    """One block a port: "PORT transceiver information:", then "Name : value" lines, or a row of values below
    a row of names."""
    found: dict[str, Optic] = {}
    for name, block in _by_port(lines):
        optic = _optic(name, block)
        if optic is not None:
            found[name] = filled(found[name], optic) if name in found else optic
    if found:
        return Told(optics=list(found.values()))
    known = any(_HEAD.match(line) for line in lines) or ABSENT.search("\n".join(lines))
    return Told(optics=[]) if known or says_none(lines) else None


def brief(lines: Sequence[str]) -> Told | None:
    """Two lines a port: name, type, wave length, RX/[low,high]; then TX/[low,high] and a state."""
    if not re.search(r"(?i)rx.?power", "\n".join(lines)) and not says_none(lines):
        return None
    found: list[Optic] = []
    for line in lines:
        name = re.match(rf"\s*({PORT})\s+(\S+)\s+(\S+)", line)
        cells = re.findall(r"(N/A|[-+]?\d+(?:\.\d+)?)\s*/\s*\[([^\],]*),([^\]]*)\]", line)
        if name and not name.group(1).lower().startswith(("txpower", "rxpower")):
            found.append(Optic(name=name.group(1), type=name.group(2), wavelength_nm=number(name.group(3))))
            found[-1] = filled(found[-1], _brief_light("rx", cells[:1]))
            found[-1] = filled(found[-1], _brief_light("tx", cells[1:2]))
        elif found and cells:
            found[-1] = filled(found[-1], _brief_light("tx", cells[:1]))
    return Told(optics=found)


def _brief_light(side: str, cells: Sequence[tuple[str, str, str]]) -> Optic:
    if not cells:
        return Optic()
    value, low, high = cells[0]
    fields = {f"{side}_dbm": value, f"{side}_low_alarm_dbm": low, f"{side}_high_alarm_dbm": high}
    return built({name: text for name, text in fields.items() if number(text) is not None})


def _by_port(lines: Sequence[str]) -> Iterator[tuple[str, list[str]]]:
    name = ""
    block: list[str] = []
    for line in lines:
        head = _HEAD.match(line)
        if head:
            if name:
                yield name, block
            name, block = head["name"].strip(), []
        else:
            block.append(line)
    if name:
        yield name, block


def _optic(name: str, block: Sequence[str]) -> Optic | None:
    values = dict(fields_of(_pairs(block)))
    values.update({key: text for key, text in _tabled(block).items() if key not in values})
    if not values:
        return None
    ddm = re.search(r"(?i)digital diagnostic monitoring\s*:\s*(yes|no)", "\n".join(block))
    optic = built(values)
    yes = ddm.group(1).lower() == "yes" if ddm else None
    return filled(Optic(name=name, ddm=yes), optic)


def _pairs(block: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Names and values; the further lanes of a value stand alone in the lines below it."""
    name, value = "", ""
    for line in block:
        pair = value_of(line)
        if pair is None and name and re.match(r"\s{8,}[-\d|. ]+\(", line):
            value += " " + line.strip()
            continue
        if name:
            yield name, value
        name, value = pair or ("", "")
    if name:
        yield name, value


def _tabled(block: Sequence[str]) -> dict[str, str]:
    """Values below a row of names, or beside names with current value, low and high alarm."""
    found: dict[str, str] = {}
    head: list[str] = []
    for line in block:
        marks = [
            mark.lower() for mark in re.findall(r"(?i)(temp|volt|bias|rx|tx)[^\s(]*(?: power)?\s*\(", line)
        ]
        beside = _BESIDE.match(line)
        threshold = _THRESHOLD.match(line)
        if len(marks) >= 3:
            head = marks
        elif beside:
            found |= _beside(*beside.groups())
        elif threshold and head:
            level = threshold.group(1).lower()
            for mark, text in zip(head, threshold.group(2).split(), strict=False):
                if mark in ("rx", "tx"):
                    found.setdefault(f"{mark}_{level}_alarm_dbm", text)
        elif head and not found.keys() & set(_COLUMN_FIELDS.values()):
            cells = re.findall(r"([-+]?\d+(?:\.\d+)?|-|N/?A|--)\s*(?:\([^)]*\))?(?:\[\w+\])?(?:\s+|$)", line)
            if len(cells) >= len(head):
                found |= {_COLUMN_FIELDS[mark]: cell for mark, cell in zip(head, cells, strict=False)}
    return found


def _beside(name: str, value: str, low: str, high: str) -> dict[str, str]:
    side = {"txpower": "tx", "rxpower": "rx"}.get(name.lower())
    if side is None:
        return {{"current": "bias_ma", "voltage": "voltage_v"}.get(name.lower(), "temperature_c"): value}
    return {f"{side}_dbm": value, f"{side}_low_alarm_dbm": low, f"{side}_high_alarm_dbm": high}
