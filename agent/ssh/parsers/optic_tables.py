"""Transceivers in tables: one line a module below a head, and lists of lasers."""

from __future__ import annotations

import re
from collections.abc import Sequence

import msgspec

from agent.ssh.answers import filled
from agent.ssh.parsers.optic_values import ABSENT, built, fields_of
from agent.ssh.text import number, says_none, value_of
from agent.ssh.told import Told
from inventory.hardware import Optic, OpticLane

_COLUMNS = {
    "temp": "temperature_c",
    "volt": "voltage_v",
    "bias": "bias_ma",
    "curr": "bias_ma",
    "rxpo": "rx_dbm",
    "txpo": "tx_dbm",
    "txbi": "bias_ma",
}
_MARK = re.compile(r"\b(?:temp|volt|bias|current|[rt]x ?power|tx ?bias)", re.IGNORECASE)
_CELL = r"(?:[-+]?\d+(?:\.\d+)?|N/?A)"
_FLAG = r"(?:\s+(?:--?|\+\+?|\?)(?=\s|$))?"


def table(lines: Sequence[str]) -> Told | None:
    """One line a port below a head with the columns Temperature, Voltage, Bias, Tx and Rx; before it perhaps
    blocks with type and serial number ("Interface wan1 - SFP, 10GBASE-SR")."""
    found: dict[str, Optic] = {}
    head: list[str] = []
    at = ""
    for line in lines:
        block = re.match(r"Interface\s+(\S+)\s+-\s+(.*)", line)
        if block:
            kind = block.group(2).strip()
            at = "" if ABSENT.search(kind) else block.group(1)
            if at:
                found[at] = Optic(name=at, type=kind.rpartition(", ")[2])
            continue
        pair = value_of(line)
        if pair and at:
            found[at] = filled(found[at], built(dict(fields_of([pair]))))
        marks = [mark.replace(" ", "").lower()[:4] for mark in _MARK.findall(line)]
        if len(marks) >= 3 or "threshold" in line.lower():
            head, at = (marks if len(marks) >= 3 else []), ""
            continue
        row = _row(line, head) if head else None
        if row is not None:
            name, light = row
            found[name] = filled(found.get(name, Optic(name=name)), light)
    if found or head:
        return Told(optics=list(found.values()))
    return Told(optics=[]) if says_none(lines) or "not detected" in "\n".join(lines) else None


def inventory(lines: Sequence[str]) -> Told | None:
    """One line a port: Port, Type, Product number, Serial number, Part number; a port without a module is
    left out."""
    head = next((line for line in lines if re.search(r"(?i)\btype\b.*serial", line)), None)
    if head is None:
        return Told(optics=[]) if says_none(lines) else None
    rule = next((line for line in lines if re.fullmatch(r"[-\s]{20,}", line) and line.strip()), "")
    found = []
    for line in lines[lines.index(head) + 1 :]:
        words = line.split()
        if len(words) >= 4 and re.fullmatch(r"[\w-]*\d[\w/.:-]*", words[0]) and words[1] != "--":
            found.append(_module(words, head))
    return Told(optics=found) if rule or found else None


def _said(word: str) -> str | None:
    return None if word in ("--", "-", "N/A") else word


def lasers(lines: Sequence[str]) -> Told | None:
    """ "Physical interface: PORT", then "Laser output power : 0.55 mW / -2.55 dBm" and thresholds."""
    found: list[Optic] = []
    for block in re.split(r"(?m)^(?=Physical interface:)", "\n".join(lines)):
        name = re.match(r"Physical interface:\s*(\S+)", block)
        if name is None or re.search(r"Optical diagnostics\s*:\s*N/A", block):
            continue
        lanes = re.split(r"(?m)^\s*Lane (\d+)\s*$", block)
        light = [
            OpticLane(
                lane=int(lane),
                rx_dbm=_dbm(text, "receiver|rx"),
                tx_dbm=_dbm(text, "output"),
                bias_ma=_first(text, r"bias current\s*:\s*([-\d.]+)"),
            )
            for lane, text in zip(lanes[1::2], lanes[2::2], strict=True)
        ]
        limits = {
            f"{side}_{word.replace(' ', '_')}_dbm": _dbm(block, f"{laser}.*{word}")
            for side, laser in (("rx", "rx power"), ("tx", "output power"))
            for word in ("high alarm", "low alarm", "high warn", "low warn")
        }
        plain = lanes[0]
        rx = _dbm(
            plain, r"(?:receiver power|rx optical power|signal average optical power)(?!.*(?:alarm|warning))"
        )
        tx = _dbm(plain, r"output power(?!.*(?:alarm|warning))")
        optic = Optic(
            name=name.group(1),
            rx_dbm=rx,
            tx_dbm=tx,
            lanes=light,
            ddm=True,
            raw_unit="dBm" if rx is not None or tx is not None else None,
            temperature_c=_first(plain, r"Module temperature\s*:\s*([-\d.]+)"),
            voltage_v=_first(plain, r"Module voltage\s*:\s*([\d.]+)"),
            bias_ma=_first(plain, r"bias current\s*:\s*([\d.]+)"),
        )
        found.append(msgspec.structs.replace(optic, **limits))
    return Told(optics=found) if found or says_none(lines) else None


def _module(words: Sequence[str], head: str) -> Optic:
    serial_at, part_at = len(words) - 2, len(words) - 1
    if "part" not in head.lower():
        serial_at, part_at = len(words) - 1, -len(words)
    return Optic(
        name=words[0],
        type=words[1].rstrip("*"),
        serial=_said(words[serial_at]),
        part=_said(words[part_at]) if part_at > 0 else None,
    )


def _dbm(text: str, label: str) -> float | None:
    return _first(text, rf"(?im)^.*(?:{label}).*?:.*?/\s*([-\d.]+)\s*dBm")


def _first(text: str, pattern: str) -> float | None:
    found = re.search(pattern, text, re.IGNORECASE | re.MULTILINE)
    return number(found.group(1)) if found else None


def _row(line: str, head: Sequence[str]) -> tuple[str, Optic] | None:
    """The port of a line and its values, one for each column; None for a line with fewer, or without any."""
    found = re.match(
        rf"\s*([A-Za-z0-9][\w/.:-]*)((?:\s+{_CELL}{_FLAG}){{{len(head)}}})(?!\s+{_CELL}(?:\s|$))", line
    )
    cells = re.findall(rf"(?<=\s){_CELL}(?=\s|$)", found.group(2)) if found else []
    values = {
        _COLUMNS[mark]: cell for mark, cell in zip(head, cells, strict=False) if number(cell) is not None
    }
    return (found.group(1), built(values)) if found and values else None
