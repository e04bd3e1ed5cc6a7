"""Rows of a controller's tables, joined into access points with their radios.

Rows meet by the key in their index, or by what names an access point in their columns. A table may miss rows
that another one has: an access point exists once any table names it.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

import msgspec

from agent.mibs.text import number, text
from agent.snmp.engine import Oid
from agent.snmp.walk import Row, Rows
from agent.vendors.wireless import WirelessTable
from agent.wifi import cells
from agent.wifi import row as of
from inventory.wifi import AccessPoint, ApState, Radio

Found = list[tuple[WirelessTable, Rows]]
ITSELF: Oid = (-1,)
"""The key of a device that is an access point itself."""
ETHERNET_TYPES = frozenset({6, 26, 62, 69, 117})


@dataclass(slots=True)
class Draft:
    """An access point while its rows come together."""

    key_mac: str | None = None
    name: str | None = None
    mac: str | None = None
    serial: str | None = None
    model: str | None = None
    software: str | None = None
    group: str | None = None
    ip: str | None = None
    ipv6: str | None = None
    state: ApState = "unknown"
    state_told: bool = False
    clients: int | None = None
    ipv6_clients: int | None = None
    wired_mbps: float | None = None
    uptime_s: float | None = None
    radios: dict[int, Radio] = field(default_factory=dict)
    vap_clients: Counter[int] = field(default_factory=Counter)


@dataclass(slots=True)
class Drafts:
    """All access points found so far, by the key of their rows, and how to find one by what names it."""

    by_key: dict[Oid, Draft] = field(default_factory=dict)
    by_name: dict[str, Draft] = field(default_factory=dict)
    """By MAC address, serial number, address and name: they do not look alike."""
    bssids: dict[str, tuple[Draft, int | None, str | None]] = field(default_factory=dict)
    """The radio and the network of each BSSID."""

    def of_row(self, table: WirelessTable, key: Oid, row: Row) -> Draft | None:
        """The access point that a row speaks of, if it is known; a table of access points makes new ones."""
        ap = self.by_key.get(ITSELF) if table.key == "none" else self.by_key.get(key)
        if ap is None and table.key in ("none", "name"):
            of_key = of.text_of(key) if table.key == "name" else None
            ap = self.known(*of.names_in(row), text(row.get("serial")), of_key)
        if ap is None and makes_aps(table) and table.key != "none":
            ap = self.by_key[key] = Draft()
            _identify(ap, table, key)
        return ap

    def known(self, *names: str | None) -> Draft | None:
        """A known access point by the first of these names that fits."""
        return next((self.by_name[name] for name in names if name and name in self.by_name), None)

    def index(self) -> None:
        """Make the access points found so far known by their names."""
        for draft in self.by_key.values():
            for name in (draft.key_mac, draft.mac, draft.serial, draft.ip, draft.name):
                if name:
                    self.by_name.setdefault(name, draft)


def drafts(found: Found, itself: Draft | None = None) -> Drafts:
    """Each access point once, from all tables that name it; ``itself`` where the device is one."""
    result = Drafts({ITSELF: itself} if itself else {})
    for role in ("aps", "radios", "ports", "vaps"):
        for table, rows in found:
            if table.role == role:
                for index, row in sorted(rows.items()):
                    _add(result, table, index, row)
                result.index()
    return result


def makes_aps(table: WirelessTable) -> bool:
    """Whether an access point exists once this table names it. What the topology job reads completes the
    list and does not make it longer: else access points would come and go with that job."""
    return table.when == "status" or table.role == "radios"


def access_points(result: Drafts) -> list[AccessPoint]:
    """The access points in the order of their keys."""
    return [_finished(draft) for _key, draft in sorted(result.by_key.items(), key=lambda item: item[0])]


def _identify(ap: Draft, table: WirelessTable, key: Oid) -> None:
    if table.key == "mac":
        ap.key_mac = of.mac_of(key)
    elif table.key == "text":
        ap.serial = of.text_of(key)
    elif table.key == "name":
        ap.name = of.text_of(key)


def _add(result: Drafts, table: WirelessTable, index: Oid, row: Row) -> None:
    key, rest = of.key_of(table, index)
    row = of.parsed(table, index, row)
    ap = result.of_row(table, key, row)
    if ap is None:
        return
    if table.role == "aps":
        _add_ap(ap, table, row)
        return
    ap.name = ap.name or text(row.get("name"))
    if table.role == "ports":
        _add_port(ap, table, row)
        return
    _add_radio(result, ap, table, of.radio_number(table, rest, row), index, row)


def _add_ap(ap: Draft, table: WirelessTable, row: Row) -> None:
    ap.mac = ap.mac or of.own_mac(row)
    ap.name = ap.name or text(row.get("name"))
    ap.serial = ap.serial or text(row.get("serial"))
    ap.model = ap.model or text(row.get("model"))
    ap.software = ap.software or text(row.get("software"))
    ap.group = ap.group or text(row.get("group"))
    ap.ip = ap.ip or of.own_ip(row)
    ap.ipv6 = ap.ipv6 or cells.address6(row.get("ipv6"))
    _add_numbers(ap, table, row)
    _add_state(ap, table, row)


def _add_state(ap: Draft, table: WirelessTable, row: Row) -> None:
    """The first state that a table tells stands; before any does, that of being listed there."""
    told = of.ap_state(table, row)
    if told is not None and not ap.state_told:
        ap.state, ap.state_told = told, True
    elif ap.state == "unknown" and not ap.state_told:
        ap.state = table.listed


def _add_numbers(ap: Draft, table: WirelessTable, row: Row) -> None:
    if ap.clients is None:
        ap.clients = cells.count(row.get("clients"))
    if ap.ipv6_clients is None:
        ap.ipv6_clients = cells.count(row.get("ipv6_clients"))
    if ap.wired_mbps is None:
        ap.wired_mbps = of.wired_mbps(table, row)
    if ap.uptime_s is None:
        ap.uptime_s = cells.seconds(row.get("uptime"), table.scale.get("uptime", 1.0))


def _add_radio(result: Drafts, ap: Draft, table: WirelessTable, at: int | None, index: Oid, row: Row) -> None:
    if table.role == "vaps":
        bssid = of.bssid(table, index, row)
        if bssid:
            result.bssids[bssid] = ap, at, text(row.get("ssid"))
        if at is None and table.key != "none":
            return
    if at is None:
        at = index[-1] if table.key != "none" or ITSELF in result.by_key else len(ap.radios)
    new = of.radio(at, table, row)
    if table.role == "vaps":
        ap.vap_clients[at] += new.clients or 0
        new = msgspec.structs.replace(new, clients=None)
    ap.radios[at] = of.joined_radio(ap.radios[at], new) if at in ap.radios else new
    if ap.state == "unknown" and new.state == "up":
        ap.state = "online"


def _add_port(ap: Draft, table: WirelessTable, row: Row) -> None:
    """An access point's uplink is not told from its other wired ports: the fastest one that is up counts."""
    speed = of.wired_mbps(table, row)
    other = "type" in table.columns and number(row.get("type")) not in ETHERNET_TYPES
    down = "up" in table.columns and of.up_down(table, row) != "up"
    if speed is not None and not other and not down:
        ap.wired_mbps = max(speed, ap.wired_mbps or 0.0)


def _finished(ap: Draft) -> AccessPoint:
    radios = {at: _with_clients(radio, ap.vap_clients) for at, radio in ap.radios.items()}
    of_radios = [radio.clients for radio in radios.values() if radio.clients is not None]
    return AccessPoint(
        name=ap.name,
        mac=ap.mac or ap.key_mac,
        serial=ap.serial,
        model=ap.model,
        software=ap.software,
        group=ap.group,
        ip=ap.ip,
        ipv6=ap.ipv6,
        state=ap.state,
        clients=ap.clients if ap.clients is not None or not of_radios else sum(of_radios),
        ipv6_clients=ap.ipv6_clients,
        wired_mbps=ap.wired_mbps,
        uptime_s=ap.uptime_s if ap.uptime_s or ap.state == "online" else None,
        radios=[radio for _at, radio in sorted(radios.items())],
    )


def _with_clients(radio: Radio, of_vaps: Counter[int]) -> Radio:
    if radio.clients is not None or radio.index not in of_vaps:
        return radio
    return msgspec.structs.replace(radio, clients=of_vaps[radio.index])
