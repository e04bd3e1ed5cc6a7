"""LLDP neighbours from blocks of "Name : value", where no template fits."""

from __future__ import annotations

import re
from collections.abc import Sequence

from agent.ssh.ports import tidy_mac
from agent.ssh.text import says_none, value_of
from agent.ssh.told import Told
from inventory.reading import LldpNeighbor

_LOCAL = re.compile(
    r"^.*?(?:lldp neighbou?r[- ]information of port(?: \d+)? ?\[(?P<a>[^\]]+)\]"
    r"|neighbou?r information of.*?port ?\[?(?P<b>[\w/. -]+?)\]?\s*:?$"
    r"|^local (?:interface|port|intf)\s*:\s*(?P<c>\S.*)$)",
    re.IGNORECASE,
)
_KEYS = {
    "chassis id": "chassis_id",
    "port id": "port_id",
    "port description": "port_descr",
    "system name": "sys_name",
    "system description": "sys_descr",
    "management address": "address",
    "system capabilities enabled": "capabilities",
    "enabled capabilities": "capabilities",
    "management ipv4 address": "address",
}


def blocks(lines: Sequence[str]) -> Told | None:
    """ "show lldp neighbors detail" and its like."""
    found: list[dict[str, str]] = []
    local = ""
    for line in lines:
        head = _LOCAL.match(line.strip(" -=*#"))
        if head:
            local = next(group for group in head.groups() if group).strip()
            found.append({"local_port": local})
            continue
        pair = value_of(line)
        field = _KEYS.get(re.sub(r"\s+", " ", pair[0]).casefold()) if pair else None
        if pair is None or field is None or not found:
            continue
        if field == "chassis_id" and "chassis_id" in found[-1]:
            found.append({"local_port": local})
        found[-1].setdefault(field, pair[1])
    told = [_neighbor(item) for item in found if "chassis_id" in item or "sys_name" in item]
    if told or says_none(lines):
        return Told(lldp=told)
    return Told(lldp=[]) if found else None


def _neighbor(said: dict[str, str]) -> LldpNeighbor:
    chassis = said.get("chassis_id", "")
    return LldpNeighbor(
        chassis_id=tidy_mac(chassis) or chassis or None,
        local_port=said.get("local_port"),
        port_id=said.get("port_id"),
        port_descr=said.get("port_descr"),
        sys_name=said.get("sys_name"),
        sys_descr=said.get("sys_descr"),
        address=said.get("address") or None,
        capabilities=[word.casefold() for word in re.split(r"[,\s]+", said.get("capabilities", "")) if word],
    )
