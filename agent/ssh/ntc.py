"""Answers read by the templates of ntc-templates, their columns turned into our records.

A platform file names the template and, where its columns have other names than here, the columns.
"""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from functools import cache
from importlib import resources
from typing import Any

import textfsm

from agent.ssh.ports import tidy_mac
from agent.ssh.text import ipv6, number, says_none
from agent.ssh.told import NeighborSeen, Told
from inventory.hardware import Optic
from inventory.reading import LldpNeighbor, System
from inventory.wifi import AccessPoint, ApState, Wireless

Row = Mapping[str, str]

STATES = {
    "reach": "reachable",
    "reachable": "reachable",
    "stale": "stale",
    "delay": "delay",
    "probe": "probe",
    "incmp": "incomplete",
    "incomplete": "incomplete",
    "failed": "unreachable",
    "noarp": None,
    "permanent": None,
}
"""A neighbour's state, from the words of devices to those of ipNetToPhysicalState."""
_UP = ("nor", "run", "r/m", "run/m", "registered", "up", "online", "normal", "stdby")
_DOWN = ("fault", "idle", "quit", "offline", "down", "i", "i/m", "i/b", "not registered", "idle/m")


def rows_of(template: str, lines: Sequence[str]) -> list[Row] | None:
    """The rows that a template finds, all cells as text; None where it does not know the form."""
    machine = textfsm.TextFSM(io.StringIO(_template(template)))
    try:
        found: list[dict[str, Any]] = machine.ParseTextToDicts("\n".join(lines) + "\n")
    except textfsm.TextFSMError:
        return None
    rows: list[Row] = [{name.lower(): _cell(value) for name, value in row.items()} for row in found]
    if rows:
        return rows
    return [] if says_none(lines) else None


def system(rows: Sequence[Row]) -> Told:
    """``version``: model, serial number, software and name of the device."""
    for row in rows:
        about = System(
            sys_name=row.get("sys_name") or None,
            model=row.get("model") or None,
            serial=row.get("serial") or None,
            software=row.get("software") or None,
        )
        if about.model or about.serial or about.software:
            return Told(system=about)
    return Told(system=System())


def lldp(rows: Sequence[Row]) -> Told:
    """``lldp``: who is at the other end of each port."""
    return Told(
        lldp=[
            LldpNeighbor(
                local_port=row.get("local_interface") or None,
                chassis_id=tidy_mac(row.get("chassis_id", "")) or row.get("chassis_id") or None,
                port_id=row.get("port_id") or row.get("neighbor_interface") or None,
                port_descr=row.get("port_descr") or None,
                sys_name=row.get("neighbor_name") or None,
                sys_descr=row.get("neighbor_description") or None,
                address=row.get("mgmt_address") or None,
                capabilities=[word for word in row.get("capabilities", "").replace(",", " ").split() if word],
            )
            for row in rows
            if row.get("local_interface") or row.get("chassis_id")
        ]
    )


def neighbors(rows: Sequence[Row]) -> Told:
    """``neighbors``: entries with a MAC address; multicast is nobody's machine."""
    found = []
    for row in rows:
        address, mac = ipv6(row.get("address", "")), tidy_mac(row.get("mac_address", ""))
        if address is not None and mac is not None and not address.is_multicast:
            state = STATES.get(row.get("state", "").lower())
            port = row.get("interface") or None
            found.append(NeighborSeen(interface=port, address=str(address), mac=mac, state=state))
    return Told(neighbors=found)


def state_word(word: str) -> str | None:
    """A neighbour's state in the words of ipNetToPhysicalState; None for a word that is no state."""
    return STATES.get(word.lower())


def optics(rows: Sequence[Row]) -> Told:
    """``optics``: one row a port, light in dBm."""
    found = []
    for row in rows:
        rx, tx = number(row.get("rx_pwr", "")), number(row.get("tx_pwr", ""))
        kind = row.get("type") or None
        if row.get("interface") and (rx is not None or tx is not None or kind or row.get("serial")):
            found.append(
                Optic(
                    name=row["interface"],
                    rx_dbm=rx,
                    tx_dbm=tx,
                    rx_raw=row.get("rx_pwr") or None,
                    tx_raw=row.get("tx_pwr") or None,
                    raw_unit="dBm" if rx is not None or tx is not None else None,
                    temperature_c=number(row.get("temperature", "")),
                    voltage_v=number(row.get("voltage", "")),
                    bias_ma=number(row.get("current", "")),
                    type=kind,
                    vendor=row.get("manufacturer") or None,
                    part=row.get("part_number") or None,
                    serial=row.get("serial") or None,
                )
            )
    return Told(optics=found)


def aps(rows: Sequence[Row]) -> Told:
    """``aps``: the access points of a controller."""
    return Told(
        wireless=Wireless(
            aps=[
                AccessPoint(
                    name=row.get("name") or None,
                    mac=tidy_mac(row.get("mac_address", "")),
                    serial=row.get("serial") or None,
                    model=row.get("model") or None,
                    group=row.get("group") or None,
                    ip=row.get("ip_address") if row.get("ip_address") not in ("", "-") else None,
                    state=ap_state(row.get("state", "")),
                    clients=_whole(row.get("clients", "")),
                )
                for row in rows
            ]
        )
    )


def ap_state(word: str) -> ApState:
    """Whether the controller can reach an access point, from its own word for it."""
    plain = word.strip().lower()
    if plain in _UP or plain.startswith(("run", "r/", "up ")):
        return "online"
    return "offline" if plain in _DOWN else "unknown"


def _whole(word: str) -> int | None:
    return int(word) if word.isdigit() else None


def _cell(value: object) -> str:
    """A cell as text; of a list (one per member of a stack) the first."""
    if isinstance(value, list):
        return _cell(value[0]) if value else ""
    return str(value).strip()


@cache
def _template(name: str) -> str:
    file = resources.files("ntc_templates") / "templates" / f"{name}.textfsm"
    return file.read_text(encoding="utf-8")
