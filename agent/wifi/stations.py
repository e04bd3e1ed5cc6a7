"""Stations (clients) and networks (SSIDs) out of a controller's tables.

A station leaves this file by its keyed hash alone; its addresses become yes or no.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

import msgspec

from agent.mibs.text import mac, text
from agent.privacy import Stations
from agent.snmp.engine import Oid, Value
from agent.snmp.walk import Row
from agent.vendors.wireless import WirelessTable
from agent.wifi import cells
from agent.wifi import row as of
from agent.wifi.aps import ITSELF, Draft, Drafts, Found
from inventory.wifi import AccessPoint, Ssid, Station

ENOUGH = 0.95
"""The share of the clients that a table of stations must hold before counts are made out of it: some
controllers lose rows of a walk (an AC of 2017: 742 of 1,218)."""
BANDS = {"2.4": "clients_2g", "5": "clients_5g"}


def stations(found: Found, aps: Drafts, names: Stations) -> list[Station]:
    """Every station once, by its hash. Several tables, or several rows (one for each address of a station),
    may tell of one."""
    result: dict[str, Station] = {}
    for table, table_rows in found:
        if table.role != "stations":
            continue
        for index, row in table_rows.items():
            octets = _octets(table, index, row)
            if octets is None:
                continue
            new = _station(names.name(octets), table, index, row, aps)
            result[new.station] = _joined(result[new.station], new) if new.station in result else new
    return [result[name] for name in sorted(result)]


def ssids(found: Found) -> list[Ssid]:
    """The networks with their clients, from the controller's own tables of them, else summed over radios."""
    joined: dict[tuple[str, Oid], Row] = {}
    summed: dict[str, Counter[str]] = {}
    for table, table_rows in found:
        for index, row in table_rows.items():
            if table.role == "ssids":
                key = of.key_of(table, index)[0]
                own = {"name": bytes(key)} if table.key == "text" and max(key, default=0) < 256 else {}
                joined.setdefault((table.key, key), {}).update({**own, **row})
            elif table.role == "vaps" and (name := text(row.get("ssid"))):
                _count_vap(summed.setdefault(name, Counter()), table, row)
    own_ssids: dict[str, Ssid] = {}
    for row in joined.values():
        if one := _ssid(row):
            own_ssids[one.name] = _added(own_ssids[one.name], one) if one.name in own_ssids else one
    return sorted(own_ssids.values(), key=lambda one: one.name) or [
        _counted(name, counts) for name, counts in sorted(summed.items())
    ]


def with_stations(known: Sequence[Ssid], found: Sequence[Station]) -> list[Ssid]:
    """The networks, with what their tables do not count taken from the stations, if these are enough."""
    counts: dict[str, Counter[str]] = {}
    for station in found:
        if station.ssid:
            of_one = counts.setdefault(station.ssid, Counter())
            of_one["clients"] += 1
            of_one[BANDS.get(station.band or "", "elsewhere")] += 1
    by_name = {one.name: one for one in known}
    names = sorted(by_name.keys() | counts.keys())
    return [_filled(by_name.get(name), _counted(name, counts.get(name, Counter()))) for name in names]


def with_ipv6_clients(aps: Sequence[AccessPoint], found: Sequence[Station]) -> list[AccessPoint]:
    """The access points, each with its clients that hold an IPv6 address, where the table lacks the count.
    Nothing is added where no station tells whether it has one."""
    if not any(station.ipv6 is not None for station in found):
        return list(aps)
    counts = Counter(station.ap for station in found if station.ipv6)
    return [
        ap if ap.ipv6_clients is not None else msgspec.structs.replace(ap, ipv6_clients=counts[ap_id(ap)])
        for ap in aps
    ]


def ipv6_clients(found: Iterable[Station]) -> int | None:
    """How many stations hold an IPv6 address beyond the link; None where none of them tells."""
    told = [station.ipv6 for station in found if station.ipv6 is not None]
    return sum(told) if told else None


def ap_id(ap: AccessPoint) -> str | None:
    """What names an access point: its MAC address, else its serial number, else its name."""
    return ap.mac or ap.serial or ap.name


