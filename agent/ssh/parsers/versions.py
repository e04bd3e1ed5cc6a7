"""Who the device is, where no template fits: model, software, serial number."""

from __future__ import annotations

import re
from collections.abc import Sequence

import msgspec

from agent.ssh.text import value_of
from agent.ssh.told import Told
from inventory.reading import System

_SOFTWARE = (
    r"Version (\S+), ?(Release \S+)",
    r"VRP \(R\) software, Version (.+)",
    r"YunShan OS\s*\n?.*?Version (.+)",
    r"(?m)^\s*System software version\s*:\s*(.+)",
    r"(?mi)^\s*Software version\s*:\s*(.+)",
    r"(?m)\bVersion (\d\S*)",
)
_UPTIME = r"(?m)^(?:[A-Z][A-Z0-9]{1,2} )?(?P<model>\S.*?) uptime is"
"""A maker's abbreviation of two or three signs before the model is no part of it."""
_KEYS = {
    "model": (
        "model",
        "board type",
        "device_name",
        "system description",
        "product name",
        "device model",
        "board-name",
    ),
    "serial": (
        "device_serial_number",
        "system serial number",
        "serial number",
        "serialnum",
        "esn",
        "sn",
        "serial-number",
    ),
    "software": (
        "version",
        "software version",
        "os version",
        "junos",
        "system software version",
        "arubaos-cx version",
    ),
    "sys_name": ("hostname", "system name", "host name", "sysname", "name"),
}


def words(lines: Sequence[str]) -> Told | None:
    """ "display version" and its like: sentences with the software, and "MODEL uptime is ..."."""
    text = "\n".join(lines)
    software = next((found for pattern in _SOFTWARE if (found := re.search(pattern, text))), None)
    model = re.search(_UPTIME, text)
    if software is None and model is None:
        return None
    version = ", ".join(part.strip() for part in software.groups() if part) if software else None
    return Told(system=System(model=model["model"].strip() if model else None, software=version))


def release(lines: Sequence[str]) -> Told | None:
    """ "show version" where "NAME uptime is ..." has the name of the device, and the model stands before
    "Software, Version"."""
    text = "\n".join(lines)
    software = re.search(
        r"(?m)^(?:(?P<model>\S+) Software, )?.*?\bVersion:? (?P<version>[\w.()-]*\d[\w.()-]*)", text
    )
    name = re.search(r"(?m)^(\S+) uptime is", text)
    serial = re.search(r"(?im)^serial num(?:ber)?\s*:\s*(\w+)", text)
    if software is None:
        return None
    about = System(
        sys_name=name.group(1) if name else None,
        model=software["model"],
        serial=serial.group(1) if serial else None,
        software=software["version"],
    )
    return Told(system=about)


def pairs(lines: Sequence[str]) -> Told | None:
    """Lines of "Name : value"; the first that fits a field counts."""
    said: dict[str, str] = {}
    for line in lines:
        pair = value_of(line)
        if pair and pair[1]:
            said.setdefault(pair[0].casefold().strip(" ."), pair[1])
    fields = {field: next((said[key] for key in keys if key in said), None) for field, keys in _KEYS.items()}
    if not any(fields.values()):
        return None
    if fields["model"]:
        # "... Gigabit Security & VLAN Switch (S2928G-E V3) By ... Networks": the model is in brackets.
        bracketed = re.search(r"\(([A-Z][\w -]*\d[\w -]*)\)", fields["model"])
        fields["model"] = bracketed.group(1).strip() if bracketed else fields["model"]
    return Told(system=msgspec.convert(fields, System))


def chassis(lines: Sequence[str]) -> Told | None:
    """ "show chassis hardware": the serial number and name of the case."""
    found = re.search(r"(?m)^Chassis\s+(\S+)\s+(\S.*?)\s*$", "\n".join(lines))
    return Told(system=System(serial=found.group(1), model=found.group(2))) if found else None


def serials(lines: Sequence[str]) -> Told | None:
    """ "display device manufacture-info", "display esn": the serial number of the first unit."""
    text = "\n".join(lines)
    row = re.search(r"(?m)^\s*\d+\s+-?\s*(?:\S+\s+)?([0-9A-Z]{10,24})\s+\d{4}-\d{2}-\d{2}", text)
    alone = re.search(r"(?i)(?:ESN|SN|serial)[^:\n]*:\s*([0-9A-Z]{10,24})\b", text)
    found = row or alone
    return Told(system=System(serial=found.group(1))) if found else None
