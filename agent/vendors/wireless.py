"""How makers' tables of access points, radios, networks and stations are read: the [[wireless]] sections of
the vendor files as records."""

from __future__ import annotations

from typing import Literal

import msgspec

from inventory.wifi import ApState

Role = Literal["aps", "radios", "ports", "ssids", "vaps", "stations"]
"""aps: a row tells of one access point. radios: of one radio. ports: of one wired port of an access point.
ssids: of one network. vaps: of one network on one radio. stations: of one client."""

JOB_OF_ROLE: dict[Role, Literal["status", "topology"]] = {"aps": "status"}


class WirelessTable(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One table of a controller. ``entry`` continues the root, or is absolute with a leading dot.

    The index without its first ``before`` and last ``after`` numbers reads as ``key``: a MAC address (six
    numbers, or seven with the length before), a serial number as text, a name as text (both with or without
    their length), a number. Rows of one access point (network, station) share it. With "none" the columns
    ap_mac, ap_serial, ap_ip or ap_name join the row. The radio is the first number after the key, or
    ``radio`` where each radio has columns of its own (-1: not told). ``from_index`` takes a column from the
    last numbers of the index: {ip = 4}; with ``length`` the key is so long, and 0 takes all that follow it
    (as text, its length before it). ``bssid`` says that the last six numbers are the radio's address for
    this network.

    ``columns`` names what to take. aps: name, mac, serial, model, software, group, ip, ipv6, state, clients,
    ipv6_clients, wired, uptime. radios: ap_..., radio, band, channel, frequency (MHz), width, power (dBm),
    power_mw, utilisation and idle (percent), noise, clients, up, mode. ports: type (IANAifType), up, wired.
    ssids: name, clients, clients_2g, clients_5g. vaps: as radios, with ssid and bssid. stations: mac,
    ap_..., radio, bssid, ssid, band, channel, frequency, rssi, ip, ipv6, ipv6_in, ipv6_out.

    The device's words become ours by ``states`` (of the access point; ``listed`` is the state of a row that
    has no known word), ``up`` (of a radio or port), ``bands``, ``radios`` (numbers of radios that have
    words), ``widths`` (MHz), ``wired`` (Mbit/s) and ``modes`` (standards: n, ac, ax, be); with ``mode_bits``
    the number is a sum of the modes' numbers. Words are compared in lower case. ``scale`` multiplies a
    number (0.01: TimeTicks to seconds), ``parse`` is a pattern whose named groups are further columns,
    ``suffixes`` are the widths that letters after a channel tell. The columns named in ``later`` are left
    to the topology job: what rarely changes, or nobody needs every few minutes.
    """

    name: str
    entry: str
    role: Role = "aps"
    job: Literal["status", "topology"] | None = None
    key: Literal["mac", "text", "name", "number", "none"] = "none"
    before: int = 0
    after: int = 0
    length: int = 0
    radio: int | None = None
    bssid: bool = False
    from_index: dict[str, int] = {}
    columns: dict[str, int]
    states: dict[str, ApState] = {}
    listed: ApState = "unknown"
    up: dict[str, Literal["up", "down"]] = {}
    bands: dict[str, str] = {}
    radios: dict[str, int] = {}
    widths: dict[str, int] = {}
    wired: dict[str, int] = {}
    modes: dict[str, str] = {}
    mode_bits: bool = False
    scale: dict[str, float] = {}
    parse: dict[str, str] = {}
    suffixes: dict[str, int] = {}
    later: list[str] = []

    @property
    def when(self) -> Literal["status", "topology"]:
        """The job that reads this table."""
        return self.job or JOB_OF_ROLE.get(self.role, "topology")


class Standby(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where a controller tells of the other one of its pair: the OIDs of its own state and of its peer's, and
    the numbers that mean at work, ready to take over, not ready, and no peer. Other numbers mean nothing."""

    unit: str
    peer: str
    active: list[int]
    ready: list[int]
    not_ready: list[int]
    alone: list[int]


class Controller(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How one line of wireless controllers is read; the first of ``roots`` that answers is taken.

    ``scalars``: aps_online, aps_offline, aps_total, aps_licensed, clients, clients_2g, clients_5g,
    ipv6_clients (OIDs continue the root, or are absolute with a leading dot). ``lists`` tells which access
    points its tables should hold: all that it knows, or those online. ``itself``: the device is an access
    point; the rows tell of its own radios. ``needs_rows``: counts alone (every firewall of the line gives
    them, as 0) do not make a controller.
    """

    name: str
    roots: list[str]
    lists: Literal["all", "online"] = "online"
    itself: bool = False
    needs_rows: bool = False
    scalars: dict[str, str] = {}
    table: list[WirelessTable] = []

    @property
    def tables(self) -> list[WirelessTable]:
        """The tables to read; one with columns for later is two."""
        return [part for table in self.table for part in _parts(table)]


def _parts(table: WirelessTable) -> list[WirelessTable]:
    if not table.later:
        return [table]
    first = {name: at for name, at in table.columns.items() if name not in table.later}
    rest = {name: at for name, at in table.columns.items() if name in table.later}
    return [
        msgspec.structs.replace(table, columns=first, later=[]),
        msgspec.structs.replace(
            table, name=f"{table.name} (details)", columns=rest, later=[], job="topology", listed="unknown"
        ),
    ]