def _octets(table: WirelessTable, index: Oid, row: Row) -> bytes | None:
    told = mac(row.get("mac")) if table.key == "none" else of.mac_of(of.key_of(table, index)[0])
    return bytes.fromhex(told.replace(":", "")) if told and told not in of.NO_MAC else None


def _station(name: str, table: WirelessTable, index: Oid, row: Row, aps: Drafts) -> Station:
    row = of.parsed(table, index, row)
    told = of.names_in(row)
    ap, at, ssid = aps.bssids.get(mac(row.get("bssid")) or "", (None, None, None))
    ap = aps.known(*told) or ap or aps.by_key.get(ITSELF)
    at = of.radio_number(table, of.key_of(table, index)[1], row) if at is None else at
    band, _channel = of.band_and_channel(table, row)
    radio = ap.radios.get(at) if ap and at is not None else None
    return Station(
        station=name,
        ap=_id_of(ap) if ap else next((one for one in told if one), None),
        ssid=text(row.get("ssid")) or ssid,
        band=band or (radio.band if radio else None),
        rssi_dbm=cells.noise_dbm(row.get("rssi"), table.scale.get("rssi", 1.0)),
        ipv4=cells.holds_ipv4(row.get("ip")),
        ipv6=cells.holds_ipv6(row.get("ipv6")),
        ipv6_in_octets=_counter(row.get("ipv6_in")),
        ipv6_out_octets=_counter(row.get("ipv6_out")),
    )


def _id_of(ap: Draft) -> str | None:
    return ap.mac or ap.key_mac or ap.serial or ap.name


def _counter(value: Value) -> int | None:
    return value if isinstance(value, int) and value >= 0 else None


def _joined(first: Station, second: Station) -> Station:
    """One station out of two rows; an address in either is an address."""
    values = {
        name: getattr(second, name) if getattr(first, name) is None else getattr(first, name)
        for name in Station.__struct_fields__
    }
    for name in ("ipv4", "ipv6"):
        values[name] = True if getattr(second, name) else values[name]
    return Station(**values)


def _ssid(row: Row) -> Ssid | None:
    name = text(row.get("name"))
    if not name:
        return None
    per_band = cells.count(row.get("clients_2g")), cells.count(row.get("clients_5g"))
    told = [count for count in per_band if count is not None]
    clients = cells.count(row.get("clients"))
    return Ssid(
        name=name,
        clients=sum(told) if clients is None and told else clients,
        clients_2g=per_band[0],
        clients_5g=per_band[1],
    )


def _count_vap(counts: Counter[str], table: WirelessTable, row: Row) -> None:
    clients = cells.count(row.get("clients"))
    if clients is None:
        return
    band, _channel = of.band_and_channel(table, row)
    counts["clients"] += clients
    counts[BANDS.get(band or "", "elsewhere")] += clients


def _counted(name: str, counts: Counter[str]) -> Ssid:
    """Counts by band are given only where every client's band is known."""
    if "clients" not in counts:
        return Ssid(name=name)
    whole = not counts["elsewhere"]
    return Ssid(
        name=name,
        clients=counts["clients"],
        clients_2g=counts["clients_2g"] if whole else None,
        clients_5g=counts["clients_5g"] if whole else None,
    )


def _added(first: Ssid, second: Ssid) -> Ssid:
    """Two rows of one name (two networks may have the same SSID): their sum."""
    sums = {}
    for name in ("clients", "clients_2g", "clients_5g"):
        parts = [count for count in (getattr(first, name), getattr(second, name)) if count is not None]
        sums[name] = sum(parts) if parts else None
    return Ssid(name=first.name, **sums)


def _filled(known: Ssid | None, counted: Ssid) -> Ssid:
    if known is None:
        return counted
    if known.clients is not None and (counted.clients or 0) < ENOUGH * known.clients:
        return known
    return Ssid(
        name=known.name,
        clients=counted.clients if known.clients is None else known.clients,
        clients_2g=counted.clients_2g if known.clients_2g is None else known.clients_2g,
        clients_5g=counted.clients_5g if known.clients_5g is None else known.clients_5g,
    )
